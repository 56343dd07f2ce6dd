"""Tables of studies as files: CSV, Excel, Markdown and JSON, each whole at any time while a table grows."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from index.errors import FileError, InputError
from qa.export.fields import line
from qa.export.table import csv_row
from qa.studies.table import COLUMNS, StudyRow, StudyTable

_NUMBERS = frozenset(("pmid", "year", "n"))
"""Columns whose cells are numbers in a spreadsheet."""
_WIDTHS = {"title": 50, "answer": 80, "effects": 40, "outcomes": 35, "population": 35, "intervention": 30}
"""Of columns in Excel, in characters; the others have 14."""
_GROWN = 1.1
"""By so much a table must have grown before its file is written again: writing all of it costs little in sum."""


def checked_table_file(file: Path) -> Path:
    """Return the file if its ending names a format. Raises InputError when not, or when its folder is missing."""
    if file.suffix.lower() not in _FORMS:
        raise InputError(f"{file} cannot be exported to: its ending must be one of {', '.join(_FORMS)}")
    if not file.parent.is_dir():
        raise InputError(f"there is no folder {file.parent} to export to; make it, or name another")
    return file


def export_table(table: StudyTable, file: Path) -> None:
    """Save a table in the format of the file's ending: the old file stays until the new one is whole."""
    content = table_bytes(table, checked_table_file(file).suffix.lower())
    aside = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        aside.write_bytes(content)
        os.replace(aside, file)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(f"{file} cannot be written ({reason}); name another file to export to") from error
    finally:
        aside.unlink(missing_ok=True)


def table_bytes(table: StudyTable, ending: str) -> bytes:
    """Return a table in the format of an ending, one of .csv, .xlsx, .md and .json."""
    return _FORMS[ending](table)


class GrowingFile:
    """A file that a table is saved to while it grows: at first, and each time that it has grown by a tenth."""

    def __init__(self, file: Path) -> None:
        self._file = checked_table_file(file)
        self._rows = 0

    def save(self, table: StudyTable) -> None:
        """Save the table if it has grown enough since the last time."""
        if len(table.rows) >= self._rows * _GROWN:
            self._rows = len(table.rows)
            export_table(table, self._file)


def _csv(table: StudyTable) -> bytes:
    """Return the table as CSV with a byte order mark, without which Excel takes UTF-8 for another encoding."""
    rows = [[COLUMNS[name] for name in table.columns], *(_texts(table, row) for row in table.rows)]
    return ("\ufeff" + "".join(map(csv_row, rows))).encode()


def _texts(table: StudyTable, row: StudyRow) -> list[str]:
    return [line(row.cell(name).text) for name in table.columns]


def _json(table: StudyTable) -> bytes:
    return (json.dumps(table.to_dict(), ensure_ascii=False, indent=2) + "\n").encode()


def _markdown(table: StudyTable) -> bytes:
    head = [COLUMNS[name] for name in table.columns]
    rows = [head, ["---"] * len(head), *([_escaped(text) for text in _texts(table, row)] for row in table.rows)]
    lines = [f"## {_escaped(line(table.question))}", "", *(f"| {' | '.join(cells)} |" for cells in rows)]
    return ("\n".join(lines) + "\n").encode()


def _escaped(text: str) -> str:
    for sign in "\\`*_[]<>|#~$":
        text = text.replace(sign, f"\\{sign}")
    return text


def _excel(table: StudyTable) -> bytes:
    """Return the table as a workbook, with a second sheet of the verbatim parts behind each cell and their places."""
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    studies = workbook.create_sheet("Studies")
    studies.freeze_panes = "A2"
    for number, name in enumerate(table.columns):
        studies.column_dimensions[_letter(number)].width = _WIDTHS.get(name, 14)
    studies.append([COLUMNS[name] for name in table.columns])
    for row in table.rows:
        studies.append([_excel_cell(studies, name, row.cell(name).text) for name in table.columns])
    if table.columns:
        studies.auto_filter.ref = f"A1:{_letter(len(table.columns) - 1)}{len(table.rows) + 1}"
    quotes = workbook.create_sheet("Quotes")
    quotes.append(["PMID", "Column", "Start", "End", "Words of the abstract"])
    for pmid, name, start, end, text in _quotes(table):
        quotes.append([int(pmid), COLUMNS[name], start, end, _excel_cell(quotes, name, text)])
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _quotes(table: StudyTable) -> Iterator[tuple[str, str, int, int, str]]:
    for row in table.rows:
        for name in table.columns:
            for span in row.cell(name).spans:
                yield row.abstract.pmid, name, span.start, span.end, span.text


def _excel_cell(sheet: Any, name: str, text: str) -> Any:  # noqa: ANN401 - openpyxl has no types
    """Return a cell that is a number or a text, whatever the text begins with: "=" starts no formula here."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if name in _NUMBERS and text.isdecimal():
        return int(text)
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub(" ", text) or None)
    if text:
        cell.data_type = "s"
    return cell


def _letter(number: int) -> str:
    """Return the name of a column of a sheet, counted from 0; there are fewer than 26."""
    return chr(ord("A") + number)


_FORMS: dict[str, Callable[[StudyTable], bytes]] = {".csv": _csv, ".xlsx": _excel, ".md": _markdown, ".json": _json}
