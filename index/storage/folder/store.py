"""Store of a library in a folder: library.db, SQLite in WAL mode, with abstracts, passages, vectors and settings.

Each committed batch raises the generation by one. Passage ids are never used twice, so whoever holds generation g
catches up by reading the passages added and the ids removed since g.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from index.errors import LibraryDamagedError
from index.records import Abstract, Filters, Passage, Progress, Tally, TallyOf
from index.search.dense import is_unit
from index.search.filters import Selection, condition
from index.search.ivf import Cells
from index.search.lexical_documents import heading_terms
from index.storage import schema
from index.storage.folder.database import Database, decoding, delete_database, plain_errors
from index.storage.jobs import JOB_TABLES, Job, Step, advance_job, begin_job, end_job, pending_pmids, read_job
from index.storage.origins import MemoryRows
from index.storage.schema import Changes, Counts, Entry, Settings

DATABASE = "library.db"
_REMEMBERED = 4
"""Selections: the same filters stand for question after question, and a wide one is a megabyte in a large library."""


class Store(Database):
    """One library.db: reads may run in many threads while one writes."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._selected: OrderedDict[tuple[object, ...], Selection] = OrderedDict()

    @classmethod
    def create(cls, path: Path, settings: Settings) -> Store:
        """Make an empty file, whole at once: written aside, then renamed. Raises OSError when that cannot be."""
        aside = path.with_suffix(".new")
        delete_database(aside)
        with plain_errors(path):
            db = sqlite3.connect(aside, isolation_level=None)
            try:
                db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
                db.executescript(f"BEGIN; {schema.SCHEMA} PRAGMA user_version = {schema.FORMAT}; COMMIT;")
                _write_settings(db, {"generation": 0, "content": 0, **schema.settings_row(settings)})
                db.execute("PRAGMA journal_mode = WAL")  # last: closing such a log on a full disk loses it unsaid
            finally:
                db.close()
        os.replace(aside, path)
        return cls(path)

    @property
    def settings(self) -> Settings:
        row = self._settings()
        with decoding(self.path):
            return Settings(row["encoder"], row["encoder_sha256"], int(row["dimension"]), int(row["passage_tokens"]))

    @property
    def generation(self) -> int:
        """The number of the last committed batch."""
        with decoding(self.path):
            return int(self._settings()["generation"])

    @property
    def commit_id(self) -> int:
        """The id of the last committed batch, which no other library has, nor a copy that went on; 0 before any."""
        return int(self._row("SELECT coalesce(max(mark), 0) FROM marks")[0])

    @property
    def index_state(self) -> tuple[int, str]:
        """The last commit id and the digest of the IVF cells, which the indexes must have; read before each search."""
        cells = "SELECT value FROM settings WHERE name = 'lists_sha256'"
        commit_id, cells_sha256 = self._row(f"SELECT coalesce(max(mark), 0), coalesce(({cells}), '') FROM marks")
        return int(commit_id), str(cells_sha256)

    def generation_of(self, commit_id: int) -> int | None:
        """Return the generation that a commit id stands for, or None when it is of no batch of this library."""
        if commit_id and not self._rows("SELECT 1 FROM marks WHERE mark = ?", (commit_id,)):
            return None
        return commit_id >> schema.RANDOM_BITS

    @property
    def digest(self) -> str:
        """A SHA-256 over content and settings: the same for the same abstracts in whatever order they came.

        Unless they are so many that their vectors lie in cells, which come out as they were when these were trained.
        """
        row = self._settings()
        with decoding(self.path):
            parts = [row["content"], row["encoder_sha256"], row["passage_tokens"], str(schema.FORMAT)]
            parts += [row["lists_sha256"]] if "lists_sha256" in row else []
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def content(self) -> str:
        return self._settings()["content"]

    @property
    def stamp(self) -> str:
        """The content: nobody else writes while a rebuild does."""
        return self.content()

    def counts(self) -> Counts:
        """Return the counts of abstracts and passages, and the years."""
        (passages,) = self._row("SELECT count(*) FROM passages")
        (empty,) = self._row(
            "SELECT count(*) FROM abstracts WHERE id NOT IN (SELECT abstract_id FROM passages WHERE section <> 'TITLE')"
        )
        abstracts, retracted, first, last = self._row(
            "SELECT count(*), total(is_retracted), min(year), max(year) FROM abstracts"
        )
        return Counts(abstracts, passages, int(retracted), empty, first, last)

    def count_abstracts(self) -> int:
        return int(self._row("SELECT count(*) FROM abstracts")[0])

    def pmids(self) -> list[str]:
        return [pmid for (pmid,) in self._rows("SELECT pmid FROM abstracts ORDER BY CAST(pmid AS INTEGER), pmid")]

    def digests(self, pmids: Sequence[str]) -> dict[str, str]:
        return dict(self._rows_in("SELECT pmid, digest FROM abstracts WHERE pmid IN ({})", pmids))

    def added(self) -> dict[str, str]:
        """Return when each abstract first came in, in ISO 8601, by PMID; of some it is not known."""
        with self._snapshot():
            return dict(self._rows("SELECT pmid, at FROM added")) if self._has_table("added") else {}

    def get(self, pmids: Sequence[str]) -> dict[str, Abstract]:
        rows = self._rows_in("SELECT pmid, record FROM abstracts WHERE pmid IN ({})", pmids)
        with decoding(self.path):
            return {pmid: schema.unpack(record) for pmid, record in rows}

    def abstracts(self, *, skip: int = 0) -> Iterator[Abstract]:
        for pmid in self.pmids()[skip:]:
            if abstract := self.get_with_raw(pmid):  # another process may have removed it
                yield abstract

    def get_with_raw(self, pmid: str) -> Abstract | None:
        for record, raw in self._rows("SELECT record, raw FROM abstracts WHERE pmid = ?", (pmid,)):
            with decoding(self.path):
                return schema.unpack(record, raw=zlib.decompress(raw))
        return None

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        sql = (
            "SELECT p.id, a.pmid, p.section, p.start, p.end, a.record FROM passages p"
            " JOIN abstracts a ON a.id = p.abstract_id WHERE p.id IN ({})"
        )
        passages: dict[int, Passage] = {}
        texts: dict[bytes, str] = {}
        with decoding(self.path):
            for id_, pmid, section, start, end, record in self._rows_in(sql, ids):
                text = texts.get(record) or texts.setdefault(record, schema.unpack(record).text)
                passages[id_] = Passage(pmid, section, start, end, text[start:end])
        return passages

    def passage_ids(self) -> NDArray[np.int64]:
        """Return the ids of all passages, rising."""
        return np.fromiter((id_ for (id_,) in self._rows("SELECT id FROM passages ORDER BY id")), dtype=np.int64)

    def vectors(self, ids: Sequence[int]) -> dict[int, NDArray[np.float16]]:
        dimension = "SELECT value FROM settings WHERE name = 'dimension'"
        rows = self._rows_in(f"SELECT id, vector, ({dimension}) FROM passages WHERE id IN ({{}})", ids)
        vectors: dict[int, NDArray[np.float16]] = {}
        with decoding(self.path):
            for id_, vector, length in rows:
                vectors[id_] = np.frombuffer(vector, dtype=np.float16)
                if len(vectors[id_]) != int(length):
                    raise ValueError("a vector of another length")
        return vectors

    def vectors_by_pmid(self, pmids: Sequence[str]) -> list[tuple[str, NDArray[np.float16]]]:
        """Return the vectors of the passages of these abstracts, each with its PMID."""
        sql = "SELECT a.pmid, p.vector FROM abstracts a JOIN passages p ON p.abstract_id = a.id WHERE a.pmid IN ({})"
        rows = self._rows_in(sql, pmids)
        with decoding(self.path):
            return [(pmid, np.frombuffer(vector, dtype=np.float16)) for pmid, vector in rows]

    def changes_since(self, generation: int) -> Changes:
        """Return the changes of the passages in the batches after `generation`, as of one instant."""
        with self._snapshot():
            first, last = self._row("SELECT min(id), max(id) FROM passages WHERE generation > ?", (generation,))
            removed = self._rows("SELECT passage_id FROM removals WHERE generation > ?", (generation,))
            return Changes(self.commit_id, first or 0, last or -1, [id_ for (id_,) in removed])

    def ids_between(self, first: int, last: int, *, size: int) -> Iterator[list[int]]:
        """Yield the ids of the passages from `first` to `last`, rising, up to `size` at a time."""
        sql = "SELECT id FROM passages WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?"
        while ids := [id_ for (id_,) in self._rows(sql, (first, last, size))]:
            yield ids
            first = ids[-1] + 1

    def count_passages(self) -> int:
        """Return how many passages there are."""
        return int(self._row("SELECT count(*) FROM passages")[0])

    @property
    def cells_sha256(self) -> str:
        """The digest of the IVF cells of the vectors; "" where every vector is read for a question."""
        return next((sha256 for (sha256,) in self._rows("SELECT value FROM settings WHERE name = 'lists_sha256'")), "")

    @property
    def cells(self) -> Cells | None:
        """The IVF cells of the vectors, or None: there are none, or they are not as they were written."""
        with self._snapshot():
            cells_sha256, dimension = self.cells_sha256, self.settings.dimension
            rows = self._rows("SELECT trained_for, centroids FROM lists") if cells_sha256 else []
        for trained_for, centroids in rows:
            with decoding(self.path):
                cells = Cells(np.frombuffer(centroids, dtype=np.float16).reshape(-1, dimension), int(trained_for))
            if cells.sha256 == cells_sha256:
                return cells
        return None

    def put_cells(self, cells: Cells | None) -> None:
        """Store other cells, or none, as a batch of its own: the vector index follows as after any other."""
        with self._transaction():
            self._next_generation()
            self._drop_cells()
            if cells is not None:
                self._db.execute("INSERT INTO lists VALUES (?, ?)", (cells.trained_for, cells.centroids.tobytes()))
                _write_settings(self._db, {"lists_sha256": cells.sha256})

    @property
    def job(self) -> Job | None:
        with self._snapshot():
            return read_job(self._db)

    def pending_pmids(self) -> list[str]:
        with self._snapshot():
            return pending_pmids(self._db)

    def begin_job(self, job: Job, pmids: Sequence[str] = (), *, planned: MemoryRows = MappingProxyType({})) -> None:
        with self._transaction():
            begin_job(self._db, job, pmids)
            self._drop_planned()
            self._remember({f"{schema.PLANNED}{name}": json.dumps(value) for name, value in planned.items()})

    def end_job(self) -> None:
        with self._transaction():
            end_job(self._db)
            planned = self.planned()
            self._drop_planned()
            self._remember(planned)

    def memory(self) -> dict[str, str]:
        return {name: value for name, value in self._memory() if not name.startswith(schema.PLANNED)}

    def planned(self) -> MemoryRows:
        rows = [row for row in self._memory() if row[0].startswith(schema.PLANNED)]
        with decoding(self.path):
            return {name.removeprefix(schema.PLANNED): json.loads(value) for name, value in rows}

    def remember(self, rows: MemoryRows) -> None:
        with self._transaction():
            self._remember(rows)

    def put(
        self,
        entries: Sequence[Entry],
        *,
        restated: Sequence[Abstract] = (),
        remove: Sequence[str] = (),
        step: Step | None = None,
    ) -> None:
        """Write a batch and note the job's step in one transaction."""
        with self._transaction():
            if step:
                advance_job(self._db, step)
            if not (entries or restated or remove):
                return
            generation = self._next_generation()
            self._remove([*remove, *(entry.abstract.pmid for entry in entries)], generation)
            self._db.execute(schema.ADDED_TABLE)
            for entry in entries:
                self._insert(entry, generation)
            for abstract in restated:
                self._restate(abstract, generation)

    def replace_all(self, staged: Path) -> None:
        """Take over another library.db's settings, job and whole content in one transaction."""
        with self._lock, self._plain_errors():
            self._db.execute("ATTACH ? AS staged", (str(staged),))
            try:
                with self._transaction():
                    self._take_over(self._next_generation())
            finally:
                self._db.execute("DETACH staged")

    def select(self, filters: Filters, *, commit_id: int | None = None) -> Selection | None:
        """Return the passages that the filters allow; None for all of them. Those used last are remembered.

        `commit_id` is the last one, where the caller has just read it.
        """
        where, values = condition(filters)
        if not where and filters.include_retracted:
            return None
        with self._lock:
            key = (self.commit_id if commit_id is None else commit_id, where, tuple(values))
            if key not in self._selected:
                chosen_at, chosen = self._passages_of(where or "a.is_retracted", values)
                key = (chosen_at, *key[1:])
                self._selected[key] = Selection(chosen, excludes=not where)
                while len(self._selected) > _REMEMBERED:
                    self._selected.popitem(last=False)
            self._selected.move_to_end(key)
            selection = self._selected[key]
        return None if selection.excludes and not len(selection.ids) else selection

    def _passages_of(self, where: str, values: Sequence[object]) -> tuple[int, NDArray[np.int64]]:
        """Return the last commit id, and the rising ids of the passages of the abstracts that a condition names."""
        # CROSS: from the abstracts to their passages, as SQLite would not know which of them are few
        chosen = f"SELECT p.id FROM abstracts a CROSS JOIN passages p ON p.abstract_id = a.id WHERE {where}"
        rows = self._rows(f"SELECT coalesce(max(mark), 0) FROM marks UNION ALL {chosen}", values)
        commit_id, *_ = rows[0]
        return int(commit_id), np.sort(np.fromiter((id_ for (id_,) in islice(rows, 1, None)), dtype=np.int64))

    def listed(self, filters: Filters, *, holding: str = "") -> list[str]:
        """Return the PMIDs that the filters allow, newest first, without a year last; see `Library.pmids`."""
        where, values = _condition(filters)
        order = "ORDER BY a.year IS NULL, a.year DESC, CAST(a.pmid AS INTEGER) DESC"
        if not holding:
            return [pmid for (pmid,) in self._rows(f"SELECT a.pmid FROM abstracts a WHERE {where} {order}", values)]
        rows = self._rows(f"SELECT a.pmid, a.record FROM abstracts a WHERE {where} {order}", values)
        with decoding(self.path):
            return [pmid for pmid, record in rows if schema.holds(record, holding)]

    def tally(self, kind: TallyOf, filters: Filters) -> list[Tally]:
        """Return how many of the abstracts that the filters allow have each value, most frequent first."""
        where, values = _condition(filters)
        counted = f"SELECT a.year AS value, count(*) AS n, min(a.id) AS id FROM abstracts a WHERE {where} GROUP BY 1"
        if kind != "year":
            of_some = "" if where == "1" else f"AND abstract_id IN (SELECT a.id FROM abstracts a WHERE {where})"
            counted = "SELECT value, count(*) AS n, min(abstract_id) AS id FROM labels WHERE kind = ?"
            counted, values = f"{counted} {of_some} GROUP BY 1", [kind, *values]
        sql = f"SELECT value, n, pmid FROM ({counted}) c JOIN abstracts a USING (id) ORDER BY n DESC, value"
        rows = self._rows(sql, values)
        return [Tally("" if value is None else str(value), count, pmid) for value, count, pmid in rows]

    def pmids_of(self, passages: Sequence[int]) -> set[str]:
        """Return the PMIDs of the abstracts that these passages are of."""
        rows = self._rows_in(
            "SELECT DISTINCT a.pmid FROM passages p JOIN abstracts a ON a.id = p.abstract_id WHERE p.id IN ({})",
            passages,
        )
        return {pmid for (pmid,) in rows}

    def label_values(self, kind: str) -> list[str]:
        rows = self._rows(
            "SELECT value FROM labels WHERE kind = ? GROUP BY value ORDER BY count(*) DESC, value", (kind,)
        )
        return [value for (value,) in rows]

    def has_label(self, kind: str, value: str) -> bool:
        return bool(self._rows("SELECT 1 FROM labels WHERE kind = ? AND value = ? LIMIT 1", (kind, value.casefold())))

    def is_sound(self) -> bool:
        """Return True if SQLite finds the whole file in order."""
        return self._row("PRAGMA integrity_check") == ("ok",)

    def has_sound_settings(self) -> bool:
        """Return True if the settings are those that were written, and the generation that of the last commit id."""
        with self._snapshot(), decoding(self.path):
            digest = self._settings().get("settings_sha256")  # older libraries have none
            same = digest is None or digest == schema.settings_digest(self.settings)
            return same and self.commit_id >> schema.RANDOM_BITS == self.generation

    def damaged_pmids(self) -> list[str]:
        """Return the PMIDs of the abstracts whose rows are not as they were written, which SQLite cannot know."""
        with self._snapshot():
            dimension = self.settings.dimension
            return [pmid for pmid in self.pmids() if not self._is_as_written(pmid, dimension)]

    def is_all_there(self) -> bool:
        """Return True if the abstracts are those that were counted when they were written."""
        try:
            with self._snapshot(), decoding(self.path):
                numbers = (schema.content_number(*row) for row in self._rows("SELECT pmid, digest FROM abstracts"))
                return sum(numbers) % schema.DIGEST_MODULUS == int(self._settings()["content"])
        except LibraryDamagedError:
            return False

    def copy_to(self, path: Path, *, tell: Callable[[Progress], None]) -> None:
        """Copy the whole file, as of one instant, to another path; an exception from `tell` breaks it off."""
        abstracts = self.count_abstracts()

        def copied(_: int, left: int, total: int) -> None:
            tell(Progress(round(abstracts * (1 - left / max(total, 1))), abstracts, "copying"))

        with plain_errors(path):
            source, target = sqlite3.connect(self.path), sqlite3.connect(path)
            try:
                source.backup(target, pages=500, progress=copied)
            finally:
                target.close()
                source.close()

    # ---- writing

    def _next_generation(self) -> int:
        """Give the open transaction the next generation, and a commit id of its own."""
        for statement in schema.FILTER_INDEXES:
            self._db.execute(statement)
        generation = self.generation + 1
        _write_settings(self._db, {"generation": generation})
        commit_id = generation << schema.RANDOM_BITS | secrets.randbits(schema.RANDOM_BITS)
        self._db.execute("INSERT INTO marks VALUES (?)", (commit_id,))
        return generation

    def _memory(self) -> list[tuple[str, str]]:
        """Return all rows of the memory, planned ones too; a library of an older version may have no such table."""
        with self._snapshot():
            return self._rows("SELECT name, value FROM memory ORDER BY name") if self._has_table("memory") else []

    def _has_table(self, name: str, *, of: str = "main") -> bool:
        """Return True if there is a table that is no part of the format: an older version makes none."""
        return bool(self._rows(f"SELECT 1 FROM {of}.sqlite_master WHERE name = ?", (name,)))

    def _remember(self, rows: MemoryRows) -> None:
        if rows:
            self._db.execute(schema.MEMORY_TABLE)
        for name, value in rows.items():
            self._db.execute("DELETE FROM memory WHERE name = ?", (name,))
            if value is not None:
                self._db.execute("INSERT INTO memory VALUES (?, ?)", (name, value))

    def _drop_planned(self) -> None:
        self._remember(dict.fromkeys(name for name, _ in self._memory() if name.startswith(schema.PLANNED)))

    def _drop_cells(self) -> None:
        self._db.execute(schema.LISTS_TABLE)
        self._db.execute("DELETE FROM lists")
        self._db.execute("DELETE FROM settings WHERE name = 'lists_sha256'")

    def _remove(self, pmids: Sequence[str], generation: int) -> None:
        rows = list(self._rows_in("SELECT id, pmid, digest FROM abstracts WHERE pmid IN ({})", pmids))
        for abstract_id, pmid, digest in rows:
            self._db.execute(
                "INSERT INTO removals SELECT id, ? FROM passages WHERE abstract_id = ?", (generation, abstract_id)
            )
            self._db.execute("DELETE FROM passages WHERE abstract_id = ?", (abstract_id,))
            self._db.execute("DELETE FROM labels WHERE abstract_id = ?", (abstract_id,))
            self._db.execute("DELETE FROM abstracts WHERE id = ?", (abstract_id,))
            self._count_content(-schema.content_number(pmid, digest))

    def _insert(self, entry: Entry, generation: int) -> None:
        abstract = entry.abstract
        digest = schema.abstract_digest(abstract)
        abstract_id = self._db.execute(
            "INSERT INTO abstracts (pmid, year, is_retracted, digest, record, raw) VALUES (?, ?, ?, ?, ?, ?)",
            (
                abstract.pmid,
                abstract.year,
                abstract.is_retracted,
                digest,
                schema.pack(abstract),
                zlib.compress(abstract.raw),
            ),
        ).lastrowid
        self._db.executemany(
            "INSERT INTO passages (abstract_id, section, start, end, vector, generation) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    abstract_id,
                    passage.section,
                    passage.start,
                    passage.end,
                    vector.astype(np.float16).tobytes(),
                    generation,
                )
                for passage, vector in zip(entry.passages, entry.vectors, strict=True)
            ],
        )
        self._db.execute("INSERT OR IGNORE INTO added VALUES (?, ?)", (abstract.pmid, _now()))
        self._label(abstract_id, abstract)
        self._count_content(schema.content_number(abstract.pmid, digest))

    def _restate(self, abstract: Abstract, generation: int) -> None:
        """Put an abstract in the place of one with the same passages, which keep their vectors.

        They come anew where the headings differ, which the lexical index has with each passage.
        """
        sql = "SELECT id, digest, record FROM abstracts WHERE pmid = ?"
        abstract_id, old, record = self._row(sql, (abstract.pmid,))
        with decoding(self.path):
            has_new_headings = heading_terms(schema.unpack(record)) != heading_terms(abstract)
        if has_new_headings:
            self._renumber_passages(abstract_id, generation)
        digest = schema.abstract_digest(abstract)
        self._db.execute(
            "UPDATE abstracts SET year = ?, is_retracted = ?, digest = ?, record = ?, raw = ? WHERE id = ?",
            (
                abstract.year,
                abstract.is_retracted,
                digest,
                schema.pack(abstract),
                zlib.compress(abstract.raw),
                abstract_id,
            ),
        )
        self._db.execute("DELETE FROM labels WHERE abstract_id = ?", (abstract_id,))
        self._label(abstract_id, abstract)
        self._count_content(schema.content_number(abstract.pmid, digest) - schema.content_number(abstract.pmid, old))

    def _renumber_passages(self, abstract_id: int, generation: int) -> None:
        """Give an abstract's passages new ids, so that the indexes take them up again."""
        last = self._row("SELECT max(id) FROM passages WHERE abstract_id = ?", (abstract_id,))[0]
        self._db.execute(
            "INSERT INTO removals SELECT id, ? FROM passages WHERE abstract_id = ?", (generation, abstract_id)
        )
        self._db.execute(
            "INSERT INTO passages (abstract_id, section, start, end, vector, generation) "
            "SELECT abstract_id, section, start, end, vector, ? FROM passages WHERE abstract_id = ? ORDER BY id",
            (generation, abstract_id),
        )
        self._db.execute("DELETE FROM passages WHERE abstract_id = ? AND id <= ?", (abstract_id, last))

    def _label(self, abstract_id: int | None, abstract: Abstract) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO labels VALUES (?, ?, ?)",
            [(abstract_id, kind, value) for kind, value in schema.label_rows(abstract)],
        )

    def _take_over(self, generation: int) -> None:
        self._drop_cells()  # of other vectors
        self._db.execute("INSERT INTO removals SELECT id, ? FROM passages", (generation,))
        (last,) = self._row("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'passages'")
        for table in ("passages", "labels", "abstracts"):
            self._db.execute(f"DELETE FROM {table}")
        self._db.execute("INSERT INTO abstracts SELECT * FROM staged.abstracts")
        self._db.execute("INSERT INTO labels SELECT * FROM staged.labels")
        self._db.execute(
            "INSERT INTO passages SELECT id + ?, abstract_id, section, start, end, vector, ? FROM staged.passages",
            (last, generation),
        )
        self._db.execute("INSERT OR REPLACE INTO settings SELECT * FROM staged.settings WHERE name <> 'generation'")
        end_job(self._db)  # of the library that this one replaces
        for table in JOB_TABLES:
            self._db.execute(f"INSERT INTO {table} SELECT * FROM staged.{table}")
        self._db.execute(schema.ADDED_TABLE)
        if self._has_table("added", of="staged"):  # what was there before keeps its time
            self._db.execute("INSERT OR IGNORE INTO added SELECT * FROM staged.added")
        self._db.execute(schema.MEMORY_TABLE)
        self._db.execute("DELETE FROM memory")
        if self._has_table("memory", of="staged"):
            self._db.execute("INSERT INTO memory SELECT * FROM staged.memory")

    def _is_as_written(self, pmid: str, dimension: int) -> bool:
        """Return True if the rows of an abstract agree: record, digest, columns, labels, raw record and passages."""
        try:
            id_, year, is_retracted, digest, record, raw = self._row(
                "SELECT id, year, is_retracted, digest, record, raw FROM abstracts WHERE pmid = ?", (pmid,)
            )
            with decoding(self.path):
                abstract = schema.unpack(record, raw=zlib.decompress(raw))
                same = (pmid, year, is_retracted, digest) == (
                    abstract.pmid, abstract.year, int(abstract.is_retracted), schema.abstract_digest(abstract)
                )  # fmt: skip
                labels = set(self._rows("SELECT kind, value FROM labels WHERE abstract_id = ?", (id_,)))
                rows = self._rows(
                    "SELECT section, start, end, vector FROM passages WHERE abstract_id = ? ORDER BY id", (id_,)
                )
                spans, vectors = [row[:3] for row in rows], [np.frombuffer(row[3], np.float16) for row in rows]
                return (
                    same
                    and labels == set(schema.label_rows(abstract))
                    and schema.covers_abstract(abstract, spans)
                    and all(len(vector) == dimension and is_unit(vector) for vector in vectors)
                )
        except LibraryDamagedError:
            return False

    def _count_content(self, change: int) -> None:
        """Keep the sum of all content numbers: a digest of the set that one change costs one addition."""
        content = (int(self._settings()["content"]) + change) % schema.DIGEST_MODULUS
        _write_settings(self._db, {"content": content})

    def _settings(self) -> dict[str, str]:
        return dict(self._rows("SELECT name, value FROM settings"))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _condition(filters: Filters) -> tuple[str, list[object]]:
    """Return the SQL condition of the filters over abstracts as `a`, with its values."""
    where, values = condition(filters)
    return where or ("1" if filters.include_retracted else "NOT a.is_retracted"), values


def _write_settings(db: sqlite3.Connection, values: Mapping[str, object]) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO settings VALUES (?, ?)", [(name, str(value)) for name, value in values.items()]
    )
