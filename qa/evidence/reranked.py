"""Evidence read by the reranker: which sentences it takes for an answer, and how sure that makes us."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from index import Library
from index.records import TITLE
from qa.answer import Source
from qa.evidence.scoring import Evidence, gather
from qa.reranking.inputs import context_of
from qa.reranking.protocol import Candidate, PairScore, Reranker, chance

_READ, _OF_EACH = 24, 2
"""Sentences that are read for a question, those that promise most; and how many of each abstract at least."""
_WEIGHT, _LEAST = 0.05, -4.0
"""What a sentence gains by log-odds, on the scale of its score, and the log-odds below which it gains nothing: unread
sentences do not gain either. Chosen on SciFact's and BioASQ's questions to tune by, where twice or half as much comes
to the same."""
_CONFIDENCE = (0.68, 0.27, 0.33)
"""Weights of a sentence's log-odds without the cross-encoder, of the cross-encoder's log-odds, and of 1.

A logistic regression on the best sentence of an answer, over BioASQ's questions to tune by, asked with their relevant
abstracts among the sources and without. It leaves the cross-encoder's weight open between .3 and .5 of the other (AUROC
.915 to .916); moved so that precision and recall of refusing meet at `grounding.ANSWERS`."""
_UNNAMED = -0.5
"""The most that the reranker's log-odds count for confidence in a sentence whose abstract lacks a subject word of the
question: asked for an antibody, an abstract that speaks of none does not answer, however much it reads like it."""


def rerank_evidence(
    question: str, sources: Sequence[Source], *, library: Library, focus: str = "", reranker: Reranker | None = None
) -> list[Evidence]:
    """Return the sentences of the sources, best first, the most promising of them read by the reranker, if any.

    See `qa.evidence.scoring.gather` for what they are without it.
    """
    evidence = gather(question, sources, library=library, focus=focus)
    if reranker is None or not evidence:
        return evidence
    promising = {id(one) for one in _promising(evidence)}
    asked = library.understood(question).text
    read = [one for one in evidence if id(one) in promising]
    scores = reranker.score(asked, [Candidate(one.text, _context(one)) for one in read])
    known = {id(one): reading for one, reading in zip(read, scores, strict=True)}
    weighed = [_weighed(one, known[id(one)]) if id(one) in known else one for one in evidence]
    return sorted(weighed, key=lambda one: (-one.score, one.source.number, one.start))


def stances(evidence: Sequence[Evidence]) -> dict[tuple[str, int], tuple[float, float, float]]:
    """Return the stance of each sentence that has one (see `PairScore.stance`), by PMID and start."""
    return {
        (one.source.abstract.pmid, one.start): one.pair_score.stance
        for one in evidence
        if one.pair_score is not None and one.pair_score.stance is not None
    }


def _promising(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the first sentences of each abstract, and the first of all until there are enough."""
    by_abstract = groupby(sorted(evidence, key=lambda one: one.source.number), key=lambda one: one.source.number)
    firsts = [one for _, group in by_abstract for one in list(group)[:_OF_EACH]]
    others = [one for one in evidence if all(one is not first for first in firsts)]
    return [*firsts, *others[: max(0, _READ - len(firsts))]]


def _weighed(one: Evidence, pair_score: PairScore) -> Evidence:
    gained = one.score + _WEIGHT * max(0.0, pair_score.answers - _LEAST)
    if pair_score.stance is None:  # its scores mean nothing beyond their order
        return replace(one, score=gained, pair_score=pair_score)
    without, by_reranker, always = _CONFIDENCE
    answers = min(pair_score.answers, _UNNAMED) if one.missing_words else pair_score.answers
    odds = without * math.log(one.confidence / (1 - one.confidence)) + by_reranker * answers + always
    return replace(one, score=gained, confidence=chance(odds), pair_score=pair_score)


def _context(one: Evidence) -> str:
    return context_of(one.source.abstract.title, TITLE if one.start == 0 else "")
