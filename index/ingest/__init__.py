"""From PMIDs, a PubMed search or files to a written library.

May import index.storage, index.embedding, index.analysis, index.records and index.errors.
"""
