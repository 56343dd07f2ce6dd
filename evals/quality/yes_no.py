"""Whether yes and no are told apart when the right abstracts are given: PubMedQA's and BioASQ's questions.

Each has an abstract without its conclusion (PubMedQA), or the passages that experts marked (BioASQ), as sources. The
library of BioASQ's sample weighs the words.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evals.corpora import SEED, bioasq, build_library, by_pmid, joined, part_of, read_rows
from index import Abstract, Library, Section
from qa.answer import Source
from qa.evidence.reranked import rerank_evidence, stances
from qa.generation import extractive
from qa.generation.yes_no import asks_yes_or_no, leaning
from qa.reranking.protocol import Reranker
from qa.retrieval import MAX_SOURCES

COLUMNS = ("questions", "accuracy", "macro-F1", "yes")
_SAMPLE = 300
"""BioASQ's questions that are asked, drawn by the seed."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A question's answer, "yes" or "no", and what the sentences chosen for it lean to."""

    answer: str
    leaning: str


def figures(judged: Sequence[Judged]) -> dict[str, float | int]:
    """Return accuracy and macro-F1 over the questions, and the share to which the answer is yes."""
    from sklearn.metrics import accuracy_score, f1_score

    answers, leanings = [one.answer for one in judged], [one.leaning for one in judged]
    return {
        "questions": len(judged),
        "accuracy": float(accuracy_score(answers, leanings)),
        "macro-F1": float(f1_score(answers, leanings, average="macro")),
        "yes": answers.count("yes") / len(answers),
    }


def majority(judged: Sequence[Judged]) -> list[Judged]:
    """Return the questions as one who always says what is said most would answer them."""
    ((most, _),) = Counter(one.answer for one in judged).most_common(1)
    return [replace(one, leaning=most) for one in judged]


def judge(
    library: Library, question: str, answer: str, abstracts: Sequence[Abstract], reranker: Reranker | None
) -> Judged | None:
    """Return what is chosen from the abstracts leans to; None when nothing can be chosen."""
    sources = [Source(number, abstract) for number, abstract in enumerate(abstracts[:MAX_SOURCES], start=1)]
    evidence = rerank_evidence(question, sources, library=library, reranker=reranker)
    found = leaning(question, extractive.compose(evidence), stances(evidence))
    return Judged(answer, found.to) if found else None


def pubmedqa_judged(data: Path, work: Path, reranker: Reranker | None) -> list[Judged]:
    """Return PubMedQA's questions of yes or no; those answered by maybe, or not put as such, are left out."""
    rows = {row["pmid"]: row for row in read_rows(data / "pubmedqa" / "corpus.jsonl.gz")}
    asked = [row for row in read_rows(data / "pubmedqa" / "questions.jsonl") if part_of(row["id"]) == "held aside"]
    with Library.open(build_library(bioasq(data), work)) as library:
        judged = [
            judge(library, row["question"], row["answer"], [_without_conclusion(rows[row["pmid"]])], reranker)
            for row in asked
            if row["answer"] in ("yes", "no") and asks_yes_or_no(row["question"])
        ]
    return [one for one in judged if one]


def bioasq_judged(data: Path, work: Path, reranker: Reranker | None) -> list[Judged]:
    """Return a sample of BioASQ's questions of yes or no, asked of the records that are relevant to each."""
    records = by_pmid(read_rows(data / "bioasq" / "passages.jsonl.gz"))
    asked = [
        row
        for row in read_rows(data / "bioasq" / "questions.jsonl")
        if _is_usable(row) and part_of(row["id"]) == "held aside"
    ]
    drawn = random.Random(SEED).sample(asked, min(_SAMPLE, len(asked)))
    with Library.open(build_library(bioasq(data), work)) as library:
        judged = [
            judge(
                library,
                row["question"],
                row["exact_answer"],
                [joined(pmid, records[pmid]) for pmid in row["pmids"] if pmid in records],
                reranker,
            )
            for row in drawn
        ]
    return [one for one in judged if one]


def _is_usable(row: Mapping[str, Any]) -> bool:
    return row["type"] == "yesno" and row["exact_answer"] in ("yes", "no") and asks_yes_or_no(row["question"])


def _without_conclusion(row: Mapping[str, Any]) -> Abstract:
    return Abstract(row["pmid"], "", tuple(Section(one["label"], "", one["text"]) for one in row["sections"]))
