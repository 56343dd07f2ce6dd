"""Interactive terminal: line editing and history by prompt_toolkit, colour and links by rich."""

from __future__ import annotations

import os
from collections.abc import Iterator

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from index.environment import cache_folder
from qa.answer import NO_QUOTE, Answer, Citation, Sentence, Source
from qa.doors.chat import COMMANDS
from qa.studies.table import COLUMNS, StudyTable

_HISTORY = "chat_history"


class Terminal:
    """A screen with colours and links; NO_COLOR is heeded."""

    def __init__(self, console: Console | None = None, session: PromptSession[str] | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._session = session

    def lines(self) -> Iterator[str]:
        """Yield what is entered; an empty line is passed over, Ctrl-C leaves the line, Ctrl-D ends."""
        names = [name.split()[0] for name in COMMANDS if name.startswith("/")]
        session: PromptSession[str] = self._session or PromptSession(
            "? ", history=_history(), completer=WordCompleter(names, sentence=True), complete_while_typing=False
        )
        while True:
            try:
                line = session.prompt()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            if line.strip():
                yield line

    def say(self, text: str) -> None:
        """Show a message, dimmed."""
        self._console.print(Text(text, style="dim"))

    def answer(self, answer: Answer) -> None:
        """Show an answer; each number leads to its abstract's page, and what no quote bears out is struck."""
        if answer.message and answer.sentences:
            self.say(answer.message)
        if answer.understood_as:
            self.say(f"(asked: {answer.understood_as})")
        for summary in filter(None, (answer.headline_told, answer.differences_told, answer.short_told)):
            self._console.print(Text(summary, style="bold"))
        if answer.abstained or not answer.sentences:
            self._console.print(Text(answer.message))
        else:
            urls = {source.number: source.abstract.url for source in answer.sources}
            self._console.print(Text(" ").join(_sentence(sentence, urls) for sentence in answer.sentences))
        if answer.also_searched:
            self.say(answer.also_searched_told)
        self.sources(answer)

    def sources(self, answer: Answer) -> None:
        """Show the sources with links."""
        shown = answer.nearest if answer.abstained else answer.sources
        if shown:
            self.say("Nearest, not used:" if answer.abstained else "Sources:")
        for source in shown:
            self._console.print(_source(source))

    def quotes(self, source: Source, quotes: list[Citation]) -> None:
        """Show a source's quotes within their sections, the quoted words marked."""
        self._console.print(_source(source))
        text = source.abstract.text
        for quoted in quotes:
            begin = text.rfind("\n", 0, quoted.start) + 1
            end = text.find("\n", quoted.end)
            section = Text(text[begin : end if end >= 0 else len(text)], style="dim")
            section.stylize(Style(bold=True, dim=False, reverse=True), quoted.start - begin, quoted.end - begin)
            self._console.print(section)
            self.say(f"PMID {quoted.pmid}, {quoted.start}-{quoted.end}")

    def table(self, table: StudyTable) -> None:
        """Show a table, without the columns in which no abstract has anything."""
        shown = [name for name in table.columns if any(row.cell(name).text for row in table.rows)]
        grid = Table(*(COLUMNS[name] for name in shown), show_lines=True)
        for row in table.rows:
            grid.add_row(*(Text(row.cell(name).text) for name in shown))
        self._console.print(grid)


def _sentence(sentence: Sentence, urls: dict[int, str]) -> Text:
    if sentence.verdict != "backed":
        return Text.assemble((sentence.text, "strike"), (f" [{sentence.objection or NO_QUOTE}]", "red"))
    numbers = dict.fromkeys(citation.source for citation in sentence.citations)
    marks = [(f"[{number}]", Style(color="cyan", link=urls.get(number))) for number in numbers]
    return Text.assemble(sentence.text, " ", *marks)


def _source(source: Source) -> Text:
    abstract = source.abstract
    return Text.assemble(
        (f"[{source.number}] ", "cyan"),
        f"{abstract.title} {abstract.journal} {abstract.year or ''} ",
        (f"PMID {abstract.pmid}", Style(color="cyan", link=abstract.url)),
        ("".join(f" {mark}" for mark in abstract.marks), "bold red"),
        (f"\n    {abstract.note}" if abstract.note else "", "dim"),
    )


def _history() -> History:
    """Return the questions of earlier conversations, in a file for this person only; of this one where none can be."""
    file = cache_folder() / _HISTORY
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_APPEND, 0o600))
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(file))
