"""The table of the studies of a question as HTML: rows with cells that lead to their words. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from qa.answer import Source
from qa.studies.table import COLUMNS, StudyRow, StudyTable
from ui.cards import Card, QuotedSpan, make_card
from ui.conversation import table_files
from ui.rendering import render

_HIDDEN = frozenset({"pmid", "subjects", "comparator", "outcomes"})
"""Columns that are not shown until they are asked for."""
_NOTHING = {("subjects", "none"), ("design", "other")}
"""Cells that say no more than that nothing is known."""


@dataclass(frozen=True, slots=True)
class CellPart:
    """A text of a cell, with the name by which its words are found in the abstract; "" if there are none."""

    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell of the page's table: its parts, and what it is sorted by."""

    column: str
    parts: tuple[CellPart, ...]
    sort: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the page's table with the card of its abstract, in which its cells are marked."""

    number: int
    answers: bool
    cells: tuple[ShownCell, ...]
    card: Card


def table_html(table: StudyTable, *, turn: str, is_whole: bool = True) -> str:
    """Return the table of a turn's question with its files and the cards of its abstracts, as far as it has grown."""
    return render(
        "table/table.html",
        table=table,
        turn=turn,
        headings=COLUMNS,
        hidden=_HIDDEN,
        rows=[shown_row(row, table.columns) for row in table.rows],
        files=table_files(table) if is_whole and table.rows else (),
        is_whole=is_whole,
    )


def shown_row(row: StudyRow, columns: tuple[str, ...]) -> ShownRow:
    """Return a row as the page shows it."""
    parts = {column: _parts(row, column) for column in columns}
    spans = [span for each in parts.values() for span in each[1]]
    card = make_card(Source(row.number, row.abstract), study=row.study, cells=spans)
    cells = tuple(ShownCell(column, shown, row.cell(column).text.casefold()) for column, (shown, _) in parts.items())
    return ShownRow(row.number, row.answers, cells, card)


def _parts(row: StudyRow, column: str) -> tuple[tuple[CellPart, ...], list[QuotedSpan]]:
    """Return the parts of a cell, and where their words stand: a part for each span, if they make up the cell."""
    cell = row.cell(column)
    if column == "title" and not cell.text:
        return (CellPart("Untitled"),), []
    if not cell.text or (column, cell.text) in _NOTHING:
        return (), []
    texts = [span.text for span in cell.spans]
    if "; ".join(texts) != cell.text:
        return (CellPart(cell.text, f"{column}-0" if texts else ""),), [
            QuotedSpan(span.start, span.end, cell=f"{column}-0") for span in cell.spans
        ]
    named = [(f"{column}-{number}", span) for number, span in enumerate(cell.spans)]
    return tuple(CellPart(span.text, name) for name, span in named), [
        QuotedSpan(span.start, span.end, cell=name) for name, span in named
    ]
