"""The two indexes of a library as caches of library.db: each records its commit id and is brought up to date.

Behind, missing, damaged or another library's, they come back from `library.db` with nothing embedded again. No other
library has the commit id that they record.
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
from index.search.dense_file import Rows, commit_id_of, read_head, read_rows, write_rows
from index.search.ivf import cells_fit, needs_cells, sample_of, train
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
        self._vectors_commit = self._lexical_commit = -1
        """The commit ids of the indexes in memory; -1 for none, or for one that is not known."""
        self.commit_id = -1
        """The last commit id of library.db when `load` was called last."""
        self._bringing = threading.Lock()
        self.lock = threading.RLock()
        """Held while the indexes are searched or changed; FAISS must not search what is being added to."""

    @property
    def is_held(self) -> bool:
        """True if indexes that can be searched are in memory, of whatever commit."""
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
        """Load the caches in memory or on disk, and return True, if they hold the last commit of library.db."""
        self.commit_id, cells = self._store.index_state
        commit_id = self.commit_id
        with self.lock:
            has_vectors = self._vectors_commit == commit_id and self.vectors.cells_sha256 == cells
            has_lexical = self._lexical_commit == commit_id
            if has_vectors and has_lexical:
                return True
            if not has_vectors and commit_id_of(self._vectors_path) != commit_id:
                return False
            if not has_lexical and not self._lexical_path.is_dir():
                return False
            try:
                lexical = self.lexical if has_lexical else LexicalIndex(self._lexical_path)
                vectors, held = (self.vectors, commit_id) if has_vectors else VectorIndex.read(self._vectors_path)
            except (OSError, ValueError):
                return False
            if held != commit_id or lexical.commit_id != commit_id:
                return False
            if vectors.dimension != self._store.settings.dimension or vectors.cells_sha256 != cells:
                return False
            self._vectors, self._lexical = vectors, lexical
            self._vectors_commit = self._lexical_commit = commit_id
            return True

    def load_beside_a_writer(self) -> None:
        """Load the older or partial state while another process writes; it brings the caches on disk along at its end.

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
                self._vectors, self._vectors_commit = self._read_vectors()
            if self._lexical is None:
                self._lexical = LexicalIndex.beside_a_writer(self._lexical_path)
            self._lexical.reload()
            self._lexical_commit = -1

    def write(self) -> None:
        """Bring both caches to the last commit of library.db, in memory and on disk. Only the library's writer may.

        Who searches meanwhile finds the older state, or some of the new one, and hardly waits.
        """
        with self._bringing:
            try:
                self._settle_cells()
                self._bring_along(self._store.commit_id)
            except BaseException:
                self.drop()  # what is in memory may be half brought along
                raise

    def drop(self) -> None:
        """Forget the indexes in memory, so that the next use reads the disk."""
        with self.lock:
            self._vectors, self._lexical = None, None
            self._vectors_commit = self._lexical_commit = -1

    def delete(self) -> None:
        """Delete both caches, on disk as well; `write` makes them anew. Only the library's writer may."""
        self.drop()
        _delete(self._vectors_path)
        _delete(self._lexical_path)

    def _settle_cells(self) -> None:
        """Train IVF cells when a library is large or has outgrown those it has; drop them when it is small."""
        passages, cells = self._store.count_passages(), self._store.cells
        are_whole = self._store.cells_sha256 == (cells.sha256 if cells else "")
        if are_whole and cells_fit(cells, passages):
            return
        cells = None
        if needs_cells(passages):
            sample = sample_of(self._store.passage_ids()).tolist()
            vectors = self._store.vectors(sample)
            cells = train(np.stack([vectors[id_] for id_ in sample]), passages)
        self._store.put_cells(cells)

    def _bring_along(self, commit_id: int) -> None:
        cells = self._store.cells_sha256
        if self._vectors is not None and self._vectors.cells_sha256 == cells:  # those who search here go on doing so
            self._replay_held()
        if not self._is_written(commit_id, cells):
            self._write_vectors(commit_id)
        if self._vectors is not None and self._vectors.cells_sha256 != cells:
            vectors, _ = VectorIndex.read(self._vectors_path)
            with self.lock:
                self._vectors, self._vectors_commit = vectors, commit_id
        lexical = self._read_lexical()
        if lexical.commit_id != commit_id:
            self._replay_lexical(lexical, commit_id)
        with self.lock:
            self._lexical, self._lexical_commit = lexical, commit_id

    def _is_written(self, commit_id: int, cells_sha256: str) -> bool:
        """Return True if the vectors on disk are whole, of this commit, and in these cells."""
        if commit_id_of(self._vectors_path) != commit_id:
            return False
        try:
            return read_head(self._vectors_path).cells_sha256 == cells_sha256
        except (OSError, ValueError):
            return False

    def _write_vectors(self, commit_id: int) -> None:
        """Write the file of vectors of this commit: a writer need not hold them in memory.

        Rows of the old file that stay are copied, the rest comes from library.db.
        """
        if self._vectors_path.is_dir():
            _delete(self._vectors_path)
        dimension, cells = self._store.settings.dimension, self._store.cells
        empty = VectorIndex(dimension, cells)
        kept, generation = self._kept_rows(empty)
        new = (empty.rows(vectors) for ids in self._ids_since(generation) if (vectors := self._store.vectors(ids)))
        write_rows(self._vectors_path, chain(kept, new), dimension=dimension, commit_id=commit_id, cells=cells)

    def _kept_rows(self, like: VectorIndex) -> tuple[Iterator[Rows], int]:
        """Return the rows of the file that stay, and the generation behind which all others lie.

        None stay of a file that is damaged, another library's, or has its vectors in other cells.
        """
        try:
            head = read_head(self._vectors_path)
        except (OSError, ValueError):
            return iter(()), 0
        generation = self._store.generation_of(head.commit_id)
        if generation is None or (head.dimension, head.cells_sha256) != (like.dimension, like.cells_sha256):
            return iter(()), 0
        gone = np.array(self._store.changes_since(generation).removed, dtype=np.int64)
        return (rows[~np.isin(rows["id"], gone)] for rows in read_rows(self._vectors_path)), generation

    def _ids_since(self, generation: int) -> Iterator[list[int]]:
        """Yield the ids of the passages that were added after a generation, some thousands at a time."""
        changes = self._store.changes_since(generation)
        return self._store.ids_between(changes.first, changes.last, size=_ROWS)

    def _replay_held(self) -> None:
        """Bring the vectors in memory, or else on disk, to the last commit. Only the holder of `_bringing` may."""
        with self.lock:
            vectors, held = self._vectors, self._vectors_commit
        if vectors is None or vectors.dimension != self._store.settings.dimension:
            vectors, held = self._read_vectors()
        now = held if held == self._store.commit_id else self._replay_vectors(vectors, held)
        with self.lock:
            self._vectors, self._vectors_commit = vectors, now

    def _read_vectors(self) -> tuple[VectorIndex, int]:
        """Return the vectors on disk and their commit id; an empty index if they are damaged or another library's."""
        dimension = self._store.settings.dimension
        try:
            vectors, commit_id = VectorIndex.read(self._vectors_path)
        except (OSError, ValueError):
            return VectorIndex(dimension), 0
        if self._store.generation_of(commit_id) is None or vectors.dimension != dimension:
            return VectorIndex(dimension), 0
        return vectors, commit_id

    def _read_lexical(self) -> LexicalIndex:
        """Return the lexical index on disk; an empty one where that is damaged or another library's.

        Never the one in memory: another process may have written since that was opened.
        """
        try:
            lexical = LexicalIndex(self._lexical_path)
            if self._store.generation_of(lexical.commit_id) is not None:
                return lexical
        except (FileExistsError, ValueError):
            pass  # a file of that name, or damaged: begun anew below
        _delete(self._lexical_path)
        return LexicalIndex(self._lexical_path)

    def _replay_vectors(self, vectors: VectorIndex, commit_id: int) -> int:
        """Bring vectors from the commit `commit_id` to the last one, and return its id."""
        changes = self._store.changes_since(self._store.generation_of(commit_id) or 0)
        with self.lock:
            vectors.remove(changes.removed)
        for ids in self._store.ids_between(changes.first, changes.last, size=_ROWS):
            rows = self._store.vectors(ids)
            if rows:  # beside a writer they may be gone again
                with self.lock:
                    vectors.add(list(rows), np.stack(list(rows.values())))
        return changes.commit_id

    def _replay_lexical(self, lexical: LexicalIndex, commit_id: int) -> None:
        """Bring a lexical index to the commit `commit_id`.

        After a removal all is written anew, from the terms that are kept there, unless little of a large index goes:
        tantivy goes on counting removed passages in BM25's frequencies until it merges, and the same library must give
        the same scores whatever its past.
        """
        held = self._store.generation_of(lexical.commit_id) or 0
        removed = set(self._store.changes_since(held).removed)
        if not removed or lexical.can_delete_in_place(len(removed)):
            lexical.add(self._rows_since(held), commit_id=commit_id, without=removed)
        else:
            staying = (row for row in lexical.rows() if row.id not in removed)
            lexical.replace_all(chain(staying, self._rows_since(held)), commit_id=commit_id)

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
