"""A library: one folder with abstracts, their passages and the indexes built from them. The door to this package.

`library.db` is the truth; `vectors.faiss` and `lexical/` are caches of it (see `index.caches`).
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from index.caches import Caches
from index.checking import Finding, check_caches, check_truth
from index.encoder import DEFAULT_ENCODER, Encoder, load_encoder
from index.errors import EncoderError, InputError, LibraryBusyError, LibraryError
from index.eutils import EutilsClient
from index.filtering import as_list, checked_filters
from index.ingest import Inputs, Reading, fetch_pmids, parse_pmids, read_inputs
from index.locking import LOCK, WRITER, writing
from index.records import Abstract, Filters, Hit, Report
from index.rows import Settings
from index.search import Indexes, Mode, search
from index.store import Store, delete_database
from index.writing import OnProgress, write_all

DEFAULT_PASSAGE_TOKENS = 128

_DATABASE = "library.db"
_STAGED = "building.db"
_OF_A_NEW_LIBRARY = (LOCK, WRITER, "library.new")
"""How the files begin that a kill can leave where a library was about to be made."""


@dataclass(frozen=True, slots=True)
class LibraryInfo:
    """What a library holds and what it was built with. `bytes` is its size on disk; `years` is (first, last)."""

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

    def to_dict(self) -> dict[str, object]:
        """Return the record as the command line's JSON has it."""
        return asdict(self)


class Library:
    """A folder of abstracts that can be searched. Make one with `Library.open`; it may be used from many threads."""

    def __init__(self, path: Path, store: Store) -> None:
        self.path = path
        self._store = store
        self._caches = Caches(path, store)
        self._encoder: Encoder | None = None
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
    ) -> Self:
        """Open the library in a folder; with `create`, make an empty one where there is none.

        `encoder` and `passage_tokens` are for a new library; given for one that exists they must be its own.
        Raises LibraryError when the folder is no library, or one of another format, encoder or passage size.
        """
        folder = _folder(path)
        if not (folder / _DATABASE).is_file():
            if not create:
                raise LibraryError(_no_library(folder))
            _create(folder, encoder=encoder, passage_tokens=passage_tokens)
        library = cls(folder, Store(folder / _DATABASE))
        try:
            library._check_settings(encoder, passage_tokens)
        except LibraryError:
            library.close()
            raise
        return library

    def close(self) -> None:
        """Close the library; it is of no use afterwards."""
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
        encoder = self.encoder if mode != "lexical" else None
        with self._caches.lock:
            self._catch_up()
            indexes = Indexes(self._store, self._caches.vectors, self._caches.lexical, encoder)
            return search(text, indexes=indexes, top=top, mode=mode, selection=self._store.select(checked))

    def term_weights(self, words: Sequence[str], *, absent: Sequence[str] = ()) -> dict[str, float]:
        """Return how telling each index term is: its inverse document frequency over the passages, in nats.

        Of the terms that no passage holds only those in `absent` are weighed, as the rarest of all.
        """
        with self._caches.lock:
            self._catch_up()
            known = self._caches.lexical.weights(words)
            most = self._caches.lexical.weight_of_absent
        return known | {word: most for word in absent if word not in known}

    def info(self) -> LibraryInfo:
        """Return what the library holds and what it was built with; loads no model and no index."""
        counts, settings = self._store.counts(), self._store.settings
        years = (counts.first_year, counts.last_year or counts.first_year) if counts.first_year else None
        return LibraryInfo(
            path=str(self.path),
            name=self.path.name,
            abstracts=counts.abstracts,
            passages=counts.passages,
            years=years,
            retracted=counts.retracted,
            without_abstract=counts.without_text,
            encoder=settings.encoder,
            encoder_sha256=settings.encoder_sha256,
            passage_tokens=settings.passage_tokens,
            generation=self._store.generation,
            digest=self._store.digest,
            bytes=_size(self.path),
        )

    @property
    def digest(self) -> str:
        """A SHA-256 of the content and settings: equal digests give equal answers."""
        return self._store.digest

    @property
    def encoder(self) -> Encoder:
        """The embedding model that the library was built with, loaded at first use."""
        with self._loading_encoder:
            settings = self._store.settings
            if self._encoder is None or self._encoder.sha256 != settings.encoder_sha256:  # rebuilt by another process
                self._encoder = _matching_encoder(settings, self.path)
            return self._encoder

    def label_values(self, kind: str) -> list[str]:
        """Return what a filter can name: the library's publication types ("type"), "mesh" or "journal" values."""
        return self._store.label_values(kind)

    # ---- writing

    def add(
        self,
        *,
        files: Sequence[Path | str] = (),
        pmids: Sequence[str] = (),
        search: str | None = None,
        limit: int | None = None,
        client: EutilsClient | None = None,
        on_progress: OnProgress | None = None,
    ) -> Report:
        """Read or fetch abstracts, and chunk, embed and index them; those already here are updated in place.

        Committed batch by batch: an error or an exception from `on_progress` leaves what was committed, searchable.
        """
        with self._writing():
            reading = _reading(files, pmids, search, limit, client)
            return self._write(reading, on_progress)

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
        """Fetch every known PMID again and take up what changed: retractions, corrections, texts."""
        client = client or EutilsClient.from_environment()
        with self._writing():
            pmids = self._store.pmids()
            return self._write(Reading(fetch_pmids(pmids, client=client), len(pmids)), on_progress)

    def rebuild(
        self, *, encoder: str | None = None, passage_tokens: int | None = None, on_progress: OnProgress | None = None
    ) -> Report:
        """Chunk and embed the stored abstracts anew, with another encoder or passage size if given: no network.

        The library answers from its old state until the new one is whole.
        """
        old = self._store.settings
        with self._writing():
            total = self._store.counts().abstracts
            settings, loaded = _settings(
                encoder or old.encoder, old.passage_tokens if passage_tokens is None else passage_tokens
            )
            report = self._stage(Reading(self._store.abstracts(), total), settings, loaded, on_progress)
        return replace(report, added=0, updated=report.added)

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
        """Start a library, or replace the one there; the old one is kept until the new one is whole."""
        if not (_folder(path) / _DATABASE).is_file():
            return cls._build_new(
                path, _reading(files, pmids, search, limit, client), encoder, passage_tokens, on_progress
            )
        with cls.open(path) as library, library._writing():
            reading = _reading(files, pmids, search, limit, client)
            settings, loaded = _settings(encoder, passage_tokens)
            return library._stage(reading, settings, loaded, on_progress)

    @classmethod
    def _build_new(
        cls,
        path: Path | str,
        reading: Reading,
        encoder: str | None,
        passage_tokens: int | None,
        on_progress: OnProgress | None,
    ) -> Report:
        """Start a library; when nothing at all could be read, leave none behind."""
        is_new = not _folder(path).exists()
        with cls.open(path, create=True, encoder=encoder, passage_tokens=passage_tokens) as library:
            with library._writing():
                report = library._write(reading, on_progress)
            is_empty = not library._store.counts().abstracts
        if is_empty and is_new:
            shutil.rmtree(path)
        if is_empty:
            raise LibraryError(_nothing_read(report, f"no library was made in {path}"))
        return report

    def check(self, *, repair: bool = False) -> list[Finding]:
        """Compare every file with the truth and return what is wrong, each with its remedy; mend it if asked.

        The caches, that is: `index.repair.check_library` mends library.db, which must not be open then. Raises
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
        """Be the one writer, and clear away what a build that was killed has left."""
        with writing(self.path):
            delete_database(self.path / _STAGED)
            delete_database((self.path / _STAGED).with_suffix(".new"))
            yield

    def _catch_up(self) -> None:
        """See that the caches hold the truth's generation.

        They are behind when another process has written, or when a writer was killed: then this one brings them along.
        """
        if self._caches.load():
            return
        try:
            with self._writing(), self._caches.lock:
                self._caches.drop()
                self._caches.write()
        except LibraryBusyError:
            self._caches.load_beside_a_writer()

    def _write(self, reading: Reading, on_progress: OnProgress | None) -> Report:
        try:
            report = write_all(
                reading.reads, store=self._store, encoder=self.encoder, total=reading.total, on_progress=on_progress
            )
            return replace(report, notes=reading.notes)
        finally:
            self._caches.write()

    def _stage(self, reading: Reading, settings: Settings, encoder: Encoder, on_progress: OnProgress | None) -> Report:
        """Fill a database beside the library's and take it over whole, in one transaction."""
        staged = self.path / _STAGED
        delete_database(staged)
        try:
            store = Store.create(staged, settings)
            try:
                report = write_all(
                    reading.reads, store=store, encoder=encoder, total=reading.total, on_progress=on_progress
                )
                if not store.counts().abstracts:
                    raise LibraryError(_nothing_read(report, f"the library in {self.path} is kept as it was"))
            finally:
                store.close()
            self._store.replace_all(staged)
        finally:
            delete_database(staged)
        with self._caches.lock:
            self._encoder = encoder
            self._caches.drop()
            self._caches.write()
        return report

    def _check_settings(self, encoder: str | None, passage_tokens: int | None) -> None:
        settings = self._store.settings
        rebuild = f"run: python -m index rebuild --library {self.path}"
        if encoder is not None and encoder != settings.encoder:
            raise LibraryError(
                f"{self.path} was built with the encoder {settings.encoder}, you asked for {encoder}; "
                f"{rebuild} --encoder {encoder}"
            )
        if passage_tokens is not None and passage_tokens != settings.passage_tokens:
            raise LibraryError(
                f"{self.path} has passages of {settings.passage_tokens} tokens, you asked for {passage_tokens}; "
                f"{rebuild} --passage-tokens {passage_tokens}"
            )


def _reading(
    files: Sequence[Path | str],
    pmids: Sequence[str],
    search: str | None,
    limit: int | None,
    client: EutilsClient | None,
) -> Reading:
    return read_inputs(Inputs(as_list(files), [str(pmid) for pmid in as_list(pmids)], search, limit), client=client)


def _folder(path: Path | str) -> Path:
    if str(path).startswith("milvus:"):
        raise LibraryError(f"{path}: libraries on a Milvus server are not supported yet; give a folder")
    return Path(path)


def _no_library(folder: Path) -> str:
    if folder.exists() and not folder.is_dir():
        return f"{folder} is a file, not a library; give the folder of one"
    what = "is not a library: it has no library.db" if folder.is_dir() else "does not exist"
    return f"{folder} {what}; build one there with: python -m index build --pmids ID... --library {folder}"


def _create(folder: Path, *, encoder: str | None, passage_tokens: int | None) -> None:
    if folder.exists() and not folder.is_dir():
        raise LibraryError(f"{folder} is a file; give a folder for the library")
    if folder.is_dir() and any(not file.name.startswith(_OF_A_NEW_LIBRARY) for file in folder.iterdir()):
        raise LibraryError(f"{folder} holds other files and is no library; give an empty or a new folder")
    settings, _ = _settings(encoder, passage_tokens)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(f"{folder} cannot be made: {error.strerror}; give a folder that you may write to") from error
    with writing(folder):
        if not (folder / _DATABASE).is_file():  # another process may have been faster
            Store.create(folder / _DATABASE, settings).close()


def _settings(encoder: str | None, passage_tokens: int | None) -> tuple[Settings, Encoder]:
    """Return a new library's settings and its encoder. Raises InputError when passages would not fit its window."""
    loaded = load_encoder(encoder or DEFAULT_ENCODER)
    if passage_tokens is None:
        passage_tokens = min(DEFAULT_PASSAGE_TOKENS, loaded.max_tokens - 2)
    if not 16 <= passage_tokens <= loaded.max_tokens - 2:
        raise InputError(
            f"passages of {passage_tokens} tokens do not fit {loaded.name}: give 16 to {loaded.max_tokens - 2}"
        )
    return Settings(loaded.name, loaded.sha256, loaded.dimension, passage_tokens), loaded


def _matching_encoder(settings: Settings, path: Path) -> Encoder:
    encoder = load_encoder(settings.encoder)
    if encoder.sha256 != settings.encoder_sha256:
        raise EncoderError(
            f"{path} was built with other weights of {settings.encoder} than those here; "
            f"run: python -m index rebuild --library {path} --encoder {settings.encoder}"
        )
    return encoder


def _nothing_read(report: Report, outcome: str) -> str:
    first = next((f": {what} {why}" for what, why in report.failed.items()), ": the search found nothing")
    return f"nothing could be read, so {outcome}{first}"


def _size(folder: Path) -> int:
    """Return the bytes of all files in a folder; what a writer deletes meanwhile counts for nothing."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                size += os.stat(os.path.join(parent, name)).st_size
    return size
