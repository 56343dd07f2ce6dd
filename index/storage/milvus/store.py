"""Store of a library on Milvus, to which any number of processes may write at once.

There is no transaction over collections. An abstract's row is written last and read first: passages of a text that it
does not have are nobody's, and what a killed writer left is written over when the same is added again. A run is
remembered by its process only: what it did is known by the digests of the abstracts that are there.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from index.analysis.synonyms import Synonyms
from index.embedding.encoder import Vectors
from index.errors import LibraryDamagedError, LibraryError
from index.records import Abstract, Filters, Passage, Tally, TallyOf
from index.search.lexical_documents import lexical_rows
from index.search.mentions import TermPhrase
from index.storage.jobs import Job, Step
from index.storage.milvus import schema
from index.storage.milvus.schema import Present
from index.storage.milvus.server import GoneError, MilvusRow, Server, quoted
from index.storage.origins import MemoryRows
from index.storage.schema import DIGEST_MODULUS, Counts, Entry, Settings, content_number, holds, pack

_T = TypeVar("_T")
_KEYS = 500
"""Keys to a query."""
_RECORDS = 50
"""Records to a query or a request: each is at most 120 kB."""
_YEARS = (0, 10_000)
_ALL = 'id != ""'
"""A filter that lets every row through: Milvus wants one, or a limit."""
_LABELLED = 50_000
"""Abstracts whose labels are counted for a list of them."""


@dataclass(frozen=True, slots=True)
class RegisterState:
    """State of a library: `last` stands for the last change, at `at_ms`; `unfinished` are the open runs."""

    last: str
    at_ms: int
    unfinished: tuple[str, ...]

    @property
    def is_settled(self) -> bool:
        """True if nobody writes, and nobody was killed while writing."""
        return not self.unfinished


class Register:
    """The collection NAME: which collections are the library's, which runs are open, and when it last changed."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._name = server.address.name
        self._synonyms_name = f"{self._name}_synonyms"
        self._synonyms = Synonyms()

    def create(self) -> None:
        """Make the register where there is none."""
        self.server.create(self._name, schema.META)

    def drop(self) -> None:
        """Drop the register, and with it the library."""
        self.server.drop(self._synonyms_name)
        self.server.drop(self._name)

    def present(self) -> Present | None:
        """Return the library's present collections, or None for none. Raises LibraryError for something else."""
        value = self._present_row()
        present = schema.present_of(value) if value else None
        if value and present is None:
            address = self.server.address
            raise LibraryError(
                f"{address} was made by another version of AskAbstracts; use that version, "
                f"or build it again from its sources: python -m index build INPUTS --library {address}"
            )
        return present

    def stamp(self) -> str | None:
        """Return the stamp of the library that there is, whatever version made it, or None where there is none."""
        value = self._present_row()
        return schema.stamp_of(value) if value else None

    def set_present(self, present: Present) -> None:
        """Make these collections the library's, at once for all who ask."""
        self._put("present", present.to_json())

    def state(self) -> RegisterState:
        """Return the state of the library."""
        values = self._values()
        last, _, at_ms = values.get("last", " 0").partition(" ")
        return RegisterState(last, int(at_ms), tuple(value for id_, value in values.items() if id_.startswith("run/")))

    def open_run(self, key: str, command: str) -> None:
        """Note a run that is about to write; one that is killed stays open until the same is run again to its end."""
        since = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        self._put(f"run/{key[:32]}", f"the {command} begun at {since}")

    def end_run(self, key: str) -> None:
        """Note that a run has come to its end, and that the library has changed."""
        self._put("last", f"{secrets.token_hex(8)} {time.time_ns() // 1_000_000}")
        self.server.delete(self._name, f"id in {quoted([f'run/{key[:32]}'])}")

    def end_all_runs(self) -> None:
        """Forget all runs, those of others too."""
        for id_ in [id_ for id_ in self._values() if id_.startswith("run/")]:
            self.end_run(id_.removeprefix("run/"))

    def memory(self, stamp: str) -> dict[str, str]:
        """Return what the collections of a stamp keep beside their abstracts, by name."""
        beginning = _memory_of(stamp)
        rows = self.server.all_rows(self._name, f'id like "{beginning}%"', ["value"])
        return {row["id"].removeprefix(beginning): row["value"] for row in rows}

    def remember(self, stamp: str, rows: MemoryRows) -> None:
        """Write rows beside the abstracts of a stamp, then delete those that are None."""
        kept = {f"{_memory_of(stamp)}{name}": value for name, value in rows.items()}
        new = [{"id": id_, "value": value, "unused": [0.0, 0.0]} for id_, value in kept.items() if value is not None]
        self.server.upsert(self._name, new, size=_RECORDS)
        self._delete([id_ for id_, value in kept.items() if value is None])

    def drop_others(self, stamp: str) -> None:
        """Drop the collections of all other stamps: those replaced, and those begun and given up."""
        in_memory = self.server.all_rows(self._name, f'id like "{_memory_of("")}%"', ["id"])
        self._delete([row["id"] for row in in_memory if not row["id"].startswith(_memory_of(stamp))])
        ours = re.compile(rf"{re.escape(self._name)}_([0-9a-f]+)_(?:abstracts|passages|pieces)")
        for name in self.server.collections():
            if (match := ours.fullmatch(name)) and match[1] != stamp:
                self.server.drop(name)

    def is_open(self, key: str) -> bool:
        """Return True if a run was begun and not ended."""
        return f"run/{key[:32]}" in self._values()

    def remembered_content(self, stamp: str, state: RegisterState) -> str | None:
        """Return the sum over all abstracts that somebody has made in this state."""
        remembered = self._values().get("content", "").split(" ")
        return remembered[2] if remembered[:2] == [stamp, state.last] else None

    def remember_content(self, stamp: str, state: RegisterState, content: str) -> None:
        """Keep the sum over all abstracts for later calls."""
        self._put("content", f"{stamp} {state.last} {content}")

    def synonyms(self) -> Synonyms:
        """Return the library's own synonyms. Raises LibraryDamagedError when they cannot be read."""
        digest, _, pieces = self._values().get("synonyms", "").partition(" ")
        if digest != self._synonyms.sha256:
            self._synonyms = self._read_synonyms(int(pieces or 0)) if digest else Synonyms()
        return self._synonyms

    def put_synonyms(self, synonyms: Synonyms) -> None:
        """Put synonyms in the place of the library's own; their row in the register comes last."""
        pieces = schema.cut(synonyms.to_json()) if synonyms.rows else []
        self.server.create(self._synonyms_name, schema.META)
        rows = [{"id": f"{number}", "value": piece, "unused": [0.0, 0.0]} for number, piece in enumerate(pieces)]
        self.server.upsert(self._synonyms_name, rows, size=_RECORDS)
        self._put("synonyms", f"{synonyms.sha256} {len(pieces)}")

    def _read_synonyms(self, pieces: int) -> Synonyms:
        self.server.load(self._synonyms_name)
        rows = {row["id"]: row["value"] for row in self.server.all_rows(self._synonyms_name, _ALL, ["value"])}
        try:
            return Synonyms.from_json("".join(rows[f"{number}"] for number in range(pieces)))
        except (KeyError, ValueError, TypeError) as error:
            address = self.server.address
            raise LibraryDamagedError(
                f"the synonyms of {address} are damaged; give the library its synonyms again: "
                f"python -m index add --synonyms FILE --library {address}"
            ) from error

    def _present_row(self) -> str:
        address = self.server.address
        try:
            if sorted(self.server.columns(self._name)) != sorted(column.name for column in schema.META):
                raise LibraryError(f"{address} is a collection of another program; give another name")
        except GoneError:
            return ""
        self.server.load(self._name)
        return self._values().get("present", "")

    def _values(self) -> dict[str, str]:
        rows = self.server.rows(self._name, f'not (id like "{_memory_of("")}%")', ["value"], most=10_000)
        return {row["id"]: row["value"] for row in rows}

    def _delete(self, ids: Sequence[str]) -> None:
        for part in _parts(ids, _KEYS):
            self.server.delete(self._name, f"id in {quoted(part)}")

    def _put(self, id_: str, value: str) -> None:
        self.server.upsert(self._name, [{"id": id_, "value": value, "unused": [0.0, 0.0]}])


class MilvusStore:
    """The collections of one stamp."""

    def __init__(self, register: Register, present: Present, *, beside: str = "") -> None:
        """Have the collections of `present`, which are to take the place of those of the stamp `beside`, if any."""
        self.register = register
        self.server = server = register.server
        self.present = present
        self._beside = beside
        stem = f"{server.address.name}_{present.stamp}"
        self.abstracts_name, self.passages_name, self.pieces_name = names_of(stem)
        self._job: Job | None = None
        self._pending: dict[str, None] = {}
        self._planned: MemoryRows = {}
        self._looked_up: dict[str, bool] = {}
        """The batch's abstracts, True for those that were there: each question to a server costs its time."""

    def create(self) -> None:
        """Make the collections where they are not there yet."""
        self.server.create(self.pieces_name, schema.PIECES)
        self.server.create(self.passages_name, schema.passage_columns(self.present), index=self.present.index)
        self.server.create(self.abstracts_name, schema.ABSTRACTS)

    def load(self) -> None:
        """Have the collections ready to be asked: those of a server that was started anew are not."""
        for name in (self.abstracts_name, self.passages_name, self.pieces_name):
            self.server.load(name)

    @property
    def stamp(self) -> str:
        """The collections' stamp: others may write to them during a rebuild."""
        return self.present.stamp

    def settle(self) -> None:
        """Have a run's rows scored like the rest."""
        for name in (self.passages_name, self.abstracts_name):
            self.server.settle(name)

    def drop(self) -> None:
        """Drop the collections."""
        for name in (self.abstracts_name, self.passages_name, self.pieces_name):
            self.server.drop(name)

    # ---- reading

    @property
    def settings(self) -> Settings:
        return self.present.settings

    def counts(self) -> Counts:
        """Return the counts of abstracts and passages, and the years."""
        count, name = self.server.count, self.abstracts_name
        first, last = self._years()
        return Counts(
            abstracts=count(name),
            passages=count(self.passages_name),
            retracted=count(name, "is_retracted == true"),
            without_text=count(name, "has_text == false"),
            first_year=first,
            last_year=last,
        )

    def digests(self, pmids: Sequence[str]) -> dict[str, str]:
        digests = {
            row["id"]: row["digest"]
            for part in _parts(dict.fromkeys(pmids), _KEYS)
            for row in self.server.rows(self.abstracts_name, f"id in {quoted(part)}", ["digest"], most=len(part))
        }
        self._looked_up = {pmid: pmid in digests for pmid in pmids}
        return digests

    def added(self) -> dict[str, str]:
        return {}  # not told on a server

    def get(self, pmids: Sequence[str]) -> dict[str, Abstract]:
        return {abstract.pmid: abstract for abstract in self._abstracts(pmids, ["record", "record_pieces"])}

    def vectors_by_pmid(self, pmids: Sequence[str]) -> list[tuple[str, Vectors]]:
        """Return the vectors of the passages of these abstracts, each with its PMID."""
        return [
            (row["pmid"], np.asarray(row["vector"], dtype=np.float32))
            for part in _parts(iter(pmids), _RECORDS)
            for row in self.server.all_rows(self.passages_name, f"pmid in {quoted(part)}", ["pmid", "vector"])
        ]

    def get_with_raw(self, pmid: str) -> Abstract | None:
        return next(self._abstracts([pmid], ["record", "record_pieces", "raw", "raw_pieces"]), None)

    def pmids(self) -> list[str]:
        return sorted(self._ids(), key=lambda pmid: (int(pmid) if pmid.isdigit() else 0, pmid))

    def abstracts(self, *, skip: int = 0) -> Iterator[Abstract]:
        for part in _parts(islice(self._ids(), skip, None), _RECORDS):
            yield from self._abstracts(part, ["record", "record_pieces", "raw", "raw_pieces"])

    def listed(self, filters: Filters, *, holding: str = "") -> list[str]:
        """Return the PMIDs that the filters allow, newest first, without a year last; see `Library.pmids`."""
        rows = [(row["id"], row["year"]) for row in self._filtered(filters, ["year"])]
        if holding:
            records = (self.get(some).items() for some in _parts((pmid for pmid, _ in rows), _KEYS))
            held = {pmid for some in records for pmid, abstract in some if holds(pack(abstract), holding)}
            rows = [row for row in rows if row[0] in held]
        return [pmid for pmid, _ in sorted(rows, key=lambda row: (-(row[1] or -1), -int(row[0])))]

    def tally(self, kind: TallyOf, filters: Filters) -> list[Tally]:
        """Return how many of the abstracts that the filters allow have each value, most frequent first."""
        pmids: dict[str, list[str]] = {}
        for row in self._filtered(filters, ["year", "labels"]):
            labels = (label.partition(":") for label in row["labels"])
            values = [value for of_kind, _, value in labels if of_kind == kind and not value.startswith("sha256:")]
            for value in [str(row["year"] or "")] if kind == "year" else values:
                pmids.setdefault(value, []).append(row["id"])
        tallies = [Tally(value, len(held), min(held)) for value, held in pmids.items()]
        return sorted(tallies, key=lambda tally: (-tally.count, tally.value))

    def mentioning(self, phrase: TermPhrase) -> set[str]:
        """Return the PMIDs of the abstracts in a passage of which a phrase stands."""
        where = " and ".join(f"text_match(terms, {quoted([word])[1:-1]})" for word in phrase.words)
        rows = self.server.all_rows(self.passages_name, where, ["pmid", "terms"])
        return {row["pmid"] for row in rows if phrase.stands_in(row["terms"])}

    def _filtered(self, filters: Filters, columns: Sequence[str]) -> Iterator[MilvusRow]:
        """Yield these columns of the abstracts that the filters allow."""
        for some in _parts(filters.pmids, _KEYS) if filters.pmids else [[]]:
            where = schema.condition(replace(filters, pmids=tuple(some)), key="id")
            yield from self.server.all_rows(self.abstracts_name, where or _ALL, columns)

    def label_values(self, kind: str) -> list[str]:
        """Return the values of one kind of label, most frequent first: those of up to _LABELLED abstracts."""
        counts: dict[str, int] = {}
        for row in islice(self.server.all_rows(self.abstracts_name, _ALL, ["labels"]), _LABELLED):
            for label in row["labels"]:
                of_kind, _, value = label.partition(":")
                if of_kind == kind and not value.startswith("sha256:"):
                    counts[value] = counts.get(value, 0) + 1
        return sorted(counts, key=lambda value: (-counts[value], value))

    def has_label(self, kind: str, value: str) -> bool:
        where = f"array_contains_any(labels, {quoted([schema.label_key(kind, value)])})"
        return bool(self.server.rows(self.abstracts_name, where, ["id"], most=1))

    def content(self) -> str:
        """Return the number that stands for the abstracts. Reads all rows."""
        rows = self.server.all_rows(self.abstracts_name, _ALL, ["digest"])
        return str(sum(content_number(row["id"], row["digest"]) for row in rows) % DIGEST_MODULUS)

    def count_abstracts(self) -> int:
        return self.server.count(self.abstracts_name)

    # ---- checking

    def abstract_rows(self, columns: Sequence[str], *, size: int) -> Iterator[list[MilvusRow]]:
        """Yield these columns of every abstract, `size` abstracts at a time."""
        rows = self.server.all_rows(self.abstracts_name, _ALL, columns)
        yield from _parts(rows, size)

    def passage_rows(self, counts: Sequence[tuple[str, int]], columns: Sequence[str]) -> dict[str, list[MilvusRow]]:
        """Return these columns of as many passages of each PMID as it should have, in order, by PMID."""
        by_pmid: dict[str, list[MilvusRow]] = {}
        for part in _parts((f"{pmid}/{number}" for pmid, count in counts for number in range(count)), _KEYS):
            rows = self.server.rows(self.passages_name, f"id in {quoted(part)}", columns, most=len(part))
            for row in sorted(rows, key=lambda row: schema.in_order(row["id"])):
                by_pmid.setdefault(row["id"].rpartition("/")[0], []).append(row)
        return by_pmid

    def strays(self) -> Iterator[str]:
        """Yield the keys of passages that no abstract counts among its own."""
        for rows in _parts(self.server.all_rows(self.passages_name, _ALL, ["id"]), _KEYS):
            places = [(row["id"], *row["id"].rpartition("/")[::2]) for row in rows]
            pmids = dict.fromkeys(pmid for _, pmid, _ in places)
            known = self.server.rows(self.abstracts_name, f"id in {quoted(pmids)}", ["passages"], most=len(pmids))
            counts = {row["id"]: int(row["passages"]) for row in known}
            yield from (id_ for id_, pmid, number in places if int(number) >= counts.get(pmid, 0))

    def delete_passages(self, ids: Sequence[str]) -> None:
        """Delete passages by their keys."""
        for part in _parts(ids, _KEYS):
            self.server.delete(self.passages_name, f"id in {quoted(part)}")

    # ---- the run at hand

    @property
    def job(self) -> Job | None:
        """This process's run, if one is at work."""
        return self._job

    def pending_pmids(self) -> list[str]:
        return list(self._pending)

    def memory(self) -> dict[str, str]:
        return self.register.memory(self.stamp)

    def planned(self) -> MemoryRows:
        return self._planned

    def remember(self, rows: MemoryRows) -> None:
        self.register.remember(self.stamp, rows)

    def begin_job(self, job: Job, pmids: Sequence[str] = (), *, planned: MemoryRows = MappingProxyType({})) -> None:
        """Take up a run and the PMIDs that it has to fetch; it stays open in the register until its end."""
        self._job, self._pending, self._planned = job, dict.fromkeys(pmids), planned
        self.register.open_run(self._run_id(job.key), job.command)

    def end_job(self) -> None:
        """Note that this process's run has come to its end, what it planned, and that the library has changed."""
        if self._job is not None:
            self.remember(self._planned)
            self.register.end_run(self._run_id(self._job.key))
            self._job = None

    def _run_id(self, key: str) -> str:
        return sha256_of(key, self._beside) if self._beside else key

    # ---- writing

    def put(
        self,
        entries: Sequence[Entry],
        *,
        restated: Sequence[Abstract] = (),
        remove: Sequence[str] = (),
        step: Step | None = None,
    ) -> None:
        """Write a batch, each abstract's row last."""
        if not all(entry.abstract.pmid in self._looked_up for entry in entries):
            MilvusStore.digests(self, [entry.abstract.pmid for entry in entries])
        indexed = [list(lexical_rows(entry.abstract, dict(enumerate(entry.passages)))) for entry in entries]
        new = [
            row
            for entry, of_it in zip(entries, indexed, strict=True)
            for row in schema.passage_rows(entry, of_it, self.present)
        ]
        self.server.upsert(self.passages_name, new)
        self._delete_older([entry.abstract for entry in entries if self._looked_up[entry.abstract.pmid]])
        self._looked_up = {}
        again = [(abstract, self._restate_passages(abstract)) for abstract in restated]
        self._put_abstracts(
            [
                *(
                    schema.abstract_row(entry.abstract, entry.passages, of_it)
                    for entry, of_it in zip(entries, indexed, strict=True)
                ),
                *(schema.abstract_row(*pair, list(lexical_rows(pair[0], dict(enumerate(pair[1]))))) for pair in again),
            ]
        )
        self._remove(remove)
        if step:
            self._job = step.job
            for pmid in step.fetched:
                self._pending.pop(pmid, None)

    def _put_abstracts(self, rows: Sequence[tuple[MilvusRow, list[MilvusRow]]]) -> None:
        self.server.upsert(self.pieces_name, [piece for _, more in rows for piece in more], size=_RECORDS)
        self.server.upsert(self.abstracts_name, [row for row, _ in rows], size=_RECORDS)

    def _delete_older(self, abstracts: Sequence[Abstract]) -> None:
        """Delete the passages of earlier texts, of which the new ones may be fewer."""
        if abstracts:
            pmids = quoted(abstract.pmid for abstract in abstracts)
            versions = quoted(schema.text_version(abstract) for abstract in abstracts)
            self.server.delete(self.passages_name, f"pmid in {pmids} and version not in {versions}")

    def _restate_passages(self, abstract: Abstract) -> list[Passage]:
        """Give passages their abstract's labels and headings, and return them; vectors and terms stay as they are."""
        names = [column.name for column in schema.passage_columns(self.present)]
        rows = list(self.server.all_rows(self.passages_name, f"pmid in {quoted([abstract.pmid])}", names))
        self.server.upsert(self.passages_name, [{**row, **schema.of_record(abstract, self.present)} for row in rows])
        return [schema.passage_of(row, abstract) for row in sorted(rows, key=lambda row: schema.in_order(row["id"]))]

    def _remove(self, pmids: Sequence[str]) -> None:
        for part in _parts(pmids, _KEYS):
            self.server.delete(self.passages_name, f"pmid in {quoted(part)}")
            self.server.delete(self.pieces_name, f"pmid in {quoted(part)}")
            self.server.delete(self.abstracts_name, f"id in {quoted(part)}")

    # ---- inside

    def _ids(self) -> Iterator[str]:
        return (row["id"] for row in self.server.all_rows(self.abstracts_name, _ALL, ["id"]))

    def _abstracts(self, pmids: Iterable[str], columns: Sequence[str]) -> Iterator[Abstract]:
        for part in _parts(dict.fromkeys(pmids), _RECORDS):
            rows = self.server.rows(self.abstracts_name, f"id in {quoted(part)}", columns, most=len(part))
            more = self._pieces([id_ for row in rows for id_ in schema.piece_ids(row)])
            for row in rows:
                try:
                    yield schema.abstract_of(row, more)
                except ValueError as error:
                    address = self.server.address
                    raise LibraryDamagedError(
                        f"{address}: {error}; run: python -m index check --repair --library {address}"
                    ) from error

    def _pieces(self, ids: Sequence[str]) -> dict[str, str]:
        return {
            row["id"]: row["value"]
            for part in _parts(ids, _RECORDS)
            for row in self.server.rows(self.pieces_name, f"id in {quoted(part)}", ["value"], most=len(part))
        }

    def _years(self) -> tuple[int | None, int | None]:
        """Return the first and the last year, found by halving: Milvus counts, but knows no least value."""

        def is_any(where: str) -> bool:
            return bool(self.server.rows(self.abstracts_name, where, ["id"], most=1))

        if not is_any(f"year >= {_YEARS[0]}"):
            return None, None
        first = _least(lambda year: is_any(f"year <= {year}"))
        last = _YEARS[1] - _least(lambda years: is_any(f"year >= {_YEARS[1] - years}"))
        return first, last


def sha256_of(*parts: str) -> str:
    """Return the SHA-256 of several texts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _memory_of(stamp: str) -> str:
    return f"memory/{stamp}/" if stamp else "memory/"


def names_of(stem: str) -> tuple[str, str, str]:
    """Return the names of the collections of one stamp."""
    return f"{stem}_abstracts", f"{stem}_passages", f"{stem}_pieces"


def _least(holds: Callable[[int], bool]) -> int:
    """Return the least number within _YEARS from which on something holds."""
    low, high = _YEARS
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _parts(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    items = iter(items)
    while part := list(islice(items, size)):
        yield part
