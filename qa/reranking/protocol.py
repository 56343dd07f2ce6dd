"""What is given to a reranker, and what comes of it; `qa.reranking.reranker` has ours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text to read, and what is told of where it stands: see `qa.reranking.inputs.context_of`."""

    text: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class PairScore:
    """What came of a text: the log-odds that it answers the question, and that it is of an abstract on the matter.

    The first is meant for sentences, the second for passages. `stance` are the chances that the text supports what is
    asked, taken as a claim, contradicts it, or says nothing of it; None from a reranker that only scores.
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
    """What reads a question and a text together."""

    name: str
    sha256: str

    def score(self, question: str, candidates: Sequence[Candidate]) -> list[PairScore]:
        """Return what comes of each text; no texts, no readings. Texts that are too long are cut."""
