"""Studies on the two sides of a headline side by side: in what they differ, each with the words that say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from index import Library
from index.analysis.terms import content_words
from index.records import Abstract
from qa.answer import Answer, Citation, Difference, Source, Trait
from qa.studies.reading import studies_of
from qa.studies.records import Cell, Study

_UNTOLD = frozenset(("other", "not a study", "none", ""))
_DOSE = re.compile(
    r"(?<![\w.,/-])\d[\d,.·]*(?:\s?(?:-|–|to)\s?\d[\d,.·]*)?\s?(?:mg|µg|μg|mcg|g|IU|mmol|µmol|nmol|mL|ml|units?)"
    r"(?:\s?/\s?(?:kg|m2|day|d|week|dose))*\b(?!\s?/\s?(?:d?[lL]|ml|mL))"
)
"""A dose; what is per litre was measured."""
_OVERLAP = 0.5
"""The share of the words in common from which two descriptions are of the same thing."""
_ReadTrait = Callable[[Source, Study], Trait | None]


def side_by_side(answer: Answer, library: Library) -> Answer:
    """Return the answer with the designs behind its headline, and the differences between its two sides, if both are.

    >>> side_by_side(answer, library).differences[0].told  # doctest: +SKIP
    'dose: [1] 5 mg, against [2] 80 mg'
    """
    if answer.headline is None:
        return answer
    studies = studies_of(library, [source.abstract for source in answer.sources])
    designs = {source.number: studies[source.abstract.pmid].design for source in answer.sources}
    known = {number: design for number, design in designs.items() if design not in _UNTOLD}
    headline = replace(answer.headline, designs=known)
    return replace(answer, headline=headline, differences=tuple(_differences(answer, studies)))


def _differences(answer: Answer, studies: Mapping[str, Study]) -> Iterator[Difference]:
    assert answer.headline is not None
    by_number = {source.number: source for source in answer.sources}
    sides = [[by_number[number] for number in side] for side in (answer.headline.supporting, answer.headline.against)]
    for respect, (read, differ) in _RESPECTS.items():
        supporting, against = (
            tuple(trait for source in side if (trait := read(source, studies[source.abstract.pmid]))) for side in sides
        )
        if supporting and against and differ([trait.text for trait in supporting], [trait.text for trait in against]):
            yield Difference(respect, supporting, against)


def _year(source: Source, _: Study) -> Trait | None:
    return Trait(source.number, str(source.abstract.year)) if source.abstract.year else None


def _label(name: str) -> _ReadTrait:
    def read(source: Source, study: Study) -> Trait | None:
        text = getattr(study, name)
        cell = dict(study.told_by).get(name)
        return Trait(source.number, text, _cited(source, cell)) if text not in _UNTOLD else None

    return read


def _words(name: str) -> _ReadTrait:
    def read(source: Source, study: Study) -> Trait | None:
        cell: Cell | None = getattr(study, name)
        return Trait(source.number, cell.text, _cited(source, cell)) if cell else None

    return read


def _size(source: Source, study: Study) -> Trait | None:
    return Trait(source.number, f"{study.n.value:,}", _cited(source, study.n.spans[0])) if study.n else None


def _dose(source: Source, _: Study) -> Trait | None:
    text = source.abstract.text
    match = _DOSE.search(text)
    return Trait(source.number, match[0], _cited(source, Cell(match[0], *match.span()))) if match else None


def _cited(source: Source, cell: Cell | None) -> Citation | None:
    abstract: Abstract = source.abstract
    return Citation(source.number, abstract.pmid, cell.start, cell.end, cell.text) if cell else None


def _are_apart(some: Sequence[str], others: Sequence[str]) -> bool:
    return not set(some) & set(others)


def _are_before_or_after(some: Sequence[str], others: Sequence[str]) -> bool:
    """Return True if all numbers of one side are lower than all of the other."""
    first, second = ([int(text.replace(",", "")) for text in side] for side in (some, others))
    return max(first) < min(second) or max(second) < min(first)


def _are_of_other_things(some: Sequence[str], others: Sequence[str]) -> bool:
    return all(_overlap(text, other) < _OVERLAP for text in some for other in others)


def _overlap(text: str, other: str) -> float:
    words, more = set(content_words(text)), set(content_words(other))
    return len(words & more) / max(1, min(len(words), len(more)))


_RESPECTS: dict[str, tuple[_ReadTrait, Callable[[Sequence[str], Sequence[str]], bool]]] = {
    "design": (_label("design"), _are_apart),
    "subjects": (_label("subjects"), _are_apart),
    "population": (_words("population"), _are_of_other_things),
    "dose": (_dose, _are_apart),
    "comparator": (_words("comparator"), _are_of_other_things),
    "n": (_size, _are_before_or_after),
    "year": (_year, _are_before_or_after),
}
"""In what studies are compared: how it is read of a source, and when two sides differ in it."""
