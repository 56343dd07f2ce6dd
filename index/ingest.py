"""PMIDs, a PubMed search and files to one stream of abstracts, with an account of what could not be had and why."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from index.errors import EutilsError, FileError, InputError
from index.eutils import EutilsClient
from index.files import read_file
from index.pubmed_xml import read_pubmed_xml
from index.records import Abstract, Deletion, Failure, Read

_SEPARATORS = re.compile(r"[\s,;|]+")
_PMID = re.compile(
    r"(?:pmid:?|https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/)?0*([1-9]\d{0,9})/?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a library is to be built from, any mix: files, PMIDs as written, a PubMed search with the most to take."""

    files: Sequence[Path | str] = ()
    pmids: Sequence[str] = ()
    search: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A stream of what was read, how many abstracts it will bring where that is known, and PubMed's remarks."""

    reads: Iterator[Read]
    total: int | None
    notes: tuple[str, ...] = ()


def parse_pmids(text: str) -> tuple[list[str], dict[str, str]]:
    """Return the PMIDs in a text, each once in its order, and what is none with the reason.

    Separators are white space, commas and semicolons; "PMID: 123" and the address of a PubMed page count as PMIDs.
    """
    pmids: dict[str, None] = {}
    failed: dict[str, str] = {}
    for word in _SEPARATORS.split(text.strip()):
        if not word or word.casefold() in ("pmid", "pmid:"):
            continue
        if match := _PMID.fullmatch(word):
            pmids[match[1]] = None
        else:
            failed[word[:80]] = "is not a PMID: a PMID is a number of 1 to 10 digits"
    return list(pmids), failed


def read_inputs(inputs: Inputs, *, client: EutilsClient | None = None) -> Reading:
    """Open all inputs and return their abstracts as one stream: files first, then PMIDs and what the search found.

    Raises InputError when there is no input or a file is missing, EutilsError when the search fails: before anything is
    read. What fails later comes as a Failure in the stream.
    """
    if not (inputs.files or inputs.pmids or inputs.search):
        raise InputError("nothing to read: give PMIDs, a PubMed search or files")
    if inputs.limit is not None and inputs.limit < 1:
        raise InputError(f"the limit is {inputs.limit}; give a number from 1")
    for file in inputs.files:
        if not Path(file).exists():
            raise InputError(f"there is no file {file}; check the path")
    pmids, failed = parse_pmids(" ".join(inputs.pmids))
    notes: tuple[str, ...] = ()
    if inputs.search or pmids:
        client = client or EutilsClient.from_environment()
    if inputs.search and client:
        found = client.search(inputs.search, limit=inputs.limit)
        pmids = list(dict.fromkeys([*pmids, *found.pmids]))
        notes = found.notes if found.pmids else (*found.notes, "the search found nothing")
    reads: list[Iterator[Read]] = [_read_file(path, name) for path, name in _named(inputs.files)]
    reads.append(iter([Failure(what, why) for what, why in failed.items()]))
    if pmids and client:
        reads.append(fetch_pmids(pmids, client=client))
    return Reading(chain.from_iterable(reads), None if inputs.files else len(pmids) + len(failed), notes)


def fetch_pmids(pmids: Sequence[str], *, client: EutilsClient) -> Iterator[Read]:
    """Yield the abstracts of PMIDs as PubMed serves them, and a Failure for each that it did not send.

    Raises EutilsError when not even the first batch can be had; a later break fails the PMIDs that are left.
    """
    waiting = dict.fromkeys(pmids)
    try:
        for batch in client.fetch(pmids):
            yield from _read_batch(batch.pmids, batch.xml, batch.failed)
            for pmid in batch.pmids:
                waiting.pop(pmid, None)
    except EutilsError as error:
        if len(waiting) == len(pmids):
            raise
        yield from (Failure(pmid, f"was not fetched: {error}") for pmid in waiting)


def _read_batch(asked: Sequence[str], xml: bytes, failed: Mapping[str, str]) -> Iterator[Read]:
    """Yield one batch's abstracts and name what was asked and did not come: efetch drops unknown PMIDs silently."""
    came = set()
    for read in read_pubmed_xml(io.BytesIO(xml), name="PubMed's answer"):
        if isinstance(read, Abstract | Deletion):
            came.add(read.pmid)
        else:
            came.add(read.what)
        yield read
    for pmid in asked:
        if pmid not in came:
            yield Failure(
                pmid, failed.get(pmid) or "PubMed has no record with this PMID: it may be mistyped, deleted or merged"
            )


def _named(files: Sequence[Path | str]) -> list[tuple[Path, str]]:
    """Return each file with the name that the account knows it by: without its folder unless two are called alike."""
    paths = [Path(file) for file in files]
    names = [path.name for path in paths]
    return [(path, name if names.count(name) == 1 else str(path)) for path, name in zip(paths, names, strict=True)]


def _read_file(path: Path, name: str) -> Iterator[Read]:
    try:
        yield from read_file(path, name=name)
    except FileError as error:
        yield Failure(name, str(error).removeprefix(f"{path} ").removeprefix(f"{name} "))
