"""The dense side: passage vectors in FAISS, and their cache file vectors.faiss."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from index.filtering import Selection

_MAGIC = b"AAVEC002"
_HEADER = struct.Struct("<8sQQQ")  # magic, generation, dimension, how many rows follow
_FOOTER = struct.Struct("<I")  # CRC-32 of all before it
_BLOCK = 1 << 20
_ROWS = 5_000
_LENGTH_ERROR = 0.01  # float16 rounds each component by at most 0.05%


class VectorIndex:
    """Vectors under their passage ids, searched exactly by inner product (the cosine, as all have length 1).

    Held as float16, the precision that the library stores, so that a rebuilt index is the same index.
    """

    _index: Any  # a faiss.IndexIDMap2; FAISS has type hints for part of itself only

    def __init__(self, dimension: int) -> None:
        import faiss

        flat = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        self._index = faiss.IndexIDMap2(flat)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """The number of components of each vector."""
        return int(self._index.d)

    def add(self, ids: Sequence[int] | NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        """Add vectors, shape (len(ids), dimension), under ids that are not in the index yet."""
        if len(ids):
            self._index.add_with_ids(vectors.astype(np.float32), np.asarray(ids, dtype=np.int64))

    def remove(self, ids: Sequence[int]) -> None:
        """Remove the vectors of these ids; ids that are not there are passed over."""
        if len(ids):
            import faiss

            self._index.remove_ids(faiss.IDSelectorBatch(np.asarray(ids, dtype=np.int64)))

    def search(
        self, query: NDArray[np.float32], *, top: int, selection: Selection | None = None
    ) -> list[tuple[int, float]]:
        """Return up to `top` (passage id, cosine), nearest first, of the ids that the selection allows."""
        import faiss

        if not len(self):
            return []
        faiss.omp_set_num_threads(1)  # of this thread: one query is done before a second thread has woken up
        parameters = faiss.SearchParameters(sel=_selector(selection)) if selection else None
        scores, ids = self._index.search(query.reshape(1, -1), min(top, len(self)), params=parameters)
        return [(int(id_), float(score)) for id_, score in zip(ids[0], scores[0], strict=True) if id_ >= 0]

    def vectors(self) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Return the ids and the vectors that are held, in the order of the index."""
        import faiss

        codes = faiss.vector_to_array(faiss.downcast_index(self._index.index).codes)
        return faiss.vector_to_array(self._index.id_map), codes.view(np.float16).reshape(-1, self.dimension)

    @staticmethod
    def generation_of(path: Path) -> int | None:
        """Return the generation that a file says it holds, without reading the rest; None when it says none."""
        try:
            with path.open("rb") as file:
                header = file.read(_HEADER.size)
        except OSError:
            return None
        if len(header) < _HEADER.size or not header.startswith(_MAGIC):
            return None
        return int(_HEADER.unpack(header)[1])

    @classmethod
    def read(cls, path: Path) -> tuple[VectorIndex, int]:
        """Return the index in a file and the generation it holds. Raises ValueError when the file is damaged."""
        with path.open("rb") as file:
            if not _is_whole(file):  # first of all: nothing that it says of itself is believed before
                raise ValueError(f"{path} is damaged: its checksum does not match")
            header = file.read(_HEADER.size)
            if not header.startswith(_MAGIC):
                raise ValueError(f"{path} is no vector index of this version")
            _, generation, dimension, count = _HEADER.unpack(header)
            found = cls(dimension)
            for first in range(0, count, _ROWS):
                rows = np.fromfile(file, dtype=_row(dimension), count=min(_ROWS, count - first))
                found.add(rows["id"], rows["vector"])
        return found, int(generation)


def write_vectors(
    path: Path, blocks: Iterable[Mapping[int, NDArray[np.float16]]], *, dimension: int, generation: int
) -> None:
    """Write vectors by their ids, and their generation, to a file that `VectorIndex.read` takes.

    Written aside with a checksum, synced, then renamed, so never half a file; no more than a block is in memory.
    """
    aside, count = path.with_suffix(".new"), 0
    with aside.open("wb") as file:
        file.write(_HEADER.pack(_MAGIC, generation, dimension, 0))
        for block in blocks:
            rows = np.zeros(len(block), dtype=_row(dimension))
            rows["id"], rows["vector"] = list(block), list(block.values())
            file.write(rows.tobytes())
            count += len(block)
        file.seek(0)
        file.write(_HEADER.pack(_MAGIC, generation, dimension, count))
    with aside.open("rb+") as file:
        crc = _crc(file, os.fstat(file.fileno()).st_size)
        file.write(_FOOTER.pack(crc))
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)


def is_whole(path: Path) -> bool:
    """Tell whether a file of vectors is as it was written."""
    try:
        with path.open("rb") as file:
            return _is_whole(file)
    except OSError:
        return False


def is_unit(vector: NDArray[np.float16]) -> bool:
    """Tell whether a vector has length 1 as nearly as float16 has it, which one that was damaged hardly has."""
    return bool(abs(float(np.linalg.norm(vector.astype(np.float32))) - 1) < _LENGTH_ERROR)


def _row(dimension: int) -> np.dtype[np.void]:
    return np.dtype([("id", "<i8"), ("vector", "<f2", (dimension,))])


def _is_whole(file: BinaryIO) -> bool:
    """Tell whether a file ends in the CRC-32 of all before it, and go back to its start."""
    size = os.fstat(file.fileno()).st_size - _FOOTER.size
    is_right = size >= _HEADER.size and _FOOTER.pack(_crc(file, size)) == file.read()
    file.seek(0)
    return is_right


def _crc(file: BinaryIO, size: int) -> int:
    """Return the CRC-32 of the next `size` bytes."""
    crc = 0
    while size > 0 and (block := file.read(min(size, _BLOCK))):
        crc = zlib.crc32(block, crc)
        size -= len(block)
    return crc


def _selector(selection: Selection) -> Any:  # noqa: ANN401 - a faiss.IDSelector
    import faiss

    batch = faiss.IDSelectorBatch(selection.ids)
    return faiss.IDSelectorNot(batch) if selection.excludes else batch
