"""Inputs to a stream of abstracts, and of failures with their reasons."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import FileError
from index.ingest.formats.detect import parse_file, read_pmids
from index.ingest.formats.pmid_lists import PmidList
from index.ingest.formats.pubmed_xml import parse_pubmed_xml
from index.ingest.inputs import Inputs
from index.ingest.origins import ask, origins_in
from index.records import Abstract, Deletion, Failure, ParsedRecord, Preview, parse_pmids, record_name
from index.storage.origins import MemoryRows

if TYPE_CHECKING:
    from index.ingest.eutils.client import EutilsClient, FetchedBatch


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a run: the PMIDs to fetch, those of a search among them, words that are no PMIDs, PubMed's remarks.

    `total` is how many abstracts and failures there will be; None where files are read, whose length nobody knows.
    `remembers` are the rows of the library's memory that are due at the end of the run. `goes_on` says that it holds
    what an unfinished run of another command has left.
    """

    pmids: tuple[str, ...]
    failed: Mapping[str, str]
    total: int | None
    notes: tuple[str, ...] = ()
    remembers: MemoryRows = field(default_factory=dict)
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Reads that are committed apart from others: those of all files, or of one answer of PubMed (`is_fetched`)."""

    reads: Iterable[ParsedRecord]
    is_fetched: bool = False


def make_plan(inputs: Inputs, *, client: EutilsClient | None) -> Plan:
    """Return the plan for inputs; a search is made now.

    Raises EutilsError when that fails, FileError for a file without PMIDs.
    """
    listed, now = _listed(inputs), datetime.now(UTC)
    failed = listed.failed
    answers = [ask(origin, client=client, now=now) for origin in origins_in(inputs)]
    pmids = list(dict.fromkeys(chain(listed.pmids, *(answer.pmids for answer in answers))))
    notes = (*listed.notes, *chain.from_iterable(answer.notes for answer in answers))
    if shard := inputs.shard:
        pmids = [pmid for pmid in pmids if shard.has(pmid)]
        failed = failed if shard.number == 1 else {}  # what all have, one names
        notes = notes if inputs.files or pmids else (*notes, f"nothing falls to the share {shard}")
    remembers = {name: value for answer in answers for name, value in answer.rows.items()}
    return Plan(tuple(pmids), failed, None if inputs.files else len(pmids) + len(failed), notes, remembers)


def look_up(inputs: Inputs, *, client: EutilsClient, most: int) -> Preview:
    """Return what PubMed has for the search and the papers of inputs. Raises EutilsError when it cannot be had."""
    total, pmids, notes = 0, list[str](), list[str]()
    for origin in origins_in(inputs):
        answer = ask(replace(origin, limit=most), client=client, now=datetime.now(UTC))
        total += answer.total
        pmids += answer.pmids
        notes += answer.notes
    reads = chain.from_iterable(_records(batch) for batch in client.fetch(pmids[:most]))
    return Preview(total, tuple(read for read in reads if isinstance(read, Abstract)), tuple(notes))


def _listed(inputs: Inputs) -> PmidList:
    """Return the PMIDs as written and those in files. Raises FileError for a file that names none."""
    typed, failed = parse_pmids("\n".join(inputs.pmids))
    pmids, notes = dict.fromkeys(typed), []
    for path, name in _named(inputs.pmids_from):
        found = read_pmids(path)
        pmids |= dict.fromkeys(found.pmids)
        failed |= {f"{name}, {what}": why for what, why in found.failed.items()}
        notes += [f"{name}: {note}" for note in found.notes]
    return PmidList(list(pmids), failed, tuple(notes))


def read_files(files: Sequence[Path | str], *, skip: int = 0) -> Group:
    """Return the records of files as one group, without the first `skip`; an unreadable file is a Failure."""
    reads = chain.from_iterable(_read_file(path, name) for path, name in _named(files))
    return Group(islice(reads, skip, None))


def fetch_pmids(pmids: Sequence[str], *, client: EutilsClient) -> Iterator[Group]:
    """Yield the abstracts of PMIDs as PubMed serves them, a group for each of its answers.

    A PMID that PubMed does not know is a Failure, one that it merged into another a Deletion beside that other's
    abstract. Raises EutilsError when PubMed cannot be had; the groups before it stand.
    """
    for batch in client.fetch(pmids):
        yield Group(tuple(_read_batch(batch, client)), is_fetched=True)


def _read_batch(batch: FetchedBatch, client: EutilsClient) -> Iterator[ParsedRecord]:
    """Yield one batch's abstracts, and a Deletion or Failure for each missing PMID: efetch drops those silently."""
    came = {record_name(read): read for read in _records(batch)}
    missing = [pmid for pmid in batch.pmids if pmid not in came and pmid not in batch.failed]
    again, merged = _ask_again(missing, client) if missing else ({}, {})
    yield from (came | again).values()
    for pmid in batch.pmids:
        if pmid in batch.failed:
            yield Failure(pmid, batch.failed[pmid])
        elif pmid in merged:
            yield Deletion(pmid, merged_into=merged[pmid])
        elif pmid not in came and pmid not in again:
            yield Failure(pmid, "PubMed has no record with this PMID: it may be mistyped or deleted", is_unknown=True)


def _ask_again(pmids: Sequence[str], client: EutilsClient) -> tuple[dict[str, ParsedRecord], dict[str, str]]:
    """Ask for missing PMIDs once more; return the records that came now, and the merged PMIDs with their new ones.

    PubMed answers a merged PMID with the record it became part of. Only an answer to one alone tells which is which.
    """
    came = {record_name(read): read for batch in client.fetch(pmids) for read in _records(batch)}
    strangers = [name for name, read in came.items() if isinstance(read, Abstract) and name not in pmids]
    if not strangers:
        return came, {}
    if len(pmids) == 1:
        return came, dict.fromkeys(pmids, strangers[0])
    merged: dict[str, str] = {}
    for pmid in pmids:
        if pmid not in came:
            alone, became = _ask_again([pmid], client)
            came |= alone
            merged |= became
    return came, merged


def _records(batch: FetchedBatch) -> Iterator[ParsedRecord]:
    return parse_pubmed_xml(io.BytesIO(batch.xml), name="PubMed's answer")


def _named(files: Sequence[Path | str]) -> list[tuple[Path, str]]:
    """Return each file with the name that the account knows it by: without its folder unless two are called alike."""
    paths = [Path(file) for file in files]
    names = [path.name for path in paths]
    return [(path, name if names.count(name) == 1 else str(path)) for path, name in zip(paths, names, strict=True)]


def _read_file(path: Path, name: str) -> Iterator[ParsedRecord]:
    try:
        yield from parse_file(path, name=name)
    except FileError as error:
        yield Failure(name, str(error).removeprefix(f"{path} ").removeprefix(f"{name} "))
