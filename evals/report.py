"""What every table has in common: how it is printed, and the JSON beside it, with figures and no texts."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from index import Library
from index.embedding.pretrained import DEFAULT_ENCODER, default_encoder
from index.files import atomic_write
from index.search.hybrid import DENSE_WEIGHT
from qa.reranking.reranker import DEFAULT_RERANKER

RESULTS = Path(__file__).parent / "results"
_WORK = "~/.cache/askabstracts-evals"
OURS, WITH_RERANKER = "ours, without the reranker", "ours"
"""The rows of tables that are made with and without the reranker; with it is how answers are given."""

_SHARED: dict[str, dict[str, Any]] = {
    "--data": {"type": Path, "default": Path("../shared/data"), "help": "the folder with the test sets"},
    "--work": {
        "type": lambda path: Path(path).expanduser(), "default": _WORK, "help": f"where libraries are kept ({_WORK})"
    },
    "--reranker": {
        "default": DEFAULT_RERANKER, "metavar": "NAME_OR_FOLDER",
        "help": "the reranker of the rows that have one, or none",
    },
}  # fmt: skip

Figures = Mapping[str, float | int | str | None]


def show(text: str) -> None:
    """Write a table to stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say(line: str) -> None:
    """Write a line of progress to stderr."""
    sys.stderr.write(line + "\n")


def table(title: str, columns: Sequence[str], rows: Mapping[str, Figures | str]) -> str:
    """Return a table as text, a row by name with its figures by column; a row that is a text says only that.

    >>> print(table("Two", ["F1"], {"ours": {"F1": 0.5}, "peer": "not installed"}))
    Two
             F1
    ours  0.500
    peer  not installed
    """
    width = max(map(len, rows))
    widths = {column: max(len(column), 5) for column in columns}
    lines = [title, " " * width + "".join(f"  {column:>{widths[column]}}" for column in columns)]
    for name, row in rows.items():
        if isinstance(row, str):
            lines.append(f"{name:{width}}  {row}")
        else:
            lines.append(f"{name:{width}}" + "".join(f"  {_shown(row[one]):>{widths[one]}}" for one in columns))
    return "\n".join(lines)


def parser_of(name: str, doc: str | None, *shared: str) -> argparse.ArgumentParser:
    """Return the parser of a table's flags, with those that it shares with others: --data, --work, --reranker."""
    parser = argparse.ArgumentParser(prog=f"python -m evals {name}", description=(doc or "").partition("\n")[0])
    for flag in shared:
        parser.add_argument(flag, **_SHARED[flag])
    return parser


def library_settings(library: Library) -> dict[str, str | int | float]:
    """Return what the figures of a library depend on."""
    info = library.info()
    return {
        "library_digest": info.digest,
        "abstracts": info.abstracts,
        "passages": info.passages,
        "encoder": info.encoder,
        "encoder_sha256": info.encoder_sha256,
        "passage_tokens": info.passage_tokens,
        "dense_weight": DENSE_WEIGHT,
    }


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of Python and of those packages that are installed."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


_without: list[str] = []
"""The rules that are left out of what is measured now."""


@contextmanager
def measured_without(rules: Sequence[str]) -> Iterator[None]:
    """Have results written under a name of their own, which tells the rules that were left out."""
    _without.extend(rules)
    try:
        yield
    finally:
        _without.clear()


def write_results(name: str, content: Mapping[str, object], *, folder: Path = RESULTS) -> None:
    """Write a table's JSON, whole or not at all; under a name of its own with another encoder or without some rules."""
    if (encoder := default_encoder()) != DEFAULT_ENCODER:
        name = f"{name}-by-{Path(encoder).name}"
    name = "-without-".join([name, *(rule.replace(" ", "-") for rule in _without)])
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_write(folder / f"{name}.json") as file:
        file.write((json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())


def _shown(figure: float | int | str | None) -> str:
    if figure is None:
        return "-"
    return f"{figure:.3f}" if isinstance(figure, float) else str(figure)
