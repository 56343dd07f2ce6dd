"""The part of the Library tab that keeps a library in order: its jobs, watched by whoever has the page open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import AskAbstractsError
from ui.ask_tab import PRIVATE, Frame, RunsServer
from ui.building import TICK_S
from ui.chat import Session, about_library, as_sentence, empty_screen
from ui.library.keeping import Keeper


def keeping_part(keeper: Keeper, frame: Frame, tab: gr.Tab, *, screen: list[gr.HTML], runs_server: RunsServer) -> None:
    """Lay out the part and wire it; another library to look at is shown in `screen`."""
    script = (Path(__file__).parent / "keeping.js").read_text(encoding="utf-8")
    with gr.Column(elem_id="aa-keeping"):
        shown = gr.HTML(elem_id="aa-keep", apply_default_css=False, js_on_load=script)
        with gr.Accordion("Take in an exported library", open=False, elem_id="aa-import"):
            name = gr.Textbox("", label="Name of the library", placeholder="il32-breast", max_length=64)
            file = gr.File(label="The file (.zip)", file_types=[".zip"], height=120, elem_id="aa-import-file")
    libraries = keeper.libraries
    rest = [frame.session, frame.picker, frame.line, *screen]

    def watched(at: str) -> Iterator[str]:
        """Yield the part, again and again while a job is at work: jobs go on whether somebody looks on or not."""
        yield keeper.html(at)
        while keeper.is_busy():
            time.sleep(TICK_S)
            yield keeper.html(at)

    def watch(at: str) -> Iterator[Any]:
        for html in watched(at):
            yield [html, gr.update(choices=libraries.choices(at))]

    def act(at: str, event: gr.EventData, request: gr.Request) -> Iterator[list[Any]]:
        unchanged = [gr.skip()] * len(rest)
        try:
            now = keeper.does(at, event._data, runs_server=runs_server(request))
        except AskAbstractsError as error:
            yield [keeper.html(at, problem=as_sentence(error)), *unchanged]
            return
        if now != at:
            session = Session(now)
            picker = gr.update(choices=libraries.choices(now), value=now)
            screens = empty_screen(session, libraries).parts
            yield [keeper.html(now), session, picker, about_library(session, libraries), *screens]
            return
        for html in watched(at):
            yield [html, *unchanged]
        yield [gr.skip(), gr.skip(), gr.update(choices=libraries.choices(at)), *unchanged[2:]]

    def take_in(at: str, new: str, path: str | None) -> Iterator[list[Any]]:
        try:
            if path:
                keeper.take_in(Path(path), new)
        except AskAbstractsError as error:
            yield [keeper.html(at, problem=as_sentence(error)), gr.skip(), gr.skip()]
            return
        for html in watched(at):
            yield [html, gr.skip(), gr.skip()]
        yield [gr.skip(), gr.update(choices=libraries.choices(at)), None]

    often: dict[str, Any] = {"trigger_mode": "multiple", "concurrency_limit": 20, **PRIVATE}
    shown.act(act, [frame.picker], [shown, *rest], **often)
    file.upload(take_in, [frame.picker, name, file], [shown, frame.picker, file], concurrency_limit=4, **PRIVATE)
    gr.on([tab.select, frame.picker.input], watch, [frame.picker], [shown, frame.picker], **often)
