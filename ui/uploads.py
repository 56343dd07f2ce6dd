"""What people upload: kept in one folder, of a kind that can be read, within bounds, and not for long."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from index.errors import FileError
from index.ingest.formats.detect import parse_file

FILE_LIMIT = "200mb"
"""Room for a gz file of PubMed's yearly baseline; a list of PMIDs takes kilobytes."""

REQUEST_LIMIT = 500_000_000
"""Bytes of all files sent at once."""

FOLDER_LIMIT = 4_000_000_000
"""Bytes of all that is kept, so that nobody can fill the disk."""

KEPT_S = 6 * 3600


def folder() -> Path:
    """Return the folder of the uploads: app.py gives Gradio one of its own, which goes when the server does."""
    return Path(os.environ["GRADIO_TEMP_DIR"]).resolve()


def has_room(bytes_: int) -> bool:
    """Say whether so much more may be kept, once what has been kept long enough is gone."""
    return sum(_size(path) for path in _kept(folder())) + bytes_ <= FOLDER_LIMIT


def _kept(where: Path) -> Iterator[Path]:
    """Yield the files that stay; those kept long enough go, of uploads that were broken off too."""
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


def strays(payload: object) -> bool:
    """Say whether an event's payload names a file that is not among the uploads.

    Gradio takes every {"path": …} for a file, in any field: it would read one on this machine, or fetch an address.
    """
    if isinstance(payload, dict):
        path = payload.get("path")
        return (path is not None and not _is_uploaded(path)) or any(map(strays, payload.values()))
    return isinstance(payload, list) and any(map(strays, payload))


def _is_uploaded(path: Any) -> bool:  # noqa: ANN401 - whatever a stranger wrote there
    try:
        return Path(path).is_absolute() and Path(path).resolve().is_relative_to(folder()) and Path(path).is_file()
    except (TypeError, ValueError, OSError):  # no text, a NUL in it, or longer than any name can be
        return False


def taken(files: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """Return the files that can be read, and for each other a sentence; what cannot be read is deleted at once."""
    kept, refused = [], []
    for file in files:
        if sentence := _refusal(file):
            refused.append(sentence)
            file.unlink(missing_ok=True)
        else:
            kept.append(file)
    return kept, refused


def _refusal(file: Path) -> str:
    """Return why a file is none that can be read, as a sentence; "" if it is one."""
    reads = parse_file(file)
    try:
        next(reads, None)
    except FileError as error:
        return str(error).replace(str(file), file.name) + "."  # the folder of the uploads is nobody's business
    finally:
        reads.close()  # type: ignore[attr-defined] # a generator
    return ""
