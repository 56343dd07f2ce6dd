"""How fast a library is built, opened and searched, beside what others would use: python -m evals speed

Each system indexes the same abstracts with the same weights, in an environment of its own and at its documented
defaults, and is then opened and asked in processes of its own; cold starts take turns. Ours answers where the others
return ten hits, and has rows for that without the reranker, and for searching alone. Libraries too large to be embedded
by all are filled with passages and their vectors (evals/scale/grown.py), the same for each, and only opened and asked.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from evals.corpora import plain_library, read_rows, sample_abstracts
from evals.load.load import sample_questions
from evals.report import Figures, parser_of, say, show, table, versions, write_results
from evals.scale.growth import step
from evals.speed.systems import ASKING, COLUMNS, OF_OURS, PEERS, SYSTEMS, Rows, System, asked, built, filled
from index.environment import processor
from index.storage.folder.store import Store

SIZES = (300, 3_000)
"""Abstracts: with our passages about 1,000 and 10,000."""
PASSAGES = (100_000,)
"""Passages that systems are filled with."""
_PACKAGES = ("openvino", "faiss-cpu", "tantivy", "sentence-transformers")


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


def grown(count: int, *, data: Path, work: Path) -> tuple[Path, Path]:
    """Return our library of so many passages, made by what `evals growth` makes it of, and a file of its passages.

    Their vectors lie beside that file. What was made is kept, under the name of the library that it was made of.
    """
    real = plain_library(data, work.parent)
    library = work / f"grown-{count}-{real.parent.name}"
    passages = work / f"passages-{count}-{real.parent.name}.jsonl"
    vectors_file = passages.with_name(f"{passages.name}.npy")
    if not vectors_file.is_file():
        shutil.rmtree(library, ignore_errors=True)
        step("build", library, count, real)
        store = Store(library / "library.db")
        try:
            ids = store.passage_ids().tolist()
            told, vectors = store.passages(ids), store.vectors(ids)
        finally:
            store.close()
        with passages.open("w", encoding="utf-8") as file:
            for one in (told[id_] for id_ in ids):
                file.write(json.dumps({"id": f"{one.pmid}:{one.start}", "pmid": one.pmid, "text": one.text}) + "\n")
        np.save(vectors_file, np.stack([vectors[id_] for id_ in ids]).astype(np.float32))
    return library, passages


def run(arguments: argparse.Namespace) -> None:
    """Measure every size, and print its table and write the JSON as soon as it is measured."""
    work = arguments.work / "speed"
    environments = work / "environments"
    names = arguments.systems or list(SYSTEMS)
    if arguments.install:
        install(environments, [name for name in names if name not in OF_OURS])
    there = {name: python for name in names if (python := python_of(name, environments)).exists()}
    questions = work / "questions.jsonl"
    work.mkdir(parents=True, exist_ok=True)
    questions.write_text("".join(json.dumps({"question": one}) + "\n" for one in sample_questions()), encoding="utf-8")
    result: dict[str, object] = {
        "table": "speed",
        "cores": os.cpu_count(),
        "processor": processor(),
        "versions": versions(_PACKAGES),
    }
    sizes: dict[str, Mapping[str, Figures | str]] = {}
    passages: dict[str, Mapping[str, Figures | str]] = {}

    def systems(count: int, ours: Path | None = None) -> list[System]:
        folders = {name: ours if ours and name in OF_OURS else work / f"{SYSTEMS[name]}-{count}" for name in there}
        return [System(name, SYSTEMS[name], python, folders[name]) for name, python in there.items()]

    def told(title: str, columns: Sequence[str], rows: Rows) -> dict[str, Figures | str]:
        whole: dict[str, Figures | str] = {name: rows.get(name, "not installed: add --install") for name in names}
        show(table(title, columns, whole) + "\n")
        return whole

    for count in arguments.sizes:
        abstracts = work / f"abstracts-{count}.jsonl"
        written = rows_of(arguments.data, count)
        abstracts.write_text("".join(json.dumps(row) + "\n" for row in written), encoding="utf-8")
        rows = built(systems(count), abstracts, count)
        asked(rows, systems(count), questions)
        sizes[str(count)] = told(f"{count:,} abstracts, {os.cpu_count()} cores of {processor()}", COLUMNS, rows)
        write_results("speed", result | {"sizes": sizes, "passages": passages})
    counts = arguments.passages if (arguments.data / "abstracts").is_dir() else ()
    if len(counts) < len(arguments.passages):
        say(f"no abstracts/ in {arguments.data}: filling with passages is left out; give the test sets with --data")
    for count in counts:
        library, given = grown(count, data=arguments.data, work=work)
        rows = filled(systems(count, library), given)
        asked(rows, systems(count, library), questions)
        passages[str(count)] = told(f"{count:,} passages with their vectors", ASKING, rows)
        write_results("speed", result | {"sizes": sizes, "passages": passages})


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = parser_of("speed", __doc__, "--data", "--work")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, metavar="N", help="abstracts (300 and 3,000)")
    parser.add_argument("--passages", type=int, nargs="*", default=PASSAGES, metavar="N", help="passages (100,000)")
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, metavar="NAME", help=f"of {', '.join(SYSTEMS)}")
    parser.add_argument("--install", action="store_true", help="make the environments of those that have none")
    run(parser.parse_args(argv))
