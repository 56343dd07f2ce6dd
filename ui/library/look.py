"""A look at a library: what is searched for, by what it is narrowed, sorted and paged; no Gradio and no HTML here."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from index import Filters, Library
from index.records import Tally
from index.storage.listing import ListColumn, says_something

PAGE = 50
"""Abstracts on a page."""
_NEAREST = 500
"""Passages that a search by meaning looks at."""
_KEPT = 8
"""Findings that are remembered: a page turned is not another search."""
_COUNTED = 60
"""Values of each kind that are counted, the most frequent."""
CountedKind = Literal["mesh", "journal", "type", "design"]
KINDS: Mapping[CountedKind, str] = {
    "mesh": "MeSH terms",
    "journal": "Journals",
    "type": "Types",
    "design": "Study designs",
}
"""What a look can be narrowed by, each with its heading."""
_ALL = Filters(include_retracted=True)


@dataclass(frozen=True, slots=True)
class Look:
    """What one browser tab looks at. `column` is "" for the order of the search, or by year where there is none.

    `narrowed` has the values by kind, of which an abstract needs one of each kind.
    """

    library: str = ""
    words: str = ""
    by_meaning: bool = False
    column: ListColumn | Literal[""] = ""
    is_falling: bool = True
    page: int = 1
    years: tuple[int | None, int | None] | None = None
    narrowed: tuple[tuple[CountedKind, str], ...] = ()
    only_retracted: bool = False
    shows_counts: bool = False

    def values(self, kind: CountedKind) -> tuple[str, ...]:
        """Return the values of a kind that it is narrowed by."""
        return tuple(value for chosen_kind, value in self.narrowed if chosen_kind == kind)

    @property
    def filters(self) -> Filters:
        """The filters of the library itself; by design the list narrows."""
        return replace(
            _ALL,
            years=self.years,
            types=self.values("type"),
            mesh=self.values("mesh"),
            journals=self.values("journal"),
            where="" if self.by_meaning else self.words,
        )

    @property
    def sorted_by(self) -> ListColumn | Literal[""]:
        """The column that the order comes from; "" for the nearest first."""
        return self.column or ("" if self.words and self.by_meaning else "year")

    def toggled(self, kind: CountedKind, value: str) -> Look:
        """Return the look narrowed by a value, or no longer narrowed by it; from its first page."""
        choice = (kind, value)
        others = tuple(other for other in self.narrowed if other != choice)
        return replace(self, page=1, narrowed=others if choice in self.narrowed else (*others, choice))

    def by(self, column: ListColumn) -> Look:
        """Return the look sorted by a column; by the same column again the other way round."""
        is_falling = not self.is_falling if column == self.sorted_by else column in ("year", "n", "added", "retracted")
        return replace(self, column=column, is_falling=is_falling, page=1)

    def without_conditions(self) -> Look:
        """Return the look at all abstracts, in the order that it has."""
        return replace(self, words="", page=1, years=None, narrowed=(), only_retracted=False)


class Finder:
    """Finds what a look is at, and remembers the last findings. Thread-safe."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[object, ...], list[str]] = OrderedDict()
        self._lock = threading.Lock()

    def pmids(self, library: Library, look: Look) -> list[str]:
        """Return the PMIDs that a look is at, in its order. Raises InputError for a search that cannot be carried out.

        The library's list must be current.
        """
        plain = replace(look, page=1, shows_counts=False)
        by_study = "design" in (look.sorted_by, *(kind for kind, _ in look.narrowed)) or look.sorted_by == "n"
        key = (library.address, library.digest, plain, library.listing.version if by_study else None)
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = _found(library, look)
        with self._lock:
            self._found[key] = found
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return found


def counts(library: Library, look: Look, found: Sequence[str]) -> dict[CountedKind, list[Tally]]:
    """Return how many of the abstracts found have each value, by kind, the most frequent first.

    MeSH terms are counted without their qualifiers.
    """
    is_all = len(found) == library.listing.count()
    filters = _ALL if is_all else replace(_ALL, pmids=tuple(found))
    made: dict[CountedKind, list[Tally]] = {
        "mesh": [tally for tally in library.tally("mesh", filters) if "/" not in tally.value][:_COUNTED]
        if found
        else [],
        "journal": library.tally("journal", filters)[:_COUNTED] if found else [],
        "type": [tally for tally in library.tally("type", filters) if says_something(tally.value)] if found else [],
        "design": library.listing.designs(None if is_all else found),
    }
    return {kind: _with_chosen(tallies, look.values(kind)) for kind, tallies in made.items()}


def _with_chosen(tallies: list[Tally], values: Sequence[str]) -> list[Tally]:
    """Return the counts without those of no value, and with the values chosen, though they be rare."""
    there = {tally.value for tally in tallies}
    return [
        *(tally for tally in tallies if tally.value),
        *(Tally(value, 0, "") for value in values if value not in there),
    ]


def _found(library: Library, look: Look) -> list[str]:
    listing = library.listing
    by_meaning = bool(look.words and look.by_meaning)
    is_narrowed = look.filters != _ALL
    among: list[str] | None = None
    if by_meaning:
        hits = library.search(look.words, top=_NEAREST, filters=look.filters)
        among = list(dict.fromkeys(hit.passage.pmid for hit in hits))
    elif is_narrowed:
        among = library.pmids(look.filters)
    if designs := look.values("design"):
        among = _both(among, listing.of_designs(designs))
    if look.only_retracted:
        among = _both(among, listing.retracted())
    if by_meaning and not look.column:
        return among or []
    return listing.pmids(look.sorted_by or "year", is_falling=look.is_falling, among=among)


def _both(among: list[str] | None, others: list[str]) -> list[str]:
    if among is None:
        return others
    kept = set(others)
    return [pmid for pmid in among if pmid in kept]
