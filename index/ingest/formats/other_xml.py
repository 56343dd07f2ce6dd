"""XML of EndNote and of Europe PMC to abstracts, cut at its records so that a broken one is lost alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from index.errors import InputError
from index.ingest.formats.cleaning import collapse_whitespace
from index.ingest.formats.dialects import ENDNOTE_XML
from index.ingest.formats.encodings import as_utf8
from index.ingest.formats.field_names import Unread
from index.ingest.formats.json_lines import parse_fields
from index.ingest.formats.pubmed_xml import element_of
from index.ingest.formats.tagged import pmid_of, record_of, silent_on_retractions
from index.ingest.formats.xml_splitter import Fragment, XmlLayout, XmlSplitter, layout_of
from index.records import Abstract, Failure, Note, ParsedRecord


@dataclass(frozen=True, slots=True)
class XmlFormat:
    """A program's XML: its name, its tags, and what makes fields under any program's names of a record's element."""

    what: str
    layout: XmlLayout
    fields: Callable[[Element], dict[str, Any]]
    is_silent_on_retractions: bool


def parse_other_xml(stream: BinaryIO, *, name: str, xml_format: XmlFormat) -> Iterator[ParsedRecord]:
    """Yield each record; one that is broken or has no PMID is a Failure."""
    try:
        splitter = XmlSplitter(as_utf8(stream), xml_format.layout)
    except InputError as error:
        yield Failure(name, str(error))
        return
    unread, number, has_read = Unread(), 0, False
    for number, fragment in enumerate(splitter.fragments(), start=1):
        record = _parse(fragment, xml_format, what=f"{name}, record {number}", unread=unread)
        has_read = has_read or isinstance(record, Abstract)
        yield record
    if not number:
        yield Failure(name, f"holds no record of {xml_format.what}; get the file again")
    elif splitter.is_cut_off:
        yield Failure(name, "was cut off, so some records may be missing; get the file again")
    yield from unread.notes(name, always=True)
    if has_read and xml_format.is_silent_on_retractions:
        yield Note(silent_on_retractions(name, xml_format.what))


def _parse(fragment: Fragment, xml_format: XmlFormat, *, what: str, unread: Unread) -> Abstract | Failure:
    where = f"the {xml_format.what} record at line {fragment.line:,}"
    element = fragment.fault or element_of(fragment)
    if isinstance(element, str):
        return Failure(what, f"{where} {element}; get the file again or mend it there")
    try:
        fields = xml_format.fields(element)
    except InputError as error:
        return Failure(what, f"{where} was left out: {error}")
    return parse_fields(fields, fragment.xml, what=what, where=where, unread=unread)


def _value(element: Element) -> Any:  # noqa: ANN401 - as JSON would hold it
    """Return an element as Europe PMC's JSON has it: lists in "…List", objects, and texts with what is inside them."""
    if not len(element) or (element.text or "").strip():
        return collapse_whitespace("".join(element.itertext()))
    if element.tag.endswith("List"):
        return {element[0].tag: [_value(child) for child in element]}
    return {child.tag: _value(child) for child in element}


def _of_europe_pmc(element: Element) -> dict[str, Any]:
    return {child.tag: _value(child) for child in element}


def _of_endnote(element: Element) -> dict[str, Any]:
    """Return the fields of EndNote's record; texts stand in <style> elements, or bare."""
    tags: dict[str, list[str]] = {}
    for place in element.iter():
        inner = [child for child in place if child.tag != "style"]
        if not inner and place.tag != "style" and (text := "".join(place.itertext()).strip()):
            tags.setdefault(place.tag, []).append(text)
    record = record_of(tags, ENDNOTE_XML)
    if (day := tags.get("date", [""])[0]) and "year" in record and str(record["year"]) not in day:
        record["date"] = f"{record['year']} {day}"
    return record | {"pmid": pmid_of(tags, ENDNOTE_XML, record["doi"])}


EUROPE_PMC_XML = XmlFormat(
    "Europe PMC", layout_of(("responseWrapper", "resultList"), ("result",)), _of_europe_pmc, False
)
ENDNOTE_XML_FORMAT = XmlFormat("EndNote", layout_of(("xml", "records"), ("record",)), _of_endnote, True)
