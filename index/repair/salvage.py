"""Salvage of a damaged library.db: whole abstracts with their vectors, and the PMIDs of the others.

Each abstract speaks for itself: its record and its raw record are checksummed by zlib, and the record has a digest
beside it. Nothing is written here.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.ingest.formats.json_lines import parse_json_lines
from index.ingest.formats.medline import parse_medline
from index.ingest.formats.pubmed_xml import parse_pubmed_xml
from index.records import Abstract, Passage
from index.repair.row_shapes import SETTINGS, PassageRow, gather, is_pmid
from index.repair.sqlite_pages import Pages, Place
from index.search.dense import VectorIndex, is_unit
from index.storage import schema
from index.storage.schema import Settings

_DAMAGED = (zlib.error, ValueError, KeyError, TypeError, AttributeError)
_NAMES = SETTINGS[:4]
_MOST_TOKENS = 1024


@dataclass(frozen=True, slots=True)
class Salvaged:
    """An abstract that could be read, how, and its passages with their vectors where those are whole as well."""

    abstract: Abstract
    passages: Sequence[Passage] = ()
    vectors: NDArray[np.float16] | None = None
    is_from_raw: bool = False
    has_raw: bool = True


@dataclass(slots=True)
class _Seen:
    """The abstracts seen so far: digests of the whole ones, their ids, PMIDs of the unreadable ones."""

    whole: dict[str, str] = field(default_factory=dict)
    ids: set[int] = field(default_factory=set)
    unread: dict[int, str] = field(default_factory=dict)


class Salvage:
    """A damaged library.db with its log, read as far as that goes; the vectors.faiss beside it is a second witness."""

    def __init__(self, database: Path, *, log: Path | None, vectors: Path) -> None:
        self._pages = Pages(database, log)
        self._found, self._is_free_list_lost = gather(self._pages)
        self._witness = _Witness(vectors, self._found.marks)
        self._seen = _Seen()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pages.close()

    def settings(self, usual: Settings | None = None) -> Settings | None:
        """Return the settings if their digest bears them out, or does with some of them as usual; else None."""
        digest = self._found.settings.get("settings_sha256")
        tried = (
            settings for settings in _like(self._found.settings, usual) if schema.settings_digest(settings) == digest
        )
        return next(tried, None)

    def unproven_settings(self) -> Settings | None:
        """Return the settings as they stand there, which in older libraries have no digest; None if they cannot be."""
        return _settings(self._found.settings)

    @property
    def settings_have_digest(self) -> bool:
        """True if a digest of the settings was found, right or wrong."""
        return "settings_sha256" in self._found.settings

    def abstracts(self, dimension: int) -> Iterator[Salvaged]:
        """Yield each abstract that can be read, each PMID once: where there are two versions, the later one."""
        self._seen = _Seen()
        best: dict[str, tuple[tuple[bool, bool, int, int], int, Place]] = {}
        for id_, place, pmid, is_reached in self._found.abstracts:
            if self._found.was_removed(id_):
                continue
            read = self._read(place)
            if not read:
                self._seen.unread[id_] = pmid
                continue
            pmid = read.abstract.pmid
            last = max((row.id for row in self._found.passages_of(id_)), default=0)
            rank = (is_reached, self._found.listed.get(id_) == pmid, last, id_)
            if pmid not in best or best[pmid][0] < rank:
                best[pmid] = rank, id_, place
        for _, id_, place in sorted(best.values(), key=lambda ranked: ranked[1]):
            read = self._read(place)
            if read:
                self._seen.whole[read.abstract.pmid] = schema.abstract_digest(read.abstract)
                self._seen.ids.add(id_)
                yield self._with_vectors(read, id_, dimension)

    def memory(self) -> dict[str, str]:
        """Return the searches, links and files that the library was built from, as far as they are whole."""
        return dict(self._found.memory)

    def lost(self) -> list[str]:
        """Return, once `abstracts` has run, the PMIDs of those that could not be read, as far as they show."""
        if self.is_certain():
            return []
        seen = self._seen
        listed = {pmid for id_, pmid in self._found.listed.items() if id_ not in seen.ids}
        unread = {pmid for id_, pmid in seen.unread.items() if is_pmid(pmid) and id_ not in self._found.listed}
        return sorted((listed | unread) - set(seen.whole), key=int)

    def unnamed(self) -> int:
        """Return the number of further abstracts, once `abstracts` has run, of which not even the PMID is left."""
        if self.is_certain():
            return 0
        found, seen = self._found, self._seen
        mentioned = found.mentioned | set(found.passages) | set(seen.unread)
        named = seen.ids | set(found.listed) | {id_ for id_, pmid in seen.unread.items() if is_pmid(pmid)}
        return sum(not found.was_removed(id_) for id_ in mentioned - named)

    def is_certain(self) -> bool:
        """Return True if the abstracts read are known to be those of the library, neither more nor less."""
        total = sum(schema.content_number(*item) for item in self._seen.whole.items()) % schema.DIGEST_MODULUS
        return str(total) == self._found.settings.get("content")

    def may_hold_removed(self) -> bool:
        """Return True if abstracts that had been removed may be among the rest: which pages are free is lost."""
        return self._is_free_list_lost and not self.is_certain()

    def _read(self, place: Place) -> Salvaged | None:
        row = self._pages.row(place)
        pmid, digest, record, raw = (row.values[column] for column in (1, 4, 5, 6)) if row else ("", "", b"", b"")
        assert isinstance(record, bytes) and isinstance(raw, bytes)
        return read_abstract(str(pmid), str(digest), record, raw)

    def _with_vectors(self, read: Salvaged, id_: int, dimension: int) -> Salvaged:
        """Add the passages and their vectors if they are whole, all of them."""
        rows, abstract = self._found.passages_of(id_), read.abstract
        if not schema.covers_abstract(abstract, [(row.section, row.start, row.end) for row in rows]):
            return read
        vectors = [self._vector(row, dimension) for row in rows]
        if any(vector is None for vector in vectors):
            return read
        passages = [
            Passage(abstract.pmid, row.section, row.start, row.end, abstract.text[row.start : row.end]) for row in rows
        ]
        held = np.array(vectors, dtype=np.float16).reshape(len(rows), dimension)
        return replace(read, passages=passages, vectors=held)

    def _vector(self, passage: PassageRow, dimension: int) -> NDArray[np.float16] | None:
        seen = self._witness.vector(passage.id, dimension)
        if seen is not None:
            return seen
        row = self._pages.row(passage.place)
        data = row.values[5] if row else b""
        if not isinstance(data, bytes) or len(data) != 2 * dimension:
            return None
        vector = np.frombuffer(data, dtype=np.float16)
        return vector if is_unit(vector) else None


def read_abstract(pmid: str, digest: str, record: bytes, raw: bytes) -> Salvaged | None:
    """Return the abstract that a row holds: from its record, else read again from its raw record; None for neither.

    Where the record is not the one that the digest was taken of, a raw record that is comes first.
    """
    source = _unzipped(raw)
    by_record = _unpacked(record, source or b"")
    if by_record and schema.abstract_digest(by_record) == digest:
        return Salvaged(by_record, has_raw=source is not None)
    again = _read_again(source) if source else None
    if by_record and not (again and schema.abstract_digest(again) == digest):
        return Salvaged(by_record, has_raw=source is not None)
    return Salvaged(again, is_from_raw=True) if again else None


def _unpacked(record: bytes, raw: bytes) -> Abstract | None:
    try:
        abstract = schema.unpack(record, raw=raw)
        return abstract if is_pmid(abstract.pmid) else None
    except _DAMAGED:
        return None


def _read_again(source: bytes) -> Abstract | None:
    """Return the abstract of a raw record: an XML element, a JSON line or MEDLINE text."""
    start = source.lstrip()[:1]
    parse = parse_pubmed_xml if start == b"<" else parse_json_lines if start == b"{" else parse_medline
    reads = [read for read in parse(io.BytesIO(source), name="the raw record") if isinstance(read, Abstract)]
    return reads[0] if len(reads) == 1 else None


def _unzipped(data: bytes) -> bytes | None:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return None


def _like(values: dict[str, str], usual: Settings | None) -> Iterator[Settings]:
    """Yield the settings that were read; then, if usual ones are given, with those in the place of any of them."""
    settings = _settings(values)
    if settings:
        yield settings
        if usual:
            yield from (replace(settings, passage_tokens=tokens) for tokens in range(_MOST_TOKENS))
    if not usual:
        return
    for choice in product((False, True), repeat=len(_NAMES)):
        usually = zip(_NAMES, map(str, astuple(usual)), choice, strict=True)
        settings = _settings(values | {name: value for name, value, is_usual in usually if is_usual})
        if settings:
            yield settings


def _settings(values: dict[str, str]) -> Settings | None:
    """Return the settings that names and values say, if they can be any."""
    try:
        encoder, sha256, dimension, tokens = (values[name] for name in _NAMES)
        settings = Settings(encoder, sha256, int(dimension), int(tokens))
    except (KeyError, ValueError):
        return None
    return settings if encoder and settings.dimension > 0 and settings.passage_tokens > 0 else None


class _Witness:
    """The vectors of vectors.faiss, which has a checksum: right wherever library.db's copy differs."""

    def __init__(self, path: Path, marks: set[int]) -> None:
        self._at: dict[int, int] = {}
        try:
            index, commit_id = VectorIndex.read(path)
        except (OSError, ValueError):
            return
        if commit_id in marks:
            ids, self._vectors = index.vectors()
            self._at = {id_: at for at, id_ in enumerate(ids.tolist())}

    def vector(self, id_: int, dimension: int) -> NDArray[np.float16] | None:
        """Return the vector of a passage, or None where this file does not hold it."""
        at = self._at.get(id_)
        if at is None or self._vectors.shape[1] != dimension:
            return None
        vector: NDArray[np.float16] = self._vectors[at]
        return vector
