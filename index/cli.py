"""What both command lines share: flags, how an error is said, how progress is shown."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from index.errors import AskAbstractsError, InputError
from index.records import Filters, Progress

DONE, USER_ERROR, IN_PART, STOPPED = 0, 2, 3, 130


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one sentence and leaves with exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Print the message and where to find help, and leave."""
        self.exit(USER_ERROR, f"{message}; see: {self.prog} --help\n")


def add_library_flag(parser: argparse.ArgumentParser) -> None:
    """Add --library, for which ASKABSTRACTS_LIBRARY may stand in."""
    parser.add_argument(
        "--library", metavar="DIR", help="the library's folder, or milvus://HOST:PORT/NAME (or ASKABSTRACTS_LIBRARY)"
    )


def library_path(arguments: argparse.Namespace) -> str:
    """Return the library that was named by flag or environment. Raises InputError when none was."""
    path: str | None = arguments.library or os.environ.get("ASKABSTRACTS_LIBRARY")
    if not path:
        raise InputError("no library was named: give --library DIR or set ASKABSTRACTS_LIBRARY")
    return path


def add_filter_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags that narrow a search down."""
    group = parser.add_argument_group("filters")
    group.add_argument("--years", metavar="FROM:TO", help="published in these years; either end may be left out")
    group.add_argument("--type", action="append", default=[], metavar="TYPE", help='publication type, such as "Review"')
    group.add_argument("--mesh", action="append", default=[], metavar="TERM", help="MeSH descriptor")
    group.add_argument(
        "--journal", action="append", default=[], metavar="NAME", help="journal, as PubMed abbreviates it"
    )
    group.add_argument("--pmids", nargs="+", default=[], metavar="ID", help="only these abstracts")
    group.add_argument("--include-retracted", action="store_true", help="find retracted abstracts too, marked as such")


def filters_from(arguments: argparse.Namespace) -> Filters:
    """Return the filters that the flags name."""
    return Filters(
        years=parse_years(arguments.years) if arguments.years else None,
        types=tuple(arguments.type),
        mesh=tuple(arguments.mesh),
        journals=tuple(arguments.journal),
        pmids=tuple(arguments.pmids),
        include_retracted=arguments.include_retracted,
    )


def parse_years(text: str) -> tuple[int | None, int | None]:
    """Return the first and last year of "2010:2020", "2010:", ":2020" or "2015".

    >>> parse_years("2010:")
    (2010, None)
    """
    first, colon, last = text.partition(":")
    try:
        years = (int(first) if first.strip() else None, int(last) if last.strip() else None)
    except ValueError as error:
        raise InputError(f"the years {text!r} cannot be read; write them as 2010:2020, 2010: or :2020") from error
    return years if colon else (years[0], years[0])


def print_json(record: Mapping[str, object]) -> None:
    """Print one JSON object to stdout."""
    print(json.dumps(record, ensure_ascii=False, indent=2))  # noqa: T201


@contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None]]:
    """Give a callable that shows progress, rate and time left on stderr: a bar on a terminal, nothing elsewhere."""
    from tqdm import tqdm

    with tqdm(unit=" abstracts", file=sys.stderr, disable=None, dynamic_ncols=True) as bar:

        def show(progress: Progress) -> None:
            bar.total = progress.total
            bar.set_description(progress.doing, refresh=False)
            if not bar.n:  # what an earlier run did counts as done, but not for the rate
                bar.initial = bar.n = bar.last_print_n = progress.done
            bar.update(progress.done - bar.n)
            bar.refresh()

        yield show


def give_way(niceness: int = 19) -> None:
    """Let other processes of this machine go first, where the system knows of priorities; nothing waits otherwise."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, 0, max(niceness, os.getpriority(os.PRIO_PROCESS, 0)))


def leave(code: int) -> NoReturn:
    """End the process, without looking through all that it holds for garbage first: with models that took .1 s."""
    gc.freeze()
    sys.exit(code)


def run(command: Callable[[], int]) -> int:
    """Run a command and return its exit code; what a person can mend is said in one sentence on stderr."""
    try:
        return command()
    except AskAbstractsError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return USER_ERROR
    except KeyboardInterrupt:
        print("stopped; what was committed is kept, and the same command goes on from there", file=sys.stderr)  # noqa: T201
        return STOPPED
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
