"""Haystack: an in-memory document store, saved to a file; DocumentSplitter and SentenceTransformersDocumentEmbedder."""

from pathlib import Path

from haystack import Document
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.document_stores.types import DuplicatePolicy
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

_FILE = "store.json"


def build(rows, folder, model):
    """Split, embed and write the abstracts, and save the store."""
    whole = [Document(content=f"{row['title']}\n{row['abstract']}", meta={"pmid": row["pmid"]}) for row in rows]
    embedder = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
    embedder.warm_up()
    store = InMemoryDocumentStore()
    store.write_documents(embedder.run(DocumentSplitter().run(whole)["documents"])["documents"])
    Path(folder).mkdir(parents=True)
    store.save_to_disk(str(Path(folder) / _FILE))


def fill(rows, vectors, folder, model):
    """Write passages with the vectors given, and save the store."""
    store = InMemoryDocumentStore()
    store.write_documents(
        [
            Document(content=row["text"], meta={"pmid": row["pmid"]}, embedding=vector)
            for row, vector in zip(rows, vectors.tolist(), strict=True)
        ],
        policy=DuplicatePolicy.OVERWRITE,
    )
    Path(folder).mkdir(parents=True)
    store.save_to_disk(str(Path(folder) / _FILE))


def load(folder, model):
    """Return what searches the store."""
    embedder = SentenceTransformersTextEmbedder(model=model, progress_bar=False)
    embedder.warm_up()
    retriever = InMemoryEmbeddingRetriever(InMemoryDocumentStore.load_from_disk(str(Path(folder) / _FILE)), top_k=10)

    def search(question):
        found = retriever.run(query_embedding=embedder.run(question)["embedding"])["documents"]
        return [one.meta["pmid"] for one in found]

    return search
