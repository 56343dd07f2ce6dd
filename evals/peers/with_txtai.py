"""txtai: an embeddings index with its contents."""

import numpy as np
from txtai import Embeddings


def build(rows, folder, model):
    """Index the abstracts and save the index."""
    embeddings = Embeddings(path=model, content=True)
    embeddings.index((row["pmid"], f"{row['title']}\n{row['abstract']}", None) for row in rows)
    embeddings.save(folder)


def fill(rows, vectors, folder, model):
    """Index passages by the vectors given, and save the index, which then embeds questions by the model."""
    by_text = dict(zip((row["text"] for row in rows), vectors, strict=True))
    embeddings = Embeddings(
        method="external", transform=lambda texts: np.stack([by_text[text] for text in texts]), content=True
    )
    embeddings.index((row["id"], row["text"], None) for row in rows)
    for name in ("method", "transform"):
        del embeddings.config[name]
    embeddings.config["path"] = model
    embeddings.save(folder)


def load(folder, model):
    """Return what searches the index."""
    embeddings = Embeddings()
    embeddings.load(folder)
    return lambda question: [found["id"] for found in embeddings.search(question, 10)]
