"""Which sentences are chosen when the right text is given, against those that experts marked.

SciFact's claims with their rationales, and COVID-QA's questions with their answers in whole articles.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.corpora import SEED, build_library, covidqa_from, part_of, read_rows, scifact_from
from evals.report import say
from index import Filters, Library
from qa.answer import Citation, Source
from qa.evidence.reranked import rerank_evidence
from qa.generation import extractive
from qa.reranking.protocol import Reranker
from qa.retrieval import retrieve

COLUMNS = ("questions", "first said", "first ranked", "recall in 3", "precision", "recall", "F1")
_FEW = 3
_COVIDQA_SAMPLE = 150
"""Questions, drawn by the seed: from a whole article some 250 sentences are embedded for each."""

Span = tuple[int, int]
"""Start and end in the text of an abstract, title first."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The sentences chosen for one question: as the answer says them, and as they rank; `marked` are the experts'."""

    said: tuple[Span, ...]
    ranked: tuple[Span, ...]
    marked: tuple[Span, ...]


def is_marked(span: Span, marked: Iterable[Span]) -> bool:
    """Tell whether a sentence is one that was marked: one of the two lies in the other by more than its half."""
    start, end = span
    for first, last in marked:
        shared = min(end, last) - max(start, first)
        if 2 * shared > min(end - start, last - first):
            return True
    return False


def figures(chosen: Sequence[Chosen]) -> dict[str, float | int]:
    """Return the shares of questions whose first sentence is a marked one, and precision and recall over all.

    "first said" is the sentence with which the answer begins, "first ranked" the one that scores best.
    """
    said = [(one, span) for one in chosen for span in one.said]
    marked = [(one, span) for one in chosen for span in one.marked]
    precision = _share(is_marked(span, one.marked) for one, span in said)
    recall = _share(is_marked(span, one.said) for one, span in marked)
    return {
        "questions": len(chosen),
        "first said": _share(is_marked(one.said[0], one.marked) for one in chosen if one.said),
        "first ranked": _share(is_marked(one.ranked[0], one.marked) for one in chosen if one.ranked),
        "recall in 3": _share(is_marked(span, one.ranked[:_FEW]) for one, span in marked),
        "precision": precision,
        "recall": recall,
        "F1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
    }


def choose(
    library: Library, question: str, sources: Sequence[Source], marked: Sequence[Span], reranker: Reranker | None
) -> Chosen:
    """Return what is chosen from the given sources, however little it is to the point: refusing is measured apart."""
    evidence = rerank_evidence(question, sources, library=library, reranker=reranker)
    citations = [citation for sentence in extractive.compose(evidence) for citation in sentence.citations]
    return Chosen(_spans(citations), _spans([one.citation for one in evidence]), tuple(marked))


def scifact_chosen(data: Path, work: Path, reranker: Reranker | None) -> list[Chosen]:
    """Return what is chosen from each abstract that supports or contradicts a claim of SciFact that is held aside."""
    rows = read_rows(data / "scifact" / "corpus.jsonl.gz")
    claims = [row for row in read_rows(data / "scifact" / "claims.jsonl") if part_of(row["id"]) == "held aside"]
    by_id = {row["id"]: (str(number), row) for number, row in enumerate(rows, start=1)}
    with Library.open(build_library(scifact_from(rows, claims), work)) as library:
        chosen = []
        for claim in claims:
            for id_, evidence in claim["evidence"].items():
                pmid, row = by_id[id_]
                marked = [sentence_span(row, number) for one in evidence for number in one["sentences"]]
                abstract = library.get(pmid)
                assert abstract is not None  # the library holds all rows
                chosen.append(choose(library, claim["claim"], [Source(1, abstract)], marked, reranker))
    say(f"SciFact: {len(chosen)} pairs of a claim and an abstract done")
    return chosen


def covidqa_chosen(data: Path, work: Path, reranker: Reranker | None) -> list[Chosen]:
    """Return what is chosen for COVID-QA's questions that are held aside from the article that answers each."""
    rows = read_rows(data / "covidqa" / "corpus.jsonl.gz")
    asked = [row for row in read_rows(data / "covidqa" / "questions.jsonl") if part_of(row["id"]) == "held aside"]
    corpus = covidqa_from(rows, asked)
    drawn = random.Random(SEED).sample(asked, min(_COVIDQA_SAMPLE, len(asked)))
    by_id = {row["id"]: str(number) for number, row in enumerate(rows, start=1)}
    with Library.open(build_library(corpus, work)) as library:
        chosen = [_covidqa_chosen(library, row, by_id[row["doc_id"]], reranker) for row in drawn]
    say(f"COVID-QA: {len(chosen)} questions done")
    return chosen


def _covidqa_chosen(library: Library, row: Mapping[str, Any], pmid: str, reranker: Reranker | None) -> Chosen:
    sources = retrieve(library, row["question"], filters=Filters(pmids=(pmid,)), reranker=reranker)
    text = sources[0].abstract.text if sources else ""
    marked = [span for answer in row["answers"] if (span := _answer_span(text, answer["text"]))]
    return choose(library, row["question"], sources, marked, reranker)


def _answer_span(text: str, answer: str) -> Span | None:
    """Return where an answer stands in the article; the offsets of the data are of the text before white space fell."""
    start = text.find(" ".join(answer.split()))
    return (start, start + len(" ".join(answer.split()))) if start >= 0 else None


def sentence_span(row: Mapping[str, Any], number: int) -> Span:
    """Return where a sentence of SciFact's stands in the text of its abstract."""
    start = len(row["title"]) + 1 + sum(len(sentence) + 1 for sentence in row["sentences"][:number])
    return start, start + len(row["sentences"][number])


def _spans(citations: Iterable[Citation]) -> tuple[Span, ...]:
    return tuple((one.start, one.end) for one in citations)


def _share(held: Iterable[bool]) -> float:
    marks = list(held)
    return sum(marks) / len(marks) if marks else 0.0
