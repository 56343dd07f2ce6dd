"""The two indexes of a library as caches of its truth: each knows its generation and is brought up to date from there.

Behind, missing, damaged or another library's, they come back from `library.db` with nothing embedded again. The number
that they record is the truth's mark, which no other library has.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from itertools import chain, groupby
from pathlib import Path

import numpy as np

from index.records import Passage
from index.search.dense import VectorIndex
from index.search.dense_file import Rows, read_head, read_rows, write_rows
from index.search.ivf import lists_fit, sample_of, train, wants_lists
from index.search.lexical import LexicalIndex, LexicalRow
from index.search.lexical_documents import lexical_rows
from index.storage.folder.store import Store

VECTORS = "vectors.faiss"
LEXICAL = "lexical"
_ATTEMPTS = 5
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
        self._vectors_mark = self._lexical_mark = -1
        """The batches that those in memory hold; -1 for none, or for one that is not known."""
        self.mark = -1
        """The mark of the truth when `load` was called last."""
        self._bringing = threading.Lock()
        self.lock = threading.RLock()
        """Held while the indexes are searched or changed; FAISS must not search what is being added to."""

    @property
    def is_held(self) -> bool:
        """Whether indexes are in memory that can be searched, of whatever generation."""
        return self._vectors is not None and self._lexical is not None

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
        self.mark, lists = self._store.index_state
        mark = self.mark
        with self.lock:
            has_vectors = self._vectors_mark == mark and self.vectors.lists_sha256 == lists
            has_lexical = self._lexical_mark == mark
            if has_vectors and has_lexical:
                return True
            if not has_vectors and VectorIndex.generation_of(self._vectors_path) != mark:
                return False
            if not has_lexical and not self._lexical_path.is_dir():
                return False
            try:
                lexical = self.lexical if has_lexical else LexicalIndex(self._lexical_path)
                vectors, held = (self.vectors, mark) if has_vectors else VectorIndex.read(self._vectors_path)
            except (OSError, ValueError):
                return False
            if held != mark or lexical.generation != mark:
                return False
            if vectors.dimension != self._store.settings.dimension or vectors.lists_sha256 != lists:
                return False
            self._vectors, self._lexical = vectors, lexical
            self._vectors_mark = self._lexical_mark = mark
            return True

    def load_beside_a_writer(self) -> None:
        """Take up what can be had while another process writes; it brings the caches on disk along at its end.

        The vectors are replayed in memory; the lexical side is as of its last commit. Passages that have gone since are
        left out of what a search returns.
        """
        with self.lock:
            if self._bringing.acquire(blocking=False):  # else a thread of this process is doing it
                try:
                    self._replay_held()
                finally:
                    self._bringing.release()
            elif self._vectors is None:
                self._vectors, self._vectors_mark = self._read_vectors()
            if self._lexical is None:
                self._lexical = LexicalIndex.beside_a_writer(self._lexical_path)
            self._lexical.reload()
            self._lexical_mark = -1

    def write(self) -> None:
        """Bring both caches to the truth's generation, in memory and on disk. Only the library's writer may.

        Who searches meanwhile finds the older state, or some of the new one, and hardly waits.
        """
        with self._bringing:
            try:
                self._settle_lists()
                self._bring_along(self._store.mark)
            except BaseException:
                self.drop()  # what is in memory may be half brought along
                raise

    def drop(self) -> None:
        """Forget what is in memory, so that the next use reads the disk."""
        with self.lock:
            self._vectors, self._lexical = None, None
            self._vectors_mark = self._lexical_mark = -1

    def delete(self) -> None:
        """Delete both caches, on disk as well; `write` makes them anew. Only the library's writer may."""
        self.drop()
        _delete(self._vectors_path)
        _delete(self._lexical_path)

    def _settle_lists(self) -> None:
        """Give the vectors of a library lists when it has grown large, others when it has outgrown those, or none."""
        passages, lists = self._store.count_passages(), self._store.lists
        are_whole = self._store.lists_sha256 == (lists.sha256 if lists else "")
        if are_whole and lists_fit(lists, passages):
            return
        lists = None
        if wants_lists(passages):
            sample = sample_of(self._store.passage_ids()).tolist()
            vectors = self._store.vectors(sample)
            lists = train(np.stack([vectors[id_] for id_ in sample]), passages)
        self._store.put_lists(lists)

    def _bring_along(self, mark: int) -> None:
        lists = self._store.lists_sha256
        if self._vectors is not None and self._vectors.lists_sha256 == lists:  # those who search here go on doing so
            self._replay_held()
        if not self._is_written(mark, lists):
            self._write_vectors(mark)
        if self._vectors is not None and self._vectors.lists_sha256 != lists:
            vectors, _ = VectorIndex.read(self._vectors_path)
            with self.lock:
                self._vectors, self._vectors_mark = vectors, mark
        lexical = self._read_lexical()
        if lexical.generation != mark:
            self._replay_lexical(lexical, mark)
        with self.lock:
            self._lexical, self._lexical_mark = lexical, mark

    def _is_written(self, mark: int, lists_sha256: str) -> bool:
        """Return True if the vectors on disk are whole, of this batch, and in these lists."""
        if VectorIndex.generation_of(self._vectors_path) != mark:
            return False
        try:
            return read_head(self._vectors_path).lists_sha256 == lists_sha256
        except (OSError, ValueError):
            return False

    def _write_vectors(self, mark: int) -> None:
        """Write the file of vectors of this batch: a writer need not hold them in memory.

        What the file there holds and what stays is taken over as it is, the rest comes from the truth.
        """
        if self._vectors_path.is_dir():
            _delete(self._vectors_path)
        dimension, lists = self._store.settings.dimension, self._store.lists
        empty = VectorIndex(dimension, lists)
        kept, generation = self._kept_rows(empty)
        new = (empty.rows(vectors) for ids in self._ids_since(generation) if (vectors := self._store.vectors(ids)))
        write_rows(self._vectors_path, chain(kept, new), dimension=dimension, generation=mark, lists=lists)

    def _kept_rows(self, like: VectorIndex) -> tuple[Iterator[Rows], int]:
        """Return those rows of the file that stay, and the generation behind which all others lie; none of a file that
        is damaged, another library's, or has its vectors in other lists."""
        try:
            head = read_head(self._vectors_path)
        except (OSError, ValueError):
            return iter(()), 0
        generation = self._store.generation_of(head.generation)
        if generation is None or (head.dimension, head.lists_sha256) != (like.dimension, like.lists_sha256):
            return iter(()), 0
        gone = np.array(self._store.changes_since(generation).removed, dtype=np.int64)
        return (rows[~np.isin(rows["id"], gone)] for rows in read_rows(self._vectors_path)), generation

    def _ids_since(self, generation: int) -> Iterator[list[int]]:
        """Yield the ids of the passages that were added after a generation, some thousands at a time."""
        changes = self._store.changes_since(generation)
        return self._store.ids_between(changes.first, changes.last, size=_ROWS)

    def _replay_held(self) -> None:
        """Bring the vectors in memory, or else those on disk, to the present batch. Only who holds `_bringing` may."""
        with self.lock:
            vectors, held = self._vectors, self._vectors_mark
        if vectors is None or vectors.dimension != self._store.settings.dimension:
            vectors, held = self._read_vectors()
        now = held if held == self._store.mark else self._replay_vectors(vectors, held)
        with self.lock:
            self._vectors, self._vectors_mark = vectors, now

    def _read_vectors(self) -> tuple[VectorIndex, int]:
        """Return the vectors on disk with their mark; an empty index where they are no good or another library's."""
        dimension = self._store.settings.dimension
        try:
            vectors, mark = VectorIndex.read(self._vectors_path)
        except (OSError, ValueError):
            return VectorIndex(dimension), 0
        if self._store.generation_of(mark) is None or vectors.dimension != dimension:
            return VectorIndex(dimension), 0
        return vectors, mark

    def _read_lexical(self) -> LexicalIndex:
        """Return the lexical index on disk; an empty one where that is damaged or another library's.

        Never the one in memory: another process may have written since that was opened.
        """
        try:
            lexical = LexicalIndex(self._lexical_path)
            if self._store.generation_of(lexical.generation) is not None:
                return lexical
        except (FileExistsError, ValueError):
            pass  # a file of that name, or damaged: begun anew below
        _delete(self._lexical_path)
        return LexicalIndex(self._lexical_path)

    def _replay_vectors(self, vectors: VectorIndex, mark: int) -> int:
        """Bring vectors that hold the batch of `mark` to the present one, and return its mark."""
        changes = self._store.changes_since(self._store.generation_of(mark) or 0)
        with self.lock:
            vectors.remove(changes.removed)
        for ids in self._store.ids_between(changes.first, changes.last, size=_ROWS):
            rows = self._store.vectors(ids)
            if rows:  # beside a writer they may be gone again
                with self.lock:
                    vectors.add(list(rows), np.stack(list(rows.values())))
        return changes.mark

    def _replay_lexical(self, lexical: LexicalIndex, mark: int) -> None:
        """Bring a lexical index to the batch of `mark`.

        After a removal all is written anew, from the terms that are kept there, unless little of a large index goes:
        tantivy goes on counting removed passages in BM25's frequencies until it merges, and the same library must give
        the same scores whatever its past.
        """
        held = self._store.generation_of(lexical.generation) or 0
        removed = set(self._store.changes_since(held).removed)
        if not removed or lexical.can_do_without(len(removed)):
            lexical.add(self._rows_since(held), generation=mark, without=removed)
        else:
            staying = (row for row in lexical.rows() if row.id not in removed)
            lexical.replace_all(chain(staying, self._rows_since(held)), generation=mark)

    def _rows_since(self, generation: int) -> Iterator[LexicalRow]:
        cut: dict[int, Passage] = {}
        for ids in self._ids_since(generation):
            passages = cut | self._store.passages(ids)
            cut = _of_the_last_abstract(passages)  # which may go on in the next ids
            yield from self._rows_of({id_: passage for id_, passage in passages.items() if id_ not in cut})
        yield from self._rows_of(cut)

    def _rows_of(self, passages: Mapping[int, Passage]) -> Iterator[LexicalRow]:
        """Yield the rows of whole abstracts by their passages."""
        abstracts = self._store.get(list({passage.pmid for passage in passages.values()}))
        for pmid, of_abstract in groupby(passages.items(), key=lambda item: item[1].pmid):
            yield from lexical_rows(abstracts[pmid], dict(of_abstract))


def _of_the_last_abstract(passages: Mapping[int, Passage]) -> dict[int, Passage]:
    last = passages[max(passages)].pmid if passages else ""
    return {id_: passage for id_, passage in passages.items() if passage.pmid == last}


def _delete(path: Path) -> None:
    """Delete a file or a folder; tantivy's threads may put a file into a folder while it is being emptied."""
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for _ in range(_ATTEMPTS - 1):
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            return
    shutil.rmtree(path)
