"""The record of a study, every part of it with the words of its abstract."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Design = Literal[
    "meta-analysis",
    "systematic review",
    "review",
    "randomised controlled trial",
    "non-randomised trial",
    "cohort",
    "case-control",
    "cross-sectional",
    "diagnostic accuracy",
    "case series",
    "case report",
    "qualitative or survey",
    "animal",
    "in vitro",
    "modelling or economic",
    "other",
    "not a study",
]
Subjects = Literal["humans", "animals", "cells or molecules", "mixed", "none"]
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

    def to_dict(self) -> dict[str, Any]:
        """Return the study's JSON."""
        return asdict(self) | {"told_by": {name: asdict(cell) for name, cell in self.told_by}}
