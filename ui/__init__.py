"""The web chat: Gradio only. No logic of answering, no prompt text; `app.py` starts it."""
