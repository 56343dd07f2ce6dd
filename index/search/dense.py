"""The dense side: passage vectors in FAISS, and their cache file vectors.faiss."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.search.dense_file import (
    Rows,
    generation_of,
    plain_rows,
    read_head,
    read_rows,
    row_type,
)
from index.search.filters import Selection
from index.search.ivf import Lists

PROBED = 640
"""Lists read for a question: with 4 √n lists of n passages some 160 √n vectors, and among them .99 of the nearest ten.
Questions lie apart from passages, so their nearest lie in more lists than those of a passage would."""
_FEW = 1_000
"""Passages, up to which that holds; whoever wants more has every list read."""
_MANY = 1_000
"""Ids, from which on a bit for each passage is looked up sooner than a set of them."""
_LENGTH_ERROR = 0.01  # float16 rounds each component by at most 0.05%


class VectorIndex:
    """Vectors under their passage ids, searched by inner product (the cosine, as all have length 1).

    Without lists every vector is read for a question. With them, those of the lists nearest to it are: all scores are
    exact, and now and then a passage is not found. What only some passages may answer is searched exactly in any case.
    Held as float16, the precision that the library stores, so that a rebuilt index is the same index.
    """

    _index: Any  # a faiss.IndexIDMap, or with lists a faiss.IndexIVF; FAISS has type hints for part of itself only

    def __init__(self, dimension: int, lists: Lists | None = None) -> None:
        import faiss

        self.lists = lists
        if lists is None:
            flat = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
            self._index = faiss.IndexIDMap(flat)
            return
        middles = faiss.IndexFlatIP(dimension)
        middles.add(lists.centroids.astype(np.float32))
        self._index = faiss.IndexIVFScalarQuantizer(
            middles, dimension, len(lists), faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
        )
        self._index.is_trained = True

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """The number of components of each vector."""
        return int(self._index.d)

    @property
    def lists_sha256(self) -> str:
        """The digest of the lists, "" where every vector is read."""
        return self.lists.sha256 if self.lists else ""

    def add(self, ids: Sequence[int] | NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        """Add vectors, shape (len(ids), dimension), under ids that are not in the index yet."""
        if len(ids):
            self._index.add_with_ids(vectors.astype(np.float32), np.asarray(ids, dtype=np.int64))

    def remove(self, ids: Sequence[int]) -> None:
        """Remove the vectors of these ids; ids that are not there are passed over."""
        if not len(ids):
            return
        if self.lists is not None:
            self._remove_from_lists(np.asarray(ids, dtype=np.int64))
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
        if self.lists is None:
            return faiss.SearchParameters(sel=selector) if selector else None
        is_few = top <= _FEW and (selection is None or selection.excludes)
        return faiss.SearchParametersIVF(sel=selector, nprobe=PROBED if is_few else len(self.lists))

    def vectors(self) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Return the ids and the vectors that are held, in the order of the index."""
        import faiss

        if self.lists is None:
            codes = faiss.vector_to_array(faiss.downcast_index(self._index.index).codes)
            return faiss.vector_to_array(self._index.id_map), codes.view(np.float16).reshape(-1, self.dimension)
        held = [self._list(number) for number in range(len(self.lists))]
        ids, vectors = np.concatenate([ids for ids, _ in held]), np.concatenate([codes for _, codes in held])
        return ids, vectors.view(np.float16)

    def rows(self, vectors: Mapping[int, NDArray[np.float16]]) -> Rows:
        """Return vectors by their ids as rows of this index's file, with the lists that they belong to."""
        plain = plain_rows(vectors, self.dimension)
        if self.lists is None:
            return plain
        rows = np.zeros(len(plain), dtype=row_type(self.dimension, has_lists=True))
        rows["id"], rows["vector"] = plain["id"], plain["vector"]
        rows["list"] = self._numbers(plain["vector"])
        return rows

    @staticmethod
    def generation_of(path: Path) -> int | None:
        """Return the generation that a file says it holds, without reading the rest; None when it says none."""
        return generation_of(path)

    @classmethod
    def read(cls, path: Path) -> tuple[VectorIndex, int]:
        """Return the index in a file and the generation it holds. Raises ValueError when the file is damaged."""
        head = read_head(path)
        found = cls(head.dimension, head.lists)
        if head.lists is not None:
            found._make_room(head.lengths)
        for rows in read_rows(path):
            found._add_rows(rows)
        return found, head.generation

    def _add_rows(self, rows: Rows) -> None:
        if self.lists is None:
            self.add(rows["id"], rows["vector"])
            return
        import faiss

        vectors, ids = np.ascontiguousarray(rows["vector"], dtype=np.float32), np.ascontiguousarray(rows["id"])
        numbers = np.ascontiguousarray(rows["list"], dtype=np.int64)
        self._index.add_core(len(ids), *map(faiss.swig_ptr, (vectors, ids, numbers)))

    def _make_room(self, lengths: NDArray[np.uint32]) -> None:
        """Have each list take up just what will be in it: FAISS doubles one that grows."""
        for number, length in enumerate(lengths.tolist()):
            self._held.resize(number, length)
            self._held.resize(number, 0)

    def _numbers(self, vectors: NDArray[np.float16]) -> NDArray[np.int64]:
        """Return the number of the list that each vector belongs to."""
        import faiss

        faiss.omp_set_num_threads(os.cpu_count() or 1)
        _, numbers = self._index.quantizer.search(vectors.astype(np.float32), 1)
        return np.asarray(numbers[:, 0], dtype=np.int64)

    def _remove_from_lists(self, gone: NDArray[np.int64]) -> None:
        """Remove vectors and keep the others in their order, which FAISS does not, as a file read anew has them so."""
        import faiss

        for number in range(self._index.nlist):
            ids, codes = self._list(number)
            stays = ~np.isin(ids, gone)
            if not stays.all():
                ids, codes = np.ascontiguousarray(ids[stays]), np.ascontiguousarray(codes[stays])
                self._index.ntotal -= int(np.count_nonzero(~stays))
                self._held.resize(number, len(ids))
                if len(ids):
                    self._held.update_entries(number, 0, len(ids), faiss.swig_ptr(ids), faiss.swig_ptr(codes))

    @property
    def _held(self) -> Any:  # noqa: ANN401 - a faiss.ArrayInvertedLists
        import faiss

        return faiss.downcast_InvertedLists(self._index.invlists)

    def _list(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return the ids of a list and its vectors as bytes, shape (length, bytes of one)."""
        import faiss

        length, size = self._held.list_size(number), self._index.code_size
        if not length:
            return np.zeros(0, dtype=np.int64), np.zeros((0, size), dtype=np.uint8)
        ids = faiss.rev_swig_ptr(self._held.get_ids(number), length).copy()
        return ids, faiss.rev_swig_ptr(self._held.get_codes(number), length * size).reshape(length, size).copy()


def is_unit(vector: NDArray[np.float16]) -> bool:
    """Tell whether a vector has length 1 as nearly as float16 has it, which one that was damaged hardly has."""
    return bool(abs(float(np.linalg.norm(vector.astype(np.float32))) - 1) < _LENGTH_ERROR)


def _selector(selection: Selection) -> Any:  # noqa: ANN401 - a faiss.IDSelector
    import faiss

    many = len(selection.ids) > _MANY
    named = faiss.IDSelectorBitmap(selection.bits) if many else faiss.IDSelectorBatch(selection.ids)
    return faiss.IDSelectorNot(named) if selection.excludes else named
