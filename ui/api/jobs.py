"""Jobs: what writes to a library or checks it, each in a thread of its own, one at a time to a library.

A job is a file too, written whole at its begin and at its end: its account outlasts the server, and a job that a kill
broke off says so.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from index import Library, Progress, Report
from index.errors import AskAbstractsError
from index.files import atomic_write
from index.ingest.batches import OnProgress
from qa.doors.replies import report_json

JobKind = Literal["add", "update", "refresh", "check", "repair", "rebuild", "copy", "export", "import"]
JobState = Literal["running", "done", "failed", "stopped"]
FOLDER = ".jobs"
"""Its name in the folder of the libraries."""
_KEPT = 200
"""Jobs that are remembered, those that are over included."""
_CUT_OFF = "the server ended while this was at work; what was committed is kept; begin it again to go on"
_ENDS_S = 20
"""Seconds that jobs have to end in when the server stops."""
_log = logging.getLogger(__name__)


class _JobStopped(Exception):
    """Raised in a job through its `on_progress`: committed batches stay."""


@dataclass(slots=True)
class LibraryJob:
    """A job with its progress, and in the end its account or its problem.

    `earlier` counts what an earlier run had done already; `address` is that of the file that an export made. With
    `is_stopped_late` it was asked to stop when nothing was left to stop: it is done.
    """

    id: str
    kind: JobKind
    library: str
    started: str
    state: JobState = "running"
    progress: Progress = Progress(0, None, "starting")
    account: Mapping[str, Any] | None = None
    problem: str = ""
    ended: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    earlier: int | None = None
    address: str = ""
    is_stopped_late: bool = False

    @property
    def lasted_s(self) -> float:
        """How long it has been at work, or was."""
        return self.seconds or time.monotonic() - self.began

    @property
    def file_name(self) -> str:
        """The name of its file: those that began later come later."""
        return f"{self.started.replace(':', '')}-{self.id}.json"

    def to_dict(self) -> dict[str, Any]:
        """Return the job's JSON."""
        names = ("id", "kind", "library", "state", "started", "ended", "account", "problem")
        return {name: getattr(self, name) for name in names} | {"progress": asdict(self.progress)}


Work = Callable[[LibraryJob, OnProgress], Mapping[str, Any]]
"""What a job does: it is told of through its argument, and returns its account."""


class Busy(Exception):
    """Another job is at work on the library; it is the argument."""


class Jobs:
    """The jobs of a server. Thread-safe."""

    def __init__(self, folder: Path | None = None) -> None:
        """Take the jobs that are kept in a folder, None to keep none."""
        self._folder = folder
        self._jobs: dict[str, LibraryJob] = {job.id: job for job in _kept_in(folder)} if folder else {}
        self._lock = threading.Lock()
        self._is_closed = False

    def start(self, kind: JobKind, name: str, library: Library, inputs: Mapping[str, Any]) -> LibraryJob:
        """Start a job and return it. Raises Busy while another one is at work on the library."""
        return self.run(kind, name, lambda job, on_progress: _work(kind, library, inputs, on_progress))

    def run(self, kind: JobKind, name: str, work: Work) -> LibraryJob:
        """Start a job that does any work and gives its account. Raises Busy as `start` does."""
        job = LibraryJob(secrets.token_hex(8), kind, name, _now())
        with self._lock:
            running = [other for other in self._jobs.values() if other.state == "running" and other.library == name]
            if running or self._is_closed:
                raise Busy(running[0] if running else None)
            self._jobs[job.id] = job
            self._forget_oldest()
        self._write(job)
        job.thread = threading.Thread(target=self._run, args=(job, work), name=f"job {job.id}", daemon=True)
        job.thread.start()
        return job

    def get(self, id_: str) -> LibraryJob | None:
        """Return a job, or None for one that is not remembered."""
        return self._jobs.get(id_)

    def all(self) -> list[LibraryJob]:
        """Return the jobs, the newest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def close(self) -> None:
        """Ask every job to stop after the batch at hand, and wait for them; no new one is started."""
        with self._lock:
            self._is_closed = True
        for job in self.all():
            job.stopping.set()
        for job in self.all():
            if job.thread is not None:
                job.thread.join(_ENDS_S)

    def _forget_oldest(self) -> None:
        over = [id_ for id_, job in self._jobs.items() if job.state != "running"]
        for id_ in over[: max(len(self._jobs) - _KEPT, 0)]:
            gone = self._jobs.pop(id_)
            if self._folder is not None:
                (self._folder / gone.file_name).unlink(missing_ok=True)

    def _write(self, job: LibraryJob) -> None:
        """Write a job's file; a disk that takes none costs the job nothing but its account after the server's end."""
        if self._folder is None:
            return
        kept = job.to_dict() | {"seconds": job.seconds, "is_stopped_late": job.is_stopped_late}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with atomic_write(self._folder / job.file_name) as file:
                file.write(json.dumps(kept, ensure_ascii=False).encode())
        except OSError as error:
            _log.warning("job %s (%s) is not kept in %s: %s", job.id, job.kind, self._folder, error)

    def _run(self, job: LibraryJob, work: Work) -> None:
        def on_progress(progress: Progress) -> None:
            job.earlier = progress.done if job.earlier is None else job.earlier
            job.progress = progress
            if job.stopping.is_set():
                raise _JobStopped

        state: JobState = "failed"
        try:
            job.account = work(job, on_progress)
            state = "done"
        except _JobStopped:
            state = "stopped"
        except AskAbstractsError as error:
            job.problem = str(error)
        except Exception:
            job.problem = "the job broke off for a reason that the server's log gives; what was committed is kept"
            _log.exception("job %s (%s) broke off", job.id, job.kind)
        finally:
            # Who waits for the end may read the account then, the server's end included: the file is written first.
            is_late = state == "done" and job.stopping.is_set()
            over = replace(job, ended=_now(), seconds=job.lasted_s, state=state, is_stopped_late=is_late)
            self._write(over)
            job.ended, job.seconds, job.is_stopped_late, job.state = over.ended, over.seconds, is_late, state


def _kept_in(folder: Path) -> Iterator[LibraryJob]:
    """Yield the jobs of a folder, the oldest first; a file that is none is left alone."""
    for path in sorted(folder.glob("*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            record |= {"progress": Progress(**record["progress"])}
            if record["state"] == "running":
                record |= {"state": "failed", "problem": _CUT_OFF}
            if record["kind"] not in get_args(JobKind) or record["state"] not in get_args(JobState):
                raise ValueError("made by a newer version")
            yield LibraryJob(**record)
        except (OSError, ValueError, TypeError, KeyError) as error:
            _log.warning("%s is left out of the jobs: %s", path, error)


def _work(kind: JobKind, library: Library, inputs: Mapping[str, Any], on_progress: OnProgress) -> Mapping[str, Any]:
    """Do the work of a job and return its account."""
    if kind == "check":
        return {
            "findings": [
                {"file": finding.file, "what": finding.what, "remedy": finding.remedy} for finding in library.check()
            ]
        }
    works: dict[str, Callable[[], Report]] = {
        "add": lambda: library.add(**inputs, on_progress=on_progress),
        "update": lambda: library.update(on_progress=on_progress),
        "refresh": lambda: library.refresh(on_progress=on_progress),
    }
    return report_json(works[kind]())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
