"""A library in a folder: `library.db` is the truth, `vectors.faiss` and `lexical/` are caches of it.

One process writes at a time. The caches know their generation (see `index.storage.folder.index_caches`): whoever
searches brings them up to date, behind the back of who asks where there is an older state to answer from.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from index.analysis.lexicon import default_lexicon
from index.analysis.synonyms import Synonyms
from index.embedding.encoder import Vectors
from index.errors import LibraryBusyError, LibraryError
from index.records import Abstract, Filters, Hit, Tally, TallyOf
from index.search.concepts import OF_A_GROUP
from index.search.dense import mean_vectors
from index.search.hybrid import Indexes, search
from index.search.mentions import descriptor_forms, phrases
from index.search.query import Mode, Query, parse_query
from index.storage.folder.database import decoding, delete_database
from index.storage.folder.index_caches import Caches
from index.storage.folder.lock import LOCK, WRITER, writing
from index.storage.folder.store import DATABASE, Store
from index.storage.folder.synonyms_file import SynonymsFile
from index.storage.info import LibraryInfo, info_of
from index.storage.kept_studies import StudiesFile
from index.storage.origins import last_update
from index.storage.protocol import AbstractStore, Embed
from index.storage.schema import Settings, digest_with

_log = logging.getLogger(__name__)
_STAGED = "building.db"
STUDIES = "studies.db"
_OF_A_NEW_LIBRARY = (LOCK, WRITER, "library.new")
"""Beginnings of the files that a kill can leave where a library was about to be made."""


class FolderBackend:
    """A library in a folder, opened at first use. It may be used from many threads once it is open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._store: Store | None = None
        self._caches: Caches | None = None
        self._synonyms = SynonymsFile(path)
        self.studies_file = StudiesFile(path / STUDIES)
        self._is_new_folder = False
        self._starting = threading.Lock()
        self._behind: threading.Thread | None = None

    @property
    def store(self) -> Store:
        """The library.db. Raises LibraryError when the folder is no library, or one of another format."""
        if self._store is None:
            if not (self.path / DATABASE).is_file():
                raise LibraryError(_no_library(self.path))
            self._store = Store(self.path / DATABASE)
        return self._store

    @property
    def caches(self) -> Caches:
        """The two indexes."""
        if self._caches is None:
            self._caches = Caches(self.path, self.store)
        return self._caches

    @property
    def address(self) -> str:
        return str(self.path)

    @property
    def settings(self) -> Settings:
        return self.store.settings

    @property
    def digest(self) -> str:
        return digest_with(self.store.digest, self.synonyms)

    @property
    def synonyms(self) -> Synonyms:
        return self._synonyms.read()

    def close(self) -> None:
        if self._behind is not None:
            self._behind.join()
        self.studies_file.close()
        if self._store is not None:
            self._store.close()

    # ---- reading

    def info(self) -> LibraryInfo:
        store = self.store
        unfinished = f"{job.how_far}; the same command goes on with it" if (job := store.job) else ""
        with decoding(store.path):
            memory = store.memory()
            info = info_of(
                store.counts(),
                store.settings,
                memory=memory,
                new=len(store.digests(last_update(memory).new)),
                path=self.address,
                name=self.path.name,
                unfinished=unfinished,
            )
        info = replace(info, synonyms=len(self.synonyms.rows), bytes=_size(self.path))
        return replace(info, generation=store.generation, digest=self.digest)

    def get(self, pmids: Sequence[str]) -> dict[str, Abstract]:
        return self.store.get(pmids)

    def abstract_vectors(self, pmids: Sequence[str]) -> dict[str, Vectors]:
        return mean_vectors(self.store.vectors_by_pmid(pmids))

    def parse(self, question: str, *, is_literal: bool = False) -> Query:
        with self._indexes() as indexes:
            return self._parsed(question, indexes, is_literal=is_literal)

    def _parsed(
        self, question: str, indexes: Indexes, *, is_literal: bool = False, of_a_group: int = OF_A_GROUP
    ) -> Query:
        def uses(names: Sequence[str]) -> dict[str, int]:
            return indexes.lexical.uses(names, self._texts)

        lexicon = None if is_literal else default_lexicon()
        return parse_query(
            question,
            indexes.lexical.definitions,
            self.synonyms,
            uses=uses,
            lexicon=lexicon,
            of_a_group=of_a_group,
        )

    def _texts(self, ids: Sequence[int]) -> dict[int, str]:
        return {id_: passage.text for id_, passage in self.store.passages(ids).items()}

    def search(self, query: Query, *, embed: Embed | None, top: int, mode: Mode, filters: Filters) -> list[Hit]:
        vector = embed(query.normalized) if embed else None  # embedded outside the lock
        with self._indexes() as indexes:
            selection = self.store.select(filters, commit_id=self.caches.commit_id)
            return search(query, vector, indexes=indexes, top=top, mode=mode, selection=selection)

    def term_weights(self, words: Sequence[str], *, absent: Sequence[str] = ()) -> dict[str, float]:
        """Return the inverse document frequencies of terms; of those that no passage holds, only of `absent`.

        The passages are those of the last search or parse.
        """
        with self.caches.lock:
            if not self.caches.is_held:
                self._catch_up()
            known = self.caches.lexical.weights(words)
            most = self.caches.lexical.weight_of_absent
        return known | {word: most for word in absent if word not in known}

    def pmids(self, filters: Filters, *, holding: str = "") -> list[str]:
        """Return the PMIDs that the filters allow, newest first; `holding`: only where the stored JSON holds a text."""
        return self.store.listed(filters, holding=holding)

    def tally(self, kind: TallyOf, filters: Filters) -> list[Tally]:
        """Return how many of the abstracts that the filters allow have each value of a kind, most frequent first."""
        return self.store.tally(kind, filters)

    def mentioning(self, text: str, *, in_text: bool = False) -> list[str]:
        """Return the PMIDs of the abstracts that mention a thing in title, text or MeSH descriptors, newest first."""
        with self._indexes() as indexes:
            forms = phrases(text, self._parsed(text, indexes, of_a_group=0).equivalents)
            passages = [id_ for form in forms for id_ in indexes.lexical.mentioning(form)]
        headed = Filters(mesh=descriptor_forms(text), include_retracted=True)
        labelled = [] if in_text else self.store.listed(headed)
        pmids = self.store.pmids_of(passages) | set(labelled)
        return self.store.listed(Filters(pmids=tuple(pmids), include_retracted=True)) if pmids else []

    def label_values(self, kind: str) -> list[str]:
        return self.store.label_values(kind)

    def has_label(self, kind: str, value: str) -> bool:
        return self.store.has_label(kind, value)

    @contextmanager
    def _indexes(self) -> Iterator[Indexes]:
        """Give the indexes as of one generation, locked."""
        with self.caches.lock:
            self._catch_up()
            yield Indexes(self.store, self.caches.vectors, self.caches.lexical)

    def _catch_up(self) -> None:
        """See that there are indexes to search, of the truth's generation if need be made now.

        They are behind when another process has written, or when a writer was killed: then this one brings them along,
        behind the back of whoever asks if there is an older state to answer from.
        """
        if self.caches.load():
            return
        if self.caches.is_held:
            self.caches.load_beside_a_writer()
            self._bring_along_behind()
            return
        with suppress(LibraryBusyError), self.writing():
            self.caches.write()
        if not self.caches.load():
            self.caches.load_beside_a_writer()

    def _bring_along_behind(self) -> None:
        with self._starting:
            if self._behind is None or not self._behind.is_alive():
                self._behind = threading.Thread(target=self._bring_along, name="bringing-along", daemon=True)
                self._behind.start()

    def _bring_along(self) -> None:
        try:
            with self.writing():
                self.caches.write()
        except LibraryBusyError:  # who writes brings them along itself
            pass
        except LibraryError as error:
            _log.warning("the indexes of %s could not be brought along: %s", self.path, error)

    # ---- writing

    def put_synonyms(self, synonyms: Synonyms) -> None:
        self._synonyms.write(synonyms)

    def is_vacant(self) -> bool:
        """Return True if no library is there yet. Raises LibraryError when the folder holds something else."""
        if (self.path / DATABASE).is_file():
            return False
        if self.path.exists() and not self.path.is_dir():
            raise LibraryError(f"{self.path} is a file; give a folder for the library")
        if self.path.is_dir() and any(not file.name.startswith(_OF_A_NEW_LIBRARY) for file in self.path.iterdir()):
            raise LibraryError(f"{self.path} holds other files and is no library; give an empty or a new folder")
        return True

    def create(self, settings: Settings, key: str = "") -> None:
        self._is_new_folder = not self.path.exists()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"{self.path} cannot be made: {error.strerror}; give a folder that you may write to"
            ) from error
        with self.writing():
            if not (self.path / DATABASE).is_file():
                Store.create(self.path / DATABASE, settings).close()

    def abandon(self) -> None:
        self.close()
        if self._is_new_folder:
            shutil.rmtree(self.path)

    @contextmanager
    def writing(self) -> Iterator[None]:
        with writing(self.path):
            yield

    def store_of_a_run(self) -> Store:
        return self.store

    def settle(self, store: AbstractStore) -> None:
        if store is self._store:
            self.caches.write()
            self.studies_file.keep_only(self.store.digests)

    def remove(self, pmids: Sequence[str]) -> list[str]:
        with self.writing():
            here = list(self.store.digests(pmids))
            if here:
                self.store.put([], remove=here)
            self.caches.write()
            self.studies_file.keep_only(self.store.digests)
        return here

    def resumed(self, key: str) -> Store | None:
        """Return library.db if it remembers a run under this key: one that began it, or that was killed taking over."""
        job = self.store.job
        if job is None or job.key != key:
            return None
        delete_database(self.path / _STAGED)  # taken over, where it is still there
        return self.store

    @contextmanager
    def staged(self, key: str, settings: Settings) -> Iterator[Store]:
        """Give the database beside library.db that a run under this key was broken off in, else an empty one."""
        staged = self.path / _STAGED
        store = _begun(staged, settings, key) or Store.create(staged, settings)
        try:
            yield store
        finally:
            store.close()

    def discard(self, staged: AbstractStore) -> None:
        """Delete the staged database, which is closed."""
        delete_database(self.path / _STAGED)

    def take_over(self, staged: AbstractStore) -> None:
        """Put the staged database, which is closed, in the library's place, its job with it, in one transaction.

        The job is forgotten last: a kill before leaves it to be gone on with.
        """
        self.store.replace_all(self.path / _STAGED)
        self.caches.drop()
        delete_database(self.path / _STAGED)
        self.caches.write()
        self.studies_file.keep_only(self.store.digests)
        self.store.end_job()


def _no_library(folder: Path) -> str:
    """Return the sentence that says that a folder is no library, and how to make one there."""
    if folder.exists() and not folder.is_dir():
        return f"{folder} is a file, not a library; give the folder of one"
    fault = "is not a library: it has no library.db" if folder.is_dir() else "does not exist"
    return f"{folder} {fault}; build one there with: python -m index build --pmids ID... --library {folder}"


def _begun(staged: Path, settings: Settings, key: str) -> Store | None:
    """Return the staged database that a run under this key was broken off in; that of another run is deleted."""
    if staged.is_file():
        with suppress(LibraryError):  # damaged, or of another format
            store = Store(staged)
            job = store.job
            if job is not None and job.key == key and store.settings == settings:
                return store
            store.close()
    delete_database(staged)
    return None


def _size(folder: Path) -> int:
    """Return the bytes of all files in a folder; a file that a writer deletes meanwhile counts for nothing."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                size += os.stat(os.path.join(parent, name)).st_size
    return size
