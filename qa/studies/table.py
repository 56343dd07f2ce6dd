"""The records of an evidence table: abstracts as rows, what each says of its study as cells, every cell with its words.

Nothing is read or searched here: `qa.generation.evidence_table` fills the table, `qa.export.study_table` saves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

from index.errors import InputError
from index.records import Abstract, Filters
from qa.answer import Citation
from qa.studies.records import Cell, Study

TOP = 25
"""Rows of a table where nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class TableCell:
    """What a row has in a column: a text, "" for what its abstract does not say, and the verbatim parts it is from.

    The record's own fields (title apart), such as its year, have no parts.
    """

    text: str
    spans: tuple[Cell, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the cell's JSON."""
        return {"text": self.text, "spans": [asdict(span) for span in self.spans]}


@dataclass(frozen=True, slots=True)
class StudyRow:
    """An abstract in a table, numbered from 1, with its study and the sentence that answers the question, if any."""

    number: int
    abstract: Abstract
    study: Study
    answer: Citation | None = None

    @property
    def answers(self) -> bool:
        """True if a sentence of the abstract answers the question."""
        return self.answer is not None

    def cell(self, column: str) -> TableCell:
        """Return the cell of a column, one of `COLUMNS`."""
        return _CELLS[column](self)

    def to_dict(self, columns: Sequence[str]) -> dict[str, Any]:
        """Return the row's JSON, with the cells of these columns."""
        abstract = self.abstract
        return {
            "number": self.number,
            "pmid": abstract.pmid,
            "title": abstract.title,
            "journal": abstract.journal,
            "year": abstract.year,
            "url": abstract.url,
            "retracted": abstract.is_retracted,
            "warnings": list(abstract.warnings),
            "answers": self.answers,
            "answer": self.answer.to_dict() if self.answer else None,
            "cells": {column: self.cell(column).to_dict() for column in columns},
            "study": self.study.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class StudyTable:
    """The abstracts relevant to a question as rows, those that answer first; `columns` are those shown, in order.

    While it grows its rows stand in the order of search, and `total` is how many there will be. `message` says how the
    question was understood where that is worth saying. `model` is the language model that cut out cells, if one did.
    """

    question: str
    rows: tuple[StudyRow, ...] = ()
    columns: tuple[str, ...] = ()
    total: int = 0
    filters: Filters = Filters()
    library_digest: str = ""
    message: str = ""
    model: str = ""
    prompt_sha256: str = ""

    def in_order(self) -> StudyTable:
        """Return the table with the rows that answer first, numbered anew."""
        rows = sorted(self.rows, key=lambda row: not row.answers)
        return replace(self, rows=tuple(replace(row, number=number) for number, row in enumerate(rows, start=1)))

    def to_dict(self) -> dict[str, Any]:
        """Return the table's JSON, that of the command line."""
        return {
            "question": self.question,
            "message": self.message,
            "columns": [{"name": column, "heading": COLUMNS[column]} for column in self.columns],
            "rows": [row.to_dict(self.columns) for row in self.rows],
            "total": self.total,
            "library_digest": self.library_digest,
            "model": self.model,
            "prompt_sha256": self.prompt_sha256,
        }


def checked_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Return the columns, each once; all of them for none. Raises InputError for one that there is not."""
    names = tuple(dict.fromkeys(column.strip().lower() for column in columns))
    for name in names:
        if name not in COLUMNS:
            raise InputError(f"there is no column {name!r}; choose of {', '.join(COLUMNS)}")
    return names or tuple(COLUMNS)


def _of_cells(*cells: Cell | None) -> TableCell:
    spans = tuple(cell for cell in cells if cell is not None)
    return TableCell("; ".join(span.text for span in spans), spans)


def _told(row: StudyRow, column: str, text: str | None) -> TableCell:
    return TableCell(text or "", tuple(cell for name, cell in row.study.told_by if name == column))


def _size(row: StudyRow) -> TableCell:
    size = row.study.n
    return TableCell(str(size.value), size.spans) if size else TableCell("")


def _title(row: StudyRow) -> TableCell:
    title = row.abstract.title
    return TableCell(title, (Cell(title, 0, len(title)),) if title else ())


def _answer(row: StudyRow) -> TableCell:
    quoted = row.answer
    return _of_cells(Cell(quoted.quote, quoted.start, quoted.end) if quoted else None)


COLUMNS = MappingProxyType(
    {
        "pmid": "PMID",
        "title": "Title",
        "year": "Year",
        "design": "Design",
        "subjects": "Subjects",
        "n": "n",
        "population": "Population",
        "intervention": "Intervention or exposure",
        "comparator": "Comparator",
        "outcomes": "Outcomes",
        "effects": "Effects",
        "finding": "Finding",
        "answer": "Sentence that answers",
    }
)
"""The columns of a table by name, each with its heading, in their order."""
_CELLS: dict[str, Callable[[StudyRow], TableCell]] = {
    "pmid": lambda row: TableCell(row.abstract.pmid),
    "title": _title,
    "year": lambda row: TableCell(str(row.abstract.year or "")),
    "design": lambda row: _told(row, "design", row.study.design),
    "subjects": lambda row: _told(row, "subjects", row.study.subjects),
    "n": _size,
    "population": lambda row: _of_cells(row.study.population),
    "intervention": lambda row: _of_cells(row.study.intervention),
    "comparator": lambda row: _of_cells(row.study.comparator),
    "outcomes": lambda row: _of_cells(*row.study.outcomes),
    "effects": lambda row: _of_cells(*(effect.span for effect in row.study.effects)),
    "finding": lambda row: _told(row, "finding", row.study.finding),
    "answer": _answer,
}
