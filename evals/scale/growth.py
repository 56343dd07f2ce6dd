"""What a library costs as it grows, from 1,000 passages to 100,000 and a million: python -m evals growth

The larger ones are of real abstracts and of abstracts made of two real ones, with vectors between theirs; nothing is
embedded for them (evals/scale/grown.py). What is added is real, and embedded. Each step runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from evals.corpora import plain_library
from evals.load.load import ROOT, sample_questions
from evals.report import parser_of, say, show, table, versions, write_results
from evals.scale.grown import parted, real_abstracts
from evals.scale.lines import Panel, picture
from index.records import to_json

SIZES = (1_000, 10_000, 100_000)
MILLION = 1_000_000
PICTURE = ROOT / "docs" / "growth.svg"
_QUESTIONS = 100
_REMOVED = 1_000
"""Abstracts, at the most; half of a small library."""
_STORING = ("SQLite", "tantivy", "FAISS")
_PACKAGES = ("faiss-cpu", "tantivy", "openvino", "numpy")
SEARCHING = (
    "search median ms",
    "search p95 ms",
    "search cpu ms",
    "first filtered ms",
    "filtered median ms",
    "answer median ms",
    "recall@10",
    "open s",
)
BUILDING = ("build s", "SQLite s", "tantivy s", "FAISS s", "terms s", "% of build")
"""The encoder's time left out; the share is of SQLite, tantivy and FAISS, with it."""
WRITING = ("add s", "add cpu s", "of the encoder s", "times empty", "remove s", "remove cpu s")
HOLDING = ("own B", "mapped B", "disk B")
"""Each a passage: memory of the process's own, and with the files that it maps, beyond the smallest library's."""

Told = dict[str, float]


def step(name: str, *given: object) -> Told:
    """Run one step in a process of its own, and return what it tells."""
    command = [sys.executable, "-m", "evals.scale.steps", name, *map(str, given)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def measured(size: int, *, work: Path, real: Path, keep: bool) -> dict[str, Told]:
    """Build a library of a size, unless it is kept, and return what each step tells of it."""
    folder, told_of = work / str(size), work / f"{size}.json"
    if not (keep and told_of.is_file()):
        shutil.rmtree(folder, ignore_errors=True)
        told_of.write_text(json.dumps(step("build", folder, size, real)), encoding="utf-8")
    say(f"{size:,} passages: built")
    asked = step("ask", folder, work / "questions.txt")
    say(f"{size:,} passages: asked")
    return {"build": json.loads(told_of.read_text(encoding="utf-8")), "ask": asked, **_changed(folder, work)}


def _changed(folder: Path, work: Path) -> dict[str, Told]:
    """Add abstracts to a copy of a library, then remove as many from another one."""
    copy, told = work / "changed", {}
    for name, given in (("add", work / "held-back.jsonl"), ("remove", _REMOVED)):
        shutil.rmtree(copy, ignore_errors=True)
        if folder.is_dir():
            shutil.copytree(folder, copy)
        if name == "add" or folder.is_dir():
            told[name] = step(name, copy, given)
    shutil.rmtree(copy, ignore_errors=True)
    return told


def prepare(data: Path, work: Path, *, added: int) -> Path:
    """Write what the steps are given, and return the library of real abstracts."""
    library = plain_library(data, work.parent)
    work.mkdir(parents=True, exist_ok=True)
    _, held_back = parted(real_abstracts(library))
    lines = [json.dumps(to_json(one.abstract)) + "\n" for one in held_back[:added]]
    (work / "held-back.jsonl").write_text("".join(lines), encoding="utf-8")
    (work / "questions.txt").write_text("\n".join(_questions(data)) + "\n", encoding="utf-8")
    return library


def _questions(data: Path) -> list[str]:
    file = data / "bioasq" / "questions.jsonl"
    if not file.is_file():
        return sample_questions()
    asked = [json.loads(line)["question"] for line in file.read_text(encoding="utf-8").splitlines()]
    return asked[:: len(asked) // _QUESTIONS][:_QUESTIONS]


def row(size: int, told: Mapping[str, Told], smallest: tuple[int, Told], empty: Told) -> Told:
    """Return the figures of a size. The encoder's time is reckoned from what it took of the abstracts added."""
    build, ask, add, remove = (told[name] for name in ("build", "ask", "add", "remove"))
    parts = {name: build.get(name, 0.0) for name in (*_STORING, "terms")}
    encoding = size * empty["encoder"] / empty["passages"]
    storing = sum(parts[name] for name in _STORING)
    figures = {f"{name} s": seconds for name, seconds in parts.items()}
    figures |= {name: ask[name] for name in SEARCHING}
    figures |= {
        "build s": sum(parts.values()),
        "% of build": 100 * storing / (encoding + sum(parts.values())),
        "add s": add["seconds"],
        "add cpu s": add["cpu s"],
        "of the encoder s": add["encoder"],
        "times empty": add["cpu s"] / empty["cpu s"],
        "removed": remove["removed"],
        "remove s": remove["seconds"],
        "remove cpu s": remove["cpu s"],
        "disk B": build["disk bytes"] / size,
        "own MB": ask["own bytes"] / 1e6,
        "mapped MB": ask["bytes"] / 1e6,
        "disk MB": build["disk bytes"] / 1e6,
    }
    if size > smallest[0]:
        for name, key in (("own B", "own bytes"), ("mapped B", "bytes")):
            figures[name] = (ask[key] - smallest[1][key]) / (size - smallest[0])
    return figures


def drawn(rows: Mapping[int, Told]) -> str:
    """Return the picture of how waiting, writing and what is held grow."""

    def line(name: str) -> dict[float, float]:
        return {float(size): figures[name] for size, figures in rows.items()}

    searching = {"median": line("search median ms"), "95th of 100": line("search p95 ms"), "cpu": line("search cpu ms")}
    writing = {"adding": line("add s"), "removing": line("remove s")}
    holding = {"its own": line("own MB"), "with files mapped": line("mapped MB"), "on disk": line("disk MB")}
    panels = [
        Panel("Milliseconds to search", searching),
        Panel("Seconds to add or remove abstracts", writing),
        Panel("Megabytes, in memory beyond the encoder", holding),
    ]
    return picture(panels, [float(size) for size in rows], below="passages in the library")


def run(arguments: argparse.Namespace) -> None:
    """Measure every size, print the tables, and write the JSON and the picture."""
    work = arguments.work / "growth"
    real = prepare(arguments.data, work, added=arguments.added)
    sizes = sorted({*arguments.sizes, *([MILLION] if arguments.million else [])})
    empty = _changed(work / "none", work)["add"]
    say("added to an empty library")
    told = {size: measured(size, work=work, real=real, keep=arguments.keep) for size in sizes}
    smallest = sizes[0], told[sizes[0]]["ask"]
    rows = {size: row(size, told[size], smallest, empty) for size in sizes}
    tables = {"searching": SEARCHING, "building": BUILDING, "writing": WRITING, "holding, bytes a passage": HOLDING}
    for title, columns in tables.items():
        shown = {f"{size:,}": {name: figures.get(name) for name in columns} for size, figures in rows.items()}
        show(table(title, columns, shown) + "\n")
    result = {
        "table": "growth",
        "made": "beyond the real passages, abstracts and vectors between two real ones",
        "sizes": {
            str(size): {**rows[size], **{f"steps: {name}": one for name, one in told[size].items()}} for size in rows
        },
        "added to an empty library": empty,
        "cores": os.cpu_count(),
        "versions": versions(_PACKAGES),
    }
    write_results("growth", result)
    if len(rows) > 1:
        PICTURE.write_text(drawn(rows), encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = parser_of("growth", __doc__, "--data", "--work")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="passages")
    parser.add_argument("--added", type=int, default=1_000, help="abstracts that are embedded and added (1,000)")
    parser.add_argument("--million", action="store_true", help="a million passages too: half an hour, 5 GB of disk")
    parser.add_argument("--keep", action="store_true", help="go on with the libraries that an earlier run has made")
    run(parser.parse_args(argv))
