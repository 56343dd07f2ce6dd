"""The two indexes of a library as caches of its truth: each knows its generation and is brought up to date from there.

Behind, missing or damaged, they come back from `library.db` with nothing embedded again.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from index.lexical import LexicalIndex
from index.store import Store
from index.terms import terms
from index.vectors import VectorIndex
from index.writing import passage_text

VECTORS = "vectors.faiss"
LEXICAL = "lexical"
_ROWS = 5_000
"""Passages replayed at a time: some 4 MB of vectors."""


class Caches:
    """The vector and the lexical index of one library folder, held in memory from their first use on."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._vectors_path = folder / VECTORS
        self._lexical_path = folder / LEXICAL
        self._store = store
        self._vectors: VectorIndex | None = None
        self._lexical: LexicalIndex | None = None
        self._generation = -1
        self.lock = threading.RLock()
        """Held while the indexes are read or changed; FAISS must not search what is being added to."""

    @property
    def vectors(self) -> VectorIndex:
        """The dense side; call `load` or `write` first."""
        assert self._vectors is not None
        return self._vectors

    @property
    def lexical(self) -> LexicalIndex:
        """The lexical side; call `load` or `write` first."""
        assert self._lexical is not None
        return self._lexical

    def load(self) -> bool:
        """Take up the caches in memory or on disk if they hold the truth's generation; tell whether they do."""
        generation = self._store.generation
        with self.lock:
            if self._generation == generation:
                return True
            if VectorIndex.generation_of(self._vectors_path) != generation or not self._lexical_path.is_dir():
                return False
            try:
                lexical = LexicalIndex(self._lexical_path)
                vectors, held = VectorIndex.read(self._vectors_path)
            except (OSError, ValueError):
                return False
            if held != generation or lexical.generation != generation:
                return False
            self._vectors, self._lexical, self._generation = vectors, lexical, generation
            return True

    def load_beside_a_writer(self) -> None:
        """Take up, once, what can be had while another process writes; it brings the caches on disk along at its end.

        The vectors are replayed in memory; the lexical side is as of its last commit. Passages that have gone since are
        left out of what a search returns.
        """
        with self.lock:
            if self._vectors is None or self._lexical is None:
                vectors, held = self._read_vectors()
                self._replay_vectors(vectors, held)
                self._vectors, self._lexical = vectors, LexicalIndex(self._lexical_path)
            self._lexical.reload()

    def write(self) -> None:
        """Bring both caches to the truth's generation, in memory and on disk. Only the library's writer may."""
        with self.lock:
            generation = self._store.generation
            vectors, held = self._held_vectors()
            if held != generation:
                self._replay_vectors(vectors, held)
            if held != generation or VectorIndex.generation_of(self._vectors_path) != generation:
                vectors.write(self._vectors_path, generation=generation)
            lexical = self._held_lexical()
            if lexical.generation != generation:
                self._replay_lexical(lexical, generation)
            self._vectors, self._lexical, self._generation = vectors, lexical, generation

    def drop(self) -> None:
        """Forget what is in memory, so that the next use reads the disk."""
        with self.lock:
            self._vectors, self._lexical, self._generation = None, None, -1

    def delete(self) -> None:
        """Delete both caches, on disk as well; `write` makes them anew. Only the library's writer may."""
        self.drop()
        self._vectors_path.unlink(missing_ok=True)
        shutil.rmtree(self._lexical_path, ignore_errors=True)

    def _held_vectors(self) -> tuple[VectorIndex, int]:
        if self._vectors is not None and self._generation >= 0:
            return self._vectors, self._generation
        return self._read_vectors()

    def _read_vectors(self) -> tuple[VectorIndex, int]:
        """Return the vectors on disk with their generation; an empty index where they are no good."""
        dimension = self._store.settings.dimension
        try:
            vectors, generation = VectorIndex.read(self._vectors_path)
        except (OSError, ValueError):
            return VectorIndex(dimension), 0
        if generation > self._store.generation or vectors.dimension != dimension:  # another library's file
            return VectorIndex(dimension), 0
        return vectors, generation

    def _held_lexical(self) -> LexicalIndex:
        """Return the lexical index in memory or on disk; an empty one where that is damaged or another library's."""
        if self._lexical is not None:
            return self._lexical
        try:
            lexical = LexicalIndex(self._lexical_path)
            if lexical.generation <= self._store.generation:
                return lexical
        except ValueError:
            pass  # damaged: begun anew below
        shutil.rmtree(self._lexical_path)
        return LexicalIndex(self._lexical_path)

    def _replay_vectors(self, vectors: VectorIndex, generation: int) -> None:
        """Bring vectors that hold `generation` to the present one."""
        vectors.remove(self._store.removed_since(generation))
        added = self._store.added_since(generation)
        for first in range(0, len(added), _ROWS):
            rows = self._store.vectors(added[first : first + _ROWS])
            vectors.add(list(rows), np.stack(list(rows.values())))

    def _replay_lexical(self, lexical: LexicalIndex, generation: int) -> None:
        held = lexical.generation
        lexical.update(add=self._terms_since(held), remove=self._store.removed_since(held), generation=generation)

    def _terms_since(self, generation: int) -> Iterator[tuple[int, list[str]]]:
        added = self._store.added_since(generation)
        for first in range(0, len(added), _ROWS):
            passages = self._store.passages(added[first : first + _ROWS])
            abstracts = self._store.get(list({passage.pmid for passage in passages.values()}))
            for id_, passage in passages.items():
                yield id_, terms(passage_text(abstracts[passage.pmid], passage))
