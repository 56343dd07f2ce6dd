"""The Table tab: the studies of an answer's question side by side, opened by the button under the answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import AskAbstractsError, InputError
from qa import Answer
from qa.studies.table import TOP
from ui.ask_tab import PRIVATE, Frame
from ui.chat import Session, as_sentence
from ui.conversation import BROKEN_OFF, notice_html
from ui.libraries import Libraries
from ui.rendering import render
from ui.study_table import table_html

MORE = 100
"""Rows of a table where more are asked for."""


def table_tab(libraries: Libraries, frame: Frame, *, screen: list[gr.HTML]) -> None:
    """Lay out the tab, which is hidden until there is a table, and wire the buttons under the answers to it."""
    script = (Path(__file__).parent / "study_table.js").read_text(encoding="utf-8")
    with gr.Tab("Table", id="table", visible=False) as tab:
        shown = gr.HTML(elem_id="aa-table", apply_default_css=False, js_on_load=script)

    def make(session: Session, event: gr.EventData) -> Iterator[list[Any]]:
        opened = [gr.update(visible=True), gr.update(selected="table")]
        yield [*opened, render("table/beginning.html")]
        top = MORE if getattr(event, "top", None) == str(MORE) else TOP
        try:
            for html in _tables(libraries, session, str(event.turn), top):
                yield [gr.skip(), gr.skip(), html]
        except AskAbstractsError as error:
            yield [gr.skip(), gr.skip(), notice_html(as_sentence(error))]

    outputs = [tab, frame.tabs, shown]
    makings = [
        component.table(make, [frame.session], outputs, concurrency_limit=4, **PRIVATE)
        for component in (screen[0], screen[1], shown)
    ]
    for making in makings:
        making.failure(lambda: notice_html(BROKEN_OFF), None, [shown], **PRIVATE)
    frame.picker.input(lambda: [gr.update(visible=False), ""], None, [tab, shown], cancels=makings, **PRIVATE)


def _tables(libraries: Libraries, session: Session, turn: str, top: int) -> Iterator[str]:
    """Yield the HTML of the table of an answer's question as it grows."""
    answer = _answer(session, turn)
    question = answer.standalone_question or answer.question
    growing = libraries.assistant(session.library).stream_table(question, top=top, filters=answer.filters)
    for table in growing:
        yield table_html(table, turn=turn, is_whole=False)
    yield table_html(table, turn=turn)


def _answer(session: Session, turn: str) -> Answer:
    for exchange in session.exchanges:
        if str(exchange.number) == turn and exchange.answer is not None:
            return exchange.answer
    raise InputError("this answer is no longer kept; ask again to see its studies")
