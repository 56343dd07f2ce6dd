"""A library's files compared with one another: check -> finding -> remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.errors import LibraryBusyError, LibraryDamagedError, LibraryError
from index.repair.row_shapes import marks_of
from index.repair.sqlite_pages import Pages
from index.repair.sqlite_wal import read_log
from index.search.dense import VectorIndex
from index.search.lexical import LexicalIndex, OtherTermsError
from index.storage.folder.index_caches import LEXICAL, VECTORS
from index.storage.folder.lock import writing
from index.storage.folder.store import DATABASE, Store
from index.storage.folder.synonyms_file import SYNONYMS, SynonymsFile
from index.storage.origins import is_sound
from index.storage.schema import APPLICATION_ID, RANDOM_BITS

LOG = "library.db-wal"
_MAGIC = b"SQLite format 3\0"
_WAL_MODE = b"\2\2"  # how SQLite writes in a header that a database has a write-ahead log
_GONE = ("is missing", "is empty")
_TO_BUILD = "put it back from a copy; without one, move the folder away and build again: python -m index build"
_FOREIGN = "is another database's"
_NEWEST = 100
"""Formats up to here may be a newer AskAbstracts'; a higher one is damage."""
_LEAST_ALIKE = 0.5
"""The share of vectors in common that makes of two libraries one, at different times."""
_ROWS = 5_000
"""Vectors compared at a time."""


Mends = Literal["caches", "rows", "file", "file without log", "nothing"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault that a check found: the file, the fault, its remedy, and whether it was mended.

    `mends` says what a repair has to do: make the caches anew, take the whole rows over into the file, write the file
    anew from what can be read of it, with its log or without, or nothing, for what is gone for good.
    """

    file: str
    what: str
    remedy: str
    repaired: bool = False
    mends: Mends = "caches"


def check_files(folder: Path) -> Iterator[Finding]:
    """Yield the faults of the files of library.db before SQLite sees them.

    SQLite takes a file of another kind or without a length for a new one, passes over a damaged log, and writes another
    database's log into this one.
    """
    fault = _head_state(folder / DATABASE)
    if fault:
        is_gone = fault in _GONE and not read_log(folder / LOG).pages
        remedy = _TO_BUILD if is_gone else _remedy(folder)
        yield Finding(DATABASE, fault, remedy, mends="nothing" if is_gone else "file")
    log = folder / LOG
    if log.is_file() and not log.stat().st_size or not log.exists():
        return
    try:
        with writing(folder):  # whoever writes now would change the log under our eyes
            fault = _log_state(folder)
    except LibraryBusyError:
        return
    except LibraryError:  # a folder that nobody may write to
        fault = _log_state(folder)
    if fault:
        yield Finding(LOG, fault, _remedy(folder), mends="file without log" if fault == _FOREIGN else "file")


def check_truth(store: Store) -> Iterator[Finding]:
    """Yield the faults of library.db itself: of its file, its settings, and each abstract that is not whole."""
    remedy = _remedy(store.path.parent)
    if not store.is_sound():
        yield Finding(store.path.name, "is damaged", remedy, mends="file")
        return
    if not store.has_sound_settings():
        yield Finding(store.path.name, "has damaged settings", remedy, mends="file")
        return
    if not is_sound(store.memory()):
        yield Finding(store.path.name, "holds damaged searches", remedy, mends="rows")
    for pmid in store.damaged_pmids():
        yield Finding(store.path.name, f"holds PMID {pmid} damaged", remedy, mends="rows")
    if not store.is_all_there():
        yield Finding(store.path.name, "holds other abstracts than were added", remedy, mends="rows")
    yield from _check_vectors(store, remedy)


def check_synonyms(folder: Path) -> Iterator[Finding]:
    """Yield that a library's own synonyms cannot be read, which only their file brings back."""
    try:
        SynonymsFile(folder).read()
    except LibraryDamagedError:
        remedy = f"give the library its synonyms again: python -m index add --synonyms FILE --library {folder}"
        yield Finding(SYNONYMS, "is damaged", remedy, mends="nothing")


def _remedy(folder: Path) -> str:
    return f"save what is whole with: python -m index check --repair --library {folder}"


def _head_state(database: Path) -> str:
    """Return the fault of a database's first bytes, or ""; a newer format is for `Store` to refuse."""
    try:
        with database.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        return _GONE[0]
    if not head:
        return _GONE[1]
    if len(head) < 100 or not head.startswith(_MAGIC):
        return "is of another kind, or damaged at its start"
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        return "is another program's database, or damaged at its start"
    is_known = 0 < int.from_bytes(head[60:64], "big") <= _NEWEST
    return "" if is_known and head[18:20] == _WAL_MODE else "is damaged at its start"


def _log_state(folder: Path) -> str:
    """Return the fault of the write-ahead log, or "". Each batch writes a commit id: a log of ours holds the file's."""
    log = read_log(folder / LOG)
    if log.damage or not log.pages:
        return log.damage
    try:
        with Pages(folder / DATABASE) as before, Pages(folder / DATABASE, folder / LOG) as after:
            return "" if marks_of(before) <= marks_of(after) else _FOREIGN
    except FileNotFoundError:
        return ""


def check_caches(folder: Path, store: Store) -> Iterator[Finding]:
    """Yield the faults of the two caches, which lose nothing, and the losses of library.db that they show."""
    yield from _check_past(folder, store)
    for file, fault in ((VECTORS, _vectors_state(folder, store)), (LEXICAL, _lexical_state(folder, store))):
        if fault:
            yield Finding(
                file, fault, "made again from library.db, with nothing embedded, by --repair or the next search"
            )


def _vectors_state(folder: Path, store: Store) -> str:
    try:
        vectors, commit_id = VectorIndex.read(folder / VECTORS)
    except FileNotFoundError:
        return "is missing"
    except (OSError, ValueError):
        return "is damaged"
    return _behind(commit_id, len(vectors), store)


def _check_past(folder: Path, store: Store) -> Iterator[Finding]:
    """Yield a finding when vectors.faiss is of a later batch than library.db, whose last ones are then lost."""
    try:
        vectors, commit_id = VectorIndex.read(folder / VECTORS)
    except (OSError, ValueError):
        return
    later = commit_id >> RANDOM_BITS
    if store.generation_of(commit_id) is not None or later <= store.generation:
        return
    same, _ = _compared(vectors, store)
    if same and same >= _LEAST_ALIKE * store.counts().passages:
        yield Finding(
            DATABASE,
            f"has lost its last batches: {VECTORS} is of batch {later}, {DATABASE} of batch {store.generation}",
            "the rest is whole; add again what was added last: python -m index add",
            mends="nothing",
        )


def _check_vectors(store: Store, remedy: str) -> Iterator[Finding]:
    """Hold the vectors of library.db, which have no checksum, against vectors.faiss, which has one."""
    try:
        vectors, commit_id = VectorIndex.read(store.path.parent / VECTORS)
    except (OSError, ValueError):
        return
    if commit_id == store.commit_id:
        _, different = _compared(vectors, store)
        if different:
            yield Finding(store.path.name, f"and {VECTORS} differ in {different} vectors", remedy, mends="rows")


def _compared(vectors: VectorIndex, store: Store) -> tuple[int, int]:
    """Return the counts of vectors of the index that are library.db's, byte for byte, and of those that are not."""
    ids, held = vectors.vectors()
    same = 0
    for first in range(0, len(ids), _ROWS):
        stored = store.vectors(ids[first : first + _ROWS].tolist())
        same += sum(
            id_ in stored and stored[id_].tobytes() == vector.tobytes()
            for id_, vector in zip(ids[first : first + _ROWS].tolist(), held[first : first + _ROWS], strict=True)
        )
    return same, len(ids) - same


def _lexical_state(folder: Path, store: Store) -> str:
    if not (folder / LEXICAL).is_dir():
        return "is missing"
    try:
        lexical = LexicalIndex(folder / LEXICAL)
    except OtherTermsError:
        return "is of another version of AskAbstracts"
    except ValueError:
        return "is damaged"
    except OSError as error:
        raise LibraryError(f"{folder} cannot be checked: {error.strerror}; free some space and try again") from error
    return _behind(lexical.commit_id, len(lexical), store)


def _behind(commit_id: int, passages: int, store: Store) -> str:
    generation = store.generation_of(commit_id)
    if generation is None:
        return "is another library's"
    if commit_id != store.commit_id:
        return f"holds generation {generation}, not {store.generation}"
    if passages != store.counts().passages:
        return f"holds {passages} passages, not {store.counts().passages}"
    return ""
