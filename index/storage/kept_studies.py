"""Studies kept with a library: what was read of each abstract's study, in a SQLite file of its own, which is a cache.

The list of the abstracts lies in it too (`index.storage.listing`), and what else is worked out once for a state of the
library and noted by its digest.

The reading itself is `qa.studies`'; here lie its results, by PMID, each with the digest of the abstract that was read,
and the design, the subjects and the size, by which abstracts are filtered. A file that is damaged, or of other rules,
is begun anew; where none can be written, studies are kept in memory.
"""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from index.errors import LibraryError
from index.records import Abstract, Filters, KeptStudy

_TABLES = (
    "CREATE TABLE IF NOT EXISTS studies (pmid TEXT PRIMARY KEY, digest TEXT NOT NULL, rules TEXT NOT NULL,"
    " design TEXT NOT NULL, subjects TEXT NOT NULL, n INTEGER, record BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS listing (pmid INTEGER PRIMARY KEY, digest TEXT NOT NULL, title TEXT NOT NULL,"
    " title_key TEXT NOT NULL, year INTEGER, journal TEXT NOT NULL, type TEXT NOT NULL, is_retracted INTEGER NOT NULL,"
    " added TEXT NOT NULL, design TEXT NOT NULL, n INTEGER)",
    *(
        f"CREATE INDEX IF NOT EXISTS listing_{column} ON listing ({column}, pmid)"
        for column in ("year", "title_key", "n", "added")
    ),
    "CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, digest TEXT NOT NULL, text TEXT NOT NULL) WITHOUT ROWID",
)
_NOT_NOW = ("SQLITE_BUSY", "SQLITE_LOCKED")
_NO_FILE = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_PERM", "SQLITE_IOERR")
"""Beginnings of the names of errors: another process writes just now; no file can be written."""
_AT_ONCE = 200
"""Abstracts that are read and kept at once."""
_READ_FOR_A_SEARCH = 1_000
"""Abstracts that a search reads before it answers, some six seconds; where more are to be read, only those that it
finds without the filter are."""


class StudyReader(Protocol):
    """Protocol of what reads studies out of abstracts; `rules` changes with the rules that it reads by."""

    @property
    def rules(self) -> str:
        """A key of the rules."""

    def read(self, abstract: Abstract) -> KeptStudy:
        """Return what an abstract says of its study."""


class Shelved(Protocol):
    """Protocol of what the studies of a library need of its store."""

    def pmids(self) -> list[str]:
        """Return every PMID, in numeric order."""

    def digests(self, pmids: Sequence[str]) -> dict[str, str]:
        """Return the content digests of those of these abstracts that the library holds."""

    def get(self, pmids: Sequence[str]) -> dict[str, Abstract]:
        """Return those of these abstracts that the library holds."""

    def added(self) -> dict[str, str]:
        """Return when each abstract first came in, in ISO 8601, by PMID, as far as that is known."""


class StudiesFile:
    """The file of kept studies. It may be used from many threads and processes."""

    def __init__(self, path: Path, *, makes_folder: bool = False) -> None:
        self._path = path
        self._makes_folder = makes_folder
        self._db: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file, which the next use opens again."""
        with self._lock:
            if self._db is not None:
                self._db.close()
            self._db = None

    def get(self, digests: Mapping[str, str], rules: str | None) -> dict[str, KeptStudy]:
        """Return the studies that were read of abstracts with these digests, by these rules, or any for None."""
        sql = "SELECT digest, record, pmid, design, subjects, n FROM studies WHERE rules = ifnull(?, rules)"
        kept: dict[str, KeptStudy] = {}
        for some in _parts(list(digests)):
            marks = ",".join("?" * len(some))
            for digest, record, pmid, design, subjects, n in self.rows(f"{sql} AND pmid IN ({marks})", [rules, *some]):
                if digest == digests[pmid] and (text := _unpacked(record)) is not None:
                    kept[pmid] = KeptStudy(pmid, design, subjects, n, text)
        return kept

    def labels(self, rules: str | None) -> Iterator[tuple[str, KeptStudy]]:
        """Yield digest and study, without its record, of every row by these rules, by whatever rules for None."""
        sql = "SELECT digest, pmid, design, subjects, n FROM studies WHERE rules = ifnull(?, rules)"
        for digest, *label in self.rows(sql, [rules]):
            yield digest, KeptStudy(*label)

    def put(self, studies: Sequence[KeptStudy], digests: Mapping[str, str], rules: str) -> None:
        """Keep studies; those read by other rules go."""
        rows = [
            (
                study.pmid,
                digests[study.pmid],
                rules,
                study.design,
                study.subjects,
                study.n,
                zlib.compress(study.record.encode()),
            )
            for study in studies
            if study.pmid in digests
        ]
        self.write("DELETE FROM studies WHERE rules <> ?", [(rules,)])
        self.write("INSERT OR REPLACE INTO studies VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        listed = [(design, n, int(pmid), digest) for pmid, digest, _, design, _, n, _ in rows]
        self.write("UPDATE listing SET design = ?, n = ? WHERE pmid = ? AND digest = ?", listed)

    def keep_only(self, digests: Callable[[Sequence[str]], Mapping[str, str]]) -> None:
        """Delete the studies of abstracts that have gone or changed; `digests` are those of the library now."""
        if not self._path.exists():
            return
        rows = self.rows("SELECT pmid, digest FROM studies")
        now = digests([pmid for pmid, _ in rows])
        self.write("DELETE FROM studies WHERE pmid = ?", [(pmid,) for pmid, old in rows if now.get(pmid) != old])

    def noted(self, name: str, digest: str) -> str | None:
        """Return the text that was noted under a name for a library of this digest, or None."""
        rows = self.rows("SELECT text FROM notes WHERE name = ? AND digest = ?", [name, digest])
        return str(rows[0][0]) if rows else None

    def noted_at(self, name: str) -> str:
        """Return the digest that the note under a name is of, "" where there is none."""
        return "".join(str(digest) for (digest,) in self.rows("SELECT digest FROM notes WHERE name = ?", [name]))

    def note(self, name: str, digest: str, text: str) -> None:
        """Note a text under a name, in place of one for another digest."""
        self.write("INSERT OR REPLACE INTO notes VALUES (?, ?, ?)", [(name, digest, text)])

    @property
    def version(self) -> tuple[int, int]:
        """A key of the file's content, which every change of it alters, another process's too."""
        ((changed_by_others,),) = self.rows("PRAGMA data_version") or [(0,)]
        with self._lock:
            return changed_by_others, self._db.total_changes if self._db is not None else 0

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        """Return the rows of a query; none of a file that is not there or damaged."""
        with self._lock:
            if self._db is None and not self._path.exists():
                return []
            try:
                return self._opened().execute(sql, values).fetchall()
            except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                self._begin_anew(error)
                return []

    def write(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Carry a statement out for each of these values, in one transaction; where that cannot be, keep nothing."""
        with self._lock:
            try:
                with self._opened() as db:
                    db.executemany(sql, rows)
            except sqlite3.DatabaseError as error:  # what is not kept is read again
                self._begin_anew(error)

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            if self._makes_folder:
                with suppress(OSError):  # SQLite says so below
                    self._path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self._path, check_same_thread=False, timeout=2)
            # No sync: a power cut can damage the file, which is then begun anew.
            self._db.execute("PRAGMA synchronous = OFF")
            _make_tables(self._db)
        return self._db

    def _begin_anew(self, error: Exception) -> None:
        """Leave a file that cannot be used: one that is damaged is deleted, any other stays as it is."""
        if getattr(error, "sqlite_errorname", "").startswith(_NOT_NOW):
            return
        if self._db is not None:
            self._db.close()
        self._db = None
        if getattr(error, "sqlite_errorname", "").startswith(_NO_FILE):
            self._db = sqlite3.connect(":memory:", check_same_thread=False)
            _make_tables(self._db)
        else:
            self._path.unlink(missing_ok=True)


class LibraryStudies:
    """The studies of one library: read at first use, kept, and filtered by. It may be used from many threads."""

    def __init__(self, file: StudiesFile, shelf: Callable[[], Shelved], digest: Callable[[], str], name: str) -> None:
        self._file, self._shelf, self._digest, self._name = file, shelf, digest, name
        self.reader: StudyReader | None = None
        self._labels: dict[str, KeptStudy] = {}
        self._labels_of = ""
        self._pmids: list[str] = []
        self._reading = threading.Lock()

    def of(self, pmids: Sequence[str]) -> dict[str, KeptStudy]:
        """Return the studies of those of these abstracts that the library holds; what is not kept is read and kept.

        Raises LibraryError when nothing here reads studies, and not all are kept.
        """
        digests = self._shelf().digests(pmids)
        kept = self._file.get(digests, self._rules)
        return kept | self._read([pmid for pmid in digests if pmid not in kept], digests)

    def unread(self) -> list[str]:
        """Return the PMIDs of the abstracts whose studies are still to be read."""
        with self._reading:
            return self._still_unread()

    def resolved(self, filters: Filters, *, among: Callable[[], Sequence[str]] | None = None) -> Filters | None:
        """Return filters with the PMIDs of the studies that they allow in their place; None where nothing is left.

        All abstracts are read for that whose studies are not kept yet; where these are many, only those that `among`
        names, if it is given.
        """
        if not filters.by_study:
            return filters
        is_read = among is None or self.reader is None or len(self.unread()) <= _READ_FOR_A_SEARCH
        studies = self._all() if is_read or among is None else self.of(among()).values()
        wanted = frozenset(filters.pmids)
        pmids = tuple(
            study.pmid for study in studies if _allows(filters, study) and (not wanted or study.pmid in wanted)
        )
        return replace(filters, designs=(), subjects=(), min_n=None, pmids=pmids) if pmids else None

    def _all(self) -> list[KeptStudy]:
        with self._reading:
            for some in _parts(self._still_unread()):
                read = self._read(some, self._shelf().digests(some))
                self._labels |= {pmid: replace(study, record="") for pmid, study in read.items()}
            return list(self._labels.values())

    def _still_unread(self) -> list[str]:
        """Return the PMIDs that have no label; the labels are then those of the library as it is."""
        digest = self._digest()
        if digest != self._labels_of:
            self._labels, self._labels_of = self._known(), digest
            self._pmids = self._shelf().pmids()
        return [pmid for pmid in self._pmids if pmid not in self._labels]

    def _known(self) -> dict[str, KeptStudy]:
        """Return the studies that are kept of the abstracts as they are now, without their records."""
        rows = list(self._file.labels(self._rules))
        now = self._shelf().digests([study.pmid for _, study in rows])
        return {study.pmid: study for digest, study in rows if now.get(study.pmid) == digest}

    def _read(self, pmids: Sequence[str], digests: Mapping[str, str]) -> dict[str, KeptStudy]:
        if not pmids:
            return {}
        if self.reader is None:
            raise LibraryError(
                f"what kind of study each abstract is has not been read yet; run: "
                f"python -m qa studies --library {self._name}"
            )
        read = [self.reader.read(abstract) for abstract in self._shelf().get(pmids).values()]
        self._file.put(read, digests, self.reader.rules)
        return {study.pmid: study for study in read}

    @property
    def _rules(self) -> str | None:
        return self.reader.rules if self.reader else None


def _make_tables(db: sqlite3.Connection) -> None:
    for statement in _TABLES:
        db.execute(statement)


def _allows(filters: Filters, study: KeptStudy) -> bool:
    return (
        (not filters.designs or study.design in filters.designs)
        and (not filters.subjects or study.subjects in filters.subjects)
        and (filters.min_n is None or (study.n or 0) >= filters.min_n)
    )


def _unpacked(record: bytes) -> str | None:
    try:
        return zlib.decompress(record).decode()
    except (zlib.error, UnicodeDecodeError, TypeError):
        return None  # damaged: it is read again


def _parts(pmids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (pmids[first : first + _AT_ONCE] for first in range(0, len(pmids), _AT_ONCE))
