"""txtai: an embeddings index with its contents."""

from txtai import Embeddings


def build(rows, folder, model):
    """Index the abstracts and save the index."""
    embeddings = Embeddings(path=model, content=True)
    embeddings.index((row["pmid"], f"{row['title']}\n{row['abstract']}", None) for row in rows)
    embeddings.save(folder)


def load(folder, model):
    """Return what searches the index."""
    embeddings = Embeddings()
    embeddings.load(folder)
    return lambda question: [found["id"] for found in embeddings.search(question, 10)]
