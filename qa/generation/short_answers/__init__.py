"""Quantities and names that answer by themselves, cut out of the quotes.

May import what qa.generation may, and the rooms beside it.
"""
