"""Text to hits on Milvus: both sides as in a folder, filtered before their top-k, and the same fusion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from index.analysis.abbreviations import Abbreviation, key
from index.analysis.lexicon import default_lexicon
from index.analysis.synonyms import Synonyms
from index.embedding.encoder import Vectors
from index.records import Abstract, Filters, Hit, Passage
from index.search.concepts import holds_name, must_be_read
from index.search.hybrid import DEPTH, fuse
from index.search.lexical import HEADING, inverse_frequency
from index.search.lexical_documents import LONGEST_WHOLE
from index.search.mentions import TermPhrase, phrases
from index.search.query import Mode, Query, parse_query
from index.storage.milvus.schema import PASSAGE, condition, definitions_of, in_order, passage_of, text_version
from index.storage.milvus.server import MilvusRow, ScoredRow, quoted, scores_of
from index.storage.milvus.store import MilvusStore

_AT_ONCE = 16
"""Questions that are asked of Milvus side by side: each waits for what was just written."""
_OF_A_GROUP = 20
"""Narrower things of a group that are looked up: a request for each name."""
_TRIED = 20
"""Passages in which it is looked up whether a name's words stand in a row."""
_MOST_DEFINITIONS = 2_000
"""Abstracts that define a word of a question, weighed against each other."""
_First = TypeVar("_First")
_Second = TypeVar("_Second")


@dataclass(frozen=True, slots=True)
class _Words:
    """Terms as Milvus is asked for them: each as often as it weighs, in units of the least weight; "" for none.

    Milvus weighs a term by how often it stands in the query, so that its scores are to be multiplied by the unit.
    """

    text: str = ""
    unit: float = 1.0

    @classmethod
    def of(cls, weights: Mapping[str, float]) -> _Words:
        unit = min([1.0, *weights.values()])
        return cls(" ".join(" ".join([term] * round(weight / unit)) for term, weight in weights.items()), unit)


@dataclass(frozen=True, slots=True)
class _ByColumn:
    """What is searched for in texts and among headings."""

    terms: _Words = field(default_factory=_Words)
    headings: _Words = field(default_factory=_Words)


def search(
    query: Query, vector: Vectors | None, *, store: MilvusStore, top: int, mode: Mode, filters: Filters
) -> list[Hit]:
    """Return up to `top` hits, best first, as `index.search.hybrid.search` does from a folder."""
    asked = _by_column(query, store) if mode != "dense" else _ByColumn()
    cosines, bm25, rows = _scores(asked, vector, store, depth=max(DEPTH, 2 * top), mode=mode, where=condition(filters))
    scores = fuse(cosines, bm25) if mode == "hybrid" else cosines or bm25
    ranked = sorted(scores, key=lambda id_: (-scores[id_], in_order(id_)))[:top]
    found = {id_: rows[id_] for id_ in ranked}
    pmids = list(dict.fromkeys(row["pmid"] for row in found.values()))
    abstracts, whole = _together(lambda: store.get(pmids), lambda: _whole_scores(asked, found, store))
    passages = _passages(found, abstracts, filters)
    long = {pmid for pmid, abstract in abstracts.items() if mode != "dense" and len(abstract.text) > LONGEST_WHOLE}
    return [
        Hit(
            passages[id_],
            scores[id_],
            cosines.get(id_),
            bm25.get(id_),
            bm25.get(id_) if passages[id_].pmid in long else whole.get(passages[id_].pmid),
        )
        for id_ in ranked
        if id_ in passages
    ]


def _by_column(query: Query, store: MilvusStore) -> _ByColumn:
    """Return the query's terms; none are searched for among headings where an older version has kept none."""
    headings = _Words.of(query.heading_terms) if store.present.has_headings else _Words()
    return _ByColumn(_Words.of(query.weighted_terms), headings)


def _scores(
    asked: _ByColumn, vector: Vectors | None, store: MilvusStore, *, depth: int, mode: Mode, where: str
) -> tuple[dict[str, float], dict[str, float], dict[str, MilvusRow]]:
    """Return the cosines, the BM25 scores and the rows of the hits, by key."""
    by_meaning, by_words = _together(
        lambda: _dense(vector, store, depth, where) if vector is not None else [],
        lambda: _lexical(asked, store, depth, where),
    )
    rows = {hit.id: hit.row for hit in (*by_meaning, *by_words)}
    cosines, bm25 = ({hit.id: hit.score for hit in side} for side in (by_meaning, by_words))
    if mode != "hybrid" or vector is None:
        return cosines, bm25, rows
    more_bm25, more_cosines = _together(
        lambda: _lexical_of(asked, store, [id_ for id_ in cosines if id_ not in bm25]),
        lambda: _cosines_of(vector, store, [id_ for id_ in bm25 if id_ not in cosines]),
    )
    return cosines | more_cosines, bm25 | more_bm25, rows


def _dense(vector: Vectors, store: MilvusStore, depth: int, where: str) -> list[ScoredRow]:
    return store.server.nearest(
        store.passages_name, "vector", vector.tolist(), index=store.present.index, top=depth, where=where,
        columns=PASSAGE,
    )  # fmt: skip


def _lexical(asked: _ByColumn, store: MilvusStore, depth: int, where: str) -> list[ScoredRow]:
    """Return the passages that score highest in texts and headings together, the best of each side scored on both."""
    in_texts, in_headings = _sides(asked, store, top=depth, where=where, columns=PASSAGE)
    rows = {hit.id: hit.row for hit in (*in_headings, *in_texts)}
    one_side = {hit.id for hit in in_texts} ^ {hit.id for hit in in_headings}
    is_cut = depth in (len(in_texts), len(in_headings))  # else what a side has not found shares no term with it
    scores = _summed(in_texts, in_headings) | (_lexical_of(asked, store, sorted(one_side)) if is_cut else {})
    best = sorted(scores, key=lambda id_: (-scores[id_], in_order(id_)))[:depth]
    return [ScoredRow(id_, scores[id_], rows[id_]) for id_ in best]


def _lexical_of(asked: _ByColumn, store: MilvusStore, ids: Sequence[str]) -> dict[str, float]:
    """Return the BM25 scores of these passages: like is compared with like."""
    if not ids:
        return {}
    return _summed(*_sides(asked, store, top=len(ids), where=f"id in {quoted(ids)}"))


def _sides(
    asked: _ByColumn, store: MilvusStore, *, top: int, where: str, columns: Sequence[str] = ()
) -> tuple[list[ScoredRow], list[ScoredRow]]:
    """Return the passages that score highest in their texts, and those that do in their headings."""
    return _together(
        lambda: _best(store, store.passages_name, "terms", asked.terms, top=top, where=where, columns=columns),
        lambda: _best(store, store.passages_name, "headings", asked.headings, top=top, where=where, columns=columns),
    )


def _best(
    store: MilvusStore,
    collection: str,
    column: str,
    words: _Words,
    *,
    top: int,
    where: str,
    columns: Sequence[str] = (),
) -> list[ScoredRow]:
    if not words.text:
        return []
    hits = store.server.best(collection, scores_of(column), words.text, top=top, where=where, columns=columns)
    return [replace(hit, score=hit.score * words.unit) for hit in hits]


def _summed(in_texts: Iterable[ScoredRow], in_headings: Iterable[ScoredRow]) -> dict[str, float]:
    scores = {hit.id: hit.score for hit in in_texts}
    return scores | {hit.id: scores.get(hit.id, 0.0) + HEADING * hit.score for hit in in_headings}


def _cosines_of(vector: Vectors | None, store: MilvusStore, ids: Sequence[str]) -> dict[str, float]:
    """Return the cosines of the hits of the lexical side alone, computed here: an index may not come by them."""
    if not ids or vector is None:
        return {}
    rows = store.server.rows(store.passages_name, f"id in {quoted(ids)}", ["vector"], most=len(ids))
    return {row["id"]: float(np.dot(np.asarray(row["vector"], dtype=np.float32), vector)) for row in rows}


def _passages(rows: dict[str, MilvusRow], abstracts: dict[str, Abstract], filters: Filters) -> dict[str, Passage]:
    """Return the passages of these rows, but for those that a writer is about to replace or to remove."""
    texts = {pmid: text_version(abstract) for pmid, abstract in abstracts.items()}
    return {
        id_: passage_of(row, abstracts[row["pmid"]])
        for id_, row in rows.items()
        if texts.get(row["pmid"]) == row["version"]
        and (filters.include_retracted or not abstracts[row["pmid"]].is_retracted)
    }


def _whole_scores(asked: _ByColumn, rows: Mapping[str, MilvusRow], store: MilvusStore) -> dict[str, float]:
    """Return the BM25 score of the whole abstract of each of these passages, by PMID."""
    passage_of_pmid = {row["pmid"]: id_ for id_, row in rows.items()}
    if not passage_of_pmid:
        return {}
    most, pmids, ids = len(passage_of_pmid), quoted(passage_of_pmid), quoted(passage_of_pmid.values())
    whole, headings = _together(
        lambda: _best(store, store.abstracts_name, "whole", asked.terms, top=most, where=f"id in {pmids}"),
        lambda: _best(store, store.passages_name, "headings", asked.headings, top=most, where=f"id in {ids}"),
    )
    return _summed(whole, (replace(hit, id=rows[hit.id]["pmid"]) for hit in headings))


def term_weights(words: Iterable[str], store: MilvusStore) -> tuple[dict[str, float], float]:
    """Return the inverse document frequency of each term that a passage holds, and that of a term that none holds."""
    distinct = list(dict.fromkeys(words))
    count = store.server.count(store.passages_name)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        frequencies = pool.map(lambda word: store.server.count(store.passages_name, _holds(word)), distinct)
        weights = {
            word: inverse_frequency(count, n) for word, n in zip(distinct, frequencies, strict=True) if 0 < n <= count
        }
    return weights, inverse_frequency(count, 0)


def parse(text: str, store: MilvusStore, synonyms: Synonyms, *, is_literal: bool = False) -> Query:
    """Return a question as both sides read it, with the abbreviations that the library defines.

    The definitions of all of its words are asked for at once; a folder's index is looked into a word at a time.
    """
    definitions = _DefinitionLookup(store)
    parse_query(text, definitions.of, synonyms)
    definitions.look_up()
    lexicon = None if is_literal else default_lexicon()
    return parse_query(
        text,
        definitions.of,
        synonyms,
        uses=lambda names: _uses(names, store),
        lexicon=lexicon,
        of_a_group=_OF_A_GROUP,
    )


def _uses(names: Sequence[str], store: MilvusStore) -> dict[str, int]:
    """Return how many passages hold each name, as a folder's index does."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        counts = pool.map(lambda name: _count_of(name, store), names)
        return {name: count for name, count in zip(names, counts, strict=True) if count}


def _count_of(name: str, store: MilvusStore) -> int:
    phrase = next(iter(phrases(name)), None)
    if phrase is None:
        return 0
    where = " and ".join(_holds(word) for word in phrase.words)
    count = _in_a_row(phrase, where, store) if len(phrase.words) > 1 else store.server.count(store.passages_name, where)
    return count * _is_written(name, where, store) if count and must_be_read(name) else count


def _in_a_row(phrase: TermPhrase, where: str, store: MilvusStore) -> int:
    """Return how many of the passages with a phrase's words have them in a row, by the first _TRIED."""
    rows = store.server.rows(store.passages_name, where, ["terms"], most=_TRIED)
    held = sum(phrase.stands_in(row["terms"]) for row in rows)
    if not held or len(rows) < _TRIED:
        return held
    return -(-held * store.server.count(store.passages_name, where) // len(rows))


def _is_written(name: str, where: str, store: MilvusStore) -> bool:
    """Return True if a name stands as it is written in one of the abstracts of up to _TRIED passages."""
    rows = store.server.rows(store.passages_name, where, ["pmid"], most=_TRIED)
    return any(holds_name(abstract.text, name) for abstract in store.get([row["pmid"] for row in rows]).values())


def _holds(word: str) -> str:
    return f"text_match(terms, {quoted([word])[1:-1]})"


class _DefinitionLookup:
    """The abbreviations that a library defines; at first it only notes the forms asked for."""

    def __init__(self, store: MilvusStore) -> None:
        self._store = store
        self._noted: dict[str, None] = {}
        self._found: dict[str, list[Abbreviation]] | None = None

    def of(self, form: str) -> list[Abbreviation]:
        """Return the definitions of a form, once for each passage that defines it."""
        if self._found is None:
            self._noted[form] = None
            return []
        if form not in self._found:
            self._found |= self._asked([form])
        return self._found[form]

    def look_up(self) -> None:
        """Look up all forms noted so far."""
        self._found = self._asked(list(self._noted))

    def _asked(self, forms: Sequence[str]) -> dict[str, list[Abbreviation]]:
        if not forms:
            return {}
        store, where = self._store, f"array_contains_any(forms, {quoted(forms)})"
        rows = store.server.rows(store.abstracts_name, where, ["definitions"], most=_MOST_DEFINITIONS)
        definitions: dict[str, list[Abbreviation]] = {form: [] for form in forms}
        for row in sorted(rows, key=lambda row: str(row["id"])):
            for abbreviation in definitions_of(row):
                for form in {key(abbreviation.short), key(abbreviation.long)} & definitions.keys():
                    definitions[form].append(abbreviation)
        return definitions


def _together(first: Callable[[], _First], second: Callable[[], _Second]) -> tuple[_First, _Second]:
    """Return the answers of two questions to the server, asked side by side."""
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(second)
        return first(), pending.result()
