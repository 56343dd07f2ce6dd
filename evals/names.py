"""Whether written forms of one thing bring the same abstracts, and like names each its own: python -m evals names"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from evals.name_variants import APART, VARIANTS, abstracts, pairs
from evals.report import Figures, show, table, write_results
from index import Library
from index.record_json import to_json
from index.terms import terms
from qa.retrieval import retrieve

TOP = 5
QUESTIONS = ("{}", "What does {} do in hepatocytes?", "Is {} raised in asthma?")
"""A name is asked for alone, and within questions."""


def build(folder: Path) -> Library:
    """Return the library of the table's abstracts, made in a folder."""
    lines = folder / "abstracts.jsonl"
    lines.write_text("".join(json.dumps(to_json(one)) + "\n" for one in abstracts()), encoding="utf-8")
    library = Library.open(folder / "library", create=True)
    library.add(files=[lines])
    return library


def found(library: Library, question: str) -> list[str]:
    """Return the PMIDs of the first five abstracts, as the assistant searches."""
    return [source.abstract.pmid for source in retrieve(library, question, top=TOP)]


def is_same(library: Library, form: str, other: str, *, questions: Sequence[str] = QUESTIONS) -> bool:
    """Tell whether both forms bring the same five abstracts, in each question."""
    return all(set(found(library, one.format(form))) == set(found(library, one.format(other))) for one in questions)


def is_first(library: Library, *forms: str, questions: Sequence[str] = QUESTIONS) -> bool:
    """Tell whether an abstract on this very thing comes first, for each form in each question."""
    firsts = [(form, retrieve(library, question.format(form), top=1)) for form in forms for question in questions]
    return all(sources and _holds(sources[0].abstract.title, form) for form, sources in firsts)


def _holds(title: str, form: str) -> bool:
    return f" {' '.join(terms(form))} " in f" {' '.join(terms(title))} "


def measure(library: Library) -> dict[str, Figures]:
    """Return the rows of the table: of each family how many pairs are the same, and of those apart how many are."""
    rows: dict[str, Figures] = {}
    for family in VARIANTS:
        of_family = [(one, other) for name, one, other in pairs() if name == family]
        alone = [is_same(library, *pair, questions=QUESTIONS[:1]) for pair in of_family]
        asked = [is_same(library, *pair, questions=QUESTIONS[1:]) for pair in of_family]
        rows[family] = {"alone": sum(alone), "asked": sum(asked), "of": len(of_family)}
    alone = [is_first(library, *pair, questions=QUESTIONS[:1]) for pair in APART]
    asked = [is_first(library, *pair, questions=QUESTIONS[1:]) for pair in APART]
    return rows | {"kept apart": {"alone": sum(alone), "asked": sum(asked), "of": len(APART)}}


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    argparse.ArgumentParser(prog="python -m evals names", description=__doc__).parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, build(Path(folder)) as library:
        rows = measure(library)
    write_results("names", {"table": "names", "rows": rows})
    show(
        table(
            "Pairs that bring the same five abstracts, and pairs whose own come first", ["alone", "asked", "of"], rows
        )
    )
