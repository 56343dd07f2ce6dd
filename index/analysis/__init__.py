"""Text to sentences, passages, normalised names and index terms.

May import index.records and index.errors.
"""
