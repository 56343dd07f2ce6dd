"""vectors.faiss: a library's vectors under their passage ids, with the batch that they are of and a checksum.

Written aside, synced, then renamed, so never half a file. The vectors of a large library have, each, the number of the
list that it lies in, and the lists stand before them.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from index.files import atomic_write
from index.search.ivf import Lists

_PLAIN, _LISTED = b"AAVEC002", b"AAVEC003"
_HEADER = struct.Struct("<8sQQQ")  # magic, generation, dimension, how many rows follow
_LISTS = struct.Struct("<QQ")  # of a listed file: how many lists, how many passages they were trained for
_FOOTER = struct.Struct("<I")  # CRC-32 of all before it
_BLOCK = 1 << 20
_ROWS = 5_000

Rows = NDArray[np.void]
"""Vectors with their ids, and their lists' numbers where there are lists: the fields "id", "list" and "vector"."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of itself; `lengths` are those of the lists, in their order."""

    generation: int
    dimension: int
    count: int
    lists: Lists | None
    lengths: NDArray[np.uint32]

    @property
    def lists_sha256(self) -> str:
        """The digest of the lists, "" where there are none."""
        return self.lists.sha256 if self.lists else ""


def row_type(dimension: int, *, has_lists: bool) -> np.dtype[np.void]:
    """Return the type of `Rows`."""
    number = [("list", "<u4")] if has_lists else []
    return np.dtype([("id", "<i8"), *number, ("vector", "<f2", (dimension,))])


def generation_of(path: Path) -> int | None:
    """Return the generation that a file says it holds, without reading the rest; None when it says none."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER.size)
    except OSError:
        return None
    if len(header) < _HEADER.size or header[: len(_PLAIN)] not in (_PLAIN, _LISTED):
        return None
    return int(_HEADER.unpack(header)[1])


def is_whole(path: Path) -> bool:
    """Tell whether a file of vectors is as it was written."""
    try:
        with path.open("rb") as file:
            return _is_whole(file)
    except OSError:
        return False


def read_head(path: Path) -> Head:
    """Return what a file says of itself, once its checksum is found right. Raises ValueError when it is damaged."""
    with path.open("rb") as file:
        if not _is_whole(file):  # first of all: nothing that it says of itself is believed before
            raise ValueError(f"{path} is damaged: its checksum does not match")
        return _read_head(file, path)


def read_rows(path: Path) -> Iterator[Rows]:
    """Yield the rows of a file that `read_head` has found whole, some thousands at a time."""
    with path.open("rb") as file:
        head = _read_head(file, path)
        kind = row_type(head.dimension, has_lists=head.lists is not None)
        for first in range(0, head.count, _ROWS):
            yield np.fromfile(file, dtype=kind, count=min(_ROWS, head.count - first))


def write_rows(path: Path, blocks: Iterable[Rows], *, dimension: int, generation: int, lists: Lists | None) -> None:
    """Write rows, by rising ids, and their generation; no more than a block is in memory."""
    count, lengths = 0, np.zeros(len(lists) if lists else 0, dtype=np.uint32)
    with atomic_write(path) as file:
        file.write(_head(Head(generation, dimension, 0, lists, lengths)))
        for rows in blocks:
            file.write(rows.tobytes())
            count += len(rows)
            if lists:
                lengths += np.bincount(rows["list"], minlength=len(lists)).astype(np.uint32)
        file.seek(0)
        file.write(_head(Head(generation, dimension, count, lists, lengths)))
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        file.write(_FOOTER.pack(_crc(file, size)))


def plain_rows(vectors: Mapping[int, NDArray[np.float16]], dimension: int) -> Rows:
    """Return vectors by their ids as rows without lists."""
    rows = np.zeros(len(vectors), dtype=row_type(dimension, has_lists=False))
    rows["id"], rows["vector"] = list(vectors), list(vectors.values())
    return rows


def _head(head: Head) -> bytes:
    magic = _LISTED if head.lists else _PLAIN
    written = _HEADER.pack(magic, head.generation, head.dimension, head.count)
    if head.lists:
        written += _LISTS.pack(len(head.lists), head.lists.trained_for)
        written += head.lists.centroids.astype("<f2").tobytes() + head.lengths.astype("<u4").tobytes()
    return written


def _read_head(file: IO[bytes], path: Path) -> Head:
    header = file.read(_HEADER.size)
    magic, generation, dimension, count = _HEADER.unpack(header)
    if magic not in (_PLAIN, _LISTED):
        raise ValueError(f"{path} is no vector index of this version")
    if magic == _PLAIN:
        return Head(generation, dimension, count, None, np.zeros(0, dtype=np.uint32))
    number, trained_for = _LISTS.unpack(file.read(_LISTS.size))
    centroids: NDArray[Any] = np.frombuffer(file.read(2 * number * dimension), dtype="<f2").reshape(number, dimension)
    lengths: NDArray[Any] = np.frombuffer(file.read(4 * number), dtype="<u4")
    return Head(generation, dimension, count, Lists(centroids, trained_for), lengths)


def _is_whole(file: IO[bytes]) -> bool:
    """Tell whether a file ends in the CRC-32 of all before it, and go back to its start."""
    size = os.fstat(file.fileno()).st_size - _FOOTER.size
    is_right = size >= _HEADER.size and _FOOTER.pack(_crc(file, size)) == file.read()
    file.seek(0)
    return is_right


def _crc(file: IO[bytes], size: int) -> int:
    """Return the CRC-32 of the next `size` bytes."""
    crc = 0
    while size > 0 and (block := file.read(min(size, _BLOCK))):
        crc = zlib.crc32(block, crc)
        size -= len(block)
    return crc
