"""The record of a study, every part of it with the words of its abstract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from index.records import Design as Design
from index.records import Subjects as Subjects

Direction = Literal["positive", "negative", "mixed", "descriptive"]
Measure = Literal[
    "OR", "RR", "HR", "AUC", "correlation", "mean difference", "mean", "median", "proportion", "count", "other"
]


@dataclass(frozen=True, slots=True)
class Cell:
    """A verbatim part of an abstract: `abstract.text[start:end] == text`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Size:
    """How many were studied: the number told, or the sum of the groups, with the words of each."""

    value: int
    spans: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """A result in figures. `ci` is the confidence interval, low and high; `p` is as printed ("<0.001"), "" for none."""

    measure: Measure
    value: float
    unit: str
    ci: tuple[float, float] | None
    p: str
    span: Cell


@dataclass(frozen=True, slots=True)
class Study:
    """What an abstract says of its study; what it does not say is None, "" or empty, and never a guess.

    `told_by` holds the words that the design, the subjects and the finding were read from, where there are such.
    """

    pmid: str
    design: Design
    subjects: Subjects
    n: Size | None = None
    population: Cell | None = None
    intervention: Cell | None = None
    comparator: Cell | None = None
    outcomes: tuple[Cell, ...] = ()
    effects: tuple[Effect, ...] = ()
    finding: Direction | None = None
    told_by: tuple[tuple[str, Cell], ...] = ()

    def cells(self) -> list[Cell]:
        """Return every part of the abstract that the study is told by."""
        cells = [self.population, self.intervention, self.comparator, *self.outcomes, *(self.n.spans if self.n else ())]
        cells += [*(effect.span for effect in self.effects), *(cell for _, cell in self.told_by)]
        return [cell for cell in cells if cell is not None]

    def to_dict(self) -> dict[str, Any]:
        """Return the study's JSON."""
        return asdict(self) | {"told_by": {name: asdict(cell) for name, cell in self.told_by}}


def study_from_json(record: Mapping[str, Any]) -> Study:
    """Return the study that `Study.to_dict` was asked of. Raises KeyError, TypeError or ValueError for another record.

    >>> study_from_json(Study("1", "cohort", "humans").to_dict()).design
    'cohort'
    """
    if record["design"] not in get_args(Design) or record["subjects"] not in get_args(Subjects):
        raise ValueError(f"no study: {record['design']}, {record['subjects']}")
    size = record["n"]
    effects = (
        effect | {"ci": tuple(effect["ci"]) if effect["ci"] else None, "span": Cell(**effect["span"])}
        for effect in record["effects"]
    )
    population, intervention, comparator = (
        Cell(**record[name]) if record[name] else None for name in ("population", "intervention", "comparator")
    )
    return Study(
        record["pmid"],
        record["design"],
        record["subjects"],
        Size(size["value"], tuple(Cell(**cell) for cell in size["spans"])) if size else None,
        population,
        intervention,
        comparator,
        outcomes=tuple(Cell(**cell) for cell in record["outcomes"]),
        effects=tuple(Effect(**effect) for effect in effects),
        finding=record["finding"],
        told_by=tuple((name, Cell(**cell)) for name, cell in record["told_by"].items()),
    )
