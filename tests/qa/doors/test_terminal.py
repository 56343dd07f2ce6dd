"""The terminal: links and struck sentences by rich, lines and their history by prompt_toolkit on a real terminal."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time

import pytest
from conftest import ROOT

from qa.answer import Answer, Citation, Sentence, Source


def shown(show, *, colours=True):
    from rich.console import Console

    from qa.doors.terminal import Terminal

    console = Console(file=io.StringIO(), force_terminal=colours, width=200, highlight=False, no_color=not colours)
    show(Terminal(console))
    return console.file.getvalue()


@pytest.fixture
def answer(read_only_library):
    abstract = read_only_library.get("90000001")
    start = abstract.text.index("IL-32β induced VEGF")
    quoted = Citation(1, "90000001", start, start + 19, "IL-32β induced VEGF")
    sentences = (Sentence("IL-32β induced [bold]VEGF[/].", (quoted,)), Sentence("It cures.", verdict="not matched"))
    return Answer("x", sentences=sentences, sources=(Source(1, abstract),))


def test_an_answer_has_links_and_strikes_what_no_quote_bears_out(answer):
    text = shown(lambda screen: screen.answer(answer))
    assert "https://pubmed.ncbi.nlm.nih.gov/90000001/\x1b\\" in text
    assert "\x1b[9mIt cures.\x1b[0m" in text
    assert "IL-32β induced [bold]VEGF[/]." in text  # markup in an abstract is text


def test_a_quote_is_marked_within_its_section(answer):
    quotes = list(answer.sentences[0].citations)
    text = shown(lambda screen: screen.quotes(answer.sources[0], quotes))
    marked = text.partition("\x1b[1;7m")[2].partition("\x1b[0m")[0]
    assert marked == "IL-32β induced VEGF"


def test_a_table_leaves_empty_columns_out(read_only_library):
    from qa import Assistant

    table = Assistant(read_only_library, reranker=None).table("Does metformin lengthen life?", columns=["pmid", "n"])
    text = shown(lambda screen: screen.table(table), colours=False)
    assert "90000003" in text and "PMID" in text


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
def test_on_a_real_terminal_lines_are_edited_and_remembered(made, tmp_path):
    import pty
    import select

    main, other = pty.openpty()
    environment = os.environ | {
        "ASKABSTRACTS_CACHE": str(tmp_path),
        "TERM": "xterm-256color",
        "PROMPT_TOOLKIT_NO_CPR": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "qa", "chat", "--library", str(made), "--reranker", "none"],
        cwd=ROOT, stdin=other, stdout=other, stderr=other, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(other)
    said, end = b"", time.monotonic() + 120

    def wait_for(mark):
        nonlocal said
        while mark not in said:
            assert time.monotonic() < end, said
            if select.select([main], [], [], 1)[0]:
                said += os.read(main, 65536)

    wait_for(b"\x1b[?2004h")  # the prompt takes lines
    os.write(main, "What does IL-32β inducX\x7fe?\r".encode())
    wait_for(b"pubmed.ncbi.nlm.nih.gov/90000001/")
    os.write(main, b"quit\r")
    assert process.wait(60) == 0
    os.close(main)
    (history,) = tmp_path.rglob("chat_history")
    assert "+What does IL-32β induce?\n" in history.read_text(encoding="utf-8")
    assert oct(history.stat().st_mode & 0o777) == "0o600"
