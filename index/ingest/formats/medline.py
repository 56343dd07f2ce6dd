"""MEDLINE text (PubMed's own ".nbib" and efetch's rettype=medline) to abstracts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from index.analysis.author_names import from_tagged
from index.analysis.section_labels import is_label, section_category
from index.errors import InputError
from index.ingest.formats.cleaning import (
    article_number,
    best_title,
    clean_doi,
    clean_pmid,
    finished,
    says_retracted,
    unescape_once,
)
from index.ingest.formats.encodings import as_utf8
from index.ingest.formats.markup import is_escaped_twice, plain_text
from index.ingest.formats.text_lines import numbered_lines
from index.records import Abstract, Book, Correction, Failure, OtherAbstract, ParsedRecord, Section, parse_pmid

MAX_RECORD_BYTES = 32 << 20
MAX_RECORD_LINES = 500_000
"""The longest record that is read. The longest in PubMed, with thousands of authors, have some ten thousand lines."""

_TOO_LONG = b"(too long)"
# "PMID- 123", "AB  - text"; other programs write "TI-" and "PMID-123" too.
_TAG = r"([A-Z][A-Z0-9]{1,3}) {0,2}-(.*)"
_TAGGED = re.compile(_TAG)
_TAGGED_BYTES = re.compile(_TAG.encode())
_PMID_LINE = re.compile(rb"^PMID {0,2}-([ 0-9]*)\s*$", re.MULTILINE)
# Only in these does a line that lost its indent go on with the text.
_TEXT_TAGS = ("AB", "OAB", "TI", "TT", "BTI", "CI")
_CORRECTIONS = {
    "CIN": "CommentIn", "CON": "CommentOn", "CRF": "CorrectedandRepublishedFrom", "CRI": "CorrectedandRepublishedIn",
    "ECF": "ExpressionOfConcernFor", "ECI": "ExpressionOfConcernIn", "EFR": "ErratumFor", "EIN": "ErratumIn",
    "ORI": "OriginalReportIn", "PRIN": "PartialRetractionIn", "PROF": "PartialRetractionOf", "RIN": "RetractionIn",
    "ROF": "RetractionOf", "RPF": "RepublishedFrom", "RPI": "RepublishedIn", "RRF": "RetractedandRepublishedFrom",
    "RRI": "RetractedandRepublishedIn", "SPIN": "SummaryForPatientsIn", "UIN": "UpdateIn", "UOF": "UpdateOf",
}  # fmt: skip
_CITED_PMID = re.compile(r"\s*\bPMID:\s*([0-9]{1,10})\.?\s*$")
_YEAR = re.compile(r"(?:1[5-9]|20)[0-9]{2}")
_OTHER_TYPE = re.compile(r"(AAMC|AIDS|KIE|NASA|PIP|Publisher|plain-language-summary): ")
_NUMBERED = re.compile(r"\S+ \((.+)\)")
"""A substance after its registry number: "9100L32L2N (Metformin)"."""
_ARTICLE_ID = re.compile(r"(?:doi:\s*(\S+)|(\S.*?)\s*\[doi\])", re.I)
# A label at the start of a sentence: "METHODS AND RESULTS: ". Only one with a word of a label counts, so that
# "RNA: " or "HIV-1: " stays text.
_LABEL = re.compile(r"(?:^|(?<=[.?!)\]\"”’%;:]) )([A-Z][A-Z0-9 ,/&()'’-]{1,78}[A-Z)]): (?=\S)")


def parse_medline(stream: BinaryIO, *, name: str) -> Iterator[ParsedRecord]:
    """Yield each record of MEDLINE text; one without a PMID, or that is not UTF-8, is a Failure.

    Upper-case labels in the abstract ("METHODS: ") become sections; `label: text` joined by spaces is the text again.
    """
    try:
        text = as_utf8(stream)
    except InputError as error:
        yield Failure(name, str(error))
        return
    number = 0
    for line, lines in _records(text):
        number += 1
        yield _parse_record(lines, name=name, number=number, line=line)
    if not number:
        yield Failure(
            name, 'holds no MEDLINE record, which starts with a line such as "PMID- 123"; save it from PubMed again'
        )


def _records(stream: BinaryIO) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the lines of each record with the number of the first.

    A record starts at a PMID line, or at any tag behind a blank line; what stands between records is no text of theirs:
    behind a blank line only a text goes on, and with an indent.
    """
    lines: list[bytes] = []
    start, size = 0, 0
    has_pmid, is_behind_blank, in_text = False, True, False
    for number, line in numbered_lines(stream, max_bytes=MAX_RECORD_BYTES):
        if not line.strip():
            is_behind_blank = True
            continue
        match = _TAGGED_BYTES.match(line)
        is_pmid = match is not None and match[1] == b"PMID"
        if match and (is_behind_blank or is_pmid and has_pmid):
            if lines:
                yield start, lines
            start, lines, size, has_pmid = number, [], 0, False
        elif not lines or is_behind_blank and not (in_text and line[:1].isspace()):
            continue
        in_text = match[1].decode() in _TEXT_TAGS if match else in_text
        has_pmid = has_pmid or is_pmid
        is_behind_blank = False
        size += len(line)
        # Of a record that is too long only the first line is kept, behind it the mark that says so.
        if size > MAX_RECORD_BYTES or len(lines) >= MAX_RECORD_LINES:
            size = MAX_RECORD_BYTES + 1
            lines = [lines[0] if lines else line[:80], _TOO_LONG]
        else:
            lines.append(line)
    if lines:
        yield start, lines


def _parse_record(lines: list[bytes], *, name: str, number: int, line: int) -> Abstract | Failure:
    source = b"\n".join(lines)
    where = f"the record at line {line} of {name}"
    match = _PMID_LINE.search(source)
    what = (match and parse_pmid(match[1].decode("ascii"))) or f"{name}, record {number}"
    if lines[-1] is _TOO_LONG:
        most = f"{MAX_RECORD_BYTES:,} bytes or {MAX_RECORD_LINES:,} lines"
        return Failure(what, f"{where} is longer than {most}; get the file again")
    try:
        return finished(_abstract(_Record(_fields(source.decode("utf-8").split("\n"))), source))
    except UnicodeDecodeError as error:
        bad = line + source.count(b"\n", 0, error.start)
        return Failure(what, f"{where} is not UTF-8 in line {bad}; save the file as UTF-8")
    except InputError as error:
        return Failure(what, f"{where} was left out: {error}")


def _fields(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield tag and text of each field, the lines that go on with it joined to it."""
    tag, parts = "", [""]
    for line in lines:
        if match := _TAGGED.match(line):
            yield tag, "\n".join(parts)
            tag, parts = match[1], [match[2]]
        elif line[:1].isspace() or tag in _TEXT_TAGS:
            parts.append(line)
    yield tag, "\n".join(parts)


class _Record:
    """The fields of one record in their order."""

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        tagged = [(tag, value) for tag, value in fields if value.strip()]
        if is_escaped_twice(value for _tag, value in tagged):
            tagged = [(tag, unescape_once(value)) for tag, value in tagged]
        self._fields = [(tag, text) for tag, value in tagged if (text := plain_text(value))]

    def all(self, *tags: str) -> Iterator[tuple[str, str]]:
        """Yield tag and text of the fields with one of the tags."""
        return ((tag, text) for tag, text in self._fields if tag in tags)

    def texts(self, *tags: str) -> tuple[str, ...]:
        """Return the texts of the fields with one of the tags."""
        return tuple(text for _tag, text in self.all(*tags))

    def first(self, *tags: str) -> str:
        """Return the first text of the first tag that has one."""
        return next((text for tag in tags for text in self.texts(tag)), "")


def _abstract(record: _Record, source: bytes) -> Abstract:
    pmid = clean_pmid(record.first("PMID"))
    types, corrections = record.texts("PT"), tuple(_corrections(record))
    vernacular = record.first("TT")
    authors, book = from_tagged(record.all("FAU", "AU", "CN", "AUID", "AD")), _book(record)
    return Abstract(
        pmid=pmid,
        title=best_title(" ".join(record.texts("TI")) or record.first("BTI"), vernacular),
        sections=tuple(section for text in record.texts("AB") for section in split_labels(text)),
        journal=record.first("TA", "JT") or (book.title if book and book.is_chapter else ""),
        journal_title=_full_journal(record),
        issn=_issn(record),
        book=book,
        year=_year(record),
        authors=tuple(author.name for author in authors),
        author_records=authors,
        types=types,
        mesh=tuple(_mesh(record)),
        major_mesh=tuple(_major_mesh(record)),
        substances=tuple(_NUMBERED.sub(r"\1", text) for text in record.texts("RN", "NM")),
        doi=_doi(record),
        pmcid=record.first("PMC").split(" ")[0],
        date=record.first("DP"),
        volume=record.first("VI"),
        issue=record.first("IP"),
        pages=record.first("PG"),
        article_number="" if record.first("PG") else _article_number(record),
        language=", ".join(record.texts("LA")),
        vernacular_title=vernacular,
        keywords=tuple(kept for text in record.texts("OT") if (kept := text.strip("* "))),
        other_abstracts=tuple(_other_abstracts(record)),
        corrections=corrections,
        copyright=record.first("CI"),
        is_retracted=says_retracted(types, corrections),
        raw=source,
    )


def _book(record: _Record) -> Book | None:
    """Return the book of a record that names one, which is of a chapter where it has a title of its own."""
    if not (title := record.first("BTI")):
        return None
    return Book(
        title=title,
        publisher=record.first("PB"),
        place=record.first("PL"),
        isbn=record.first("ISBN").partition(" ")[0],
        editors=from_tagged(record.all("FED", "ED")),
        is_chapter=bool(record.first("TI")),
    )


def _full_journal(record: _Record) -> str:
    full = record.first("JT")
    return full if record.first("TA") not in ("", full) else ""


def _issn(record: _Record) -> str:
    """Return the ISSN in print or online, rather than the one that links the two."""
    issns = sorted(record.texts("IS"), key=lambda text: "(Linking)" in text)
    return issns[0].partition(" ")[0] if issns and re.match(r"[0-9]{4}-", issns[0]) else ""


def _article_number(record: _Record) -> str:
    ids = (text.removesuffix("[pii]").strip() for text in record.texts("LID") if text.endswith("[pii]"))
    return next(filter(None, map(article_number, ids)), "")


def split_labels(text: str) -> Iterator[Section]:
    """Yield the labelled parts of an abstract in running text, with the category that the label tells.

    >>> [(part.label, part.category, part.text) for part in split_labels("AIM: To see. MAIN RESULTS: We saw.")]
    [('AIM', 'OBJECTIVE', 'To see.'), ('MAIN RESULTS', 'RESULTS', 'We saw.')]
    """
    label, start = "", 0
    for match in _LABEL.finditer(text):
        if is_label(match[1]):
            if match.start() > start or label:
                yield Section(label, section_category(label), text[start : match.start()])
            label, start = match[1], match.end()
    yield Section(label, section_category(label), text[start:])


def _year(record: _Record) -> int | None:
    for _tag, text in chain.from_iterable(record.all(tag) for tag in ("DP", "DEP", "DCOM", "EDAT", "CRDT", "DA")):
        if match := _YEAR.search(text):
            return int(match[0])
    return None


def _mesh(record: _Record) -> Iterator[str]:
    for heading in record.texts("MH"):
        descriptor, *qualifiers = (part.strip("* ") for part in heading.split("/"))
        yield from (f"{descriptor}/{qualifier}" for qualifier in qualifiers)
        if not qualifiers:
            yield descriptor


def _major_mesh(record: _Record) -> Iterator[str]:
    for heading in record.texts("MH"):
        descriptor, *qualifiers = (part.strip() for part in heading.split("/"))
        yield from (descriptor.strip("* "),) if descriptor.startswith("*") else ()
        yield from (
            f"{descriptor.strip('* ')}/{qualifier.strip('* ')}" for qualifier in qualifiers if qualifier.startswith("*")
        )


def _doi(record: _Record) -> str:
    for text in (*record.texts("AID"), *record.texts("LID")):
        if match := _ARTICLE_ID.match(text):
            return clean_doi(match[1] or match[2])
    return ""


def _other_abstracts(record: _Record) -> Iterator[OtherAbstract]:
    languages = record.texts("OABL")
    for number, text in enumerate(record.texts("OAB")):
        match = _OTHER_TYPE.match(text)
        language = languages[number] if number < len(languages) else ""
        yield OtherAbstract(
            language, match[1] if match else "", tuple(split_labels(text[match.end() if match else 0 :]))
        )


def _corrections(record: _Record) -> Iterator[Correction]:
    for tag, text in record.all(*_CORRECTIONS):
        match = _CITED_PMID.search(text)
        yield Correction(_CORRECTIONS[tag], match[1] if match else "", text[: match.start()] if match else text)
