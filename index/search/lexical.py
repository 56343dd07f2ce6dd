"""The lexical side: BM25 over prepared index terms in tantivy, in the folder lexical/.

Terms are prepared by `index.analysis.terms` on both sides, so tantivy only splits at spaces. Its commits are atomic;
a record under id 0, written in the same commit, holds the commit id of library.db. tantivy does not look at checksums
and trusts what it reads: a list of our own beside its files is compared with them first.
"""

from __future__ import annotations

import errno
import json
import math
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.analysis.abbreviations import Abbreviation, key
from index.analysis.terms import content_words
from index.files import atomic_write, crc32
from index.search.concepts import holds_name, must_be_read
from index.search.filters import Selection
from index.search.mentions import TermPhrase, phrases

Terms = Sequence[str] | Mapping[str, float]
"""Index terms that are searched for, each as often as it stands there, or with its weight."""
TERMS_VERSION = 4
"""Version of the indexed terms: raised when terms or definitions change, so that older indexes are made anew."""
_TERMS = f"terms{TERMS_VERSION}"
_WHOLE = "whole"
"""The field with the terms of the whole abstract, in each of its passages: BM25's mean length and frequencies must be
of documents that all have it, and a passage's neighbours say what its abstract is about."""
_HEADINGS = "headings"
"""The field with the terms of an abstract's MeSH headings, substances and keywords, in each of its passages."""
HEADING = 0.5
"""The weight of a term among the headings beside one in the text: .1 gained less on the cystic fibrosis collection."""
_KEPT = "kept"
"""The field with the terms of a passage, and on further lines those of its abstract and of its headings: after a
removal the passages that stay are indexed again from it. Preparing terms takes most of the time, and tantivy next to
none."""
_AS_BEFORE = "="
"""In place of an abstract's terms: those of the passage before."""
_MOST_DEFINITIONS = 200
"""Definitions of an abbreviation that are weighed against each other, the oldest first."""
_REWRITTEN = 20_000
"""Passages, up to which an index is written anew after a removal: that takes a second."""
_MOST_COUNTED = 20
"""One in so many of the passages may be removed and still counted before all is written anew."""
_WIDE = 20
"""A filter that lets one passage in so many through, or more, is applied to the hits."""
_ROOM, _DEEPEST = 20, 20_000
"""Hits read beyond those that a filter would leave in twice the depth, and the most of all."""
_TRIED = 20
"""Passages in which it is looked up whether a name's words stand in a row."""
_REMEMBERED_NAMES = 20_000
"""Names whose numbers of passages are kept until the next commit, some 3 MB."""
_COMMIT_RECORD = 0  # passage ids start at 1
_SUMS = "checksums.json"


class OtherTermsError(ValueError):
    """An index is whole, but its terms were prepared by another version of AskAbstracts."""


@dataclass(frozen=True, slots=True)
class LexicalRow:
    """A passage as it is indexed: its terms, the abbreviations that it defines, and its whole abstract's terms.

    `headings` are the terms of the abstract's MeSH headings, substances and keywords.
    """

    id: int
    terms: Sequence[str]
    definitions: Sequence[Abbreviation] = ()
    whole: Sequence[str] = ()
    headings: Sequence[str] = ()


class LexicalIndex:
    """Terms under their passage ids. Opened for reading; `add` and `replace_all` take tantivy's writer for a commit."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder, or begin an empty one. OSError: the disk is full.

        ValueError: it is damaged; an index looks so too while it is being written, or when its writer was killed.
        OtherTermsError, a ValueError: it is of another version's terms.
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
        """Open the index in a folder that a process is writing to; an empty one in memory where there is none yet.

        Its last commit is whole, but the list of checksums may not be that commit's, so it is not looked at.
        """
        import tantivy

        index = cls.__new__(cls)
        index._folder, index._schema = folder, _schema()
        try:
            index._index = tantivy.Index.open(str(folder))
            index._index.config_reader(reload_policy="manual")
            if index._index.schema != index._schema:  # of another version's terms
                index._index = tantivy.Index(index._schema)
        except (ValueError, OSError):
            index._index = tantivy.Index(index._schema)
        index.reload()
        return index

    def __len__(self) -> int:
        count = int(self._index.searcher().num_docs)
        return count - 1 if count else 0

    @property
    def commit_id(self) -> int:
        """The commit id of the last commit; 0 for an empty index."""
        return next((int(record["generation"][0]) for record in self._commit_record()), 0)

    @property
    def _counted(self) -> int:
        """The most passages that were removed and are still counted."""
        return next((int(kept["counted"]) for record in self._commit_record() for kept in record["definitions"]), 0)

    def _commit_record(self) -> Iterator[Any]:
        """Yield the record of the last commit, where there is one."""
        import tantivy

        searcher = self._index.searcher()
        query = tantivy.Query.term_query(self._schema, "id", _COMMIT_RECORD)
        for _, address in searcher.search(query, 1, count=False).hits:
            yield searcher.doc(address)

    def reload(self) -> None:
        """Load the commits since the index was opened."""
        self._index.reload()
        self._used: dict[str, int] = {}
        self._frequencies = Frequencies(
            self._index.searcher(), self._schema, counted=_documents(self._folder) if self._counted else 0
        )

    def add(self, rows: Iterable[LexicalRow], *, commit_id: int, without: Collection[int] = ()) -> None:
        """Add passages, remove those `without`, and record the commit id, in one commit that is whole or not at all.

        Raises OSError when it cannot be written.
        """
        self._commit(rows, commit_id, without=without, counted=self._counted + len(without))

    def replace_all(self, rows: Iterable[LexicalRow], *, commit_id: int) -> None:
        """Replace all passages, in one commit. Raises OSError as `add` does."""
        self._commit(rows, commit_id, is_anew=True)

    def can_delete_in_place(self, count: int) -> bool:
        """Return True if deleting `count` passages in place keeps BM25 within tolerance.

        tantivy goes on counting them in BM25's mean length until all is written anew; their share bounds the change of
        a score, which is in the fifth digit. How many passages hold a term is counted without them.
        """
        return len(self) > _REWRITTEN and (self._counted + count) * _MOST_COUNTED <= len(self)

    def rows(self) -> Iterator[LexicalRow]:
        """Yield the rows of the last commit, by rising ids, as they were added."""
        import tantivy

        searcher = self._index.searcher()
        most = max(int(searcher.num_docs), 1)
        hits = searcher.search(
            tantivy.Query.all_query(), most, count=False, order_by_field="id", order=tantivy.Order.Asc
        ).hits
        addresses = [address for _, address in hits]
        whole: list[str] = []
        for id_, address in zip(searcher.fast_field_values("id", addresses), addresses, strict=True):
            if id_ != _COMMIT_RECORD:
                record = searcher.doc(address)
                terms, of_abstract, headings = bytes(record[_KEPT][0]).decode("utf-8").split("\n")
                whole = whole if of_abstract == _AS_BEFORE else of_abstract.split()
                yield LexicalRow(int(id_), terms.split(), tuple(_definitions(record)), whole, headings.split())

    def _commit(
        self,
        rows: Iterable[LexicalRow],
        commit_id: int,
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
            for id_ in (_COMMIT_RECORD, *without):
                writer.delete_documents_by_term("id", id_)
            for row in rows:
                writer.add_document(_record(row, is_of_the_same_abstract=row.whole == whole))
                whole = row.whole
            record = tantivy.Document()
            record.add_integer("id", _COMMIT_RECORD)
            record.add_integer("generation", commit_id)
            if counted:
                record.add_json("definitions", {"counted": counted})
            writer.add_document(record)
            writer.commit()
            writer.wait_merging_threads()
        except ValueError as error:  # tantivy raises this for every failure
            raise _os_error(error, self._folder) from error
        _write_sums(self._folder)
        self.reload()

    def search(
        self, terms: Terms, *, top: int, selection: Selection | None = None, headings: Terms = ()
    ) -> list[tuple[int, float]]:
        """Return up to `top` (passage id, BM25 score), best first, of the ids that the selection allows.

        `headings` are the terms that are searched for among the headings.
        """
        return self._search(_TERMS, terms, headings, top=top, selection=selection)

    def whole_scores(self, terms: Terms, ids: Sequence[int], *, headings: Terms = ()) -> dict[int, float]:
        """Return the BM25 score of the whole abstract of each of these passages that shares a term with it."""
        chosen = Selection(np.array(sorted(ids), dtype=np.int64))
        return dict(self._search(_WHOLE, terms, headings, top=max(len(ids), 1), selection=chosen))

    def _search(
        self, field: str, terms: Terms, headings: Terms, *, top: int, selection: Selection | None
    ) -> list[tuple[int, float]]:
        if not terms or not len(self):
            return []
        any_term = self._any_term(field, terms, headings)
        if selection is not None and (deep := self._deep_enough(top, selection)):
            hits = self._hits(any_term, deep)
            are_allowed = selection.allows(np.array([id_ for id_, _ in hits], dtype=np.int64))
            allowed = [hit for hit, is_allowed in zip(hits, are_allowed, strict=True) if is_allowed]
            if len(allowed) >= top or len(hits) < deep:
                return allowed[:top]
        return self._hits(self._selected(any_term, selection), top)

    def _deep_enough(self, top: int, selection: Selection) -> int:
        """Return the number of hits that likely have `top` allowed ones among them; 0 where few passages are allowed.

        Leaving out afterwards the hits that are not allowed gives the same ranking, and is faster than to give tantivy
        many ids.
        """
        allowed = selection.count_of(len(self))
        if allowed * _WIDE < len(self):
            return 0
        deep = 2 * top * len(self) // allowed + _ROOM
        return deep if deep <= _DEEPEST else 0

    def _hits(self, query: Any, top: int) -> list[tuple[int, float]]:  # noqa: ANN401 - a tantivy.Query
        searcher = self._index.searcher()
        hits = searcher.search(query, top, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in hits])
        return [(int(id_), float(score)) for id_, (score, _) in zip(ids, hits, strict=True)]

    def mentioning(self, phrase: TermPhrase) -> list[int]:
        """Return the ids of the passages in which a phrase stands, rising."""
        import tantivy

        searcher = self._index.searcher()
        each = [(tantivy.Occur.Must, self._term(_TERMS, word, 1)) for word in phrase.words]
        hits = searcher.search(
            tantivy.Query.boolean_query(each), max(len(self), 1), count=False, order_by_field="id",
            order=tantivy.Order.Asc,
        ).hits  # fmt: skip
        addresses = [address for _, address in hits]
        if len(each) > 1:
            kept = (bytes(searcher.doc(address)[_KEPT][0]).decode().partition("\n")[0] for address in addresses)
            addresses = [address for address, terms in zip(addresses, kept, strict=True) if phrase.stands_in(terms)]
        return [int(id_) for id_ in searcher.fast_field_values("id", addresses)]

    def uses(self, names: Sequence[str], text_of: Callable[[Sequence[int]], Mapping[int, str]]) -> dict[str, int]:
        """Return how many passages hold each name, of a name of several words by the first _TRIED that may.

        What its terms do not tell, capitals above all, is read in the texts of passages, which `text_of` gives.
        """
        if len(self._used) + len(names) > _REMEMBERED_NAMES:
            self._used = {}
        self._used |= {name: self._count_of(name, text_of) for name in names if name not in self._used}
        return {name: self._used[name] for name in names if self._used[name]}

    def _count_of(self, name: str, text_of: Callable[[Sequence[int]], Mapping[int, str]]) -> int:
        count = self._holding(name)
        if count and must_be_read(name):
            passages = self.search(content_words(name), top=_TRIED)
            texts = text_of([id_ for id_, _ in passages])
            return count * any(holds_name(text, name) for text in texts.values())
        return count

    def _holding(self, name: str) -> int:
        phrase = next(iter(phrases(name)), None)
        if phrase is None:
            return 0
        least = min(self._frequencies.of(_TERMS, word) for word in phrase.words)
        return self._in_a_row(phrase) if least and len(phrase.words) > 1 else least

    def _in_a_row(self, phrase: TermPhrase) -> int:
        import tantivy

        searcher = self._index.searcher()
        each = [(tantivy.Occur.Must, self._term(_TERMS, word, 1)) for word in phrase.words]
        found = searcher.search(tantivy.Query.boolean_query(each), _TRIED, count=True)
        kept = [bytes(searcher.doc(address)[_KEPT][0]).decode().partition("\n")[0] for _, address in found.hits]
        held = sum(map(phrase.stands_in, kept))
        return -(-held * int(found.count) // len(kept)) if held else 0

    def definitions(self, form: str) -> list[Abbreviation]:
        """Return the abbreviations that passages define with a form of this key, once for each passage."""
        import tantivy

        searcher = self._index.searcher()
        if not len(self) or not searcher.doc_freq("forms", form):
            return []
        query = tantivy.Query.term_query(self._schema, "forms", form, "basic")
        hits = searcher.search(query, _MOST_DEFINITIONS, count=False, order_by_field="id", order=tantivy.Order.Asc).hits
        listed = [pair for _, address in hits for pair in _definitions(searcher.doc(address))]
        return [pair for pair in listed if form in (key(pair.short), key(pair.long))]

    def weights(self, terms: Iterable[str]) -> dict[str, float]:
        """Return the inverse document frequency of each term that is indexed, ln(1 + (N - n + 0.5) / (n + 0.5)).

        A term that no passage holds is left out; its weight would be `weight_of_absent`.
        """
        count = len(self)
        frequencies = {term: self._frequencies.of(_TERMS, term) for term in terms}
        return {term: inverse_frequency(count, n) for term, n in frequencies.items() if 0 < n <= count}

    @property
    def weight_of_absent(self) -> float:
        """The inverse document frequency of a term that no passage holds."""
        return inverse_frequency(len(self), 0)

    def _any_term(self, field: str, terms: Terms, headings: Terms) -> Any:  # noqa: ANN401 - a tantivy.Query
        import tantivy

        each = [self._term(field, term, count) for term, count in Counter(terms).items()]
        held = (pair for pair in Counter(headings).items() if self._frequencies.of(_HEADINGS, pair[0]))
        each += [self._term(_HEADINGS, term, HEADING * count) for term, count in held]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in each])

    def _selected(self, any_term: Any, selection: Selection | None) -> Any:  # noqa: ANN401 - a tantivy.Query
        import tantivy

        if selection is None:
            return any_term
        chosen = tantivy.Query.term_set_query(self._schema, "id", selection.ids.tolist())
        if selection.excludes:
            return tantivy.Query.boolean_query([(tantivy.Occur.Must, any_term), (tantivy.Occur.MustNot, chosen)])
        allowed = tantivy.Query.const_score_query(chosen, 0.0)
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, any_term), (tantivy.Occur.Must, allowed)])

    def _term(self, field: str, term: str, count: float) -> Any:  # noqa: ANN401 - a tantivy.Query
        """Return the query for a term, boosted by its count, corrected where tantivy counts removed passages."""
        import tantivy

        query = tantivy.Query.term_query(self._schema, field, term, "freq")
        boost = count * self._frequencies.correction(field, term)
        return query if boost == 1 else tantivy.Query.boost_query(query, boost)


class Frequencies:
    """Document frequencies of terms without the removed passages, which tantivy goes on counting."""

    def __init__(self, searcher: Any, schema: Any, *, counted: int) -> None:  # noqa: ANN401 - tantivy's
        """Count with a searcher; `counted` is the number of documents that tantivy counts, 0 if none was removed."""
        self._searcher, self._schema, self._counted = searcher, schema, counted
        self._known: dict[tuple[str, str], int] = {}

    def of(self, field: str, term: str) -> int:
        """Return the number of passages that hold a term."""
        if not self._counted:
            return int(self._searcher.doc_freq(field, term))
        if (field, term) not in self._known:
            import tantivy

            query = tantivy.Query.term_query(self._schema, field, term, "basic")
            self._known[field, term] = int(self._searcher.search(query, 1, count=True).count)
        return self._known[field, term]

    def correction(self, field: str, term: str) -> float:
        """Return the factor from a term's weight in tantivy to its weight over the passages that are there."""
        if not self._counted:
            return 1
        holding, counted = self.of(field, term), int(self._searcher.doc_freq(field, term))
        if not holding:
            return 1
        return inverse_frequency(self._searcher.num_docs, holding) / inverse_frequency(self._counted, counted)


def inverse_frequency(count: int, holding: int) -> float:
    """Return the inverse document frequency in BM25 of a term that `holding` of `count` passages have."""
    return math.log(1 + (max(count - holding, 0) + 0.5) / (holding + 0.5))


def _record(row: LexicalRow, *, is_of_the_same_abstract: bool) -> Any:  # noqa: ANN401 - a tantivy.Document
    import tantivy

    record, terms, whole, headings = tantivy.Document(), *map(" ".join, (row.terms, row.whole, row.headings))
    record.add_integer("id", row.id)
    record.add_text(_TERMS, terms)
    record.add_text(_WHOLE, whole or terms)
    if headings:
        record.add_text(_HEADINGS, headings)
    record.add_bytes(_KEPT, f"{terms}\n{_AS_BEFORE if is_of_the_same_abstract else whole}\n{headings}".encode())
    for abbreviation in row.definitions:
        record.add_text("forms", key(abbreviation.short))
        record.add_text("forms", key(abbreviation.long))
    if row.definitions:
        record.add_json("definitions", {"pairs": [[pair.short, pair.long] for pair in row.definitions]})
    return record


def _definitions(record: Any) -> list[Abbreviation]:  # noqa: ANN401 - a tantivy.Document
    return [Abbreviation(*pair) for kept in record["definitions"] for pair in kept["pairs"]]


def _is_full(error: Exception) -> bool:
    return "No space left" in str(error)


def _os_error(error: Exception, folder: Path) -> OSError:
    """Return the OSError behind a ValueError of tantivy's."""
    reason = errno.ENOSPC if _is_full(error) else errno.EIO
    return OSError(reason, os.strerror(reason), str(folder))


def _check_sums(folder: Path) -> None:
    """Compare the files of an index with their checksums. Raises ValueError when one differs or is gone."""
    try:
        listed = json.loads((folder / _SUMS).read_text(encoding="utf-8"))
        wrong = [name for name, listed_sum in listed.items() if _sum_of(folder / name) != listed_sum]
    except (OSError, ValueError, AttributeError) as error:
        raise ValueError(f"{folder} is damaged: {error}") from error
    if wrong or "meta.json" not in listed:
        raise ValueError(f"{folder} is damaged: {', '.join(wrong) or _SUMS} is not as it was written")


def _write_sums(folder: Path) -> None:
    """List the checksums of an index's files beside them.

    tantivy writes the files of a segment once, so those that were listed are not read again.
    """
    known = _listed_sums(folder)
    sums = {
        file.name: known.get(file.name) or _sum_of(file)
        for file in sorted(folder.iterdir())
        if file.is_file() and file.suffix not in (".lock", ".new") and file.name != _SUMS
    }
    with atomic_write(folder / _SUMS) as list_file:
        list_file.write(json.dumps(sums).encode())


def _documents(folder: Path) -> int:
    """Return the number of documents in the segments of an index, with those that were removed."""
    segments = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["segments"]
    return sum(int(segment["max_doc"]) for segment in segments)


def _listed_sums(folder: Path) -> dict[str, int]:
    """Return the checksums that are listed, but for the files that every commit writes anew."""
    try:
        listed = json.loads((folder / _SUMS).read_text(encoding="utf-8"))
        return {name: int(listed_sum) for name, listed_sum in listed.items() if not name.endswith(".json")}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _sum_of(file: Path) -> int:
    """Return the CRC-32 of a file."""
    with file.open("rb") as opened:
        return crc32(opened, file.stat().st_size)


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
    builder.add_text_field(_HEADINGS, tokenizer_name="whitespace", index_option="freq")
    return builder.build()
