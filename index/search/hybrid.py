"""Text to hits: the dense and the lexical side, each filtered before its top-k, fused into one ranking."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar, get_args

import numpy as np

from index.analysis.abbreviations import Abbreviation, Spelled, spell
from index.analysis.terms import canonical, terms
from index.embedding.encoder import Vectors
from index.errors import InputError
from index.records import Hit
from index.search.dense import VectorIndex
from index.search.filters import Selection
from index.search.lexical import LexicalIndex
from index.storage.folder.store import Store

Mode = Literal["hybrid", "dense", "lexical"]
_Key = TypeVar("_Key", bound=Hashable)

DENSE_WEIGHT = 0.55
"""The dense side's share of a fused score; convex combination beats reciprocal ranks (Bruch, Gai and Ingber 2023)."""

MAX_QUERY_CHARACTERS = 2_000
DEPTH = 100
"""How many passages each side finds at least before they are fused; what only one side knows needs the room."""


@dataclass(frozen=True, slots=True)
class Indexes:
    """What a search reads: the truth, and its two indexes at one generation."""

    store: Store
    vectors: VectorIndex
    lexical: LexicalIndex


@dataclass(frozen=True, slots=True)
class Query:
    """A query as both sides read it, its `vector` for the dense side, None where that is not asked."""

    text: str
    vector: Vectors | None


@dataclass(frozen=True, slots=True)
class _Scores:
    """What each side knows of the passages that were found, by passage id."""

    cosines: dict[int, float]
    bm25: dict[int, float]


def search(query: Query, *, indexes: Indexes, top: int, mode: Mode, selection: Selection | None) -> list[Hit]:
    """Return up to `top` hits, best first; the order is the same whenever the library and the query are."""
    found = _scores(query, indexes=indexes, depth=max(DEPTH, 2 * top), mode=mode, selection=selection)
    scores = fuse(found.cosines, found.bm25) if mode == "hybrid" else found.cosines or found.bm25
    ranked = sorted(scores, key=lambda id_: (-scores[id_], id_))[:top]
    passages = indexes.store.passages(ranked)
    whole = indexes.lexical.whole_scores(terms(query.text), ranked) if mode != "dense" else {}
    return [
        Hit(passages[id_], scores[id_], found.cosines.get(id_), found.bm25.get(id_), whole.get(id_))
        for id_ in ranked
        if id_ in passages
    ]


class Defining(Protocol):
    """What knows the abbreviations of a library."""

    def definitions(self, form: str) -> list[Abbreviation]:
        """Return the abbreviations that are defined with a form of this key, once for each time they are."""


def understood(query: str, lexical: Defining) -> Spelled:
    """Return a query as both sides read it: names in one written form, abbreviations in both forms."""
    spelled = spell(checked_query(query), lexical.definitions)
    return Spelled(canonical(spelled.text), spelled.abbreviations)


def checked_query(query: str) -> str:
    """Return a query trimmed. Raises InputError when it is empty or beyond MAX_QUERY_CHARACTERS."""
    text = query.encode("utf-8", "replace").decode().strip()  # half a surrogate pair cannot be stored or encoded
    if not any(char.isalnum() for char in text):
        raise InputError("there is nothing to search for: write a question or some words")
    if len(text) > MAX_QUERY_CHARACTERS:
        raise InputError(
            f"the question has {len(text):,} characters, the most is {MAX_QUERY_CHARACTERS:,}: ask in a sentence or two"
        )
    return text


def check_bounds(top: int, mode: str) -> None:
    """Raise InputError for a number of hits, or a mode, that there is not."""
    if not 1 <= top <= 10_000:
        raise InputError(f"top is {top}; give a number from 1 to 10,000")
    if mode not in get_args(Mode):
        raise InputError(f"no search mode {mode!r}; give one of {', '.join(get_args(Mode))}")


def _scores(query: Query, *, indexes: Indexes, depth: int, mode: Mode, selection: Selection | None) -> _Scores:
    if query.vector is None:
        return _Scores({}, _lexical(query.text, indexes, depth, selection))
    if mode == "dense":
        return _Scores(dict(indexes.vectors.search(query.vector, top=depth, selection=selection)), {})
    return _both_sides(query.text, query.vector, indexes, depth=depth, selection=selection)


def _lexical(text: str, indexes: Indexes, depth: int, selection: Selection | None) -> dict[int, float]:
    return dict(indexes.lexical.search(terms(text), top=depth, selection=selection))


def _both_sides(text: str, vector: Vectors, indexes: Indexes, *, depth: int, selection: Selection | None) -> _Scores:
    """Search both sides, and give what only one of them found the other's score too: like is compared with like."""
    if not len(indexes.vectors):
        return _Scores({}, {})
    cosines = dict(indexes.vectors.search(vector, top=depth, selection=selection))
    bm25 = _lexical(text, indexes, depth, selection)
    only_dense = np.array(sorted(set(cosines) - set(bm25)), dtype=np.int64)
    only_lexical = sorted(set(bm25) - set(cosines))
    bm25 |= _lexical(text, indexes, depth, Selection(only_dense))
    stored = indexes.store.vectors(only_lexical)
    cosines |= {id_: float(np.dot(one.astype(np.float32), vector)) for id_, one in stored.items()}
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
