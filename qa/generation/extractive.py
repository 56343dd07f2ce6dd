"""An answer made of the abstracts' own sentences: no language model, and the same every time."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from index.analysis.terms import content_words
from qa.answer import Sentence
from qa.evidence.scoring import Evidence, numbers
from qa.language.antonyms import DENIALS
from qa.language.entailment import first_contradiction

MAX_SENTENCES = 5
_OF_ONE_ABSTRACT = (2, 3)
"""How many sentences one abstract may give while others wait, and when none do."""
_WORTH_SAYING = 0.75
"""A further sentence must score this share of the best one's score."""
_SAID_ALREADY = 0.88
"""Sentences whose cosine is above this say the same, unless one says a thing that the other does not."""
_AGREES, _AGREES_COVERAGE = 0.8, 0.6
"""The cosine, and the share of a sentence's words, from which another abstract's sentence is taken to bear it out."""


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
        if other.source.number != one.source.number and _agrees(one, other):
            agreeing.setdefault(other.source.number, other)
    return list(agreeing.values())


def _says_the_same(one: Evidence, other: Evidence) -> bool:
    """Return True if other need not be said after one: it repeats it, or it is cited for it."""
    if one is other:
        return True
    is_near = float(np.dot(one.vector, other.vector)) > _SAID_ALREADY
    return (is_near and not _differs(one, other)) or (one.source.number != other.source.number and _agrees(one, other))


def _agrees(one: Evidence, other: Evidence) -> bool:
    """Return True if `other` bears the sentence out as well: near in meaning, with most of its words, no less."""
    words = content_words(one.text)
    held = set(content_words(other.text))
    return (
        float(np.dot(one.vector, other.vector)) >= _AGREES
        and sum(word in held for word in words) >= _AGREES_COVERAGE * len(words)
        and not _differs(one, other)
    )


def _differs(one: Evidence, other: Evidence) -> bool:
    """Return True if one says a thing that other does not, or only one of them denies anything at all."""
    return (
        numbers(one.text) != numbers(other.text)
        or _denies(one.text) != _denies(other.text)
        or bool(first_contradiction(one.text, other.text, other.source.abstract.text))
    )


def _denies(text: str) -> bool:
    return not DENIALS.isdisjoint(re.findall(r"[a-z']+", text.lower()))


def _in_order(chosen: Sequence[Evidence]) -> list[Evidence]:
    rank = {number: rank for rank, number in reversed(list(enumerate(one.source.number for one in chosen)))}
    leading = {id(chosen[rank[number]]) for number in rank}
    return sorted(chosen, key=lambda one: (rank[one.source.number], id(one) not in leading, one.start))
