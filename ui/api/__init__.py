"""The REST interface beside the page, `/api/v1`, in FastAPI, which Gradio brings along.

It may import qa, index, and the libraries of ui; the page imports its jobs. `ui.gate` stands before both.
"""
