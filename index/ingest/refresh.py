"""PubMed's answers to a refresh: a record that PubMed deleted goes, one that it never had stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from index.ingest.sources import Group
from index.records import Abstract, Deletion, Failure, ParsedRecord


def follow_deletions(groups: Iterable[Group], *, stored: Callable[[str], Abstract | None]) -> Iterator[Group]:
    """Yield the groups with each PMID that PubMed no longer knows as a Deletion, where it is sure that it once did.

    `stored` gives an abstract with its raw record. PubMed was asked twice for each of them. An answer in which nothing
    is left of several records is more likely a fault of PubMed's than the end of all of them, so nothing is deleted.
    """
    for group in groups:
        reads = tuple(group.reads)
        is_believable = len(reads) == 1 or not all(_is_unknown(read) for read in reads)
        yield replace(group, reads=tuple(_followed(read, stored, is_believable) for read in reads))


def _followed(read: ParsedRecord, stored: Callable[[str], Abstract | None], is_believable: bool) -> ParsedRecord:
    abstract = stored(read.what) if isinstance(read, Failure) and read.is_unknown else None
    if not isinstance(read, Failure) or abstract is None:
        return read
    if not is_believable:
        return replace(read, why="PubMed sent none of the records asked for together with this one; it was kept")
    if _is_from_pubmed(abstract):
        return Deletion(read.what)
    return replace(read, why="PubMed has no record with this PMID; the abstract came from a file and was kept")


def _is_unknown(read: ParsedRecord) -> bool:
    return isinstance(read, Failure) and read.is_unknown


def _is_from_pubmed(abstract: Abstract) -> bool:
    """Return True if the record is in a form that PubMed writes: JSON Lines may hold anybody's."""
    return not abstract.raw.lstrip().startswith(b"{")
