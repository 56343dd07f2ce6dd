"""Whole answers, asked for as the page asks: what they cite, and what they say of what was wanted.

To BioASQ's questions, and to those of samples/, which are always here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.corpora import SAMPLES, Corpus, build_library, own, read_rows
from evals.report import say
from index import Library
from index.analysis.terms import terms
from qa import Assistant
from qa.reranking.protocol import Reranker

COLUMNS = ("questions", "answered", "first cited", "all cited", "ROUGE-2", "ROUGE-SU4", "exact, factoid", "exact, list")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Answered:
    """One question and our answer to it: its sentences joined ("" when refused), the PMIDs that it cites.

    `exact` are the items of a factoid's or a list's exact answer, each with the names that are accepted for it.
    """

    kind: str
    said: str
    cited: tuple[str, ...]
    relevant: frozenset[str]
    ideal: tuple[str, ...]
    exact: tuple[tuple[str, ...], ...]


def bioasq_answers(corpus: Corpus, data: Path, work: Path, reranker: Reranker | None) -> list[Answered]:
    """Ask the questions of the corpus and return the answers."""
    rows = {row["id"]: row for row in read_rows(data / "bioasq" / "questions.jsonl")}
    with Library.open(build_library(corpus, work)) as library:
        assistant = Assistant(library, reranker=reranker)
        answers = []
        for number, question in enumerate(corpus.questions, start=1):
            answers.append(_answered(assistant, rows[question.id]))
            if number % 100 == 0:
                say(f"BioASQ: answered {number} of {len(corpus.questions)}")
    return answers


def own_answers(work: Path, reranker: Reranker | None) -> list[Answered]:
    """Ask the questions of samples/ that stand alone, those among them that have no answer there, and return ours."""
    rows = [row for row in read_rows(SAMPLES / "questions.jsonl") if row["kind"] != "followup"]
    with Library.open(build_library(own(), work)) as library:
        assistant = Assistant(library, reranker=reranker)
        return [
            _answered(assistant, {**row, "type": row["kind"], "ideal_answers": [row["answer"]], "exact_answer": None})
            for row in rows
        ]


def figures(answers: Sequence[Answered]) -> dict[str, float | int | None]:
    """Return the shares of what is cited that is relevant, ROUGE against the ideal answers, and of exact answers told.

    A refusal says nothing: it counts as 0 in ROUGE and in exact answers, and not at all in what is cited.
    """
    told = [one for one in answers if one.cited]
    cited = [(pmid, one.relevant) for one in told for pmid in one.cited]
    rouge = _rouge([one for one in answers if one.ideal])
    return {
        "questions": len(answers),
        "answered": len(told),
        "first cited": _share(one.cited[0] in one.relevant for one in told),
        "all cited": _share(pmid in relevant for pmid, relevant in cited),
        "ROUGE-2": rouge["rouge-2"],
        "ROUGE-SU4": rouge["rouge-su4"],
        "exact, factoid": _exact(one for one in answers if one.kind == "factoid"),
        "exact, list": _exact(one for one in answers if one.kind == "list"),
    }


def tells(said: str, names: Iterable[str]) -> bool:
    """Tell whether one of the names stands in what was said, in any written form that search takes for the same."""
    held = f" {' '.join(terms(said))} "
    return any(wanted.strip() and wanted in held for wanted in (f" {' '.join(terms(name))} " for name in names))


def _answered(assistant: Assistant, row: Mapping[str, Any]) -> Answered:
    answer = assistant.ask(row["question"])
    cited = dict.fromkeys(one.pmid for sentence in answer.sentences for one in sentence.citations)
    said = " ".join(sentence.text for sentence in answer.sentences)
    ideal = tuple(row["ideal_answers"] or ())
    return Answered(row["type"], said, tuple(cited), frozenset(row["pmids"]), ideal, exact_items(row))


def exact_items(row: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Return a list's items, or the one of a factoid, each with its names; of other questions none."""
    wanted = row["exact_answer"] or ()
    if row["type"] == "factoid":
        return (tuple(wanted),) if wanted else ()
    return tuple(map(tuple, wanted)) if row["type"] == "list" else ()


def _exact(answers: Iterable[Answered]) -> float | None:
    """Return the mean share of a question's items that the answer tells; None without such questions."""
    shares = [_share(tells(one.said, names) for names in one.exact) for one in answers if one.exact]
    return sum(shares) / len(shares) if shares else None


def _rouge(answers: Sequence[Answered]) -> dict[str, float]:
    """Return the F1 of ROUGE-2 and ROUGE-SU4 (Lin 2004) against the best ideal answer, averaged over the questions."""
    from rouge_metric import PyRouge

    measure = PyRouge(rouge_n=(2,), rouge_l=False, rouge_su=True, skip_gap=4, multi_ref_mode="best", mode="individual")
    scores = measure.evaluate_tokenized(
        [[_words(one.said)] for one in answers], [[[_words(ideal)] for ideal in one.ideal] for one in answers]
    )
    return {name: sum(one[name]["f"] for one in scores) / max(len(scores), 1) for name in ("rouge-2", "rouge-su4")}


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _share(held: Iterable[bool]) -> float:
    marks = list(held)
    return sum(marks) / len(marks) if marks else 0.0
