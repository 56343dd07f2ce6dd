"""The translation of a search, as PubMed shows it under "Search details": untagged words mapped to what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Protocol

from index.search.pubmed.dates import read_dates
from index.search.pubmed.syntax import Combination, Expression, Operator, SearchTerm, placed
from index.search.pubmed.tags import MESH, field_of

_LONGEST_NAME = 8
"""Words of a name that untagged words are mapped by."""
_MOST_NAMES = 30
"""Names of one thing that are searched for."""
_STOP_WORDS = frozenset(
    "a about again all almost also although always among an and another any are as at be because been before being "
    "between both but by can could did do does done due during each either enough especially etc for found from "
    "further had has have having here how however i if in into is it its itself just kg km made mainly make may mg "
    "might ml mm most mostly must nearly neither no nor obtained of often on or our overall perhaps pmid quite rather "
    "really regarding seem seen several should show showed shown shows significantly since so some such than that the "
    "their theirs them then there therefore these they this those through thus to upon use used using various very "
    "was we were what when which while with within without would".split()
)
"""PubMed's stop words: an untagged one is not searched for."""
_AUTHOR = re.compile(r"[A-Z][\w'-]+ [A-Z]{2,3}")
_LEAST_DIGITS_OF_LISTED = 5
"""Digits of the numbers of an untagged list of PMIDs."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A search as it is carried out, its text for people, and notes on what it cannot find, each a sentence.

    `count` is the number of abstracts that it finds within the filters.
    """

    expression: Expression
    details: str
    notes: tuple[str, ...] = ()
    count: int = 0

    def lines(self) -> list[str]:
        """Return it in words: how many abstracts, the search details, the notes."""
        abstracts = "1 abstract" if self.count == 1 else f"{self.count:,} abstracts"
        return [f"{abstracts}; search details: {self.details}", *self.notes]

    def to_dict(self) -> dict[str, object]:
        """Return its JSON."""
        return {"translation": self.details, "notes": list(self.notes), "count": self.count}


class Vocabulary(Protocol):
    """Protocol of what is known of words: the MeSH terms and names of a library, and of its lexicon."""

    def heading(self, name: str) -> str:
        """Return the MeSH descriptor that a name stands for, in small letters, or ""."""

    def names(self, name: str) -> Sequence[str]:
        """Return the other names of the thing that a name stands for."""

    def is_journal(self, name: str) -> bool:
        """Return True if abstracts are of a journal of this name."""

    def why_nothing(self, term: SearchTerm) -> str:
        """Return why nothing can have the value that a term asks for, or "" where something may."""


def translate(expression: Expression, vocabulary: Vocabulary, *, text: str) -> Translation:
    """Return the translation of a search that was written as `text`."""
    notes: dict[str, None] = {}

    def translated(term: SearchTerm) -> Expression:
        if term.field is None:
            return _mapped(term, vocabulary)
        if (place := _end_of_other_words(term, vocabulary)) > 0:
            of_all = _mapped(replace(_part(term, 0, place), field=None), vocabulary)
            return Combination("AND", of_all, translated(_part(term, place)))
        term = _with_heading(term, vocabulary) if term.searched.kind == "mesh" else term
        if why := vocabulary.why_nothing(term):
            notes[placed(why, text, term.place)] = None
        return term

    whole = _with_terms(expression, translated)
    return Translation(whole, details(whole), tuple(notes))


def details(expression: Expression) -> str:
    """Return a search in PubMed's long form: every term in quotation marks with the name of its field."""
    if isinstance(expression, SearchTerm):
        return _term_details(expression)
    steps = []
    last: Operator | None = None
    while isinstance(expression, Combination):
        steps.append(expression)
        expression = expression.left
    written = details(expression)
    for step in reversed(steps):
        left = f"({written})" if last not in (None, step.operator) else written
        right = details(step.right)
        written = f"{left} {step.operator} {f'({right})' if isinstance(step.right, Combination) else right}"
        last = step.operator
    return written


def _term_details(term: SearchTerm) -> str:
    name = term.searched.name + (":noexp" if term.is_alone else "")
    if term.distance is not None:
        name += f":~{term.distance}"
    if span := read_dates(term.text) if term.searched.kind == "date" else None:
        first, last = ("/".join(f"{part:02d}" if part < 100 else f"{part}" for part in day) for day in span)
        return f"{first}:{last}[{name}]"
    text = term.text if term.searched.kind in ("author", "pmid") else term.text.casefold()
    return f'"{text}"[{name}]'


def _with_terms(expression: Expression, translated: _Translated) -> Expression:
    """Return a tree with each term translated."""
    steps = []
    while isinstance(expression, Combination):
        steps.append(expression)
        expression = expression.left
    whole = translated(expression)
    for step in reversed(steps):
        whole = Combination(step.operator, whole, _with_terms(step.right, translated))
    return whole


class _Translated(Protocol):
    def __call__(self, term: SearchTerm, /) -> Expression: ...


def _end_of_other_words(term: SearchTerm, vocabulary: Vocabulary) -> int:
    """Return how many words before a tag are no part of its value: 1 in "metformin systematic review[pt]"."""
    words = term.text.split()
    if term.is_quoted or term.searched.kind not in ("mesh", "values") or "*" in term.text:
        return 0
    return next((end for end in range(len(words)) if not vocabulary.why_nothing(_part(term, end))), 0)


def _part(term: SearchTerm, first: int, last: int | None = None) -> SearchTerm:
    """Return some of the words of a term, with their own place."""
    words = term.text.split()
    before = " ".join(words[:first])
    return replace(term, text=" ".join(words[first:last]), place=term.place + len(before) + bool(before))


def _with_heading(term: SearchTerm, vocabulary: Vocabulary) -> SearchTerm:
    """Return a MeSH term under its descriptor's own name: "rheumatoid arthritis" as "arthritis, rheumatoid"."""
    descriptor, slash, qualifier = term.text.partition("/")
    heading = vocabulary.heading(descriptor.strip())
    return replace(term, text=f"{heading}{slash}{qualifier}") if heading else term


# ---- automatic term mapping


def _mapped(term: SearchTerm, vocabulary: Vocabulary) -> Expression:
    """Return untagged words as what they mean, the longest names first; what means nothing is searched word by word."""
    words = term.text.split()
    if term.is_quoted or "*" in term.text:
        places = range(len(words))
        parts: list[Expression] = [term] if term.is_quoted else [_part(term, place, place + 1) for place in places]
    elif len(words) > 1 and all(word.isdigit() and len(word) >= _LEAST_DIGITS_OF_LISTED for word in words):
        return replace(term, field=field_of("pmid"))
    elif _AUTHOR.fullmatch(term.text):
        return _any_of([replace(term, field=field_of("au")), replace(term, is_quoted=True)])
    else:
        parts = list(_mapped_parts(term, words, vocabulary)) or [term]
    return reduce(lambda left, right: Combination("AND", left, right), parts)


def _mapped_parts(term: SearchTerm, words: Sequence[str], vocabulary: Vocabulary) -> Iterator[Expression]:
    place = 0
    while place < len(words):
        width, meant = _longest(_part(term, place), vocabulary)
        if meant is not None:
            yield meant
        elif words[place].casefold() not in _STOP_WORDS:
            yield _part(term, place, place + 1)
        place += width


def _longest(term: SearchTerm, vocabulary: Vocabulary) -> tuple[int, Expression | None]:
    """Return how many words are the longest name that a term begins with, and what it means; else (1, None)."""
    words = term.text.split()
    for width in range(min(_LONGEST_NAME, len(words)), 0, -1):
        if width == 1 and words[0].casefold() in _STOP_WORDS:
            break
        name = replace(term, text=" ".join(words[:width]).strip(",.;"))
        if meanings := list(_meanings(name, vocabulary)):
            return width, _any_of([*meanings, name])
    return 1, None


def _meanings(term: SearchTerm, vocabulary: Vocabulary) -> Iterator[SearchTerm]:
    if heading := vocabulary.heading(term.text):
        yield replace(term, text=heading, field=MESH)
    for name in list(vocabulary.names(term.text))[:_MOST_NAMES]:
        yield replace(term, text=name)
    if vocabulary.is_journal(term.text):
        yield replace(term, field=field_of("ta"))


def _any_of(terms: Sequence[SearchTerm]) -> Expression:
    distinct = {(term.text.casefold(), term.searched.tag): term for term in terms}
    whole: Expression = next(iter(distinct.values()))
    for term in list(distinct.values())[1:]:
        whole = Combination("OR", whole, term)
    return whole
