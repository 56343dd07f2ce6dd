"""Whether written forms of one thing bring the same abstracts, and like names each its own: python -m evals names"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from evals.quality.name_costs import measure_costs
from evals.quality.name_pairs import measure_pairs, read_pairs
from evals.quality.name_variants import APART, VARIANTS, abstracts, pairs
from evals.report import Figures, parser_of, say, show, table, write_results
from index import Library
from index.analysis.terms import terms
from index.records import to_json
from qa.retrieval import RankedAbstract, find

TOP = 5
LEVEL = 0.02
"""Abstracts whose fused scores (0 to 1) differ by less count as level. Eight-bit weights are multiplied in other
arithmetic on a processor with AVX2 only than on one with VNNI; that moves a score by up to .015 here."""
QUESTIONS = ("{}", "What does {} do in hepatocytes?", "Is {} raised in asthma?")
"""A name is asked for alone, and within questions."""


def build(folder: Path) -> Library:
    """Return the library of the table's abstracts, made in a folder."""
    lines = folder / "abstracts.jsonl"
    lines.write_text("".join(json.dumps(to_json(one)) + "\n" for one in abstracts()), encoding="utf-8")
    library = Library.open(folder / "library", create=True)
    library.add(files=[lines])
    return library


def is_same(library: Library, form: str, other: str, *, questions: Sequence[str] = QUESTIONS) -> bool:
    """Return True if both forms bring the same five abstracts in each question, those level with the fifth aside."""
    pairs = ([_found(library, question.format(name)) for name in (form, other)] for question in questions)
    return all(_holds_first_of(one, two) and _holds_first_of(two, one) for one, two in pairs)


def is_first(library: Library, *forms: str, questions: Sequence[str] = QUESTIONS) -> bool:
    """Return True if an abstract on this very thing comes first, or level with the first, in each question."""
    return all(_is_on_first(_found(library, question.format(form)), form) for form in forms for question in questions)


def _found(library: Library, question: str) -> list[RankedAbstract]:
    """Return the first ten abstracts, as the assistant searches."""
    return find(library, question, most=2 * TOP)


def _holds_first_of(found: Sequence[RankedAbstract], other: Sequence[RankedAbstract]) -> bool:
    """Return True if the first five of `other` are among the first five found, or level with the last of these."""
    if not found or not other:
        return not found and not other
    least = found[:TOP][-1].standing - LEVEL
    return {one.abstract.pmid for one in other[:TOP]} <= {one.abstract.pmid for one in found if one.standing >= least}


def _is_on_first(found: Sequence[RankedAbstract], form: str) -> bool:
    return any(_holds(one.abstract.title, form) for one in found if one.standing >= found[0].standing - LEVEL)


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
    parser = parser_of("names", __doc__)
    parser.add_argument("--pairs", type=Path, nargs="+", help="files of pairs of names, of one thing or of two")
    parser.add_argument("--costs", action="store_true", help="what the lexicon and the headings cost, beside neither")
    arguments = parser.parse_args(argv)
    if arguments.pairs:
        _show_pairs(arguments.pairs)
        return
    if arguments.costs:
        _show_costs()
        return
    with tempfile.TemporaryDirectory() as folder, build(Path(folder)) as library:
        rows = measure(library)
    write_results("names", {"table": "names", "rows": rows})
    show(
        table(
            "Pairs that bring the same five abstracts, and pairs whose own come first", ["alone", "asked", "of"], rows
        )
    )


def _show_costs() -> None:
    rows = measure_costs()
    write_results("name-costs", {"table": "name-costs", "rows": rows})
    show(table("What the lexicon and the headings cost", ["with", "without", "more"], rows))


def _show_pairs(files: Sequence[Path]) -> None:
    rows, missed = measure_pairs([pair for file in files for pair in read_pairs(file)])
    for line in missed:
        say(line)
    write_results("name-pairs", {"table": "name-pairs", "rows": rows})
    show(table("Abstracts found and answered from by another name", ["first", "answered", "of"], rows))
