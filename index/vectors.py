"""The dense side: passage vectors in FAISS, and their cache file vectors.faiss."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from index.filtering import Selection

_MAGIC = b"AAVEC001"
_HEADER = struct.Struct("<8sQ")  # magic, generation
_FOOTER = struct.Struct("<I")  # CRC-32 of all before it
_BLOCK = 1 << 20
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

    def add(self, ids: Sequence[int], vectors: NDArray[np.float16]) -> None:
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
        parameters = faiss.SearchParameters(sel=_selector(selection)) if selection else None
        scores, ids = self._index.search(query.reshape(1, -1), min(top, len(self)), params=parameters)
        return [(int(id_), float(score)) for id_, score in zip(ids[0], scores[0], strict=True) if id_ >= 0]

    def vectors(self) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Return the ids and the vectors that are held, in the order of the index."""
        import faiss

        codes = faiss.vector_to_array(faiss.downcast_index(self._index.index).codes)
        return faiss.vector_to_array(self._index.id_map), codes.view(np.float16).reshape(-1, self.dimension)

    def write(self, path: Path, *, generation: int) -> None:
        """Write the index with its generation and a checksum: aside, synced, then renamed, so never half a file."""
        import faiss

        aside = path.with_suffix(".new")
        with aside.open("wb") as file:
            checked = _Checked(file)
            checked.write(_HEADER.pack(_MAGIC, generation))
            try:
                faiss.write_index(self._index, faiss.PyCallbackIOWriter(checked.write))
            except RuntimeError as error:  # of a callback that failed
                raise OSError(f"{aside} cannot be written") from error
            file.write(_FOOTER.pack(checked.crc))
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)

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
        import faiss

        with path.open("rb") as file:
            if not _is_whole(file):  # first of all: FAISS believes the sizes that it reads
                raise ValueError(f"{path} is damaged: its checksum does not match")
            header = file.read(_HEADER.size)
            if not header.startswith(_MAGIC):
                raise ValueError(f"{path} is no vector index of this version")
            try:
                index = faiss.read_index(faiss.PyCallbackIOReader(file.read))
            except (RuntimeError, MemoryError) as error:
                raise ValueError(f"{path} is damaged") from error
        found = cls.__new__(cls)
        found._index = index
        return found, int(_HEADER.unpack(header)[1])


def is_unit(vector: NDArray[np.float16]) -> bool:
    """Tell whether a vector has length 1 as nearly as float16 has it, which one that was damaged hardly has."""
    return bool(abs(float(np.linalg.norm(vector.astype(np.float32))) - 1) < _LENGTH_ERROR)


def _is_whole(file: BinaryIO) -> bool:
    """Tell whether a file ends in the CRC-32 of all before it, and go back to its start."""
    left = os.fstat(file.fileno()).st_size - _FOOTER.size
    crc = 0
    while left > 0 and (block := file.read(min(left, _BLOCK))):
        crc = zlib.crc32(block, crc)
        left -= len(block)
    is_whole = left == 0 and file.read() == _FOOTER.pack(crc)
    file.seek(0)
    return is_whole


class _Checked:
    """A file whose bytes are summed up by CRC-32 as they are written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.crc = 0

    def write(self, some: bytes) -> int:
        self.crc = zlib.crc32(some, self.crc)
        return self._file.write(some)


def _selector(selection: Selection) -> Any:  # noqa: ANN401 - a faiss.IDSelector
    import faiss

    batch = faiss.IDSelectorBatch(selection.ids)
    return faiss.IDSelectorNot(batch) if selection.excludes else batch
