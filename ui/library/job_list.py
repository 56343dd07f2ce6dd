"""The jobs as the page shows them: those at work with their progress, and the accounts of the last ones."""

from __future__ import annotations

from typing import Any

from index.errors import AskAbstractsError
from ui.api.jobs import Jobs, LibraryJob
from ui.building import SHOWN_ROWS, duration, figures_of
from ui.chat import as_sentence, library_line
from ui.libraries import Libraries
from ui.rendering import render

_SHOWN = 6
_FILLING = frozenset({"add", "update", "refresh", "import"})
"""The kinds of jobs after which it is told what their library holds."""
_WORDS = {
    "add": "Adding to", "update": "Updating", "refresh": "Refreshing", "check": "Checking", "repair": "Repairing",
    "rebuild": "Rebuilding", "copy": "Copying", "export": "Exporting", "import": "Taking in",
}  # fmt: skip
_ROWS = {
    "new": ("What is new", "PMID", "Title"),
    "changes": ("What has become of abstracts", "PMID", "What happened"),
    "failed": ("What could not be taken in, and why", "PMID or file", "Reason"),
}
"""The rows of an account by their name: what they are, and the headings of their two columns."""


def jobs_html(jobs: Jobs, libraries: Libraries) -> str:
    """Return the jobs at work and the last ones that are over, and what the libraries of these hold now."""
    every = jobs.all()
    shown = [job for job in every if job.state == "running"]
    shown += [job for job in every if job.state != "running"][:_SHOWN]
    latest = {job.library: job.id for job in reversed(shown)}
    rows = [_shown(job, _holds(libraries, job.library) if latest[job.library] == job.id else "") for job in shown]
    return render("library/jobs.html", jobs=rows, shown_rows=SHOWN_ROWS)


def is_busy(jobs: Jobs) -> bool:
    """Return True while a job is at work."""
    return any(job.state == "running" for job in jobs.all())


def _holds(libraries: Libraries, name: str) -> str:
    try:
        return library_line(libraries.info(name)) if libraries.is_there(name) else ""
    except AskAbstractsError:  # as while it is mended
        return ""


def _shown(job: LibraryJob, holds: str) -> dict[str, Any]:
    """Return what the template shows of a job."""
    account = dict(job.account or {})
    failed = len(account.get("failed") or {})
    counts = {word: account[word] for word in ("added", "updated", "unchanged", "removed") if account.get(word)}
    if job.kind == "export":  # nothing was changed by it
        counts = {}
    if job.kind == "add":  # whose account says that nothing was added, too
        counts = {"added": 0} | counts
    return {
        "id": job.id,
        "library": job.library,
        "title": f"{_WORDS[job.kind]} “{job.library}”",
        "state": job.state,
        "figures": figures_of(job.progress, job.lasted_s, earlier=job.earlier or 0),
        "progress": job.progress,
        "is_stopping": job.stopping.is_set(),
        "is_stopped_late": job.is_stopped_late,
        "lasted": duration(job.seconds) if job.seconds else "",
        "counts": counts | ({"failed": failed} if failed else {}) if job.account is not None else {},
        "tables": [(account[name], *heads) for name, heads in _ROWS.items() if account.get(name)],
        "notes": [as_sentence(note) for note in account.get("notes", ())],
        "findings": account.get("findings"),
        "problem": as_sentence(job.problem) if job.problem else "",
        "address": job.address,
        "is_file_gone": job.kind == "export" and job.state == "done" and not job.address,
        "holds": holds if job.kind in _FILLING and job.state != "running" else "",
    }
