"""The Models tab, for who runs the server: try a language model with one question, and offer it on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import AskAbstractsError, InputError
from qa.generation.llm.chat_models import keys_set
from qa.generation.llm.trial import try_model
from ui.ask_tab import PRIVATE, AskTab, Frame, RunsServer
from ui.chat import as_sentence, model_choices
from ui.chat_models import PROVIDERS, named
from ui.conversation import BROKEN_OFF, notice_html
from ui.libraries import Libraries
from ui.rendering import render


def models_tab(page: gr.Blocks, libraries: Libraries, frame: Frame, tab: AskTab, *, runs_server: RunsServer) -> None:
    """Lay out the tab and wire it; nobody else is shown it, and none of its events obeys anybody else."""
    script = (Path(__file__).parent / "models_tab.js").read_text(encoding="utf-8")
    with gr.Tab("Models", id="models", visible=False) as shelf, gr.Column(elem_id="aa-models"):
        offered = gr.HTML(elem_id="aa-offered", apply_default_css=False, js_on_load=script)
        with gr.Row():
            first = next(iter(PROVIDERS))
            provider = gr.Dropdown(
                list(PROVIDERS), value=first, label="Provider", min_width=220, filterable=False, elem_id="aa-provider"
            )
            name = gr.Textbox("", label="Model", placeholder="llama3.1:8b", min_width=180, elem_id="aa-model-name")
            url = gr.Textbox(
                "", label="Address, if it is not the provider’s own", placeholder="http://127.0.0.1:8080/v1",
                min_width=260, elem_id="aa-model-url",
            )  # fmt: skip
        with gr.Row(elem_id="aa-fill-buttons"):
            trying = gr.Button("Try it with one question", scale=0, min_width=260)
            adding = gr.Button("Offer it on the page", variant="primary", scale=0, min_width=260)
        outcome = gr.HTML(elem_id="aa-trial", apply_default_css=False)

    def shown(request: gr.Request) -> list[Any]:
        if not runs_server(request):
            return [gr.update(visible=False), "", choice()]
        return [gr.update(visible=True), _offered_html(libraries), choice()]

    def choice() -> Any:  # noqa: ANN401 (an update)
        choices = model_choices(libraries)
        return gr.update(choices=choices, visible=len(choices) > 1)

    def tried(provider: str, name: str, url: str, request: gr.Request) -> Iterator[str]:
        try:
            _check(request)
            model = named(provider, name, url)
            yield render("trial.html", model=model.name, told="")
            trial = try_model(model.name, url=model.url or None)
            yield render("trial.html", model=model.name, told=trial.told())
        except AskAbstractsError as error:
            yield notice_html(as_sentence(error))

    def changed(change: Callable[[], None], request: gr.Request) -> list[Any]:
        try:
            _check(request)
            change()
            return [_offered_html(libraries), "", choice()]
        except AskAbstractsError as error:
            return [gr.skip(), notice_html(as_sentence(error)), gr.skip()]

    def add(provider: str, name: str, url: str, request: gr.Request) -> list[Any]:
        return changed(lambda: libraries.offer(named(provider, name, url)), request)

    def remove(request: gr.Request, event: gr.EventData) -> list[Any]:
        return changed(lambda: libraries.withdraw(str(event.name)), request)

    def _check(request: gr.Request) -> None:
        if not runs_server(request):
            raise InputError("only who runs the server chooses its language models")

    fields, outputs = [provider, name, url], [offered, outcome, tab.model]
    page.load(shown, None, [shelf, offered, tab.model], **PRIVATE)
    event = trying.click(tried, fields, [outcome], concurrency_limit=2, **PRIVATE)
    event.failure(lambda: notice_html(BROKEN_OFF), None, [outcome], **PRIVATE)
    adding.click(add, fields, outputs, **PRIVATE)
    offered.remove(remove, None, outputs, **PRIVATE)


def _offered_html(libraries: Libraries) -> str:
    try:
        return render("models.html", models=libraries.models.all(), keys=keys_set(), problem="")
    except AskAbstractsError as error:
        return render("models.html", models=(), keys=keys_set(), problem=as_sentence(error))
