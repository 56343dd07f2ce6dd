"""What an abstract says of its study: design, subjects, size, question, effects and finding, each with its words.

May import qa.language, qa.question and the packages of index; nothing here asks a question or needs a model.
"""
