"""The Library tab: build, extend or update a library, with a look at what PubMed has, and the jobs of that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import AskAbstractsError
from index.records import LinkKind
from ui.ask_tab import PRIVATE, Frame, RunsServer
from ui.building import BuildRequest
from ui.chat import Session, as_sentence
from ui.conversation import BROKEN_OFF, notice_html
from ui.current import can_be_updated, current_html, preview_html
from ui.libraries import Libraries
from ui.library.jobs_part import JobsPart, lay_out_jobs, wire_jobs
from ui.library.keeping import Keeper
from ui.library.keeping_part import keeping_part
from ui.pictures.part import LibraryPictures, library_pictures
from ui.rendering import render
from ui.uploads import split_by_readability

LINKS: dict[str, LinkKind] = {
    "what is similar": "similar_to",
    "what cites them": "cited_by",
    "what they cite": "references_of",
}
"""The kinds of links by what the page calls them, which Gradio shows as their tooltips too."""
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
    outcome: gr.HTML

    @property
    def inputs(self) -> list[Any]:
        return [self.pmids, self.search, self.papers, self.links, self.limit, self.files, self.target, self.name]


@dataclass(frozen=True, slots=True)
class _UpdateFields:
    """Components of the part that keeps a library current; all of it is hidden for the sample, which stays as it is."""

    part: gr.Column
    current: gr.HTML
    update: gr.Button
    outcome: gr.HTML


def library_tab(
    page: gr.Blocks, keeper: Keeper, frame: Frame, tab: gr.Tab, *, screen: list[gr.HTML], chosen: gr.HTML,
    runs_server: RunsServer,
) -> None:  # fmt: skip
    """Lay out the tab and wire it: a new library is asked in `screen`, what is chosen on the map told in `chosen`."""
    libraries = keeper.libraries
    with gr.Column(elem_id="aa-fill"):
        shown = library_pictures(libraries, frame, chosen)
        current = _lay_out_update()
        gr.HTML(render("introduction.html"), apply_default_css=False)
        fields = _lay_out()
        jobs = lay_out_jobs(keeper)
        keeping_part(page, keeper, frame, tab, jobs, screen=screen, runs_server=runs_server)
    over = wire_jobs(jobs, frame, tab, screen=screen)
    _wire(keeper, frame, jobs, fields)
    _wire_update(keeper, frame, tab, jobs, current, shown, over)
    _wire_look(fields)
    _wire_growing(libraries, frame, screen, fields)


def _lay_out_update() -> _UpdateFields:
    with gr.Column(visible=False, elem_id="aa-stay-current") as part:
        current = gr.HTML(elem_id="aa-current", apply_default_css=False, js_on_load=FORGET_JS)
        with gr.Row(elem_id="aa-update-buttons"):
            update = gr.Button("Update this library", scale=0, min_width=220, visible=False, elem_id="aa-update")
        outcome = gr.HTML(elem_id="aa-updated", apply_default_css=False)
    return _UpdateFields(part, current, update, outcome)


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
            links = gr.CheckboxGroup(list(LINKS), value=list(LINKS)[:1], show_label=False, elem_id="aa-links")
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
    outcome = gr.HTML(elem_id="aa-outcome", apply_default_css=False)
    return _LibraryFields(pmids, search, limit, papers, links, preview, files, target, name, build, outcome)


def _kinds(links: list[str] | None) -> tuple[LinkKind, ...]:
    return tuple(LINKS[name] for name in links or ())


def _wire(keeper: Keeper, frame: Frame, jobs: JobsPart, fields: _LibraryFields) -> None:
    def build(
        pmids: str,
        search: str,
        papers: str,
        links: list[str],
        limit: float | None,
        files: list[str] | None,
        target: str,
        name: str,
        session: Session,
    ) -> list[Any]:
        paths = [Path(file) for file in files or ()]
        most = int(limit) if limit else None
        order = BuildRequest(pmids or "", search or "", most, paths, papers or "", _kinds(links))
        try:
            job = keeper.fill(order, session.library, name if target == NEW else None)
        except AskAbstractsError as error:
            return [notice_html(as_sentence(error)), *[gr.skip()] * len(jobs.begun)]
        return ["", *jobs.begin(job.id, session)]

    def received(files: list[str]) -> list[Any]:
        kept, refused = split_by_readability([Path(file) for file in files])
        if not refused:
            return [gr.skip(), ""]
        return [[str(path) for path in kept], notice_html(" ".join(refused))]

    building = fields.build.click(build, [*fields.inputs, frame.session], [fields.outcome, *jobs.begun], **PRIVATE)
    building.failure(lambda: notice_html(BROKEN_OFF), None, [fields.outcome], **PRIVATE)
    fields.files.upload(received, [fields.files], [fields.files, fields.outcome], **PRIVATE)
    fields.target.change(lambda target: gr.update(visible=target == NEW), [fields.target], [fields.name], **PRIVATE)


def _wire_update(
    keeper: Keeper,
    frame: Frame,
    tab: gr.Tab,
    jobs: JobsPart,
    fields: _UpdateFields,
    pictures: LibraryPictures,
    over: Any,  # noqa: ANN401 (an event)
) -> None:
    """Wire what keeps a library current; `over` comes when a job that the page began is over."""
    libraries = keeper.libraries

    def update(session: Session) -> list[Any]:
        try:
            job = keeper.update(session.library)
        except AskAbstractsError as error:
            return [notice_html(as_sentence(error)), *[gr.skip()] * len(jobs.begun)]
        return ["", *jobs.begin(job.id, session)]

    def shown(name: str) -> list[Any]:
        is_shown = gr.update(visible=not libraries.is_sample(name))  # which the page does not extend
        try:
            library = libraries.library(name)
            return [is_shown, current_html(library), gr.update(visible=can_be_updated(library))]
        except AskAbstractsError as error:
            return [is_shown, notice_html(as_sentence(error)), gr.update(visible=False)]

    def forget(session: Session, event: gr.EventData) -> list[Any]:
        try:
            libraries.library(session.library).forget(str(event.name))
        except AskAbstractsError as error:
            return [gr.skip(), notice_html(as_sentence(error)), gr.skip()]
        return shown(session.library)

    updating = fields.update.click(update, [frame.session], [fields.outcome, *jobs.begun], **PRIVATE)
    updating.failure(lambda: notice_html(BROKEN_OFF), None, [fields.outcome], **PRIVATE)
    parts = [fields.part, fields.current, fields.update]
    fields.current.forget(forget, [frame.session], parts, **PRIVATE)
    frame.picker.change(
        lambda session: [*shown(session.library), ""], [frame.session], [*parts, fields.outcome], **PRIVATE
    )
    for changed in (frame.picker.input, over.then):
        changed(pictures.put_away, None, pictures.shown, **PRIVATE)
    for changed in (tab.select, over.then):
        changed(lambda session: shown(session.library), [frame.session], parts, **PRIVATE)


def _wire_look(fields: _LibraryFields) -> None:
    """Show what PubMed has for the search and the papers, once they are typed and before anything is fetched."""
    seen = gr.State(("", "", ()))

    def look(search: str, papers: str, links: list[str], limit: float | None, last: tuple[Any, ...]) -> list[Any]:
        most = int(limit) if limit else None
        order = BuildRequest(search=search or "", limit=most, papers=papers or "", links=_kinds(links))
        wanted = (order.search, order.papers, order.links)
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
        links = [name for name, kind in LINKS.items() if kind == event.kind]
        return [*others, order.papers, links, target, gr.update(selected="library"), preview_html(order)]

    others = [fields.pmids, fields.search, fields.files]
    outputs = [*others, fields.papers, fields.links, fields.target, frame.tabs, fields.preview]
    for sources in screen[2:]:
        sources.grow(grow, [frame.session, fields.limit], outputs, **PRIVATE)
