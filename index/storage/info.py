"""Counts, years and build settings of a library, without loading a model or an index."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from index.storage.origins import Memory, Origin, last_update, origins_of
from index.storage.schema import Counts, Settings


@dataclass(frozen=True, slots=True)
class LibraryInfo:
    """Counts and build settings of a library. `bytes` is its size on disk; `years` is (first, last).

    `unfinished` is a sentence on the run that was broken off or is at work, "" where there is none. `origins` are what
    the library was built from, as far as it is remembered; `updated` is the time of the last update in ISO 8601, "" for
    none, and `new` how many abstracts it brought that are still here; `synonyms` is the number of the library's own.
    """

    path: str
    name: str
    abstracts: int
    passages: int
    years: tuple[int, int] | None
    retracted: int
    without_abstract: int
    encoder: str
    encoder_sha256: str
    passage_tokens: int
    generation: int
    digest: str
    bytes: int
    unfinished: str = ""
    origins: tuple[Origin, ...] = ()
    updated: str = ""
    new: int = 0
    synonyms: int = 0

    def to_dict(self) -> dict[str, object]:
        """Return the record as the command line's JSON has it."""
        return asdict(self)


def info_of(
    counts: Counts, settings: Settings, *, memory: Memory, new: int, path: str, name: str, unfinished: str
) -> LibraryInfo:
    """Return the info of counts, settings and memory, with generation, digest and size still to be filled in."""
    return LibraryInfo(
        path=path,
        name=name,
        abstracts=counts.abstracts,
        passages=counts.passages,
        years=(counts.first_year, counts.last_year or counts.first_year) if counts.first_year else None,
        retracted=counts.retracted,
        without_abstract=counts.without_text,
        encoder=settings.encoder,
        encoder_sha256=settings.encoder_sha256,
        passage_tokens=settings.passage_tokens,
        generation=0,
        digest="",
        bytes=0,
        unfinished=unfinished,
        origins=tuple(origins_of(memory)),
        updated=last_update(memory).at,
        new=new,
    )
