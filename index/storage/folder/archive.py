"""A library in a folder as one file, to be kept or handed on, and a copy of it under another name.

The file is a zip with the whole database, as of one instant, and the library's own synonyms. The indexes are caches,
and are made anew where it is taken in. What it brings is copied row by row into a database of ours, so that nothing
else in it is ever run.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from index.errors import FileError, LibraryDamagedError, LibraryError
from index.files import atomic_write
from index.records import Progress
from index.storage.folder.backend import FolderBackend
from index.storage.folder.database import delete_database
from index.storage.folder.store import DATABASE, Store
from index.storage.folder.synonyms_file import SYNONYMS

_ABOUT = "askabstracts.json"
_FORMAT = 1
_PIECE = 1 << 20
_OURS = frozenset({DATABASE, SYNONYMS, _ABOUT})
_MOST_OTHER = 50_000_000
"""Bytes of a file of the archive that is not the database."""
Tell = Callable[[Progress], None]


def save_archive(backend: FolderBackend, file: Path, *, tell: Tell) -> None:
    """Write a library as one file, whole or not at all. Raises LibraryError when there is no room for it."""
    aside = file.with_name(file.name + ".db")
    try:
        delete_database(aside)
        backend.store.copy_to(aside, tell=tell)
        tell(Progress(0, None, "packing"))
        with atomic_write(file) as opened, zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
            made.writestr(_ABOUT, json.dumps({"format": _FORMAT, "name": backend.path.name}))
            made.write(aside, DATABASE)
            if (backend.path / SYNONYMS).is_file():
                made.write(backend.path / SYNONYMS, SYNONYMS)
    except OSError as error:
        raise LibraryError(
            f"{file} cannot be written ({error.strerror}); make room on the disk and try again"
        ) from error
    finally:
        delete_database(aside)


def take_in_archive(file: Path, folder: Path, *, tell: Tell) -> int:
    """Make the library of an archive in a new folder, and return how many abstracts it holds.

    Raises FileError for a file that is no such archive or damaged; then nothing is left behind.
    """
    folder.mkdir(parents=True)
    staged = folder / "imported.db"
    try:
        _unpack(file, folder, staged, tell)
        backend = FolderBackend(folder)
        try:
            with backend.writing():
                count = _take_over(staged, folder, backend, tell)
        finally:
            backend.close()
        return count
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, LibraryDamagedError | zipfile.BadZipFile | KeyError | ValueError | NotImplementedError):
            raise FileError(f"{file.name} is no whole library; export it again with the button “Export”") from error
        if isinstance(error, OSError):
            raise LibraryError(f"{folder} cannot be written ({error.strerror}); make room on the disk") from error
        raise


def copy_library(backend: FolderBackend, folder: Path, *, tell: Tell) -> int:
    """Copy a library, indexes and all, to a new folder, and return how many abstracts it holds."""
    try:
        folder.mkdir(parents=True)
        with backend.writing():
            leave = shutil.ignore_patterns("writer.*", f"{DATABASE}*", "*.db", "*.db-*")
            shutil.copytree(backend.path, folder, dirs_exist_ok=True, ignore=leave)
            backend.store.copy_to(folder / f"{DATABASE}.new", tell=tell)
            (folder / f"{DATABASE}.new").rename(folder / DATABASE)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise LibraryError(f"{folder} cannot be written ({error.strerror}); make room on the disk") from error
        raise
    return backend.store.count_abstracts()


def _unpack(file: Path, folder: Path, staged: Path, tell: Tell) -> None:
    """Unpack the files of an archive that we know, each under our own name for it."""
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        if not {DATABASE, _ABOUT} <= names or not names <= _OURS:
            raise ValueError("other files than a library's")
        if archive.getinfo(DATABASE).file_size > shutil.disk_usage(folder).free // 2:
            raise LibraryError(f"there is no room for this library in {folder.parent}; make room on the disk")
        if any(archive.getinfo(name).file_size > _MOST_OTHER for name in names - {DATABASE}):
            raise ValueError("a file too large for what it is")
        about = json.loads(archive.read(_ABOUT))
        if about["format"] > _FORMAT:
            raise FileError(f"{file.name} was made by a newer AskAbstracts; take it in with that one")
        tell(Progress(0, None, "unpacking"))
        with archive.open(DATABASE) as packed, staged.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked, _PIECE)
        if SYNONYMS in names:
            (folder / SYNONYMS).write_bytes(archive.read(SYNONYMS))


def _take_over(staged: Path, folder: Path, backend: FolderBackend, tell: Tell) -> int:
    store = Store(staged)
    try:
        if not store.is_sound():
            raise ValueError("a damaged database")
        settings, count = store.settings, store.count_abstracts()
    finally:
        store.close()
    tell(Progress(0, count, "taking it over"))
    Store.create(folder / DATABASE, settings).close()
    backend.store.replace_all(staged)
    backend.store.end_job()
    delete_database(staged)
    tell(Progress(count, count, "making the indexes"))
    backend.caches.write()
    return count
