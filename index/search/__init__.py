"""The two indexes, dense and lexical, and their fusion: query in, hits out.

May import index.analysis, index.embedding, index.records and index.errors.
"""
