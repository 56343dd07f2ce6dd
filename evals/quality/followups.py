"""What follow-ups are understood as, by rules: python -m evals followups

Thirty dialogues of two to four turns, written before the rules; on one half the rules were tried while they were
written, on the other when they were done. A turn is understood when the standalone question holds the words it must,
none that it must not, and the filters are those expected. No library is read: only what is asked is looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.report import parser_of, show, table, write_results
from index import Filters
from qa import Answer, Turn
from qa.conversation import Standalone, standalone

DIALOGUES = Path(__file__).parent / "dialogues.jsonl"
HALVES = ("develop", "confirm")
KINDS = ("isoform", "subject", "place", "bare", "pronoun", "filter", "topic")


@dataclass(frozen=True, slots=True)
class Understood:
    """A follow-up of a dialogue, what it was understood as, and whether that is what was expected."""

    half: str
    kind: str
    asked: str
    found: Standalone
    is_right: bool


def read_dialogues(path: Path = DIALOGUES) -> list[dict[str, Any]]:
    """Return the dialogues: each its half, and turns with what is asked and, but for the first, what is expected."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def understood(dialogue: Mapping[str, Any]) -> Iterator[Understood]:
    """Yield each follow-up of a dialogue, asked after the turns before it as they were understood."""
    turns: list[Turn] = []
    for turn in dialogue["turns"]:
        asked = turn["asks"]
        found = standalone(asked, turns)
        turns.append(Turn(asked, Answer(asked, standalone_question=found.question, said_filters=found.filters)))
        if "kind" in turn:
            yield Understood(dialogue["half"], turn["kind"], asked, found, is_as_expected(found, turn))


def is_as_expected(found: Standalone, expected: Mapping[str, Any]) -> bool:
    """Tell whether a question holds what it must and nothing that it must not, with just the filters expected.

    Of publication types those expected must be among those asked for, and none where none are expected: "trials" has
    twelve of them.
    """
    question = found.question.casefold()
    types = set(expected.get("types", ()))
    years = tuple(expected["years"]) if "years" in expected else None
    return (
        all(word.casefold() in question for word in expected["has"])
        and not any(word.casefold() in question for word in expected["lacks"])
        and types <= set(found.filters.types)
        and bool(types) == bool(found.filters.types)
        and found.filters == Filters(years=years, types=found.filters.types, mesh=tuple(expected.get("mesh", ())))
    )


def figures(turns: Sequence[Understood]) -> dict[str, float | int]:
    """Return how many turns there are, and how many were understood, in each half."""
    counted: dict[str, float | int] = {}
    for half in HALVES:
        counted[half] = sum(one.half == half for one in turns)
        counted[f"{half}, right"] = sum(one.half == half and one.is_right for one in turns)
    return counted


def run() -> str:
    """Ask everything, write the JSON and return the table, with what went wrong below it."""
    dialogues = read_dialogues()
    turns = [one for dialogue in dialogues for one in understood(dialogue)]
    rows = {kind: figures([one for one in turns if one.kind == kind]) for kind in KINDS} | {"all": figures(turns)}
    write_results("followups", {"table": "followups", "dialogues": len(dialogues), "rows": rows})
    columns = [name for half in HALVES for name in (half, f"{half}, right")]
    title = f"Follow-ups understood by rules: {len(dialogues)} dialogues, {len(turns)} follow-ups"
    missed = [f"missed: {one.asked} -> {one.found.question} {one.found.filters}" for one in turns if not one.is_right]
    return "\n".join([table(title, columns, rows), *missed])


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = parser_of("followups", __doc__)
    parser.parse_args(argv)
    show(run())
