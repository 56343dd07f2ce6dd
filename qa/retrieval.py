"""A question to numbered sources: passages found by the library, grouped by abstract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from index import Filters, Hit, Library
from index.abbreviations import Spelled, with_both_forms
from index.records import TITLE
from index.search import DENSE_WEIGHT, fuse
from index.terms import families
from qa.answer import Source

if TYPE_CHECKING:
    from qa.reranking import Reranker

MAX_SOURCES = 8
PASSAGES = 40
"""Passages asked of the library for a question: enough that eight abstracts come out of them."""

_NOTHING = Spelled("")
_LOOKED_AT = 2
"""Times as many abstracts as are wanted are held against the names of the question."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """How the abstracts found are put in order. Other values than these are there to be measured.

    `dense_weight` is the share of the best cosine among an abstract's passages, the rest is BM25's: the whole
    abstract's, or without `by_whole_abstract` its best passage's. An abstract that names IL-32γ only when IL-32β is
    asked for loses `names_the_like`, on the scale of a fused score.
    """

    dense_weight: float = DENSE_WEIGHT
    by_whole_abstract: bool = True
    names_the_like: float = 0.1


def retrieve(
    library: Library,
    question: str,
    *,
    filters: Filters = Filters(),
    top: int = MAX_SOURCES,
    ranking: Ranking = Ranking(),
    reranker: Reranker | None = None,
) -> list[Source]:
    """Return up to `top` abstracts as sources numbered from 1, best first, each with its passages that were found.

    With a re-ranker, the abstracts found are put in the order of the passage of each that it scores best.
    """
    hits = library.search(question, top=max(PASSAGES, 4 * top), filters=filters)
    wanted = top if reranker is None else len(hits)
    sources = group_by_abstract(library, hits, top=wanted, asked=library.understood(question), ranking=ranking)
    return sources if reranker is None else _reranked(sources, question, reranker)[:top]


def _reranked(sources: Sequence[Source], question: str, reranker: Reranker) -> list[Source]:
    """Return sources by their best passage, each read under its abstract's title; what ties keeps its order."""
    texts = [_titled(source, hit) for source in sources for hit in source.hits]
    scores = iter(reranker.scores(question, texts))
    best = [max(islice(scores, len(source.hits))) for source in sources]
    order = sorted(range(len(sources)), key=lambda place: -best[place])
    return [replace(sources[place], number=number) for number, place in enumerate(order, start=1)]


def _titled(source: Source, hit: Hit) -> str:
    title, text = source.abstract.title, hit.passage.text
    return text if hit.passage.section == TITLE or not title else f"{title} {text}"


def group_by_abstract(
    library: Library, hits: Sequence[Hit], *, top: int, asked: Spelled = _NOTHING, ranking: Ranking = Ranking()
) -> list[Source]:
    """Return the abstracts of hits, best first; an abstract that has gone since is left out.

    One that names only the like of what was asked for, a text as the library understands it, comes after those that
    name the thing itself.
    """
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(hit.passage.pmid, []).append(hit)
    standings = _standings(grouped, ranking)
    ranked = sorted(grouped, key=lambda pmid: (-standings[pmid], int(pmid)))[: _LOOKED_AT * top]
    abstracts = library.get_many(ranked)
    here = [pmid for pmid in ranked if pmid in abstracts]
    lost = {pmid: ranking.names_the_like * names_only_the_like(asked, abstracts[pmid].text) for pmid in here}
    here.sort(key=lambda pmid: lost[pmid] - standings[pmid])
    return [Source(number, abstracts[pmid], tuple(grouped[pmid])) for number, pmid in enumerate(here[:top], start=1)]


def names_only_the_like(asked: Spelled, text: str) -> bool:
    """Tell whether a text names something of the family of a thing that is asked for, but not that thing.

    >>> names_only_the_like(Spelled("What does factor VIII do?"), "Factor IX was low.")
    True
    >>> names_only_the_like(Spelled("What does IL-32 do?"), "IL-32β was raised.")
    False
    """
    wanted = families(asked.text)
    named = families(with_both_forms(text, asked.abbreviations)) if wanted else {}
    return any(name not in named and family in named.values() for name, family in wanted.items())


def _standings(grouped: Mapping[str, Sequence[Hit]], ranking: Ranking) -> dict[str, float]:
    """Return the abstracts' scores: the best cosine of a passage and the BM25 of the whole abstract, fused.

    One sentence can say what is meant, while the words of a question stand all over the abstract that answers it.
    """
    cosines = {pmid: [hit.cosine for hit in hits] for pmid, hits in grouped.items()}
    bm25 = {
        pmid: [hit.abstract_bm25 if ranking.by_whole_abstract else hit.bm25 for hit in hits]
        for pmid, hits in grouped.items()
    }
    fused = fuse(_bests(cosines), _bests(bm25), dense_weight=ranking.dense_weight)
    return dict.fromkeys(grouped, 0.0) | fused


def _bests(scores: Mapping[str, Sequence[float | None]]) -> dict[str, float]:
    known = {pmid: [score for score in found if score is not None] for pmid, found in scores.items()}
    return {pmid: max(found) for pmid, found in known.items() if found}
