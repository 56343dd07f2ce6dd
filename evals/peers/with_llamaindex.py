"""LlamaIndex: a VectorStoreIndex over HuggingFaceEmbedding, persisted to a folder."""

from llama_index.core import Document, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding


def build(rows, folder, model):
    """Index the abstracts and persist the index."""
    whole = [Document(text=f"{row['title']}\n{row['abstract']}", metadata={"pmid": row["pmid"]}) for row in rows]
    index = VectorStoreIndex.from_documents(whole, embed_model=HuggingFaceEmbedding(model_name=model))
    index.storage_context.persist(folder)


def fill(rows, vectors, folder, model):
    """Index passages by the vectors given, and persist the index."""
    nodes = [
        TextNode(id_=row["id"], text=row["text"], metadata={"pmid": row["pmid"]}, embedding=vector)
        for row, vector in zip(rows, vectors.tolist(), strict=True)
    ]
    index = VectorStoreIndex(nodes, embed_model=HuggingFaceEmbedding(model_name=model))
    index.storage_context.persist(folder)


def load(folder, model):
    """Return what searches the index."""
    stored = StorageContext.from_defaults(persist_dir=folder)
    index = load_index_from_storage(stored, embed_model=HuggingFaceEmbedding(model_name=model))
    retriever = index.as_retriever(similarity_top_k=10)
    return lambda question: [found.node.metadata["pmid"] for found in retriever.retrieve(question)]
