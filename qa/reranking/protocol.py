"""Protocol of a reranker: candidates in, scores out; `qa.reranking.reranker` has ours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


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
