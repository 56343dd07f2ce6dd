"""Doors of an assistant: the terminal's conversation, the server for agents, and what REST shares with that as JSON.

It may import the whole of qa and index, and holds no logic of answering. What needs pydantic, rich, prompt_toolkit or
the SDK of MCP is imported where a command is about to use it.
"""
