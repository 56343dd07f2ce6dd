"""Tagged text of other programs to abstracts: RIS, EndNote's import format, Ovid, EBSCO and Web of Science.

A number is a PMID where a label says so, or where the record says that it is MEDLINE's: other databases number
their records too, and EndNote its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from index.errors import InputError
from index.ingest.formats.cleaning import collapse_whitespace
from index.ingest.formats.dialects import MEDLINE_NAMES, Dialect
from index.ingest.formats.encodings import as_utf8
from index.ingest.formats.field_names import Unread
from index.ingest.formats.json_lines import parse_fields
from index.ingest.formats.medline import split_labels
from index.ingest.formats.text_lines import numbered_lines
from index.records import Abstract, Failure, Note, ParsedRecord, parse_pmid, parse_pmids

MAX_RECORD_BYTES = 8 << 20
MAX_RECORD_LINES = 200_000
"""The longest record that is read: thousands of times an ordinary one."""

_PROSE = ("title", "abstract")
"""Fields in whose prose a PMID is another paper's."""
_LISTS = ("authors", "keywords", "types", "mesh")
_LABELLED = re.compile(r"\W*(?:(?:medline[ _-]?)?pmid|pubmed)\b|https?://\S*(?:pubmed|europepmc\.org/\w+/med)", re.I)
_CITATION = re.compile(r"([^.\[;0-9(]+).*?\b((?:1[89]|20)[0-9]{2})\b", re.DOTALL)
_PMC_ID = re.compile(r"PMC[0-9]+")
_DOI = re.compile(r"\b10\.[0-9]{4,9}/\S+")
_RETRACTED = re.compile(r"\W*retracted(?:\s+article)?\s*[:\]]", re.I)
_DATE = re.compile(r"([12][0-9]{3})(?:/([0-9]{0,2}))?(?:/([0-9]{0,2}))?(?:/.*)?")


@dataclass(frozen=True, slots=True)
class _TaggedRecord:
    """The lines of one record and the number of the first."""

    line: int
    lines: list[bytes]
    is_too_long: bool = False


def parse_tagged(stream: BinaryIO, *, name: str, dialect: Dialect) -> Iterator[ParsedRecord]:
    """Yield each record of tagged text; one without a PMID, or that is not UTF-8, is a Failure."""
    unread = Unread()
    has_read = False
    for number, source in enumerate(_sources(as_utf8(stream), dialect), start=1):
        record = _parse(source, dialect, what=f"{name}, record {number}", unread=unread)
        has_read = has_read or isinstance(record, Abstract)
        yield record
    if has_read:
        yield from unread.notes(name, always=True)
        yield Note(silent_on_retractions(name, dialect.what))


def silent_on_retractions(name: str, what: str) -> str:
    """Return the remark on records of a program that does not know what became of papers."""
    return f"{name}: {what} does not say what was retracted or corrected; the command refresh asks PubMed"


def _sources(stream: BinaryIO, dialect: Dialect) -> Iterator[_TaggedRecord]:
    """Yield the lines of each record; what stands between records is left out."""
    source: _TaggedRecord | None = None
    size = 0
    for number, line in numbered_lines(stream, max_bytes=MAX_RECORD_BYTES):
        text = line[:200].decode("utf-8", "replace")
        if dialect.start.match(text):
            if source:
                yield source
            source, size = _TaggedRecord(number, []), 0
        if source:
            size += len(line) + 1
            if size > MAX_RECORD_BYTES or len(source.lines) >= MAX_RECORD_LINES:
                source = _TaggedRecord(source.line, [], is_too_long=True)
            source.lines.append(line)
            tag = dialect.line.match(text)
            if dialect.end and tag and tag[1] == dialect.end:
                yield source
                source = None
    if source:
        yield source


def _parse(source: _TaggedRecord, dialect: Dialect, *, what: str, unread: Unread) -> Abstract | Failure:
    where = f"the {dialect.what} record at line {source.line:,}"
    if source.is_too_long:
        most = f"{MAX_RECORD_BYTES:,} bytes or {MAX_RECORD_LINES:,} lines"
        return Failure(what, f"{where} is longer than {most}; get the file again")
    raw = b"\n".join(source.lines)
    try:
        tags = _values(raw.decode("utf-8").split("\n"), dialect)
    except UnicodeDecodeError as error:
        bad = source.line + raw.count(b"\n", 0, error.start)
        return Failure(what, f"{where} is not UTF-8 in line {bad:,}; save the file as UTF-8")
    record = record_of(tags, dialect)
    try:
        record["pmid"] = pmid_of(tags, dialect, str(record.get("doi", "")))
    except InputError as error:
        return Failure(what, f"{where} was left out: {error}")
    return parse_fields(record, raw, what=what, where=where, unread=unread)


def _values(lines: Sequence[str], dialect: Dialect) -> dict[str, list[str]]:
    """Return the values of each tag, the lines that go on with one joined to it."""
    values: dict[str, list[list[str]]] = {}
    tag = ""
    for line in lines:
        if match := dialect.line.match(line):
            tag, *rest = (group for group in match.groups() if group is not None)
            values.setdefault(tag, []).append(rest)
        elif tag and tag in dialect.by_line:
            values[tag].append([line])
        elif tag:
            values[tag][-1].append(line)
    texts = {tag: [text for parts in several if (text := "\n".join(parts).strip())] for tag, several in values.items()}
    return {tag: several for tag, several in texts.items() if several}


def record_of(tags: Mapping[str, list[str]], dialect: Dialect) -> dict[str, Any]:
    """Return the record under our names."""
    record: dict[str, Any] = {}
    for field, names in dialect.fields.items():
        if texts := next((tags[tag] for tag in names if tags.get(tag)), []):
            record[field] = _items(texts) if field in _LISTS else texts[0]
    abstract = collapse_whitespace(str(record.pop("abstract", "")))
    record["sections"] = [{"label": part.label, "text": part.text} for part in split_labels(abstract) if part.text]
    for field in ("year", "date"):
        if match := _DATE.fullmatch(str(record.get(field, ""))):
            record[field] = "-".join(part for part in match.groups() if part)
    for tag in dialect.citation:
        if cited := _CITATION.match(" ".join(tags.get(tag, []))):
            record = {"journal": cited[1].strip(), "year": cited[2]} | record
    record["types"] = [kind for kind in record.get("types", []) if not _DOI.search(kind)]
    record["doi"] = collapse_whitespace(_first_match(_DOI, tags, dialect.fields["doi"]).rstrip(".,;]"))
    record["pmcid"] = _first_match(_PMC_ID, tags, dialect.fields.get("pmcid", ()))
    record["is_retracted"] = _RETRACTED.match(str(record.get("title", ""))) is not None
    return record


def _items(texts: Sequence[str]) -> list[str]:
    return [part.strip() for text in texts for part in re.split(r"\n|;", text) if part.strip()]


def _first_match(pattern: re.Pattern[str], tags: Mapping[str, list[str]], names: Sequence[str]) -> str:
    matches = (pattern.search(text) for tag in names for text in tags.get(tag, []))
    return next((match[0] for match in matches if match), "")


def pmid_of(tags: Mapping[str, list[str]], dialect: Dialect, doi: str) -> str:
    """Return the record's PMID. Raises InputError when it names none."""
    prose = {tag for field in _PROSE for tag in dialect.fields[field]}
    texts = [text for tag, values in tags.items() if tag not in prose for text in values]
    for part in (part for text in texts for part in re.split(r"\n|(?<=[.;])\s+", text)):
        if _LABELLED.match(part) and (labelled := parse_pmids(part)[0]):
            return labelled[0]
    database = collapse_whitespace("; ".join(_databases(tags, dialect)))
    numbers = {tag: number for tag in dialect.numbers if (number := _number(tags.get(tag, [])))}
    for tag, number in numbers.items():
        if dialect.numbers[tag].search(database):
            return number
    doubt = ""
    if numbers and not MEDLINE_NAMES.search(database):
        tag, number = next(iter(numbers.items()))
        source = f"is from {database[:60]}" if database else "does not say where it is from"
        doubt = f"; its number {number} ({tag}) would be one only in MEDLINE, and the record {source}"
    cure = f'find it with --search "{doi}[doi]"' if doi else "save the records from PubMed in the format PubMed"
    raise InputError(f"it names no PMID{doubt}; {cure}")


def _databases(tags: Mapping[str, list[str]], dialect: Dialect) -> Iterator[str]:
    for tag in dialect.databases:
        for text in tags.get(tag, []):
            yield from re.findall(r"[?&]db=(\w+)", text) if "://" in text else [text]


def _number(texts: Sequence[str]) -> str:
    """Return the number that a field is, also before "[https://…]"."""
    return next(filter(None, (parse_pmid(text.partition("[")[0].rstrip(". ")) for text in texts)), "")
