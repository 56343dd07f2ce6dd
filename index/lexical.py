"""The lexical side: BM25 over prepared index terms in tantivy, in the folder lexical/.

Terms are prepared by `index.terms` on both sides, so tantivy only splits at spaces. Its commits are atomic; the
generation that a commit holds is kept in a record of its own under id 0, written in the same commit. It does not look
at its checksums and trusts what it reads, so a list of our own is kept beside its files and held against them first.
"""

from __future__ import annotations

import errno
import json
import math
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.abbreviations import Abbreviation, key
from index.filtering import Selection

TERMS_VERSION = 4
"""Of what is indexed: raised when terms or definitions come out otherwise, so that older indexes are made anew."""
_TERMS = f"terms{TERMS_VERSION}"
_WHOLE = "whole"
"""The field with the terms of the whole abstract, in each of its passages: BM25's mean length and frequencies must be
of documents that all have it, and a passage's neighbours say what its abstract is about."""
_KEPT = "kept"
"""The terms of a passage as they were given, and on a second line those of its abstract, so that what stays after a
removal is indexed again without being read again: preparing terms takes most of the time, and tantivy next to none."""
_AS_BEFORE = "="
"""In place of an abstract's terms: those of the passage before."""
_MOST_DEFINITIONS = 200
"""How many definitions of an abbreviation are weighed against each other, the oldest first."""
_GENERATION_ID = 0  # passage ids start at 1
_SUMS = "checksums.json"
_BLOCK = 1 << 20


class OtherTermsError(ValueError):
    """An index that is whole, but of terms that another version of AskAbstracts prepared."""


@dataclass(frozen=True, slots=True)
class LexicalRow:
    """What is indexed of a passage: its terms, the abbreviations that it defines, and its whole abstract's terms."""

    id: int
    terms: Sequence[str]
    definitions: Sequence[Abbreviation] = ()
    whole: Sequence[str] = ()


class LexicalIndex:
    """Terms under their passage ids. Opened for reading; `add` and `replace_all` take tantivy's writer for a commit."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder, or begin an empty one. OSError: the disk is full.

        ValueError: it is damaged, which is also what an index looks like while it is being written, or was when its
        writer was killed; OtherTermsError, one of these: it is of another version's terms.
        """
        import tantivy

        folder.mkdir(parents=True, exist_ok=True)
        is_begun = (folder / "meta.json").exists() or (folder / _SUMS).exists()
        if is_begun:
            _check_sums(folder)
        self._folder = folder
        self._schema = _schema()
        try:
            self._index = tantivy.Index(self._schema, path=str(folder))
            self._index.config_reader(reload_policy="manual")
        except (ValueError, OSError) as error:
            if _is_full(error):
                raise _os_error(error, folder) from error
            if "schema does not match" in str(error):
                raise OtherTermsError(f"{folder} is of another version's terms") from error
            raise ValueError(f"{folder} is damaged: {error}") from error
        if not is_begun:
            _write_sums(folder)

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
            opened._index.config_reader(reload_policy="manual")
            if opened._index.schema != opened._schema:  # of another version's terms
                opened._index = tantivy.Index(opened._schema)
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

    def add(self, rows: Iterable[LexicalRow], *, generation: int) -> None:
        """Add passages and record the generation, in one commit that is whole or not at all.

        Raises OSError when it cannot be written.
        """
        self._commit(rows, generation, is_anew=False)

    def replace_all(self, rows: Iterable[LexicalRow], *, generation: int) -> None:
        """Put passages in place of all that is there, in one commit. Raises OSError as `add` does."""
        self._commit(rows, generation, is_anew=True)

    def rows(self) -> Iterator[LexicalRow]:
        """Yield what the last commit holds, by rising ids, as it was given."""
        import tantivy

        searcher = self._index.searcher()
        everything = tantivy.Query.all_query()
        most = max(int(searcher.num_docs), 1)
        hits = searcher.search(everything, most, count=False, order_by_field="id", order=tantivy.Order.Asc).hits
        addresses = [address for _, address in hits]
        whole: list[str] = []
        for id_, address in zip(searcher.fast_field_values("id", addresses), addresses, strict=True):
            if id_ != _GENERATION_ID:
                record = searcher.doc(address)
                terms, _, of_abstract = bytes(record[_KEPT][0]).decode("utf-8").partition("\n")
                whole = whole if of_abstract == _AS_BEFORE else of_abstract.split()
                yield LexicalRow(int(id_), terms.split(), tuple(_definitions(record)), whole)

    def _commit(self, rows: Iterable[LexicalRow], generation: int, *, is_anew: bool) -> None:
        import tantivy

        whole: Sequence[str] | None = None
        try:
            writer = self._index.writer(heap_size=64_000_000, num_threads=1)
            if is_anew:
                writer.delete_all_documents()
            writer.delete_documents_by_term("id", _GENERATION_ID)
            for row in rows:
                writer.add_document(_record(row, is_of_the_same_abstract=row.whole == whole))
                whole = row.whole
            mark = tantivy.Document()
            mark.add_integer("id", _GENERATION_ID)
            mark.add_integer("generation", generation)
            writer.add_document(mark)
            writer.commit()
            writer.wait_merging_threads()
        except ValueError as error:  # whatever goes wrong, tantivy raises this
            raise _os_error(error, self._folder) from error
        _write_sums(self._folder)
        self.reload()

    def search(self, terms: Sequence[str], *, top: int, selection: Selection | None = None) -> list[tuple[int, float]]:
        """Return up to `top` (passage id, BM25 score), best first, of the ids that the selection allows."""
        return self._found(_TERMS, terms, top=top, selection=selection)

    def whole_scores(self, terms: Sequence[str], ids: Sequence[int]) -> dict[int, float]:
        """Return the BM25 score of the whole abstract of each of these passages that shares a term with it."""
        chosen = Selection(np.array(sorted(ids), dtype=np.int64))
        return dict(self._found(_WHOLE, terms, top=max(len(ids), 1), selection=chosen))

    def _found(
        self, field: str, terms: Sequence[str], *, top: int, selection: Selection | None
    ) -> list[tuple[int, float]]:
        searcher = self._index.searcher()
        if not terms or not len(self):
            return []
        found = searcher.search(self._query(field, terms, selection), top, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in found])
        return [(int(id_), float(score)) for id_, (score, _) in zip(ids, found, strict=True)]

    def definitions(self, form: str) -> list[Abbreviation]:
        """Return the abbreviations that passages define with a form of this key, once for each passage."""
        import tantivy

        searcher = self._index.searcher()
        if not len(self) or not searcher.doc_freq("forms", form):
            return []
        query = tantivy.Query.term_query(self._schema, "forms", form, "basic")
        hits = searcher.search(query, _MOST_DEFINITIONS, count=False, order_by_field="id", order=tantivy.Order.Asc).hits
        listed = [one for _, address in hits for one in _definitions(searcher.doc(address))]
        return [one for one in listed if form in (key(one.short), key(one.long))]

    def weights(self, terms: Iterable[str]) -> dict[str, float]:
        """Return the inverse document frequency of each term that is indexed, ln(1 + (N - n + 0.5) / (n + 0.5)).

        A term that no passage holds is left out; `weight_of_absent` is what it would weigh.
        """
        searcher, count = self._index.searcher(), len(self)
        frequencies = {term: int(searcher.doc_freq(_TERMS, term)) for term in terms}
        return {term: math.log(1 + (count - n + 0.5) / (n + 0.5)) for term, n in frequencies.items() if 0 < n <= count}

    @property
    def weight_of_absent(self) -> float:
        """The inverse document frequency of a term that no passage holds."""
        return math.log(1 + (len(self) + 0.5) / 0.5)

    def _query(self, field: str, terms: Sequence[str], selection: Selection | None) -> Any:  # noqa: ANN401 - a tantivy.Query
        import tantivy

        any_term = tantivy.Query.boolean_query(
            [
                (
                    tantivy.Occur.Should,
                    self._term(field, term)
                    if times == 1
                    else tantivy.Query.boost_query(self._term(field, term), times),
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

    def _term(self, field: str, term: str) -> Any:  # noqa: ANN401 - a tantivy.Query
        import tantivy

        return tantivy.Query.term_query(self._schema, field, term, "freq")


def _record(row: LexicalRow, *, is_of_the_same_abstract: bool) -> Any:  # noqa: ANN401 - a tantivy.Document
    import tantivy

    record, terms, whole = tantivy.Document(), " ".join(row.terms), " ".join(row.whole)
    record.add_integer("id", row.id)
    record.add_text(_TERMS, terms)
    record.add_text(_WHOLE, whole or terms)
    record.add_bytes(_KEPT, f"{terms}\n{_AS_BEFORE if is_of_the_same_abstract else whole}".encode())
    for one in row.definitions:
        record.add_text("forms", key(one.short))
        record.add_text("forms", key(one.long))
    if row.definitions:
        record.add_json("definitions", {"pairs": [[one.short, one.long] for one in row.definitions]})
    return record


def _definitions(record: Any) -> list[Abbreviation]:  # noqa: ANN401 - a tantivy.Document
    return [Abbreviation(*pair) for kept in record["definitions"] for pair in kept["pairs"]]


def _is_full(error: Exception) -> bool:
    return "No space left" in str(error)


def _os_error(error: Exception, folder: Path) -> OSError:
    """Return what an error of tantivy's was before it became a ValueError."""
    reason = errno.ENOSPC if _is_full(error) else errno.EIO
    return OSError(reason, os.strerror(reason), str(folder))


def _check_sums(folder: Path) -> None:
    """Hold the files of an index against the list of their checksums. Raises ValueError when one differs or is gone."""
    try:
        listed = json.loads((folder / _SUMS).read_text(encoding="utf-8"))
        wrong = [name for name, listed_sum in listed.items() if _sum_of(folder / name) != listed_sum]
    except (OSError, ValueError, AttributeError) as error:
        raise ValueError(f"{folder} is damaged: {error}") from error
    if wrong or "meta.json" not in listed:
        raise ValueError(f"{folder} is damaged: {', '.join(wrong) or _SUMS} is not as it was written")


def _write_sums(folder: Path) -> None:
    """List the checksums of an index's files beside them: aside, synced, then renamed."""
    files = [
        file for file in sorted(folder.iterdir()) if file.is_file() and file.suffix != ".lock" and file.name != _SUMS
    ]
    aside = folder / f"{_SUMS}.new"
    with aside.open("w", encoding="utf-8") as file:
        json.dump({one.name: _sum_of(one) for one in files if one != aside}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, folder / _SUMS)


def _sum_of(file: Path) -> int:
    """Return the CRC-32 of a file."""
    crc = 0
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            crc = zlib.crc32(block, crc)
    return crc


def _schema() -> Any:  # noqa: ANN401 - a tantivy.Schema
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_integer_field("generation", stored=True)
    builder.add_text_field("forms", tokenizer_name="raw", index_option="basic")
    builder.add_json_field("definitions", stored=True)
    builder.add_bytes_field(_KEPT, stored=True, indexed=False, fast=False)
    builder.add_text_field(_TERMS, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(_WHOLE, tokenizer_name="whitespace", index_option="freq")
    return builder.build()
