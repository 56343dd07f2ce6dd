"""The Abstracts tab: the list of the library, what is done with the abstracts chosen of it, and one opened whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from ui.ask_tab import PRIVATE, AskTab, Frame
from ui.chat import Session, about_library, chosen_html
from ui.conversation import BROKEN_OFF, notice_html
from ui.library.desk import Desk, TabUpdate, Visit
from ui.library.downloads import Downloads
from ui.library.keeping import Keeper


def abstracts_tab(keeper: Keeper, frame: Frame, tab: AskTab, downloads: Downloads) -> None:
    """Lay out the tab and wire it; what is chosen is asked in `tab`."""
    script = (Path(__file__).parent / "abstracts.js").read_text(encoding="utf-8")
    here: dict[str, Any] = {"apply_default_css": False, "js_on_load": script}
    libraries, desk = keeper.libraries, Desk(keeper, downloads)
    with gr.Tab("Abstracts", id="abstracts") as shelf, gr.Column(elem_id="aa-look"):
        visit = gr.State(Visit())
        list_ = gr.HTML(elem_id="aa-list", **here)
        bar = gr.HTML(elem_id="aa-bar", **here)
        opened = gr.HTML(elem_id="aa-opened", **here)

    def updates(outcome: TabUpdate, session: Session) -> list[Any]:
        parts = [gr.skip() if part is None else part for part in (outcome.list_, outcome.bar, outcome.opened)]
        asked = [gr.skip()] * 3
        if outcome.asked:
            asked = [replace(session, chosen=outcome.asked), chosen_html(outcome.asked), gr.update(selected="ask")]
        line = about_library(session, libraries) if outcome.has_written else gr.skip()
        picker = gr.update(choices=libraries.choices(session.library)) if outcome.has_new else gr.skip()
        return [*parts, *asked, line, picker]

    def select(visit: Visit, session: Session) -> Iterator[list[Any]]:
        visit.go_to(session.library)
        for outcome in desk.listed(visit):
            yield updates(replace(outcome, bar=desk.bar(visit), opened=""), session)
        yield updates(TabUpdate(), session)  # Gradio sends the last one again when all is over, over a later event's

    def switch(visit: Visit, session: Session) -> Iterator[list[Any]]:
        if visit.turn and visit.look.library != session.library:  # the tab was opened before, on another one
            yield from select(visit, session)
        yield updates(TabUpdate(), session)  # Gradio takes no update at all for empty values

    def act(visit: Visit, session: Session, request: gr.Request, event: gr.EventData) -> Iterator[list[Any]]:
        visit.go_to(session.library)
        for outcome in desk.does(visit, request.username or "", event._data):
            yield updates(outcome, session)
        yield updates(TabUpdate(), session)

    inputs = [visit, frame.session]
    outputs = [list_, bar, opened, frame.session, tab.chosen, frame.tabs, frame.line, frame.picker]
    events = [shelf.select(select, inputs, outputs, concurrency_limit=4, **PRIVATE)]
    events += [frame.picker.change(switch, inputs, outputs, concurrency_limit=4, **PRIVATE)]
    often: dict[str, Any] = {"trigger_mode": "multiple", "concurrency_limit": 4, **PRIVATE}  # no click is dropped
    events += [part.act(act, inputs, outputs, **often) for part in (list_, bar, opened)]
    for event in events:
        event.failure(lambda: notice_html(BROKEN_OFF), None, [bar], **PRIVATE)
