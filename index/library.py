"""A library: one folder with abstracts, their passages and the indexes built from them. The door to this package.

`library.db` is the truth; `vectors.faiss` and `lexical/` are caches of it (see `index.storage.folder.index_caches`).
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from index.analysis.abbreviations import Spelled
from index.embedding.cache import RememberedVectors
from index.embedding.encoder import Encoder, Vectors
from index.errors import LibraryBusyError, LibraryError
from index.ingest.batches import OnProgress
from index.ingest.inputs import (
    Group,
    Inputs,
    Plan,
    Shard,
    check_inputs,
    fetch_pmids,
    make_plan,
    parse_pmids,
    parse_shard,
    share_of,
)
from index.ingest.refresh import follow_deletions
from index.ingest.run import Watch, begin, groups_of, run
from index.records import Abstract, Filters, Hit, Report, Tally, TallyOf
from index.repair.check import Finding, check_caches, check_truth
from index.search.filters import as_list, checked_filters
from index.search.hybrid import Indexes, Mode, Query, check_bounds, search, understood
from index.search.mentions import descriptor_forms, phrases
from index.storage.build_settings import DATABASE, create_library, is_address, matching_encoder, no_library, settings_of
from index.storage.folder.database import delete_database
from index.storage.folder.index_caches import Caches
from index.storage.folder.lock import writing
from index.storage.folder.store import Store
from index.storage.info import LibraryInfo, library_info
from index.storage.jobs import Job
from index.storage.schema import Settings

if TYPE_CHECKING:
    from index.ingest.eutils.client import EutilsClient

_log = logging.getLogger(__name__)
_STAGED = "building.db"
_REMEMBERED_BYTES = 100_000
"""Of the vectors of queries: some sixty with the default encoder."""


class Library:
    """A folder of abstracts that can be searched. Make one with `Library.open`; it may be used from many threads."""

    def __init__(self, path: Path, store: Store) -> None:
        self.path = path
        self._store = store
        self._caches = Caches(path, store)
        self._hold_an_encoder()
        self._starting = threading.Lock()
        self._behind: threading.Thread | None = None

    def _hold_an_encoder(self) -> None:
        """Have room for the encoder, which is loaded at its first use, and for what it made of queries."""
        self._encoder: Encoder | None = None
        self._query_vectors = RememberedVectors("query", _REMEMBERED_BYTES)
        self._loading_encoder = threading.Lock()

    # ---- opening and closing

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        create: bool = False,
        encoder: str | None = None,
        passage_tokens: int | None = None,
    ) -> Library:
        """Open the library in a folder, or at the address of a Milvus; with `create`, make one where there is none.

        `encoder` and `passage_tokens` are for a new library; given for one that exists they must be its own.
        Raises LibraryError when the folder is no library, or one of another format, encoder or passage size.
        """
        if is_address(path):
            from index.storage.milvus.backend import MilvusLibrary  # which is a library too, and knows this module

            return MilvusLibrary.open(path, create=create, encoder=encoder, passage_tokens=passage_tokens)
        folder, loaded = Path(path), None
        if not (folder / DATABASE).is_file():
            if not create:
                raise LibraryError(no_library(folder))
            loaded = create_library(folder, encoder=encoder, passage_tokens=passage_tokens)
        library = cls(folder, Store(folder / DATABASE))
        library._encoder = loaded
        try:
            library._check_settings(encoder, passage_tokens)
        except LibraryError:
            library.close()
            raise
        return library

    def close(self) -> None:
        """Close the library; it is of no use afterwards."""
        if self._behind is not None:
            self._behind.join()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- reading

    def get(self, pmid: str) -> Abstract | None:
        """Return the abstract with this PMID, or None when the library does not hold it."""
        return self._store.get([pmid]).get(pmid)

    def get_many(self, pmids: Sequence[str]) -> dict[str, Abstract]:
        """Return those of these abstracts that the library holds, by PMID."""
        return self._store.get(pmids)

    def search(self, text: str, *, top: int = 10, mode: Mode = "hybrid", filters: Filters = Filters()) -> list[Hit]:
        """Return up to `top` passages that answer a text best, best first.

        >>> library.search("IL-32β VEGF", top=10, filters=Filters(years=(2010, 2020)))  # doctest: +SKIP
        """
        checked = checked_filters(filters, parse_pmids)
        read = self.understood(text).text
        check_bounds(top, mode)
        query = Query(read, self.query_vector(read) if mode != "lexical" else None)  # embedded outside the lock
        with self._caches.lock:
            self._catch_up()
            indexes = Indexes(self._store, self._caches.vectors, self._caches.lexical)
            return search(query, indexes=indexes, top=top, mode=mode, selection=self._store.select(checked))

    def query_vector(self, text: str) -> Vectors:
        """Return the vector of a query as it stands, shape (dimension,); those used last are remembered."""
        vector: Vectors = self._query_vectors.of([(text,)], self.encoder)[0]
        return vector

    def term_weights(self, words: Sequence[str], *, absent: Sequence[str] = ()) -> dict[str, float]:
        """Return how telling each index term is: its inverse document frequency over the passages, in nats.

        Of the terms that no passage holds only those in `absent` are weighed, as the rarest of all.
        """
        with self._caches.lock:
            self._catch_up()
            known = self._caches.lexical.weights(words)
            most = self._caches.lexical.weight_of_absent
        return known | {word: most for word in absent if word not in known}

    def understood(self, text: str) -> Spelled:
        """Return a question as `search` reads it, and those of its abbreviations that this library defines."""
        with self._caches.lock:
            self._catch_up()
            return understood(text, self._caches.lexical)

    def pmids(self, filters: Filters = Filters(), *, holding: str = "") -> list[str]:
        """Return the PMIDs of the abstracts that the filters allow, newest first, those without a year last.

        With `holding`, of those only that have a text among their authors, DOI or other fields behind the abstract
        itself, as JSON and without regard to case and accents: every record is read for that, 100,000 in two seconds.
        """
        return self._store.listed(checked_filters(filters, parse_pmids), holding=holding)

    def tally(self, kind: TallyOf, filters: Filters = Filters()) -> list[Tally]:
        """Return how many of the abstracts that the filters allow have each year, type, journal or MeSH term.

        Most frequent first; a MeSH term counts with its qualifiers and without.
        """
        return self._store.tally(kind, checked_filters(filters, parse_pmids))

    def mentioning(self, text: str) -> list[str]:
        """Return the PMIDs of the abstracts that mention a thing in title, text or MeSH descriptors, newest first.

        All its words must stand in a row; names are one in all their written forms, as are the two forms of an
        abbreviation that the library defines. Retracted abstracts are among them.
        """
        forms = phrases(text, self.understood(text).abbreviations)
        with self._caches.lock:
            self._catch_up()
            passages = [id_ for form in forms for id_ in self._caches.lexical.mentioning(form)]
        labelled = self._store.listed(Filters(mesh=descriptor_forms(text), include_retracted=True))
        pmids = self._store.pmids_of(passages) | set(labelled)
        return self._store.listed(Filters(pmids=tuple(pmids), include_retracted=True)) if pmids else []

    def info(self) -> LibraryInfo:
        """Return what the library holds and what it was built with; loads no model and no index."""
        return library_info(self.path, self._store)

    @property
    def address(self) -> str:
        """What names the library after --library: its folder, or where it is on a server."""
        return str(self.path)

    @property
    def digest(self) -> str:
        """A SHA-256 of the content and settings: equal digests give equal answers."""
        return self._store.digest

    @property
    def settings(self) -> Settings:
        """What the library was built with: its encoder with the SHA-256 of its weights, and the size of passages."""
        return self._store.settings

    @property
    def encoder(self) -> Encoder:
        """The embedding model that the library was built with, loaded at first use."""
        with self._loading_encoder:
            settings = self.settings
            if self._encoder is None or self._encoder.sha256 != settings.encoder_sha256:  # rebuilt by another process
                self._encoder = matching_encoder(settings, self.address)
            return self._encoder

    def label_values(self, kind: str) -> list[str]:
        """Return what a filter can name: the library's publication types ("type"), "mesh" or "journal" values."""
        return self._store.label_values(kind)

    def has_label(self, kind: str, value: str) -> bool:
        """Tell whether an abstract has this publication type, "mesh" term or "journal", without regard to case."""
        return self._store.has_label(kind, value)

    # ---- writing

    def add(
        self,
        *,
        files: Sequence[Path | str] = (),
        pmids: Sequence[str] = (),
        search: str | None = None,
        limit: int | None = None,
        shard: str | None = None,
        client: EutilsClient | None = None,
        on_progress: OnProgress | None = None,
    ) -> Report:
        """Read or fetch abstracts, and chunk, embed and index them; those already here are updated in place.

        Committed batch by batch: an error or an exception from `on_progress` leaves what was committed, searchable.
        With `shard="3/64"` only the third of 64 shares is taken: the files by their names, and PMIDs by themselves.
        """
        inputs = share_of(checked_inputs(files, pmids, search, limit, None if shard is None else parse_shard(shard)))
        with self._writing():
            return self._fill(["add"], inputs, client, on_progress)

    def remove(self, pmids: Sequence[str]) -> Report:
        """Remove abstracts; PMIDs that are not here are named in the report's `failed`."""
        asked, failed = parse_pmids(" ".join(map(str, as_list(pmids))))
        with self._writing():
            here = self._store.digests(asked)
            if here:
                self._store.put([], remove=list(here))
            self._caches.write()
        failed |= {pmid: "is not in this library" for pmid in asked if pmid not in here}
        return Report(removed=len(here), failed=failed)

    def refresh(self, *, client: EutilsClient | None = None, on_progress: OnProgress | None = None) -> Report:
        """Fetch every known PMID again and take up what changed: retractions, corrections, texts.

        What PubMed deleted or merged is followed. The report's `changes` names all of it.
        """
        watch = Watch(on_progress)
        client = watch.client(client)
        with self._writing():
            pmids = tuple(self._store.pmids())
            job = begin(self._store, key="refresh", command="refresh", plan=lambda: Plan(pmids, {}, len(pmids)))
            groups = fetch_pmids(self._store.pending_pmids(), client=client)
            return self._run(follow_deletions(groups, stored=self._store.get_with_raw), job, watch)

    def rebuild(
        self, *, encoder: str | None = None, passage_tokens: int | None = None, on_progress: OnProgress | None = None
    ) -> Report:
        """Chunk and embed the stored abstracts anew, with another encoder or passage size if given: no network.

        The library answers from its old state until the new one is whole.
        """
        old = self._store.settings
        with self._writing():
            settings, loaded = settings_of(
                encoder or old.encoder, old.passage_tokens if passage_tokens is None else passage_tokens
            )
            key, total = f"rebuild {self._store.content} {settings}", self._store.counts().abstracts
            job = self._store.job
            if job is None or job.key != key:  # else an earlier run was killed behind its taking over
                with self._staged(settings, key) as store:
                    job = begin(store, key=key, command="rebuild", plan=lambda: Plan((), {}, total))
                    groups = [Group(self._store.abstracts(skip=job.taken))]
                    run(groups, job, store=store, encoder=loaded, on_progress=on_progress)
                    job = store.job or job
                self._take_over(loaded)
            self._finish()
        return replace(job.report, added=0, updated=job.report.added)

    @classmethod
    def build(
        cls,
        path: Path | str,
        *,
        files: Sequence[Path | str] = (),
        pmids: Sequence[str] = (),
        search: str | None = None,
        limit: int | None = None,
        encoder: str | None = None,
        passage_tokens: int | None = None,
        client: EutilsClient | None = None,
        on_progress: OnProgress | None = None,
    ) -> Report:
        """Start a library, or replace the one there; the old one is kept until the new one is whole.

        A build that was broken off, at any instant, is gone on with by the same call.
        """
        inputs = checked_inputs(files, pmids, search, limit)
        command = ("build", encoder, passage_tokens)
        if is_address(path):
            from index.storage.milvus.backend import build

            return build(str(path), command, inputs, client, on_progress)
        if not (Path(path) / DATABASE).is_file():
            return cls._build_new(path, command, inputs, client, on_progress)
        with cls.open(path) as library, library._writing():
            job = library._store.job
            if job is not None and job.key == inputs.key(*command):
                delete_database(library.path / _STAGED)  # taken over, where it is still there
                return library._fill(command, inputs, client, on_progress)
            return library._build_over(command, inputs, client, on_progress)

    @classmethod
    def _build_new(
        cls,
        path: Path | str,
        command: tuple[str, str | None, int | None],
        inputs: Inputs,
        client: EutilsClient | None,
        on_progress: OnProgress | None,
    ) -> Report:
        """Start a library; when nothing at all could be read, leave none behind."""
        is_new = not Path(path).exists()
        _, encoder, passage_tokens = command
        with cls.open(path, create=True, encoder=encoder, passage_tokens=passage_tokens) as library:
            with library._writing():
                report = library._fill(command, inputs, client, on_progress)
            is_empty = not library._store.counts().abstracts
        if is_empty and is_new:
            shutil.rmtree(path)
        if is_empty:
            raise LibraryError(nothing_read(report, f"no library was made in {path}"))
        return report

    def _build_over(
        self,
        command: tuple[str, str | None, int | None],
        inputs: Inputs,
        client: EutilsClient | None,
        on_progress: OnProgress | None,
    ) -> Report:
        """Fill a database beside the library's and take it over once it is whole."""
        watch = Watch(on_progress)
        settings, loaded = settings_of(*command[1:])
        asking = watch.client(client) if inputs.needs_pubmed else None
        key = inputs.key(*command)
        with self._staged(settings, key) as store:
            job = begin(store, key=key, command="build", plan=lambda: make_plan(inputs, client=asking))
            groups = groups_of(inputs, job, store, asking)
            outcome = run(groups, job, store=store, encoder=loaded, on_progress=watch.tell)
            is_empty = not store.counts().abstracts
        if not outcome.is_whole:
            kept = f"the library in {self.path} stays as it was until the build is whole"
            return replace(outcome.report, notes=(*outcome.report.notes, kept))
        if is_empty:
            delete_database(self.path / _STAGED)
            raise LibraryError(nothing_read(outcome.report, f"the library in {self.path} is kept as it was"))
        self._take_over(loaded)
        self._finish()
        return outcome.report

    def check(self, *, repair: bool = False) -> list[Finding]:
        """Compare every file with the truth and return what is wrong, each with its remedy; mend it if asked.

        The caches, that is: `index.repair.repair.check_library` mends library.db, which must not be open then. Raises
        LibraryDamagedError when the truth itself cannot be read.
        """
        findings = [*check_truth(self._store), *check_caches(self.path, self._store)]
        if not repair:
            return findings
        with self._writing():
            if list(check_caches(self.path, self._store)):
                self._caches.delete()
            self._caches.write()
        left = set(check_truth(self._store)) | set(check_caches(self.path, self._store))
        return [one if one in left or one.mends == "nothing" else replace(one, repaired=True) for one in findings]

    # ---- inside

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the one writer."""
        with writing(self.path):
            yield

    def _catch_up(self) -> None:
        """See that there are indexes to search, of the truth's generation if need be made now.

        They are behind when another process has written, or when a writer was killed: then this one brings them along,
        behind the back of whoever asks if there is an older state to answer from.
        """
        if self._caches.load():
            return
        if self._caches.is_held:
            self._caches.load_beside_a_writer()
            self._bring_along_behind()
            return
        with suppress(LibraryBusyError), self._writing():
            self._caches.write()
        if not self._caches.load():
            self._caches.load_beside_a_writer()

    def _bring_along_behind(self) -> None:
        with self._starting:
            if self._behind is None or not self._behind.is_alive():
                self._behind = threading.Thread(target=self._bring_along, name="bringing-along", daemon=True)
                self._behind.start()

    def _bring_along(self) -> None:
        try:
            with self._writing():
                self._caches.write()
        except LibraryBusyError:  # who writes brings them along itself
            pass
        except LibraryError as error:
            _log.warning("the indexes of %s could not be brought along: %s", self.path, error)

    def _fill(
        self, command: Sequence[object], inputs: Inputs, client: EutilsClient | None, on_progress: OnProgress | None
    ) -> Report:
        """Take in what the inputs hold, or what an earlier run of the same command has left of it."""
        watch = Watch(on_progress)
        asking = watch.client(client) if inputs.needs_pubmed else None
        job = begin(
            self._store,
            key=inputs.key(*command),
            command=str(command[0]),
            plan=lambda: make_plan(inputs, client=asking),
        )
        return self._run(groups_of(inputs, job, self._store, asking), job, watch)

    def _run(self, groups: Iterable[Group], job: Job, watch: Watch) -> Report:
        try:
            outcome = run(groups, job, store=self._store, encoder=self.encoder, on_progress=watch.tell)
        finally:
            self._caches.write()
        if outcome.is_whole:
            self._store.end_job()  # last: a kill before leaves it to be gone on with
        return outcome.report

    @contextmanager
    def _staged(self, settings: Settings, key: str) -> Iterator[Store]:
        """Give the database beside the library's that an earlier run under this key has begun, else a new one."""
        store = _begun(self.path / _STAGED, settings, key) or Store.create(self.path / _STAGED, settings)
        try:
            yield store
        finally:
            store.close()

    def _take_over(self, encoder: Encoder) -> None:
        """Put what was staged in the library's place, its job with it, in one transaction."""
        self._store.replace_all(self.path / _STAGED)
        self._encoder = encoder
        self._caches.drop()

    def _finish(self) -> None:
        """Clear up after a taking over, and forget the job last: a kill before leaves it to be gone on with."""
        delete_database(self.path / _STAGED)
        self._caches.write()
        self._store.end_job()

    def _check_settings(self, encoder: str | None, passage_tokens: int | None) -> None:
        settings = self.settings
        rebuild = f"run: python -m index rebuild --library {self.address}"
        if encoder is not None and encoder != settings.encoder:
            raise LibraryError(
                f"{self.address} was built with the encoder {settings.encoder}, you asked for {encoder}; "
                f"{rebuild} --encoder {encoder}"
            )
        if passage_tokens is not None and passage_tokens != settings.passage_tokens:
            raise LibraryError(
                f"{self.address} has passages of {settings.passage_tokens} tokens, you asked for {passage_tokens}; "
                f"{rebuild} --passage-tokens {passage_tokens}"
            )


def checked_inputs(
    files: Sequence[Path | str],
    pmids: Sequence[str],
    search: str | None,
    limit: int | None,
    shard: Shard | None = None,
) -> Inputs:
    """Return what a library is to be built from. Raises InputError when it cannot be meant so."""
    inputs = Inputs(as_list(files), [str(pmid) for pmid in as_list(pmids)], search, limit, shard)
    check_inputs(inputs)
    return inputs


def _begun(staged: Path, settings: Settings, key: str) -> Store | None:
    """Return the staged database that a run under this key was broken off in; what another run left is deleted."""
    if staged.is_file():
        with suppress(LibraryError):  # damaged, or of another format
            store = Store(staged)
            job = store.job
            if job is not None and job.key == key and store.settings == settings:
                return store
            store.close()
    delete_database(staged)
    return None


def nothing_read(report: Report, outcome: str) -> str:
    """Return the sentence that says that a build read nothing, what came of that, and the first reason."""
    first = next((f": {what} {why}" for what, why in report.failed.items()), ": the search found nothing")
    return f"nothing could be read, so {outcome}{first}"
