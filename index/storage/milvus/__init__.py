"""A library on a Milvus server.

May import what index.storage may, and never index.storage.folder.
"""
