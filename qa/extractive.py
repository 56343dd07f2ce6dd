"""An answer made of the abstracts' own sentences: no language model, and the same every time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa.answer import Sentence
from qa.evidence import Evidence, numbers

MAX_SENTENCES = 5
_OF_ONE_ABSTRACT = (2, 3)
"""How many sentences one abstract may give while others wait, and when none do."""
_WORTH_SAYING = 0.75
"""A further sentence must score this share of the best one's score."""
_SAID_ALREADY = 0.88
"""Sentences whose cosine is above this say the same."""


def compose(evidence: Sequence[Evidence]) -> list[Sentence]:
    """Return one to five of the sentences that answer best, each said once and cited to where it stands.

    Abstracts come in the order of their best sentence; within one abstract its own order is kept.
    """
    return [Sentence(one.text, (one.citation,), supported=True) for one in _in_order(_chosen(evidence))]


def _chosen(evidence: Sequence[Evidence]) -> list[Evidence]:
    ranked = sorted(evidence, key=lambda one: (-one.score, one.source.number, one.start))
    worth = [one for one in ranked if one.score >= _WORTH_SAYING * ranked[0].score]
    chosen: list[Evidence] = []
    for most in _OF_ONE_ABSTRACT:
        for one in worth:
            of_its_abstract = sum(other.source.number == one.source.number for other in chosen)
            is_new = not any(_says_the_same(one, other) for other in chosen)
            if len(chosen) < MAX_SENTENCES and of_its_abstract < most and is_new:
                chosen.append(one)
    return chosen


def _says_the_same(one: Evidence, other: Evidence) -> bool:
    """Tell whether two sentences say one thing: near in meaning, and neither has a number that the other has not."""
    if one is other:
        return True
    if float(np.dot(one.vector, other.vector)) <= _SAID_ALREADY:
        return False
    return numbers(one.text) == numbers(other.text)


def _in_order(chosen: Sequence[Evidence]) -> list[Evidence]:
    rank = {number: rank for rank, number in reversed(list(enumerate(one.source.number for one in chosen)))}
    return sorted(chosen, key=lambda one: (rank[one.source.number], one.start))
