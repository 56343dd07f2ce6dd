"""The list of a library's abstracts, to be sorted and paged: a table in the file of kept studies, which is a cache.

It is brought up to date at first use after a change, by the digests of the abstracts. An order by a column is made once
and kept in memory, eight bytes an abstract, so that a page costs what its own rows do, wherever in the library it lies.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.analysis.normalization import plain_letters
from index.records import Abstract, Progress, Tally
from index.storage.kept_studies import Shelved, StudiesFile

ListColumn = Literal["title", "year", "journal", "type", "design", "n", "retracted", "added"]
_PLAIN_TYPES = frozenset({"journal article", "english abstract", "comparative study", "retracted publication"})
"""Publication types that nearly all abstracts have, that say nothing of what they are, or that a column says."""
_OF_MONEY = "research support"
_AT_ONCE = 500
_ORDERS_KEPT = 16
_CURRENT = "listing"
_KEYS = {"title": "title_key", "journal": "journal COLLATE NOCASE", "retracted": "is_retracted"}
"""What the columns are sorted by where that is another column of the table."""
_FILLED = {"year": "year IS NOT NULL", "n": "n IS NOT NULL", "retracted": "is_retracted"}
_COLUMNS = "pmid, title, year, journal, type, design, n, is_retracted, added"

PmidOrder = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ListedAbstract:
    """A row of the list. `design` is "" and `n` None where the study is not read yet or the abstract does not say.

    `type` holds the publication types that say something, and `added` is when it first came in, in ISO 8601, or "".
    """

    pmid: str
    title: str
    year: int | None
    journal: str
    type: str
    design: str
    n: int | None
    is_retracted: bool
    added: str


class LibraryListing:
    """The list of one library. It may be used from many threads; `bring_up` comes first."""

    def __init__(self, file: StudiesFile, shelf: Callable[[], Shelved], digest: Callable[[], str]) -> None:
        self._file, self._shelf, self._digest = file, shelf, digest
        self._bringing_up = threading.Lock()
        self._orders: OrderedDict[tuple[object, ...], tuple[PmidOrder, PmidOrder]] = OrderedDict()
        self._ordering = threading.Lock()

    def bring_up(self) -> Iterator[Progress]:
        """Bring the list up to date, and yield how far that is, at least once; a list that is current costs nothing."""
        with self._bringing_up:
            digest = self._digest()
            if self._file.noted(_CURRENT, digest) is not None:
                yield Progress(0, 0, "")
                return
            shelf = self._shelf()
            now = shelf.digests(shelf.pmids())
            listed = {str(pmid): digest for pmid, digest in self._file.rows("SELECT pmid, digest FROM listing")}
            self._file.write("DELETE FROM listing WHERE pmid = ?", [(int(pmid),) for pmid in listed if pmid not in now])
            new = [pmid for pmid, digest in now.items() if listed.get(pmid) != digest]
            added = shelf.added() if new else {}
            for first in range(0, len(new), _AT_ONCE):
                yield Progress(first, len(new), "reading the records")
                abstracts = shelf.get(new[first : first + _AT_ONCE])
                self._put(abstracts, now, added)
            self._file.note(_CURRENT, digest, "")
            yield Progress(len(new), len(new), "")

    def pmids(
        self, column: ListColumn = "year", *, is_falling: bool = False, among: Sequence[str] | None = None
    ) -> list[str]:
        """Return the PMIDs in the order of a column, those without a value last in either order.

        With `among` only those of these that the list has. Those of one value stand in the order of their PMIDs.
        """
        filled, empty = self._order(column)
        order = np.concatenate([filled[::-1] if is_falling else filled, empty])
        if among is not None:
            order = order[np.isin(order, np.array([int(pmid) for pmid in among], dtype=np.int64))]
        return [str(pmid) for pmid in order.tolist()]

    @property
    def version(self) -> tuple[int, int]:
        """A key of the list and of the studies as far as they are read."""
        return self._file.version

    def count(self) -> int:
        """Return the number of abstracts in the list."""
        return sum(int(count) for (count,) in self._file.rows("SELECT count(*) FROM listing"))

    def retracted(self) -> list[str]:
        """Return the PMIDs of the retracted abstracts."""
        return [str(pmid) for (pmid,) in self._file.rows("SELECT pmid FROM listing WHERE is_retracted")]

    def of_designs(self, designs: Sequence[str]) -> list[str]:
        """Return the PMIDs of the abstracts of these study designs, as far as their studies are read."""
        marks = ",".join("?" * len(designs))
        return [
            str(pmid) for (pmid,) in self._file.rows(f"SELECT pmid FROM listing WHERE design IN ({marks})", designs)
        ]

    def designs(self, among: Sequence[str] | None = None) -> list[Tally]:
        """Return how many abstracts, of these or of all, have each study design; "" for those that are not read yet."""
        of_some, values = "", []
        if among is not None:
            of_some, values = (
                "WHERE pmid IN (SELECT value FROM json_each(?))",
                [json.dumps([int(pmid) for pmid in among])],
            )
        sql = f"SELECT design, count(*), min(pmid) FROM listing {of_some} GROUP BY 1 ORDER BY 2 DESC, 1"
        return [Tally(design, count, str(pmid)) for design, count, pmid in self._file.rows(sql, values)]

    def rows(self, pmids: Sequence[str]) -> list[ListedAbstract]:
        """Return the rows of these abstracts in their order; one that the list does not have is left out."""
        found: dict[str, ListedAbstract] = {}
        for first in range(0, len(pmids), _AT_ONCE):
            some = [int(pmid) for pmid in pmids[first : first + _AT_ONCE]]
            marks = ",".join("?" * len(some))
            for number, *values in self._file.rows(f"SELECT {_COLUMNS} FROM listing WHERE pmid IN ({marks})", some):
                found[str(number)] = _row(str(number), *values)
        return [found[pmid] for pmid in pmids if pmid in found]

    def _order(self, column: ListColumn) -> tuple[PmidOrder, PmidOrder]:
        """Return the PMIDs with a value in a column, rising, and those without, falling."""
        is_of_study = column in ("design", "n")
        key = (column, self._file.version if is_of_study else self._file.noted_at(_CURRENT))
        with self._ordering:
            if key not in self._orders:
                filled, by = _FILLED.get(column, f"{column} <> ''"), _KEYS.get(column, column)
                self._orders[key] = (
                    self._numbers(f"SELECT pmid FROM listing WHERE {filled} ORDER BY {by}, pmid"),
                    self._numbers(f"SELECT pmid FROM listing WHERE NOT ({filled}) ORDER BY pmid DESC"),
                )
                while len(self._orders) > _ORDERS_KEPT:
                    self._orders.popitem(last=False)
            return self._orders[key]

    def _numbers(self, sql: str) -> PmidOrder:
        return np.fromiter((pmid for (pmid,) in self._file.rows(sql)), dtype=np.int64)

    def _put(self, abstracts: dict[str, Abstract], digests: dict[str, str], added: dict[str, str]) -> None:
        """List abstracts, with what is kept of their studies."""
        rows = [
            (int(pmid), digests[pmid], abstract.title, _title_key(abstract.title), abstract.year, abstract.journal,
             _types(abstract), abstract.is_retracted, added.get(pmid, ""), pmid, digests[pmid], pmid, digests[pmid])
            for pmid, abstract in abstracts.items()
        ]  # fmt: skip
        of_study = "(SELECT {} FROM studies WHERE pmid = ? AND digest = ?)"
        self._file.write(
            "INSERT OR REPLACE INTO listing (pmid, digest, title, title_key, year, journal, type, is_retracted, added,"
            f" design, n) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ifnull({of_study.format('design')}, ''),"
            f" {of_study.format('n')})",
            rows,
        )


def _row(
    pmid: str, title: str, year: int | None, journal: str, type_: str, design: str, n: int | None,
    is_retracted: int, added: str,
) -> ListedAbstract:  # fmt: skip
    return ListedAbstract(pmid, title, year, journal, type_, design, n, bool(is_retracted), added)


def _title_key(title: str) -> str:
    """Return what a title is sorted by: no case, no accents, no bracket or quotation mark before it."""
    return plain_letters(title).lstrip(" [(\"'“‘«.…-")


def _types(abstract: Abstract) -> str:
    """Return the publication types that say something, those of journal articles and of money left out."""
    return "; ".join(filter(says_something, abstract.types))


def says_something(publication_type: str) -> bool:
    """Return True for a publication type that tells what an abstract is, whatever its case."""
    folded = publication_type.casefold()
    return folded not in _PLAIN_TYPES and not folded.startswith(_OF_MONEY)
