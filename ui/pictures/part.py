"""The part of the Library tab that shows what a library holds: drawn when it is opened, and remembered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from index import Library
from index.errors import AskAbstractsError
from ui.ask_tab import PRIVATE, Frame
from ui.chat import Session, as_sentence
from ui.conversation import BROKEN_OFF, notice_html
from ui.libraries import Libraries
from ui.pictures.drawing import pictures_html
from ui.pictures.survey import Survey, pictures, surveys
from ui.rendering import render

_KEPT = 8
"""Libraries whose surveys are remembered."""


@dataclass(frozen=True, slots=True)
class LibraryPictures:
    """The components that show a library's pictures."""

    part: gr.Accordion
    pictures: gr.HTML

    @property
    def shown(self) -> list[Any]:
        """Both, as `put_away` fills them."""
        return [self.part, self.pictures]

    @staticmethod
    def put_away() -> list[Any]:
        """Close the part: another library is chosen, or this one is no longer what was drawn."""
        return [gr.update(open=False), ""]


def library_pictures(libraries: Libraries, frame: Frame) -> LibraryPictures:
    """Lay out the part and wire it."""
    with gr.Accordion("What this library holds, in pictures", open=False, elem_id="aa-pictures") as part:
        shown = gr.HTML(elem_id="aa-drawn", apply_default_css=False)
    kept: dict[str, Survey] = {}

    def draw(session: Session) -> Iterator[str]:
        try:
            library = libraries.library(session.library)
            digest = library.digest
            for survey in _surveys(library, kept.get(digest)):
                yield survey_html(survey)
        except AskAbstractsError as error:
            yield notice_html(as_sentence(error))
            return
        kept[digest] = survey
        if len(kept) > _KEPT:
            kept.pop(next(iter(kept)))

    drawing = part.expand(draw, [frame.session], [shown], concurrency_limit=2, **PRIVATE)
    drawing.failure(lambda: notice_html(BROKEN_OFF), None, [shown], **PRIVATE)
    part.collapse(None, None, None, cancels=[drawing], **PRIVATE)
    return LibraryPictures(part, shown)


def survey_html(survey: Survey) -> str:
    """Return the pictures of a library, or how far they have come."""
    if not survey.is_whole:
        return render("pictures/reading.html", survey=survey)
    return pictures_html(pictures(survey))


def _surveys(library: Library, kept: Survey | None) -> Iterator[Survey]:
    return surveys(library) if kept is None else iter([kept])
