"""The part of the Library tab that keeps a library in order, and takes in one that was exported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import AskAbstractsError
from ui.ask_tab import PRIVATE, Frame, RunsServer
from ui.chat import Session, as_sentence
from ui.library.jobs_part import JobsPart, turned_to
from ui.library.keeping import Keeper


def keeping_part(
    page: gr.Blocks, keeper: Keeper, frame: Frame, tab: gr.Tab, jobs: JobsPart, *, screen: list[gr.HTML],
    runs_server: RunsServer,
) -> None:  # fmt: skip
    """Lay out the part and wire it; another library to look at is shown in `screen`."""
    script = (Path(__file__).parent / "keeping.js").read_text(encoding="utf-8")
    with gr.Column(elem_id="aa-keeping"):
        shown = gr.HTML(elem_id="aa-keep", apply_default_css=False, js_on_load=script)
        with gr.Accordion("Take in an exported library", open=False, elem_id="aa-import"):
            name = gr.Textbox("", label="Name of the library", placeholder="il32-breast", max_length=64)
            file = gr.File(label="The file (.zip)", file_types=[".zip"], height=120, elem_id="aa-import-file")
            with gr.Row(visible=False) as by_path:
                path = gr.Textbox(
                    "", label="Or its path on the server’s machine", placeholder="/data/moss.askabstracts.zip",
                    info="For files of any size.", max_length=4000, elem_id="aa-import-path",
                )  # fmt: skip
                taking = gr.Button("Take it in", scale=0, min_width=140, elem_id="aa-import-take")
    libraries = keeper.libraries
    rest = [frame.session, frame.picker, frame.line, *screen]
    unchanged = [gr.skip()] * len(rest)

    def look(session: Session, request: gr.Request) -> str:
        return keeper.html(session.library, runs_server=runs_server(request))

    def refused(at: str, error: AskAbstractsError, request: gr.Request) -> str:
        return keeper.html(at, problem=as_sentence(error), runs_server=runs_server(request))

    def paths(request: gr.Request) -> Any:  # noqa: ANN401 (an update)
        return gr.update(visible=runs_server(request))

    def act(session: Session, event: gr.EventData, request: gr.Request) -> list[Any]:
        at = session.library
        try:
            now = keeper.does(at, event._data, runs_server=runs_server(request))
        except AskAbstractsError as error:
            return [refused(at, error, request), *jobs.look(), *unchanged]
        turned = turned_to(libraries, now, session) if now != at else unchanged
        return [keeper.html(now, runs_server=runs_server(request)), *jobs.look(), *turned]

    def take_in(new: str, upload: str | None, path: str, session: Session, request: gr.Request) -> list[Any]:
        at = session.library
        try:
            if upload:
                job = keeper.take_in(Path(upload), new)
            else:
                job = keeper.take_in_from(path, new, runs_server=runs_server(request))
        except AskAbstractsError as error:
            return [refused(at, error, request), None, *[gr.skip()] * len(jobs.begun)]
        return [look(session, request), None, *jobs.begin(job.id, session)]

    often: dict[str, Any] = {"trigger_mode": "multiple", **PRIVATE}
    shown.act(act, [frame.session], [shown, jobs.shown, jobs.clock, *rest], **often)
    inputs = [name, file, path, frame.session]
    for event in (file.upload, taking.click, path.submit):
        event(take_in, inputs, [shown, file, *jobs.begun], **PRIVATE)
    gr.on([tab.select, frame.picker.change], look, [frame.session], [shown], **often)
    page.load(paths, None, [by_path], **PRIVATE)
