"""Evidence to the sentences of an answer: extracted, or written by a language model.

May import qa.grounding, qa.evidence, qa.retrieval, qa.conversation and below.
"""
