"""A question to numbered sources: passages found by the library, grouped by abstract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index import Filters, Hit, Library
from index.search import fuse
from qa.answer import Source

MAX_SOURCES = 8
PASSAGES = 40
"""Passages asked of the library for a question: enough that eight abstracts come out of them."""


def retrieve(library: Library, question: str, *, filters: Filters = Filters(), top: int = MAX_SOURCES) -> list[Source]:
    """Return up to `top` abstracts as sources numbered from 1, best first, each with its passages that were found."""
    hits = library.search(question, top=max(PASSAGES, 4 * top), filters=filters)
    return group_by_abstract(library, hits, top=top)


def group_by_abstract(library: Library, hits: Sequence[Hit], *, top: int) -> list[Source]:
    """Return the abstracts of hits, best first; an abstract that has gone since is left out."""
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(hit.passage.pmid, []).append(hit)
    standings = _standings(grouped)
    pmids = sorted(grouped, key=lambda pmid: (-standings[pmid], int(pmid)))[:top]
    abstracts = library.get_many(pmids)
    here = [pmid for pmid in pmids if pmid in abstracts]
    return [Source(number, abstracts[pmid], tuple(grouped[pmid])) for number, pmid in enumerate(here, start=1)]


def _standings(grouped: Mapping[str, Sequence[Hit]]) -> dict[str, float]:
    """Return the abstracts' scores: the best cosine and the best BM25 of each, fused as those of passages are.

    The two may be of different passages: one says what is meant, another has the words.
    """
    cosines = {pmid: [hit.cosine for hit in hits if hit.cosine is not None] for pmid, hits in grouped.items()}
    bm25 = {pmid: [hit.bm25 for hit in hits if hit.bm25 is not None] for pmid, hits in grouped.items()}
    return fuse(_bests(cosines), _bests(bm25))


def _bests(scores: Mapping[str, Sequence[float]]) -> dict[str, float]:
    return {pmid: max(found) for pmid, found in scores.items() if found}
