"""What a question asks, read before it is searched: kind, subjects, relation, filters, papers named.

May import qa.language.
"""
