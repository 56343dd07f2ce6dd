"""The keeping of a library on the page: long jobs, and what is done at once; no Gradio here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index import Library, Progress, Report
from index.embedding.pretrained import DEFAULT_ENCODER, MINILM
from index.environment import upload_folder
from index.errors import InputError
from index.ingest.batches import OnProgress
from index.storage.folder.archive import copy_library, save_archive, take_in_archive
from index.storage.folder.backend import FolderBackend
from qa.doors.replies import report_json
from ui.api.jobs import Busy, Jobs, LibraryJob, Work
from ui.building import SHOWN_ROWS, duration
from ui.chat import as_sentence
from ui.libraries import Libraries
from ui.library.downloads import Downloads
from ui.rendering import render
from ui.uploads import has_room

ENCODERS = (DEFAULT_ENCODER, MINILM)
"""The encoders that a library can be rebuilt with on the page: those that come along."""
_SHOWN_JOBS = 6
_WORDS = {
    "add": "Adding to", "update": "Updating", "refresh": "Refreshing", "check": "Checking", "repair": "Repairing",
    "rebuild": "Rebuilding", "copy": "Copying", "export": "Exporting", "import": "Taking in",
}  # fmt: skip
_PIECE = 1 << 20
_RESERVED = frozenset({"rename", "delete"})


class Keeper:
    """Starts the jobs of the page, which are those of the server, and does what takes no time."""

    def __init__(self, libraries: Libraries, jobs: Jobs, downloads: Downloads) -> None:
        self.libraries, self.jobs, self._downloads = libraries, jobs, downloads

    def does(self, name: str, asked: Mapping[str, Any], *, runs_server: bool = True) -> str:
        """Do what is asked of a library, or begin it, and return the library to look at then.

        Only who runs the server may take a library or its name from the others. Raises AskAbstractsError when it
        cannot be done.
        """
        if asked["do"] in _RESERVED and not runs_server:
            raise InputError("only who runs the server renames or deletes libraries; ask them to")
        match asked["do"]:
            case "refresh" | "check":
                self._check(name, changes=asked["do"] == "refresh")
                self._begin(asked["do"], name, _of_library(asked["do"], self.libraries.library(name)))
            case "repair":
                self._check(name)
                self._begin("repair", name, lambda job, tell: self._repair(name, tell))
            case "rebuild":
                self._check(name)
                self._begin("rebuild", name, _rebuild(self.libraries.library(name), str(asked["encoder"])))
            case "copy":
                self._copy(name, self.libraries.free_name(str(asked["name"])))
            case "export":
                backend = self._folder(name)
                self._begin("export", name, lambda job, tell: self._export(job, backend, tell))
            case "rename":
                self._check_idle(name)
                return self.libraries.rename(name, str(asked["name"]))
            case "delete":
                self._delete(name, str(asked["typed"]))
                return self.libraries.first
            case "stop":
                self.stop(str(asked["id"]))
        return name

    def take_in(self, file: Path, name: str) -> None:
        """Begin to take in an exported library under a name."""
        new = self.libraries.free_name(name)
        folder = self.libraries.folder / new

        def work(job: LibraryJob, tell: OnProgress) -> Mapping[str, Any]:
            try:
                return report_json(Report(added=take_in_archive(file, folder, tell=tell)))
            finally:
                file.unlink(missing_ok=True)

        self._begin("import", new, work)

    def stop(self, id_: str) -> None:
        """Ask a job to stop after the step at hand."""
        if job := self.jobs.get(id_):
            job.stopping.set()

    def is_busy(self) -> bool:
        """Return True while a job is at work."""
        return any(job.state == "running" for job in self.jobs.all())

    def html(self, name: str, *, problem: str = "") -> str:
        """Return what can be done with a library, and the jobs, those at work and the last ones."""
        return render(
            "library/keeping.html",
            name=name,
            is_own=name in self.libraries.names() and self.libraries.is_own(name),
            is_sample=self.libraries.is_sample(name),
            encoders=ENCODERS,
            jobs=[_shown(job) for job in self.jobs.all()[:_SHOWN_JOBS]],
            shown_rows=SHOWN_ROWS,
            problem=problem,
        )

    def _begin(self, kind: Any, name: str, work: Work) -> None:  # noqa: ANN401 (a JobKind)
        try:
            self.jobs.run(kind, name, work)
        except Busy as busy:
            raise InputError(f"another job is at work on “{name}”; wait for its end, or stop it") from busy

    def _check(self, name: str, *, changes: bool = True) -> None:
        if not self.libraries.is_there(name):
            raise InputError(f"the library “{name}” is no longer here; choose another one above")
        if changes and self.libraries.is_sample(name):
            raise InputError("the sample library stays as it is; copy it, and change the copy")

    def _check_idle(self, name: str) -> None:
        self._check(name)
        if any(job.state == "running" and job.library == name for job in self.jobs.all()):
            raise InputError(f"a job is at work on “{name}”; wait for its end, or stop it")

    def _folder(self, name: str) -> FolderBackend:
        self._check(name, changes=False)
        backend = self.libraries.library(name).backend
        if not isinstance(backend, FolderBackend):
            raise InputError(f"“{name}” is on a server; copy and export it there")
        return backend

    def _copy(self, name: str, new: str) -> None:
        backend, folder = self._folder(name), self.libraries.folder / new
        self._begin("copy", name, lambda job, tell: report_json(Report(added=copy_library(backend, folder, tell=tell))))

    def _repair(self, name: str, tell: OnProgress) -> Mapping[str, Any]:
        with self.libraries.closed(name) as folder:
            checked = Library.check_at(folder, repair=True, on_progress=tell)
        lines = tuple(checked.account_lines(str(folder)))
        return {"findings": [asdict(one) for one in checked.findings], "notes": lines}

    def _export(self, job: LibraryJob, backend: FolderBackend, tell: OnProgress) -> Mapping[str, Any]:
        if not has_room(backend.info().bytes):
            raise InputError("there is no room for more files now; wait for a few hours, or copy the library's folder")
        file = upload_folder() / f"export-{job.id}.zip"
        save_archive(backend, file, tell=tell)
        job.address = self._downloads.offer(f"{job.library}.askabstracts.zip", "application/zip", lambda: _read(file))
        return report_json(Report(unchanged=backend.store.count_abstracts()))

    def _delete(self, name: str, typed: str) -> None:
        self._check_idle(name)
        if typed.strip() != name:
            raise InputError(f"nothing was deleted: type “{name}” to delete this library")
        self.libraries.delete(name)


def _of_library(kind: str, library: Library) -> Work:
    def work(job: LibraryJob, tell: OnProgress) -> Mapping[str, Any]:
        if kind == "refresh":
            return report_json(library.refresh(on_progress=tell))
        tell(Progress(0, None, "comparing the files"))
        return {"findings": [asdict(one) for one in library.check()]}

    return work


def _rebuild(library: Library, encoder: str) -> Work:
    if encoder not in ENCODERS:
        raise InputError(f"the page rebuilds with {' or '.join(ENCODERS)}; for others see python -m index rebuild")
    return lambda job, tell: report_json(library.rebuild(encoder=encoder, on_progress=tell))


def _read(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece


def _shown(job: LibraryJob) -> dict[str, Any]:
    """Return what the template shows of a job."""
    account = dict(job.account or {})
    counts = {word: account[word] for word in ("added", "updated", "unchanged", "removed") if account.get(word)}
    failed = account.get("failed") or {}
    return {
        "id": job.id,
        "title": f"{_WORDS[job.kind]} “{job.library}”",
        "state": job.state,
        "figures": _figures(job),
        "progress": job.progress,
        "is_stopping": job.stopping.is_set(),
        "lasted": duration(job.lasted_s),
        "counts": counts | ({"failed": len(failed)} if failed else {}),
        "rows": {**(account.get("changes") or {}), **failed},
        "notes": [as_sentence(note) for note in account.get("notes", ())],
        "findings": account.get("findings"),
        "problem": as_sentence(job.problem) if job.problem else "",
        "address": job.address,
    }


def _figures(job: LibraryJob) -> list[str]:
    """Return how far a job is, at what rate, and the time left."""
    done, total, seconds = job.progress.done, job.progress.total, job.lasted_s
    rate = (done - (job.earlier or 0)) / seconds if seconds else 0.0
    figures = [f"{done:,} of {total:,} abstracts"] if total else [f"{done:,} abstracts"] if done else []
    if rate > 0:
        figures.append(f"{rate:,.1f} a second")
    if rate > 0 and total:
        figures.append(f"{duration((total - done) / rate)} left")
    return [*figures, f"{duration(seconds)} so far"]
