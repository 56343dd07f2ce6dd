"""Which quantity a question asks for, if any, and the words that it must stand beside."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.analysis.abbreviations import with_both_forms
from index.analysis.terms import names, terms
from index.search.query import Query
from qa.language.noun_phrases import is_nominal
from qa.language.quantity_spans import Asked, asked_quantity
from qa.language.word_tokens import tokens_of
from qa.question.records import QuestionAnalysis

PEOPLE = frozenset(
    terms(
        "patients participants subjects people persons individuals children kids women men adults infants volunteers"
        " animals dogs cats calves horses mice rats pigs"
    )
)
_OF_A_STUDY = frozenset(
    "took take part participated enrolled included recruited randomised randomized trial trials study studies tested"
    " treated given received".split()
)
"""Words that ask for the size of a study, whose sentence seldom names what was studied."""
OF_A_STUDY = frozenset(terms(" ".join(_OF_A_STUDY)))
_TAKES_PART = frozenset("part participated enrolled included recruited randomised randomized".split())
_COUNTED = re.compile(r"\b(?:how many|number of)\b(?P<rest>.*)", re.I)


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A kind of quantity, or "name" for none, and the question's content words as index terms.

    `counted` are the stems that a count must stand beside; `words` are all of the question's words in small letters;
    `names` are the named things by which people are counted ("carry F508del"), not those of a study that they were in.
    """

    asked: Asked
    stems: frozenset[str]
    counted: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    @property
    def counts_people(self) -> bool:
        """Whether the participants of a study are counted."""
        return bool(self.counted & PEOPLE)

    @property
    def asks_size(self) -> bool:
        """Whether the size of a study is asked for."""
        return self.counts_people and not self.words.isdisjoint(_TAKES_PART)

    @property
    def asks_age(self) -> bool:
        """Whether a time of life is asked for."""
        return not self.words.isdisjoint(("age", "old", "ages"))


def asked_for(analysis: QuestionAnalysis, query: Query) -> AskedFor:
    """Return the quantity that a question asks for.

    >>> asked_for(analyse("How many mice died?", encoder=None), query).asked  # doctest: +SKIP
    'count'
    """
    text = analysis.text or query.text
    asked = asked_quantity(text)
    stems = frozenset(token.stem for token in tokens_of(with_both_forms(text, query.equivalents)) if token.stem)
    counted = _counted(text) if asked == "count" else frozenset()
    words = frozenset(token.lower for token in tokens_of(text))
    counts_by_name = bool(counted & PEOPLE) and words.isdisjoint(_OF_A_STUDY)
    return AskedFor(asked, stems, counted, words, frozenset(names(text)) if counts_by_name else frozenset())


def _counted(text: str) -> frozenset[str]:
    """Return the stems of what is counted: of any people where people are."""
    match = _COUNTED.search(text)
    run: list[str] = []
    for token in tokens_of(match["rest"]) if match else ():
        if not is_nominal(token):
            break
        run.append(token.stem)
    stems = frozenset(run[-2:]) | (PEOPLE & frozenset(run))
    return stems | PEOPLE if stems & PEOPLE else stems
