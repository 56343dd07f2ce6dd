"""Whether an assistant does what is asked of it: python -m evals understanding [--cases DIR]

A set is a library and questions of many kinds, each with what a careful researcher would demand (`expect`). Without
--cases it is ours over samples/, in `understanding.jsonl`; a folder has library.jsonl and questions.jsonl.

Expectations, all of which must hold: `abstains`; `stance` (the headline's verdict, "none" for no headline);
`cites_any`, `cites_all`, `cites_none`, `first_cites` (PMIDs; in questions on the library and look-ups those listed or
named count too); `quotes`, `quotes_none` (in quoted text; "" is in every quote); `says`, `says_none` (in what is said);
`short_any`, `short_all` (in the short answers); `filters` (the years and at least the types that were understood).
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from evals.corpora import SAMPLES
from evals.report import Figures, parser_of, show, table, write_results
from index import Filters, Library
from qa import Answer, Assistant, Turn

QUESTIONS = Path(__file__).parent / "understanding.jsonl"
COLUMNS = ("asked", "passed", "share")
_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_LISTING = frozenset({"library", "identifier"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a set with its answer, and the expectations that it failed."""

    row: Mapping[str, Any]
    answer: Answer
    failed: tuple[str, ...]


def read_questions(path: Path = QUESTIONS) -> list[dict[str, Any]]:
    """Return the questions of a set."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def ask(assistant: Assistant, row: Mapping[str, Any]) -> Asked:
    """Ask a question after its earlier turns, with the row's filters if it has any."""
    turns: list[Turn] = []
    for earlier in row.get("turns") or ():
        turns.append(Turn(earlier, assistant.ask(earlier, turns=turns)))
    filters = TypeAdapter(Filters).validate_python(row.get("filters") or {})
    answer = assistant.ask(row["question"], turns=turns, filters=filters)
    return Asked(row, answer, failures(answer, row["expect"], row["kind"]))


def failures(answer: Answer, expect: Mapping[str, Any], kind: str = "") -> tuple[str, ...]:
    """Return the expectations that an answer does not meet. Raises KeyError for one that is unknown."""
    cited = [citation.pmid for sentence in answer.sentences for citation in sentence.citations if sentence.supported]
    said = "\n".join(filter(None, (answer.headline_told, answer.short_told, answer.text, answer.message)))
    listed = [*cited, *(source.abstract.pmid for source in answer.sources), *re.findall(r"\b\d{8}\b", said)]
    named = listed if kind in _LISTING else cited
    quotes = [citation.quote for sentence in answer.sentences for citation in sentence.citations]
    short = " ; ".join(span.text for span in answer.short)
    stance = answer.headline.verdict if answer.headline else "none"
    checks = {
        "abstains": lambda wanted: wanted == (answer.abstained or (wanted and not cited)),
        "stance": lambda wanted: stance == wanted,
        "cites_any": lambda wanted: bool(set(wanted) & set(named)),
        "cites_all": lambda wanted: set(wanted) <= set(named),
        "cites_none": lambda wanted: not set(wanted) & set(cited),
        "first_cites": lambda wanted: bool(named) and named[0] in wanted,
        "quotes": lambda wanted: all(any(holds(quote, text) for quote in quotes) for text in wanted),
        "quotes_none": lambda wanted: not any(text.lower() in quote.lower() for text in wanted for quote in quotes),
        "says": lambda wanted: all(holds(said, text) for text in wanted),
        "says_none": lambda wanted: not any(text.lower() in said.lower() for text in wanted),
        "short_any": lambda wanted: any(holds(short, text) for text in wanted),
        "short_all": lambda wanted: all(holds(short, text) for text in wanted),
        "filters": lambda wanted: _filters_agree(answer, wanted),
    }
    return tuple(key for key, wanted in expect.items() if not checks[key](wanted))


def holds(text: str, wanted: str) -> bool:
    """Return True if a text has a string, not as part of a longer number; a small number may stand in words.

    >>> holds("There are seven trials.", "7"), holds("There are 17 trials.", "7")
    (True, False)
    """
    before = r"(?<!\d)(?<!\d[.,])" if wanted[:1].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if wanted[-1:].isdigit() else ""
    forms = [before + re.escape(wanted) + after]
    if wanted.isdigit() and int(wanted) < len(_WORDS):
        forms.append(rf"\b{_WORDS[int(wanted)]}\b")
    plain = " ".join(text.split())
    return any(re.search(form, plain, re.I) for form in forms)


def _filters_agree(answer: Answer, wanted: Mapping[str, Any]) -> bool:
    types = {name.casefold() for name in answer.filters.types}
    years = tuple(answer.filters.years or (None, None))
    return ("years" not in wanted or years == tuple(wanted["years"])) and all(
        name.casefold() in types for name in wanted.get("types", ())
    )


def measure(cases: Path | None) -> list[Asked]:
    """Return the questions of a set with their answers."""
    questions = read_questions(cases / "questions.jsonl" if cases else QUESTIONS)
    texts = cases / "library.jsonl" if cases else SAMPLES / "abstracts.jsonl"
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder) / "library", create=True) as library,
    ):
        library.add(files=[texts])
        assistant = Assistant(library)
        return [ask(assistant, row) for row in questions]


def figures(asked: Sequence[Asked]) -> dict[str, Figures]:
    """Return how many questions of each kind were asked and passed, and of all."""
    kinds = dict.fromkeys(str(question.row["kind"]) for question in asked)
    groups = {kind: [question for question in asked if question.row["kind"] == kind] for kind in kinds}
    return {name: _figures(group) for name, group in {**groups, "all": list(asked)}.items()}


def _figures(asked: Sequence[Asked]) -> Figures:
    passed = sum(not question.failed for question in asked)
    return {"asked": len(asked), "passed": passed, "share": passed / len(asked) if asked else 0.0}


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table, and with --show what failed."""
    parser = parser_of("understanding", __doc__)
    parser.add_argument("--cases", type=Path, metavar="DIR", help="a set: library.jsonl and questions.jsonl")
    parser.add_argument("--show", action="store_true", help="print each failure")
    arguments = parser.parse_args(argv)
    asked = measure(arguments.cases)
    rows = figures(asked)
    write_results(
        "understanding", {"table": "understanding", "set": "cases" if arguments.cases else "own", "rows": rows}
    )
    show(table("Questions of which all is as it should be", list(COLUMNS), rows))
    for question in asked if arguments.show else ():
        if question.failed:
            show(f"{question.row['question']}: {', '.join(question.failed)}; {question.answer.text[:300]}")
