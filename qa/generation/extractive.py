"""Extractive answers, of the abstracts' own sentences: no language model, the same every time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import attrgetter

import numpy as np

from index.analysis.terms import content_words
from qa.answer import Sentence
from qa.evidence.scoring import Evidence, numbers
from qa.language.antonyms import DENIALS
from qa.language.entailment import first_contradiction

MAX_SENTENCES = 5
_OF_ONE_ABSTRACT = (2, 3)
"""Sentences of one abstract at most, in a first round over all abstracts and in a second."""
_WORTH_SAYING = 0.75
"""Share of the best score that a further sentence must have."""
_SAID_ALREADY = 0.88
"""Cosine above which two sentences say the same, unless one says a thing that the other does not."""
_AGREES, _AGREES_COVERAGE = 0.8, 0.6
"""Cosine and share of words from which another abstract's sentence bears a sentence out."""


def compose(evidence: Sequence[Evidence]) -> list[Sentence]:
    """Return one to five of the best sentences, each said once and cited to all abstracts that say the same.

    Abstracts come in the order of their best sentence, which leads; their other sentences follow in the text's order.
    """
    ranked = sorted(evidence, key=attrgetter("rank"))
    return [
        Sentence(sentence.text, (sentence.citation, *(other.citation for other in _agreeing(sentence, ranked))))
        for sentence in _in_order(_chosen(ranked))
    ]


def _chosen(ranked: Sequence[Evidence]) -> list[Evidence]:
    best = ranked[0].score if ranked else 0.0
    worth = [sentence for sentence in ranked if sentence.score >= best - (1 - _WORTH_SAYING) * abs(best)]
    chosen: list[Evidence] = []
    for most in _OF_ONE_ABSTRACT:
        for sentence in worth:
            of_its_abstract = sum(other.source.number == sentence.source.number for other in chosen)
            is_new = not any(_says_the_same(other, sentence) for other in chosen)
            if len(chosen) < MAX_SENTENCES and of_its_abstract < most and is_new:
                chosen.append(sentence)
    return chosen


def _agreeing(sentence: Evidence, ranked: Sequence[Evidence]) -> list[Evidence]:
    """Return the best sentence of each other abstract that bears the sentence out, best first."""
    agreeing: dict[int, Evidence] = {}
    for other in ranked:
        if other.source.number != sentence.source.number and _agrees(sentence, other):
            agreeing.setdefault(other.source.number, other)
    return list(agreeing.values())


def _says_the_same(sentence: Evidence, other: Evidence) -> bool:
    """Return True if `other` repeats the sentence, or bears it out and is cited for it."""
    if sentence is other:
        return True
    if float(np.dot(sentence.vector, other.vector)) > _SAID_ALREADY and not _differs(sentence, other):
        return True
    return sentence.source.number != other.source.number and _agrees(sentence, other)


def _agrees(sentence: Evidence, other: Evidence) -> bool:
    """Return True if `other` bears the sentence out as well: near in meaning, with most of its words, no less."""
    words = content_words(sentence.text)
    held = set(content_words(other.text))
    return (
        float(np.dot(sentence.vector, other.vector)) >= _AGREES
        and sum(word in held for word in words) >= _AGREES_COVERAGE * len(words)
        and not _differs(sentence, other)
    )


def _differs(sentence: Evidence, other: Evidence) -> bool:
    """Return True if the sentence says a thing that `other` does not, or only one of the two denies anything."""
    return (
        numbers(sentence.text) != numbers(other.text)
        or _denies(sentence.text) != _denies(other.text)
        or bool(first_contradiction(sentence.text, other.text, other.source.abstract.text))
    )


def _denies(text: str) -> bool:
    return not DENIALS.isdisjoint(re.findall(r"[a-z']+", text.lower()))


def _in_order(chosen: Sequence[Evidence]) -> list[Evidence]:
    rank = {number: rank for rank, number in reversed(list(enumerate(sentence.source.number for sentence in chosen)))}
    leading = {id(chosen[rank[number]]) for number in rank}
    return sorted(
        chosen, key=lambda sentence: (rank[sentence.source.number], id(sentence) not in leading, sentence.start)
    )
