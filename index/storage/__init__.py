"""Storage of a library: the protocol of a store, the folder, the Milvus.

May import index.search, index.embedding, index.analysis, index.records and index.errors.
"""
