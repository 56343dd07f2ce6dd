"""Plan an update: new PMIDs of each search and link, and stored abstracts that PubMed changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index.errors import EutilsError, InputError, LibraryError
from index.ingest.origins import OVERLAP, OriginAnswer, ask_again
from index.ingest.sources import Plan
from index.storage.origins import (
    CHECKED,
    LastUpdate,
    Memory,
    MemoryRows,
    Origin,
    arriving,
    arriving_rows,
    forgotten_rows,
    origins_of,
    removed_of,
    update_rows,
)
from index.storage.protocol import AbstractStore

if TYPE_CHECKING:
    from index.ingest.eutils.client import EutilsClient


def asked_origins(memory: Memory, address: str) -> list[Origin]:
    """Return the origins that an update asks. Raises LibraryError when there are none."""
    origins = origins_of(memory)
    asked = [origin for origin in origins if origin.kind != "files"]
    if asked:
        return asked
    built = f" and was built from {origins[-1].name}" if origins else ""
    raise LibraryError(
        f"{address} remembers no search that could be asked again{built}; give it one with: python -m index add "
        f"--search TERM --library {address}, or look for changes only with: python -m index refresh --library {address}"
    )


def plan_update(store: AbstractStore, origins: Sequence[Origin], *, client: EutilsClient) -> Plan:
    """Return the plan, and note in the store what is to come, so that it counts as new however often this breaks off.

    A search that PubMed refuses is named as failed and keeps its time. Raises EutilsError when all are refused.
    """
    memory, now = store.memory(), datetime.now(UTC)
    answers = _Answers.of(origins, store, client=client, now=now)
    new = tuple(dict.fromkeys(pmid for asked in answers.asked for pmid in asked.pmids))
    left, left_to_remember = _left_by_another(store)
    changed = [*left, *_changed(store, memory, client=client, now=now)]
    pmids = tuple(dict.fromkeys([*new, *changed]))
    arrivals = tuple(dict.fromkeys([*arriving(memory), *new]))
    store.remember(arriving_rows(arrivals, memory))
    at = now.isoformat(timespec="seconds")
    rows = {**left_to_remember, **update_rows(LastUpdate(at, arrivals), store.memory())}
    for asked in answers.asked:
        rows |= asked.rows
    notes = tuple(note for asked in answers.asked for note in asked.notes)
    total = len(pmids) + len(answers.failed)
    return Plan(pmids, answers.failed, total, notes, {**rows, CHECKED: at}, goes_on=bool(left))


@dataclass(frozen=True, slots=True)
class _Answers:
    """PubMed's answers on the origins, and those that it refused with the reason."""

    asked: list[OriginAnswer] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, origins: Sequence[Origin], store: AbstractStore, *, client: EutilsClient, now: datetime) -> _Answers:
        answers, removed = cls(), removed_of(store.memory())

        def known(pmids: Sequence[str]) -> set[str]:
            return set(store.digests(pmids)) | removed.intersection(pmids)

        for origin in origins:
            try:
                answers.asked.append(ask_again(origin, client=client, now=now, known=known))
            except EutilsError as error:
                if len(answers.failed) == len(origins) - 1:  # the last one, after all others failed
                    raise
                answers.failed[origin.name] = f"was not asked: {error}"
        return answers


def _left_by_another(store: AbstractStore) -> tuple[list[str], MemoryRows]:
    """Return what an unfinished add has still to fetch and to remember: by night nobody sees that it is given up.

    Nothing of a run that reads files, which an update does not have.
    """
    job = store.job
    if job is None or job.command != "add" or job.total is None:
        return [], {}
    return store.pending_pmids(), store.planned()


def _changed(store: AbstractStore, memory: Memory, *, client: EutilsClient, now: datetime) -> list[str]:
    """Return the held PMIDs whose records changed since the last look; all of them where none is known."""
    checked = memory.get(CHECKED)
    if not checked or datetime.fromisoformat(checked) > now:
        return store.pmids()
    return client.changed(store.pmids(), since=(datetime.fromisoformat(checked) - OVERLAP).date())


def titles_of_arrivals(store: AbstractStore) -> dict[str, str]:
    """Return the titles, by PMID, of what the update at hand has brought so far."""
    pmids = arriving(store.memory())
    abstracts = store.get(pmids)
    return {pmid: abstracts[pmid].title for pmid in pmids if pmid in abstracts}


def forget_origin(store: AbstractStore, query: str, address: str) -> None:
    """Forget the origin with a name as `info` lists it. Raises InputError when there is none."""
    origins = origins_of(store.memory())
    wanted = " ".join(query.split()).casefold()
    for origin in origins:
        if origin.name.casefold() == wanted:
            store.remember(forgotten_rows(origin))
            return
    names = "; ".join(f"“{origin.name}”" for origin in origins) or "nothing"
    raise InputError(f"{address} does not remember “{query}”; what it remembers is: {names}")
