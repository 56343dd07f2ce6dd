"""Rules on English: entailment, antonyms, quantities, discourse, roles, synonyms. Pure but for word vectors.

May import index.
"""
