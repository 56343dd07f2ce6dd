"""What a library's truth is to who writes it, wherever it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from index.records import Abstract
from index.storage.jobs import Job, Step
from index.storage.schema import Entry, Settings


class Truth(Protocol):
    """Where a run writes: the library.db of a folder, or the collections of a library on a server."""

    @property
    def settings(self) -> Settings:
        """What the library was built with."""

    @property
    def job(self) -> Job | None:
        """The run that was broken off, or is at work, as far as it is remembered."""

    def pending_pmids(self) -> list[str]:
        """Return the PMIDs that the run has still to fetch, in their order."""

    def begin_job(self, job: Job, pmids: Sequence[str] = ()) -> None:
        """Remember a run and the PMIDs that it has to fetch, in place of any other."""

    def digests(self, pmids: Sequence[str]) -> dict[str, str]:
        """Return the content digests of those of these abstracts that the library holds."""

    def get(self, pmids: Sequence[str]) -> dict[str, Abstract]:
        """Return those of these abstracts that the library holds, without their raw records."""

    def put(
        self,
        entries: Sequence[Entry],
        *,
        restated: Sequence[Abstract] = (),
        remove: Sequence[str] = (),
        step: Step | None = None,
    ) -> None:
        """Add or replace abstracts, restate those whose passages stay, remove PMIDs and note the run's step."""
