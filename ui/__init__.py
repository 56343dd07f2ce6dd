"""What `app.py` serves: the web chat in Gradio, its HTML in `ui/templates`, and the REST interface in `ui/api`.

It may import qa and index; it holds no logic of answering and no prompt.
"""
