"""Protocol of a reranker: candidates in, scores out; `qa.reranking.reranker` has ours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text to score against a question, with its context: see `qa.reranking.inputs.context_of`."""

    text: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class PairScore:
    """Score of a candidate: the log-odds that it answers the question, and that its abstract is about the question.

    The first is for sentences, the second for passages. `stance` holds the chances that the text supports the question
    taken as a claim, contradicts it, or says nothing of it; None from a reranker that only scores.
    """

    answers: float
    is_about: float
    stance: tuple[float, float, float] | None = None


def chance(odds: float) -> float:
    """Return the chance, 0 to 1, of log-odds.

    >>> chance(0.0)
    0.5
    """
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))


class Reranker(Protocol):
    """Protocol of a model that scores texts against a question, each pair anew."""

    name: str
    sha256: str

    def score(self, question: str, candidates: Sequence[Candidate]) -> list[PairScore]:
        """Return the score of each candidate, in their order; texts that are too long are cut."""


@runtime_checkable
class PairReranker(Reranker, Protocol):
    """Protocol of a reranker that scores pairs of several questions at once: fewer, fuller batches."""

    def score_pairs(self, pairs: Sequence[tuple[str, Candidate]]) -> list[PairScore]:
        """Return the score of each pair of a question and a candidate, in their order."""


def score_pairs(reranker: Reranker, pairs: Sequence[tuple[str, Candidate]]) -> list[PairScore]:
    """Return the score of each pair of a question and a candidate, in their order, by any reranker."""
    if isinstance(reranker, PairReranker):
        return reranker.score_pairs(pairs)
    by_question: dict[str, list[int]] = {}
    for place, (question, _) in enumerate(pairs):
        by_question.setdefault(question, []).append(place)
    scores: dict[int, PairScore] = {}
    for question, places in by_question.items():
        scores |= dict(zip(places, reranker.score(question, [pairs[place][1] for place in places]), strict=True))
    return [scores[place] for place in range(len(pairs))]
