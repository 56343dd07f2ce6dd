"""The keeping of a library on the page: long jobs, and what is done at once; no Gradio here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
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
from ui.building import BuildRequest
from ui.libraries import Libraries
from ui.library.downloads import Downloads
from ui.rendering import render
from ui.uploads import has_room

ENCODERS = (DEFAULT_ENCODER, MINILM)
"""The encoders that everybody can rebuild a library with on the page: those that come along."""
_PIECE = 1 << 20
_AT_ONCE = 100
"""Abstracts of another library that are held in memory and committed at once."""
_RESERVED = frozenset({"rename", "delete"})
_ONLY_WHO_RUNS = "only who runs the server {}; ask them to"


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
            raise InputError(_ONLY_WHO_RUNS.format("renames or deletes libraries"))
        match asked["do"]:
            case "refresh" | "check":
                self._check(name, changes=asked["do"] == "refresh")
                self._begin(asked["do"], name, _of_library(asked["do"], self.libraries.library(name)))
            case "repair":
                self._check(name)
                self._begin("repair", name, lambda job, tell: self._repair(name, tell))
            case "rebuild":
                self._rebuild(name, str(asked["encoder"]).strip(), runs_server=runs_server)
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

    def fill(self, order: BuildRequest, session_library: str, new: str | None = None) -> LibraryJob:
        """Begin to fill a library, a new one if it is named, and return the job. Raises InputError if it cannot be."""
        if order.is_empty:
            raise InputError("nothing to take in yet: paste PMIDs, give a PubMed search or choose a file")
        if new is None and self.libraries.is_sample(session_library):
            raise InputError("the sample library stays as it is; choose “A new library” and give it a name")
        name = session_library if new is None else self.libraries.new(new)
        library = self.libraries.library(name)

        def work(job: LibraryJob, tell: OnProgress) -> Mapping[str, Any]:
            try:
                return report_json(order.add_to(library, tell))
            finally:
                if new is not None:
                    self.libraries.discard_empty(name)

        return self._begin("add", name, work)

    def update(self, name: str) -> LibraryJob:
        """Begin to add what is new in what a library was built from, and return the job."""
        self._check(name)
        library = self.libraries.library(name)
        return self._begin("update", name, lambda job, tell: report_json(library.update(on_progress=tell)))

    def put(self, name: str, source: Library, pmids: Sequence[str]) -> LibraryJob:
        """Begin to add abstracts of another library, and return the job."""
        self._check(name)
        library = self.libraries.library(name)

        def work(job: LibraryJob, tell: OnProgress) -> Mapping[str, Any]:
            report = Report()
            for at in range(0, len(pmids), _AT_ONCE):
                tell(Progress(at, len(pmids), "reading"))
                report = _together(report, library.put(source.records(pmids[at : at + _AT_ONCE])))
            return report_json(report)

        return self._begin("add", name, work)

    def take_in(self, file: Path, name: str, *, is_upload: bool = True) -> LibraryJob:
        """Begin to take in an exported library under a name; a file that was uploaded for that is deleted then."""
        new = self.libraries.free_name(name)
        folder = self.libraries.folder / new

        def work(job: LibraryJob, tell: OnProgress) -> Mapping[str, Any]:
            try:
                return report_json(Report(added=take_in_archive(file, folder, tell=tell)))
            finally:
                if is_upload:
                    file.unlink(missing_ok=True)

        return self._begin("import", new, work)

    def take_in_from(self, path: str, name: str, *, runs_server: bool) -> LibraryJob:
        """Begin to take in a library that lies on the server's machine, for who runs the server alone."""
        if not runs_server:
            raise InputError(_ONLY_WHO_RUNS.format("takes in files by their path on its machine"))
        file = Path(path.strip().strip("\"'")).expanduser()
        if not file.is_file():
            raise InputError(
                f"there is no file {file} on the server's machine; give the whole path of an exported .zip"
            )
        return self.take_in(file, name, is_upload=False)

    def stop(self, id_: str) -> None:
        """Ask a job to stop after the step at hand."""
        if job := self.jobs.get(id_):
            job.stopping.set()

    def html(self, name: str, *, problem: str = "", runs_server: bool = False) -> str:
        """Return what can be done with a library."""
        return render(
            "library/keeping.html",
            name=name,
            is_own=name in self.libraries.names() and self.libraries.is_own(name),
            is_sample=self.libraries.is_sample(name),
            encoders=ENCODERS,
            runs_server=runs_server,
            problem=problem,
        )

    def _begin(self, kind: Any, name: str, work: Work) -> LibraryJob:  # noqa: ANN401 (a JobKind)
        try:
            return self.jobs.run(kind, name, work)
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

    def _rebuild(self, name: str, encoder: str, *, runs_server: bool) -> None:
        self._check(name)
        if encoder not in ENCODERS and not runs_server:
            raise InputError(_ONLY_WHO_RUNS.format(f"rebuilds with another encoder than {' or '.join(ENCODERS)}"))
        if not encoder:
            raise InputError("no encoder is named yet; give its name, or the folder that it lies in on the server")
        library = self.libraries.library(name)
        self._begin("rebuild", name, lambda job, tell: report_json(library.rebuild(encoder=encoder, on_progress=tell)))

    def _repair(self, name: str, tell: OnProgress) -> Mapping[str, Any]:
        with self.libraries.closed(name) as folder:
            checked = Library.check_at(folder, repair=True, on_progress=tell)
        lines = tuple(checked.account_lines(str(folder)))
        return {"findings": [asdict(finding) for finding in checked.findings], "notes": lines}

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
        return {"findings": [asdict(finding) for finding in library.check()]}

    return work


def _together(report: Report, other: Report) -> Report:
    counts = {name: getattr(report, name) + getattr(other, name) for name in ("added", "updated", "unchanged")}
    return replace(report, **counts, failed={**report.failed, **other.failed})


def _read(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece
