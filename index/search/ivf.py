"""The lists that a large library's vectors lie in: a question reads those nearest to it and not every vector.

Which lists there are is trained, from a sample of the vectors. It would come out otherwise as a library grows, and
other lists find, now and then, another passage; so they are part of the truth and stand in library.db, from where the
index is made again as it was.
"""

from __future__ import annotations

import hashlib
import math
import os
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

EXACT_BELOW = 200_000
"""Passages, up to which every vector is read for a question: 8 ms with 384 components."""
_OUTGROWN = 4
"""Times as many passages as the lists were trained for, or as few, at which they are trained again."""
_LISTS_PER_ROOT = 4
"""Lists, per square root of the passages: FAISS's own advice."""
_SAMPLED = 32
"""Vectors to train each list from."""
_ROUNDS = 8
_SEED = 20261127


@dataclass(frozen=True, eq=False)
class Lists:
    """The middle of each list, shape (lists, dimension), and how many passages there were when they were trained."""

    centroids: NDArray[np.float16]
    trained_for: int

    def __len__(self) -> int:
        return len(self.centroids)

    @cached_property
    def sha256(self) -> str:
        """A digest of the middles."""
        return hashlib.sha256(self.centroids.tobytes()).hexdigest()


def wants_lists(passages: int) -> bool:
    """Tell whether so many passages are too many to read each one's vector for a question."""
    return passages >= EXACT_BELOW


def lists_fit(lists: Lists | None, passages: int) -> bool:
    """Tell whether a library of so many passages goes on with the lists that it has, or with none."""
    if lists is None or not wants_lists(passages):
        return lists is None and not wants_lists(passages)
    return lists.trained_for < _OUTGROWN * passages and passages < _OUTGROWN * lists.trained_for


def sample_of(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the passages to train lists from, evenly spread over all: the same ones for the same library."""
    count = min(len(ids), _SAMPLED * _lists_for(len(ids)))
    return ids[np.linspace(0, len(ids) - 1, count, dtype=np.int64)]


def train(sample: NDArray[np.float16], passages: int) -> Lists:
    """Return lists for a library of so many passages."""
    import faiss

    faiss.omp_set_num_threads(os.cpu_count() or 1)
    means = faiss.Kmeans(
        sample.shape[1], _lists_for(passages), niter=_ROUNDS, seed=_SEED, spherical=True, min_points_per_centroid=1
    )
    means.train(sample.astype(np.float32))
    return Lists(means.centroids.astype(np.float16), passages)


def _lists_for(passages: int) -> int:
    return max(1, _LISTS_PER_ROOT * math.isqrt(passages))
