"""build, add, put, remove, refresh, update and rebuild, over any backend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from index.errors import LibraryError
from index.ingest.batches import OnProgress
from index.ingest.formats.detect import parse_again
from index.ingest.inputs import Inputs
from index.ingest.refresh import follow_deletions
from index.ingest.run import Outcome, Watch, begin, groups_of, run
from index.ingest.sources import Group, Plan, fetch_pmids, make_plan
from index.ingest.update import asked_origins, forget_origin, plan_update, titles_of_arrivals
from index.records import Abstract, Report, parse_pmids
from index.search.filters import as_list
from index.storage.build_settings import check_settings, matching_encoder, new_settings
from index.storage.jobs import Job
from index.storage.origins import CHECKED, removed_rows
from index.storage.protocol import AbstractStore, Backend
from index.storage.schema import Settings

if TYPE_CHECKING:
    from index.ingest.eutils.client import EutilsClient


@dataclass(frozen=True, slots=True)
class _Intake:
    """The inputs of a build or an add; with the command they make the key under which it is resumed."""

    command: tuple[str | int | None, ...]
    inputs: Inputs
    client: EutilsClient | None
    watch: Watch

    @property
    def key(self) -> str:
        return self.inputs.key(*self.command)


def build(
    backend: Backend,
    inputs: Inputs,
    *,
    encoder: str | None,
    passage_tokens: int | None,
    client: EutilsClient | None,
    on_progress: OnProgress | None,
) -> Report:
    """Start a library, or replace the one there, which is kept until the new one is whole."""
    intake = _Intake(("build", encoder, passage_tokens), inputs, client, Watch(on_progress))
    if backend.is_vacant():
        return _build_new(backend, intake, encoder, passage_tokens)
    with backend.writing():
        if store := backend.resumed(intake.key):
            return _ended(store, _fill(backend, store, intake))
        return _build_over(backend, intake, new_settings(encoder, passage_tokens))


def _build_new(backend: Backend, intake: _Intake, encoder: str | None, passage_tokens: int | None) -> Report:
    """Start a library; when nothing at all could be read, leave none behind."""
    backend.create(new_settings(encoder, passage_tokens), intake.key)
    with backend.writing():
        store = backend.store_of_a_run()
        check_settings(store.settings, backend.address, encoder=encoder, passage_tokens=passage_tokens)
        report = _ended(store, _fill(backend, store, intake))
        is_empty = not store.count_abstracts()
    if is_empty:
        backend.abandon()
        raise LibraryError(_nothing_read(report, f"no library was made in {backend.address}"))
    return report


def _build_over(backend: Backend, intake: _Intake, settings: Settings) -> Report:
    """Fill a store beside the library's and take it over once it is whole."""
    with backend.staged(intake.key, settings) as store:
        outcome = _fill(backend, store, intake)
        is_empty = not store.count_abstracts()
    if not outcome.is_whole:
        kept = f"the library in {backend.address} stays as it was until the build is whole"
        return replace(outcome.report, notes=(*outcome.report.notes, kept))
    if is_empty:
        backend.discard(store)
        raise LibraryError(_nothing_read(outcome.report, f"the library in {backend.address} is kept as it was"))
    backend.take_over(store)
    return outcome.report


def add(backend: Backend, inputs: Inputs, *, client: EutilsClient | None, on_progress: OnProgress | None) -> Report:
    """Add the abstracts of the inputs; those that are there are updated in place."""
    with backend.writing():
        store = backend.store_of_a_run()
        return _ended(store, _fill(backend, store, _Intake(("add",), inputs, client, Watch(on_progress))))


def remove(backend: Backend, pmids: Sequence[str]) -> Report:
    """Remove abstracts; PMIDs that are not there are named in the report's `failed`."""
    wanted, failed = parse_pmids("\n".join(map(str, as_list(pmids))))
    store = backend.store_of_a_run()
    store.remember(removed_rows(list(store.digests(wanted))))
    removed = backend.remove(wanted)
    failed |= {pmid: "is not in this library" for pmid in wanted if pmid not in removed}
    return Report(removed=len(removed), failed=failed)


def put(backend: Backend, abstracts: Sequence[Abstract], *, on_progress: OnProgress | None) -> Report:
    """Take in abstracts that are at hand, another library's or removed ones; those that are there are updated."""
    key = f"put {sha256(' '.join(abstract.pmid for abstract in abstracts).encode()).hexdigest()}"
    with backend.writing():
        store = backend.store_of_a_run()
        job = begin(store, key=key, command="put", plan=lambda: Plan((), {}, len(abstracts)))
        return _ended(store, _run(backend, store, [Group(abstracts[job.taken :])], job, Watch(on_progress)))


def refresh(backend: Backend, *, client: EutilsClient | None, on_progress: OnProgress | None) -> Report:
    """Fetch every stored PMID again and take up its changes, all of which the report names."""
    watch = Watch(on_progress)
    client = watch.client(client)
    with backend.writing():
        store = backend.store_of_a_run()
        pmids = tuple(store.pmids())
        checked = {CHECKED: datetime.now(UTC).isoformat(timespec="seconds")}
        plan = Plan(pmids, {}, len(pmids), remembers=checked)
        job = begin(store, key="refresh", command="refresh", plan=lambda: plan)
        groups = follow_deletions(fetch_pmids(store.pending_pmids(), client=client), stored=store.get_with_raw)
        return _ended(store, _run(backend, store, groups, job, watch))


def update(backend: Backend, *, client: EutilsClient | None, on_progress: OnProgress | None) -> Report:
    """Add what is new to the searches and links that the library was built from, and take up what has changed."""
    watch = Watch(on_progress)
    client = watch.client(client)
    with backend.writing():
        store = backend.store_of_a_run()
        origins = asked_origins(store.memory(), backend.address)
        key = f"update {sorted(origin.key for origin in origins)}"
        job = begin(store, key=key, command="update", plan=lambda: plan_update(store, origins, client=client))
        groups = follow_deletions(fetch_pmids(store.pending_pmids(), client=client), stored=store.get_with_raw)
        outcome = _run(backend, store, groups, job, watch)
        new = titles_of_arrivals(store)
        return replace(_ended(store, outcome), new=new)


def forget(backend: Backend, query: str) -> None:
    """Forget a search, links or files that the library was built from; the abstracts stay."""
    with backend.writing():
        forget_origin(backend.store_of_a_run(), query, backend.address)


def rebuild(
    backend: Backend, *, encoder: str | None, passage_tokens: int | None, on_progress: OnProgress | None
) -> Report:
    """Read, chunk and embed the stored records anew, with another encoder or passage size if given."""
    watch = Watch(on_progress)
    with backend.writing():
        old = backend.store_of_a_run()
        tokens = old.settings.passage_tokens if passage_tokens is None else passage_tokens
        settings = new_settings(encoder or old.settings.encoder, tokens)
        key = f"rebuild {old.stamp} {settings}"
        if store := backend.resumed(key):
            report = _ended(store, _embed_again(backend, store, store, key, watch))
        else:
            with backend.staged(key, settings) as store:
                report = _embed_again(backend, old, store, key, watch).report
            backend.take_over(store)
        return Report(updated=backend.store_of_a_run().count_abstracts(), notes=report.notes)


def _embed_again(backend: Backend, old: AbstractStore, new: AbstractStore, key: str, watch: Watch) -> Outcome:
    """Write the abstracts of a store to another, until that holds all that somebody else has written meanwhile."""
    job = begin(new, key=key, command="rebuild", plan=lambda: Plan((), {}, old.count_abstracts()))
    abstracts, content = old.abstracts(skip=job.taken), None
    while (now := old.content()) != content:
        content = now
        outcome = _run(backend, new, [Group(map(parse_again, abstracts))], job, watch)
        abstracts = old.abstracts()
    if new.count_abstracts() != old.count_abstracts():  # some were removed meanwhile
        new.put([], remove=sorted(set(new.pmids()) - set(old.pmids())))
    new.remember(old.memory())
    return outcome


def _fill(backend: Backend, store: AbstractStore, intake: _Intake) -> Outcome:
    """Add the abstracts of the inputs, or the rest that an earlier run of the same command has left."""
    inputs, client = intake.inputs, intake.watch.client(intake.client) if intake.inputs.needs_pubmed else None
    job = begin(store, key=intake.key, command=str(intake.command[0]), plan=lambda: _plan(inputs, client, store))
    return _run(backend, store, groups_of(inputs, job, store, client), job, intake.watch)


def _plan(inputs: Inputs, client: EutilsClient | None, store: AbstractStore) -> Plan:
    """Return the plan for inputs, with the time since which changes are to be asked for by an update."""
    plan, now = make_plan(inputs, client=client), datetime.now(UTC).isoformat(timespec="seconds")
    if inputs.files:
        return replace(plan, remembers={**plan.remembers, CHECKED: None})
    return plan if store.count_abstracts() else replace(plan, remembers={**plan.remembers, CHECKED: now})


def _run(backend: Backend, store: AbstractStore, groups: Iterable[Group], job: Job, watch: Watch) -> Outcome:
    """Do a job, and bring its abstracts into the indexes however it ends."""
    try:
        encoder = matching_encoder(store.settings, backend.address)
        return run(groups, job, store=store, encoder=encoder, on_progress=watch.tell)
    finally:
        backend.settle(store)


def _ended(store: AbstractStore, outcome: Outcome) -> Report:
    """Return a run's account; forget the run when it is whole: last of all, so that a kill leaves it to be resumed."""
    if outcome.is_whole:
        store.end_job()
    return outcome.report


def _nothing_read(report: Report, outcome: str) -> str:
    """Return the sentence that a build read nothing, with the outcome and the first reason."""
    found_nothing = f": {report.notes[-1]}" if report.notes else ": the search found nothing"
    first = next((f": {what} {why}" for what, why in report.failed.items()), found_nothing)
    return f"nothing could be read, so {outcome}{first}"
