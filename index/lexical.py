"""The lexical side: BM25 over prepared index terms in tantivy, in the folder lexical/.

Terms are prepared by `index.terms` on both sides, so tantivy only splits at spaces. Its commits are atomic; the
generation that a commit holds is kept in a record of its own under id 0, written in the same commit. It does not look
at its checksums and trusts what it reads, so a list of them, ours, is kept beside its files and held against them first.
"""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from index.filtering import Selection

_GENERATION_ID = 0  # passage ids start at 1
_SUMS = "checksums.json"
_BLOCK = 1 << 20


class LexicalIndex:
    """Terms under their passage ids. Opened for reading; `update` takes tantivy's writer for one commit."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder, or begin an empty one. Raises ValueError when it is damaged.

        That is also what an index looks like while it is being written, or was when its writer was killed.
        """
        import tantivy

        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "meta.json").exists() or (folder / _SUMS).exists():
            _check_sums(folder)
        self._folder = folder
        self._schema = _schema()
        try:
            self._index = tantivy.Index(self._schema, path=str(folder))
        except (ValueError, OSError) as error:
            raise ValueError(f"{folder} is damaged: {error}") from error

    @classmethod
    def beside_a_writer(cls, folder: Path) -> LexicalIndex:
        """Open the index in a folder that somebody is writing; an empty one in memory where there is none yet.

        Its last commit is whole, but the list of checksums may not be that commit's, so it is not looked at.
        """
        import tantivy

        opened = cls.__new__(cls)
        opened._folder, opened._schema = folder, _schema()
        try:
            opened._index = tantivy.Index.open(str(folder))
        except (ValueError, OSError):
            opened._index = tantivy.Index(opened._schema)
        return opened

    def __len__(self) -> int:
        count = int(self._index.searcher().num_docs)
        return count - 1 if count else 0

    @property
    def generation(self) -> int:
        """The generation of the last commit; 0 for an empty index."""
        import tantivy

        searcher = self._index.searcher()
        query = tantivy.Query.term_query(self._schema, "id", _GENERATION_ID)
        for _, address in searcher.search(query, 1, count=False).hits:
            return int(searcher.doc(address)["generation"][0])
        return 0

    def reload(self) -> None:
        """Take up what was committed since the index was opened."""
        self._index.reload()

    def update(self, *, add: Iterable[tuple[int, Sequence[str]]], remove: Sequence[int], generation: int) -> None:
        """Add (passage id, terms), remove ids, and record the generation, in one commit that is whole or not at all.

        Raises OSError when it cannot be written.
        """
        try:
            self._commit(add, remove, generation)
        except ValueError as error:  # whatever goes wrong, tantivy raises this
            reason = errno.ENOSPC if "No space left" in str(error) else errno.EIO
            raise OSError(reason, os.strerror(reason), str(self._folder)) from error
        _write_sums(self._folder)
        self.reload()

    def _commit(self, add: Iterable[tuple[int, Sequence[str]]], remove: Sequence[int], generation: int) -> None:
        import tantivy

        writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        for passage_id in (*remove, _GENERATION_ID):
            writer.delete_documents_by_term("id", passage_id)
        for passage_id, passage_terms in add:
            record = tantivy.Document()
            record.add_integer("id", passage_id)
            record.add_text("terms", " ".join(passage_terms))
            writer.add_document(record)
        mark = tantivy.Document()
        mark.add_integer("id", _GENERATION_ID)
        mark.add_integer("generation", generation)
        writer.add_document(mark)
        writer.commit()
        writer.wait_merging_threads()

    def search(self, terms: Sequence[str], *, top: int, selection: Selection | None = None) -> list[tuple[int, float]]:
        """Return up to `top` (passage id, BM25 score), best first, of the ids that the selection allows."""
        searcher = self._index.searcher()
        if not terms or not len(self):
            return []
        found = searcher.search(self._query(terms, selection), top, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in found])
        return [(int(id_), float(score)) for id_, (score, _) in zip(ids, found, strict=True)]

    def weights(self, terms: Iterable[str]) -> dict[str, float]:
        """Return the inverse document frequency of each term that is indexed, ln(1 + (N - n + 0.5) / (n + 0.5)).

        A term that no passage holds is left out; `weight_of_absent` is what it would weigh.
        """
        searcher, count = self._index.searcher(), len(self)
        frequencies = {term: int(searcher.doc_freq("terms", term)) for term in terms}
        return {term: math.log(1 + (count - n + 0.5) / (n + 0.5)) for term, n in frequencies.items() if 0 < n <= count}

    @property
    def weight_of_absent(self) -> float:
        """The inverse document frequency of a term that no passage holds."""
        return math.log(1 + (len(self) + 0.5) / 0.5)

    def _query(self, terms: Sequence[str], selection: Selection | None) -> Any:  # noqa: ANN401 - a tantivy.Query
        import tantivy

        any_term = tantivy.Query.boolean_query(
            [
                (
                    tantivy.Occur.Should,
                    self._term(term) if times == 1 else tantivy.Query.boost_query(self._term(term), times),
                )
                for term, times in Counter(terms).items()
            ]
        )
        if selection is None:
            return any_term
        chosen = tantivy.Query.term_set_query(self._schema, "id", selection.ids.tolist())
        if selection.excludes:
            return tantivy.Query.boolean_query([(tantivy.Occur.Must, any_term), (tantivy.Occur.MustNot, chosen)])
        allowed = tantivy.Query.const_score_query(chosen, 0.0)
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, any_term), (tantivy.Occur.Must, allowed)])

    def _term(self, term: str) -> Any:  # noqa: ANN401 - a tantivy.Query
        import tantivy

        return tantivy.Query.term_query(self._schema, "terms", term, "freq")

    def clear(self) -> None:
        """Delete the index's folder; the object is of no use afterwards."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _write_sums(folder: Path) -> None:
    """List the checksum of every file in the index's folder: aside, synced, then renamed."""
    sums = {file.name: _sum(file) for file in sorted(folder.iterdir()) if _is_summed(file)}
    aside = folder / f"{_SUMS}.new"
    with aside.open("w", encoding="utf-8") as file:
        json.dump(sums, file, indent=0)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, folder / _SUMS)


def _check_sums(folder: Path) -> None:
    """Raise ValueError unless the files in the index's folder are those that were listed."""
    try:
        listed = json.loads((folder / _SUMS).read_text(encoding="utf-8"))
        found = {file.name: _sum(file) for file in folder.iterdir() if _is_summed(file)}
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder} is damaged, or its writer was killed: {error}") from error
    if found != listed:
        raise ValueError(f"{folder} is damaged, or its writer was killed: its files are not those that were listed")


def _is_summed(file: Path) -> bool:
    return not file.name.startswith(_SUMS) and not file.name.endswith(".lock")


def _sum(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            crc = zlib.crc32(block, crc)
    return crc


def _schema() -> Any:  # noqa: ANN401 - a tantivy.Schema
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_integer_field("generation", stored=True)
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    return builder.build()
