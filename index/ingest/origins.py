"""Fetch the PMIDs of a library's searches and links from PubMed: all at first, new ones later."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from index.ingest.inputs import Inputs
from index.records import LinkKind
from index.storage.origins import MemoryRows, Origin, files_query, origin_rows

if TYPE_CHECKING:
    from index.ingest.eutils.client import EutilsClient

OVERLAP = timedelta(days=7)
"""What is asked again each time: PubMed counts days, and may list a record some days after its date of entry."""
_WITHOUT_LINKS: Mapping[LinkKind, str] = {
    "similar_to": "PubMed knows nothing similar to PMID {}",
    "cited_by": "PubMed knows nothing that cites PMID {}",
    "references_of": "PubMed knows no references of PMID {}",
}


@dataclass(frozen=True, slots=True)
class OriginAnswer:
    """PubMed's answer on an origin: the PMIDs to fetch, remarks, and the rows to remember once they are fetched.

    `total` is how many PubMed has in all, whatever the limit.
    """

    pmids: tuple[str, ...]
    notes: tuple[str, ...]
    rows: MemoryRows
    total: int = 0


def origins_in(inputs: Inputs) -> list[Origin]:
    """Return the origins among the inputs; PMIDs that are given by themselves are none."""
    origins = [Origin("search", " ".join(inputs.search.split()), inputs.limit)] if inputs.search else []
    origins += [Origin(kind, ", ".join(pmids), inputs.limit) for kind, pmids in inputs.links.items()]
    names = [Path(file).name for file in inputs.files]
    return [*origins, Origin("files", files_query(names))] if names else origins


def ask(origin: Origin, *, client: EutilsClient | None, now: datetime) -> OriginAnswer:
    """Return all that belongs to an origin, or the first `limit`."""
    rows = origin_rows(replace(origin, asked=_iso(now)))
    if origin.kind == "files" or client is None:
        return OriginAnswer((), (), rows)
    if origin.kind == "search":
        page = client.search(origin.query, limit=origin.limit)
        notes = page.notes if page.pmids else (*page.notes, "PubMed's search found nothing")
        return OriginAnswer(page.pmids, notes, rows, page.total)
    linked, notes = _linked(origin, origin.kind, client)
    return OriginAnswer(linked[: origin.limit], notes, rows, len(linked))


def ask_again(
    origin: Origin, *, client: EutilsClient, now: datetime, known: Callable[[Sequence[str]], Container[str]]
) -> OriginAnswer:
    """Return what belongs to an origin and is not known, of a search what entered PubMed since it was last asked.

    Of more than `limit` the rest waits, and is found again next time.
    """
    last = datetime.fromisoformat(origin.asked)
    if origin.kind != "search" or last > now:
        asked = ask(origin, client=client, now=now)
        held, notes = known(asked.pmids), (_clock_note(origin),) if last > now else ()
        return replace(asked, pmids=tuple(pmid for pmid in asked.pmids if pmid not in held), notes=notes)
    page = client.search(origin.query, since=(last - OVERLAP).date())
    held = known(page.pmids)
    new = tuple(pmid for pmid in page.pmids if pmid not in held)
    waiting = len(new) - (origin.limit or len(new))
    if waiting > 0:
        waits = f"{waiting:,} wait for the next update, as its limit says"
        note = f"“{origin.name}” has {len(new):,} new abstracts; {waits}"
        return OriginAnswer(new[: origin.limit], (note,), {})
    return OriginAnswer(new, page.notes if new else (), origin_rows(replace(origin, asked=_iso(now))))


def _linked(origin: Origin, kind: LinkKind, client: EutilsClient) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is linked to the papers of an origin, the nearest of each first, and a note on each without links."""
    links = client.links(origin.query.split(", "), kind)
    in_turn = filter(None, chain.from_iterable(zip_longest(*links.values())))
    notes = tuple(_WITHOUT_LINKS[kind].format(pmid) for pmid, linked in links.items() if not linked)
    return tuple(dict.fromkeys(in_turn)), notes


def _clock_note(origin: Origin) -> str:
    return f"“{origin.name}” was last asked at {origin.asked}, which the clock has still to reach; it was asked whole"


def _iso(now: datetime) -> str:
    return now.isoformat(timespec="seconds")
