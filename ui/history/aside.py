"""The list of kept conversations at the side: opened again, searched, renamed, deleted with undo, saved as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import AskAbstractsError, InputError
from ui.ask_tab import PRIVATE, AskTab, Frame
from ui.chat import SHOWN_EXCHANGES, Session, about_library, as_sentence, reopened_screen
from ui.history.keeping import digest_today, filter_updates, note_on, reopened
from ui.history.listing import lines_html
from ui.libraries import Libraries


def conversation_list(
    libraries: Libraries,
    frame: Frame,
    tab: AskTab,
    *,
    loaded: gr.events.Dependency,
    begun: Sequence[gr.events.Dependency],
) -> None:
    """Lay out the list and wire it.

    Once the page is `loaded` it shows the conversation that its address names; `begun` is what begins another one.
    """
    script = (Path(__file__).parent / "aside.js").read_text(encoding="utf-8")
    with gr.Sidebar(label="Conversations", open=False, width=300, elem_id="aa-aside"):
        searched = gr.Textbox("", label="Conversations", placeholder="Search them…", elem_id="aa-searched")
        shown = gr.HTML(elem_id="aa-conversations", apply_default_css=False, js_on_load=script)

    def listed(words: str, session: Session, request: gr.Request) -> str:
        return lines_html(libraries, request.username or "", words, session)

    def open_(words: str, session: Session, request: gr.Request, event: gr.EventData) -> list[Any]:
        return opened(words, session, request.username or "", str(event.conversation))

    def linked(words: str, session: Session, request: gr.Request) -> list[Any]:
        """Open the conversation that the page's address names."""
        asked = request.query_params
        if not asked.get("conversation"):
            return unchanged(words, session, request.username or "")
        turn = asked.get("turn", "")
        number = int(turn) if turn.isdecimal() and len(turn) < 10 else None
        return opened(words, session, request.username or "", asked["conversation"], turn=number)

    def opened(words: str, session: Session, account: str, id_: str, turn: int | None = None) -> list[Any]:
        try:
            saved = libraries.conversations.read(account, id_, last=SHOWN_EXCHANGES, turn=turn)
            if not saved.exchanges:
                raise InputError("nothing was saved of this conversation; choose another, or ask anew")
            note, digest = note_on(saved, libraries), digest_today(saved, libraries)
        except AskAbstractsError as error:
            return unchanged(words, session, account, problem=as_sentence(error))
        session = reopened(saved, libraries)
        is_here = session.library in libraries.names()
        picker = gr.update(choices=libraries.names(), value=session.library) if is_here else gr.skip()
        line = about_library(session, libraries) if is_here else gr.skip()
        return [
            lines_html(libraries, account, words, session, note=note),
            session,
            picker,
            line,
            gr.update(selected="ask"),
            *reopened_screen(session, library_digest=digest).parts,
            *filter_updates(saved, libraries),
            "",
            gr.update(value=session.model or libraries.model_name),
        ]

    def unchanged(words: str, session: Session, account: str, *, problem: str = "") -> list[Any]:
        html = lines_html(libraries, account, words, session, problem=problem)
        return [html, *[gr.skip()] * (len(shown_again) - 1)]

    def rename(words: str, session: Session, request: gr.Request, event: gr.EventData) -> str:
        return changed(words, session, request, lambda account: libraries.conversations.rename(
            account, str(event.conversation), str(event.name)
        ))  # fmt: skip

    def delete(words: str, session: Session, request: gr.Request, event: gr.EventData) -> str:
        id_ = str(event.conversation)
        return changed(
            words, session, request, lambda account: libraries.conversations.delete(account, id_), deleted=id_
        )

    def restore(words: str, session: Session, request: gr.Request, event: gr.EventData) -> str:
        id_ = str(event.conversation)
        return changed(words, session, request, lambda account: libraries.conversations.restore(account, id_))

    def changed(words: str, session: Session, request: gr.Request, change: Any, **shown: str) -> str:  # noqa: ANN401
        account = request.username or ""
        try:
            change(account)
        except AskAbstractsError as error:
            shown = {"problem": as_sentence(error)}
        return lines_html(libraries, account, words, session, **shown)

    inputs = [searched, frame.session]
    shown_again = [
        shown,
        frame.session,
        frame.picker,
        frame.line,
        frame.tabs,
        *tab.screen,
        *tab.filters,
        tab.chosen,
        tab.model,
    ]
    shown.open(open_, inputs, shown_again, cancels=tab.asking, **PRIVATE)
    shown.rename(rename, inputs, [shown], **PRIVATE)
    shown.remove(delete, inputs, [shown], **PRIVATE)
    shown.restore(restore, inputs, [shown], **PRIVATE)
    searched.change(listed, inputs, [shown], **PRIVATE)
    loaded.then(linked, inputs, shown_again, **PRIVATE)
    for event in begun:
        event.then(listed, inputs, [shown], **PRIVATE)
    for asking in tab.asking:
        asking.then(listed, inputs, [shown], **PRIVATE)
