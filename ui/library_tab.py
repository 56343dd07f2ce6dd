"""The Library tab: build or extend a library from PMIDs, a PubMed search or files, with progress and a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from index import Library
from index.errors import AskAbstractsError, InputError
from ui.ask_tab import PRIVATE, Frame
from ui.building import Build, BuildRequest, BuildState, account_html, progress_html
from ui.chat import Session, about_library, as_sentence, empty_screen
from ui.conversation import BROKEN_OFF, notice_html
from ui.libraries import Libraries
from ui.rendering import render
from ui.uploads import split_by_readability

NEW, PRESENT = "A new library", "The library chosen above"

DEFAULT_LIMIT = 500


@dataclass(frozen=True, slots=True)
class _LibraryFields:
    """Components of the tab."""

    pmids: gr.Textbox
    search: gr.Textbox
    limit: gr.Number
    files: gr.File
    target: gr.Radio
    name: gr.Textbox
    build: gr.Button
    stop: gr.Button
    ask: gr.Button
    outcome: gr.HTML

    @property
    def inputs(self) -> list[Any]:
        return [self.pmids, self.search, self.limit, self.files, self.target, self.name]


def library_tab(libraries: Libraries, frame: Frame, *, screen: list[gr.HTML]) -> None:
    """Lay out the tab and wire it; a new library is then asked in `screen`."""
    with gr.Column(elem_id="aa-fill"):
        gr.HTML(render("introduction.html"), apply_default_css=False)
        fields = _lay_out()
    _wire(libraries, frame, screen, fields)


def _lay_out() -> _LibraryFields:
    with gr.Row():
        with gr.Column(min_width=300):
            pmids = gr.Textbox(
                label="PMIDs",
                info="Separated by spaces, commas or new lines. Addresses of PubMed pages and references will do.",
                placeholder="24114327, 31714430",
                lines=4,
                max_lines=12,
                elem_id="aa-pmids",
            )
            search = gr.Textbox(
                label="PubMed search",
                info="As you would type it at PubMed.",
                placeholder="interleukin-32[Title] AND 2010:2020[dp]",
                elem_id="aa-search",
            )
            limit = gr.Number(DEFAULT_LIMIT, label="Take at most", minimum=1, precision=0, elem_id="aa-limit")
        with gr.Column(min_width=300):
            files = gr.File(
                label="Files: PubMed XML (also .gz), MEDLINE or nbib, JSON Lines, or lists of PMIDs",
                file_count="multiple",
                height=190,
                elem_id="aa-files",
            )
            target = gr.Radio([NEW, PRESENT], value=NEW, label="Into", elem_id="aa-target")
            name = gr.Textbox(
                label="Name of the new library",
                info="Letters, digits, hyphens and underscores.",
                placeholder="il32-breast",
                elem_id="aa-name",
            )
    with gr.Row(elem_id="aa-fill-buttons"):
        build = gr.Button("Build", variant="primary", scale=0, min_width=140, elem_id="aa-build")
        stop = gr.Button("Stop", scale=0, min_width=100, visible=False, elem_id="aa-stop")
        ask = gr.Button("Ask this library", scale=0, min_width=190, visible=False, elem_id="aa-ask-it")
    outcome = gr.HTML(elem_id="aa-outcome", apply_default_css=False)
    return _LibraryFields(pmids, search, limit, files, target, name, build, stop, ask, outcome)


def _wire(libraries: Libraries, frame: Frame, screen: list[gr.HTML], fields: _LibraryFields) -> None:
    running: dict[str, Build] = {}
    unchanged = [gr.skip()] * (3 + len(screen))

    def build(
        pmids: str,
        search: str,
        limit: float | None,
        files: list[str] | None,
        target: str,
        name: str,
        session: Session,
        request: gr.Request,
    ) -> Iterator[list[Any]]:
        paths = [Path(file) for file in files or ()]
        order = BuildRequest(pmids or "", search or "", int(limit) if limit else None, paths)
        try:
            chosen = _target(libraries, session, order, name if target == NEW else None)
            library = libraries.library(chosen)
        except AskAbstractsError as error:
            yield [notice_html(as_sentence(error)), *_buttons(), *unchanged]
            return
        job = running[str(request.session_hash)] = Build(library, order)
        try:
            for state in job.states():
                if not state.is_over:
                    yield [progress_html(state, is_stopping=job.is_stopping), *_buttons(is_running=True), *unchanged]
            yield [account_html(state, library), *_outcome(state, chosen, library, session)]
        finally:
            running.pop(str(request.session_hash), None)
            if target == NEW:
                libraries.discard_empty(chosen)

    def _outcome(state: BuildState, chosen: str, library: Library, session: Session) -> list[Any]:
        if not library.info().abstracts:
            return [*_buttons(), *unchanged]
        if chosen == session.library:
            return [*_buttons(can_ask=True), session, gr.skip(), about_library(session, libraries), *unchanged[3:]]
        session = Session(chosen)
        picker = gr.update(choices=libraries.names(), value=chosen)
        shown = empty_screen(session, libraries).parts
        return [*_buttons(can_ask=True), session, picker, about_library(session, libraries), *shown]

    def stop(request: gr.Request) -> None:
        if job := running.get(str(request.session_hash)):
            job.stop()

    def received(files: list[str]) -> list[Any]:
        kept, refused = split_by_readability([Path(file) for file in files])
        if not refused:
            return [gr.skip(), ""]
        return [[str(path) for path in kept], notice_html(" ".join(refused))]

    outputs = [fields.outcome, fields.build, fields.stop, fields.ask, frame.session, frame.picker, frame.line, *screen]
    building = fields.build.click(build, [*fields.inputs, frame.session], outputs, concurrency_limit=2, **PRIVATE)
    building.failure(lambda: [notice_html(BROKEN_OFF), *_buttons()], None, outputs[:4], **PRIVATE)
    fields.files.upload(received, [fields.files], [fields.files, fields.outcome], **PRIVATE)
    fields.stop.click(stop, None, None, **PRIVATE)
    fields.ask.click(lambda: gr.update(selected="ask"), None, [frame.tabs], **PRIVATE)
    fields.target.change(lambda target: gr.update(visible=target == NEW), [fields.target], [fields.name], **PRIVATE)


def _target(libraries: Libraries, session: Session, order: BuildRequest, name: str | None) -> str:
    """Return the name of the library to fill, and make it if it is new. Raises InputError when it cannot be filled."""
    if order.is_empty:
        raise InputError("nothing to take in yet: paste PMIDs, give a PubMed search or choose a file")
    if name is not None:
        return libraries.new(name)
    if libraries.is_sample(session.library):
        raise InputError("the sample library stays as it is; choose “A new library” and give it a name")
    return session.library


def _buttons(*, is_running: bool = False, can_ask: bool = False) -> list[Any]:
    """Return the updates of the buttons Build, Stop and Ask this library."""
    return [
        gr.update(interactive=not is_running),
        gr.update(visible=is_running),
        gr.update(visible=can_ask),
    ]
