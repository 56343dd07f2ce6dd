"""A follow-up and its earlier turns to a standalone question and filters.

May import qa.answer and qa.language.
"""
