"""A conversation in the terminal: questions, and commands that begin with a slash."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn, Protocol

from index import Filters, Library, cli
from index.errors import AskAbstractsError, InputError
from qa.answer import Answer, Citation, Source, Turn
from qa.assistant import Assistant
from qa.doors.plain import answer_lines, quote_lines, quotes_of, source_lines, table_lines
from qa.export import checked_export, export_answer
from qa.studies.table import StudyTable

COMMANDS = {
    "/sources": "the sources of the last answer",
    "/quote N": "the words of source N behind the last answer, with their places",
    "/table": "the studies that bear on the last question, side by side",
    "/filters [FLAGS]": "show the filters; set them as on the command line (--years 2015:); none for none",
    "/library NAME": "ask another library: a folder, one beside this one, or an address",
    "/export FILE": "save the last answer (.md, .json) or its sources (.ris, .bib, .csl.json, .csv)",
    "/help": "this list",
    "exit, quit": "end",
}
_ENDS = frozenset(("exit", "quit", "/exit", "/quit", "exit()", "quit()"))


class ChatScreen(Protocol):
    """Protocol of where a conversation is shown, and of where its lines come from."""

    def lines(self) -> Iterator[str]:
        """Yield what a person enters, until the end of input."""

    def say(self, text: str) -> None:
        """Show a message that is no data."""

    def answer(self, answer: Answer) -> None:
        """Show an answer."""

    def sources(self, answer: Answer) -> None:
        """Show an answer's sources."""

    def quotes(self, source: Source, quotes: list[Citation]) -> None:
        """Show the quotes of a source."""

    def table(self, table: StudyTable) -> None:
        """Show a table."""


class PlainScreen:
    """Plain text, or JSON: an object a result. Input ends at an empty line too, as in a file of questions."""

    def __init__(self, *, as_json: bool = False) -> None:
        self._as_json = as_json

    def lines(self) -> Iterator[str]:
        """Yield the lines of stdin."""
        for line in sys.stdin:
            if not line.strip():
                return
            yield line

    def say(self, text: str) -> None:
        """Print to stderr, where it does not mix with data."""
        cli.print_lines([text])

    def answer(self, answer: Answer) -> None:
        """Print an answer."""
        if answer.message and answer.sentences:
            self.say(answer.message)
        self._print(answer.to_dict(), answer_lines(answer))

    def sources(self, answer: Answer) -> None:
        """Print the sources."""
        shown = answer.nearest if answer.abstained else answer.sources
        self._print({"sources": [source.to_dict() for source in shown]}, source_lines(answer))

    def quotes(self, source: Source, quotes: list[Citation]) -> None:
        """Print the quotes."""
        self._print({"quotes": [quoted.to_dict() for quoted in quotes]}, quote_lines(source, quotes))

    def table(self, table: StudyTable) -> None:
        """Print a table."""
        self._print(table.to_dict(), table_lines(table))

    def _print(self, record: dict[str, object], lines: Iterator[str]) -> None:
        text = json.dumps(record, ensure_ascii=False, indent=2) if self._as_json else "\n".join(lines)
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


class _FilterFlags(argparse.ArgumentParser):
    """The filter flags within a conversation, where an error ends nothing."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"these filters cannot be read: {message}; write them as on the command line")


class Chat:
    """A conversation on a library, which may be changed for another."""

    def __init__(
        self, screen: ChatScreen, library: Library, make_assistant: Callable[[Library], Assistant], filters: Filters
    ) -> None:
        self._screen, self._make_assistant, self._filters = screen, make_assistant, filters
        self._library, self._assistant = library, make_assistant(library)
        self._turns: list[Turn] = []
        self._commands: dict[str, Callable[[str], None]] = {
            "/sources": self._sources,
            "/quote": self._quote,
            "/table": self._table,
            "/filters": self._set_filters,
            "/library": self._open,
            "/export": self._export,
            "/help": self._help,
        }

    def run(self) -> None:
        """Take line after line until the end; what a person can mend is said, and the conversation goes on."""
        self._explain()
        try:
            for line in self._screen.lines():
                if line.strip().casefold() in _ENDS:
                    return
                try:
                    self.take(line.strip())
                except AskAbstractsError as error:
                    self._screen.say(str(error))
        finally:
            self._library.close()

    def take(self, line: str) -> None:
        """Answer a question, or carry out a command. Raises AskAbstractsError for one that cannot be."""
        name, _, rest = line.partition(" ")
        if command := self._commands.get(name.casefold()):
            command(rest.strip())
        elif name.startswith("/"):
            raise InputError(f"there is no command {name}; /help lists those there are")
        elif line:
            self._ask(line)

    def _ask(self, question: str) -> None:
        answer, was_waiting = None, False
        for answer in self._assistant.stream(question, turns=self._turns, filters=self._filters):
            if answer.waiting and not was_waiting:
                self._screen.say(answer.waiting)
            was_waiting = bool(answer.waiting)
        if answer is not None:
            self._turns.append(Turn(question, answer))
            self._screen.answer(answer)

    def _last(self) -> Answer:
        if not self._turns:
            raise InputError("nothing was asked yet; ask a question first")
        return self._turns[-1].answer

    def _sources(self, _: str) -> None:
        self._screen.sources(self._last())

    def _quote(self, number: str) -> None:
        answer = self._last()
        wanted = number.strip("[]")
        source = next((candidate for candidate in answer.sources if str(candidate.number) == wanted), None)
        if source is None:
            numbers = ", ".join(str(candidate.number) for candidate in answer.sources) or "none"
            raise InputError(f"there is no source {number!r} of the last answer; its sources are: {numbers}")
        self._screen.quotes(source, quotes_of(answer, source.number))

    def _table(self, _: str) -> None:
        answer = self._last()
        question = answer.standalone_question or answer.question
        self._screen.table(self._assistant.table(question, filters=answer.filters))

    def _set_filters(self, text: str) -> None:
        if text.casefold() == "none":
            self._filters = Filters()
        elif text:
            flags = _FilterFlags(add_help=False, exit_on_error=False)
            cli.add_filter_flags(flags)
            self._filters = cli.filters_from(flags.parse_args(_words(text)))
            self._explain()
        held = {name.replace("_", " "): value for name, value in asdict(self._filters).items() if value}
        self._screen.say("; ".join(f"{name}: {value}" for name, value in held.items()) or "no filters")

    def _explain(self) -> None:
        """Say how a search in PubMed's syntax that narrows the answers is carried out."""
        if self._filters.where:
            for line in self._library.translated(self._filters.where, self._filters).lines():
                self._screen.say(line)

    def _open(self, name: str) -> None:
        if not name:
            raise InputError("which library? write /library and a folder, a name beside this one, or an address")
        beside = Path(self._library.address).parent / name
        library = Library.open(str(beside) if (beside / "library.db").is_file() else name)
        try:
            assistant = self._make_assistant(library)
        except BaseException:
            library.close()
            raise
        self._library.close()
        self._library, self._assistant, self._turns = library, assistant, []
        self._screen.say(f"{library.info().abstracts:,} abstracts in {library.address}; the conversation begins anew")

    def _export(self, name: str) -> None:
        answer, file = self._last(), checked_export(Path(name).expanduser())
        export_answer(answer, file)
        self._screen.say(f"saved in {file}")

    def _help(self, _: str) -> None:
        width = max(map(len, COMMANDS))
        self._screen.say("\n".join(f"{name:<{width}}  {what}" for name, what in COMMANDS.items()))


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise InputError(f"these filters cannot be read: {error}; close each quotation mark") from error
