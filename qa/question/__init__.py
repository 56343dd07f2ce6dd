"""What a question asks, read before it is searched: its kind, subjects, relation, qualifiers, filters and parts.

May import index, qa.language, and the words for filters and slots of qa.conversation.
"""
