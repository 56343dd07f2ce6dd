"""A library's own synonyms: a file of two columns, a name and what it stands for, checked and looked up by any name.

All names of one thing are looked up by each of them. They stand above what the library's texts define.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from index.analysis.abbreviations import Abbreviation, key
from index.errors import InputError

MOST_LINES = 100_000
_MOST_BYTES = 50_000_000
_LONGEST_NAME = 200
_MOST_NAMES = 30
"""Other names of one thing that a query is made to hold."""
_TRIED = 20
"""Rows whose keys are made anew to see whether they are those of this version."""


class Synonym(NamedTuple):
    """A name and what it stands for, as written, and the keys that all spellings of each share."""

    name: str
    stands_for: str
    form: str
    thing: str


@dataclass(frozen=True)
class Synonyms:
    """Names and what each stands for; empty where a library has no synonyms of its own."""

    rows: tuple[Synonym, ...] = ()

    def of(self, form: str) -> list[Abbreviation]:
        """Return a name, by its key, with the first _MOST_NAMES others of its thing; [] for an unknown name.

        >>> parse_synonyms("heart attack,myocardial infarction").of(key("heart attacks"))
        [Abbreviation(short='heart attack', long='myocardial infarction', is_given=True)]
        """
        names = self._names.get(form, {}) if self.rows else {}
        others = (name for other, name in names.items() if other != form)
        return [Abbreviation(names[form], name, is_given=True) for name in islice(others, _MOST_NAMES)]

    @cached_property
    def _names(self) -> Mapping[str, Mapping[str, str]]:
        """The names of the thing that each name stands for, as written, by their keys."""
        ends = _ends({row.form: row.thing for row in reversed(self.rows)})
        things: dict[str, dict[str, str]] = {}
        for row in self.rows:
            names = things.setdefault(ends[row.form], {})
            names.setdefault(row.form, row.name)
            names.setdefault(row.thing, row.stands_for)
        return {form: names for names in things.values() for form in names}

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the synonyms, whatever their order; "" for none."""
        names = sorted(f"{row.name}\t{row.stands_for}" for row in self.rows)
        return hashlib.sha256("\n".join(names).encode()).hexdigest() if names else ""

    def to_json(self) -> str:
        """Return the synonyms with their keys, of which 200,000 take seconds to make, in ASCII."""
        return json.dumps(self.rows)

    @classmethod
    def from_json(cls, text: str) -> Synonyms:
        """Return the synonyms that `to_json` was called on. Raises ValueError for another text."""
        rows = tuple(Synonym(*map(str, row)) for row in json.loads(text))
        if all(_with_keys(row.name, row.stands_for) == row for row in rows[:_TRIED]):
            return cls(rows)
        return cls(tuple(_with_keys(row.name, row.stands_for) for row in rows))  # keys of another version


def read_synonyms(file: Path) -> Synonyms:
    """Return the synonyms of a file with tabs or commas between its two columns, checked.

    Raises InputError with the line for one that cannot be: a name for two things, a loop, a name of one letter.
    """
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise InputError(f"{file} is larger than {_MOST_BYTES // 1_000_000} MB; give a file of two columns")
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise InputError(f"the synonyms in {file} cannot be read: {reason}") from error
    try:
        return parse_synonyms(text)
    except InputError as error:
        raise InputError(f"{file}, {error}") from error


def parse_synonyms(text: str) -> Synonyms:
    """Return the synonyms of a text, checked as by `read_synonyms`; blank lines and those in # are left out."""
    rows = {number: row for number, row in _rows(text) if row.form != row.thing}  # else two spellings of one name
    _check(rows)
    return Synonyms(tuple(dict.fromkeys(rows.values())))


def _with_keys(name: str, stands_for: str) -> Synonym:
    return Synonym(name, stands_for, key(name), key(stands_for))


def _columns(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the number and the two columns of each line."""
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise InputError(f"line {MOST_LINES + 1:,}: it has {len(lines):,} lines; the most is {MOST_LINES:,}")
    delimiter = "\t" if "\t" in next((line for line in lines if line.strip() and line[0] != "#"), "") else ","
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = [" ".join(column.split()) for column in next(csv.reader([line], delimiter=delimiter))]
        while columns and not columns[-1]:
            columns.pop()
        if len(columns) != 2 or not columns[0]:
            raise InputError(f"line {number:,}: write two names, with a tab or a comma between them")
        yield number, columns[0], columns[1]


def _rows(text: str) -> Iterator[tuple[int, Synonym]]:
    for number, name, stands_for in _columns(text):
        row = _with_keys(name, stands_for)
        for written, form in ((name, row.form), (stands_for, row.thing)):
            if sum(map(str.isalnum, written)) == 1:
                raise InputError(f"line {number:,}: “{written}” is a name of one letter, which stands for too much")
            if not form or len(written) > _LONGEST_NAME:
                raise InputError(f"line {number:,}: “{written[:40]}” is no name of up to {_LONGEST_NAME} characters")
        yield number, row


def _check(rows: Mapping[int, Synonym]) -> None:
    """Raise InputError for a loop, and for a name that stands for two things."""
    first: dict[str, int] = {}
    for number, row in rows.items():
        first.setdefault(row.form, number)
    ends = _ends({form: rows[number].thing for form, number in first.items()})
    for form, number in first.items():
        if form not in ends:
            row = rows[number]
            raise InputError(
                f"line {number:,}: “{row.name}” stands for “{row.stands_for}”, which by other lines stands for it "
                "again; leave one of them out"
            )
    for number, row in rows.items():
        before = rows[first[row.form]]
        if ends[row.form] != ends.get(row.thing, row.thing):
            raise InputError(
                f"line {number:,}: “{row.name}” stands for “{before.stands_for}” in line {first[row.form]:,} and for "
                f"“{row.stands_for}” here; leave one of the two out"
            )


def _ends(stands_for: Mapping[str, str]) -> dict[str, str]:
    """Return what each name stands for in the end, by keys; names that go round in a loop are left out."""
    ends: dict[str, str] = {}
    for form in stands_for:
        way: dict[str, None] = {}
        at = form
        while at in stands_for and at not in ends and at not in way:
            way[at] = None
            at = stands_for[at]
        if at not in way:
            ends |= dict.fromkeys(way, ends.get(at, at))
    return ends
