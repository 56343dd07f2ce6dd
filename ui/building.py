"""Building a library while somebody watches: a thread that works, its progress, and a stop that does no harm."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from index import Library, Progress, Report
from index.errors import AskAbstractsError
from ui.cards import escape
from ui.chat import library_line, sentence

TICK_S = 0.5
"""How often the page hears of a build that has nothing new to say, so that the clock goes on."""

SHOWN_ROWS = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a library is to get: PMIDs as pasted, a PubMed search with the most to take, uploaded files."""

    pmids: str = ""
    search: str = ""
    limit: int | None = None
    files: Sequence[Path] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether no field was filled in."""
        return not (self.pmids.strip() or self.search.strip() or self.files)


@dataclass(frozen=True, slots=True)
class State:
    """How a build stands. `report` comes with the end; `problem` is a sentence when it ended in an error.

    `earlier` is how many abstracts an earlier run had done already.
    """

    progress: Progress = Progress(0, None, "")
    seconds: float = 0.0
    earlier: int = 0
    report: Report | None = None
    problem: str = ""
    was_stopped: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.report is not None or bool(self.problem) or self.was_stopped


class _Stopped(Exception):
    """Raised inside `Library.add` through its `on_progress`: batches already committed stay."""


@dataclass(slots=True)
class Build:
    """One run of `Library.add` in a thread of its own."""

    library: Library
    wanted: Wanted
    _news: queue.SimpleQueue[State] = field(default_factory=queue.SimpleQueue)
    _stop: threading.Event = field(default_factory=threading.Event)
    _began: float = field(default_factory=time.monotonic)
    _earlier: int | None = None

    def states(self) -> Iterator[State]:
        """Start and yield how it stands, again and again, until it is over. Closing the iterator stops the build."""
        threading.Thread(target=self._work, name="building", daemon=True).start()
        fetches = self.wanted.pmids.strip() or self.wanted.search.strip()
        state = State(Progress(0, None, "waiting for PubMed" if fetches else "reading the files"))
        try:
            yield state
            while not state.is_over:
                try:
                    state = self._news.get(timeout=TICK_S)
                except queue.Empty:
                    state = replace(state, seconds=self._seconds())
                yield state
        finally:
            self.stop()

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask the build to stop after the batch at hand; what was committed stays."""
        self._stop.set()

    def _work(self) -> None:
        # What the watcher hears if anything else is raised, which goes to the server's log: nobody may wait for ever.
        outcome = State(problem="The build broke off for a reason that the server's log gives; what was done is kept.")
        try:
            outcome = State(report=self._add())
        except _Stopped:
            outcome = State(was_stopped=True)
        except AskAbstractsError as error:
            outcome = State(problem=sentence(error))
        finally:
            self._tell(outcome)

    def _add(self) -> Report:
        wanted = self.wanted
        return self.library.add(
            files=wanted.files,
            pmids=[wanted.pmids] if wanted.pmids.strip() else [],
            search=wanted.search.strip() or None,
            limit=wanted.limit,
            on_progress=self._on_progress,
        )

    def _on_progress(self, progress: Progress) -> None:
        if self._earlier is None:
            self._earlier = progress.done
        self._tell(State(progress, earlier=self._earlier))
        if self._stop.is_set():
            raise _Stopped

    def _tell(self, state: State) -> None:
        self._news.put(replace(state, seconds=self._seconds()))

    def _seconds(self) -> float:
        return time.monotonic() - self._began


def progress_html(state: State, *, is_stopping: bool = False) -> str:
    """Return a bar with what is done, the rate, the time left and what is waited for."""
    done, total = state.progress.done, state.progress.total
    rate = (done - state.earlier) / state.seconds if state.seconds else 0.0
    words = [f"{done:,} of {total:,} abstracts" if total else f"{done:,} abstracts"]
    if rate:
        words.append(f"{rate:,.1f} a second")
    if rate and total:
        words.append(f"{duration((total - done) / rate)} left")
    words.append(f"{duration(state.seconds)} so far")
    doing = "stopping after the batch at hand" if is_stopping else state.progress.doing
    value = f' value="{min(done, total)}" max="{total}"' if total and done else ""
    return (
        f'<div class="aa-progress"><progress aria-label="Abstracts done"{value}></progress>'
        f'<p>{" · ".join(words)}</p><p class="aa-doing" role="status">{escape(doing)}…</p></div>'
    )


def duration(seconds: float) -> str:
    """Return a time as a person says it: "8 s", "3 min 5 s", "2 h 10 min".

    >>> duration(185)
    '3 min 5 s'
    """
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def account_html(state: State, library: Library) -> str:
    """Return the account of a build that is over: counts, the library as it is now, and what failed and why."""
    if state.problem:
        return f'<div class="aa-account"><p class="aa-notice" role="alert" dir="auto">{escape(state.problem)}</p></div>'
    info = library.info()
    now = f"<p>“{escape(info.name)}” now holds {escape(library_line(info))}.</p>"
    if state.report is None:
        head = "<h3>Stopped</h3><p>Nothing is lost: what was done is kept, and the same order goes on from there.</p>"
        return f'<div class="aa-account" role="status">{head}{now}</div>'
    report = state.report
    counts = [("added", report.added), ("updated", report.updated), ("unchanged", report.unchanged)]
    counts += [("removed", report.removed)] if report.removed else []
    counts += [("failed", len(report.failed))]
    items = "".join(f"<li><b>{count:,}</b> {word}</li>" for word, count in counts)
    return (
        f'<div class="aa-account" role="status"><h3>Done in {duration(state.seconds)}</h3>'
        f'<ul class="aa-counts">{items}</ul>{now}{_notes(report)}{_changes(report)}{_failures(report)}</div>'
    )


def _notes(report: Report) -> str:
    return "".join(f'<p dir="auto">{escape(sentence(note))}</p>' for note in report.notes)


def _changes(report: Report) -> str:
    return _table(report.changes, "What has become of abstracts", ("PMID", "What happened"))


def _failures(report: Report) -> str:
    return _table(report.failed, "What could not be taken in, and why", ("PMID or file", "Reason"))


def _table(said: Mapping[str, str], caption: str, heads: tuple[str, str]) -> str:
    if not said:
        return ""
    rows = "".join(
        f'<tr><th scope="row" dir="auto">{escape(what)}</th><td dir="auto">{escape(why)}</td></tr>'
        for what, why in list(said.items())[:SHOWN_ROWS]
    )
    more = len(said) - SHOWN_ROWS
    rest = f"<p>… and {more:,} more.</p>" if more > 0 else ""
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return (
        f'<table class="aa-failures"><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>{rest}"
    )
