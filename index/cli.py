"""Flags, exit codes, errors and progress of the three command lines: `python -m index`, `python -m qa` and app.py."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn, get_args

from index.environment import ReplyForm, Variable, bound_threads, former_names_set, is_completing, read_variable
from index.errors import AskAbstractsError, InputError
from index.records import Filters, Progress

DONE, USER_ERROR, IN_PART, STOPPED = 0, 2, 3, 130

_RENAMED_FLAGS = {"--reader": "--reranker"}
"""Flags of earlier versions and their names today."""


class Parser(argparse.ArgumentParser):
    """Argument parser whose errors are one sentence, with exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Print the message and where to find help, and leave."""
        self.exit(USER_ERROR, f"{message}; see: {self.prog} --help\n")


def parsed(parser: argparse.ArgumentParser, argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the parsed arguments; where a shell asks for completions, give them and leave."""
    if is_completing():
        import argcomplete

        argcomplete.autocomplete(parser)
    return parser.parse_args(argv)


class _RenamedFlag(argparse.Action):
    """A flag of an earlier version, not in --help: it is an error that names the flag of today."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        parser.error(f"{self.option_strings[0]} is now called {self.const}")


def add_library_flag(parser: argparse.ArgumentParser, *, otherwise: str = "") -> None:
    """Add --library, for which ASKABSTRACTS_LIBRARY may stand in; `otherwise` names the library without either."""
    parser.add_argument(
        "--library",
        metavar="DIR",
        help=f"the library's folder, or milvus://HOST:PORT/NAME (or {Variable.LIBRARY}{otherwise and '; '}{otherwise})",
    )


def named_library(arguments: argparse.Namespace) -> str | None:
    """Return the library that a flag or the environment names, if any."""
    return arguments.library or read_variable(Variable.LIBRARY) or None


def library_path(arguments: argparse.Namespace) -> str:
    """Return the library that a flag or the environment names. Raises InputError when neither does."""
    path = named_library(arguments)
    if path is None:
        raise InputError(f"no library was named: give --library DIR or set {Variable.LIBRARY}")
    return path


def add_json_flag(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print one JSON object a result and nothing else")


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """Options of answering; None stands for no language model, and for the reranker and the judge that come along.

    `llm_format` is None for JSON from a model that is known to write it by a schema, and text from others.
    """

    llm: str | None
    llm_url: str | None
    leave_out_unsupported: bool
    check_with_llm: bool
    reranker: str | None
    judge: str | None = None
    llm_format: ReplyForm | None = None


def add_llm_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags that name a language model, for which the environment may stand in."""
    parser.add_argument(
        "--llm",
        metavar="PROVIDER:MODEL",
        help=f"a language model to write the answers, such as ollama:llama3.1 (or {Variable.LLM}; default: none)",
    )
    parser.add_argument(
        "--llm-url", metavar="URL", help=f"an OpenAI-compatible server that has the model (or {Variable.LLM_URL})"
    )
    parser.add_argument(
        "--llm-format",
        choices=get_args(ReplyForm),
        help=f"how the model writes: as text, or as JSON by a schema (or {Variable.LLM_FORMAT}; default: JSON where "
        "the provider is known to have it)",
    )


def add_answer_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags on how answers are made, for most of which the environment may stand in."""
    add_llm_flags(parser)
    parser.add_argument(
        "--leave-out-unsupported", action="store_true", help="leave a model's unsupported sentences out, not struck"
    )
    parser.add_argument(
        "--check-with-llm",
        action="store_true",
        help="ask the model again whether the quotes of each backed sentence say it",
    )
    parser.add_argument(
        "--judge",
        metavar="NAME_OR_FOLDER",
        help="an NLI cross-encoder to judge a model's sentences by, in place of the judge that comes along",
    )
    add_reranker_flag(parser)


def add_reranker_flag(parser: argparse.ArgumentParser) -> None:
    """Add --reranker, for which the environment may stand in."""
    parser.add_argument(
        "--reranker",
        metavar="NAME_OR_FOLDER",
        help=f"another cross-encoder to rerank passages and sentences, or none (or {Variable.RERANKER})",
    )
    for old, new in _RENAMED_FLAGS.items():
        parser.add_argument(
            old, action=_RenamedFlag, nargs="?", const=new, dest=argparse.SUPPRESS, help=argparse.SUPPRESS
        )


def language_model(arguments: argparse.Namespace) -> tuple[str | None, str | None]:
    """Return the language model's name and its server's address, from flags or the environment."""
    name = arguments.llm or read_variable(Variable.LLM) or None
    return name, arguments.llm_url or read_variable(Variable.LLM_URL) or None


def reply_form(arguments: argparse.Namespace) -> ReplyForm | None:
    """Return how the language model is to write, from flags or the environment. Raises InputError for another value."""
    match arguments.llm_format or read_variable(Variable.LLM_FORMAT):
        case "":
            return None
        case "text" | "json" as form:
            return form
        case other:
            raise InputError(f'{Variable.LLM_FORMAT} is "{other}"; set it to text or json, or unset it')


def add_literal_flag(parser: argparse.ArgumentParser) -> None:
    """Add --literal."""
    parser.add_argument(
        "--literal", action="store_true", help="search for names as written only, not for other names of the same thing"
    )


def answer_options(arguments: argparse.Namespace) -> AnswerOptions:
    """Return the options of flags and environment. Raises InputError for a variable set under its former name."""
    for old, new in former_names_set().items():
        raise InputError(f"{old} is now called {new}; set that one and unset the other")
    llm, llm_url = language_model(arguments)
    return AnswerOptions(
        llm=llm,
        llm_url=llm_url,
        leave_out_unsupported=arguments.leave_out_unsupported,
        check_with_llm=arguments.check_with_llm,
        reranker=arguments.reranker or read_variable(Variable.RERANKER) or None,
        judge=arguments.judge,
        llm_format=reply_form(arguments),
    )


def add_filter_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of `Filters`."""
    group = parser.add_argument_group("filters")
    group.add_argument("--years", metavar="FROM:TO", help="published in these years; either end may be left out")
    group.add_argument("--type", action="append", default=[], metavar="TYPE", help='publication type, such as "Review"')
    group.add_argument("--mesh", action="append", default=[], metavar="TERM", help="MeSH term, with those below it")
    group.add_argument("--no-explode", action="store_true", help="without the MeSH terms below those of --mesh")
    group.add_argument(
        "--journal", action="append", default=[], metavar="NAME", help="journal, as PubMed abbreviates it"
    )
    group.add_argument("--pmids", nargs="+", default=[], metavar="ID", help="only these abstracts")
    group.add_argument(
        "--where",
        metavar="SEARCH",
        default="",
        help='a search in PubMed\'s syntax: "tumor*[ti] NOT review[pt]"',
    )
    group.add_argument("--design", action="append", default=[], metavar="DESIGN", help="study design, as it was read")
    group.add_argument("--subjects", action="append", default=[], metavar="WHO", help="humans, animals or cells")
    group.add_argument("--min-n", type=int, metavar="N", help="at least so many were studied")
    group.add_argument("--include-retracted", action="store_true", help="find retracted abstracts too, marked as such")


def filters_from(arguments: argparse.Namespace) -> Filters:
    """Return the filters of the flags."""
    return Filters(
        years=parse_years(arguments.years) if arguments.years else None,
        types=tuple(arguments.type),
        mesh=tuple(arguments.mesh),
        journals=tuple(arguments.journal),
        pmids=tuple(arguments.pmids),
        include_retracted=arguments.include_retracted,
        where=arguments.where,
        explode=bool(arguments.mesh) and not arguments.no_explode,
        designs=tuple(arguments.design),
        subjects=tuple(arguments.subjects),
        min_n=arguments.min_n,
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


def print_lines(lines: Iterable[str]) -> None:
    """Print lines to stderr, where they do not mix with data."""
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201


@contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None]]:
    """Yield a callback that shows progress, rate and time left on stderr: a bar on a terminal, nothing elsewhere."""
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
    """Lower this process's priority to let others go first, where the system knows priorities."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, 0, max(niceness, os.getpriority(os.PRIO_PROCESS, 0)))


def leave(code: int) -> NoReturn:
    """End the process without a last garbage collection, which takes .1 s with models in memory."""
    gc.freeze()
    sys.exit(code)


def run(command: Callable[[], int], *, prefix: str = "") -> int:
    """Run a command and return its exit code; an error of ours is one sentence on stderr, after `prefix`."""
    try:
        bound_threads()
        return command()
    except AskAbstractsError as error:
        print(f"{prefix}{error}", file=sys.stderr)  # noqa: T201
        return USER_ERROR
    except KeyboardInterrupt:
        print("stopped; what was committed is kept, and the same command goes on from there", file=sys.stderr)  # noqa: T201
        return STOPPED
    except BrokenPipeError:  # the process that read our output has ended, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
