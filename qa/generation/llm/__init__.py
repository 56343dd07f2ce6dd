"""What a language model writes: which model, its prompt, its reply, the sentences in it.

May import what qa.generation may, and the rooms beside it.
"""
