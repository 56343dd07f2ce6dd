"""One SQLite file of our format: opened, migrated, read and written in transactions; its errors said plainly."""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from index.errors import LibraryDamagedError, LibraryError
from index.storage.schema import APPLICATION_ID, FORMAT, MIGRATIONS

_OF_DAMAGE = ("SQLITE_ERROR", "SQLITE_IOERR_SHORT_READ", "SQLITE_CORRUPT_VTAB")
"""Errors that SQLite counts as operational and that only a damaged file gives: tables that are gone, a file cut off."""


class Database:
    """A connection that many threads share: one of them at a time."""

    def __init__(self, path: Path) -> None:
        """Open an existing file. Raises LibraryError for another format, LibraryDamagedError for an unreadable file."""
        self.path = path
        self._lock = threading.RLock()
        with self._plain_errors():
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
            try:
                self._db.execute("PRAGMA synchronous = FULL")
                self._check_format()
            except BaseException:
                self._db.close()
                raise

    def close(self) -> None:
        """Close the file; nothing is lost, as every batch was committed."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Open a transaction and commit it, or leave all as it was."""
        with self._lock, self._plain_errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _check_format(self) -> None:
        (application,) = self._row("PRAGMA application_id")
        (version,) = self._row("PRAGMA user_version")
        if application != APPLICATION_ID:
            raise LibraryError(
                f"{self.path} is not a library's database; name a folder that python -m index build made"
            )
        if version < 1:
            raise damaged(self.path, ValueError("it has no format"))
        if version < FORMAT:
            self._migrate()
        if version > FORMAT:
            raise LibraryError(
                f"{self.path} has format {version}, made by a newer AskAbstracts; this one reads up to {FORMAT}"
            )

    def _migrate(self) -> None:
        """Bring an older format to the present one, in one transaction."""
        with self._transaction():
            (version,) = self._row("PRAGMA user_version")  # another process may have been faster
            for older in range(version, FORMAT):
                for statement in MIGRATIONS[older]:
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {FORMAT}")

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """See one state of the library in several queries, whatever another process writes meanwhile."""
        with self._lock, self._plain_errors():
            if self._db.in_transaction:  # a writer's, or a snapshot around this one
                yield
                return
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("ROLLBACK")

    def _row(self, sql: str, values: Sequence[object] = ()) -> tuple:  # type: ignore[type-arg]
        return next(iter(self._rows(sql, values)))

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock, self._plain_errors():
            return self._db.execute(sql, values).fetchall()

    def _rows_in(self, sql: str, values: Sequence[object]) -> Iterator[tuple]:  # type: ignore[type-arg]
        """Yield the rows of a query with an IN list, asked in parts that SQLite takes."""
        for first in range(0, len(values), 500):
            part = values[first : first + 500]
            yield from self._rows(sql.format(",".join("?" * len(part))), part)

    def _plain_errors(self) -> AbstractContextManager[None]:
        return plain_errors(self.path)


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours, each with its cure."""
    try:
        yield
    except sqlite3.OperationalError as error:
        message = str(error)
        if message.startswith("Could not decode"):  # a text that is no longer UTF-8
            raise damaged(path, error) from error
        if "full" in message:
            raise LibraryError(
                f"the disk with {path.parent} is full; free some space and run the same command again: nothing was lost"
            ) from error
        if "locked" in message:
            raise LibraryError(f"{path} is held by another program; try again when that is done") from error
        if getattr(error, "sqlite_errorname", "") in _OF_DAMAGE:
            raise damaged(path, error) from error
        raise LibraryError(
            f"{path} cannot be used: {message}; see that the folder is there and yours to write to"
        ) from error
    except sqlite3.ProgrammingError as error:
        raise LibraryError(f"the library in {path.parent} was closed; open it again with Library.open") from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise damaged(path, error) from error


@contextmanager
def decoding(path: Path) -> Iterator[None]:
    """Turn errors of decoding rows into LibraryDamagedError."""
    try:
        yield
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(path, error) from error


def damaged(path: Path, error: Exception) -> LibraryDamagedError:
    """Return the error that says that a database is damaged, and the cure."""
    cure = f"save what is whole with: python -m index check --repair --library {path.parent}"
    return LibraryDamagedError(f"{path} is damaged ({error}); {cure}")


def delete_database(path: Path) -> None:
    """Delete a database and the files that SQLite keeps beside it, as far as they are there."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
