"""vectors.faiss: a library's vectors under their passage ids, with their commit id and a checksum.

The format is our own, not FAISS's. Written aside, synced, then renamed, so never half a file. In a large library each
vector has the number of its IVF cell, and the cells stand before the vectors.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from index.files import atomic_write, crc32
from index.search.ivf import Cells

_PLAIN, _WITH_CELLS = b"AAVEC002", b"AAVEC003"
_HEADER = struct.Struct("<8sQQQ")  # magic, commit id, dimension, number of rows
_CELLS = struct.Struct("<QQ")  # where there are cells: their number, and that of the passages they were trained for
_FOOTER = struct.Struct("<I")  # CRC-32 of all before it
_ROWS = 5_000

Rows = NDArray[np.void]
"""Vectors with their ids, and the numbers of their cells if any: the fields "id", "cell" and "vector"."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a file; `lengths` are the numbers of vectors in the cells, in their order."""

    commit_id: int
    dimension: int
    count: int
    cells: Cells | None
    lengths: NDArray[np.uint32]

    @property
    def cells_sha256(self) -> str:
        """The digest of the cells, "" where there are none."""
        return self.cells.sha256 if self.cells else ""


def row_type(dimension: int, *, has_cells: bool) -> np.dtype[np.void]:
    """Return the type of `Rows`."""
    number = [("cell", "<u4")] if has_cells else []
    return np.dtype([("id", "<i8"), *number, ("vector", "<f2", (dimension,))])


def commit_id_of(path: Path) -> int | None:
    """Return the commit id in the header of a file, or None; the rest is not read."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER.size)
    except OSError:
        return None
    if len(header) < _HEADER.size or header[: len(_PLAIN)] not in (_PLAIN, _WITH_CELLS):
        return None
    return int(_HEADER.unpack(header)[1])


def read_head(path: Path) -> Head:
    """Return the head of a file whose checksum is right. Raises ValueError when it is damaged."""
    with path.open("rb") as file:
        if not _is_whole(file):  # first of all: no field is believed before
            raise ValueError(f"{path} is damaged: its checksum does not match")
        return _read_head(file, path)


def read_rows(path: Path) -> Iterator[Rows]:
    """Yield the rows of a file that `read_head` has checked, some thousands at a time."""
    with path.open("rb") as file:
        head = _read_head(file, path)
        kind = row_type(head.dimension, has_cells=head.cells is not None)
        for first in range(0, head.count, _ROWS):
            yield np.fromfile(file, dtype=kind, count=min(_ROWS, head.count - first))


def write_rows(path: Path, blocks: Iterable[Rows], *, dimension: int, commit_id: int, cells: Cells | None) -> None:
    """Write rows, by rising ids, and their commit id; no more than a block is in memory."""
    count, lengths = 0, np.zeros(len(cells) if cells else 0, dtype=np.uint32)
    with atomic_write(path) as file:
        file.write(_head(Head(commit_id, dimension, 0, cells, lengths)))
        for rows in blocks:
            file.write(rows.tobytes())
            count += len(rows)
            if cells:
                lengths += np.bincount(rows["cell"], minlength=len(cells)).astype(np.uint32)
        file.seek(0)
        file.write(_head(Head(commit_id, dimension, count, cells, lengths)))
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        file.write(_FOOTER.pack(crc32(file, size)))


def plain_rows(vectors: Mapping[int, NDArray[np.float16]], dimension: int) -> Rows:
    """Return vectors by their ids as rows without cells."""
    rows = np.zeros(len(vectors), dtype=row_type(dimension, has_cells=False))
    rows["id"], rows["vector"] = list(vectors), list(vectors.values())
    return rows


def _head(head: Head) -> bytes:
    magic = _WITH_CELLS if head.cells else _PLAIN
    written = _HEADER.pack(magic, head.commit_id, head.dimension, head.count)
    if head.cells:
        written += _CELLS.pack(len(head.cells), head.cells.trained_for)
        written += head.cells.centroids.astype("<f2").tobytes() + head.lengths.astype("<u4").tobytes()
    return written


def _read_head(file: IO[bytes], path: Path) -> Head:
    header = file.read(_HEADER.size)
    magic, commit_id, dimension, count = _HEADER.unpack(header)
    if magic not in (_PLAIN, _WITH_CELLS):
        raise ValueError(f"{path} is no vector index of this version")
    if magic == _PLAIN:
        return Head(commit_id, dimension, count, None, np.zeros(0, dtype=np.uint32))
    number, trained_for = _CELLS.unpack(file.read(_CELLS.size))
    centroids: NDArray[Any] = np.frombuffer(file.read(2 * number * dimension), dtype="<f2").reshape(number, dimension)
    lengths: NDArray[Any] = np.frombuffer(file.read(4 * number), dtype="<u4")
    return Head(commit_id, dimension, count, Cells(centroids, trained_for), lengths)


def _is_whole(file: IO[bytes]) -> bool:
    """Return True if a file ends in the CRC-32 of all before it, and go back to its start."""
    size = os.fstat(file.fileno()).st_size - _FOOTER.size
    is_right = size >= _HEADER.size and _FOOTER.pack(crc32(file, size)) == file.read()
    file.seek(0)
    return is_right
