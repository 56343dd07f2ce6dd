"""Rank the phrases of an abstract by a linear model: which one names its population, which the intervention.

The weights were learnt from annotated abstracts (`python -m training studies`). What the rules of `pico` read is among
the figures that they weigh.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from qa.studies.phrases import Floats, SentencePhrases, WordOdds, phrases_of
from qa.studies.records import Cell
from qa.studies.sentences import StudySentence

WEIGHTS = Path(__file__).parents[2] / "models" / "studies.json"
RANKED = ("population", "intervention")
_NEAR = 0.05
"""So near to the highest score that of what the rules read must be; tried on abstracts not learnt from."""


@dataclass(frozen=True, slots=True, eq=False)
class PhraseRanker:
    """Weights of what is told of a phrase: its figures, then its words; the score is the overlap to be expected.

    Where the rules read nothing, nothing below `least` is read either. One that `only_fills` leaves what they read.
    """

    weights: Floats
    base: float
    odds: WordOdds
    least: float = 0.0
    only_fills: bool = False

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> PhraseRanker:
        """Return the ranker that a JSON object holds, as `python -m training studies` writes it."""
        return cls(np.array(stored["weights"]), stored["base"], stored["odds"], stored["least"], stored["only_fills"])

    def scores(self, sentence: SentencePhrases) -> Floats:
        """Return the score of each phrase of a sentence."""
        return np.hstack([sentence.figures, sentence.told_by_words(self.odds)]) @ self.weights + self.base

    def best(self, sentences: Sequence[SentencePhrases], read: Cell | None) -> Cell | None:
        """Return the phrase with the highest score, or what the rules read where they came near it."""
        if read and self.only_fills:
            return read
        scored = [
            (score, sentence, place)
            for sentence in sentences
            for place, score in enumerate(self.scores(sentence).tolist())
        ]
        best, sentence, place = max(scored, key=lambda triple: triple[0], default=(-1.0, None, 0))
        if sentence is None or (read is None and best < self.least):
            return read
        of_rules = [score for score, other, at in scored if other.cell(at) == read]
        return read if of_rules and best - of_rules[0] <= _NEAR else sentence.cell(place)


def ranked(
    study_sentences: Sequence[StudySentence],
    read: Mapping[str, tuple[Cell, ...]],
    rankers: Mapping[str, PhraseRanker] | None = None,
) -> tuple[Cell | None, ...]:
    """Return the population and the intervention of an abstract, None where nothing tells it."""
    rankers = rankers or rankers_in_the_box()
    sentences = phrases_of(study_sentences, read)
    return tuple(rankers[name].best(sentences, next(iter(read.get(name, ())), None)) for name in RANKED)


@lru_cache(maxsize=1)
def rankers_in_the_box() -> dict[str, PhraseRanker]:
    """Return the rankers that come with the program."""
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return {name: PhraseRanker.of(stored[name]) for name in RANKED}
