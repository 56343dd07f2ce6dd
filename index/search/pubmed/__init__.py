"""PubMed's search syntax over a library: text to a tree of terms, the tree held against abstracts, and its translation.

May import what index.search may, and nothing of the indexes.
"""
