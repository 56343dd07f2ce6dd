"""`check` and `check --repair` for any folder, whatever its library.db has become.

A damaged library.db is first copied, with its log, to library.db.damaged-N; then what is whole of the copy is written
to a database aside, which takes the damaged one's place: in one transaction where SQLite still finds the file in order,
by a rename where not. A kill at any step leaves the damaged library or the repaired one, and the same command ends it.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index.embedding.encoder import Encoder, load_encoder
from index.embedding.pretrained import DEFAULT_ENCODER, MINILM
from index.errors import EncoderError, LibraryBusyError, LibraryDamagedError, LibraryError
from index.files import atomic_write
from index.ingest.batches import OnProgress, write_all
from index.ingest.sources import Group
from index.records import Abstract
from index.repair.check import LOG, Finding, Mends, check_caches, check_files, check_synonyms, check_truth
from index.repair.report import LOST, Account, Checked
from index.repair.salvage import Salvage
from index.search.dense_file import commit_id_of
from index.storage.backends import backend_at, is_address
from index.storage.build_settings import DEFAULT_PASSAGE_TOKENS
from index.storage.folder.backend import FolderBackend
from index.storage.folder.database import delete_database
from index.storage.folder.index_caches import VECTORS
from index.storage.folder.lock import writing
from index.storage.folder.store import DATABASE, Store
from index.storage.jobs import Job
from index.storage.protocol import Backend
from index.storage.schema import Entry, Settings

_KEPT = f"{DATABASE}.damaged-"
_STAGED = "salvaged.db"
_BATCH = 256
"""Whole abstracts to a commit."""
_DEAD_MAN = 128
"""The byte of SQLite's -shm file on which each process that has the database open holds a lock."""


def check_library(path: Path | str, *, repair: bool = False, on_progress: OnProgress | None = None) -> Checked:
    """Compare the files of a library with one another; with `repair`, mend them as far as possible.

    Raises LibraryError when the folder holds nothing of a library, or one of a newer format, and LibraryDamagedError
    when nothing of a damaged library.db could be salvaged: then it was not changed. Not for a process that has the
    library open: SQLite's locks end when any handle of a process on the file is closed.
    """
    if is_address(path):
        return Checked(_look(path, repair=repair))
    folder = Path(path)
    if not (folder / DATABASE).is_file() and not (folder / LOG).is_file() and commit_id_of(folder / VECTORS) is None:
        _look(folder)  # raises what there is to say
    findings = list(check_files(folder)) or _look_at_rows(folder)
    to_mend = {finding.mends for finding in findings}
    if not repair or not to_mend - {"nothing"}:
        return Checked(findings)
    account = _salvage(folder, to_mend=to_mend, on_progress=on_progress) if to_mend - {"caches", "nothing"} else None
    _look(folder, repair=True)
    left = _look(folder)
    mended = [replace(finding, repaired=finding.mends != "nothing" and finding not in left) for finding in findings]
    return Checked(mended, account)


def check_backend(backend: Backend, *, repair: bool) -> list[Finding]:
    """Compare a backend's files or collections and return the findings, each with its remedy; mend them if `repair`.

    Of a folder that mends the caches. Raises LibraryDamagedError when its truth cannot be read.
    """
    if isinstance(backend, FolderBackend):
        return _check_folder(backend, repair=repair)
    from index.repair.milvus import check_milvus  # few libraries need it
    from index.storage.milvus.backend import MilvusBackend

    assert isinstance(backend, MilvusBackend)
    return check_milvus(backend, repair=repair)


def _check_folder(backend: FolderBackend, *, repair: bool) -> list[Finding]:
    store, folder = backend.store, backend.path
    findings = [*check_truth(store), *check_caches(folder, store), *check_synonyms(folder)]
    if not repair:
        return findings
    with backend.writing():
        if list(check_caches(folder, store)):
            backend.caches.delete()
        backend.caches.write()
    left = {*check_truth(store), *check_caches(folder, store)}
    return [
        finding if finding in left or finding.mends == "nothing" else replace(finding, repaired=True)
        for finding in findings
    ]


def _look(path: Path | str, *, repair: bool = False) -> list[Finding]:
    """Open a library, check it and close it."""
    backend = backend_at(path)
    try:
        return check_backend(backend, repair=repair)
    finally:
        backend.close()


def _look_at_rows(folder: Path) -> list[Finding]:
    """Check a library with SQLite; an error that keeps it from being read at all is a finding as well."""
    try:
        return _look(folder)
    except LibraryDamagedError as error:
        damage, _, remedy = str(error).removeprefix(f"{folder / DATABASE} ").partition("; ")
        return [Finding(DATABASE, damage, remedy, mends="file")]


# ---- a damaged library.db


def _salvage(folder: Path, *, to_mend: set[Mends], on_progress: OnProgress | None) -> Account:
    """Put the whole abstracts of a library.db in its place. Raises LibraryDamagedError when there are none."""
    with writing(folder):
        delete_database(folder / _STAGED)
        delete_database((folder / _STAGED).with_suffix(".new"))
        kept, is_new = _keep(folder)
        try:
            account = _write_staged(folder, kept, with_log="file without log" not in to_mend, on_progress=on_progress)
        except BaseException:
            if is_new:
                delete_database(kept)
            raise
        try:
            _note_lost(folder, account.lost)
            _put_in_place(folder, is_file_sound=not to_mend & {"file", "file without log"})
        finally:
            delete_database(folder / _STAGED)
        return account


def _keep(folder: Path) -> tuple[Path, bool]:
    """Copy library.db and its log, unless a repair that was broken off has done so; return where, and whether now.

    The log is copied first: what SQLite moves from it to the file meanwhile is then in both.
    """
    earlier = sorted(folder.glob(f"{_KEPT}[0-9]*"))
    earlier = [kept for kept in earlier if kept.suffix.rpartition("-")[2].isdigit()]
    for kept in earlier:
        if _same(folder / DATABASE, kept) and (not _length(folder / LOG) or _same(folder / LOG, _log_of(kept))):
            return kept, False
    number = max((int(kept.name.removeprefix(_KEPT)) for kept in earlier), default=0) + 1
    kept = folder / f"{_KEPT}{number}"
    if _length(folder / LOG):
        _copy(folder / LOG, _log_of(kept))
    _copy(folder / DATABASE, kept)
    return kept, True


def _log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}-wal")


def _length(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _same(first: Path, second: Path) -> bool:
    return first.is_file() and second.is_file() and filecmp.cmp(first, second, shallow=False)


def _copy(source: Path, target: Path) -> None:
    """Copy a file, whole or not at all; one that is missing gives an empty one."""
    with atomic_write(target) as copy:
        if source.is_file():
            with source.open("rb") as original:
                shutil.copyfileobj(original, copy, 1 << 20)


def _write_staged(folder: Path, kept: Path, *, with_log: bool, on_progress: OnProgress | None) -> Account:
    """Write the whole abstracts of a damaged file to a new one; embed those whose vectors are not to be had."""
    with Salvage(kept, log=_log_of(kept) if with_log else None, vectors=folder / VECTORS) as salvage:
        settings, dimension = _settings(salvage)
        store = Store.create(folder / _STAGED, settings)
        try:
            account = _write_whole(store, salvage, settings, dimension=dimension, on_progress=on_progress)
            store.remember(salvage.memory())
        finally:
            store.close()
        if _length(_log_of(folder / _STAGED)):  # SQLite says nothing when there is no room to close it
            raise LibraryError(f"the disk with {folder} is full; free some space and run the same command again")
        account = replace(
            account,
            kept=kept.name,
            lost=tuple(salvage.lost()),
            unnamed=salvage.unnamed(),
            may_hold_removed=salvage.may_hold_removed(),
            is_certain=salvage.is_certain(),
        )
    if not account.salvaged:
        delete_database(folder / _STAGED)
        _note_lost(folder, account.lost)
        raise LibraryDamagedError(_nothing_left(folder, account.lost))
    return account


def _write_whole(
    store: Store, salvage: Salvage, settings: Settings, *, dimension: int, on_progress: OnProgress | None
) -> Account:
    account, batch, without_vectors = Account(""), [], []
    for salvaged in salvage.abstracts(dimension):
        account = replace(
            account,
            salvaged=account.salvaged + 1,
            embedded=account.embedded + (salvaged.vectors is None),
            reread=account.reread + salvaged.is_from_raw,
            without_raw=account.without_raw + (not salvaged.has_raw),
        )
        if salvaged.vectors is None:
            without_vectors.append(salvaged.abstract)
        else:
            batch.append(Entry(salvaged.abstract, salvaged.passages, salvaged.vectors))
        if len(batch) == _BATCH:
            store.put(batch)
            batch = []
    if batch:
        store.put(batch)
    if without_vectors:
        _embed(store, without_vectors, settings, on_progress)
    return account


def _embed(store: Store, abstracts: list[Abstract], settings: Settings, on_progress: OnProgress | None) -> None:
    encoder = load_encoder(settings.encoder)
    if encoder.sha256 != settings.encoder_sha256:
        raise EncoderError(
            f"{len(abstracts)} abstracts have to be embedded again, but the weights of {settings.encoder} are others "
            "than the library was built with; install those and run the same command again: nothing was changed"
        )
    job = Job("repair", "repair", began="", total=len(abstracts))
    write_all([Group(abstracts)], store=store, encoder=encoder, job=job, on_progress=on_progress)
    store.end_job()


def _settings(salvage: Salvage) -> tuple[Settings, int]:
    """Return the settings of the new file, and the length of the vectors that go with them: 0 to embed all again."""
    proven = salvage.settings()
    if proven:
        return proven, proven.dimension
    unproven = salvage.unproven_settings()
    if unproven and not salvage.settings_have_digest:
        return unproven, unproven.dimension
    usual, *others = (_usual(load_encoder(name)) for name in (DEFAULT_ENCODER, MINILM))
    for settings in (usual, *others):
        if mended := salvage.settings(settings):
            return mended, mended.dimension
    return (unproven, unproven.dimension) if unproven and _is_borne_out(unproven) else (usual, 0)


def _is_borne_out(settings: Settings) -> bool:
    """Return True if the encoder is here and fits the settings; a single wrong number would not."""
    try:
        encoder = load_encoder(settings.encoder)
    except EncoderError:
        return False
    return (encoder.sha256, encoder.dimension) == (settings.encoder_sha256, settings.dimension)


def _usual(encoder: Encoder) -> Settings:
    tokens = min(DEFAULT_PASSAGE_TOKENS, encoder.max_tokens - 2)
    return Settings(encoder.name, encoder.sha256, encoder.dimension, tokens)


def _nothing_left(folder: Path, lost: Sequence[str]) -> str:
    pmids = f"-from {folder / LOST}" if lost else " ID..."
    return (
        f"nothing of {folder / DATABASE} could be salvaged but {len(lost)} PMIDs, and it was not changed; put it back "
        f"from a copy, or build a library in another folder: python -m index build --library DIR --pmids{pmids}"
    )


def _note_lost(folder: Path, pmids: Sequence[str]) -> None:
    """Write the PMIDs to fetch again to a file that --pmids-from takes, beside those of an earlier repair."""
    if not pmids:
        return
    file = folder / LOST
    earlier = file.read_text(encoding="utf-8").split() if file.is_file() else []
    with atomic_write(file) as new:
        new.write(("\n".join(dict.fromkeys([*earlier, *pmids])) + "\n").encode())


def _put_in_place(folder: Path, *, is_file_sound: bool) -> None:
    if is_file_sound:
        store = Store(folder / DATABASE)
        try:
            store.replace_all(folder / _STAGED)
        finally:
            store.close()
        return
    if _is_open_elsewhere(folder / f"{DATABASE}-shm"):
        raise LibraryBusyError(
            f"another process has {folder / DATABASE} open, which must not be replaced under it; end that and try again"
        )
    for suffix in ("-wal", "-shm"):  # of the damaged file, and copied: the new one must not be read with them
        (folder / f"{DATABASE}{suffix}").unlink(missing_ok=True)
    os.replace(folder / _STAGED, folder / DATABASE)


def _is_open_elsewhere(shared: Path) -> bool:
    """Return True if another process has a database open, by the lock that SQLite then holds on its -shm file."""
    try:
        import fcntl

        with shared.open("r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _DEAD_MAN)
    except (ImportError, FileNotFoundError, IsADirectoryError):  # Windows itself does not replace an open file
        return False
    except OSError:
        return True
    return False
