"""The vectors of abstracts' sentences, remembered: the same few abstracts answer many questions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

import numpy as np

from index.encoder import Encoder, Vectors

REMEMBERED_BYTES = 32_000_000
"""Of vectors: with the default encoder some 20,000 sentences, of about 2,000 abstracts."""

_Key = tuple[str, tuple[str, ...]]


class SentenceVectors:
    """Embeds sentences abstract by abstract, and keeps those used last. It may be used from many threads.

    An abstract is embedded by itself, never along with others: its vectors are the same to the last bit whether they
    are remembered or made anew, and whatever was asked before.
    """

    def __init__(self, remembered_bytes: int = REMEMBERED_BYTES) -> None:
        self._limit = remembered_bytes
        self._bytes = 0
        self._kept: OrderedDict[_Key, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, abstracts: Iterable[Sequence[str]], encoder: Encoder) -> Vectors:
        """Return one vector a sentence, those of the first abstract first."""
        return np.concatenate([self._of_one((encoder.sha256, tuple(sentences)), encoder) for sentences in abstracts])

    def _of_one(self, key: _Key, encoder: Encoder) -> Vectors:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        vectors = encoder.encode(key[1], kind="passage")  # outside the lock: another thread may do the same, unharmed
        with self._lock:
            self._keep(key, vectors)
        return vectors

    def _keep(self, key: _Key, vectors: Vectors) -> None:
        if key not in self._kept:
            self._kept[key] = vectors
            self._bytes += vectors.nbytes
        while self._bytes > self._limit:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes
