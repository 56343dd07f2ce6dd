"""PubMed XML to abstracts: a stream is cut at the records' tags and each record is parsed by itself.

So memory stays constant, a broken record costs only itself, `raw` is the record byte for byte, and no entity that a
DOCTYPE declares is ever seen by the parser: neither entity bombs nor external entities can do harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from html.entities import name2codepoint
from typing import BinaryIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from index.analysis.author_names import orcid_in, person
from index.analysis.section_labels import section_category
from index.errors import InputError
from index.ingest.formats.cleaning import (
    article_number,
    best_title,
    clean_doi,
    clean_pmid,
    collapse_whitespace,
    finished,
    says_retracted,
)
from index.ingest.formats.encodings import as_utf8
from index.ingest.formats.markup import element_text, unescape_element
from index.ingest.formats.xml_splitter import DELETIONS, RECORDS, SETS, Fragment, XmlSplitter
from index.records import (
    Abstract,
    Author,
    Book,
    Correction,
    Deletion,
    Failure,
    OtherAbstract,
    ParsedRecord,
    Section,
    parse_pmid,
)

_EXPECTED = "give PubMed XML, as efetch sends it with db=pubmed and retmode=xml"
_PMID_ELEMENT = re.compile(rb"<(?:[\w.-]+:)?PMID(?:\s[^<>]*)?>([^<]*)</(?:[\w.-]+:)?PMID\s*>")
_CITATION = re.compile(rb"<((?:[\w.-]+:)?MedlineCitation)[\s>]")
_NAMED = re.compile(r"&(\w+);")
_HTML_NAMES = name2codepoint.keys() - {"amp", "lt", "gt", "quot"}
_BARE_AMPERSAND = re.compile(r"&(?!\w+;|#[0-9]+;|#x[0-9a-fA-F]+;)")
_BARE_LESS = re.compile(r"<(?![A-Za-z_/!?])")
_NO_CHARACTER = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:1?[0-8bcef]|1[0-9a-f]));", re.I
)
_PREFIX = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]*):[\w.-]+(?=[\s>/=])")
_ESCAPED_TWICE = re.compile(rb"&amp;(?:#|[A-Za-z])")
_MAX_ERRORS = 5
_ERROR_BYTES = 2_000
_YEAR = re.compile(r"(?:1[5-9]|20)[0-9]{2}")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# What other XML is, for the sentence that says why nothing could be read from it.
_OTHER_ROOTS = {
    "eSearchResult": "a list of PMIDs that a search found",
    "eSummaryResult": "summaries without abstracts",
    "eInfoResult": "a list of databases or fields",
    "eLinkResult": "links between records",
    "ePostResult": "the receipt for posted PMIDs",
    "eSpellResult": "a spelling suggestion",
    "pmc-articleset": "full texts from PubMed Central",
    "article": "a full text",
    "responseWrapper": "an answer from Europe PMC",
    "ArticleSet": "what a publisher sends to PubMed",
    "html": "a web page",
}

WITH_PMIDS = ("eSearchResult", "eSummaryResult", "article", "pmc-articleset")
"""Roots of XML without PubMed records that names PMIDs."""


def parse_pubmed_xml(stream: BinaryIO, *, name: str) -> Iterator[ParsedRecord]:
    """Yield each record of PubMed XML in any envelope; a broken one, or one that is not PubMed's, is a Failure.

    An empty set yields nothing. Records before and after a broken one come out.
    """
    try:
        splitter = XmlSplitter(as_utf8(stream))
    except InputError as error:
        yield Failure(name, str(error))
        return
    number, has_any = 0, False
    errors: list[str] = []
    for fragment in splitter.fragments():
        if fragment.tag == "ERROR":
            errors += [_error_text(fragment.xml)] if len(errors) < _MAX_ERRORS else []
            continue
        has_any = True
        number += fragment.tag in RECORDS
        yield from _parse_fragment(fragment, name=name, number=number)
    if any(errors):
        yield Failure(name, f'holds an error of NCBI: "{"; ".join(filter(None, errors))}"; fetch it again')
    elif splitter.is_cut_off:
        yield Failure(
            name, "was cut off: it ends inside its set of records, so some may be missing; get the file again"
        )
    elif not has_any and splitter.root not in SETS:
        yield Failure(name, _say_root(splitter.root))


def _error_text(xml: bytes) -> str:
    text = xml[:_ERROR_BYTES].decode("utf-8", "replace")
    return collapse_whitespace(unescape(re.sub(r"<[^<>]*>", "", text)))[:300]


def _say_root(root: str) -> str:
    if not root:
        return f"is not XML, or holds no element; {_EXPECTED}"
    what = f", {_OTHER_ROOTS[root]}" if root in _OTHER_ROOTS else ""
    also = ", or give the file with --pmids-from to fetch the abstracts" if root in WITH_PMIDS else ""
    return f"holds <{root}>{what}, not PubMed records; {_EXPECTED}{also}"


# Reading: one element to one abstract.


def _parse_fragment(fragment: Fragment, *, name: str, number: int) -> Iterator[ParsedRecord]:
    if fragment.tag in DELETIONS:
        yield from _parse_deletions(fragment, name=name)
    else:
        yield from _parse_record(fragment, name=name, number=number)


def _parse_deletions(fragment: Fragment, *, name: str) -> Iterator[Deletion | Failure]:
    for match in _PMID_ELEMENT.finditer(fragment.xml):
        try:
            yield Deletion(clean_pmid(match[1].decode("utf-8", "replace")))
        except InputError as error:
            yield Failure(f"{name}, {fragment.tag}", f"line {fragment.line}: {error}")
    if fragment.fault:
        yield Failure(
            f"{name}, {fragment.tag}",
            f"line {fragment.line}: the list {fragment.fault}, so some deletions may be missing; get the file again",
        )


def _parse_record(fragment: Fragment, *, name: str, number: int) -> Iterator[Abstract | Failure]:
    """Yield the abstract or a Failure; of a broken PubmedArticle, the MedlineCitation when that is whole."""
    where = f"the record at line {fragment.line} of {name}"
    what = _pmid_in(fragment.xml) or f"{name}, record {number}"
    root = fragment.fault or element_of(fragment)
    if isinstance(root, str):
        span = _citation_span(fragment)
        if not span or "longer" in root:
            yield Failure(what, f"{where} {root}; get the file again or mend it there")
            return
        line = fragment.line + fragment.xml.count(b"\n", 0, span[0])
        yield from _parse_record(
            Fragment("MedlineCitation", fragment.xml[slice(*span)], line), name=name, number=number
        )
        if fragment.xml.find(b"MedlineCitation>", span[1]) >= 0:
            yield Failure(
                f"{name}, behind record {number}", f"behind {where} stands another without a beginning; mend it there"
            )
        return
    try:
        yield finished(_to_abstract(root, fragment.xml))
    except InputError as error:
        yield Failure(what, f"{where} was left out: {error}")


def _citation_span(fragment: Fragment) -> tuple[int, int] | None:
    """Return the span of the first MedlineCitation of a PubmedArticle; None when it is not whole."""
    start = _CITATION.search(fragment.xml) if fragment.tag == "PubmedArticle" else None
    end = re.compile(rb"</" + re.escape(start[1]) + rb"\s*>").search(fragment.xml, start.end()) if start else None
    return (start.start(), end.end()) if start and end else None


def _pmid_in(xml: bytes) -> str:
    """Return the PMID of a record that may be broken, "" when it cannot be told."""
    match = _PMID_ELEMENT.search(
        xml, 0, xml.find(b"<CommentsCorrections") if b"<CommentsCorrections" in xml else len(xml)
    )
    return parse_pmid(match[1].decode("utf-8", "replace")) if match else ""


def element_of(fragment: Fragment) -> Element | str:
    """Return the record's element, or its fault as the end of a sentence."""
    try:
        return _without_namespace(ElementTree.fromstring(fragment.xml))
    except ElementTree.ParseError as error:
        reason, (line, _column) = str(error).split(":")[0], error.position
    try:
        wrapper = ElementTree.fromstring(_mend(fragment.xml.decode("utf-8")))
    except UnicodeDecodeError:
        return "holds bytes that are not UTF-8"
    except ElementTree.ParseError:
        wrapper = Element("record")
    return (
        _without_namespace(wrapper[0])
        if len(wrapper)
        else f"is not well formed ({reason} in line {fragment.line + line - 1})"
    )


def _mend(xml: str) -> str:
    """Return the record in a wrapper, with those faults mended that have one meaning only.

    That is: control characters, HTML's names for characters, "&" and "<" that begin no reference or tag, and prefixes
    that were declared outside the record.
    """
    if "<![CDATA[" not in xml:
        xml = _NAMED.sub(lambda match: chr(name2codepoint[match[1]]) if match[1] in _HTML_NAMES else match[0], xml)
        xml = _BARE_LESS.sub("&lt;", _BARE_AMPERSAND.sub("&amp;", xml))
    xml = _NO_CHARACTER.sub("", xml)
    prefixes = sorted(set(_PREFIX.findall(xml)) - {"xml", "xmlns"})
    declared = "".join(f' xmlns:{prefix}="urn:{prefix}"' for prefix in prefixes)
    return f"<record{declared}>{xml}</record>"


def _without_namespace(record: Element) -> Element:
    """Return the record with its own namespace, where it has one, taken off all its elements."""
    if record.tag.startswith("{"):
        namespace = record.tag[: record.tag.index("}") + 1]
        for element in record.iter():
            element.tag = element.tag.removeprefix(namespace)
    return record


def _to_abstract(record: Element, raw: bytes) -> Abstract:
    """Return the abstract of an article, or of a book or its chapter; the book stands where a journal would."""
    if _ESCAPED_TWICE.search(raw):
        unescape_element(record)
    citation, article, issue, data = _parts(record)
    vernacular = element_text(article.find("VernacularTitle"))
    types = (*_texts(article, "PublicationTypeList/PublicationType"), *_texts(article, "PublicationType"))
    corrections = tuple(_corrections(citation))
    authors = tuple(_authors(article.find("AuthorList"))) or tuple(_book_authors(issue))
    book = _book(article, issue) if article.tag == "BookDocument" else None
    journal = _first(citation, "MedlineJournalInfo/MedlineTA", "Article/Journal/ISOAbbreviation")
    journal_title = _first(citation, "Article/Journal/Title")
    return Abstract(
        pmid=_pmid(citation, data),
        title=best_title(_first(article, "ArticleTitle", "Book/BookTitle"), vernacular),
        sections=_sections(article.find("Abstract")),
        journal=journal or journal_title or (book.title if book and book.is_chapter else ""),
        journal_title=journal_title if journal and journal_title != journal else "",
        issn=_first(citation, "Article/Journal/ISSN", "MedlineJournalInfo/ISSNLinking"),
        book=book,
        year=_year(issue, article, citation, data),
        authors=tuple(author.name for author in authors),
        author_records=authors,
        types=types,
        mesh=tuple(_mesh(citation)),
        major_mesh=tuple(_major_mesh(citation)),
        substances=_texts(citation, "ChemicalList/Chemical/NameOfSubstance"),
        doi=_doi(data, article, issue),
        pmcid=_pmcid(citation, data),
        date=_date(issue.find("PubDate")) or _date(article.find("ArticleDate")),
        volume=element_text(issue.find("Volume")),
        issue=element_text(issue.find("Issue")),
        pages=_pages(article.find("Pagination")),
        article_number="" if _pages(article.find("Pagination")) else _article_number(article),
        language=", ".join(_texts(article, "Language")),
        vernacular_title=vernacular,
        keywords=_texts(citation, "KeywordList/Keyword"),
        other_abstracts=tuple(_other_abstracts(citation)),
        corrections=corrections,
        copyright=_first(article, "Abstract/CopyrightInformation"),
        is_retracted=says_retracted(types, corrections),
        version=_version(citation),
        raw=raw,
    )


def _parts(record: Element) -> tuple[Element, Element, Element, Element]:
    """Return the citation, its article, the issue and PubMed's own data; of a book, itself twice, and the volume."""
    if record.tag in ("PubmedBookArticle", "BookDocument"):
        book = record if record.tag == "BookDocument" else _child(record, "BookDocument")
        return book, book, _find(book, "Book"), _find(record, "PubmedBookData")
    citation = record if record.tag == "MedlineCitation" else _child(record, "MedlineCitation")
    article = _find(citation, "Article")
    return citation, article, _find(article, "Journal/JournalIssue"), _find(record, "PubmedData")


def _child(record: Element, tag: str) -> Element:
    child = record.find(tag)
    if child is None:
        raise InputError(f"it holds no <{tag}>; get the file again")
    return child


def _find(place: Element, path: str) -> Element:
    """Return the element at a path, or one without anything in it."""
    element = place.find(path)
    return Element(path) if element is None else element


def _pmid(citation: Element, rest: Element) -> str:
    """Return the record's PMID: its first PMID element, or where that is none, the one among its other ids."""
    try:
        return clean_pmid(citation.findtext("PMID", ""))
    except InputError:
        for text in _article_ids(rest, "pubmed"):
            return clean_pmid(text)
        raise


def _version(citation: Element) -> int:
    pmid = citation.find("PMID")
    version = "" if pmid is None else pmid.get("Version", "")
    return max(1, int(version)) if re.fullmatch(r"[0-9]{1,4}", version) else 1


def _article_ids(rest: Element, kind: str) -> Iterator[str]:
    """Yield the record's own ids of a kind; those of its references stand elsewhere."""
    for article_id in _all(rest, "ArticleIdList/ArticleId"):
        if article_id.get("IdType") == kind and (text := element_text(article_id)):
            yield text


def _doi(rest: Element, *places: Element) -> str:
    for text in _article_ids(rest, "doi"):
        return clean_doi(text)
    for place in places:
        for location in place.findall("ELocationID"):
            if location.get("EIdType") == "doi" and location.get("ValidYN") != "N" and (text := element_text(location)):
                return clean_doi(text)
    return next((clean_doi(text) for place in places for text in _article_ids(place, "doi")), "")


def _pmcid(citation: Element, rest: Element) -> str:
    for text in (*_article_ids(rest, "pmc"), *_article_ids(citation, "pmc"), *_texts(citation, "OtherID")):
        if match := re.match(r"PMC[0-9]+", text):
            return match[0]
    return ""


def _year(issued: Element, *places: Element) -> int | None:
    """Return the year of publication, or failing that the first year that the record tells of itself."""
    return next((int(match[0]) for date in _dates(issued, *places) if (match := _YEAR.search(_date(date)))), None)


def _dates(issued: Element, *places: Element) -> Iterator[Element]:
    yield from issued.findall("PubDate")
    for place in places:
        for tag in ("ArticleDate", "ContributionDate", "DateCompleted", "DateCreated", "DateRevised"):
            yield from place.findall(tag)
        yield from _all(place, "History/PubMedPubDate")


def _date(date: Element | None) -> str:
    """Return a date as PubMed prints it: "2013 Dec 5", "1998 Nov-Dec", "2010 Spring"."""
    if date is None:
        return ""
    if text := element_text(date.find("MedlineDate")):
        return text
    year, month, day = (element_text(date.find(part)) for part in ("Year", "Month", "Day"))
    if month.isdecimal() and 1 <= int(month) <= 12:
        month = _MONTHS[int(month) - 1]
    return " ".join(filter(None, (year, month or element_text(date.find("Season")), day.lstrip("0"))))


def _pages(pagination: Element | None) -> str:
    if pagination is None:
        return ""
    first, last = element_text(pagination.find("StartPage")), element_text(pagination.find("EndPage"))
    return element_text(pagination.find("MedlinePgn")) or (f"{first}-{last}" if last and last != first else first)


def _article_number(article: Element) -> str:
    """Return the number that an article has in place of pages; not the publisher's item identifier."""
    for location in article.findall("ELocationID"):
        if location.get("EIdType") == "pii" and location.get("ValidYN") != "N":
            return article_number(element_text(location))
    return ""


def _book(document: Element, book: Element) -> Book:
    """Return the book of a BookDocument, which is of a chapter where it has a title of its own."""
    editors = [authors for authors in book.findall("AuthorList") if authors.get("Type") == "editors"]
    return Book(
        title=element_text(book.find("BookTitle")),
        publisher=_first(book, "Publisher/PublisherName"),
        place=_first(book, "Publisher/PublisherLocation"),
        isbn=_first(book, "Isbn"),
        editors=tuple(author for authors in editors for author in _authors(authors)),
        is_chapter=bool(_first(document, "ArticleTitle", "VernacularTitle")),
    )


def _authors(authors: Element | None) -> Iterator[Author]:
    for author in () if authors is None else authors.findall("Author"):
        if author.get("ValidYN") != "N" and (read := _author(author)).name:
            yield read


def _book_authors(book: Element) -> Iterator[Author]:
    """Yield a book's authors; its editors only when it has none."""
    lists = book.findall("AuthorList")
    writers = [authors for authors in lists if authors.get("Type") != "editors"]
    for authors in writers or lists:
        yield from _authors(authors)


def _author(author: Element) -> Author:
    known = {
        "orcid": next(
            (
                orcid_in(element_text(identifier))
                for identifier in author.findall("Identifier")
                if identifier.get("Source") == "ORCID"
            ),
            "",
        ),
        "affiliation": "; ".join(_texts(author, "AffiliationInfo/Affiliation") or _texts(author, "Affiliation")),
    }
    if group := element_text(author.find("CollectiveName")):
        return Author(group=group, **known)
    family, initials, suffix = (element_text(author.find(tag)) for tag in ("LastName", "Initials", "Suffix"))
    forenames = _first(author, "ForeName", "FirstName")
    return replace(person(family, forenames, initials, suffix) if family else Author(family=forenames), **known)


def _mesh(citation: Element) -> Iterator[str]:
    for heading in _all(citation, "MeshHeadingList/MeshHeading"):
        descriptor = _first(heading, "DescriptorName", "Descriptor")
        qualifiers = _texts(heading, "QualifierName")
        if descriptor:
            yield from (f"{descriptor}/{qualifier}" for qualifier in qualifiers)
            if not qualifiers:
                yield descriptor


def _major_mesh(citation: Element) -> Iterator[str]:
    """Yield the headings that the article is mainly about: a descriptor, or one with the qualifier that is starred."""
    for heading in _all(citation, "MeshHeadingList/MeshHeading"):
        descriptor = _first(heading, "DescriptorName", "Descriptor")
        starred = [name for name in heading if name.get("MajorTopicYN") == "Y"]
        for name in starred if descriptor else ():
            yield f"{descriptor}/{element_text(name)}" if name.tag == "QualifierName" else descriptor


def _corrections(citation: Element) -> Iterator[Correction]:
    listed = _all(citation, "CommentsCorrectionsList/CommentsCorrections")
    for entry in listed + citation.findall("CommentsCorrections"):
        # Before 2009 the kind was an element inside: <CommentsCorrections><CommentIn><RefSource>…
        for ref in [
            child for child in entry if child.find("RefSource") is not None or child.find("PMID") is not None
        ] or [entry]:
            kind = entry.get("RefType", "") if ref is entry else ref.tag
            words = kind.split()
            kind = (
                "".join(word[:1].upper() + word[1:] for word in words) if len(words) > 1 else collapse_whitespace(kind)
            )
            yield Correction(kind, element_text(ref.find("PMID")), element_text(ref.find("RefSource")))


def _other_abstracts(citation: Element) -> Iterator[OtherAbstract]:
    for other in citation.findall("OtherAbstract"):
        if sections := _sections(other):
            yield OtherAbstract(
                collapse_whitespace(other.get("Language", "")), collapse_whitespace(other.get("Type", "")), sections
            )


def _sections(abstract: Element | None) -> tuple[Section, ...]:
    """Return the labelled parts; parts with the same label stay apart, parts without text are left out."""
    if abstract is None:
        return ()
    parts = abstract.findall("AbstractText")
    if not parts and (abstract.text or "").strip():
        parts = [abstract]
    return tuple(_section(part, text) for part in parts if (text := element_text(part)))


def _section(part: Element, text: str) -> Section:
    label = collapse_whitespace(part.get("Label", ""))
    return Section(label, section_category(label, collapse_whitespace(part.get("NlmCategory", ""))), text)


def _first(place: Element, *paths: str) -> str:
    return next((text for path in paths if (text := element_text(place.find(path)))), "")


def _texts(place: Element, path: str) -> tuple[str, ...]:
    return tuple(filter(None, map(element_text, _all(place, path))))


def _all(place: Element, path: str) -> list[Element]:
    """Return the elements at "tag" or "tag/tag"; several times as fast as findall with a path."""
    outer, _slash, inner = path.rpartition("/")
    return (
        [child for holder in place.findall(outer) for child in holder.findall(inner)] if outer else place.findall(inner)
    )
