"""Invented abstracts for tests, and PubMed XML made of any abstract, in the form in which efetch serves it.

No such studies exist: PMIDs 90000001 to 90000016 are not PubMed's, and neither are the journals.
90000008 is retracted by 90000009, which like 90000010 has no abstract.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from index.records import Abstract, Correction, OtherAbstract, Section


def read_invented() -> tuple[Abstract, ...]:
    """Return the sixteen invented abstracts of pubmed_records.jsonl."""
    lines = Path(__file__).with_suffix(".jsonl").read_text("utf-8").splitlines()
    return tuple(_abstract(json.loads(line)) for line in lines)


def _abstract(row: dict[str, Any]) -> Abstract:
    row["sections"] = tuple(Section(**each) for each in row.get("sections", ()))
    row["corrections"] = tuple(Correction(**each) for each in row.get("corrections", ()))
    row["other_abstracts"] = tuple(
        OtherAbstract(each["language"], each["type"], tuple(Section(**part) for part in each["sections"]))
        for each in row.get("other_abstracts", ())
    )
    return Abstract(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})


FIRST_INVENTED = 91_000_001
INVENTED_JOURNAL = "J Invented Results"
"""Where each of the records of `invented` is printed, so that one search finds them all: "J Invented Results"[ta]."""

_FACTORS = (
    "IL-32γ",
    "TNF-α",
    "VEGF",
    "STAT3",
    "zeta-7",
    "osk-1",
    "p53",
    "TGF-β1",
    "miR-21",
    "HIF-1α",
    "PD-L1",
    "Wnt5a",
)
_PLACES = ("colon", "breast", "synovium", "liver", "lung", "kidney", "retina", "skin", "bone marrow", "aorta", "cortex")
_ANIMALS = ("mice", "rats", "zebrafish", "patients", "volunteers", "piglets", "cell lines")
_VERBS = ("raised", "lowered", "doubled", "halved", "did not change", "restored", "abolished")


def invented(count: int, *, first: int = 0) -> tuple[Abstract, ...]:
    """Return so many invented abstracts, PMIDs 91000001 + `first` and up, each different, the same on every call."""
    return tuple(_invented(number) for number in range(first, first + count))


def _invented(number: int) -> Abstract:
    chance = random.Random(number)
    factor, target = chance.sample(_FACTORS, 2)
    place, animal, verb = (chance.choice(words) for words in (_PLACES, _ANIMALS, _VERBS))
    size, percent, odds = chance.randint(12, 900), chance.randint(3, 95), chance.randint(1, 49)
    sections = (
        ("BACKGROUND", f"Little is known of {factor} in the {place} of {animal}. We asked what it does to {target}."),
        ("METHODS", f"In study {number}, {size} {animal} were given {factor} or none for {number % 28 + 1} days."),
        ("RESULTS", f"{factor} {verb} {target} in the {place} by {percent}.{number % 10}% (P = 0.0{odds:02d}). "
                    f"The effect in {animal} grew with the dose. No harm was seen in {size // 2} of them."),
        ("CONCLUSIONS", f"{factor} {verb} {target} in the {place}, which larger studies should confirm."),
    )  # fmt: skip
    year = 1990 + number % 30
    return Abstract(
        str(FIRST_INVENTED + number),
        f"{factor} and {target} in the {place} of {animal}: study {number}",
        tuple(Section(label, label, text) for label, text in sections),
        journal=INVENTED_JOURNAL,
        year=year,
        authors=(f"Author{number % 977} A", f"Writer{number % 89} BC"),
        types=("Journal Article",),
        mesh=("Animals", f"{place.capitalize()}/metabolism"),
        doi=f"10.5555/invented.{number}",
        date=f"{year} {_MONTHS[number % 12]} {number % 28 + 1}",
        volume=str(number % 60 + 1),
        language="eng",
    )


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def record_set(abstracts: Iterable[Abstract]) -> str:
    """Return what efetch answers for the abstracts."""
    return joined_records(map(pubmed_xml, abstracts))


def joined_records(records: Iterable[str]) -> str:
    """Return what efetch answers, of records that are XML already."""
    dtd = "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd"
    doctype = f'<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "{dtd}">'
    joined = "\n".join(records)
    return f'<?xml version="1.0" ?>\n{doctype}\n<PubmedArticleSet>{joined}</PubmedArticleSet>\n'


def pubmed_xml(abstract: Abstract) -> str:
    """Return the abstract as PubMed writes it, so that reading it again gives an equal one (but for `note`)."""
    record = Element("PubmedArticle")
    citation = SubElement(record, "MedlineCitation", Status="MEDLINE", Owner="NLM")
    _add(citation, "PMID", abstract.pmid, Version="1")
    _add_entry(citation, abstract)
    _add(SubElement(citation, "MedlineJournalInfo"), "MedlineTA", abstract.journal)
    _add_corrections(citation, abstract.corrections)
    _add_mesh(citation, abstract.mesh, main_topics=abstract.major_mesh)
    chemicals = SubElement(citation, "ChemicalList") if abstract.substances else citation
    for substance in abstract.substances:
        _add(SubElement(chemicals, "Chemical"), "NameOfSubstance", substance, UI="D000000")
    for other in abstract.other_abstracts:
        _add_sections(SubElement(citation, "OtherAbstract", Type=other.type, Language=other.language), other.sections)
    if abstract.keywords:
        keywords = SubElement(citation, "KeywordList", Owner="NOTNLM")
        for keyword in abstract.keywords:
            _add(keywords, "Keyword", keyword, MajorTopicYN="N")
    ids = SubElement(SubElement(record, "PubmedData"), "ArticleIdList")
    for kind, value in (("pubmed", abstract.pmid), ("doi", abstract.doi), ("pmc", abstract.pmcid)):
        _add(ids, "ArticleId", value, IdType=kind)
    return tostring(record, encoding="unicode")


def _add(parent: Element, tag: str, text: str, **attributes: str) -> None:
    """Add an element with this text; none for no text."""
    if text:
        SubElement(parent, tag, attributes).text = text


def _add_entry(citation: Element, abstract: Abstract) -> None:
    entry = SubElement(citation, "Article", PubModel="Print")
    journal = SubElement(entry, "Journal")
    issue = SubElement(journal, "JournalIssue", CitedMedium="Print")
    _add(issue, "Volume", abstract.volume)
    _add(issue, "Issue", abstract.issue)
    _add_date(SubElement(issue, "PubDate"), abstract)
    _add(journal, "Title", abstract.journal)
    _add(journal, "ISOAbbreviation", abstract.journal)
    SubElement(entry, "ArticleTitle").text = abstract.title
    if abstract.pages:
        _add(SubElement(entry, "Pagination"), "MedlinePgn", abstract.pages)
    _add(entry, "ELocationID", abstract.doi, EIdType="doi", ValidYN="Y")
    if abstract.sections:
        body = SubElement(entry, "Abstract")
        _add_sections(body, abstract.sections)
        _add(body, "CopyrightInformation", abstract.copyright)
    _add_authors(entry, abstract.authors)
    _add(entry, "Language", abstract.language)
    types = SubElement(entry, "PublicationTypeList")
    for each in abstract.types:
        _add(types, "PublicationType", each, UI="D016428")
    _add(entry, "VernacularTitle", abstract.vernacular_title)


def _add_date(parent: Element, abstract: Abstract) -> None:
    if match := re.fullmatch(r"(\d{4})(?: ([A-Z][a-z]{2})(?: (\d{1,2}))?)?", abstract.date):
        for tag, value in zip(("Year", "Month", "Day"), match.groups(), strict=True):
            _add(parent, tag, value or "")
    elif abstract.date:
        _add(parent, "MedlineDate", abstract.date)
    else:
        _add(parent, "Year", str(abstract.year or ""))


def _add_sections(parent: Element, sections: Iterable[Section]) -> None:
    for section in sections:
        attributes = {"Label": section.label, "NlmCategory": section.category}
        text = SubElement(parent, "AbstractText", {name: value for name, value in attributes.items() if value})
        text.text = section.text


def _add_authors(entry: Element, authors: Iterable[str]) -> None:
    """Add "Family Initials" as a person and all else as a group."""
    names = list(authors)
    if not names:
        return
    parent = SubElement(entry, "AuthorList", CompleteYN="Y")
    for name in names:
        author = SubElement(parent, "Author", ValidYN="Y")
        if person := re.fullmatch(r"(.+) ([A-Z]{1,3})", name):
            _add(author, "LastName", person[1])
            _add(author, "ForeName", " ".join(person[2]))
            _add(author, "Initials", person[2])
        else:
            _add(author, "CollectiveName", name)


def _add_corrections(citation: Element, corrections: Iterable[Correction]) -> None:
    entries = list(corrections)
    if not entries:
        return
    parent = SubElement(citation, "CommentsCorrectionsList")
    for each in entries:
        correction = SubElement(parent, "CommentsCorrections", RefType=each.ref_type)
        _add(correction, "RefSource", each.citation)
        _add(correction, "PMID", each.pmid, Version="1")


def _add_mesh(citation: Element, mesh: Iterable[str], *, main_topics: Iterable[str]) -> None:
    headings = list(mesh)
    if not headings:
        return
    parent = SubElement(citation, "MeshHeadingList")
    for heading in headings:
        descriptor, _, qualifier = heading.partition("/")
        element = SubElement(parent, "MeshHeading")
        for tag, text, starred in (
            ("DescriptorName", descriptor, descriptor), ("QualifierName", qualifier, heading)
        ):  # fmt: skip
            _add(element, tag, text, UI="D000000", MajorTopicYN="Y" if starred in main_topics else "N")
