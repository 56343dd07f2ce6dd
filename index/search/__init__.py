"""The two indexes, dense and lexical, and their fusion: query in, hits out.

May import index.analysis, index.embedding, index.environment, index.records, index.errors and index.files.
"""
