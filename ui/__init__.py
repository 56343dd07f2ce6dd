"""The web chat in Gradio, started by `app.py`; its HTML is in `ui/templates`.

It may import qa and index; it holds no logic of answering and no prompt.
"""
