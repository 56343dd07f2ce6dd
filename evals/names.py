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
from index.terms import canonical
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


def is_same(library: Library, form: str, other: str) -> bool:
    """Tell whether both forms bring the same five abstracts in the same order, in each question."""
    return all(found(library, one.format(form)) == found(library, one.format(other)) for one in QUESTIONS)


def is_first(library: Library, form: str) -> bool:
    """Tell whether an abstract on this very thing comes first, in each question."""
    firsts = [retrieve(library, question.format(form), top=1) for question in QUESTIONS]
    return all(sources and canonical(form) in canonical(sources[0].abstract.title) for sources in firsts)


def measure(library: Library) -> dict[str, Figures]:
    """Return the rows of the table: of each family how many pairs are the same, and of those apart how many are."""
    rows: dict[str, Figures] = {}
    for family in VARIANTS:
        of_family = [is_same(library, one, other) for name, one, other in pairs() if name == family]
        rows[family] = {"right": sum(of_family), "of": len(of_family)}
    apart = [is_first(library, one) and is_first(library, other) for one, other in APART]
    return rows | {"kept apart": {"right": sum(apart), "of": len(apart)}}


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    argparse.ArgumentParser(prog="python -m evals names", description=__doc__).parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, build(Path(folder)) as library:
        rows = measure(library)
    write_results("names", {"table": "names", "rows": rows})
    show(table("Pairs that bring the same five abstracts, and pairs whose own come first", ["right", "of"], rows))
