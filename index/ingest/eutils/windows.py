"""Splitting a search with too many hits into windows of days, or of PMIDs, that each fit. Pure: the caller searches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from index.ingest.eutils.responses import SearchPage

_FIRST_DAY = date(1700, 1, 1)
_YEARS_AHEAD = 3
"""Issues to come are dated ahead."""
_LAST_PMID = 99_999_999


@dataclass(frozen=True, slots=True)
class Window:
    """A term, with the parameters that narrow it down to a window."""

    term: str
    params: Mapping[str, str] = field(default_factory=dict)


def entered_since(term: str, first: date) -> str:
    """Return a term narrowed down to what entered PubMed on a day or later.

    By both dates of entry: NLM sets the one (edat) back to the publication of a record that comes late, and not the
    other (crdt).
    """
    dated = " OR ".join(f'("{_day(first.toordinal())}"[{field}] : "3000"[{field}])' for field in ("edat", "crdt"))
    return f"({term}) AND ({dated})"


def changed_since(pmids: Sequence[str], first: date) -> Window:
    """Return the search for those of some PMIDs whose records were changed on a day or later."""
    days = {"datetype": "mdat", "mindate": _day(first.toordinal()), "maxdate": "3000"}
    return Window(" OR ".join(f"{pmid}[uid]" for pmid in pmids), days)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to split: the first and the last day (as an ordinal) or PMID, and the maker of their window."""

    first: int
    last: int
    window: Callable[[int, int], Window]


def ways_to_split(term: str) -> tuple[Way, ...]:
    """Return the ways, the best first.

    A record has exactly one entry date (edat), so those windows lose nothing. Publication dates (pdat) find what is
    left: of a day with too many entries, or at a mirror that knows no entry dates; ranges of PMIDs the rest.
    """

    def dated(date_type: str) -> Way:
        last_day = date.today() + timedelta(days=_YEARS_AHEAD * 365)

        def window(first: int, last: int) -> Window:
            days = {"mindate": _day(first), "maxdate": _day(last)}
            return Window(term, {"datetype": date_type, **days})

        return Way(_FIRST_DAY.toordinal(), last_day.toordinal(), window)

    numbered = Way(1, _LAST_PMID, lambda first, last: Window(f"({term}) AND {first}:{last}[uid]"))
    return dated("edat"), dated("pdat"), numbered


def pages(way: Way, search: Callable[[Window], SearchPage], *, whole: SearchPage, limit: int) -> Iterator[SearchPage]:
    """Yield the pages of windows that each have at most `limit` hits, or cannot be split further; newest first.

    `whole` is the search without a window. Both halves of a window are counted: the one is not worked out from the
    other, because what PubMed holds may change in between. A server that heeds no such windows is asked no further.
    """
    windows = [(way.first, way.last, whole)]
    while windows:
        first, last, page = windows.pop()
        if page.total <= limit or first == last:
            yield page
            continue
        middle = first + (last - first) // 2
        older, newer = search(way.window(first, middle)), search(way.window(middle + 1, last))
        if older.total == newer.total == page.total:
            return
        windows += [(first, middle, older), (middle + 1, last, newer)]


def _day(ordinal: int) -> str:
    return f"{date.fromordinal(ordinal):%Y/%m/%d}"
