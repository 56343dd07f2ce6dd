"""Commands of a conversation, each with what it shows, and with the sentence where it cannot be carried out."""

from __future__ import annotations

import pytest

from index import Filters, Library
from qa import Assistant
from qa.doors.chat import COMMANDS, Chat
from qa.doors.plain import answer_lines, quote_lines, source_lines, table_lines

QUESTION = "What does IL-32β induce in breast cancer cells?"


class Noted:
    """A screen that notes what it is shown."""

    def __init__(self, *lines):
        self._lines, self.said, self.shown = lines, [], []

    def lines(self):
        return iter(self._lines)

    def say(self, text):
        self.said.append(text)

    def answer(self, answer):
        self.shown.append("\n".join(answer_lines(answer)))

    def sources(self, answer):
        self.shown.append("\n".join(source_lines(answer)))

    def quotes(self, source, quotes):
        self.shown.append("\n".join(quote_lines(source, quotes)))

    def table(self, table):
        self.shown.append("\n".join(table_lines(table)))


@pytest.fixture
def talk(library):
    def run(*lines, filters=Filters()):
        screen = Noted(*lines)
        Chat(screen, Library.open(library.path), lambda one: Assistant(one, reranker=None), filters).run()
        return screen

    return run


def test_sources_and_quotes_of_the_last_answer(talk):
    screen = talk(QUESTION, "/sources", "/quote 1", "/quote [1]")
    answer, sources, quotes, again = screen.shown
    assert sources in answer
    assert "“IL-32β induced VEGF in breast cancer cells.” (RESULTS, " in quotes
    assert again == quotes
    assert screen.said == []


def test_a_table_of_the_last_question(talk):
    table = talk(QUESTION, "/table").shown[1]
    assert table.startswith("[1] Interleukin-32β and the migration of breast cancer cells 2013 PMID 90000001")


def test_filters_are_shown_set_and_taken_away(talk):
    question = "What does metformin do to the life span of mice?"
    screen = talk("/filters --years 2008", question, "/filters", "/filters none", question)
    assert "Not in these abstracts" in screen.shown[0]
    assert "[1] Metformin and the life span of mice" in screen.shown[1]
    assert screen.said == ["years: (2008, 2008)", "years: (2008, 2008)", "no filters"]


def test_another_library_begins_anew(talk, library, tmp_path):
    Library.open(tmp_path / "empty", create=True).close()
    screen = talk(QUESTION, "/library empty", "/sources", QUESTION, f"/library {library.path}", QUESTION)
    assert screen.said == [
        f"0 abstracts in {tmp_path / 'empty'}; the conversation begins anew",
        "nothing was asked yet; ask a question first",
        f"5 abstracts in {library.path}; the conversation begins anew",
    ]
    assert screen.shown[0] == screen.shown[2] != screen.shown[1]


def test_export_and_help(talk, tmp_path):
    screen = talk(QUESTION, f"/export {tmp_path}/answer.ris", "/help")
    assert "90000001" in (tmp_path / "answer.ris").read_text(encoding="utf-8")
    assert screen.said[0] == f"saved in {tmp_path}/answer.ris"
    assert [line.split("  ")[0] for line in screen.said[1].splitlines()] == list(COMMANDS)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/quote 7", "there is no source '7' of the last answer; its sources are: 1"),
        ("/quote", "there is no source ''"),
        ("/filters --colour red", "these filters cannot be read"),
        ("/filters --years 20x", "the years '20x' cannot be read"),
        ('/filters --type "Review', "close each quotation mark"),
        ("/library nowhere", "nowhere"),
        ("/library", "which library?"),
        ("/export answer.docx", "its ending must be one of"),
        ("/nothing", "there is no command /nothing; /help lists"),
        ("?!", "there is nothing to search for"),
    ],
)
def test_what_cannot_be_done_is_said_and_the_conversation_goes_on(talk, line, sentence):
    screen = talk(QUESTION, line, QUESTION)
    (said,) = screen.said
    assert sentence in said
    assert len(screen.shown) == 2


@pytest.mark.parametrize("end", ["exit", "quit", "/exit", " QUIT "])
def test_exit_and_quit_end(talk, end):
    assert len(talk(QUESTION, end, QUESTION).shown) == 1
