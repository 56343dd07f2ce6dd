"""A library's damage: check, finding, remedy, and salvage of a damaged library.db.

May import index.ingest, index.storage and what they may.
"""
