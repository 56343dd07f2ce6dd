"""A question to ranked, numbered sources: hits of the library, grouped by abstract and reranked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index import Filters, Hit, Library
from index.analysis.abbreviations import with_both_forms
from index.analysis.terms import families
from index.records import Abstract
from index.search.hybrid import DENSE_WEIGHT, fuse
from index.search.query import MAX_TOP, Query, parsed
from qa.answer import Source
from qa.reranking.inputs import context_of
from qa.reranking.protocol import Candidate, Reranker

MAX_SOURCES = 8
PASSAGES = 40
"""Passages asked of the library for a question: enough that eight abstracts come out of them."""

RERANKED = 10
"""Abstracts whose best passage the reranker scores."""
_MOST = 50.0
"""Log-odds, either way, are cut here, so that their exponentials stay finite."""
_NO_QUERY = Query("", "")
_LOOKED_AT = 2
"""Abstracts that are compared with the names of the question, as a multiple of the wanted number."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Weights of the order of abstracts; other values than the defaults are there to be measured.

    `dense_weight` is the share of the best cosine among an abstract's passages, the rest is BM25's: the whole
    abstract's, or without `by_whole_abstract` its best passage's. An abstract that names IL-32γ only when IL-32β is
    asked for loses `names_the_like`, on the scale of a fused score; the reranker's softmax over the abstracts that it
    scores is added with `reranker_weight`.
    """

    dense_weight: float = DENSE_WEIGHT
    by_whole_abstract: bool = True
    names_the_like: float = 0.15
    reranker_weight: float = 0.2


def retrieve(
    library: Library,
    question: str | Query,
    *,
    filters: Filters = Filters(),
    top: int = MAX_SOURCES,
    ranking: Ranking = Ranking(),
    reranker: Reranker | None = None,
) -> list[Source]:
    """Return up to `top` abstracts as sources numbered from 1, best first, each with its hits.

    A reranker scores the best passage of each of the first RERANKED abstracts, which moves their order.
    """
    query = parsed(question, library.parse)
    if reranker is None:
        return as_sources(find(library, query, filters=filters, most=top, ranking=ranking))
    ranked = find(library, query, filters=filters, most=max(top, RERANKED), ranking=ranking)
    return as_sources(rerank(ranked, query.normalized, reranker, ranking)[:top])


def find(
    library: Library, question: str | Query, *, filters: Filters = Filters(), most: int, ranking: Ranking = Ranking()
) -> list[RankedAbstract]:
    """Return up to `most` abstracts that search finds, best first."""
    query = parsed(question, library.parse)
    hits = library.search(query, top=min(max(PASSAGES, 4 * most), MAX_TOP), filters=filters)
    return rank_abstracts(library, hits, most=most, query=query, ranking=ranking)


@dataclass(frozen=True, slots=True)
class RankedAbstract:
    """An abstract with its hits and its standing, a fused score of about 0 to 1, higher is better."""

    abstract: Abstract
    hits: tuple[Hit, ...]
    standing: float


def rank_abstracts(
    library: Library, hits: Sequence[Hit], *, most: int, query: Query = _NO_QUERY, ranking: Ranking = Ranking()
) -> list[RankedAbstract]:
    """Return up to `most` abstracts of hits, best first; an abstract removed since is left out.

    An abstract that names only the like of what the query names comes after those that name the thing itself.
    """
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(hit.passage.pmid, []).append(hit)
    standings = _standings(grouped, ranking)
    ranked = sorted(grouped, key=lambda pmid: (-standings[pmid], int(pmid)))[: _LOOKED_AT * most]
    if len(ranked) > most:  # what no other's loss can bring among the first is not looked at
        least = standings[ranked[most - 1]] - ranking.names_the_like
        ranked = [pmid for pmid in ranked if standings[pmid] >= least]
    abstracts = library.get_many(ranked)
    standing_abstracts = [
        RankedAbstract(
            abstracts[pmid],
            tuple(grouped[pmid]),
            standings[pmid] - ranking.names_the_like * names_only_the_like(query, abstracts[pmid].text),
        )
        for pmid in ranked
        if pmid in abstracts
    ]
    return sorted(standing_abstracts, key=lambda ranked: -ranked.standing)[:most]


def as_sources(abstracts: Sequence[RankedAbstract]) -> list[Source]:
    """Return abstracts as sources numbered from 1."""
    return [Source(number, ranked.abstract, ranked.hits) for number, ranked in enumerate(abstracts, start=1)]


def rerank(
    abstracts: Sequence[RankedAbstract], question: str, reranker: Reranker, ranking: Ranking = Ranking()
) -> list[RankedAbstract]:
    """Return abstracts with the first RERANKED of them ordered by standing and the reranker's scores.

    `question` is as the library's indexes read it.
    """
    head, rest = abstracts[:RERANKED], abstracts[RERANKED:]
    scores = reranker.score(question, [best_passage(ranked) for ranked in head])
    moved = [
        replace(ranked, standing=ranked.standing + ranking.reranker_weight * share)
        for ranked, share in zip(head, softmax([score.is_about for score in scores]), strict=True)
    ]
    return [*sorted(moved, key=lambda ranked: -ranked.standing), *rest]


def softmax(odds: Sequence[float]) -> list[float]:
    """Return the softmax of log-odds.

    The reranker was trained by it (ListNet's top one: Cao et al. 2007). An abstract that stands out gains much; where
    many are as good, as for a broad question, none gains much, and they keep the order of search.

    >>> softmax([3.0, 3.0])
    [0.5, 0.5]
    """
    powers = [math.exp(max(-_MOST, min(_MOST, value))) for value in odds]
    return [power / sum(powers) for power in powers]


def best_passage(ranked: RankedAbstract) -> Candidate:
    """Return the best-ranked passage of an abstract, with its context."""
    passage = ranked.hits[0].passage
    return Candidate(passage.text, context_of(ranked.abstract.title, passage.section))


def names_only_the_like(query: Query, text: str) -> bool:
    """Return True if a text names something of the family of a thing in the query, but not that thing.

    >>> names_only_the_like(Query("", "What does factor VIII do?"), "Factor IX was low.")
    True
    >>> names_only_the_like(Query("", "What does IL-32 do?"), "IL-32β was raised.")
    False
    """
    wanted = query.families
    named = families(with_both_forms(text, query.equivalents)) if wanted else {}
    return any(name not in named and family in named.values() for name, family in wanted.items())


def _standings(grouped: Mapping[str, Sequence[Hit]], ranking: Ranking) -> dict[str, float]:
    """Return each abstract's fused score, of its passages' best cosine and the BM25 of the whole abstract.

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
    known = {pmid: [score for score in of_passages if score is not None] for pmid, of_passages in scores.items()}
    return {pmid: max(of_passages) for pmid, of_passages in known.items() if of_passages}
