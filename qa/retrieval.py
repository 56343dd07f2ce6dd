"""A question to numbered sources: passages found by the library, grouped by abstract."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index import Filters, Hit, Library
from index.analysis.abbreviations import Spelled, with_both_forms
from index.analysis.terms import families
from index.records import Abstract
from index.search.hybrid import DENSE_WEIGHT, fuse
from qa.answer import Source
from qa.reranking.inputs import context_of
from qa.reranking.protocol import Candidate, Reranker

MAX_SOURCES = 8
PASSAGES = 40
"""Passages asked of the library for a question: enough that eight abstracts come out of them."""

RERANKED = 10
"""Abstracts of which the reranker reads the best passage."""
_MOST = 50.0
"""Log-odds, either way: beyond, all are the same, and a number stays a number."""
_NOTHING = Spelled("")
_LOOKED_AT = 2
"""Times as many abstracts as are wanted are held against the names of the question."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """How the abstracts found are put in order. Other values than these are there to be measured.

    `dense_weight` is the share of the best cosine among an abstract's passages, the rest is BM25's: the whole
    abstract's, or without `by_whole_abstract` its best passage's. An abstract that names IL-32γ only when IL-32β is
    asked for loses `names_the_like`, on the scale of a fused score; a reranker has `reranker_weight` to give, which the
    abstracts that it reads share (see `softmax`).
    """

    dense_weight: float = DENSE_WEIGHT
    by_whole_abstract: bool = True
    names_the_like: float = 0.15
    reranker_weight: float = 0.2


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

    A reranker reads the best passage of each of the first abstracts under its title, and has its say in their order.
    """
    if reranker is None:
        return as_sources(find(library, question, filters=filters, most=top, ranking=ranking))
    found = find(library, question, filters=filters, most=max(top, RERANKED), ranking=ranking)
    return as_sources(rerank(found, library.understood(question).text, reranker, ranking)[:top])


def find(
    library: Library, question: str, *, filters: Filters = Filters(), most: int, ranking: Ranking = Ranking()
) -> list[Found]:
    """Return up to `most` abstracts that search finds, best first."""
    hits = library.search(question, top=max(PASSAGES, 4 * most), filters=filters)
    return _found(library, hits, most=most, asked=library.understood(question), ranking=ranking)


def group_by_abstract(
    library: Library, hits: Sequence[Hit], *, top: int, asked: Spelled = _NOTHING, ranking: Ranking = Ranking()
) -> list[Source]:
    """Return the abstracts of hits, best first; an abstract that has gone since is left out.

    One that names only the like of what was asked for, a text as the library understands it, comes after those that
    name the thing itself.
    """
    return as_sources(_found(library, hits, most=top, asked=asked, ranking=ranking))


@dataclass(frozen=True, slots=True)
class Found:
    """An abstract with its hits, and where it stands by search: about 0 to 1, higher is better."""

    abstract: Abstract
    hits: tuple[Hit, ...]
    standing: float


def _found(library: Library, hits: Sequence[Hit], *, most: int, asked: Spelled, ranking: Ranking) -> list[Found]:
    """Return up to `most` abstracts of hits, best first."""
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(hit.passage.pmid, []).append(hit)
    standings = _standings(grouped, ranking)
    ranked = sorted(grouped, key=lambda pmid: (-standings[pmid], int(pmid)))[: _LOOKED_AT * most]
    if len(ranked) > most:  # what no other's loss can bring among the first is not looked at
        least = standings[ranked[most - 1]] - ranking.names_the_like
        ranked = [pmid for pmid in ranked if standings[pmid] >= least]
    abstracts = library.get_many(ranked)
    found = [
        Found(
            abstracts[pmid],
            tuple(grouped[pmid]),
            standings[pmid] - ranking.names_the_like * names_only_the_like(asked, abstracts[pmid].text),
        )
        for pmid in ranked
        if pmid in abstracts
    ]
    return sorted(found, key=lambda one: -one.standing)[:most]


def as_sources(found: Sequence[Found]) -> list[Source]:
    """Return abstracts as sources numbered from 1."""
    return [Source(number, one.abstract, one.hits) for number, one in enumerate(found, start=1)]


def rerank(found: Sequence[Found], question: str, reranker: Reranker, ranking: Ranking = Ranking()) -> list[Found]:
    """Return abstracts, the first RERANKED of them by their standing and the reranker's score of their best passage.

    `question` is as the library understands it.
    """
    head, rest = found[:RERANKED], found[RERANKED:]
    scores = reranker.score(question, [best_passage(one) for one in head])
    weighed = [
        replace(one, standing=one.standing + ranking.reranker_weight * share)
        for one, share in zip(head, softmax([reading.is_about for reading in scores]), strict=True)
    ]
    return [*sorted(weighed, key=lambda one: -one.standing), *rest]


def softmax(odds: Sequence[float]) -> list[float]:
    """Return what each of some texts has of the reranker's choice of one, by its log-odds: their softmax.

    So it learnt to read (ListNet's top one: Cao et al. 2007). An abstract that stands out gains much; where many are as
    good, as they are for a broad question, none gains much, and they stay as search has them.

    >>> softmax([3.0, 3.0])
    [0.5, 0.5]
    """
    powers = [math.exp(max(-_MOST, min(_MOST, one))) for one in odds]
    return [power / sum(powers) for power in powers]


def best_passage(one: Found) -> Candidate:
    """Return the passage of an abstract that search ranks first, as the reranker reads it."""
    passage = one.hits[0].passage
    return Candidate(passage.text, context_of(one.abstract.title, passage.section))


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
