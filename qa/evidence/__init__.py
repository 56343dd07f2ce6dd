"""The sentences of the sources, scored for a question and reranked.

May import qa.answer, qa.language and qa.reranking.
"""
