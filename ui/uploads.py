"""Uploaded files: in one folder, of a readable format, within limits of size, and deleted after hours."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from index.environment import upload_folder
from index.errors import FileError
from index.ingest.formats.detect import is_pmid_list, parse_file, read_pmids

FILE_LIMIT = "200mb"
"""Room for a gz file of PubMed's yearly baseline; a list of PMIDs takes kilobytes."""

REQUEST_LIMIT = 500_000_000
"""Bytes of all files sent at once."""

FOLDER_LIMIT = 4_000_000_000
"""Bytes of all uploads together, so that nobody can fill the disk."""

KEPT_S = 6 * 3600


def has_room(bytes_: int) -> bool:
    """Return True if there is room for so many more bytes, after files older than `KEPT_S` are deleted."""
    return sum(_size(path) for path in _kept(upload_folder())) + bytes_ <= FOLDER_LIMIT


def _kept(where: Path) -> Iterator[Path]:
    """Yield the files younger than `KEPT_S`; delete the others, those of broken-off uploads too."""
    aged = time.time() - KEPT_S
    for path in where.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime >= aged:
                yield path
            elif path.is_file():
                path.unlink()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def names_other_file(payload: object) -> bool:
    """Return True if an event's payload names a file that is not among the uploads.

    Gradio takes every {"path": …} for a file, in any field: it would read one on this machine, or fetch an address.
    """
    if isinstance(payload, dict):
        path = payload.get("path")
        return (path is not None and not _is_uploaded(path)) or any(map(names_other_file, payload.values()))
    return isinstance(payload, list) and any(map(names_other_file, payload))


def _is_uploaded(path: Any) -> bool:  # noqa: ANN401 - any JSON
    try:
        file = Path(path)
        return file.is_absolute() and file.resolve().is_relative_to(upload_folder()) and file.is_file()
    except (TypeError, ValueError, OSError):  # no text, a NUL in it, or longer than any name can be
        return False


def split_by_readability(files: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """Return the readable files, and a sentence for each other file, which is deleted at once."""
    kept, refused = [], []
    for file in files:
        if sentence := _refusal(file):
            refused.append(sentence)
            file.unlink(missing_ok=True)
        else:
            kept.append(file)
    return kept, refused


def _refusal(file: Path) -> str:
    """Return why a file cannot be read, as a sentence; "" if it can."""
    try:
        if is_pmid_list(file):
            read_pmids(file)
        else:
            with closing(parse_file(file)) as records:
                next(records, None)
    except FileError as error:
        return str(error).replace(str(file), file.name) + "."  # the folder of the uploads is nobody's business
    return ""
