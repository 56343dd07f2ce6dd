"""The part of the Library tab that shows the jobs: they go on whether somebody looks or not, also over a reload."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from ui.ask_tab import PRIVATE, Frame
from ui.chat import Session, about_library, empty_screen
from ui.libraries import Libraries
from ui.library.job_list import is_busy, jobs_html
from ui.library.keeping import Keeper

_LOOKS_S = 1.0
"""Seconds between two looks at the jobs while one is at work; nobody's place is held meanwhile."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """The job that this page began, and where the page was then: it turns to what was built if it is still there."""

    id: str = ""
    library: str = ""
    next_number: int = 0


@dataclass(frozen=True, slots=True)
class JobsPart:
    """Components of the part; `arrived` changes when the job that the page began is over."""

    shown: gr.HTML
    clock: gr.Timer
    awaited: gr.State
    arrived: gr.State
    keeper: Keeper

    @property
    def begun(self) -> list[Any]:
        """The components that change when a job is begun."""
        return [self.shown, self.clock, self.awaited]

    def begin(self, id_: str, session: Session) -> list[Any]:
        """Return the updates of `begun` for a job that a page began."""
        return [*self.look(), Awaited(id_, session.library, session.next_number)]

    def look(self) -> list[Any]:
        """Return the jobs as they are, and the clock, which goes as long as one is at work."""
        jobs, libraries = self.keeper.jobs, self.keeper.libraries
        busy = is_busy(jobs)  # before the jobs are shown: what ends in between is shown at the next look
        return [jobs_html(jobs, libraries), gr.Timer(active=busy)]


def lay_out_jobs(keeper: Keeper) -> JobsPart:
    """Lay out the part where it is called."""
    script = (Path(__file__).parent / "jobs.js").read_text(encoding="utf-8")
    shown = gr.HTML(elem_id="aa-jobs", apply_default_css=False, js_on_load=script)
    clock = gr.Timer(_LOOKS_S, active=False)
    return JobsPart(shown, clock, gr.State(Awaited()), gr.State(Awaited()), keeper)


def wire_jobs(part: JobsPart, frame: Frame, tab: gr.Tab, *, screen: list[gr.HTML]) -> Any:  # noqa: ANN401 (an event)
    """Wire the part; a library to ask is shown in `screen`. Return the event of a job that this page began and is over.

    It comes after the header tells what the library holds.
    """
    keeper = part.keeper
    libraries = keeper.libraries
    rest = [frame.session, frame.picker, frame.line, *screen]
    unchanged = [gr.skip()] * (1 + len(screen))

    # No value of the picker is taken: Gradio refuses the event if that library has been deleted meanwhile.
    def tick(awaited: Awaited, session: Session) -> list[Any]:
        job = keeper.jobs.get(awaited.id)
        is_over = job is not None and job.state != "running"
        choices = gr.skip() if is_busy(keeper.jobs) else gr.update(choices=libraries.choices(session.library))
        return [*part.look(), choices, *([Awaited(), awaited] if is_over else [gr.skip()] * 2)]

    def arrive(arrived: Awaited, session: Session) -> list[Any]:
        job = keeper.jobs.get(arrived.id)
        choices = gr.update(choices=libraries.choices(session.library))
        here = (session.library, session.next_number) == (arrived.library, arrived.next_number)
        if job is None or job.library == session.library or not here or not _is_filled(libraries, job.library):
            return [gr.skip(), choices, about_library(session, libraries), *unchanged[1:]]
        return turned_to(libraries, job.library, session)

    def act(session: Session, event: gr.EventData) -> list[Any]:
        asked = event._data
        if asked["do"] == "stop":
            keeper.stop(str(asked["id"]))
            return [*part.look(), gr.skip(), gr.skip(), *unchanged, gr.skip()]
        name, look, to_ask = str(asked["name"]), part.look(), gr.update(selected="ask")
        if name == session.library or not libraries.is_there(name):
            return [*look, gr.skip(), gr.skip(), *unchanged, to_ask]
        return [*look, *turned_to(libraries, name, session), to_ask]

    often: dict[str, Any] = {"trigger_mode": "multiple", **PRIVATE}
    outputs = [part.shown, part.clock, frame.picker, part.awaited, part.arrived]
    part.clock.tick(tick, [part.awaited, frame.session], outputs, **PRIVATE)
    part.shown.act(act, [frame.session], [part.shown, part.clock, *rest, frame.tabs], **often)
    tab.select(part.look, None, [part.shown, part.clock], **often)
    return part.arrived.change(arrive, [part.arrived, frame.session], rest, **PRIVATE)


def turned_to(libraries: Libraries, name: str, session: Session) -> list[Any]:
    """Return the session, picker, header line and screen of a page that turns to another library."""
    session = Session(name, model=session.model)
    picker = gr.update(choices=libraries.choices(name), value=name)
    return [session, picker, about_library(session, libraries), *empty_screen(session, libraries).parts]


def _is_filled(libraries: Libraries, name: str) -> bool:
    return libraries.is_there(name) and bool(libraries.info(name).abstracts)
