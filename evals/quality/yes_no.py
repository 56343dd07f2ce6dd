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
from qa.evidence.reranked import rerank_evidence
from qa.generation.headline import headline
from qa.language.statement import statement_of
from qa.reranking.entailment import entailment_beside
from qa.reranking.protocol import Reranker
from qa.retrieval import MAX_SOURCES

COLUMNS = ("questions", "shown", "accuracy", "macro-F1", "yes")
_SAMPLE = 300
"""BioASQ's questions that are asked, drawn by the seed."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A question's answer, "yes" or "no", and the verdict of its headline, "" where none is shown."""

    answer: str
    verdict: str


def figures(judged: Sequence[Judged]) -> dict[str, float | int]:
    """Return the share of questions with a headline; of these accuracy, macro-F1 and the share answered by yes."""
    from sklearn.metrics import accuracy_score, f1_score

    shown = [one for one in judged if one.verdict]
    row: dict[str, float | int] = {"questions": len(judged), "shown": len(shown) / len(judged)}
    if shown:
        answers, verdicts = [one.answer for one in shown], [one.verdict for one in shown]
        row["accuracy"] = float(accuracy_score(answers, verdicts))
        row["macro-F1"] = float(f1_score(answers, verdicts, labels=["yes", "no"], average="macro"))
        row["yes"] = answers.count("yes") / len(answers)
    return row


def majority(judged: Sequence[Judged]) -> list[Judged]:
    """Return the questions as one who always says what is said most would answer them."""
    ((most, _),) = Counter(one.answer for one in judged).most_common(1)
    return [replace(one, verdict=most) for one in judged]


def judge(
    library: Library, question: str, answer: str, abstracts: Sequence[Abstract], reranker: Reranker | None
) -> Judged:
    """Return the answer with the headline over the abstracts."""
    sources = [Source(number, abstract) for number, abstract in enumerate(abstracts[:MAX_SOURCES], start=1)]
    evidence = rerank_evidence(question, sources, library=library, reranker=reranker)
    verdict = headline(question, evidence, entailment_beside(reranker))
    return Judged(answer, verdict.verdict if verdict else "")


def pubmedqa_judged(data: Path, work: Path, reranker: Reranker | None) -> list[Judged]:
    """Return PubMedQA's questions of yes or no; those answered by maybe, or not put as such, are left out."""
    rows = {row["pmid"]: row for row in read_rows(data / "pubmedqa" / "corpus.jsonl.gz")}
    asked = [row for row in read_rows(data / "pubmedqa" / "questions.jsonl") if part_of(row["id"]) == "held aside"]
    with Library.open(build_library(bioasq(data), work)) as library:
        judged = [
            judge(library, row["question"], row["answer"], [_without_conclusion(rows[row["pmid"]])], reranker)
            for row in asked
            if row["answer"] in ("yes", "no") and statement_of(row["question"]) is not None
        ]
    return judged


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
    return judged


def _is_usable(row: Mapping[str, Any]) -> bool:
    return row["type"] == "yesno" and row["exact_answer"] in ("yes", "no") and statement_of(row["question"]) is not None


def _without_conclusion(row: Mapping[str, Any]) -> Abstract:
    return Abstract(row["pmid"], "", tuple(Section(one["label"], "", one["text"]) for one in row["sections"]))
