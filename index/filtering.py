"""Filters to what a search may return: their SQL condition, and the selection of passages that both sides take."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.errors import InputError
from index.records import Filters


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Only the passages with these ids, or, when `excludes`, all but these: whichever list is the shorter to give."""

    ids: NDArray[np.int64]
    excludes: bool = False


def checked_filters(filters: Filters, parse_pmids: Callable[[str], tuple[list[str], dict[str, str]]]) -> Filters:
    """Return the filters with PMIDs in their plain form. Raises InputError when one cannot be meant so."""
    first, last = filters.years or (None, None)
    if first is not None and last is not None and first > last:
        raise InputError(f"the years {first}:{last} run backwards; give the earlier one first")
    pmids, failed = parse_pmids(" ".join(filters.pmids))
    if failed:
        what, why = next(iter(failed.items()))
        raise InputError(f"{what!r} {why}")
    return replace(filters, pmids=tuple(pmids))


def condition(filters: Filters) -> tuple[str, list[object]]:
    """Return the SQL condition of what the filters name, over abstracts as `a`, with its values; "" for nothing."""
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
