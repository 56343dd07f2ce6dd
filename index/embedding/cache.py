"""A cache of vectors: the same few abstracts answer many questions, and a question is embedded twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

import numpy as np

from index.embedding.encoder import Encoder, TextKind, Vectors

REMEMBERED_BYTES = 32_000_000
"""Bytes of vectors: with the default encoder some 20,000 sentences, of about 2,000 abstracts."""

_TextsKey = tuple[str, tuple[str, ...]]


class RememberedVectors:
    """Least-recently-used cache of vectors, which embeds what it lacks group by group. Safe from many threads.

    A group, such as an abstract's sentences, is embedded by itself, never along with others: its vectors are the same
    to the last bit whether they are cached or computed anew, and whatever was embedded before.
    """

    def __init__(self, kind: TextKind, remembered_bytes: int = REMEMBERED_BYTES) -> None:
        self._kind = kind
        self._limit = remembered_bytes
        self._bytes = 0
        self._kept: OrderedDict[_TextsKey, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, groups: Iterable[Sequence[str]], encoder: Encoder) -> Vectors:
        """Return one vector a text, group after group."""
        keys = [(encoder.sha256, tuple(texts)) for texts in groups]
        vectors = {key: kept for key in keys if (kept := self._remembered(key)) is not None}
        new = [key for key in dict.fromkeys(keys) if key not in vectors]
        # outside the lock: another thread may do the same, unharmed
        for key, group_vectors in zip(new, encoder.encode_each([key[1] for key in new], kind=self._kind), strict=True):
            vectors[key] = group_vectors
            self._keep(key, group_vectors)
        return np.concatenate([vectors[key] for key in keys])

    def _remembered(self, key: _TextsKey) -> Vectors | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: _TextsKey, vectors: Vectors) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = vectors.copy()  # not a view, which would keep the vectors of all
                self._bytes += vectors.nbytes
            while self._bytes > self._limit:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes
