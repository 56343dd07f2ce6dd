"""Text to hits: the dense and the lexical side, each filtered before its top-k, fused into one ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from index.encoder import Encoder, Vectors
from index.errors import InputError
from index.filtering import Selection
from index.lexical import LexicalIndex
from index.records import Hit
from index.store import Store
from index.terms import terms
from index.vectors import VectorIndex

Mode = Literal["hybrid", "dense", "lexical"]

DENSE_WEIGHT = 0.55
"""The dense side's share of a fused score; convex combination beats reciprocal ranks (Bruch, Gai and Ingber 2023)."""

MAX_QUERY_CHARACTERS = 2_000
_DEPTH = 100
"""How many passages each side finds at least before they are fused; what only one side knows needs the room."""


@dataclass(frozen=True, slots=True)
class Indexes:
    """What a search reads: the truth, its two indexes at one generation, and the encoder of the library."""

    store: Store
    vectors: VectorIndex
    lexical: LexicalIndex
    encoder: Encoder | None


def search(query: str, *, indexes: Indexes, top: int, mode: Mode, selection: Selection | None) -> list[Hit]:
    """Return up to `top` hits, best first; the order is the same whenever the library and the query are."""
    text = checked_query(query)
    _check_bounds(top, mode)
    depth = max(_DEPTH, 2 * top)
    cosines: dict[int, float] = {}
    bm25: dict[int, float] = {}
    words = terms(text)
    if mode != "dense":
        bm25 = dict(indexes.lexical.search(words, top=depth, selection=selection))
    if mode != "lexical" and indexes.encoder and len(indexes.vectors):
        vector = indexes.encoder.encode([text], kind="query")[0]
        cosines = dict(indexes.vectors.search(vector, top=depth, selection=selection))
    if mode == "hybrid":  # what only one side found gets the other side's score too: like is compared with like
        only_dense = sorted(set(cosines) - set(bm25))
        only_lexical = sorted(set(bm25) - set(cosines))
        bm25 |= dict(
            indexes.lexical.search(words, top=depth, selection=Selection(np.array(only_dense, dtype=np.int64)))
        )
        cosines |= _cosines_of(only_lexical, vector, indexes.store)
    scores = _fuse(cosines, bm25) if mode == "hybrid" else cosines or bm25
    ranked = sorted(scores, key=lambda id_: (-scores[id_], id_))[:top]
    passages = indexes.store.passages(ranked)
    return [Hit(passages[id_], scores[id_], cosines.get(id_), bm25.get(id_)) for id_ in ranked if id_ in passages]


def checked_query(query: str) -> str:
    """Return a query trimmed. Raises InputError when it is empty or beyond MAX_QUERY_CHARACTERS."""
    text = query.strip()
    if not any(char.isalnum() for char in text):
        raise InputError("there is nothing to search for: write a question or some words")
    if len(text) > MAX_QUERY_CHARACTERS:
        raise InputError(
            f"the question has {len(text):,} characters, the most is {MAX_QUERY_CHARACTERS:,}: ask in a sentence or two"
        )
    return text


def _check_bounds(top: int, mode: str) -> None:
    if not 1 <= top <= 10_000:
        raise InputError(f"top is {top}; give a number from 1 to 10,000")
    if mode not in get_args(Mode):
        raise InputError(f"no search mode {mode!r}; give one of {', '.join(get_args(Mode))}")


def _cosines_of(ids: Sequence[int], vector: Vectors, store: Store) -> dict[int, float]:
    stored = store.vectors(ids)
    return {id_: float(np.dot(stored[id_].astype(np.float32), vector)) for id_ in ids if id_ in stored}


def _fuse(cosines: Mapping[int, float], bm25: Mapping[int, float]) -> dict[int, float]:
    """Return the convex combination of both sides' scores, the cosines stretched to 0…1, BM25 divided by its best.

    BM25's zero means that no word is shared, so it keeps its place; a cosine's zero means nothing.
    """
    low, high = min(cosines.values(), default=0.0), max(cosines.values(), default=1.0)
    best = max(bm25.values(), default=1.0)
    width = high - low or 1.0
    return {
        id_: DENSE_WEIGHT * (cosines.get(id_, low) - low) / width + (1 - DENSE_WEIGHT) * bm25.get(id_, 0.0) / best
        for id_ in {**cosines, **bm25}
    }
