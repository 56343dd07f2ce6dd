"""The library that the page is on: chosen in the header, and shown with its welcome and its filters."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.ask_tab import PRIVATE, AskTab, Frame
from ui.chat import Latest, Session, about_library, empty_screen, mesh_choices, type_choices
from ui.libraries import Libraries


def shown_library(session: Session, libraries: Libraries) -> list[Any]:
    """Return the updates of `about_components` for a library, and no filter chosen."""
    types = gr.update(choices=type_choices(libraries, session.library), value=[])
    mesh = gr.update(choices=mesh_choices(libraries, session.library), value=[])
    return [about_library(session, libraries), types, mesh, "", ""]


def about_components(frame: Frame, tab: AskTab) -> list[Any]:
    """Return the components that tell of the library apart from the screen: its line, and the filters it can fill."""
    return [frame.line, tab.filters[2], *tab.filters[-2:], tab.search_details]


def begin_on_choice(frame: Frame) -> gr.events.Dependency:
    """Wire what begins a session on the library that is chosen; of all that a choice brings it has to come first.

    A question asked a moment later is then asked of that library.
    """

    def begin(name: str, session: Session, latest: Latest) -> Any:  # noqa: ANN401 (a session, or nothing)
        if session.library == name:  # Gradio tells of a choice twice
            return gr.skip()
        latest.choose()
        return Session(name, model=session.model)

    return frame.picker.input(begin, [frame.picker, frame.session, frame.latest], [frame.session], **PRIVATE)


def draw_on_choice(
    libraries: Libraries, frame: Frame, tab: AskTab, chosen: gr.events.Dependency, shelf: gr.Tab
) -> None:
    """Wire what shows the library that is chosen; it may have to be opened, for seconds, and is asked meanwhile.

    Whoever turns back to the tab `shelf` sees it anew: it may have been filled since.
    It goes by the session, as all does that a choice brings: the picker's value is refused by Gradio where that library
    is deleted a moment later.
    """

    def tell(session: Session) -> list[Any]:
        return shown_library(session, libraries)

    def draw(session: Session, latest: Latest) -> list[Any]:
        choices = latest.choices
        screen = empty_screen(session, libraries)
        is_begun = latest.is_asked or session.exchanges
        return [gr.skip()] * len(tab.screen) if is_begun or latest.choices != choices else list(screen.parts)

    for shown in (chosen.then, shelf.select):
        shown(draw, [frame.session, frame.latest], tab.screen, **PRIVATE)
    chosen.then(tell, [frame.session], about_components(frame, tab), **PRIVATE)
