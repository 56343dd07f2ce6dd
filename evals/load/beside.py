"""A page that answers while the command line adds to its library: how long people wait, and when they see what is new.

A real app.py serves a library of the sample abstracts while `python -m index add` fills it, in another process, with so
many more: the same abstracts under other PMIDs, and one that says something new. At the end the page is asked for that.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from evals.load.load import (
    PATIENCE_S,
    ROOT,
    SAMPLES,
    Served,
    Tally,
    attend,
    figures,
    sample_questions,
    serving,
    shown_for,
)
from evals.report import parser_of, say, show, table, versions, write_results
from index import Library

FIRST = 95_000_000
"""PMIDs from here on are nobody's."""
NEW = {
    "pmid": str(FIRST),
    "title": "Zorvexin and the snoring of owls",
    "abstract": "Zorvexin lowered the snoring of owls by 41%.",
    "year": 2020,
}
QUESTION, ANSWER = "What does zorvexin lower in owls?", "Zorvexin lowered the snoring"


def write_additions(path: Path, count: int) -> None:
    """Write so many abstracts that are not in the sample library; the new one comes last."""
    records = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    with path.open("w", encoding="utf-8") as file:
        for number in range(1, count):
            file.write(json.dumps({**records[number % len(records)], "pmid": str(FIRST + number)}) + "\n")
        file.write(json.dumps(NEW) + "\n")


def ask_beside(served: Served, adding: subprocess.Popen[str], *, people: int, round_s: float) -> Tally:
    """Let people ask, round after round of so many seconds, for as long as something is added."""
    told = Tally([[] for _ in range(people)])
    while adding.poll() is None:
        now = asyncio.run(attend(served, sample_questions(), people=people, seconds=round_s))
        told.errors.update(now.errors)
        for earlier, later in zip(told.waited, now.waited, strict=True):
            earlier.extend(later)
    return told


async def _seconds_until_new(served: Served) -> float:
    """Return how long after the end of adding the page answers with what was added."""
    began = time.monotonic()
    async with httpx.AsyncClient(base_url=served.url, timeout=PATIENCE_S) as client:
        while time.monotonic() - began < PATIENCE_S:
            problem, shown = await shown_for(client, served.asking, secrets.token_hex(6), QUESTION)
            if not problem and ANSWER in shown:
                return time.monotonic() - began
            await asyncio.sleep(0.5)
    raise SystemExit("what was added never came up on the page")


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = parser_of("beside", __doc__, "--work")
    parser.add_argument("--abstracts", type=int, default=5_000, help="how many are added (5,000)")
    parser.add_argument("--people", type=int, default=2, help="how many ask meanwhile (2)")
    arguments = parser.parse_args(argv)
    row, errors = measured(arguments.work / "beside", arguments.abstracts, people=arguments.people)
    result = {
        "table": "beside",
        "abstracts": arguments.abstracts,
        "people": arguments.people,
        "figures": row,
        "errors by kind": errors,
        "cores": os.cpu_count(),
        "versions": versions(("gradio",)),
    }
    write_results("beside", result)
    title = f"{arguments.people} people asking while {arguments.abstracts:,} abstracts are added; seconds they waited"
    show(table(title, list(row), {"ours": row}))


def measured(
    folder: Path, abstracts: int, *, people: int, round_s: float = 10.0
) -> tuple[dict[str, float | int], dict[str, int]]:
    """Build a library in a folder, add to it beside a page, and return the table's row and the errors by kind."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    library, more = folder / "library", folder / "more.jsonl"
    Library.build(library, files=[SAMPLES])
    write_additions(more, abstracts)
    command = [sys.executable, "-m", "index", "add", str(more), "--library", str(library)]
    with serving("--library", str(library), "--libraries", str(folder)) as served:
        asyncio.run(attend(served, sample_questions(), people=1, seconds=2))  # everything is loaded now
        began = time.monotonic()
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as adding:
            tally = ask_beside(served, adding, people=people, round_s=round_s)
            say(f"added in {time.monotonic() - began:.0f} s: {adding.communicate()[0].strip()}")
        taken_up = asyncio.run(_seconds_until_new(served))
    return {**figures(tally), "new after s": taken_up}, dict(tally.errors)
