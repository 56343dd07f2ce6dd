"""Protocols of where a library is kept: its store, which an ingest run writes to, and the backend around that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Protocol

from index.analysis.synonyms import Synonyms
from index.embedding.encoder import Vectors
from index.records import Abstract, Filters, Hit, Tally, TallyOf
from index.search.query import Mode, Query
from index.storage.info import LibraryInfo
from index.storage.jobs import Job, Step
from index.storage.kept_studies import StudiesFile
from index.storage.origins import MemoryRows
from index.storage.schema import Entry, Settings

Embed = Callable[[str], Vectors]
"""Makes the vector of a query."""


class AbstractStore(Protocol):
    """Protocol of the store that an ingest run writes to: library.db, or the collections on a Milvus."""

    @property
    def settings(self) -> Settings:
        """The build settings: encoder, its weights' digest, passage size."""

    @property
    def stamp(self) -> str:
        """A key of the state that a rebuild starts from: the same while the same rebuild can be resumed."""

    @property
    def job(self) -> Job | None:
        """The run that was broken off, or is at work, as far as it is remembered."""

    def content(self) -> str:
        """Return a number that stands for the abstracts, whatever the encoder and the passages."""

    def count_abstracts(self) -> int:
        """Return the number of abstracts."""

    def pmids(self) -> list[str]:
        """Return every PMID, in numeric order."""

    def abstracts(self, *, skip: int = 0) -> Iterator[Abstract]:
        """Yield every abstract with its raw record, in the order of `pmids`, without the first `skip`."""

    def digests(self, pmids: Sequence[str]) -> dict[str, str]:
        """Return the content digests of those of these abstracts that the library holds."""

    def added(self) -> dict[str, str]:
        """Return when each abstract first came in, in ISO 8601, by PMID, as far as that is known."""

    def get(self, pmids: Sequence[str]) -> dict[str, Abstract]:
        """Return those of these abstracts that the library holds, without their raw records."""

    def get_with_raw(self, pmid: str) -> Abstract | None:
        """Return an abstract with its raw record, or None."""

    def pending_pmids(self) -> list[str]:
        """Return the PMIDs that the run has still to fetch, in their order."""

    def begin_job(self, job: Job, pmids: Sequence[str] = (), *, planned: MemoryRows = MappingProxyType({})) -> None:
        """Remember a run, the PMIDs that it has to fetch and the rows to remember at its end, in place of any other."""

    def end_job(self) -> None:
        """Forget the run, which has come to its end, and take up the rows that it planned."""

    def memory(self) -> dict[str, str]:
        """Return the rows that the library keeps beside its abstracts, by name: see `index.storage.origins`."""

    def planned(self) -> MemoryRows:
        """Return the rows that the run is to remember at its end."""

    def remember(self, rows: MemoryRows) -> None:
        """Write rows beside the abstracts; None deletes one."""

    def put(
        self,
        entries: Sequence[Entry],
        *,
        restated: Sequence[Abstract] = (),
        remove: Sequence[str] = (),
        step: Step | None = None,
    ) -> None:
        """Add or replace abstracts, restate those whose passages stay, remove PMIDs and note the run's step."""


class Backend(Protocol):
    """Protocol of where a library is kept and searched: a folder, or a Milvus. It may be used from many threads.

    What reads raises LibraryError where there is no library.
    """

    @property
    def address(self) -> str:
        """The library's name after --library."""

    @property
    def settings(self) -> Settings:
        """The build settings: encoder, its weights' digest, passage size."""

    @property
    def digest(self) -> str:
        """A SHA-256 of content and settings, the same for the same in whatever backend."""

    @property
    def studies_file(self) -> StudiesFile:
        """The file of what was read of the abstracts' studies."""

    def close(self) -> None:
        """Close what is open; the backend is of no use afterwards."""

    # ---- reading

    def info(self) -> LibraryInfo:
        """Return counts, years and build settings; loads no model and no index."""

    def get(self, pmids: Sequence[str]) -> dict[str, Abstract]:
        """Return those of these abstracts that the library holds, by PMID, without their raw records."""

    def abstract_vectors(self, pmids: Sequence[str]) -> dict[str, Vectors]:
        """Return the mean vector of the passages of each of these abstracts, at length 1; none of one that is gone."""

    def parse(self, question: str, *, is_literal: bool = False) -> Query:
        """Return a question as both indexes read it: names normalised, the library's abbreviations expanded.

        Its names are searched for by all their synonyms too, unless `is_literal`.
        """

    def search(self, query: Query, *, embed: Embed | None, top: int, mode: Mode, filters: Filters) -> list[Hit]:
        """Return up to `top` hits for a query; `embed` is None where no vector is needed."""

    def term_weights(self, words: Sequence[str], *, absent: Sequence[str] = ()) -> dict[str, float]:
        """Return the inverse document frequencies of terms; of those that no passage holds, only of `absent`."""

    def pmids(self, filters: Filters, *, holding: str = "") -> list[str]:
        """Return the PMIDs that the filters allow, newest first; `holding`: only where the stored JSON holds a text."""

    def tally(self, kind: TallyOf, filters: Filters) -> list[Tally]:
        """Return how many of the abstracts that the filters allow have each value of a kind, most frequent first."""

    def mentioning(self, text: str, *, in_text: bool = False) -> list[str]:
        """Return the PMIDs of the abstracts that mention a thing in title, text or MeSH descriptors, newest first.

        With `in_text` the descriptors are left out.
        """

    def label_values(self, kind: str) -> list[str]:
        """Return the values of one kind of label ("type", "mesh" or "journal"), most frequent first."""

    def has_label(self, kind: str, value: str) -> bool:
        """Return True if an abstract has this label, without regard to case."""

    @property
    def synonyms(self) -> Synonyms:
        """The library's own synonyms. Raises LibraryDamagedError when they cannot be read."""

    # ---- writing

    def put_synonyms(self, synonyms: Synonyms) -> None:
        """Put synonyms in the place of the library's own."""

    def is_vacant(self) -> bool:
        """Return True if no library is there yet. Raises LibraryError when none can be made there."""

    def create(self, settings: Settings, key: str = "") -> None:
        """Make an empty library; where another process was faster, that one's stays. `key` is the build's, if any."""

    def abandon(self) -> None:
        """Remove the library that `create` made, as nothing came into it; a folder that was there before stays."""

    def writing(self) -> AbstractContextManager[None]:
        """Be allowed to write. Raises LibraryBusyError where one writer is allowed and there is another."""

    def store_of_a_run(self) -> AbstractStore:
        """Return the library's store, for one run to write to."""

    def settle(self, store: AbstractStore) -> None:
        """Bring a run's abstracts into the indexes, if it wrote to the library's own store."""

    def remove(self, pmids: Sequence[str]) -> list[str]:
        """Remove abstracts, and return the PMIDs of those that were there."""

    def resumed(self, key: str) -> AbstractStore | None:
        """Return the library's store if a build or a rebuild under this key was broken off in it, else None."""

    def staged(self, key: str, settings: Settings) -> AbstractContextManager[AbstractStore]:
        """Give the store beside the library's that a run under this key was broken off in, else an empty one."""

    def discard(self, staged: AbstractStore) -> None:
        """Delete a staged store."""

    def take_over(self, staged: AbstractStore) -> None:
        """Put a staged store in the library's place, at once for all who ask, and end its run."""
