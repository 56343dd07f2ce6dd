"""Parsed records to a library's store, batch by batch: chunked, embedded, committed, accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from index.analysis.chunking import passage_text, split_abstract
from index.analysis.normalization import on_the_line
from index.embedding.encoder import Encoder
from index.ingest.changes import changes_between
from index.ingest.sources import Group
from index.records import Abstract, Deletion, Failure, Note, ParsedRecord, Progress, Report, record_name
from index.storage.jobs import Job, Step
from index.storage.protocol import AbstractStore
from index.storage.schema import Entry, abstract_digest

OnProgress = Callable[[Progress], None]

BATCH_SIZE = 64
"""Abstracts to a commit: some 200 passages, so that a kill costs seconds and batches of like length still form."""


def write_all(
    groups: Iterable[Group],
    *,
    store: AbstractStore,
    encoder: Encoder,
    job: Job,
    on_progress: OnProgress | None = None,
) -> Job:
    """Write abstracts and deletions in their order, a commit each batch; a failure costs only its own record.

    Returns the job with its account. An exception from the parsers or from `on_progress` ends the run with all earlier
    batches committed, and the job in the store knows what is left.
    """

    def tell(doing: str) -> None:
        if on_progress:
            on_progress(Progress(job.done, job.total, doing))

    tell("reading")
    for group in groups:
        for batch in _batches(group.reads, BATCH_SIZE):
            tell("embedding")
            job = _write_batch(batch, is_fetched=group.is_fetched, store=store, encoder=encoder, job=job)
            tell("reading")
    return job


def _batches(reads: Iterable[ParsedRecord], size: int) -> Iterator[list[ParsedRecord]]:
    reads = iter(reads)
    while batch := list(islice(reads, size)):
        yield batch


def _write_batch(
    batch: Sequence[ParsedRecord], *, is_fetched: bool, store: AbstractStore, encoder: Encoder, job: Job
) -> Job:
    """Commit one batch, with how far the job is then. A PMID that comes twice is written as it came last."""
    before = _Before(store, batch)
    batch = list(_newest(batch, before))
    report = _account(batch, before, job.report)
    latest = {read.pmid: read for read in batch if isinstance(read, Abstract | Deletion)}
    changed = [read for read in latest.values() if isinstance(read, Abstract) and not before.has(read)]
    restated = [abstract for abstract in changed if before.has_passages_of(abstract)]
    known = {abstract.pmid for abstract in restated}
    now = replace(job, report=report, taken=job.taken + (0 if is_fetched else len(batch)))
    store.put(
        _entries([abstract for abstract in changed if abstract.pmid not in known], store=store, encoder=encoder),
        restated=restated,
        remove=[pmid for pmid, read in latest.items() if isinstance(read, Deletion) and pmid in before.digests],
        step=Step(now, job.report, [record_name(read) for read in batch] if is_fetched else ()),
    )
    return now


class _Before:
    """The library's state before a batch: the digests of its abstracts, and those abstracts that change."""

    def __init__(self, store: AbstractStore, batch: Sequence[ParsedRecord]) -> None:
        self.digests = store.digests([read.pmid for read in batch if isinstance(read, Abstract | Deletion)])
        self.abstracts = store.get([read.pmid for read in batch if isinstance(read, Abstract) and not self.has(read)])

    def has(self, abstract: Abstract) -> bool:
        """Return True if the abstract was there just so."""
        digest = self.digests.get(abstract.pmid)
        return digest is not None and digest == abstract_digest(abstract)

    def has_passages_of(self, abstract: Abstract) -> bool:
        """Return True if nothing that is embedded has changed: new MeSH terms or a retraction cost no encoder."""
        old = self.abstracts.get(abstract.pmid)
        return old is not None and (old.title, old.sections) == (abstract.title, abstract.sections)


def _newest(batch: Sequence[ParsedRecord], before: _Before) -> Iterator[ParsedRecord]:
    """Yield the records, in place of an abstract that is an older version of its PMID the newer one that was read."""
    newest = dict(before.abstracts)
    for read in batch:
        if isinstance(read, Abstract):
            known = newest.get(read.pmid, read)
            newest[read.pmid] = read = known if known.version > read.version else read
        elif isinstance(read, Deletion):
            newest.pop(read.pmid, None)
        yield read


def _account(batch: Sequence[ParsedRecord], before: _Before, report: Report) -> Report:
    """Return the account after a batch; a PMID that comes twice counts twice."""
    here: dict[str, Abstract | None] = {pmid: before.abstracts.get(pmid) for pmid in before.digests}
    counts: dict[str, Any] = {name: getattr(report, name) for name in ("added", "updated", "unchanged", "removed")}
    failed, changes, notes = dict(report.failed), dict(report.changes), dict.fromkeys(report.notes)
    for read in batch:
        if isinstance(read, Failure):
            failed[read.what] = read.why
        elif isinstance(read, Note):
            notes[read.text] = None
        elif isinstance(read, Deletion):
            counts["removed"] += read.pmid in here
            changes |= _of_deletion(read, was_here=read.pmid in here)
            here.pop(read.pmid, None)
        elif read.pmid not in here:
            counts["added"] += 1
            here[read.pmid] = read
        else:
            old = here[read.pmid] or read  # what is the same as before was not read again
            counts["unchanged" if old == read else "updated"] += 1
            changes |= {read.pmid: change} if (change := changes_between(old, read)) else {}
            here[read.pmid] = read
    return Report(**counts, failed=failed, changes=changes, notes=tuple(notes))


def _of_deletion(deletion: Deletion, *, was_here: bool) -> dict[str, str]:
    """Return the change that a deletion is reported as: none for a PMID that nobody asked for and that was not here."""
    if deletion.merged_into:
        return {deletion.pmid: f"was merged into PMID {deletion.merged_into}, which stands in its place"}
    return {deletion.pmid: "was deleted by PubMed"} if was_here else {}


def _entries(abstracts: Sequence[Abstract], *, store: AbstractStore, encoder: Encoder) -> list[Entry]:
    """Chunk and embed abstracts, all passages of the batch in one call so that like lengths meet."""
    max_tokens = store.settings.passage_tokens
    split = [
        split_abstract(abstract, max_tokens=max_tokens, count_tokens=encoder.count_tokens) for abstract in abstracts
    ]
    texts = [
        on_the_line(passage_text(abstract, passage))
        for abstract, passages in zip(abstracts, split, strict=True)
        for passage in passages
    ]
    vectors = encoder.encode(texts, kind="passage").astype(np.float16)
    entries, first = [], 0
    for abstract, passages in zip(abstracts, split, strict=True):
        entries.append(Entry(abstract, passages, vectors[first : first + len(passages)]))
        first += len(passages)
    return entries
