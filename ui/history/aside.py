"""The list of kept conversations at the side: opened again, searched, renamed, deleted with undo, saved as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import AskAbstractsError
from ui.ask_tab import PRIVATE, AskTab, Frame
from ui.chat import Session, about_library, as_sentence, reopened_screen
from ui.history.keeping import filters_of, note_on, reopened
from ui.history.listing import lines_html
from ui.libraries import Libraries


def conversation_list(page: gr.Blocks, libraries: Libraries, frame: Frame, tab: AskTab) -> None:
    """Lay out the list and wire it."""
    script = (Path(__file__).parent / "aside.js").read_text(encoding="utf-8")
    with gr.Sidebar(label="Conversations", open=False, width=300, elem_id="aa-aside"):
        searched = gr.Textbox("", label="Conversations", placeholder="Search them…", elem_id="aa-searched")
        shown = gr.HTML(elem_id="aa-conversations", apply_default_css=False, js_on_load=script)

    def listed(words: str, session: Session, request: gr.Request) -> str:
        return lines_html(libraries, request.username or "", words, session)

    def open_(words: str, session: Session, request: gr.Request, event: gr.EventData) -> list[Any]:
        account = request.username or ""
        try:
            saved = libraries.conversations.read(account, str(event.id))
            note = note_on(saved, libraries)
        except AskAbstractsError as error:
            unchanged = [gr.skip()] * (4 + len(tab.screen) + len(tab.filters) + 1)
            return [lines_html(libraries, account, words, session, problem=as_sentence(error)), *unchanged]
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
            *reopened_screen(session).parts,
            *filters_of(saved),
            "",
        ]

    def rename(words: str, session: Session, request: gr.Request, event: gr.EventData) -> str:
        return changed(words, session, request, lambda account: libraries.conversations.rename(
            account, str(event.id), str(event.name)
        ))  # fmt: skip

    def delete(words: str, session: Session, request: gr.Request, event: gr.EventData) -> str:
        id_ = str(event.id)
        return changed(
            words, session, request, lambda account: libraries.conversations.delete(account, id_), deleted=id_
        )

    def restore(words: str, session: Session, request: gr.Request, event: gr.EventData) -> str:
        return changed(words, session, request, lambda account: libraries.conversations.restore(account, str(event.id)))

    def changed(words: str, session: Session, request: gr.Request, change: Any, **shown: str) -> str:  # noqa: ANN401
        account = request.username or ""
        try:
            change(account)
        except AskAbstractsError as error:
            shown = {"problem": as_sentence(error)}
        return lines_html(libraries, account, words, session, **shown)

    def save(words: str, session: Session, request: gr.Request, event: gr.EventData) -> str:
        return lines_html(libraries, request.username or "", words, session, saved=str(event.id))

    inputs = [searched, frame.session]
    opened = [shown, frame.session, frame.picker, frame.line, frame.tabs, *tab.screen, *tab.filters, tab.chosen]
    shown.open(open_, inputs, opened, cancels=tab.asking, **PRIVATE)
    shown.rename(rename, inputs, [shown], **PRIVATE)
    shown.remove(delete, inputs, [shown], **PRIVATE)
    shown.restore(restore, inputs, [shown], **PRIVATE)
    shown.save(save, inputs, [shown], **PRIVATE)
    gr.on([page.load, searched.change, tab.clear.click], listed, inputs, [shown], **PRIVATE)
    for asking in tab.asking:
        asking.then(listed, inputs, [shown], **PRIVATE)
