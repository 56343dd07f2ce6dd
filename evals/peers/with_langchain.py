"""LangChain: FAISS over HuggingFaceEmbeddings, split by RecursiveCharacterTextSplitter(1000, 200)."""

from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter


def build(rows, folder, model):
    """Index the abstracts and save the index."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    whole = [Document(f"{row['title']}\n{row['abstract']}", metadata={"pmid": row["pmid"]}) for row in rows]
    FAISS.from_documents(splitter.split_documents(whole), HuggingFaceEmbeddings(model_name=model)).save_local(folder)


def fill(rows, vectors, folder, model):
    """Index passages by the vectors given, and save the index."""
    embedded = zip((row["text"] for row in rows), vectors.tolist(), strict=True)
    embeddings, metadatas = HuggingFaceEmbeddings(model_name=model), [{"pmid": row["pmid"]} for row in rows]
    FAISS.from_embeddings(embedded, embeddings, metadatas).save_local(folder)


def load(folder, model):
    """Return what searches the index."""
    embeddings = HuggingFaceEmbeddings(model_name=model)
    index = FAISS.load_local(folder, embeddings, allow_dangerous_deserialization=True)  # it pickles what it saves
    return lambda question: [found.metadata["pmid"] for found in index.similarity_search(question, k=10)]
