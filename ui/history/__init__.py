"""Conversations that are kept: one SQLite file beside the libraries, each account's own, saved turn by turn.

It may import the records of a conversation (`ui.conversation`), qa and index; it draws nothing.
"""
