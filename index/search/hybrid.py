"""Query to hits: the dense and the lexical side, each filtered before its top-k, fused into one ranking."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.embedding.encoder import Vectors
from index.records import Hit, Passage
from index.search.dense import VectorIndex
from index.search.filters import Selection
from index.search.lexical import LexicalIndex
from index.search.query import Mode, Query

_Key = TypeVar("_Key", bound=Hashable)

DENSE_WEIGHT = 0.55
"""The dense side's share of a fused score; convex combination beats reciprocal ranks (Bruch, Gai and Ingber 2023)."""

DEPTH = 100
"""The least number of passages from each side before they are fused; those of one side only need the room."""


class PassageStore(Protocol):
    """Protocol of the store that a search reads passages and vectors from."""

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Return these passages by id, without those that are gone."""

    def vectors(self, ids: Sequence[int]) -> dict[int, NDArray[np.float16]]:
        """Return the vectors of these passages."""


@dataclass(frozen=True, slots=True)
class Indexes:
    """The store that a search reads, and its two indexes at one generation."""

    store: PassageStore
    vectors: VectorIndex
    lexical: LexicalIndex


@dataclass(frozen=True, slots=True)
class _Sought:
    """The terms that are searched for in texts and among headings, with their weights."""

    terms: Mapping[str, float] = field(default_factory=dict)
    headings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Scores:
    """The scores of each side, by passage id."""

    cosines: dict[int, float]
    bm25: dict[int, float]


def search(
    query: Query, vector: Vectors | None, *, indexes: Indexes, top: int, mode: Mode, selection: Selection | None
) -> list[Hit]:
    """Return up to `top` hits, best first; the order is the same whenever the library and the query are.

    `vector` is the query's, None for a lexical search.
    """
    sought = _Sought(query.weighted_terms, query.heading_terms) if mode != "dense" else _Sought()
    scores = _scores(sought, vector, indexes, depth=max(DEPTH, 2 * top), mode=mode, selection=selection)
    fused = fuse(scores.cosines, scores.bm25) if mode == "hybrid" else scores.cosines or scores.bm25
    ranked = sorted(fused, key=lambda id_: (-fused[id_], id_))[:top]
    passages = indexes.store.passages(ranked)
    whole = indexes.lexical.whole_scores(sought.terms, ranked, headings=sought.headings)
    return [
        Hit(passages[id_], fused[id_], scores.cosines.get(id_), scores.bm25.get(id_), whole.get(id_))
        for id_ in ranked
        if id_ in passages
    ]


def _scores(
    sought: _Sought,
    vector: Vectors | None,
    indexes: Indexes,
    *,
    depth: int,
    mode: Mode,
    selection: Selection | None,
) -> _Scores:
    if vector is None:
        return _Scores({}, dict(_by_words(sought, indexes, depth, selection)))
    if mode == "dense":
        return _Scores(dict(indexes.vectors.search(vector, top=depth, selection=selection)), {})
    return _both_sides(sought, vector, indexes, depth=depth, selection=selection)


def _by_words(sought: _Sought, indexes: Indexes, depth: int, selection: Selection | None) -> list[tuple[int, float]]:
    return indexes.lexical.search(sought.terms, top=depth, selection=selection, headings=sought.headings)


def _both_sides(
    sought: _Sought, vector: Vectors, indexes: Indexes, *, depth: int, selection: Selection | None
) -> _Scores:
    """Search both sides, and score the hits of each on the other too: like is compared with like."""
    if not len(indexes.vectors):
        return _Scores({}, {})
    cosines = dict(indexes.vectors.search(vector, top=depth, selection=selection))
    bm25 = dict(_by_words(sought, indexes, depth, selection))
    only_dense = np.array(sorted(set(cosines) - set(bm25)), dtype=np.int64)
    only_lexical = sorted(set(bm25) - set(cosines))
    bm25 |= dict(_by_words(sought, indexes, depth, Selection(only_dense)))
    stored = indexes.store.vectors(only_lexical)
    cosines |= {id_: float(np.dot(passage.astype(np.float32), vector)) for id_, passage in stored.items()}
    return _Scores(cosines, bm25)


def fuse(
    cosines: Mapping[_Key, float], bm25: Mapping[_Key, float], *, dense_weight: float = DENSE_WEIGHT
) -> dict[_Key, float]:
    """Return the convex combination of both sides' scores, the cosines stretched to 0…1, BM25 divided by its best.

    What only one side has scored is the worst of the other. BM25's zero means that no word is shared, so it keeps its
    place; a cosine's zero means nothing.
    """
    low, high = min(cosines.values(), default=0.0), max(cosines.values(), default=1.0)
    best = max(bm25.values(), default=1.0)
    width = high - low or 1.0
    return {
        id_: dense_weight * (cosines.get(id_, low) - low) / width + (1 - dense_weight) * bm25.get(id_, 0.0) / best
        for id_ in {**cosines, **bm25}
    }
