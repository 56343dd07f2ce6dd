"""PMIDs of texts and tables: by label, by column, or where nothing else is there, never a number out of prose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from index.errors import InputError
from index.ingest.formats.field_names import names_pmid
from index.ingest.formats.tables import Table, rows
from index.records import parse_pmid, parse_pmids

MAX_TEXT_BYTES = 64 << 20
"""The longest text that PMIDs are looked for in; a million PMIDs take a sixth of it."""

_MAX_FAILURES = 10_000
_MAX_DEPTH = 12
# PubMed's format Abstract (text): the record's own PMID begins a line, those of comments do not.
_OWN_PMID = re.compile(r"^PMID: [0-9].*$", re.MULTILINE)
_LABELLED_LINE = re.compile(r"^.*(?:pmid|pubmed).*$", re.MULTILINE | re.IGNORECASE)
_NUMBERED = re.compile(r"\s*1\. \S")
_NO_VALUE = frozenset(["", *"0 na n/a nan none null nil - – — . <na> nat ?".split()])
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([,. '’\u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})+")
_DECIMAL_COMMA = re.compile(r"^([0-9]{5,10}),0+$")
_YEAR = re.compile(r"(?:18|19|20)[0-9]{2}")


@dataclass(frozen=True, slots=True)
class PmidList:
    """The PMIDs of a file, each once in its order; what was left out with the reason; remarks."""

    pmids: Sequence[str]
    failed: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def pmids_of_table(stream: BinaryIO, table: Table) -> PmidList:
    """Return the PMIDs of the table's column; cells without one are counted in a note."""
    column = table.pmid_column
    pmids: dict[str, None] = {}
    failed: dict[str, str] = {}
    total = without = 0
    for line, row in rows(stream, table):
        total += 1
        cell = row[column].strip().strip("'’\"=") if column < len(row) else ""
        if cell.casefold() in _NO_VALUE:
            without += 1
            continue
        found, others = _pmids_of_cell(cell)
        pmids |= dict.fromkeys(found)
        failed |= {f"line {line:,}, {part}": why for part, why in others.items()} if len(failed) < _MAX_FAILURES else {}
    note = f'of {total:,} rows {without:,} have no PMID in the column "{table.headings[column].strip()}"'
    return PmidList(list(pmids), failed, (note,) if without else ())


def _pmids_of_cell(cell: str) -> tuple[list[str], dict[str, str]]:
    if _GROUPED.fullmatch(cell) and len(digits := re.sub("[^0-9]", "", cell)) <= 10:
        return [digits], {}
    return parse_pmids(_DECIMAL_COMMA.sub(r"\1", cell))


def pmids_of_text(stream: BinaryIO) -> PmidList:
    """Return the PMIDs that a text labels, or consists of."""
    return _pmids_in(_read_text(stream))


def _pmids_in(text: str) -> PmidList:
    own = _OWN_PMID.findall(text) if _NUMBERED.match(text) else []
    pmids, failed = parse_pmids("\n".join(own or _columns_of_pmids(text.splitlines())))
    return PmidList(pmids, dict(list(failed.items())[:_MAX_FAILURES]))


def _columns_of_pmids(lines: Sequence[str]) -> Iterable[str]:
    """Return the lines without the columns of running numbers and of years, where they are a table of numbers alone."""
    grid = [re.split(r"\s*[\t,;|]\s*|\s+", line.strip()) for line in lines if line.strip()]
    is_grid = len(grid) > 1 and len(grid[0]) > 1 and len({len(row) for row in grid}) == 1
    if not is_grid or not all(parse_pmid(cell) or cell == "0" for row in grid for cell in row):
        return lines
    columns = list(zip(*grid, strict=True))
    kept = [column for column in columns if not _counts(column) and not all(map(_YEAR.fullmatch, column))]
    return [" ".join(row) for row in zip(*kept, strict=True)] if kept else lines


def _counts(column: Sequence[str]) -> bool:
    start = int(column[0]) if column[0] in ("0", "1") else -1
    return start >= 0 and all(cell == str(number) for number, cell in enumerate(column, start=start))


def pmids_of_labels(stream: BinaryIO) -> PmidList:
    """Return the PMIDs behind labels, for text that is no list, such as BibTeX."""
    pmids, _failed = parse_pmids("\n".join(_LABELLED_LINE.findall(_read_text(stream))))
    return PmidList(pmids)


def pmids_of_matches(stream: BinaryIO, pattern: re.Pattern[bytes]) -> PmidList:
    """Return the PMIDs in a pattern's groups."""
    matches = pattern.finditer(_read_text(stream).encode())
    return PmidList(list(dict.fromkeys(number.decode() for match in matches for number in match.groups() if number)))


def pmids_of_json(stream: BinaryIO) -> PmidList:
    """Return the PMIDs of JSON or JSON Lines: of lists, of records, and of what a search found."""
    text = _read_text(stream)
    failed: dict[str, str] = {}
    values: list[object] = []
    try:
        values.append(json.loads(text))
    except (ValueError, RecursionError):
        for number, line in enumerate(filter(str.strip, text.splitlines()), start=1):
            try:
                values.append(json.loads(line))
            except (ValueError, RecursionError):
                failed[f"line {number:,}"] = "is not JSON; mend or remove it"
    if not values:  # a list as Python or R prints it
        return _pmids_in(text)
    pmids: dict[str, None] = {}
    is_list = isinstance(values[0], list) if len(values) == 1 else not any(isinstance(value, dict) for value in values)
    for cell in _cells_of_json(values, is_named=is_list):
        found, others = _pmids_of_cell(cell)
        pmids |= dict.fromkeys(found)
        failed |= others
    return PmidList(list(pmids), dict(list(failed.items())[:_MAX_FAILURES]))


def _cells_of_json(value: object, *, is_named: bool, depth: int = 0) -> Iterator[str]:
    """Yield the texts and numbers that are named PMIDs, but nothing else in a record that has its PMID."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        named = {name: cell for name, cell in value.items() if names_pmid(name) or name in ("idlist", "uids")}
        for cell in (named or value).values():
            yield from _cells_of_json(cell, is_named=bool(named), depth=depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _cells_of_json(item, is_named=is_named, depth=depth + 1)
    elif is_named and not isinstance(value, bool) and str(value).strip().casefold() not in _NO_VALUE:
        yield str(value)


def _read_text(stream: BinaryIO) -> str:
    """Return a stream's text. Raises InputError when it is too long to be a list of PMIDs."""
    text = stream.read(MAX_TEXT_BYTES + 1)
    if len(text) > MAX_TEXT_BYTES:
        raise InputError(f"is longer than {MAX_TEXT_BYTES:,} bytes, as no list of PMIDs is; split it")
    return text.decode("utf-8", "replace")
