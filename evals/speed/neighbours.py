"""What processes of ours cost one another: python -m evals neighbours

Four shares of a build, and three with thirty questions beside, each a process of its own: one after another, then all
at once. A ratio of 1 says that they stand in nobody's way.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from evals.load.load import sample_questions
from evals.report import Figures, parser_of, say, show, table, versions, write_results
from evals.speed.speed import rows_of
from evals.speed.systems import OURS, SYSTEMS, System, built, started
from index.environment import processor

COLUMNS = ("one by one s", "at once s", "ratio", "one by one CPU s", "at once CPU s", "CPU ratio")
SHARES = 4
Task = tuple[System, str, str]
"""A system, with what it is to do and with which file: see `evals/peers/run.py`."""


def taken(tasks: Sequence[Task], *, at_once: bool) -> tuple[float, float]:
    """Return the seconds that tasks take by the clock, and of the processor's time."""
    with ThreadPoolExecutor(len(tasks) if at_once else 1) as pool:
        before, began = os.times(), time.monotonic()
        list(pool.map(lambda task: started(*task), tasks))
        seconds, after = time.monotonic() - began, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, cpu


def row(tasks: Sequence[Task]) -> Figures:
    """Return a row of the table; both ways are measured twice in turns, and the better of each counts."""
    runs = [(*taken(tasks, at_once=False), *taken(tasks, at_once=True)) for _ in range(2)]
    clock, cpu, clock_at_once, cpu_at_once = map(min, zip(*runs, strict=True))
    figures = (clock, clock_at_once, clock_at_once / clock, cpu, cpu_at_once, cpu_at_once / cpu)
    return dict(zip(COLUMNS, figures, strict=True))


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = parser_of("neighbours", __doc__, "--data", "--work")
    parser.add_argument("--abstracts", type=int, default=200, metavar="N", help="abstracts of a share (200)")
    arguments = parser.parse_args(argv)
    work = arguments.work / "neighbours"
    work.mkdir(parents=True, exist_ok=True)
    ours = [System(OURS, SYSTEMS[OURS], Path(sys.executable), work / f"library-{n}") for n in range(SHARES + 1)]
    rows = rows_of(arguments.data, SHARES * arguments.abstracts)
    files = [work / f"share-{number}.jsonl" for number in range(SHARES)]
    for number, file in enumerate(files):
        file.write_text("".join(json.dumps(one) + "\n" for one in rows[number::SHARES]), encoding="utf-8")
    questions = work / "questions.jsonl"
    questions.write_text("".join(json.dumps({"question": one}) + "\n" for one in sample_questions()), encoding="utf-8")
    built(ours[SHARES:], files[0], arguments.abstracts)
    builds = [(system, "build", str(file)) for system, file in zip(ours, files, strict=False)]
    asks = (ours[SHARES], "warm", str(questions))
    table_rows: dict[str, Figures] = {}
    for name, tasks in (("four builds", builds), ("three builds, thirty questions", [*builds[1:], asks])):
        table_rows[name] = row(tasks)
        say(f"{name}: measured")
    machine = f"{os.cpu_count()} cores of {processor()}"
    title = f"Processes beside one another, {arguments.abstracts:,} abstracts a build, {machine}"
    show(table(title, COLUMNS, table_rows))
    result = {"table": "neighbours", "cores": os.cpu_count(), "versions": versions(("openvino", "faiss-cpu"))}
    write_results("neighbours", result | {"rows": table_rows})
