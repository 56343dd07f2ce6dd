"""PMIDs, a PubMed search and files to one stream of abstracts, with an account of what could not be had and why."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import FileError, InputError
from index.ingest.formats.detect import parse_file
from index.ingest.formats.pubmed_xml import parse_pubmed_xml
from index.records import Abstract, Deletion, Failure, ParsedRecord, parse_pmids

if TYPE_CHECKING:
    from index.ingest.eutils.client import EutilsClient, FetchedBatch


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several shares of the same inputs, `number` of `count` from 1: what a process takes without asking others.

    A file falls to a share by its name, so that machines with other mounts agree, a PMID by itself.
    """

    number: int
    count: int

    def has(self, name: str) -> bool:
        """Tell whether a file's name or a PMID falls to this share."""
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


def parse_shard(text: str) -> Shard:
    """Return the share that is written "3/64". Raises InputError when there is no such share.

    >>> parse_shard("3/64")
    Shard(number=3, count=64)
    """
    match = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*", text, re.A)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise InputError(f"{text!r} is no share of the inputs: write it as 3/64, the numbers from 1/64 to 64/64")
    return Shard(int(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a library is to be built from, any mix: files, PMIDs as written, a PubMed search with the most to take.

    With a `shard` only what falls to that share of it.
    """

    files: Sequence[Path | str] = ()
    pmids: Sequence[str] = ()
    search: str | None = None
    limit: int | None = None
    shard: Shard | None = None

    @property
    def needs_pubmed(self) -> bool:
        """Whether anything has to be asked of PubMed."""
        return bool(self.pmids or self.search)

    def key(self, *command: object) -> str:
        """Return a SHA-256 of a command on these inputs; a file that was written since makes another one."""
        files = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in map(Path, self.files)]
        told: list[object] = [command, files, parse_pmids(" ".join(self.pmids)), self.search, self.limit]
        told += [str(self.shard)] if self.shard else []
        return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Plan:
    """What inputs come to: the PMIDs to fetch, those of a search among them, what is no PMID, and PubMed's remarks.

    `total` is how many abstracts and failures there will be; None where files are read, whose length nobody knows.
    """

    pmids: tuple[str, ...]
    failed: Mapping[str, str]
    total: int | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Reads that are committed apart from others: those of all files, or of one answer of PubMed (`is_fetched`)."""

    reads: Iterable[ParsedRecord]
    is_fetched: bool = False


def check_inputs(inputs: Inputs) -> None:
    """Raise InputError when there is no input, a file is missing, or the limit is no number of hits."""
    if not (inputs.files or inputs.pmids or inputs.search):
        raise InputError("nothing to read: give PMIDs, a PubMed search or files")
    if inputs.limit is not None and inputs.limit < 1:
        raise InputError(f"the limit is {inputs.limit}; give a number from 1")
    for file in inputs.files:
        if not Path(file).exists():
            raise InputError(f"there is no file {file}; check the path")


def share_of(inputs: Inputs) -> Inputs:
    """Return the inputs with those of their files that fall to their share; PMIDs are shared out by `make_plan`."""
    if not inputs.shard:
        return inputs
    return replace(inputs, files=[file for file in inputs.files if inputs.shard.has(Path(file).name)])


def make_plan(inputs: Inputs, *, client: EutilsClient | None) -> Plan:
    """Return what is to be fetched for inputs; a search is made now. Raises EutilsError when that fails."""
    pmids, failed = parse_pmids(" ".join(inputs.pmids))
    notes: tuple[str, ...] = ()
    if inputs.search and client:
        found = client.search(inputs.search, limit=inputs.limit)
        pmids = list(dict.fromkeys([*pmids, *found.pmids]))
        notes = found.notes if found.pmids else (*found.notes, "PubMed's search found nothing")
    if shard := inputs.shard:
        pmids = [pmid for pmid in pmids if shard.has(pmid)]
        failed = failed if shard.number == 1 else {}  # what all have, one names
        notes = notes if inputs.files or pmids else (*notes, f"nothing falls to the share {shard}")
    return Plan(tuple(pmids), failed, None if inputs.files else len(pmids) + len(failed), notes)


def read_files(files: Sequence[Path | str], *, skip: int = 0) -> Group:
    """Return what files hold as one group, without the first `skip` records; an unreadable file is a Failure."""
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
    """Yield one batch's abstracts and say what became of the PMIDs that did not come: efetch drops them silently."""
    came = {_name(read): read for read in _records(batch)}
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
    """Ask for PMIDs that did not come once more; return what came now, and which was merged into which.

    PubMed answers a merged PMID with the record it became part of. Only an answer to one alone tells which is which.
    """
    came = {_name(read): read for batch in client.fetch(pmids) for read in _records(batch)}
    others = [name for name, read in came.items() if isinstance(read, Abstract) and name not in pmids]
    if not others:
        return came, {}
    if len(pmids) == 1:
        return came, dict.fromkeys(pmids, others[0])
    merged: dict[str, str] = {}
    for pmid in pmids:
        if pmid not in came:
            alone, became = _ask_again([pmid], client)
            came |= alone
            merged |= became
    return came, merged


def _records(batch: FetchedBatch) -> Iterator[ParsedRecord]:
    return parse_pubmed_xml(io.BytesIO(batch.xml), name="PubMed's answer")


def _name(read: ParsedRecord) -> str:
    return read.what if isinstance(read, Failure) else read.pmid


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
