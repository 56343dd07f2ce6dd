"""A library's collections on Milvus compared with one another: check -> finding -> remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from index.errors import LibraryDamagedError
from index.ingest.run import run
from index.ingest.sources import Group
from index.records import Abstract
from index.repair.check import Finding
from index.search.dense import is_unit
from index.storage.build_settings import matching_encoder
from index.storage.jobs import Job
from index.storage.milvus.backend import MilvusBackend
from index.storage.milvus.schema import passage_of, text_version
from index.storage.milvus.server import MilvusRow
from index.storage.milvus.store import MilvusStore
from index.storage.schema import abstract_digest, covers_abstract

_AT_ONCE = 50
"""Abstracts that are compared with their passages at a time."""


def check_milvus(backend: MilvusBackend, *, repair: bool) -> list[Finding]:
    """Compare the collections with one another and return the findings, each with its remedy; mend them if `repair`."""
    store, register = backend.store_of_a_run(), backend.register
    findings = _check_store(store, register.state().unfinished)
    if not repair or not findings:
        return findings
    _mend(store)
    store.settle()
    register.end_all_runs()
    left = set(_check_store(store, register.state().unfinished))
    return [replace(finding, repaired=finding not in left) for finding in findings]


def _check_store(store: MilvusStore, unfinished: Sequence[str]) -> list[Finding]:
    """Return the findings: runs that were broken off, abstracts whose rows do not agree, passages of no abstract."""
    address = store.server.address
    remedy = f"python -m index check --repair --library {address}"
    again = f"run the same command again; when nobody writes and nobody will: {remedy}"
    findings = [Finding(address.name, f"knows of {run}, at work or broken off", again) for run in unfinished]
    for pmid, abstract in _wrong(store):
        if abstract:
            findings.append(Finding(store.abstracts_name, f"holds PMID {pmid} damaged", remedy, mends="rows"))
        else:
            fetch = f"fetch it again: python -m index add --pmids {pmid} --library {address}"
            findings.append(
                Finding(store.abstracts_name, f"has lost the record of PMID {pmid}", fetch, mends="nothing")
            )
    if next(store.strays(), None):
        findings.append(Finding(store.passages_name, "holds passages of no abstract", remedy))
    return findings


def _mend(store: MilvusStore) -> None:
    """Chunk and embed damaged abstracts again from their records, and delete passages of no abstract."""
    wrong = [abstract for _, abstract in _wrong(store) if abstract]
    if wrong:
        encoder = matching_encoder(store.settings, str(store.server.address))
        run([Group(wrong)], Job("repair", "repair", ""), store=_Anew(store), encoder=encoder)
    store.delete_passages(list(store.strays()))


class _Anew(MilvusStore):
    """A library's collections that pretend to be empty, so that abstracts written to them are embedded again."""

    def __init__(self, store: MilvusStore) -> None:
        super().__init__(store.register, store.present)

    def digests(self, pmids: Sequence[str]) -> dict[str, str]:
        return {}

    def get(self, pmids: Sequence[str]) -> dict[str, Abstract]:
        return {}


def _wrong(store: MilvusStore) -> Iterator[tuple[str, Abstract | None]]:
    """Yield the PMIDs whose rows are not as they were written, with their abstract where the record is whole."""
    for rows in store.abstract_rows(["digest", "version", "passages"], size=_AT_ONCE):
        passages = store.passage_rows(
            [(str(row["id"]), int(row["passages"])) for row in rows], ["start", "end", "version", "vector"]
        )
        for row in rows:
            pmid = str(row["id"])
            try:
                abstract = store.get_with_raw(pmid)
            except LibraryDamagedError:
                yield pmid, None
                continue
            if abstract and not _is_as_written(row, abstract, passages.get(pmid, []), store.settings.dimension):
                yield pmid, abstract


def _is_as_written(
    row: Mapping[str, object], abstract: Abstract, passages: Sequence[MilvusRow], dimension: int
) -> bool:
    version = text_version(abstract)
    if any(row["version"] != version for row in passages):
        return False
    held = [passage_of(row, abstract) for row in passages]
    return (
        (row["digest"], row["version"], row["passages"]) == (abstract_digest(abstract), version, len(passages))
        and covers_abstract(abstract, [(passage.section, passage.start, passage.end) for passage in held])
        and all(len(row["vector"]) == dimension and is_unit(_vector(row)) for row in passages)
    )


def _vector(row: MilvusRow) -> np.ndarray[tuple[int], np.dtype[np.float16]]:
    return np.asarray(row["vector"], dtype=np.float16)
