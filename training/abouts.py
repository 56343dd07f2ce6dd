"""Lists of passages: those of the abstracts relevant to a question, against the best of others found for it."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evals.corpora import SEED, build_library, part_of, read_rows, scifact_from
from index import Abstract, Library
from index.analysis.chunking import split_abstract
from index.records import TITLE
from index.storage.build_settings import DEFAULT_PASSAGE_TOKENS
from qa.answer import Source
from qa.reranking.inputs import context_of
from qa.retrieval import retrieve
from training.lists import ABOUT, TRAIN, Text, TextList
from training.sources import (
    chemical_question,
    every,
    licensed,
    make_list,
    plain_corpus,
    pubmedqa_corpus,
    relations_of,
    titled,
    usable,
)

_FOUND, _WRONG, _RIGHT = 24, 12, 4
"""Abstracts found for a question, and the most passages of a list that are wrong, and right."""
_TITLES = 2_000


def about_lists(data: Path, work: Path) -> Iterator[TextList]:
    """Yield the lists of every source but BioASQ, whose passages are drawn for both."""
    for make in (_scifact, _pubmedqa, _titles, _chemicals):
        yield from make(data, work)


def _scifact(data: Path, work: Path) -> Iterator[TextList]:
    """Abstracts that a claim was written from, whether or not they decide it."""
    rows, claims = read_rows(data / "scifact" / "corpus.jsonl.gz"), read_rows(data / "scifact" / "claims.jsonl")
    numbers = {row["id"]: str(number) for number, row in enumerate(rows, start=1)}
    with Library.open(build_library(scifact_from(rows, claims), work)) as library:
        for claim, part in every(usable(claims), "SciFact, about"):
            cited = {numbers[id_] for id_ in claim["cited_doc_ids"]}
            yield _about("scifact", part, claim["claim"], cited, library)


def _pubmedqa(data: Path, work: Path) -> Iterator[TextList]:
    """The abstract that a question was asked of."""
    with Library.open(build_library(pubmedqa_corpus(data), work)) as library:
        for row, part in every(usable(read_rows(data / "pubmedqa" / "questions.jsonl")), "PubMedQA, about"):
            yield _about("pubmedqa", part, row["question"], {row["pmid"]}, library)


def _titles(data: Path, work: Path) -> Iterator[TextList]:
    """The abstract of a title; titles are not shown beside passages then."""
    rows, claims = read_rows(data / "scifact" / "corpus.jsonl.gz"), read_rows(data / "scifact" / "claims.jsonl")
    for corpus, pmids in ((scifact_from(rows, claims), None), (plain_corpus(data), licensed(data))):
        with Library.open(build_library(corpus, work)) as library:
            able = [one for one in corpus.abstracts if titled(one) and (pmids is None or one.pmid in pmids)]
            for abstract in every(random.Random(SEED + 1).sample(able, min(_TITLES, len(able))), "titles, about"):
                one = _about("titles", TRAIN, abstract.title.rstrip(". "), {abstract.pmid}, library)
                yield replace(one, texts=tuple(replace(text, context="") for text in one.texts))


def _chemicals(data: Path, work: Path) -> Iterator[TextList]:
    """Abstracts that say what a chemical induces, against those that do not name what is asked for."""
    dice = random.Random(SEED + 1)
    with Library.open(build_library(plain_corpus(data), work)) as library:
        for pmid, relations in every(relations_of(data), "chemicals, about"):
            part, relation = part_of(pmid), dice.choice(relations)
            question = chemical_question(relation, dice)
            if part != "held aside" and library.get(pmid):
                yield _about("chemicals", part, question, {pmid}, library, unless=relation)


def _about(
    kind: str,
    part: str,
    question: str,
    relevant: Collection[str],
    library: Library,
    *,
    unless: Mapping[str, Any] | None = None,
) -> TextList:
    """Return the list of a question: passages of the relevant abstracts, and the best of each other one found.

    An abstract that names the chemical and the disease of `unless` may be relevant too: it is left out.
    """
    right = [text for one in library.get_many(sorted(relevant)).values() for text in _passages(one, library)]
    found = [one for one in retrieve(library, question, top=_FOUND) if one.abstract.pmid not in relevant]
    wrong = [_best(one) for one in found if unless is None or not _names_both(one.abstract, unless)]
    return make_list(f"{kind}{ABOUT}", part, question, right[:_RIGHT], wrong[:_WRONG])


def _names_both(abstract: Abstract, relation: Mapping[str, Any]) -> bool:
    text = abstract.text.lower()
    return all(any(name.lower() in text for name in relation[kind]) for kind in ("chemical", "disease"))


def _passages(abstract: Abstract, library: Library) -> Sequence[Text]:
    count = library.encoder.count_tokens
    passages = split_abstract(abstract, max_tokens=DEFAULT_PASSAGE_TOKENS, count_tokens=count)
    texts = [Text(one.text, abstract.title) for one in passages if one.section != TITLE]
    return texts or [Text(abstract.title)]


def _best(source: Source) -> Text:
    passage = source.hits[0].passage
    return Text(passage.text, context_of(source.abstract.title, passage.section))
