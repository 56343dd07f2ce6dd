"""What a library holds and what it was built with, said without loading a model or an index."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from index.store import Store


@dataclass(frozen=True, slots=True)
class LibraryInfo:
    """What a library holds and what it was built with. `bytes` is its size on disk; `years` is (first, last).

    `unfinished` is a sentence on the run that was broken off or is at work, "" where there is none.
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

    def to_dict(self) -> dict[str, object]:
        """Return the record as the command line's JSON has it."""
        return asdict(self)


def library_info(path: Path, store: Store) -> LibraryInfo:
    """Return what a library in a folder holds."""
    counts, settings, job = store.counts(), store.settings, store.job
    return LibraryInfo(
        path=str(path),
        name=path.name,
        abstracts=counts.abstracts,
        passages=counts.passages,
        years=(counts.first_year, counts.last_year or counts.first_year) if counts.first_year else None,
        retracted=counts.retracted,
        without_abstract=counts.without_text,
        encoder=settings.encoder,
        encoder_sha256=settings.encoder_sha256,
        passage_tokens=settings.passage_tokens,
        generation=store.generation,
        digest=store.digest,
        bytes=_size(path),
        unfinished=f"{job.how_far}; the same command goes on with it" if job else "",
    )


def _size(folder: Path) -> int:
    """Return the bytes of all files in a folder; what a writer deletes meanwhile counts for nothing."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                size += os.stat(os.path.join(parent, name)).st_size
    return size
