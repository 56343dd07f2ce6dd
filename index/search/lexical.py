"""The lexical side: BM25 over prepared index terms in tantivy, in the folder lexical/.

Terms are prepared by `index.analysis.terms` on both sides, so tantivy only splits at spaces. Its commits are atomic;
the generation that a commit holds is kept in a record of its own under id 0, written in the same commit. It does not
look at its checksums and trusts what it reads: a list of our own beside its files is held against them first.
"""

from __future__ import annotations

import errno
import json
import math
import os
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.analysis.abbreviations import Abbreviation, key
from index.search.filters import Selection
from index.search.mentions import Phrase

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
_REWRITTEN = 20_000
"""Passages, up to which an index is written anew after a removal: that takes a second."""
_MOST_COUNTED = 20
"""One in so many of the passages may have been removed and still be counted, before all is written anew."""
_WIDE = 20
"""A filter that lets one passage in so many through, or more, is applied to what was found."""
_ROOM, _DEEPEST = 20, 20_000
"""Hits that are looked at beyond those that a filter would leave in twice the depth, and the most of all."""
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
            self.reload()
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
        opened.reload()
        return opened

    def __len__(self) -> int:
        count = int(self._index.searcher().num_docs)
        return count - 1 if count else 0

    @property
    def generation(self) -> int:
        """The generation of the last commit; 0 for an empty index."""
        return next((int(mark["generation"][0]) for mark in self._mark()), 0)

    @property
    def _counted(self) -> int:
        """How many passages were removed and are still counted, at the most."""
        return next((int(said["counted"]) for mark in self._mark() for said in mark["definitions"]), 0)

    def _mark(self) -> Iterator[Any]:
        """Yield the record of the last commit, where there is one."""
        import tantivy

        searcher = self._index.searcher()
        query = tantivy.Query.term_query(self._schema, "id", _GENERATION_ID)
        for _, address in searcher.search(query, 1, count=False).hits:
            yield searcher.doc(address)

    def reload(self) -> None:
        """Take up what was committed since the index was opened."""
        self._index.reload()
        self._frequencies = Frequencies(
            self._index.searcher(), self._schema, counted=_documents(self._folder) if self._counted else 0
        )

    def add(self, rows: Iterable[LexicalRow], *, generation: int, without: Collection[int] = ()) -> None:
        """Add passages, remove those `without`, and record the generation, in one commit that is whole or not at all.

        Raises OSError when it cannot be written.
        """
        self._commit(rows, generation, without=without, counted=self._counted + len(without))

    def replace_all(self, rows: Iterable[LexicalRow], *, generation: int) -> None:
        """Put passages in place of all that is there, in one commit. Raises OSError as `add` does."""
        self._commit(rows, generation, is_anew=True)

    def can_do_without(self, removed: int) -> bool:
        """Tell whether so many passages are so few of a large index that `add` may remove them.

        tantivy goes on counting them in BM25's mean length until all is written anew; their share bounds what that does
        to a score, which is in the fifth digit. How many passages hold a term is counted without them.
        """
        return len(self) > _REWRITTEN and (self._counted + removed) * _MOST_COUNTED <= len(self)

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

    def _commit(
        self,
        rows: Iterable[LexicalRow],
        generation: int,
        *,
        is_anew: bool = False,
        without: Collection[int] = (),
        counted: int = 0,
    ) -> None:
        import tantivy

        whole: Sequence[str] | None = None
        try:
            writer = self._index.writer(heap_size=64_000_000, num_threads=1)
            if is_anew:
                writer.delete_all_documents()
            for id_ in (_GENERATION_ID, *without):
                writer.delete_documents_by_term("id", id_)
            for row in rows:
                writer.add_document(_record(row, is_of_the_same_abstract=row.whole == whole))
                whole = row.whole
            mark = tantivy.Document()
            mark.add_integer("id", _GENERATION_ID)
            mark.add_integer("generation", generation)
            if counted:
                mark.add_json("definitions", {"counted": counted})
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
        if not terms or not len(self):
            return []
        if selection is not None and (deep := self._deep_enough(top, selection)):
            found = self._hits(self._query(field, terms, None), deep)
            may_be = selection.allows(np.array([id_ for id_, _ in found], dtype=np.int64))
            allowed = [hit for hit, is_allowed in zip(found, may_be, strict=True) if is_allowed]
            if len(allowed) >= top or len(found) < deep:
                return allowed[:top]
        return self._hits(self._query(field, terms, selection), top)

    def _deep_enough(self, top: int, selection: Selection) -> int:
        """Return how many hits most likely have `top` among them that are allowed; 0 where few passages are.

        To leave out what is not allowed afterwards is the same ranking, sooner than to tell tantivy of many ids.
        """
        allowed = selection.count_of(len(self))
        if allowed * _WIDE < len(self):
            return 0
        deep = 2 * top * len(self) // allowed + _ROOM
        return deep if deep <= _DEEPEST else 0

    def _hits(self, query: Any, top: int) -> list[tuple[int, float]]:  # noqa: ANN401 - a tantivy.Query
        searcher = self._index.searcher()
        found = searcher.search(query, top, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in found])
        return [(int(id_), float(score)) for id_, (score, _) in zip(ids, found, strict=True)]

    def mentioning(self, phrase: Phrase) -> list[int]:
        """Return the ids of the passages in which a phrase stands, rising."""
        import tantivy

        searcher = self._index.searcher()
        each = [(tantivy.Occur.Must, self._term(_TERMS, word)) for word in phrase.words]
        hits = searcher.search(
            tantivy.Query.boolean_query(each), max(len(self), 1), count=False, order_by_field="id",
            order=tantivy.Order.Asc,
        ).hits  # fmt: skip
        addresses = [address for _, address in hits]
        if len(each) > 1:
            kept = (bytes(searcher.doc(address)[_KEPT][0]).decode().partition("\n")[0] for address in addresses)
            addresses = [address for address, terms in zip(addresses, kept, strict=True) if phrase.stands_in(terms)]
        return [int(id_) for id_ in searcher.fast_field_values("id", addresses)]

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
        count = len(self)
        frequencies = {term: self._frequencies.of(_TERMS, term) for term in terms}
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
                for term, times in self._weighed(field, terms).items()
            ]
        )
        if selection is None:
            return any_term
        chosen = tantivy.Query.term_set_query(self._schema, "id", selection.ids.tolist())
        if selection.excludes:
            return tantivy.Query.boolean_query([(tantivy.Occur.Must, any_term), (tantivy.Occur.MustNot, chosen)])
        allowed = tantivy.Query.const_score_query(chosen, 0.0)
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, any_term), (tantivy.Occur.Must, allowed)])

    def _weighed(self, field: str, terms: Sequence[str]) -> Mapping[str, float]:
        """Return how much each term counts: as often as it is asked for, if tantivy weighs it rightly by itself."""
        return {term: times * self._frequencies.correction(field, term) for term, times in Counter(terms).items()}

    def _term(self, field: str, term: str) -> Any:  # noqa: ANN401 - a tantivy.Query
        import tantivy

        return tantivy.Query.term_query(self._schema, field, term, "freq")


class Frequencies:
    """How many passages hold a term, without those that were removed and that tantivy goes on counting."""

    def __init__(self, searcher: Any, schema: Any, *, counted: int) -> None:  # noqa: ANN401 - tantivy's
        """Count with a searcher; `counted` is how many documents tantivy counts, 0 if all of them are there."""
        self._searcher, self._schema, self._counted = searcher, schema, counted
        self._known: dict[tuple[str, str], int] = {}

    def of(self, field: str, term: str) -> int:
        """Return how many passages hold a term."""
        if not self._counted:
            return int(self._searcher.doc_freq(field, term))
        if (field, term) not in self._known:
            import tantivy

            query = tantivy.Query.term_query(self._schema, field, term, "basic")
            self._known[field, term] = int(self._searcher.search(query, 1, count=True).count)
        return self._known[field, term]

    def correction(self, field: str, term: str) -> float:
        """Return by what a term's weight in tantivy is to be multiplied to be that of the passages that are there."""
        if not self._counted:
            return 1
        there, listed = self.of(field, term), int(self._searcher.doc_freq(field, term))
        return _weight(self._searcher.num_docs, there) / _weight(self._counted, listed) if there else 1


def _weight(count: int, holding: int) -> float:
    """Return the inverse document frequency of a term, as BM25 has it."""
    return math.log(1 + (max(count - holding, 0) + 0.5) / (holding + 0.5))


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
    """List the checksums of an index's files beside them: aside, synced, then renamed.

    tantivy writes the files of a segment once, so those that were listed are not read again.
    """
    known = _listed_sums(folder)
    files = [
        file for file in sorted(folder.iterdir()) if file.is_file() and file.suffix != ".lock" and file.name != _SUMS
    ]
    aside = folder / f"{_SUMS}.new"
    with aside.open("w", encoding="utf-8") as file:
        json.dump({one.name: known.get(one.name) or _sum_of(one) for one in files if one != aside}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, folder / _SUMS)


def _documents(folder: Path) -> int:
    """Return how many documents the segments of an index have, with those that were removed."""
    segments = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["segments"]
    return sum(int(one["max_doc"]) for one in segments)


def _listed_sums(folder: Path) -> dict[str, int]:
    """Return the checksums that are listed, but for the files that every commit writes anew."""
    try:
        listed = json.loads((folder / _SUMS).read_text(encoding="utf-8"))
        return {name: int(listed_sum) for name, listed_sum in listed.items() if not name.endswith(".json")}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


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
