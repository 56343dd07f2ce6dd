"""An answer made of the abstracts' own sentences: no language model, and the same every time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa.answer import Sentence
from qa.claims import difference
from qa.evidence import Evidence, numbers

MAX_SENTENCES = 5
_OF_ONE_ABSTRACT = (2, 3)
"""How many sentences one abstract may give while others wait, and when none do."""
_WORTH_SAYING = 0.75
"""A further sentence must score this share of the best one's score."""
_AGREES = 0.8
"""Sentences whose cosine is at least this say the same, when neither says a thing that the other does not."""


def compose(evidence: Sequence[Evidence]) -> list[Sentence]:
    """Return one to five of the sentences that answer best, each said once, with all abstracts that say the same.

    Abstracts come in the order of their best sentence, which leads; the others of an abstract follow in its own order.
    """
    ranked = sorted(evidence, key=lambda one: (-one.score, one.source.number, one.start))
    return [
        Sentence(one.text, (one.citation, *(other.citation for other in _agreeing(one, ranked))), supported=True)
        for one in _in_order(_chosen(ranked))
    ]


def _chosen(ranked: Sequence[Evidence]) -> list[Evidence]:
    worth = [one for one in ranked if one.score >= _WORTH_SAYING * ranked[0].score]
    chosen: list[Evidence] = []
    for most in _OF_ONE_ABSTRACT:
        for one in worth:
            of_its_abstract = sum(other.source.number == one.source.number for other in chosen)
            is_new = not any(_says_the_same(other, one) for other in chosen)
            if len(chosen) < MAX_SENTENCES and of_its_abstract < most and is_new:
                chosen.append(one)
    return chosen


def _agreeing(one: Evidence, ranked: Sequence[Evidence]) -> list[Evidence]:
    """Return the best sentence of each other abstract that says what one says, best first."""
    agreeing: dict[int, Evidence] = {}
    for other in ranked:
        if other.source.number != one.source.number and _says_the_same(one, other):
            agreeing.setdefault(other.source.number, other)
    return list(agreeing.values())


def _says_the_same(one: Evidence, other: Evidence) -> bool:
    """Tell whether what one says is said by the other: near in meaning, with the same numbers, and borne out by it."""
    if one is other:
        return True
    return (
        float(np.dot(one.vector, other.vector)) >= _AGREES
        and numbers(one.text) == numbers(other.text)
        and not difference(one.text, other.text, other.source.abstract.text)
    )


def _in_order(chosen: Sequence[Evidence]) -> list[Evidence]:
    rank = {number: rank for rank, number in reversed(list(enumerate(one.source.number for one in chosen)))}
    leading = {id(chosen[rank[number]]) for number in rank}
    return sorted(chosen, key=lambda one: (rank[one.source.number], id(one) not in leading, one.start))
