"""Begin an ingest run, or resume an interrupted one, and return its report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index.embedding.encoder import Encoder
from index.errors import EutilsError
from index.ingest.batches import OnProgress, write_all
from index.ingest.inputs import Inputs
from index.ingest.sources import Group, Plan, fetch_pmids, read_files
from index.records import Progress, Report
from index.storage.jobs import Job
from index.storage.protocol import AbstractStore

if TYPE_CHECKING:
    from index.ingest.eutils.client import EutilsClient

_WENT_ON = "went on with what an earlier run had left"
_GAVE_UP = "another run was unfinished and is not remembered any more, though what it did is kept"


def begin(store: AbstractStore, *, key: str, command: str, plan: Callable[[], Plan]) -> Job:
    """Return the job that the store remembers under this key, else a new one by `plan`.

    The plan is made before anything is written: a search that fails leaves no job behind.
    """
    job = store.job
    if job is not None and job.key == key:
        remarks = [note for note in job.report.notes if not note.startswith(_WENT_ON)]
        return replace(job, report=replace(job.report, notes=(*remarks, f"{_WENT_ON} when {job.how_far}")))
    planned = plan()
    of_another = f"{_WENT_ON} when" if planned.goes_on else f"{_GAVE_UP}:"
    earlier = (f"{of_another} {job.how_far}",) if job is not None else ()
    report = Report(failed=planned.failed, notes=(*planned.notes, *earlier))
    job = Job(key, command, datetime.now(UTC).isoformat(timespec="seconds"), planned.total, report=report)
    store.begin_job(job, planned.pmids, planned=planned.remembers)
    return job


def groups_of(inputs: Inputs, job: Job, store: AbstractStore, client: EutilsClient | None) -> Iterator[Group]:
    """Yield the rest of a job: the rest of its files, then the PMIDs that it has not fetched yet."""
    if inputs.files:
        yield read_files(inputs.files, skip=job.taken)
    if client and (pmids := store.pending_pmids()):
        yield from fetch_pmids(pmids, client=client)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run's account, and whether it came to its end: if not, the same command goes on."""

    report: Report
    is_whole: bool = True


def run(
    groups: Iterable[Group], job: Job, *, store: AbstractStore, encoder: Encoder, on_progress: OnProgress | None = None
) -> Outcome:
    """Do a job, which stays in the store. When PubMed breaks off half-way, the account names what was not fetched.

    Raises EutilsError when nothing was done at all.
    """
    try:
        done = write_all(groups, store=store, encoder=encoder, job=job, on_progress=on_progress)
    except EutilsError as error:
        stopped = store.job
        if stopped is None or stopped.done == job.done:
            raise
        return Outcome(
            _broken_off(replace(stopped.report, notes=job.report.notes), store.pending_pmids(), error), False
        )
    return Outcome(done.report)


def _broken_off(report: Report, left: list[str], error: EutilsError) -> Report:
    failed: Mapping[str, str] = {**report.failed, **dict.fromkeys(left, f"was not fetched: {error}")}
    note = f"{len(left):,} abstracts were not fetched; the same command goes on with them"
    return replace(report, failed=failed, notes=(*report.notes, note))


def impatient_client() -> EutilsClient:
    """Return the environment's client for somebody who looks on: it tries twice, and waits for no slow answer."""
    from index.ingest.eutils.client import EutilsClient  # most commands need neither TLS nor XML

    return replace(EutilsClient.from_environment(), max_tries=2, timeout_s=10.0)


class Watch:
    """Passes on progress, and the waits for PubMed beside it."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self._on_progress = on_progress
        self._last = Progress(0, None, "")

    def tell(self, progress: Progress) -> None:
        """Pass progress on and remember it."""
        self._last = progress
        if self._on_progress:
            self._on_progress(progress)

    def client(self, client: EutilsClient | None) -> EutilsClient:
        """Return the client, by default the environment's, which tells of each wait as well."""
        if client is None:
            from index.ingest.eutils.client import EutilsClient  # most commands need neither TLS nor XML

            client = EutilsClient.from_environment()
        before = client.on_wait

        def on_wait(why: str, seconds: float) -> None:
            if before:
                before(why, seconds)
            self.tell(replace(self._last, doing=f"waiting {seconds:.0f} s for PubMed: {why}"))

        return replace(client, on_wait=on_wait)
