"""The Library tab: build, extend or update a library, with a look at what PubMed has, progress and a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from index import Library
from index.errors import AskAbstractsError, InputError
from index.records import LinkKind
from ui.ask_tab import PRIVATE, Frame, RunsServer
from ui.building import Build, BuildRequest, BuildState, account_html, progress_html
from ui.chat import Session, about_library, as_sentence, empty_screen
from ui.conversation import BROKEN_OFF, notice_html
from ui.current import can_be_updated, current_html, preview_html
from ui.libraries import Libraries
from ui.library.keeping import Keeper
from ui.library.keeping_part import keeping_part
from ui.pictures.part import LibraryPictures, library_pictures
from ui.rendering import render
from ui.uploads import split_by_readability

LINKS: list[Any] = [
    ("what is similar", "similar_to"),
    ("what cites them", "cited_by"),
    ("what they cite", "references_of"),
]
NEW, PRESENT = "A new library", "The library chosen above"

DEFAULT_LIMIT = 500
FORGET_JS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-forget]');
  if (button) trigger('forget', { name: button.dataset.forget });
});
"""
"""Script that turns a click on "forget" into an event of the component."""


@dataclass(frozen=True, slots=True)
class _LibraryFields:
    """Components of the tab."""

    pmids: gr.Textbox
    search: gr.Textbox
    limit: gr.Number
    papers: gr.Textbox
    links: gr.CheckboxGroup
    preview: gr.HTML
    files: gr.File
    target: gr.Radio
    name: gr.Textbox
    build: gr.Button
    stop: gr.Button
    ask: gr.Button
    outcome: gr.HTML

    @property
    def inputs(self) -> list[Any]:
        return [self.pmids, self.search, self.papers, self.links, self.limit, self.files, self.target, self.name]

    @property
    def run(self) -> list[Any]:
        """The components that show a build: its account and its buttons."""
        return [self.outcome, self.build, self.stop, self.ask]


@dataclass(frozen=True, slots=True)
class _UpdateFields:
    """Components of the part that keeps a library current; all of it is hidden for the sample, which stays as it is."""

    part: gr.Column
    current: gr.HTML
    update: gr.Button
    stop: gr.Button
    ask: gr.Button
    outcome: gr.HTML

    @property
    def run(self) -> list[Any]:
        """The components that show an update: its account and its buttons."""
        return [self.outcome, self.update, self.stop, self.ask]


def library_tab(
    keeper: Keeper, frame: Frame, tab: gr.Tab, *, screen: list[gr.HTML], chosen: gr.HTML, runs_server: RunsServer
) -> None:
    """Lay out the tab and wire it: a new library is asked in `screen`, what is chosen on the map told in `chosen`."""
    libraries = keeper.libraries
    with gr.Column(elem_id="aa-fill"):
        shown = library_pictures(libraries, frame, chosen)
        current = _lay_out_update()
        gr.HTML(render("introduction.html"), apply_default_css=False)
        fields = _lay_out()
        keeping_part(keeper, frame, tab, screen=screen, runs_server=runs_server)
    _wire(libraries, frame, tab, screen, fields, current, shown)
    _wire_look(fields)
    _wire_growing(libraries, frame, screen, fields)


def _lay_out_update() -> _UpdateFields:
    with gr.Column(visible=False, elem_id="aa-stay-current") as part:
        current = gr.HTML(elem_id="aa-current", apply_default_css=False, js_on_load=FORGET_JS)
        with gr.Row(elem_id="aa-update-buttons"):
            update = gr.Button("Update this library", scale=0, min_width=220, visible=False, elem_id="aa-update")
            stop = gr.Button("Stop", scale=0, min_width=100, visible=False, elem_id="aa-stop-update")
            ask = gr.Button("Ask this library", scale=0, min_width=190, visible=False, elem_id="aa-ask-updated")
        outcome = gr.HTML(elem_id="aa-updated", apply_default_css=False)
    return _UpdateFields(part, current, update, stop, ask, outcome)


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
            papers = gr.Textbox(
                label="Papers to start from",
                info="Their numbers at PubMed. Choose below what is to be added.",
                placeholder="24114327",
                elem_id="aa-papers",
            )
            links = gr.CheckboxGroup(LINKS, value=["similar_to"], show_label=False, elem_id="aa-links")
            limit = gr.Number(DEFAULT_LIMIT, label="Take at most", minimum=1, precision=0, elem_id="aa-limit")
        with gr.Column(min_width=300):
            files = gr.File(
                label="Files: PubMed XML, MEDLINE or nbib, JSON, RIS, EndNote XML (also .gz, .zip), or lists of PMIDs",
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
            preview = gr.HTML(elem_id="aa-preview", apply_default_css=False)
    with gr.Row(elem_id="aa-fill-buttons"):
        build = gr.Button("Build", variant="primary", scale=0, min_width=140, elem_id="aa-build")
        stop = gr.Button("Stop", scale=0, min_width=100, visible=False, elem_id="aa-stop")
        ask = gr.Button("Ask this library", scale=0, min_width=190, visible=False, elem_id="aa-ask-it")
    outcome = gr.HTML(elem_id="aa-outcome", apply_default_css=False)
    return _LibraryFields(pmids, search, limit, papers, links, preview, files, target, name, build, stop, ask, outcome)


def _wire(
    libraries: Libraries,
    frame: Frame,
    tab: gr.Tab,
    screen: list[gr.HTML],
    fields: _LibraryFields,
    current: _UpdateFields,
    pictures: LibraryPictures,
) -> None:
    running: dict[str, Build] = {}
    unchanged = [gr.skip()] * (3 + len(screen))

    def build(
        pmids: str,
        search: str,
        papers: str,
        links: list[LinkKind],
        limit: float | None,
        files: list[str] | None,
        target: str,
        name: str,
        session: Session,
        request: gr.Request,
    ) -> Iterator[list[Any]]:
        paths = [Path(file) for file in files or ()]
        most = int(limit) if limit else None
        order = BuildRequest(pmids or "", search or "", most, paths, papers or "", tuple(links or ()))
        try:
            chosen = _target(libraries, session, order, name if target == NEW else None)
            yield from watched(order, chosen, session, request)
        except AskAbstractsError as error:
            yield [notice_html(as_sentence(error)), *_buttons(), *unchanged]
            return
        if target == NEW:
            libraries.discard_empty(chosen)

    def update(session: Session, request: gr.Request) -> Iterator[list[Any]]:
        try:
            yield from watched(BuildRequest(is_update=True), session.library, session, request)
        except AskAbstractsError as error:
            yield [notice_html(as_sentence(error)), *_buttons(), *unchanged]

    def watched(order: BuildRequest, chosen: str, session: Session, request: gr.Request) -> Iterator[list[Any]]:
        """Yield what is shown of a build or an update until it is over."""
        library = libraries.library(chosen)
        job = running[str(request.session_hash)] = Build(library, order)
        try:
            for state in job.states():
                if not state.is_over:
                    yield [progress_html(state, is_stopping=job.is_stopping), *_buttons(is_running=True), *unchanged]
            yield [account_html(state, library), *_outcome(state, chosen, library, session)]
        finally:
            running.pop(str(request.session_hash), None)

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

    def shown_current(name: str) -> list[Any]:
        is_shown = gr.update(visible=not libraries.is_sample(name))  # which the page does not extend
        try:
            library = libraries.library(name)
            return [is_shown, current_html(library), gr.update(visible=can_be_updated(library))]
        except AskAbstractsError as error:
            return [is_shown, notice_html(as_sentence(error)), gr.update(visible=False)]

    rest = [frame.session, frame.picker, frame.line, *screen]
    building = fields.build.click(
        build, [*fields.inputs, frame.session], [*fields.run, *rest], concurrency_limit=2, **PRIVATE
    )
    updating = current.update.click(update, [frame.session], [*current.run, *rest], concurrency_limit=2, **PRIVATE)
    for event, part in ((building, fields), (updating, current)):
        event.failure(lambda: [notice_html(BROKEN_OFF), *_buttons()], None, part.run, **PRIVATE)
        part.stop.click(stop, None, None, **PRIVATE)
        part.ask.click(lambda: gr.update(selected="ask"), None, [frame.tabs], **PRIVATE)

    def forget(session: Session, event: gr.EventData) -> list[Any]:
        try:
            libraries.library(session.library).forget(str(event.name))
        except AskAbstractsError as error:
            return [gr.skip(), notice_html(as_sentence(error)), gr.skip()]
        return shown_current(session.library)

    parts = [current.part, current.current, current.update]
    current.current.forget(forget, [frame.session], parts, **PRIVATE)
    frame.picker.input(lambda name: [*shown_current(name), ""], [frame.picker], [*parts, current.outcome], **PRIVATE)
    for changed in (frame.picker.input, building.then, updating.then):
        changed(pictures.put_away, None, pictures.shown, **PRIVATE)
    for changed in (tab.select, building.then, updating.then):
        changed(lambda session: shown_current(session.library), [frame.session], parts, **PRIVATE)
    fields.files.upload(received, [fields.files], [fields.files, fields.outcome], **PRIVATE)
    fields.target.change(lambda target: gr.update(visible=target == NEW), [fields.target], [fields.name], **PRIVATE)


def _wire_look(fields: _LibraryFields) -> None:
    """Show what PubMed has for the search and the papers, once they are typed and before anything is fetched."""
    seen = gr.State(("", "", ()))

    def look(search: str, papers: str, links: list[LinkKind], limit: float | None, last: tuple[Any, ...]) -> list[Any]:
        order = BuildRequest(search=search or "", limit=int(limit) if limit else None, papers=papers or "", links=links)
        wanted = (order.search, order.papers, tuple(links))
        return [gr.skip(), gr.skip()] if wanted == last else [preview_html(order), wanted]

    asked = [fields.search.submit, fields.search.blur, fields.papers.submit, fields.papers.blur, fields.links.change]
    inputs = [fields.search, fields.papers, fields.links, fields.limit, seen]
    gr.on(asked, look, inputs, [fields.preview, seen], concurrency_limit=4, **PRIVATE)


def _wire_growing(libraries: Libraries, frame: Frame, screen: list[gr.HTML], fields: _LibraryFields) -> None:
    """Have the buttons beside an abstract fill in the papers to start from, and show what PubMed has for them."""

    def grow(session: Session, limit: float | None, event: gr.EventData) -> list[Any]:
        order = BuildRequest(limit=int(limit) if limit else None, papers=str(event.pmid), links=(event.kind,))
        target = NEW if libraries.is_sample(session.library) else PRESENT
        others = ["", "", None]  # what was typed for another build is not meant
        return [*others, order.papers, [event.kind], target, gr.update(selected="library"), preview_html(order)]

    others = [fields.pmids, fields.search, fields.files]
    outputs = [*others, fields.papers, fields.links, fields.target, frame.tabs, fields.preview]
    for sources in screen[2:]:
        sources.grow(grow, [frame.session, fields.limit], outputs, **PRIVATE)


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
