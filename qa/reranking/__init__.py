"""The cross-encoder that reads a question and a text together.

May import index.
"""
