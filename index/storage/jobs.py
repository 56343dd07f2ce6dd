"""The current ingest run as rows of library.db: its inputs, the PMIDs still to fetch, its report so far.

It is written in the same transactions as the abstracts, so a run that was broken off at any instant goes on, with the
same command, where it stopped. Everything here runs inside a transaction of `index.storage.folder.store`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.records import Report

JOB_SCHEMA = (
    "CREATE TABLE job (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE job_pmids (position INTEGER PRIMARY KEY, pmid TEXT NOT NULL UNIQUE)",
    "CREATE TABLE job_said (kind TEXT NOT NULL, what TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (kind, what))"
    " WITHOUT ROWID",
)
JOB_TABLES = ("job", "job_pmids", "job_said")
_COUNTS = ("added", "updated", "unchanged", "removed")
_SAID = ("failed", "changes")


@dataclass(frozen=True, slots=True)
class Job:
    """A run that can be gone on with.

    `key` stands for the command and its inputs, `command` is its name, `began` a time in ISO 8601. `total` is how many
    abstracts it will bring, where that is known; `taken` how many records of its files are done; `report` its account
    so far.
    """

    key: str
    command: str
    began: str
    total: int | None = None
    taken: int = 0
    report: Report = Report()

    @property
    def how_far(self) -> str:
        """A clause on the run: "the add begun at … had done 3 of 10 abstracts"."""
        of_all = f" of {self.total:,}" if self.total is not None else ""
        return f"the {self.command} begun at {self.began} had done {self.done:,}{of_all} abstracts"

    @property
    def done(self) -> int:
        """The number of abstracts accounted for."""
        report = self.report
        return report.added + report.updated + report.unchanged + report.removed + len(report.failed)


@dataclass(frozen=True, slots=True)
class Step:
    """One batch of a job: the job after it, the account before it, and the PMIDs that it fetched."""

    job: Job
    before: Report
    fetched: Sequence[str] = ()


def read_job(db: sqlite3.Connection) -> Job | None:
    """Return the job that the library remembers, or None."""
    row = dict(db.execute("SELECT name, value FROM job"))
    if not row:
        return None
    texts: dict[str, dict[str, str]] = {kind: {} for kind in _SAID}
    for kind, what, why in db.execute("SELECT kind, what, why FROM job_said"):
        texts[kind][what] = why
    state = json.loads(row["state"])
    report = Report(**state["counts"], failed=texts["failed"], changes=texts["changes"], notes=tuple(state["notes"]))
    return Job(row["key"], row["command"], row["began"], state["total"], state["taken"], report)


def begin_job(db: sqlite3.Connection, job: Job, pmids: Sequence[str]) -> None:
    """Remember a job and the PMIDs that it has to fetch, in their order, in place of any other."""
    end_job(db)
    row = {"key": job.key, "command": job.command, "began": job.began}
    db.executemany("INSERT INTO job VALUES (?, ?)", row.items())
    db.executemany("INSERT INTO job_pmids (pmid) VALUES (?)", [(pmid,) for pmid in pmids])
    advance_job(db, Step(job, Report()))


def advance_job(db: sqlite3.Connection, step: Step) -> None:
    """Note the progress of a job: its account, and the PMIDs that need not be fetched any more."""
    job = step.job
    counts = {name: getattr(job.report, name) for name in _COUNTS}
    state = {"counts": counts, "notes": job.report.notes, "total": job.total, "taken": job.taken}
    db.execute("INSERT OR REPLACE INTO job VALUES ('state', ?)", (json.dumps(state),))
    db.executemany("DELETE FROM job_pmids WHERE pmid = ?", [(pmid,) for pmid in step.fetched])
    for kind in _SAID:
        now: Mapping[str, str] = getattr(job.report, kind)
        earlier: Mapping[str, str] = getattr(step.before, kind)
        new = [(kind, what, why) for what, why in now.items() if earlier.get(what) != why]
        db.executemany("INSERT OR REPLACE INTO job_said VALUES (?, ?, ?)", new)


def end_job(db: sqlite3.Connection) -> None:
    """Forget the job: it is done, or another one begins."""
    for table in JOB_TABLES:
        db.execute(f"DELETE FROM {table}")


def pending_pmids(db: sqlite3.Connection) -> list[str]:
    """Return the PMIDs that the job has still to fetch, in their order."""
    return [pmid for (pmid,) in db.execute("SELECT pmid FROM job_pmids ORDER BY position")]
