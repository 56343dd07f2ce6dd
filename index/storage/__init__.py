"""Storage of a library: the protocol of a store, the folder, the Milvus.

May import index.search, index.embedding, index.analysis, index.records, index.files and index.errors.
"""
