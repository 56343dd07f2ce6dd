"""The part of the Ask tab that shows a library before anything was asked; a conversation takes its place."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from ui.ask_tab import PRIVATE, Frame
from ui.chat import Latest, Session
from ui.libraries import Libraries
from ui.library.overview import Overviews

_LOOKS_S, _EACH = 0.2, 5
_LOOKS = 300
"""How often a page looks whether it is on another library, each fifth time whether more was worked out; a later visit
sees the rest."""


def overview_part(
    page: gr.Blocks, libraries: Libraries, frame: Frame, shown: list[gr.HTML], *, begun: Sequence[Any]
) -> None:
    """Fill the two components when the page opens, another library is chosen, or at any of the events `begun`."""
    overviews = Overviews(libraries)

    def show(session: Session, latest: Latest, request: gr.Request) -> Iterator[tuple[str, str]]:
        choices = latest.choices
        for _ in range(_LOOKS):
            asks, holds, is_whole = overviews.html(session.library, request.username or "")
            yield asks, holds
            if is_whole:
                return
            for _ in range(_EACH):
                time.sleep(_LOOKS_S)
                if latest.choices != choices:  # Gradio begins with the next library only when this one is over
                    return

    gr.on(
        [page.load, frame.picker.change, *begun],
        show,
        [frame.session, frame.latest],
        shown,
        concurrency_limit=20,
        trigger_mode="always_last",
        **PRIVATE,
    )


def overview_html(name: str) -> gr.HTML:
    """Lay out a component where it is called: "aa-overview", or "aa-holdings" beside it."""
    script = (Path(__file__).parent / "overview.js").read_text(encoding="utf-8")
    return gr.HTML(elem_id=name, apply_default_css=False, js_on_load=script)
