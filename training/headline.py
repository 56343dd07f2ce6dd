"""The weights of the yes/no headline: what a source's findings say, weighed by two logistic regressions.

That of the rules has weights for each group of statements, drawn towards those set by hand: data with inverted
questions and comparisons are few, and those of trials are noisy. That of what the entailment network reads has three,
learnt from our own questions that the network did not learn from, those that their abstract does not answer too.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.corpora import SEED, Corpus, bioasq, build_library, by_pmid, joined, part_of, read_rows
from evals.quality.statements import abstracts_of
from index import Abstract, Library, Section
from qa.answer import Source
from qa.evidence.reranked import rerank_evidence
from qa.evidence.scoring import Evidence
from qa.generation.headline import FEATURES, GROUPS, READINGS, HeadlineModel, by_source, features, group_of, readings
from qa.language.outcomes import valence
from qa.language.statement import statement_of
from qa.reranking.entailment import entailment_beside
from qa.reranking.reranker import load_reranker
from qa.retrieval import MAX_SOURCES, retrieve
from training.evidence_inference import answered_prompts
from training.lists import OWN, digest_part

_BACKGROUND = 300
"""BioASQ's records beside the relevant ones: the library does no more than weigh words."""
_SET_WEIGHT = {"bioasq": 1.0, "pubmedqa": 0.5, "scifact": 1.0, "trials": 0.12}
"""What a question of each set counts: PubMedQA's lack conclusions, those of trials come from templates."""
_PART = {"bioasq": "train", "pubmedqa": "train", "scifact": "tune"}
"""The part of each set that is learnt from: of SciFact not the one that the entailment network learnt from."""
_HELD_TO = 12.0
"""How strongly the weights are drawn to those set by hand; between 5 and 100 the part to tune by hardly tells them."""
_BY_HAND: Mapping[str, float] = {
    "direction": 2.0, "far": 1.4, "numbers": 1.8, "denial": 2.0, "chance": 2.0, "rare": 1.6, "evaluation": 2.0,
    "both arms": 1.0, "unproven": 1.0, "link": 1.2, "occurs": 1.6, "causes": 2.0, "assertion": 0.2, "first": 1.0,
}  # fmt: skip
_BY_HAND_WHERE_LOOSE = {"assertion": 0.4, "denial": 1.2, "first": 0.3}
_SURE = {"plain": (0.2, 0.75), "inverted": (0.28, 0.72), "compared": (0.28, 0.72), "loose": (0.2, 0.75)}
"""The chances from which a no and a yes are shown by the rules alone."""
_WRONG_AT_MOST = 0.055
"""The share of the verdicts on our own questions that may be wrong, or not due, at the chance from which one is shown.

Nearly a quarter of these have no verdict that is due, near misses all: one in eighteen here is fewer elsewhere."""
_WHEN_READ_HELD_TO = 1.0
_TEMPLATES = {
    "up": (
        "Does {intervention} raise {outcome}?",
        "Does {intervention} increase {outcome} compared with {comparator}?",
    ),
    "down": (
        "Does {intervention} lower {outcome}?",
        "Does {intervention} reduce {outcome} compared with {comparator}?",
    ),
    "more": ("Does {intervention} cause more {outcome} than {comparator}?",),
    "fewer": ("Does {comparator} cause more {outcome} than {intervention}?",),
    "prevents": ("Does {intervention} prevent {outcome}?", "Does {intervention} protect against {outcome}?"),
    "is free": ("Is {intervention} free of {outcome}?",),
    "better": ("Is {intervention} better than {comparator} for {outcome}?",),
    "worse": ("Is {comparator} better than {intervention} for {outcome}?",),
    "improves": ("Does {intervention} improve {outcome}?",),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A question with what its sources say as numbers, of which set it is, and whether the answer is yes."""

    of: str
    group: str
    says: tuple[float, ...]
    is_yes: bool


def make_headline(data: Path, work: Path, out: Path, *, trials: Path | None = None) -> None:
    """Fit the weights on the part to train on, and write them."""
    examples = list(_examples(data, work, trials))
    weights = {group: fit([one for one in examples if one.group == group], group) for group in GROUPS}
    told = {
        group: dict(zip(FEATURES, (round(float(one), 3) for one in row), strict=True)) for group, row in weights.items()
    }
    rules = HeadlineModel(weights, _SURE, np.zeros(3), (0.0, 1.0))
    says, answers = _own_readings(data, work, rules)
    when_read = fit_readings(says, answers)
    read = dict(zip(READINGS, (round(float(one), 3) for one in when_read), strict=True))
    sure = round(sure_from(1 / (1 + np.exp(-says @ when_read)), answers), 3)
    stored = {"weights": told, "sure": _SURE, "when read": read, "sure when read": sure}
    out.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def fit_readings(says: NDArray[np.float64], answers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights of READINGS: `says` of shape (questions, 3); an answer is 1 for yes, 0 for no, else a half."""
    weights = np.zeros(says.shape[1])
    for _ in range(50):
        chances = 1 / (1 + np.exp(-says @ weights))
        slope = says.T @ (chances - answers) + _WHEN_READ_HELD_TO * weights
        bend = (says * (chances * (1 - chances))[:, None]).T @ says + _WHEN_READ_HELD_TO * np.eye(len(weights))
        weights = weights - np.linalg.solve(bend, slope)
    return weights


def sure_from(chances: NDArray[np.float64], answers: NDArray[np.float64]) -> float:
    """Return the least chance of a yes, or of a no, from which at most _WRONG_AT_MOST of the verdicts are wrong.

    >>> sure_from(np.array([0.9, 0.2, 0.7, 0.4]), np.array([1.0, 0.0, 0.0, 0.0]))
    0.8
    """
    sure = np.maximum(chances, 1 - chances)
    order = np.argsort(-sure)
    wrong = np.cumsum(((chances >= 0.5) != (answers == 1.0))[order] | (answers == 0.5)[order])
    able = np.flatnonzero(wrong <= _WRONG_AT_MOST * np.arange(1, len(wrong) + 1))
    return float(sure[order][able[-1]]) if len(able) else 1.0


def _own_readings(data: Path, work: Path, rules: HeadlineModel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what is read for our own questions to tune by, each asked of the library of all their abstracts."""
    rows = [row for row in read_rows(OWN) if row["part"] == "tune" and row["form"] == "question"]
    abstracts = {one.pmid: one for one in abstracts_of([{"sources": {row["id"]: row["corpus"]}} for row in rows], data)}
    corpus = Corpus("own questions", tuple(abstracts.values()), (), "")
    says, answers = [], []
    with Library.open(build_library(corpus, work)) as library:
        reranker = load_reranker()
        network = entailment_beside(reranker)
        for row in rows:
            question, statement = row["text"], statement_of(row["text"])
            if statement is None:
                continue
            sources = retrieve(library, question, reranker=reranker)
            evidence = rerank_evidence(question, sources, library=library, reranker=reranker)
            held = by_source(statement, question, evidence, network)
            if held:
                says.append((*readings(held), rules.odds_by_rules(statement, held)))
                answers.append({"supports": 1.0, "contradicts": 0.0}.get(row["label"], 0.5))
    return np.array(says), np.array(answers)


def fit(examples: Sequence[Example], group: str) -> NDArray[np.float64]:
    """Return the weights of a group: a logistic regression by Newton's method, both answers counting the same."""
    by_hand = {**_BY_HAND, **(_BY_HAND_WHERE_LOOSE if group == "loose" else {})}
    start = np.array([by_hand.get(name, 0.0) for name in FEATURES])
    told = [one for one in examples if any(one.says)]
    if not told:
        return start
    says, answers = np.array([one.says for one in told]), np.array([float(one.is_yes) for one in told])
    counts = np.array([_SET_WEIGHT[one.of] for one in told])
    for answer in (0.0, 1.0):
        if counts[answers == answer].any():
            counts[answers == answer] *= counts.sum() / 2 / counts[answers == answer].sum()
    weights = start.copy()
    for _ in range(50):
        chances = 1 / (1 + np.exp(-says @ weights))
        slope = says.T @ (counts * (chances - answers)) + _HELD_TO * (weights - start)
        bend = (says * (counts * chances * (1 - chances))[:, None]).T @ says + _HELD_TO * np.eye(len(weights))
        weights = weights - np.linalg.solve(bend, slope)
    return weights


def _examples(data: Path, work: Path, trials: Path | None) -> Iterator[Example]:
    with Library.open(build_library(bioasq(data, background=_BACKGROUND), work)) as library:
        reranker = load_reranker()
        for of, id_, question, is_yes, abstracts in (*_bioasq(data), *_pubmedqa(data), *_scifact(data)):
            if part_of(id_) != _PART[of]:
                continue
            sources = [Source(number, one) for number, one in enumerate(abstracts[:MAX_SOURCES], start=1)]
            evidence = rerank_evidence(question, sources, library=library, reranker=reranker)
            yield from _example(of, question, evidence, is_yes)
        for article, question, is_yes, text in questions_on_trials(trials) if trials else ():
            if part_of(article) != "train" or digest_part(article) == "train":
                continue  # the entailment network learnt from those
            source = Source(1, Abstract("1", "", (Section("", "", text),)))
            evidence = rerank_evidence(question, [source], library=library)
            yield from _example("trials", question, evidence, is_yes)


def _example(of: str, question: str, evidence: Sequence[Evidence], is_yes: bool) -> Iterator[Example]:
    statement = statement_of(question)
    held = by_source(statement, question, evidence) if statement else []
    if statement and held:
        yield Example(of, group_of(statement), tuple(features(held)), is_yes)


_Asked = tuple[str, str, str, bool, list[Abstract]]


def _bioasq(data: Path) -> Iterator[_Asked]:
    records = by_pmid(read_rows(data / "bioasq" / "passages.jsonl.gz"))
    for row in read_rows(data / "bioasq" / "questions.jsonl"):
        if row["type"] == "yesno" and row["exact_answer"] in ("yes", "no"):
            abstracts = [joined(pmid, records[pmid]) for pmid in row["pmids"] if pmid in records]
            yield "bioasq", row["id"], row["question"], row["exact_answer"] == "yes", abstracts


def _pubmedqa(data: Path) -> Iterator[_Asked]:
    rows = {row["pmid"]: row for row in read_rows(data / "pubmedqa" / "corpus.jsonl.gz")}
    for row in read_rows(data / "pubmedqa" / "questions.jsonl"):
        if row["answer"] in ("yes", "no"):
            parts = tuple(Section(one["label"], "", one["text"]) for one in rows[row["pmid"]]["sections"])
            yield "pubmedqa", row["id"], row["question"], row["answer"] == "yes", [Abstract(row["pmid"], "", parts)]


def _scifact(data: Path) -> Iterator[_Asked]:
    rows = {row["id"]: row for row in read_rows(data / "scifact" / "corpus.jsonl.gz")}
    for claim in read_rows(data / "scifact" / "claims.jsonl"):
        labels = {one["label"] for told in claim["evidence"].values() for one in told}
        if len(labels) == 1:
            abstracts = [_abstract(number, rows[id_]) for number, id_ in enumerate(claim["cited_doc_ids"], start=1)]
            yield "scifact", claim["id"], f"Is it true that {claim['claim']}", labels == {"SUPPORT"}, abstracts


def _abstract(number: int, row: Mapping[str, object]) -> Abstract:
    sentences: Iterable[str] = row["sentences"]  # type: ignore[assignment]
    return Abstract(str(number), str(row["title"]), (Section("", "", " ".join(sentences)),))


def questions_on_trials(folder: Path) -> Iterator[tuple[str, str, bool, str]]:
    """Yield questions from templates on what trials found, with the words that show it."""
    dice = random.Random(SEED + 4)
    for article, found in answered_prompts(folder):
        for prompt in found:
            for kind, templates in _TEMPLATES.items():
                is_yes = _is_yes(kind, prompt.found, valence(prompt.words["outcome"]))
                if is_yes is not None:
                    yield article, dice.choice(templates).format(**prompt.words), is_yes, prompt.shown_by[0]


def _is_yes(kind: str, way: int, value: int) -> bool | None:
    """Return the answer to a template for an outcome that went a way and is good or bad; None where unknown."""
    if kind in ("up", "more"):
        return way > 0
    if kind in ("down", "fewer"):
        return way < 0
    if kind in ("prevents", "is free"):
        return (way < 0 or kind == "is free" and way == 0) if value < 0 else None
    return way * value * (-1 if kind == "worse" else 1) > 0 if value else None
