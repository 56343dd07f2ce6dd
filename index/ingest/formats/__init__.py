"""Bytes of PubMed XML, MEDLINE and JSON Lines to abstracts, deletions and failures.

May import index.records and index.errors; no network and no storage.
"""
