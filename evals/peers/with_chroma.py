"""Chroma: a persistent collection of whole abstracts, embedded by its SentenceTransformerEmbeddingFunction."""

import chromadb
from chromadb.config import Settings
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

_BATCH = 1000


def _client(folder):
    return chromadb.PersistentClient(path=folder, settings=Settings(anonymized_telemetry=False))


def build(rows, folder, model):
    """Add the abstracts to a new collection."""
    function = SentenceTransformerEmbeddingFunction(model_name=model)
    collection = _client(folder).create_collection("abstracts", embedding_function=function)
    for first in range(0, len(rows), _BATCH):
        batch = rows[first : first + _BATCH]
        texts = [f"{row['title']}\n{row['abstract']}" for row in batch]
        collection.add(ids=[row["pmid"] for row in batch], documents=texts)


def fill(rows, vectors, folder, model):
    """Add passages with the vectors given to a new collection."""
    function = SentenceTransformerEmbeddingFunction(model_name=model)
    collection = _client(folder).create_collection("abstracts", embedding_function=function)
    for first in range(0, len(rows), _BATCH):
        batch = rows[first : first + _BATCH]
        collection.add(
            ids=[row["id"] for row in batch],
            documents=[row["text"] for row in batch],
            embeddings=vectors[first : first + _BATCH],
        )


def load(folder, model):
    """Return what searches the collection."""
    function = SentenceTransformerEmbeddingFunction(model_name=model)
    collection = _client(folder).get_collection("abstracts", embedding_function=function)
    return lambda question: collection.query(query_texts=[question], n_results=10)["ids"][0]
