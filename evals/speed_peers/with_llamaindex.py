"""LlamaIndex: a VectorStoreIndex over HuggingFaceEmbedding, persisted to a folder."""

from llama_index.core import Document, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.embeddings.huggingface import HuggingFaceEmbedding


def build(rows, folder, model):
    """Index the abstracts and persist the index."""
    whole = [Document(text=f"{row['title']}\n{row['abstract']}", metadata={"pmid": row["pmid"]}) for row in rows]
    index = VectorStoreIndex.from_documents(whole, embed_model=HuggingFaceEmbedding(model_name=model))
    index.storage_context.persist(folder)


def load(folder, model):
    """Return what searches the index."""
    stored = StorageContext.from_defaults(persist_dir=folder)
    index = load_index_from_storage(stored, embed_model=HuggingFaceEmbedding(model_name=model))
    retriever = index.as_retriever(similarity_top_k=10)
    return lambda question: [found.node.metadata["pmid"] for found in retriever.retrieve(question)]
