"""A library in a folder: library.db in SQLite, and the two indexes as caches of it.

May import what index.storage may, and never index.storage.milvus.
"""
