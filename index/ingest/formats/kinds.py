"""File formats, recognised by their first bytes: the parser, how PMIDs are found, or why neither is possible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO

from index.ingest.formats.cleaning import collapse_whitespace
from index.ingest.formats.dialects import EBSCO, ENDNOTE, OVID, RIS, WEB_OF_SCIENCE
from index.ingest.formats.json_lines import parse_json_lines
from index.ingest.formats.medline import parse_medline
from index.ingest.formats.other_xml import ENDNOTE_XML_FORMAT, EUROPE_PMC_XML, parse_other_xml
from index.ingest.formats.pmid_lists import (
    PmidList,
    pmids_of_json,
    pmids_of_labels,
    pmids_of_matches,
    pmids_of_table,
    pmids_of_text,
)
from index.ingest.formats.pubmed_xml import parse_pubmed_xml
from index.ingest.formats.tables import find_table, parse_table
from index.ingest.formats.tagged import parse_tagged
from index.ingest.formats.xml_splitter import DELETIONS, RECORDS, SETS
from index.records import ParsedRecord, parse_pmids

KINDS = "PubMed XML, MEDLINE text (.nbib), RIS, EndNote XML and JSON are read, each also as .gz or .zip"
"""The end of a sentence on a file that is none of them."""

_SAVE = "save the records from PubMed in the format PubMed"
_FETCH = "give it with --pmids-from to fetch the abstracts from PubMed"
_TABLE_CURE = f"{_SAVE}, or save its column of PMIDs as CSV and give that with --pmids-from"
_DUMP_CURE = f"save the XML that efetch sends, or {_FETCH}"
_MEDLINE_LINE = re.compile(rb"([A-Z][A-Z0-9]{1,3}) {0,2}-")
_DATABASE_LINE = re.compile(rb"^(?:DB|VN) {0,2}-", re.MULTILINE)
_PMID_LINE = re.compile(rb"^PMID {0,2}-", re.MULTILINE)
_HTML = re.compile(rb"(?>\s+|<\?.*?\?>|<!--.*?-->)*+<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_HTML_TITLE = re.compile(rb"<title[^>]*>([^<]*)", re.IGNORECASE)
_ROOT = re.compile(
    rb"(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*+(?:\[.*?\]\s*)?>)*+<(?:[\w.-]+:)?([\w.-]+)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: what it is, what to do about it, the parser of its records and the finder of its PMIDs.

    Without a parser it holds no records; without a finder its PMIDs are those of its records.
    """

    what: str
    cure: str = _SAVE
    parse: Callable[..., Iterator[ParsedRecord]] | None = None
    find_pmids: Callable[[BinaryIO], PmidList] | None = None


PUBMED_XML = FileKind("PubMed XML", parse=parse_pubmed_xml)
_JSON = FileKind("JSON", parse=parse_json_lines, find_pmids=pmids_of_json)
_MEDLINE = FileKind("MEDLINE text", parse=parse_medline)
_TABLE = FileKind("a table of papers without their abstracts", f"{_FETCH}, or {_SAVE}")
_LIST = FileKind("a list of PMIDs", "give it with --pmids-from", find_pmids=pmids_of_text)
_JSON_LIST = replace(_LIST, find_pmids=pmids_of_json)
_TEXT = FileKind("text that names PMIDs, without records", _FETCH, find_pmids=pmids_of_text)
# How other things begin, and what they are.
_OTHERS = (
    (re.compile(rb"%PDF"), FileKind("a PDF file")),
    (re.compile(rb"PK\x03\x04"), FileKind("a ZIP archive inside another", "unpack it first")),
    (re.compile(rb"\xd0\xcf\x11\xe0"), FileKind("an old Office file (.xls or .doc)", _TABLE_CURE)),
    (re.compile(rb"\{\\rtf"), FileKind("an RTF file, as word processors write", f"save it as plain text, or {_SAVE}")),
    (
        re.compile(rb"BZh|\xfd7zXZ|\x28\xb5\x2f\xfd|7z\xbc\xaf|Rar!"),
        FileKind("a compressed file", "unpack it first, or compress it with gzip"),
    ),
    (re.compile(rb"SQLite format 3"), FileKind("a database", "give the library's folder with --library")),
    (re.compile(rb"@\w+\s*\{"), FileKind("a BibTeX file", f"{_SAVE}, or {_FETCH}", find_pmids=pmids_of_labels)),
    (re.compile(rb"Pubmed-entry ::="), FileKind("ASN.1", "fetch it with retmode=xml")),
    (re.compile(rb"(?:[0-9]{1,10}[\s,;]+)*[0-9]{1,10}[\s,;]*$"), _LIST),
    (
        re.compile(rb"1\. \S"),
        FileKind(
            "PubMed's plain text of abstracts",
            f"{_FETCH}, or {_SAVE}",
            find_pmids=pmids_of_text,
        ),
    ),
    (
        re.compile(rb"1: \S"),
        FileKind(
            "PubMed's Summary, which holds no abstracts",
            f"{_FETCH}, or {_SAVE}",
            find_pmids=pmids_of_text,
        ),
    ),
)
# How tagged text begins: RIS behind a number or the names of provider and database, Ovid's behind its search history.
_DIALECTS = (
    (re.compile(rb"(?s:.{0,2000}?)^\s{0,3}TY {1,2}- ?[A-Z]{2,8}\s", re.MULTILINE), RIS),
    (re.compile(rb"<1\.? ?>\s|(?:Database|Search Strategy)(?s:.{0,20000}?)[\r\n]<1\.? ?>\s"), OVID),
    (re.compile(rb"Record:? +1\s*[\r\n]"), EBSCO),
    (re.compile(rb"%0 |%[AT] "), ENDNOTE),
    (re.compile(rb"FN .*[\r\n]+VR |PT J\s*[\r\n]+AU "), WEB_OF_SCIENCE),
)
_JSON_OTHERS = (
    (
        re.compile(rb"(?:\{\s*\"[^\"]{0,20}pmids?\"\s*:\s*)?\[\s*[\"']?[0-9]{1,10}(?:\.0)?[\"']?\s*[,\]]", re.I),
        _JSON_LIST,
    ),
    (
        re.compile(rb"[\[{].{0,400}?[\"']esearchresult[\"']\s*:", re.DOTALL),
        FileKind("a list of PMIDs that a search found (esearch)", _FETCH, find_pmids=pmids_of_json),
    ),
    (
        re.compile(rb"\{.{0,400}?[\"'](?:esummary|uids)[\"']\s*[:,]", re.DOTALL),
        FileKind("a file of summaries without abstracts (esummary)", _FETCH, find_pmids=pmids_of_json),
    ),
    (
        re.compile(rb"[\[{].{0,400}?[\"'](?:MedlineCitation|PubmedArticle)[\"']\s*:", re.DOTALL),
        FileKind("a dump of what Bio.Entrez.read returns, not the record itself", _DUMP_CURE, find_pmids=pmids_of_json),
    ),
)
_OF_ENDNOTE = re.compile(rb"<(?:ref-type|rec-number|contributors|titles)\b")
_OF_PUBMED = re.compile(rb"<(?:[\w.-]+:)?(?:%s)\b" % b"|".join(name.encode() for name in (*SETS, *RECORDS, *DELETIONS)))
_PMID_ELEMENT = re.compile(rb"<pmid\b[^<>]*>\s*([0-9]+)", re.IGNORECASE)
_XML_PMIDS = {
    "eSearchResult": re.compile(rb"<Id>\s*([0-9]+)"),
    "eSummaryResult": re.compile(rb"<DocSum>\s*<Id>\s*([0-9]+)|<DocumentSummary uid=\"([0-9]+)"),
    "rss": re.compile(rb"pmid:([0-9]+)"),
    "article": re.compile(rb"<article-id pub-id-type=\"pmid\">\s*([0-9]+)"),
}
_XML_PMIDS["pmc-articleset"] = _XML_PMIDS["article"]


ZIP = (b"PK\x03\x04", b"PK\x05\x06")
"""How ZIP archives begin, those without a file too."""
_OFFICE = {
    "xl/": FileKind("an Excel file", _TABLE_CURE),
    "word/": FileKind("a Word file", f"{_SAVE}, or save it as plain text and give that with --pmids-from"),
    "ppt/": FileKind("a PowerPoint file"),
    "content.xml": FileKind("an OpenDocument file, as LibreOffice writes", _TABLE_CURE),
    "META-INF/container.xml": FileKind("an e-book (EPUB)"),
}


def office_kind(names: Sequence[str]) -> FileKind | None:
    """Return the kind of Office file that the names in a ZIP archive are those of; None for an archive of files."""
    if not {"[Content_Types].xml", "mimetype"} & set(names):
        return None
    known = (kind for part, kind in _OFFICE.items() if any(name.startswith(part) for name in names))
    return next(known, FileKind("an Office file", _TABLE_CURE))


def kind_of(head: bytes) -> FileKind | None:
    """Return the kind of a file by the beginning of its text in UTF-8; None if unknown."""
    text = head.lstrip()
    if _HTML.match(text):
        title = _HTML_TITLE.search(text)
        named = f' ("{collapse_whitespace(title[1].decode("utf-8", "replace"))[:80]}")' if title else ""
        return FileKind(f"a web page{named}", KINDS)
    if dialect := next((dialect for pattern, dialect in _DIALECTS if pattern.match(text)), None):
        return FileKind(f"{dialect.what} text", parse=partial(parse_tagged, dialect=dialect))
    if known := next((kind for pattern, kind in _OTHERS if pattern.match(text)), None):
        return known
    if text.startswith(b"<"):
        return _kind_of_xml(text)
    if re.match(rb"\{|\[(?![0-9]+\]\s)", text):
        return next((kind for pattern, kind in _JSON_OTHERS if pattern.match(text)), _JSON)
    if _PMID_LINE.search(text):
        return _MEDLINE
    if tagged := _MEDLINE_LINE.match(text):
        return _kind_of_tagged(text, tagged[1])
    if table := find_table(head):
        parse = partial(parse_table, table=table) if table.has_abstracts else None
        return replace(
            _LIST if len(table.headings) == 1 else _TABLE, parse=parse, find_pmids=partial(pmids_of_table, table=table)
        )
    return _TEXT if parse_pmids(text.decode("utf-8", "replace"))[0] else None


def _kind_of_tagged(text: bytes, first: bytes) -> FileKind:
    """Return the kind of text with MEDLINE's tags but no PMID: Ovid's where it names its database, else damaged."""
    if not _DATABASE_LINE.search(text):
        return _MEDLINE
    start = re.compile(rf"{first.decode()} {{0,2}}-")
    return FileKind("Ovid text", parse=partial(parse_tagged, dialect=replace(OVID, start=start)))


def _kind_of_xml(text: bytes) -> FileKind:
    match = _ROOT.match(text)
    root = match[1].decode("ascii", "replace") if match else ""
    if root in ("responseWrapper", "resultList", "result"):
        return FileKind("Europe PMC's XML", parse=partial(parse_other_xml, xml_format=EUROPE_PMC_XML))
    if root in ("xml", "records", "record") and _OF_ENDNOTE.search(text):
        return FileKind("EndNote's XML", parse=partial(parse_other_xml, xml_format=ENDNOTE_XML_FORMAT))
    # In PubMed's own records, whatever is around them, other papers' PMIDs stand too.
    pattern = _XML_PMIDS.get(root) or (None if not root or _OF_PUBMED.search(text) else _PMID_ELEMENT)
    return replace(PUBMED_XML, find_pmids=partial(pmids_of_matches, pattern=pattern)) if pattern else PUBMED_XML
