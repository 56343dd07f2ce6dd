"""IVF cells of a large library's vectors: a question reads the cells nearest to it and not every vector.

The cells are trained from a sample of the vectors. As a library grows they would come out otherwise, and other cells
find, now and then, another passage; so they are kept in library.db, from which the index is made again as it was.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.environment import thread_limit

EXACT_BELOW = 200_000
"""Passages, up to which every vector is read for a question: 8 ms with 384 components."""
_OUTGROWN = 4
"""Times as many passages as the cells were trained for, or as few, at which they are trained again."""
_CELLS_PER_ROOT = 4
"""Cells, per square root of the passages: FAISS's own advice."""
_SAMPLED = 32
"""Vectors to train each cell from."""
_ROUNDS = 8
_SEED = 20261127


@dataclass(frozen=True, eq=False)
class Cells:
    """The centroid of each cell, shape (cells, dimension), and the number of passages that they were trained for."""

    centroids: NDArray[np.float16]
    trained_for: int

    def __len__(self) -> int:
        return len(self.centroids)

    @cached_property
    def sha256(self) -> str:
        """The digest of the centroids."""
        return hashlib.sha256(self.centroids.tobytes()).hexdigest()


def needs_cells(passages: int) -> bool:
    """Return True if there are too many passages to read each one's vector for a question."""
    return passages >= EXACT_BELOW


def cells_fit(cells: Cells | None, passages: int) -> bool:
    """Return True if a library of so many passages keeps the cells that it has, or goes on without any."""
    if cells is None or not needs_cells(passages):
        return cells is None and not needs_cells(passages)
    return cells.trained_for < _OUTGROWN * passages and passages < _OUTGROWN * cells.trained_for


def sample_of(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the passages to train cells from, evenly spread over all: the same ones for the same library."""
    count = min(len(ids), _SAMPLED * _cell_count(len(ids)))
    return ids[np.linspace(0, len(ids) - 1, count, dtype=np.int64)]


def train(sample: NDArray[np.float16], passages: int) -> Cells:
    """Return cells for a library of so many passages."""
    import faiss

    faiss.omp_set_num_threads(thread_limit())
    means = faiss.Kmeans(
        sample.shape[1], _cell_count(passages), niter=_ROUNDS, seed=_SEED, spherical=True, min_points_per_centroid=1
    )
    means.train(sample.astype(np.float32))
    return Cells(means.centroids.astype(np.float16), passages)


def _cell_count(passages: int) -> int:
    return max(1, _CELLS_PER_ROOT * math.isqrt(passages))
