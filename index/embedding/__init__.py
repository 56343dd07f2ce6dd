"""Texts to vectors, and running a small transformer on this CPU or GPU.

May import index.environment and index.errors.
"""
