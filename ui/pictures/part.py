"""The part of the Library tab that shows what a library holds: drawn when it is opened, and remembered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr

from index.errors import AskAbstractsError
from ui.ask_tab import PRIVATE, Frame
from ui.chat import Session, as_sentence, chosen_html
from ui.conversation import BROKEN_OFF, notice_html
from ui.libraries import Libraries
from ui.pictures.drawing import pictures_html
from ui.pictures.map_view import map_html, opened_html
from ui.pictures.mapping import LibraryMap, map_of
from ui.pictures.survey import Survey, pictures, surveys
from ui.rendering import render

_KEPT = 8
"""Libraries whose surveys, and whose maps, are remembered."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class LibraryPictures:
    """The components that show a library's pictures and its map."""

    parts: tuple[gr.Accordion, gr.Accordion]
    drawn: tuple[gr.HTML, gr.HTML, gr.HTML]

    @property
    def shown(self) -> list[Any]:
        """All of them, as `put_away` fills them."""
        return [*self.parts, *self.drawn]

    @staticmethod
    def put_away() -> list[Any]:
        """Close the parts: another library is chosen, or this one is no longer what was drawn."""
        return [gr.update(open=False), gr.update(open=False), "", "", ""]


def library_pictures(libraries: Libraries, frame: Frame, chosen: gr.HTML) -> LibraryPictures:
    """Lay out both parts and wire them; abstracts that are chosen on it are told of in `chosen`."""
    with gr.Accordion("What this library holds, in pictures", open=False, elem_id="aa-pictures") as part:
        shown = gr.HTML(elem_id="aa-drawn", apply_default_css=False)
    script = (Path(__file__).parent / "map.js").read_text(encoding="utf-8")
    map_part = gr.Accordion("A map of its abstracts", open=False, elem_id="aa-map-part")
    with map_part, gr.Row(elem_id="aa-map-and-card"):
        mapped = gr.HTML(elem_id="aa-map", apply_default_css=False, js_on_load=script)
        opened = gr.HTML(elem_id="aa-mapped", apply_default_css=False)
    _wire_pictures(libraries, frame, part, shown)
    _wire_map(libraries, frame, map_part, mapped, opened, chosen)
    return LibraryPictures((part, map_part), (shown, mapped, opened))


def _wire_pictures(libraries: Libraries, frame: Frame, part: gr.Accordion, shown: gr.HTML) -> None:
    kept: dict[str, Survey] = {}

    def draw(session: Session) -> Iterator[str]:
        try:
            library = libraries.library(session.library)
            digest = library.digest
            for survey in surveys(library) if digest not in kept else iter([kept[digest]]):
                yield survey_html(survey)
        except AskAbstractsError as error:
            yield notice_html(as_sentence(error))
            return
        _keep(kept, digest, survey)

    drawing = part.expand(draw, [frame.session], [shown], concurrency_limit=2, **PRIVATE)
    drawing.failure(lambda: notice_html(BROKEN_OFF), None, [shown], **PRIVATE)
    part.collapse(None, None, None, cancels=[drawing], **PRIVATE)


def _wire_map(
    libraries: Libraries, frame: Frame, part: gr.Accordion, mapped: gr.HTML, opened: gr.HTML, chosen: gr.HTML
) -> None:
    kept: dict[str, LibraryMap] = {}

    def known(session: Session) -> LibraryMap:
        library = libraries.library(session.library)
        digest = library.digest
        if digest not in kept:
            _keep(kept, digest, map_of(library))
        return kept[digest]

    def draw(session: Session) -> Iterator[str]:
        yield render("pictures/mapping.html")
        try:
            yield map_html(known(session))
        except AskAbstractsError as error:
            yield notice_html(as_sentence(error))

    def show(session: Session, event: gr.EventData) -> str:
        try:
            return opened_html(libraries.library(session.library), str(event.pmid))
        except AskAbstractsError as error:
            return notice_html(as_sentence(error))

    def choose(session: Session, event: gr.EventData) -> list[Any]:
        """Ask only a group, or the abstracts that were encircled: those that the map has, whatever was sent."""
        groups = known(session).groups
        asked = {str(pmid) for pmid in event.pmids or ()}
        number = int(event.group) if event.group is not None else -1
        pmids = tuple(pmid for at, group in enumerate(groups) for pmid in group.pmids if at == number or pmid in asked)
        if not pmids:
            return [gr.skip(), gr.skip(), gr.skip()]
        return [replace(session, chosen=pmids), chosen_html(pmids), gr.update(selected="ask")]

    drawing = part.expand(draw, [frame.session], [mapped], concurrency_limit=2, **PRIVATE)
    drawing.failure(lambda: notice_html(BROKEN_OFF), None, [mapped], **PRIVATE)
    mapped.open(show, [frame.session], [opened], **PRIVATE)
    mapped.choose(choose, [frame.session], [frame.session, chosen, frame.tabs], **PRIVATE)


def _keep(kept: dict[str, _T], digest: str, drawn: _T) -> None:
    kept[digest] = drawn
    while len(kept) > _KEPT:
        kept.pop(next(iter(kept)), None)


def survey_html(survey: Survey) -> str:
    """Return the pictures of a library, or how far they have come."""
    if not survey.is_whole:
        return render("pictures/reading.html", survey=survey)
    return pictures_html(pictures(survey))
