"""PubMed's E-utilities over HTTP: search, fetch, retry, at NCBI's pace.

May import index.environment and index.errors; knows nothing of records, storage or files.
"""
