"""Whether claims are answered from the right abstract: SciFact's, asked with the filter set to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.corpora import build_library, part_of, read_rows, scifact_from
from evals.quality.chosen import is_marked, sentence_span
from index import Filters, Library
from qa import Answer, Assistant
from qa.reranking.protocol import Reranker

COLUMNS = ("claims", "refused", "a rationale first")


@dataclass(frozen=True, slots=True)
class AskedClaim:
    """A claim that was asked: whether it was refused, and whether its answer begins with a rationale."""

    is_refused: bool
    begins_with_rationale: bool


def figures(asked: Sequence[AskedClaim]) -> dict[str, float | int]:
    """Return the shares of all claims that were refused, and whose answer begins with a rationale."""
    return {
        "claims": len(asked),
        "refused": sum(one.is_refused for one in asked) / len(asked),
        "a rationale first": sum(one.begins_with_rationale for one in asked) / len(asked),
    }


def scifact_asked(data: Path, work: Path, reranker: Reranker | None) -> list[AskedClaim]:
    """Return the claims of SciFact that are held aside and have evidence, each asked of the abstracts that hold it."""
    rows = read_rows(data / "scifact" / "corpus.jsonl.gz")
    claims = [row for row in read_rows(data / "scifact" / "claims.jsonl") if part_of(row["id"]) == "held aside"]
    by_id = {row["id"]: (str(number), row) for number, row in enumerate(rows, start=1)}
    with Library.open(build_library(scifact_from(rows, claims), work)) as library:
        assistant = Assistant(library, reranker=reranker)
        asked = []
        for claim in claims:
            marked = {
                by_id[id_][0]: [sentence_span(by_id[id_][1], number) for one in told for number in one["sentences"]]
                for id_, told in claim["evidence"].items()
            }
            if marked:
                answer = assistant.ask(claim["claim"], filters=Filters(pmids=tuple(marked)))
                asked.append(AskedClaim(answer.abstained, _begins_with(answer, marked)))
    return asked


def _begins_with(answer: Answer, marked: dict[str, list[tuple[int, int]]]) -> bool:
    first = next((citation for sentence in answer.sentences for citation in sentence.citations), None)
    return first is not None and is_marked((first.start, first.end), marked.get(first.pmid, ()))
