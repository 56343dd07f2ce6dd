"""Questions on the library itself and papers that a question names, from the records.

May import what qa.generation may, and the rooms beside it.
"""
