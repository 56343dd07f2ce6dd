"""Bytes of PubMed XML, MEDLINE and JSON Lines to abstracts, deletions and failures.

May import index.records, index.errors and index.analysis.section_labels; no network and no storage.
"""
