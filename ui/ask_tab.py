"""The Ask tab: the conversation with its question box on the left, the sources on the right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import gradio as gr

from index.records import Design, Subjects
from ui.chat import FilterFields, Latest, Session, about_search, ask, mesh_choices, model_choices
from ui.conversation import BROKEN_OFF, notice_html
from ui.history.keeping import keep, keep_mark
from ui.libraries import Libraries

PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""Settings of every event: no named endpoint of the API, no spinner of Gradio's."""

RunsServer = Callable[[gr.Request], bool]
"""Whether a request is of who runs the server."""
GROW_JS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-grow]');
  if (button) trigger('grow', { kind: button.dataset.grow, pmid: button.dataset.pmid });
});
"""
"""Script that turns a click beside an abstract on what is similar to it, or cites it, into an event."""


ALL_JS = """
element.addEventListener('click', (event) => {
  if (event.target.closest('button[data-all]')) trigger('all', {});
});
"""
"""Script that turns a click on "Ask all again" into an event of the component."""


_LITERAL = 8
"""The place among the filters of the field that has names searched for as they are written."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Components that all tabs share: the session, what was done last, and those of the header."""

    session: gr.State
    latest: gr.State
    picker: gr.Dropdown
    line: gr.HTML
    tabs: gr.Tabs


@dataclass(frozen=True, slots=True)
class AskTab:
    """Components of the Ask tab that the page and the other tabs use; `screen` shows a Screen, in its order."""

    screen: list[gr.HTML]
    question: gr.Textbox
    filters: list[Any]
    search_details: gr.HTML
    clear: gr.Button
    asking: list[Any]
    chosen: gr.HTML
    model: gr.Dropdown
    overview: list[gr.HTML]


def ask_tab(libraries: Libraries, frame: Frame, overview: Callable[[str], gr.HTML]) -> AskTab:
    """Lay out the tab, with the `overview` of a library around the conversation, and wire its question box."""
    script = (Path(__file__).parent / "ask_tab.js").read_text(encoding="utf-8")
    with gr.Row(elem_id="aa-ask"):
        with gr.Column(elem_id="aa-talk", scale=3, min_width=300):
            with gr.Column(elem_id="aa-scroll"):
                earlier = gr.HTML(elem_id="aa-earlier", apply_default_css=False, js_on_load=script)
                present = gr.HTML(elem_id="aa-present", apply_default_css=False, js_on_load=script)
                asks = overview("aa-overview")
            with gr.Column(elem_id="aa-composer"):
                chosen = gr.HTML(elem_id="aa-chosen", apply_default_css=False, js_on_load=ALL_JS)
                question, send = _question_box()
                with gr.Row(elem_id="aa-under"):
                    filters, search_details = _filter_fields()
                    model = gr.Dropdown(
                        model_choices(libraries), value=libraries.model_name, label="Answered by", elem_id="aa-model",
                        filterable=False, visible=False, scale=0, min_width=260,
                    )  # fmt: skip
                    clear = gr.Button("New conversation", size="sm", elem_id="aa-clear", scale=0)
        with gr.Column(elem_id="aa-beside", scale=2, min_width=300):
            growing: dict[str, Any] = {"apply_default_css": False, "js_on_load": GROW_JS}
            present_sources = gr.HTML(elem_id="aa-present-sources", **growing)
            earlier_sources = gr.HTML(elem_id="aa-earlier-sources", **growing)
            holds = overview("aa-holdings")
    screen = [earlier, present, earlier_sources, present_sources]
    asking = _wire(libraries, frame, screen=screen, question=question, send=send, filters=filters)
    _wire_filters(libraries, frame, filters, search_details)
    chosen.all(lambda session: [replace(session, chosen=()), ""], [frame.session], [frame.session, chosen], **PRIVATE)
    for changed in (frame.picker.input, clear.click):
        changed(lambda: "", None, [chosen], **PRIVATE)
    model.input(lambda session, name: replace(session, model=name), [frame.session, model], [frame.session], **PRIVATE)
    return AskTab(screen, question, filters, search_details, clear, asking, chosen, model, [asks, holds])


def _question_box() -> tuple[gr.Textbox, gr.Button]:
    with gr.Row(elem_id="aa-box"):
        question = gr.Textbox(
            label="Your question",
            placeholder="Ask about these abstracts…",
            lines=1,
            max_lines=6,
            container=False,
            autofocus=True,
            scale=8,
            min_width=120,
            elem_id="aa-question",
            html_attributes=gr.InputHTMLAttributes(autocomplete="off", enterkeyhint="send"),
        )
        send = gr.Button("Ask", variant="primary", scale=0, min_width=80, elem_id="aa-send")
    return question, send


def _filter_fields() -> tuple[list[Any], gr.HTML]:
    """Lay out the filters, and return them in FilterFields' order; below them stand the details of a search."""
    with gr.Accordion("Filters", open=False, elem_id="aa-filters"):
        with gr.Row():
            # Text and not numbers: Gradio's number field returns 0 when it is empty.
            first_year = gr.Textbox("", label="From year", placeholder="any", max_length=4, min_width=80)
            last_year = gr.Textbox("", label="To year", placeholder="any", max_length=4, min_width=80)
            types = gr.Dropdown([], value=[], multiselect=True, label="Publication type", min_width=180, scale=3)
        with gr.Row():
            several: dict[str, Any] = {"value": [], "multiselect": True}
            designs = gr.Dropdown(_choices(Design), label="Study design", min_width=200, scale=3, **several)
            subjects = gr.Dropdown(_choices(Subjects), label="Studied in", min_width=150, scale=2, **several)
            min_n = gr.Textbox("", label="Least n", placeholder="any", max_length=9, min_width=110)
        with gr.Row():
            choice: dict[str, Any] = {"value": [], "multiselect": True, "elem_id": "aa-mesh"}
            mesh = gr.Dropdown([], label="MeSH terms, any of these", min_width=220, scale=2, **choice)
            example: dict[str, Any] = {"placeholder": "tumor*[tiab] NOT review[pt]", "elem_id": "aa-where"}
            where = gr.Textbox("", label="PubMed search over this library", min_width=260, scale=3, **example)
        with gr.Row():
            retracted = gr.Checkbox(False, label="Retracted abstracts too", min_width=190)
            only_new = gr.Checkbox(False, label="Only what is new", min_width=150, elem_id="aa-only-new")
            literal = gr.Checkbox(False, label="Names only as I write them", min_width=200, elem_id="aa-literal")
        details = gr.HTML(elem_id="aa-details", apply_default_css=False)
    return [first_year, last_year, types, retracted, only_new, designs, subjects, min_n, literal, mesh, where], details


def _choices(names: Any) -> list[tuple[str, str]]:  # noqa: ANN401 (a Literal)
    """Return the names of designs or subjects to choose from, without those that say that nothing is known."""
    return [(name[:1].upper() + name[1:], name) for name in get_args(names) if name not in ("other", "none")]


def _wire_filters(libraries: Libraries, frame: Frame, filters: list[Any], details: gr.HTML) -> None:
    mesh, where = filters[-2:]

    def search(session: Session, *fields: Any) -> str:  # noqa: ANN401 (four types)
        return about_search(FilterFields(*fields), session, libraries)

    def type_ahead(session: Session, chosen: list[str], event: gr.KeyUpData) -> Any:  # noqa: ANN401 (an update)
        return gr.update(choices=mesh_choices(libraries, session.library, event.input_value, chosen or ()))

    for event in (where.submit, where.blur, *(field.change for field in filters[:-1])):
        event(search, [frame.session, *filters], [details], **PRIVATE)
    mesh.key_up(type_ahead, [frame.session, mesh], [mesh], trigger_mode="always_last", **PRIVATE)


def _wire(
    libraries: Libraries,
    frame: Frame,
    *,
    screen: list[gr.HTML],
    question: gr.Textbox,
    send: gr.Button,
    filters: list[Any],
) -> list[Any]:
    def answer(
        text: str,
        session: Session,
        latest: Latest,
        request: gr.Request,
        *fields: Any,  # noqa: ANN401
    ) -> Iterator[list[Any]]:
        yield from answered(text, session, latest, request, FilterFields(*fields))

    def again(
        session: Session,
        latest: Latest,
        request: gr.Request,
        event: gr.EventData,
        *fields: Any,  # noqa: ANN401
    ) -> Iterator[list[Any]]:
        number = int(event.turn)
        question = session.exchange(number).question
        yield from answered(question, session, latest, request, FilterFields(*fields), again_of=number)

    def answered(
        text: str, session: Session, latest: Latest, request: gr.Request, fields: FilterFields, again_of: int = 0
    ) -> Iterator[list[Any]]:
        this, choice, latest.is_asked = session.next_number, latest.choices, True
        steps = ask(text, session, fields, libraries=libraries, again_of=again_of)
        for number, (session, shown) in enumerate(steps):
            if latest.choices != choice:  # another library was chosen meanwhile
                yield [gr.skip()] * len(outputs)  # or Gradio sends the last one again, over that library
                return
            # Earlier exchanges are passed again though they are unchanged: Gradio sends only differences, and after a
            # text its server keeps memory of the text's length for every gr.skip(). A question being typed stays.
            if session.next_number > this:
                session, problem = keep(session, libraries, request.username or "")
                if problem:
                    gr.Warning(problem)
            yield [session, *shown.parts, "" if number == 0 and not again_of else gr.skip()]

    def rate(session: Session, request: gr.Request, event: gr.EventData) -> Session:
        session, problem = keep_mark(
            session, libraries, request.username or "",
            number=int(event.turn), mark=int(event.mark), remark=str(event.remark),
        )  # fmt: skip
        if problem:
            gr.Warning(problem)
        return session

    def example(event: gr.EventData) -> str:
        return str(event.question)

    def literal(event: gr.EventData) -> tuple[str, bool]:
        return str(event.question), True

    inputs, outputs = [question, frame.session, frame.latest, *filters], [frame.session, *screen, question]
    typed = gr.on([question.submit, send.click], answer, inputs, outputs, **PRIVATE)
    clicked = screen[1].example(example, None, [question], **PRIVATE).then(answer, inputs, outputs, **PRIVATE)
    literally = [
        html.literal(literal, None, [question, filters[_LITERAL]], **PRIVATE).then(answer, inputs, outputs, **PRIVATE)
        for html in screen[:2]
    ]
    anew = [html.again(again, inputs[1:], outputs, **PRIVATE) for html in screen[:2]]
    for html in screen[:2]:
        html.rate(rate, [frame.session], [frame.session], **PRIVATE)
    asking = [typed, clicked, *literally, *anew]
    for event in asking:
        event.failure(lambda: notice_html(BROKEN_OFF), None, [screen[1]], **PRIVATE)
    return asking
