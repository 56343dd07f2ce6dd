"""A question to numbered sources: passages found by the library, grouped by abstract."""

from __future__ import annotations

from collections.abc import Sequence

from index import Filters, Hit, Library
from qa.answer import Source

MAX_SOURCES = 8
PASSAGES = 40
"""Passages asked of the library for a question: enough that eight abstracts come out of them."""
_COUNTED, _SHARE = 3, 0.3
"""How many passages count for an abstract, and what each further one counts of the one before."""


def retrieve(library: Library, question: str, *, filters: Filters = Filters(), top: int = MAX_SOURCES) -> list[Source]:
    """Return up to `top` abstracts as sources numbered from 1, best first, each with its passages that were found."""
    hits = library.search(question, top=max(PASSAGES, 4 * top), filters=filters)
    return group_by_abstract(library, hits, top=top)


def group_by_abstract(library: Library, hits: Sequence[Hit], *, top: int) -> list[Source]:
    """Return the abstracts of hits, best first; an abstract that has gone since is left out."""
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(hit.passage.pmid, []).append(hit)
    pmids = sorted(grouped, key=lambda pmid: (-_standing(grouped[pmid]), int(pmid)))[:top]
    abstracts = library.get_many(pmids)
    here = [pmid for pmid in pmids if pmid in abstracts]
    return [Source(number, abstracts[pmid], tuple(grouped[pmid])) for number, pmid in enumerate(here, start=1)]


def _standing(hits: Sequence[Hit]) -> float:
    """Return an abstract's score: its best passage's, and a falling share of the next ones'."""
    best = sorted((hit.score for hit in hits), reverse=True)[:_COUNTED]
    return sum(score * _SHARE**rank for rank, score in enumerate(best))
