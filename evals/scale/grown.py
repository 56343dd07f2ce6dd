"""Libraries of any size for python -m evals growth: real abstracts, and beyond those, abstracts made of two real ones.

A made abstract has the shape of one real abstract: each of its passages begins with that one's sentences and ends with
those of the nearest passage of another abstract on the same matter, and its vector lies between the two passages' own,
with noise. Nothing is embedded, and nothing made is kept but in the libraries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import Abstract, Passage, Section
from index.analysis.sentences import sentence_spans
from index.records import TITLE
from index.storage.folder.store import Store
from index.storage.schema import Entry

SEED = 20261127
FIRST_MADE = 60_000_000
"""PMIDs from here on are of made abstracts; PubMed's are lower."""
_HELD_BACK = 1_000
"""Real abstracts, the last ones, that no library is made of, so that they can be added; of few, a seventh."""
_PARTNERS = 10
"""Abstracts on the same matter that a real one is mixed with."""
_NOISE = 0.4
"""The length of the noise beside a vector of length 1: the cosine to what it is added to is then .93."""
_RETRACTED = 1_000
"""One abstract in so many is retracted, about as in PubMed, so that a search has something to leave out."""
_YEARS = range(1990, 2025)

Unit = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Real:
    """A real abstract with its passages, their vectors and their sentences."""

    abstract: Abstract
    passages: tuple[Passage, ...]
    vectors: NDArray[np.float16]
    sentences: tuple[tuple[str, ...], ...]


def real_abstracts(library: Path) -> list[Real]:
    """Return what a library holds, without the abstracts that have only a title."""
    store = Store(library / "library.db")
    try:
        grouped: dict[str, list[int]] = {}
        passages = store.passages(store.passage_ids().tolist())
        for id_, passage in sorted(passages.items()):
            grouped.setdefault(passage.pmid, []).append(id_)
        vectors = store.vectors(list(passages))
        abstracts = store.get(list(grouped))
    finally:
        store.close()
    return [
        Real(
            abstracts[pmid],
            tuple(passages[id_] for id_ in ids),
            np.stack([vectors[id_] for id_ in ids]),
            tuple(_sentences(passages[id_].text) for id_ in ids),
        )
        for pmid, ids in grouped.items()
        if len(ids) > 1
    ]


def parted(real: Sequence[Real]) -> tuple[Sequence[Real], Sequence[Real]]:
    """Return the abstracts that libraries are made of, and those that are held back to be added."""
    at = len(real) - min(_HELD_BACK, len(real) // 7)
    return real[:at], real[at:]


def entries(real: Sequence[Real], passages: int) -> Iterator[Entry]:
    """Yield abstracts until they have so many passages, the same each time: the real ones, then made ones.

    All have a year, and some are retracted, by their place.
    """
    count = 0
    for number, entry in enumerate(_all(real)):
        if count >= passages:
            return
        year, is_retracted = _YEARS[number % len(_YEARS)], number % _RETRACTED == _RETRACTED - 1
        dated = replace(entry.abstract, year=year, is_retracted=is_retracted)
        yield Entry(dated, entry.passages, entry.vectors)
        count += len(entry.passages)


def _all(real: Sequence[Real]) -> Iterator[Entry]:
    for one in real:
        yield Entry(one.abstract, one.passages, one.vectors)
    random = np.random.default_rng(SEED)
    partners = _nearest(np.stack([_unit(one.vectors.astype(np.float32).mean(axis=0)) for one in real]))
    number = FIRST_MADE
    while True:
        for at in random.permutation(len(real)):
            yield _mixed(str(number), real[at], real[random.choice(partners[at])], random)
            number += 1


def _mixed(pmid: str, first: Real, second: Real, random: np.random.Generator) -> Entry:
    """Return an abstract between two."""
    vectors = first.vectors.astype(np.float32)
    nearest = (vectors @ second.vectors.astype(np.float32).T).argmax(axis=1)
    share = random.uniform(0.3, 0.7, size=(len(vectors), 1)).astype(np.float32)
    noise = random.standard_normal(vectors.shape, dtype=np.float32) * _NOISE / np.sqrt(vectors.shape[1])
    between = _unit(share * vectors + (1 - share) * second.vectors[nearest].astype(np.float32))
    title = _halves(first.abstract.title.split(), second.abstract.title.split())
    texts = [
        _halves(mine, second.sentences[other])
        for passage, mine, other in zip(first.passages, first.sentences, nearest, strict=True)
        if passage.section != TITLE
    ]
    return _entry(pmid, title, texts, _unit(between + noise).astype(np.float16))


def _entry(pmid: str, title: str, texts: Sequence[str], vectors: NDArray[np.float16]) -> Entry:
    """Return an abstract of a title and passages; a title so long that it was two passages is one here."""
    abstract = Abstract(pmid, title, (Section("", "", " ".join(texts)),))
    passages = [Passage(pmid, TITLE, 0, len(title), title)]
    at = len(title) + 1
    for text in texts:
        passages.append(Passage(pmid, "", at, at + len(text), text))
        at += len(text) + 1
    return Entry(abstract, passages, vectors[-len(passages) :])


def _nearest(units: Unit) -> NDArray[np.int64]:
    """Return the rows of the nearest others of each row."""
    alike = units @ units.T
    np.fill_diagonal(alike, -1)
    return np.argpartition(-alike, min(_PARTNERS, len(units) - 1), axis=1)[:, :_PARTNERS]


def _halves(first: Sequence[str], second: Sequence[str]) -> str:
    """Return the first half of one list of texts and the second half of another, as one text."""
    return " ".join([*first[: (len(first) + 1) // 2], *second[(len(second) + 1) // 2 :]])


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(text[start:end] for start, end in sentence_spans(text))


def _unit(vectors: Unit) -> Unit:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / lengths, dtype=np.float32)
