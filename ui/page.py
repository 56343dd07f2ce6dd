"""The page as a whole: a header with the library, and the Ask, Library and About tabs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from ui import uploads
from ui.accounts import Accounts
from ui.api.access import is_from_here
from ui.api.jobs import Jobs
from ui.ask_tab import PRIVATE, AskTab, Frame, ask_tab
from ui.building import progress_html
from ui.chat import Latest, Session, beginning_screen, empty_screen
from ui.history.aside import conversation_list
from ui.languages import catalogues
from ui.libraries import Libraries
from ui.library.abstracts_tab import abstracts_tab
from ui.library.downloads import Downloads
from ui.library.keeping import Keeper
from ui.library.overview_part import overview_html, overview_part
from ui.library_tab import library_tab
from ui.models_tab import models_tab
from ui.picker import about_components, begin_on_choice, draw_on_choice, shown_library
from ui.preparation import Preparation
from ui.rendering import render
from ui.table_tab import table_tab

SESSION_KEPT_S = 12 * 3600
SESSIONS_KEPT = 500
_LOOKS_S = 0.02

SCRIPTS = ("page.js", "tools.js", "keys.js", "languages.js")

COLOURS = {
    name: colour
    for colour, names in {
        "page": "body_background_fill",
        "ink": "body_text_color block_title_text_color button_secondary_text_color checkbox_label_text_color"
        " checkbox_label_text_color_selected",
        "soft": "body_text_color_subdued block_info_text_color block_label_text_color input_placeholder_color"
        " checkbox_border_color",
        "surface": "background_fill_primary block_background_fill block_label_background_fill input_background_fill"
        " input_background_fill_focus button_secondary_background_fill checkbox_background_color",
        "sunken": "background_fill_secondary button_secondary_background_fill_hover checkbox_label_background_fill"
        " checkbox_label_background_fill_hover",
        "line": "block_border_color border_color_primary input_border_color button_secondary_border_color",
        "accent": "border_color_accent input_border_color_focus link_text_color button_primary_background_fill"
        " checkbox_background_color_selected checkbox_border_color_selected",
        "accent-wash": "color_accent_soft checkbox_label_background_fill_selected",
        "accent-hover": "button_primary_background_fill_hover",
        "accent-ink": "button_primary_text_color button_primary_text_color_hover",
    }.items()
    for name in names.split()
}
"""Gradio's names of theme colours, each with its colour of page.css."""


def build_page(
    libraries: Libraries,
    preparation: Preparation | None = None,
    accounts: Accounts | None = None,
    *,
    downloads: Downloads | None = None,
    jobs: Jobs | None = None,
) -> gr.Blocks:
    """Return the page over these libraries; launch it with `launch_options`.

    While `preparation` makes the first library ready, the page shows its progress. Of `accounts` one runs the server;
    without any it is who sits at this machine. Files to save are put on offer in `downloads`, and long work is done in
    `jobs`.
    """
    downloads, runs_server = downloads or Downloads(), partial(is_run_by, accounts)
    page = gr.Blocks(
        title="AskAbstracts", analytics_enabled=False, fill_width=True, delete_cache=(3600, uploads.KEPT_S)
    )
    with page:
        session = gr.State(Session(libraries.first), time_to_live=SESSION_KEPT_S)
        latest = gr.State(Latest(), time_to_live=SESSION_KEPT_S)
        with gr.Row(elem_id="aa-header"):
            gr.HTML(render("brand.html"), elem_id="aa-brand-box", apply_default_css=False)
            with gr.Column(elem_id="aa-library-box", scale=0, min_width=240):
                picker = gr.Dropdown(
                    libraries.names(), value=libraries.first, label="Library", elem_id="aa-picker", interactive=True
                )
                line = gr.HTML(elem_id="aa-line", apply_default_css=False)
        with gr.Tabs(elem_id="aa-tabs", selected="ask", overflow_behavior="wrap") as tabs:
            frame = Frame(session, latest, picker, line, tabs)
            chosen = begin_on_choice(frame)
            with gr.Tab("Ask", id="ask") as first:
                tab = ask_tab(libraries, frame, overview_html)
            table_tab(libraries, frame, screen=tab.screen)
            keeper = Keeper(libraries, jobs or Jobs(), downloads)
            abstracts_tab(keeper, frame, tab, downloads)
            with gr.Tab("Library", id="library") as shelf:
                library_tab(page, keeper, frame, shelf, screen=tab.screen, chosen=tab.chosen, runs_server=runs_server)
            models_tab(page, libraries, frame, tab, runs_server=runs_server)
            with gr.Tab("About", id="about"):
                gr.HTML(render("about.html"), elem_id="aa-about")
        _wire(page, libraries, frame, tab, preparation, chosen, first)
        overview_part(page, libraries, frame, tab.overview, begun=[tab.clear.click, first.select])
    page.queue(default_concurrency_limit=8, max_size=200, api_open=False)
    # Gradio looks a thousand times a second whether somebody asks, which is 4 % of a core; fifty times are enough.
    page._queue.sleep_when_free = _LOOKS_S
    page._queue.progress_update_sleep_when_free = _LOOKS_S
    return page


def is_run_by(accounts: Accounts | None, request: gr.Request) -> bool:
    """Return True if a request is of who runs the server."""
    if accounts is not None:
        return accounts.runs_server(request.username or "")
    return is_from_here(request.client.host if request.client else "", request.headers)


def launch_options() -> dict[str, Any]:
    """Return the arguments of `launch`: the look of the page, and no request to any other host."""
    here = Path(__file__).parent
    return {
        "theme": _theme(),
        "css": (here / "page.css").read_text(encoding="utf-8"),
        "js": _script(here),
        "favicon_path": here / "favicon.png",
        "footer_links": [],
        "run_history": False,
        "share": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "enable_monitoring": False,
        "show_error": False,
        "quiet": True,
        "allowed_paths": [],
        "_frontend": False,  # or Gradio gives up where a busy machine takes three seconds for its own page
        "max_file_size": uploads.FILE_LIMIT,
        "state_session_capacity": SESSIONS_KEPT,
    }


def _script(folder: Path) -> str:
    """Return the scripts as one function: each file is an arrow function of its own."""
    scripts = [(folder / name).read_text(encoding="utf-8").partition("() => {") for name in SCRIPTS]
    known = f"const catalogues = {json.dumps(catalogues(), ensure_ascii=False)};"
    return "\n".join(["() => {", known, *(f"(() => {{{body.rstrip()})();" for _, _, body in scripts), "}"])


def _theme() -> gr.themes.Base:
    # Font objects and not names: a name would be looked for among Gradio's font files.
    font = gr.themes.Font
    theme = gr.themes.Base(
        primary_hue="cyan",
        neutral_hue="slate",
        radius_size="md",
        font=[font("system-ui"), font("-apple-system"), font("Segoe UI"), font("Noto Sans"), font("sans-serif")],
        font_mono=[font("ui-monospace"), font("Menlo"), font("Consolas"), font("monospace")],
    )
    # page.css defines its colours by day and by night.
    colours = {name: f"var(--aa-{colour})" for name, colour in COLOURS.items()}
    by_night = {f"{name}_dark": colour for name, colour in colours.items()}
    return theme.set(**colours, **by_night, color_accent="var(--aa-accent)", input_border_width="1px")


def _wire(
    page: gr.Blocks,
    libraries: Libraries,
    frame: Frame,
    tab: AskTab,
    preparation: Preparation | None,
    chosen: gr.events.Dependency,
    first: gr.Tab,
) -> None:
    """Wire what shows the page, the library once it is chosen, a new conversation, and the list of those kept."""

    def opened(session: Session, latest: Latest, request: gr.Request) -> Iterator[list[Any]]:
        picker = gr.update(choices=libraries.choices(session.library), value=session.library)
        if preparation is not None and session.library == libraries.first:
            for progress, seconds in preparation.states():
                if latest.choices:  # another library was chosen meanwhile
                    yield [gr.skip()] * len(shown)
                    return
                yield [picker, "", *[gr.skip()] * 4, *beginning_screen(progress_html(progress, seconds)).parts]
        screen = empty_screen(session, libraries)
        if request.query_params.get("conversation"):  # which is shown next: no welcome in between
            screen = beginning_screen("")
        parts = [picker, *shown_library(session, libraries), *screen.parts]
        if not latest.choices:
            yield parts
        yield [gr.skip()] * len(shown)  # Gradio sends the last one again when all is over, over a later event's

    def cleared(session: Session, latest: Latest) -> list[Any]:
        latest.is_asked = False
        session = Session(session.library, model=session.model)
        return [session, *empty_screen(session, libraries).parts, ""]

    shown = [frame.picker, *about_components(frame, tab), *tab.screen]
    loaded = page.load(opened, [frame.session, frame.latest], shown, **PRIVATE)
    draw_on_choice(libraries, frame, tab, chosen, first)
    inputs, outputs = [frame.session, frame.latest], [frame.session, *tab.screen, tab.question]
    begun = tab.clear.click(cleared, inputs, outputs, cancels=tab.asking, **PRIVATE)
    conversation_list(libraries, frame, tab, loaded=loaded, begun=[chosen, begun])
