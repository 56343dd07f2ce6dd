"""Bytes of PubMed XML, MEDLINE, JSON and other programs' exports to abstracts, deletions and failures, or to PMIDs.

May import index.records, index.errors and index.analysis.section_labels; no network and no storage.
"""
