"""Doors for programs: what questions and answers are as JSON, shared by REST, MCP and LangChain.

It may import the whole of qa and index, and holds no logic of answering.
"""
