"""Whether the names shown as short answers are right: BioASQ's factoids and lists, the right abstracts given.

A name is right where it is an accepted one in whatever spelling, such a one with up to two words more, or another name
of the same thing in the lexicon.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.corpora import bioasq, build_library, by_pmid, joined, part_of, read_rows
from evals.quality.whole_answers import exact_items
from evals.report import say
from index import Library
from index.analysis.lexicon import default_lexicon
from index.analysis.terms import terms
from qa.answer import Source
from qa.evidence.relation import sought_relation
from qa.evidence.reranked import rerank_evidence
from qa.generation.short_answers.asked import asked_for
from qa.generation.short_answers.short_answer import short_answers
from qa.grounding import answering, to_the_point
from qa.question.analysis import analyse
from qa.reranking.protocol import Reranker
from qa.retrieval import MAX_SOURCES

COLUMNS = ("questions", "shown", "precision", "one is right", "F1 where shown", "F1")
_MORE_WORDS = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """A question's short answers, and the items of the right answer, each with its accepted names."""

    kind: str
    shown: tuple[str, ...]
    items: tuple[tuple[str, ...], ...]


def is_right(text: str, names: Collection[str]) -> bool:
    """Return True if a text is one of the accepted names, or another name of what they name.

    >>> is_right("the TP53 gene", ["TP53"]), is_right("MDM2", ["TP53"])
    (True, False)
    """
    said = terms(text)
    wanted = [held for name in names if (held := terms(name))]
    is_written = any(
        f" {' '.join(held)} " in f" {' '.join(said)} " and len(said) <= len(held) + _MORE_WORDS for held in wanted
    )
    return is_written or bool(_concepts(text) & {concept for name in names for concept in _concepts(name)})


def figures(answered: Sequence[Shown]) -> dict[str, float | int]:
    """Return how many questions have a short answer, and how right these are; nothing shown has an F1 of 0."""
    shown = [one for one in answered if one.shown]
    marks = [any(is_right(text, names) for names in one.items) for one in shown for text in one.shown]
    many = max(len(shown), 1)
    return {
        "questions": len(answered),
        "shown": len(shown) / max(len(answered), 1),
        "precision": sum(marks) / max(len(marks), 1),
        "one is right": sum(any(is_right(t, n) for t in one.shown for n in one.items) for one in shown) / many,
        "F1 where shown": sum(map(f1, shown)) / many,
        "F1": sum(map(f1, answered)) / max(len(answered), 1),
    }


def f1(one: Shown) -> float:
    """Return the F1 of what is shown against the items."""
    right = sum(any(is_right(text, names) for names in one.items) for text in one.shown)
    found = sum(any(is_right(text, names) for text in one.shown) for names in one.items)
    if not right:
        return 0.0
    precision, recall = right / len(one.shown), found / len(one.items)
    return 2 * precision * recall / (precision + recall)


def bioasq_short(data: Path, work: Path, reranker: Reranker | None) -> list[Shown]:
    """Return the short answers to the questions that are held aside and ask for names, of their relevant records."""
    records = by_pmid(read_rows(data / "bioasq" / "passages.jsonl.gz"))
    shown = []
    with Library.open(build_library(bioasq(data), work)) as library:
        for row in read_rows(data / "bioasq" / "questions.jsonl"):
            items = exact_items(row)
            if not items or part_of(row["id"]) != "held aside":
                continue
            relevant = [pmid for pmid in row["pmids"] if pmid in records][:MAX_SOURCES]
            sources = [Source(number, joined(pmid, records[pmid])) for number, pmid in enumerate(relevant, start=1)]
            query, analysis = library.parse(row["question"]), analyse(row["question"], encoder=library.encoder)
            sought = sought_relation(analysis)
            if asked_for(analysis, query).asked != "name" or not sources:
                continue
            evidence = rerank_evidence(query, sources, library=library, sought=sought, reranker=reranker)
            spans = short_answers(analysis, to_the_point(answering(evidence), sought, beside=evidence), query)
            shown.append(Shown(row["type"], tuple(span.text for span in spans), items))
    say(f"BioASQ: {len(shown)} questions done")
    return shown


def _concepts(name: str) -> set[str]:
    return {concept.id for concept in default_lexicon().concepts(name)}
