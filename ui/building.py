"""Building a library in a thread of its own, with progress to watch and a stop that does no harm."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from index import Library, Progress, Report
from index.errors import AskAbstractsError
from index.ingest.formats.detect import is_pmid_list
from index.records import LINK_KINDS, LinkKind
from ui.chat import as_sentence, library_line
from ui.rendering import render

TICK_S = 0.5
"""Seconds between two states of a build without news, so that the page's clock goes on."""

_BROKEN_OFF = "The build broke off for a reason that the server's log gives; what was done is kept."

SHOWN_ROWS = 200
"""The most changes and failures that an account names on the page."""


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """The inputs of a build: PMIDs as pasted, a PubMed search, uploaded files, papers to start from and their links.

    `limit` is the most to take of the search and of each kind of link. An update has no inputs of its own.
    """

    pmids: str = ""
    search: str = ""
    limit: int | None = None
    files: Sequence[Path] = ()
    papers: str = ""
    links: Sequence[LinkKind] = ()
    is_update: bool = False

    @property
    def is_empty(self) -> bool:
        """True if no field was filled in."""
        return not (self.pmids.strip() or self.search.strip() or self.files or self.linked)

    @property
    def linked(self) -> dict[str, Any]:
        """The papers by each kind of link that is to be followed."""
        return {kind: [self.papers] for kind in LINK_KINDS if kind in self.links and self.papers.strip()}


@dataclass(frozen=True, slots=True)
class BuildState:
    """The state of a build: its progress, at the end its `report`, or its `problem` as a sentence.

    `earlier` counts the abstracts that an earlier run had done already.
    """

    progress: Progress = Progress(0, None, "")
    seconds: float = 0.0
    earlier: int = 0
    report: Report | None = None
    problem: str = ""
    was_stopped: bool = False

    @property
    def is_over(self) -> bool:
        """True if nothing more will come."""
        return self.report is not None or bool(self.problem) or self.was_stopped


class _Stopped(Exception):
    """Raised inside `Library.add` through its `on_progress`: batches already committed stay."""


@dataclass(slots=True)
class Build:
    """One run of `Library.add` in a thread of its own."""

    library: Library
    request: BuildRequest
    _states: queue.SimpleQueue[BuildState] = field(default_factory=queue.SimpleQueue)
    _stop: threading.Event = field(default_factory=threading.Event)
    _began: float = field(default_factory=time.monotonic)
    _earlier: int | None = None

    def states(self) -> Iterator[BuildState]:
        """Start the build and yield its state every `TICK_S` until it is over. Closing the iterator stops the build."""
        threading.Thread(target=self._work, name="building", daemon=True).start()
        request = self.request
        fetches = request.pmids.strip() or request.search.strip() or request.linked or request.is_update
        state = BuildState(Progress(0, None, "waiting for PubMed" if fetches else "reading the files"))
        try:
            yield state
            while not state.is_over:
                try:
                    state = self._states.get(timeout=TICK_S)
                except queue.Empty:
                    state = replace(state, seconds=self._seconds())
                yield state
        finally:
            self.stop()

    @property
    def is_stopping(self) -> bool:
        """True once the build was asked to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask the build to stop after the batch at hand; committed batches stay."""
        self._stop.set()

    def _work(self) -> None:
        # For any other error, which goes to the server's log: nobody may wait for ever.
        outcome = BuildState(problem=_BROKEN_OFF)
        try:
            outcome = BuildState(report=self._add())
        except _Stopped:
            outcome = BuildState(was_stopped=True)
        except AskAbstractsError as error:
            outcome = BuildState(problem=as_sentence(error))
        finally:
            self._report_state(outcome)

    def _add(self) -> Report:
        request = self.request
        if request.is_update:
            return self.library.update(on_progress=self._on_progress)
        lists = [file for file in request.files if is_pmid_list(file)]
        return self.library.add(
            files=[file for file in request.files if file not in lists],
            pmids=[request.pmids] if request.pmids.strip() else [],
            pmids_from=lists,
            search=request.search.strip() or None,
            limit=request.limit,
            **request.linked,
            on_progress=self._on_progress,
        )

    def _on_progress(self, progress: Progress) -> None:
        if self._earlier is None:
            self._earlier = progress.done
        self._report_state(BuildState(progress, earlier=self._earlier))
        if self._stop.is_set():
            raise _Stopped

    def _report_state(self, state: BuildState) -> None:
        self._states.put(replace(state, seconds=self._seconds()))

    def _seconds(self) -> float:
        return time.monotonic() - self._began


def progress_html(state: BuildState, *, is_stopping: bool = False) -> str:
    """Return a bar with the abstracts done, the rate, the time left and the step at hand."""
    return render(
        "progress.html",
        done=state.progress.done,
        total=state.progress.total,
        figures=_figures(state),
        doing="stopping after the batch at hand" if is_stopping else state.progress.doing,
    )


def _figures(state: BuildState) -> list[str]:
    done, total = state.progress.done, state.progress.total
    rate = (done - state.earlier) / state.seconds if state.seconds else 0.0
    figures = [f"{done:,} of {total:,} abstracts" if total else f"{done:,} abstracts"]
    if rate:
        figures.append(f"{rate:,.1f} a second")
    if rate and total:
        figures.append(f"{duration((total - done) / rate)} left")
    return [*figures, f"{duration(state.seconds)} so far"]


def duration(seconds: float) -> str:
    """Return a duration in words: "8 s", "3 min 5 s", "2 h 10 min".

    >>> duration(185)
    '3 min 5 s'
    """
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def account_html(state: BuildState, library: Library) -> str:
    """Return the account of a build that is over: counts, the library as it is now, failures with their reasons."""
    if state.problem:
        return render("account.html", state=state)
    info, report = library.info(), state.report or Report()
    counts = {"added": report.added, "updated": report.updated, "unchanged": report.unchanged}
    counts |= {"removed": report.removed} if report.removed else {}
    return render(
        "account.html",
        state=state,
        info=info,
        holds=library_line(info),
        duration=duration(state.seconds),
        counts=counts | {"failed": len(report.failed)},
        notes=[as_sentence(note) for note in report.notes],
        shown_rows=SHOWN_ROWS,
    )
