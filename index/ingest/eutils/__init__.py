"""PubMed's E-utilities over HTTP: search, fetch, retry, at NCBI's pace.

May import index.environment, index.errors and of index.records the parser of PMIDs; knows nothing of storage or files.
"""
