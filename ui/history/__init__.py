"""Conversations that are kept: one SQLite file beside the libraries, each account's own, saved turn by turn.

May import the records of a conversation (`ui.conversation`), qa and index; `listing` and `aside` draw the list of them.
"""
