"""Tables in text (CSV, tabs, semicolons), with headings: their rows, and those with abstracts as records."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from index.errors import InputError
from index.ingest.formats.encodings import as_utf8
from index.ingest.formats.field_names import Unread, folded, names_pmid, our_name
from index.ingest.formats.json_lines import parse_fields
from index.records import Failure, ParsedRecord

MAX_LINE_BYTES = 16 << 20
"""The longest line of a table."""

_DELIMITERS = ("\t", ";", ",", "|")
_LINES_BEFORE_HEADINGS = 20
_MAX_HEADING_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Table:
    """A table in text: its delimiter, the number of the line with the headings, those, and the column of PMIDs."""

    delimiter: str
    line: int
    headings: Sequence[str]
    pmid_column: int

    @property
    def has_abstracts(self) -> bool:
        """True if there is a column of abstracts."""
        return "abstract" in map(our_name, self.headings)


def find_table(head: bytes) -> Table | None:
    """Return the table that a text begins with, where one of its first lines has a heading for PMIDs; else None."""
    lines = head.decode("utf-8", "replace").splitlines()[:_LINES_BEFORE_HEADINGS]
    for number, line in enumerate(lines):
        by_delimiter = {delimiter: _cells(line, delimiter) for delimiter in _DELIMITERS}
        delimiter = max(by_delimiter, key=lambda delimiter: len(by_delimiter[delimiter]))
        headings = by_delimiter[delimiter]
        columns = [column for column, heading in enumerate(headings) if names_pmid(heading)]
        is_headed = len(headings) > 1 or any(re.search("[0-9]", below) for below in lines[number + 1 :])
        if columns and is_headed and max(map(len, headings)) <= _MAX_HEADING_CHARACTERS:
            exact = [column for column in columns if folded(headings[column]) == "pmid"]
            return Table(delimiter, number, headings, (exact or columns)[0])
    return None


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])


def rows(stream: BinaryIO, table: Table, *, errors: str = "replace") -> Iterator[tuple[int, list[str]]]:
    """Yield the rows under the headings with the number of the line that each ends in.

    Raises InputError for a line or a cell beyond all measure, such as behind a quotation mark that is never closed, and
    with `errors` as "strict" for one that is not UTF-8.
    """
    csv.field_size_limit(MAX_LINE_BYTES)  # csv's own limit would refuse a book in a cell
    reader = csv.reader(_lines(stream, errors), delimiter=table.delimiter, skipinitialspace=True)
    try:
        for row in reader:
            if reader.line_num > table.line + 1 and any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise InputError(
            f"is damaged before line {reader.line_num + 1:,} ({error}), perhaps by a quotation mark; save it again"
        ) from error


def _lines(stream: BinaryIO, errors: str) -> Iterator[str]:
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise InputError(
                f"has a line {number:,} of more than {MAX_LINE_BYTES:,} bytes; save it with a record a line"
            )
        try:
            yield line.decode("utf-8", errors).replace("\0", "")
        except UnicodeDecodeError as error:
            raise InputError(f"is not UTF-8 in line {number:,}; save it as CSV in UTF-8") from error


def parse_table(stream: BinaryIO, *, name: str, table: Table) -> Iterator[ParsedRecord]:
    """Yield the record of each row, its columns named as in any program's JSON; one without a PMID is a Failure."""
    unread = Unread()
    try:
        for line, row in rows(as_utf8(stream), table, errors="strict"):
            record = {heading.strip(): cell for heading, cell in zip(table.headings, row, strict=False)}
            source = json.dumps(record, ensure_ascii=False).encode()
            where = f"the row that ends in line {line:,}"
            yield parse_fields(record, source, what=f"{name}, line {line}", where=where, unread=unread)
    except InputError as error:
        yield Failure(name, str(error))
    yield from unread.notes(name, always=True)
