"""Collections of a library on Milvus, and abstracts and passages as their rows. No server is asked here.

Three collections hang together by a stamp, so that a library is replaced by writing one row: NAME_STAMP_abstracts,
NAME_STAMP_passages and NAME_STAMP_pieces. The fourth, NAME, says which stamp is the present one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from index.analysis.abbreviations import Abbreviation, key
from index.records import TITLE, Abstract, Filters, Passage
from index.search.filters import as_list
from index.search.lexical import TERMS_VERSION, LexicalRow
from index.search.lexical_documents import heading_terms
from index.storage.milvus.server import MOST_BYTES, Column, MilvusRow, quoted
from index.storage.schema import Entry, Settings, abstract_digest, label_rows, pack, unpack

FORMAT = 2
_WITHOUT_HEADINGS = 1
"""The format of libraries whose passages have no column of MeSH headings: they are read and written as they are."""
_PIECE = 60_000
"""Characters of a record to a row: Milvus takes 65,535 bytes."""
_MOST_LABELS = 4_096
_LONGEST_LABEL = 500
_NOTHING = "_"
"""In place of no terms at all: a word that no text has."""

META = (Column("id", "key"), Column("value", "text"), Column("unused", "vector", 2))
"""Milvus wants a vector in every collection."""
PIECES = (Column("id", "key"), Column("pmid", "text", is_indexed=True), Column("value", "text"),
          Column("unused", "vector", 2))  # fmt: skip
ABSTRACTS = (
    Column("id", "key"),
    Column("digest", "text"),
    Column("version", "text"),
    Column("year", "number", is_indexed=True),
    Column("is_retracted", "flag", is_indexed=True),
    Column("has_text", "flag", is_indexed=True),
    Column("passages", "number"),
    Column("labels", "texts", is_indexed=True),
    Column("whole", "terms"),
    Column("forms", "texts", is_indexed=True),
    Column("definitions", "text"),
    Column("record", "text"),
    Column("record_pieces", "number"),
    Column("raw", "text"),
    Column("raw_pieces", "number"),
)
PASSAGE = ("pmid", "start", "end", "version")
"""The columns that make a passage of a row, together with its abstract."""


def passage_columns(present: Present) -> tuple[Column, ...]:
    """Return the columns of the passages."""
    headings = (Column("headings", "terms"),) if present.has_headings else ()
    return (
        Column("id", "key"),
        Column("pmid", "text", is_indexed=True),
        Column("start", "number"),
        Column("end", "number"),
        Column("version", "text"),
        Column("year", "number", is_indexed=True),
        Column("is_retracted", "flag", is_indexed=True),
        Column("labels", "texts", is_indexed=True),
        Column("terms", "terms"),
        *headings,
        Column("vector", "vector", present.settings.dimension),
    )


@dataclass(frozen=True, slots=True)
class Present:
    """The collections that are the library's now, with its build settings."""

    stamp: str
    index: str
    settings: Settings
    format: int = FORMAT

    @property
    def has_headings(self) -> bool:
        """True if passages are found by MeSH headings, substances and keywords too."""
        return self.format > _WITHOUT_HEADINGS

    def to_json(self) -> str:
        """Return the record as the row `present` of NAME has it."""
        return json.dumps({"terms": TERMS_VERSION, **asdict(self)})


def present_of(value: str) -> Present | None:
    """Return the record of a row `present`, or None when another version of AskAbstracts wrote it."""
    values = json.loads(value)
    if values.get("format") not in (_WITHOUT_HEADINGS, FORMAT) or values.get("terms") != TERMS_VERSION:
        return None
    return Present(values["stamp"], values["index"], Settings(**values["settings"]), values["format"])


def stamp_of(value: str) -> str:
    """Return the stamp in a row `present` of any version."""
    return str(json.loads(value).get("stamp", ""))


def text_version(abstract: Abstract) -> str:
    """Return the version of an abstract's text, which its passages carry: their offsets count into no other."""
    return hashlib.sha256(abstract.text.encode()).hexdigest()[:16]


def passage_rows(entry: Entry, indexed: Sequence[LexicalRow], present: Present) -> Iterator[MilvusRow]:
    """Yield the rows of an abstract's passages, of which `indexed` has the terms."""
    abstract = entry.abstract
    of_abstract, version = of_record(abstract, present), text_version(abstract)
    for number, (passage, vector) in enumerate(zip(entry.passages, entry.vectors, strict=True)):
        yield {
            "id": f"{abstract.pmid}/{number}",
            "pmid": abstract.pmid,
            "start": passage.start,
            "end": passage.end,
            "version": version,
            "terms": _terms(indexed[number].terms),
            "vector": vector.astype("float32").tolist(),
            **of_abstract,
        }


def of_record(abstract: Abstract, present: Present) -> MilvusRow:
    """Return the columns of a passage that its text does not tell: what it is filtered by, and the headings."""
    headings = {"headings": _terms(heading_terms(abstract))} if present.has_headings else {}
    return {**filtered_by(abstract), **headings}


def filtered_by(abstract: Abstract) -> MilvusRow:
    """Return the columns that the rows of an abstract and of its passages are filtered by."""
    labels = dict.fromkeys(label_key(kind, value) for kind, value in label_rows(abstract))
    return {"year": abstract.year, "is_retracted": abstract.is_retracted, "labels": list(labels)[:_MOST_LABELS]}


def passage_of(row: Mapping[str, Any], abstract: Abstract) -> Passage:
    """Return the passage of a row that is of this text of its abstract."""
    start, end = int(row["start"]), int(row["end"])
    section = abstract.section_at(start)
    return Passage(abstract.pmid, section.label or section.category, start, end, abstract.text[start:end])


def abstract_row(
    abstract: Abstract, passages: Sequence[Passage], indexed: Sequence[LexicalRow]
) -> tuple[MilvusRow, list[MilvusRow]]:
    """Return an abstract's row, and the rows of the pieces of its records that are too long for it."""
    defined = [definition for row in indexed for definition in row.definitions]
    forms = dict.fromkeys(key(form) for definition in defined for form in (definition.short, definition.long))
    record, raw = _cut(pack(abstract)), _cut(zlib.compress(abstract.raw))
    row = {
        "id": abstract.pmid,
        "digest": abstract_digest(abstract),
        "version": text_version(abstract),
        "has_text": any(passage.section != TITLE for passage in passages),
        "passages": len(passages),
        "whole": _terms(indexed[0].whole if indexed else ()),
        "forms": [form for form in forms if len(form.encode()) < _LONGEST_LABEL][:_MOST_LABELS],
        "definitions": _definitions(defined),
        "record": record[0],
        "record_pieces": len(record),
        "raw": raw[0],
        "raw_pieces": len(raw),
        **filtered_by(abstract),
    }
    more = [
        {"id": f"{abstract.pmid}/{name}/{number}", "pmid": abstract.pmid, "value": piece, "unused": [0.0, 0.0]}
        for name, pieces in (("record", record), ("raw", raw))
        for number, piece in enumerate(pieces)
        if number
    ]
    return row, more


def abstract_of(row: Mapping[str, Any], more: Mapping[str, str]) -> Abstract:
    """Return the abstract of a row, its raw record too if the row has it. Raises ValueError when it is damaged."""
    try:
        raw = zlib.decompress(_joined(row, "raw", more)) if "raw" in row else b""
        return unpack(_joined(row, "record", more), raw=raw)
    except (zlib.error, KeyError, ValueError) as error:
        raise ValueError(f"the record of PMID {row['id']} is damaged") from error


def piece_ids(row: Mapping[str, Any]) -> list[str]:
    """Return the keys of the pieces of an abstract's records that did not fit its row."""
    return [
        f"{row['id']}/{name}/{number}"
        for name in ("record", "raw")
        if name in row
        for number in range(1, row[f"{name}_pieces"])
    ]


def definitions_of(row: Mapping[str, Any]) -> list[Abbreviation]:
    """Return the abbreviations that an abstract's passages define, once for each passage."""
    return [Abbreviation(short, long) for short, long in json.loads(row["definitions"])]


def label_key(kind: str, value: str) -> str:
    """Return a publication type, a journal or a MeSH term as it stands in a row; a very long one as its checksum."""
    folded = value.casefold()
    if len(folded.encode()) > _LONGEST_LABEL:
        folded = f"sha256:{hashlib.sha256(folded.encode()).hexdigest()}"
    return f"{kind}:{folded}"


def condition(filters: Filters, *, key: str = "pmid") -> str:
    """Return the filters as Milvus's expression, "" for none; `key` is the column of PMIDs."""
    first, last = filters.years or (None, None)
    parts = [f"year >= {first}"] if first is not None else []
    parts += [f"year <= {last}"] if last is not None else []
    for kind, wanted in (("type", filters.types), ("mesh", filters.mesh), ("journal", filters.journals)):
        if wanted:
            labels = quoted(label_key(kind, str(value)) for value in as_list(wanted))
            parts.append(f"array_contains_any(labels, {labels})")
    if filters.pmids:
        parts.append(f"{key} in {quoted(filters.pmids)}")
    if not filters.include_retracted:
        parts.append("is_retracted == false")
    return " and ".join(parts)


def in_order(id_: str) -> tuple[int, str, int]:
    """Return the key that sorts passages of equal scores: PMID, then place in the abstract."""
    pmid, _, number = id_.rpartition("/")
    return int(pmid) if pmid.isdigit() else 0, pmid, int(number)


def _terms(terms: Sequence[str]) -> str:
    text = " ".join(terms) or _NOTHING
    return text if len(text.encode()) <= MOST_BYTES else text.encode()[:MOST_BYTES].rpartition(b" ")[0].decode()


def _definitions(defined: Sequence[Abbreviation]) -> str:
    """Return definitions as JSON, as many as fit."""
    pairs = [[definition.short, definition.long] for definition in defined]
    while len(text := json.dumps(pairs, ensure_ascii=False)) > MOST_BYTES // 4:
        pairs = pairs[: len(pairs) // 2]
    return text


def _cut(data: bytes) -> list[str]:
    return cut(base64.b64encode(data).decode())


def cut(text: str) -> list[str]:
    """Return a text of ASCII in pieces that fit a row each, at least one."""
    return [text[first : first + _PIECE] for first in range(0, len(text), _PIECE)] or [""]


def _joined(row: Mapping[str, Any], name: str, more: Mapping[str, str]) -> bytes:
    pieces = [more[f"{row['id']}/{name}/{number}"] for number in range(1, row[f"{name}_pieces"])]
    return base64.b64decode("".join([row[name], *pieces]))
