"""Filters of a search: checked, as an SQL condition, and as the selection of passages that both indexes take."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from index.errors import InputError
from index.records import Design, Filters, Subjects, parse_pmids
from index.search.pubmed.syntax import parse_search

_SHORT = {
    "rct": "randomised controlled trial",
    "randomised trial": "randomised controlled trial",
    "human": "humans",
    "animal": "animals",
    "cells": "cells or molecules",
}
"""Short forms of designs and subjects."""


@dataclass(frozen=True, eq=False)
class Selection:
    """Only the passages with these ids, or, when `excludes`, all but these: whichever is shorter.

    The ids rise.
    """

    ids: NDArray[np.int64]
    excludes: bool = False

    @cached_property
    def bits(self) -> NDArray[np.uint8]:
        """The ids as bits, from 0 to the last of them, the lowest bit of a byte first."""
        is_named = np.zeros(int(self.ids[-1]) + 1 if len(self.ids) else 0, dtype=bool)
        is_named[self.ids] = True
        return np.packbits(is_named, bitorder="little")

    def count_of(self, passages: int) -> int:
        """Return the number of allowed passages out of all `passages`."""
        return passages - len(self.ids) if self.excludes else len(self.ids)

    def allows(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for each id whether it is allowed."""
        at = np.searchsorted(self.ids, ids)
        is_named = np.zeros(len(ids), dtype=bool)
        within = at < len(self.ids)
        is_named[within] = self.ids[at[within]] == ids[within]
        return ~is_named if self.excludes else is_named


def checked_filters(filters: Filters) -> Filters:
    """Return the filters with PMIDs cleaned and single names as lists. Raises InputError for a value out of bounds."""
    pmids, failed = parse_pmids("\n".join(map(str, as_list(filters.pmids))))
    if failed:
        what, why = next(iter(failed.items()))
        raise InputError(f"{what!r} {why}")
    return replace(
        filters,
        years=_checked_years(filters.years),
        types=tuple(as_list(filters.types)),
        mesh=tuple(as_list(filters.mesh)),
        journals=tuple(as_list(filters.journals)),
        pmids=tuple(pmids),
        where=_checked_search(filters.where),
        designs=_checked_names("design", filters.designs, get_args(Design)),
        subjects=_checked_names("subjects", filters.subjects, get_args(Subjects)),
        min_n=_checked_size(filters.min_n),
    )


def as_list(values: object) -> list[Any]:
    """Return several values as a list; a text or a number counts as one value, not as its characters."""
    if isinstance(values, str | int | os.PathLike):
        return [values]
    if isinstance(values, Iterable):
        return list(values)
    raise InputError(f"{values!r} is not a list; give one, such as ['24114327']")


def _checked_names(what: str, values: object, known: Sequence[str]) -> tuple[str, ...]:
    """Return names of designs or subjects as they are known: American spelling and some short forms will do."""
    names = []
    for name in as_list(values):
        folded = re.sub(r"(?<=[a-z])iz(?=e|ing)", "is", str(name).strip().casefold()).replace("modeling", "modelling")
        names.append(folded if folded in known else _SHORT.get(folded, folded))
        if names[-1] not in known:
            raise InputError(f"there is no {what} {name!r}; give one of: {', '.join(known)}")
    return tuple(dict.fromkeys(names))


def _checked_size(size: object) -> int | None:
    if size is None or (isinstance(size, int) and not isinstance(size, bool) and size >= 0):
        return size
    raise InputError(f"{size!r} cannot be the least number studied; give a whole number, such as 100")


def _checked_search(where: object) -> str:
    if not isinstance(where, str):
        raise InputError(f"the search {where!r} is no text; give one such as 'review[pt]'")
    if where := where.strip():
        parse_search(where)
    return where


def _checked_years(years: object) -> tuple[int | None, int | None] | None:
    if years is None:
        return None
    match years:
        case (int() | None as first, int() | None as last):
            pass
        case _:
            raise InputError(
                f"the years {years!r} cannot be read; give (first, last), such as (2010, 2020) or (2010, None)"
            )
    for year in (first, last):
        if year is not None and not 0 <= year <= 9999:
            raise InputError(f"{year} is not a year; give one of four digits")
    if first is not None and last is not None and first > last:
        raise InputError(f"the years {first}:{last} run backwards; give the earlier one first")
    return first, last


def condition(filters: Filters) -> tuple[str, list[object]]:
    """Return the filters as an SQL condition over abstracts as `a`, with its values; "" if they name nothing."""
    parts: list[str] = []
    values: list[object] = []
    first, last = filters.years or (None, None)
    for year, operator in ((first, ">="), (last, "<=")):
        if year is not None:
            parts.append(f"a.year {operator} ?")
            values.append(year)
    for kind, wanted in (("type", filters.types), ("mesh", filters.mesh), ("journal", filters.journals)):
        if wanted:
            marks = ",".join("?" * len(wanted))
            parts.append(f"a.id IN (SELECT abstract_id FROM labels WHERE kind = ? AND value IN ({marks}))")
            values += [kind, *(value.casefold() for value in wanted)]
    if filters.pmids:
        parts.append("a.pmid IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(list(filters.pmids)))
    if parts and not filters.include_retracted:
        parts.append("NOT a.is_retracted")
    return " AND ".join(parts), values
