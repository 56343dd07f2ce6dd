"""Text to hits on Milvus: both sides as in a folder, filtered before their top-k, and the same fusion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from index.analysis.abbreviations import Abbreviation, key
from index.analysis.lexicon import default_lexicon
from index.analysis.synonyms import Synonyms
from index.embedding.encoder import Vectors
from index.records import Abstract, Filters, Hit, Passage
from index.search.concepts import holds_name, must_be_read
from index.search.hybrid import DEPTH, fuse
from index.search.lexical import inverse_frequency
from index.search.lexical_documents import LONGEST_WHOLE
from index.search.mentions import phrases
from index.search.query import OTHER_NAME, Mode, Query, parse_query
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


def search(
    query: Query, vector: Vectors | None, *, store: MilvusStore, top: int, mode: Mode, filters: Filters
) -> list[Hit]:
    """Return up to `top` hits, best first, as `index.search.hybrid.search` does from a folder."""
    words = _words(query) if mode != "dense" else ""
    cosines, bm25, rows = _scores(words, vector, store, depth=max(DEPTH, 2 * top), mode=mode, where=condition(filters))
    scores = fuse(cosines, bm25) if mode == "hybrid" else cosines or bm25
    ranked = sorted(scores, key=lambda id_: (-scores[id_], in_order(id_)))[:top]
    pmids = list(dict.fromkeys(rows[id_]["pmid"] for id_ in ranked))
    abstracts, whole = _together(lambda: store.get(pmids), lambda: _whole_scores(words, pmids, store))
    passages = _passages({id_: rows[id_] for id_ in ranked}, abstracts, filters)
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


def _words(query: Query) -> str:
    """Return the terms that are searched for, each as often as it weighs: those of other names once.

    Milvus weighs a term by how often it stands in the query; what all scores are twice of makes no difference.
    """
    weights = query.weighted_terms
    if OTHER_NAME not in weights.values():
        return " ".join(query.terms)
    return " ".join(" ".join([term] * round(weight / OTHER_NAME)) for term, weight in weights.items())


def _scores(
    words: str, vector: Vectors | None, store: MilvusStore, *, depth: int, mode: Mode, where: str
) -> tuple[dict[str, float], dict[str, float], dict[str, MilvusRow]]:
    """Return the cosines, the BM25 scores and the rows of the hits, by key."""

    def dense() -> list[ScoredRow]:
        return _dense(vector, store, depth, where) if vector is not None else []

    def lexical() -> list[ScoredRow]:
        return _lexical(words, store, depth, where) if words else []

    by_meaning, by_words = _together(dense, lexical)
    rows = {hit.id: hit.row for hit in (*by_meaning, *by_words)}
    cosines, bm25 = ({hit.id: hit.score for hit in side} for side in (by_meaning, by_words))
    if mode != "hybrid" or vector is None:
        return cosines, bm25, rows
    more_bm25, more_cosines = _together(
        lambda: _lexical_of(words, store, [id_ for id_ in cosines if id_ not in bm25]),
        lambda: _cosines_of(vector, store, [id_ for id_ in bm25 if id_ not in cosines]),
    )
    return cosines | more_cosines, bm25 | more_bm25, rows


def _dense(vector: Vectors, store: MilvusStore, depth: int, where: str) -> list[ScoredRow]:
    return store.server.nearest(
        store.passages_name, "vector", vector.tolist(), index=store.present.index, top=depth, where=where,
        columns=PASSAGE,
    )  # fmt: skip


def _lexical(words: str, store: MilvusStore, depth: int, where: str) -> list[ScoredRow]:
    return store.server.best(store.passages_name, scores_of("terms"), words, top=depth, where=where, columns=PASSAGE)


def _lexical_of(words: str, store: MilvusStore, ids: Sequence[str]) -> dict[str, float]:
    """Return the BM25 scores of the hits of the dense side alone: like is compared with like."""
    if not ids or not words:
        return {}
    where = f"id in {quoted(ids)}"
    hits = store.server.best(store.passages_name, scores_of("terms"), words, top=len(ids), where=where)
    return {hit.id: hit.score for hit in hits}


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


def _whole_scores(words: str, pmids: Sequence[str], store: MilvusStore) -> dict[str, float]:
    """Return the BM25 score of each of these abstracts as a whole, by PMID."""
    if not words or not pmids:
        return {}
    where = f"id in {quoted(pmids)}"
    hits = store.server.best(store.abstracts_name, scores_of("whole"), words, top=len(pmids), where=where)
    return {hit.id: hit.score for hit in hits}


def term_weights(words: Iterable[str], store: MilvusStore) -> tuple[dict[str, float], float]:
    """Return the inverse document frequency of each term that a passage holds, and that of a term that none holds."""
    distinct = list(dict.fromkeys(words))
    count = store.server.count(store.passages_name)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        frequencies = pool.map(
            lambda word: store.server.count(store.passages_name, f"text_match(terms, {quoted([word])[1:-1]})"), distinct
        )
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
    """Return how many passages hold each name, up to _TRIED, as a folder's index does."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        counts = pool.map(lambda name: _count_of(name, store), names)
        return {name: count for name, count in zip(names, counts, strict=True) if count}


def _count_of(name: str, store: MilvusStore) -> int:
    phrase = next(iter(phrases(name)), None)
    if phrase is None:
        return 0
    where = " and ".join(f"text_match(terms, {quoted([word])[1:-1]})" for word in phrase.words)
    found = store.server.rows(store.passages_name, where, ["pmid", "terms"], most=_TRIED)
    pmids = [row["pmid"] for row in found if phrase.stands_in(row["terms"])]
    if not (pmids and must_be_read(name)):
        return len(pmids)
    return sum(holds_name(abstract.text, name) for abstract in store.get(pmids).values())


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
