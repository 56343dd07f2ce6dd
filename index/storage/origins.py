"""Origins of a library and its last update, as rows of names and values that either backend keeps beside the abstracts.

A run plans its rows when it begins, and they are taken up when it has come to its end. A search is asked again from the
time that it was last asked, so one whose abstracts were not all fetched must not count as asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from index.records import LinkKind, parse_pmid

OriginKind = LinkKind | Literal["search", "files"]
Memory = Mapping[str, str]
"""The rows of a library, by name."""
MemoryRows = Mapping[str, str | None]
"""Rows to write, by name; None deletes a row."""

CHECKED = "checked"
"""The row with the time since which changes are asked for. There is none where files came in after the last look: their
records may be of any age."""
_UPDATED = "updated"
_NEW, _ARRIVING = "new", "arriving"
_PIECE = 5_000
"""PMIDs to a row: Milvus takes 65,535 bytes."""
_WORDS: Mapping[OriginKind, str] = {
    "search": "{}",
    "similar_to": "similar to PMID {}",
    "cited_by": "citing PMID {}",
    "references_of": "references of PMID {}",
    "files": "files {}",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where abstracts of a library came from: a PubMed search, the links of papers, or files.

    `query` is the term, the PMIDs or the files' names. `limit` is the most abstracts that are taken each time it is
    asked, `asked` the time in ISO 8601 when it last was.
    """

    kind: OriginKind
    query: str
    limit: int | None = None
    asked: str = ""

    @property
    def name(self) -> str:
        """The name that `info` lists it by and that it is forgotten by.

        >>> Origin("cited_by", "24114327").name
        'citing PMID 24114327'
        """
        return _WORDS[self.kind].format(self.query)

    @property
    def key(self) -> str:
        """The key of its rows."""
        return hashlib.sha256(f"{self.kind} {self.query}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class LastUpdate:
    """The last update that came to its end: when it began, in ISO 8601, and the PMIDs that were new to the library."""

    at: str = ""
    new: tuple[str, ...] = ()


def origins_of(memory: Memory) -> list[Origin]:
    """Return the origins, those asked first in front."""
    rows = (Origin(**json.loads(value)) for name, value in memory.items() if name.startswith("origin/"))
    return sorted(rows, key=lambda origin: (origin.asked, origin.kind, origin.query))


def origin_rows(origin: Origin) -> dict[str, str | None]:
    """Return the rows that remember an origin."""
    return {f"origin/{origin.key}": json.dumps(asdict(origin), ensure_ascii=False)}


def forgotten_rows(origin: Origin) -> dict[str, str | None]:
    """Return the rows that forget an origin."""
    return {f"origin/{origin.key}": None}


def is_whole_row(name: str, value: str) -> bool:
    """Return True if a row that was read from a damaged file remembers an origin: its name is a checksum of that."""
    try:
        return name == f"origin/{Origin(**json.loads(value)).key}"
    except (ValueError, TypeError):
        return False


def is_sound(memory: Memory) -> bool:
    """Return True if all rows can be what was written: an origin under its checksum, a time, or PMIDs."""
    return all(map(_is_sound_row, memory, memory.values()))


def _is_sound_row(name: str, value: str) -> bool:
    if name.startswith("origin/"):
        return is_whole_row(name, value)
    if name not in (CHECKED, _UPDATED):
        return all(map(parse_pmid, value.split()))
    try:
        return bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def removed_rows(pmids: Sequence[str]) -> dict[str, str | None]:
    """Return the rows that remember what was removed, which no update brings back."""
    return pmid_rows(f"removed/{hashlib.sha256(' '.join(pmids).encode()).hexdigest()[:32]}", pmids, {})


def removed_of(memory: Memory) -> frozenset[str]:
    """Return all PMIDs that were ever removed."""
    return frozenset(_pmids("removed", memory))


def last_update(memory: Memory) -> LastUpdate:
    """Return the last update; that of a library which never had one has no time."""
    return LastUpdate(memory.get(_UPDATED, ""), _pmids(_NEW, memory))


def update_rows(update: LastUpdate, memory: Memory) -> dict[str, str | None]:
    """Return the rows of an update at its end."""
    return {_UPDATED: update.at, **pmid_rows(_NEW, update.new, memory), **pmid_rows(_ARRIVING, (), memory)}


def arriving(memory: Memory) -> tuple[str, ...]:
    """Return the PMIDs that an update has brought, or has still to bring, that did not come to its end."""
    return _pmids(_ARRIVING, memory)


def arriving_rows(pmids: Sequence[str], memory: Memory) -> dict[str, str | None]:
    """Return the rows of what an update is to bring, written as it begins."""
    return pmid_rows(_ARRIVING, pmids, memory)


def pmid_rows(name: str, pmids: Sequence[str], memory: Memory) -> dict[str, str | None]:
    """Return the rows of a list of PMIDs, in pieces, with those of an earlier list deleted."""
    pieces = [pmids[first : first + _PIECE] for first in range(0, len(pmids), _PIECE)]
    older: dict[str, str | None] = dict.fromkeys(row for row in memory if row.startswith(f"{name}/"))
    return older | {f"{name}/{number:06}": " ".join(piece) for number, piece in enumerate(pieces)}


def _pmids(name: str, memory: Memory) -> tuple[str, ...]:
    rows = sorted(row for row in memory if row.startswith(f"{name}/"))
    return tuple(pmid for row in rows for pmid in memory[row].split())


def files_query(names: Sequence[str]) -> str:
    """Return the names of files as an origin keeps them: the first few, and how many there are beside.

    >>> files_query(["a.xml", "b.xml", "c.xml", "d.xml", "e.xml"])
    'a.xml, b.xml, c.xml and 2 more'
    """
    rest = len(names) - 3
    return ", ".join(names[:3]) + (f" and {rest:,} more" if rest > 0 else "")
