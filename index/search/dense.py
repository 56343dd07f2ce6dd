"""The dense side: passage vectors in FAISS, and their cache file vectors.faiss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.environment import thread_limit
from index.search import dense_file
from index.search.dense_file import Rows
from index.search.filters import Selection
from index.search.ivf import Cells

PROBED = 640
"""IVF cells read for a question: with 4 √n cells some 160 √n of n vectors, and among them .99 of the nearest ten.
Questions lie apart from passages, so their nearest lie in more cells than those of a passage would."""
_FEW = 1_000
"""Passages, up to which that holds; for more, every cell is read."""
_MANY = 1_000
"""Ids, from which on a bit for each passage is faster to look up than a set of ids."""
_LENGTH_ERROR = 0.01  # float16 rounds each component by at most 0.05%


def mean_vectors(rows: Iterable[tuple[str, NDArray[Any]]]) -> dict[str, NDArray[np.float32]]:
    """Return the mean of the vectors under each key, at length 1."""
    sums: dict[str, NDArray[np.float32]] = {}
    for key, vector in rows:
        sums[key] = sums[key] + vector if key in sums else vector.astype(np.float32)
    return {key: (total / (np.linalg.norm(total) or 1)).astype(np.float32) for key, total in sums.items()}


class VectorIndex:
    """Vectors under their passage ids, searched by inner product (the cosine, as all have length 1).

    Without IVF cells every vector is read for a question. With them, those of the cells nearest to it are: all scores
    are exact, and now and then a passage is not found. A search within a few passages is exact in any case. Vectors are
    held as float16, the precision that the library stores, so that a rebuilt index is the same index.
    """

    _index: Any  # a faiss.IndexIDMap, or with cells a faiss.IndexIVF; FAISS has type hints for part of itself only

    def __init__(self, dimension: int, cells: Cells | None = None) -> None:
        import faiss

        self.cells = cells
        if cells is None:
            flat = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
            self._index = faiss.IndexIDMap(flat)
            return
        coarse = faiss.IndexFlatIP(dimension)
        coarse.add(cells.centroids.astype(np.float32))
        self._index = faiss.IndexIVFScalarQuantizer(
            coarse, dimension, len(cells), faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
        )
        self._index.is_trained = True

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """The number of components of each vector."""
        return int(self._index.d)

    @property
    def cells_sha256(self) -> str:
        """The digest of the IVF cells, "" where every vector is read."""
        return self.cells.sha256 if self.cells else ""

    def add(self, ids: Sequence[int] | NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        """Add vectors, shape (len(ids), dimension), under ids that are not in the index yet."""
        if len(ids):
            self._index.add_with_ids(vectors.astype(np.float32), np.asarray(ids, dtype=np.int64))

    def remove(self, ids: Sequence[int]) -> None:
        """Remove the vectors of these ids; unknown ids are ignored."""
        if not len(ids):
            return
        if self.cells is not None:
            self._remove_from_cells(np.asarray(ids, dtype=np.int64))
            return
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
        scores, ids = self._index.search(
            query.reshape(1, -1), min(top, len(self)), params=self._parameters(top, selection)
        )
        return [(int(id_), float(score)) for id_, score in zip(ids[0], scores[0], strict=True) if id_ >= 0]

    def _parameters(self, top: int, selection: Selection | None) -> Any:  # noqa: ANN401 - a faiss.SearchParameters
        import faiss

        selector = _selector(selection) if selection else None
        if self.cells is None:
            return faiss.SearchParameters(sel=selector) if selector else None
        is_few = top <= _FEW and (selection is None or selection.excludes)
        return faiss.SearchParametersIVF(sel=selector, nprobe=PROBED if is_few else len(self.cells))

    def vectors(self) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Return all ids and vectors, in the order of the index."""
        import faiss

        if self.cells is None:
            codes = faiss.vector_to_array(faiss.downcast_index(self._index.index).codes)
            return faiss.vector_to_array(self._index.id_map), codes.view(np.float16).reshape(-1, self.dimension)
        cells = [self._cell(number) for number in range(len(self.cells))]
        ids, vectors = np.concatenate([ids for ids, _ in cells]), np.concatenate([codes for _, codes in cells])
        return ids, vectors.view(np.float16)

    def rows(self, vectors: Mapping[int, NDArray[np.float16]]) -> Rows:
        """Return vectors by their ids as rows of this index's file, each with the number of its cell."""
        plain = dense_file.plain_rows(vectors, self.dimension)
        if self.cells is None:
            return plain
        rows = np.zeros(len(plain), dtype=dense_file.row_type(self.dimension, has_cells=True))
        rows["id"], rows["vector"] = plain["id"], plain["vector"]
        rows["cell"] = self._cell_numbers(plain["vector"])
        return rows

    @classmethod
    def read(cls, path: Path) -> tuple[VectorIndex, int]:
        """Return the index in a file and its commit id. Raises ValueError when the file is damaged."""
        head = dense_file.read_head(path)
        index = cls(head.dimension, head.cells)
        if head.cells is not None:
            index._make_room(head.lengths)
        for rows in dense_file.read_rows(path):
            index._add_rows(rows)
        return index, head.commit_id

    def _add_rows(self, rows: Rows) -> None:
        if self.cells is None:
            self.add(rows["id"], rows["vector"])
            return
        import faiss

        vectors, ids = np.ascontiguousarray(rows["vector"], dtype=np.float32), np.ascontiguousarray(rows["id"])
        numbers = np.ascontiguousarray(rows["cell"], dtype=np.int64)
        self._index.add_core(len(ids), *map(faiss.swig_ptr, (vectors, ids, numbers)))

    def _make_room(self, lengths: NDArray[np.uint32]) -> None:
        """Reserve in each cell just the room for its vectors: FAISS doubles a cell that grows."""
        for number, length in enumerate(lengths.tolist()):
            self._inverted_lists.resize(number, length)
            self._inverted_lists.resize(number, 0)

    def _cell_numbers(self, vectors: NDArray[np.float16]) -> NDArray[np.int64]:
        """Return the number of the cell that each vector belongs to."""
        import faiss

        faiss.omp_set_num_threads(thread_limit())
        _, numbers = self._index.quantizer.search(vectors.astype(np.float32), 1)
        return np.asarray(numbers[:, 0], dtype=np.int64)

    def _remove_from_cells(self, removed: NDArray[np.int64]) -> None:
        """Remove vectors and keep the order of the others, as in a file read anew; FAISS itself would not."""
        import faiss

        for number in range(self._index.nlist):
            ids, codes = self._cell(number)
            stays = ~np.isin(ids, removed)
            if not stays.all():
                ids, codes = np.ascontiguousarray(ids[stays]), np.ascontiguousarray(codes[stays])
                self._index.ntotal -= int(np.count_nonzero(~stays))
                self._inverted_lists.resize(number, len(ids))
                if len(ids):
                    self._inverted_lists.update_entries(number, 0, len(ids), faiss.swig_ptr(ids), faiss.swig_ptr(codes))

    @property
    def _inverted_lists(self) -> Any:  # noqa: ANN401 - a faiss.ArrayInvertedLists
        import faiss

        return faiss.downcast_InvertedLists(self._index.invlists)

    def _cell(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return the ids of a cell and its vectors as bytes, shape (length, bytes a vector)."""
        import faiss

        length, size = self._inverted_lists.list_size(number), self._index.code_size
        if not length:
            return np.zeros(0, dtype=np.int64), np.zeros((0, size), dtype=np.uint8)
        ids = faiss.rev_swig_ptr(self._inverted_lists.get_ids(number), length).copy()
        return ids, faiss.rev_swig_ptr(self._inverted_lists.get_codes(number), length * size).reshape(
            length, size
        ).copy()


def is_unit(vector: NDArray[np.float16]) -> bool:
    """Return True if a vector has length 1 within float16; a damaged vector hardly has."""
    return bool(abs(float(np.linalg.norm(vector.astype(np.float32))) - 1) < _LENGTH_ERROR)


def _selector(selection: Selection) -> Any:  # noqa: ANN401 - a faiss.IDSelector
    import faiss

    many = len(selection.ids) > _MANY
    named = faiss.IDSelectorBitmap(selection.bits) if many else faiss.IDSelectorBatch(selection.ids)
    return faiss.IDSelectorNot(named) if selection.excludes else named
