"""Tables of library.db and their formats, and abstracts as their rows. No database is opened here."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.analysis.normalization import plain_letters
from index.analysis.synonyms import Synonyms
from index.records import TITLE, Abstract, Passage, from_json, to_json
from index.storage.jobs import JOB_SCHEMA

FORMAT = 3
APPLICATION_ID = (
    0x41534B41  # "ASKA", in the file's header, so that another program's database is not taken for a library
)
SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE abstracts (
    id INTEGER PRIMARY KEY, pmid TEXT NOT NULL UNIQUE, year INTEGER, is_retracted INTEGER NOT NULL,
    digest TEXT NOT NULL, record BLOB NOT NULL, raw BLOB NOT NULL);
CREATE TABLE labels (abstract_id INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (kind, value, abstract_id)) WITHOUT ROWID;
CREATE INDEX labels_abstract ON labels (abstract_id);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, abstract_id INTEGER NOT NULL, section TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, vector BLOB NOT NULL, generation INTEGER NOT NULL);
CREATE INDEX passages_abstract ON passages (abstract_id);
CREATE INDEX passages_generation ON passages (generation);
CREATE TABLE removals (passage_id INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
CREATE INDEX removals_generation ON removals (generation);
CREATE TABLE marks (mark INTEGER PRIMARY KEY);
""" + "".join(f"{statement};\n" for statement in JOB_SCHEMA)
FILTER_INDEXES = (
    "CREATE INDEX IF NOT EXISTS abstracts_retracted ON abstracts (is_retracted) WHERE is_retracted",
    "CREATE INDEX IF NOT EXISTS abstracts_year ON abstracts (year, is_retracted)",
)
"""Indexes for filters, apart from the long rows of abstracts. No part of the format: a library of an older version
gets them with its next batch, and any version reads a library with them or without."""
LISTS_TABLE = "CREATE TABLE IF NOT EXISTS lists (trained_for INTEGER NOT NULL, centroids BLOB NOT NULL)"
"""One row with the IVF cells of a large library's vectors. No part of the format either: a version that does not know
it reads every vector."""
MEMORY_TABLE = "CREATE TABLE IF NOT EXISTS memory (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
"""Origins and the last update, see `index.storage.origins`; the rows that a run has planned begin with `PLANNED`. No
part of the format: a version that does not know it asks no search again."""
ADDED_TABLE = "CREATE TABLE IF NOT EXISTS added (pmid TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID"
"""When each abstract first came in, in ISO 8601; no update and no removal alters it. No part of the format: of what
came in under a version that does not know it, nothing is told. Text, so that a salvage takes no row for an index's."""
PLANNED = "planned/"
_REMEMBERED, _LONGEST_REMEMBERED = 512, 8_000
"""Abstracts, some 4 MB: one question asks for the same few three times. The second are a record's bytes: what is longer
is an article."""
_BEHIND_SECTIONS = b'}], "'
"""What ends the sections in a record's JSON, and stands nowhere before, as a '"' in a text has a backslash."""
DIGEST_MODULUS = 1 << 256
"""Of the sum of all content numbers."""
RANDOM_BITS = 31
"""Random bits of a commit id; the rest is its generation. Both fit the signed 64 bits of SQLite and tantivy."""
MIGRATIONS = {
    1: (
        "CREATE TABLE marks (mark INTEGER PRIMARY KEY)",
        f"INSERT INTO marks SELECT value << {RANDOM_BITS} FROM settings WHERE name = 'generation' AND value > 0",
    ),
    2: JOB_SCHEMA,
}
"""The statements that make of each older format the next one."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Build settings of a library, fixed until it is rebuilt."""

    encoder: str
    encoder_sha256: str
    dimension: int
    passage_tokens: int


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """An abstract with its passages and their vectors, shape (passages, dimension)."""

    abstract: Abstract
    passages: Sequence[Passage]
    vectors: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of the passages since a batch: those with ids from `first` to `last` were added, `removed` went.

    Ids rise from batch to batch, so what later batches added lies behind all that was there before. `commit_id` is the
    last batch's.
    """

    commit_id: int
    first: int
    last: int
    removed: Sequence[int]


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of a library's abstracts and passages, and its years."""

    abstracts: int
    passages: int
    retracted: int
    without_text: int
    first_year: int | None
    last_year: int | None


def abstract_digest(abstract: Abstract) -> str:
    """Return the SHA-256 of an abstract's content, its raw record left out."""
    return hashlib.sha256(json.dumps(to_json(abstract), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def settings_row(settings: Settings) -> dict[str, object]:
    """Return the settings as names and values of the table `settings`, with a digest that tells when one is damaged."""
    return {"settings_sha256": settings_digest(settings), **asdict(settings)}


def settings_digest(settings: Settings) -> str:
    """Return the SHA-256 of the build settings."""
    return hashlib.sha256("\n".join(map(str, astuple(settings))).encode()).hexdigest()


def digest_with(digest: str, synonyms: Synonyms) -> str:
    """Return a library's digest with its own synonyms, on which its answers depend too."""
    return hashlib.sha256(f"{digest}\n{synonyms.sha256}".encode()).hexdigest() if synonyms.rows else digest


def content_number(pmid: str, digest: str) -> int:
    """Return an abstract's addend to the sum that stands for a library's content."""
    return int.from_bytes(hashlib.sha256(f"{pmid} {digest}".encode()).digest(), "big")


def pack(abstract: Abstract) -> bytes:
    """Return an abstract as compressed JSON, without its raw record."""
    return zlib.compress(json.dumps(to_json(abstract), ensure_ascii=False).encode())


def unpack(record: bytes, *, raw: bytes = b"") -> Abstract:
    """Return the abstract that `pack` was given, with its raw record; those without are remembered for a while."""
    if raw:
        return replace(_unpacked(record), raw=raw)
    return _remembered(record) if len(record) <= _LONGEST_REMEMBERED else _unpacked(record)


def holds(record: bytes, text: str) -> bool:
    """Return True if a field of a packed abstract behind its sections holds a text, whatever case and accents."""
    packed = zlib.decompress(record)
    return plain_letters(text) in plain_letters(packed[packed.find(_BEHIND_SECTIONS) + 1 :].decode())


def _unpacked(record: bytes) -> Abstract:
    return from_json(json.loads(zlib.decompress(record)))


_remembered = lru_cache(maxsize=_REMEMBERED)(_unpacked)


def label_rows(abstract: Abstract) -> Iterator[tuple[str, str]]:
    """Yield the labels for filters, lower case: publication types, journal, MeSH descriptors and with qualifiers."""
    yield from (("type", type_.casefold()) for type_ in abstract.types)
    yield "journal", abstract.journal.casefold()
    for heading in abstract.mesh:
        yield "mesh", heading.casefold()
        yield "mesh", heading.partition("/")[0].casefold()


def covers_abstract(abstract: Abstract, spans: Sequence[tuple[str, int, int]]) -> bool:
    """Return True if passages follow one another through an abstract and leave out nothing but white space."""
    names = {TITLE, *(section.label or section.category for section in abstract.sections)}
    text, at = abstract.text, 0
    for section, start, end in spans:
        passage = text[start:end]
        if section not in names or not at <= start < end <= len(text) or text[at:start].strip():
            return False
        if section != TITLE and passage != passage.strip():
            return False
        at = end
    return not text[at:].strip()
