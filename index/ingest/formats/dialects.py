"""How other programs tag the fields of a record: RIS, EndNote's import format, Ovid, EBSCO and Web of Science."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_ANY = re.compile("")
MEDLINE_NAMES = re.compile(r"medline|pubmed|\b(?:cmedm|mdc|mnh|nlm)\b", re.I)
"""What a database is called that has PMIDs for its record numbers; the short names are EBSCO's."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One program's tags: how a line with one looks, which line begins a record, and the tags of each field of ours.

    Of several tags for a field the first that is there counts. `numbers` are the tags of record numbers, which are
    PMIDs where a value of the tags `databases` matches the pattern. In the tags `by_line` each line is a value. Behind
    the tag `end` nothing belongs to a record.
    """

    what: str
    line: re.Pattern[str]
    start: re.Pattern[str]
    fields: Mapping[str, Sequence[str]]
    databases: Sequence[str]
    numbers: Mapping[str, re.Pattern[str]]
    by_line: Sequence[str] = ()
    end: str = ""
    citation: Sequence[str] = ()
    """The tags of the place of publication in one: "J Stone Res. 12(3):11-19, 2015 Mar."."""


RIS = Dialect(
    "RIS",
    line=re.compile(r"\s{0,3}([A-Z][A-Z0-9]) {0,2}-(?: (.*))?$"),
    start=re.compile(r"\s*TY {0,2}-"),
    fields={
        "title": ("T1", "TI", "CT"),
        "abstract": ("AB", "N2"),
        "journal": ("JA", "J2", "JO", "J1", "JF", "T2"),
        "year": ("PY", "Y1"),
        "date": ("DA", "Y1"),
        "authors": ("AU", "A1"),
        "volume": ("VL",),
        "issue": ("IS",),
        "first_page": ("SP",),
        "last_page": ("EP",),
        "language": ("LA",),
        "keywords": ("KW",),
        "types": ("M3", "PT"),
        "doi": ("DO", "M3", "UR", "L3"),
        "pmcid": ("C2",),
    },
    databases=("DB", "DP", "UR"),
    numbers={
        "PM": _ANY,
        "AN": MEDLINE_NAMES,
        "ID": re.compile(
            r"ovid medline|\b(?:cmedm|mdc|mnh)\b|medline.*ebsco|ebsco.*medline", re.I
        ),  # else EndNote's own
        "C2": re.compile("scopus", re.I),
        "C5": re.compile("embase|medline", re.I),
    },
    by_line=("KW",),
    end="ER",
)
OVID = Dialect(
    "Ovid",
    line=re.compile(r"(?:([A-Z][A-Z0-9]) {0,2}- ?(.*)|([A-Z][A-Za-z/() -]{1,40}))$"),
    start=re.compile(r"\s*<[0-9]+\.? ?>\s*$"),
    fields={
        "title": ("TI", "Title"),
        "abstract": ("AB", "Abstract"),
        "journal": ("TA", "JA", "Journal Abbreviation", "JN", "NJ", "JT", "Journal Name", "Journal Title"),
        "year": ("YR", "Year of Publication", "Publication Year"),
        "date": ("DP", "DG", "Date of Publication"),
        "authors": ("FA", "Authors Full Name", "AU", "Authors", "Author"),
        "volume": ("VI", "VO", "Volume"),
        "issue": ("IP", "Issue", "Issue/Part"),
        "pages": ("PG", "Page", "Pagination"),
        "language": ("LG", "LA", "Language"),
        "keywords": ("KW", "Keyword Heading"),
        "types": ("PT", "Publication Type"),
        "mesh": ("MH", "SH", "MeSH Subject Headings"),
        "doi": ("DO", "DI", "Digital Object Identifier", "DOI"),
        "pmcid": ("PMC", "PubMed Central"),
    },
    databases=("DB", "Database"),
    numbers={
        "PM": _ANY,
        "PMID": _ANY,
        "UI": MEDLINE_NAMES,
        "AN": MEDLINE_NAMES,
        "Unique Identifier": MEDLINE_NAMES,
        "Accession Number": MEDLINE_NAMES,
    },
    by_line=("AU", "FA", "Authors", "Author", "Authors Full Name", "MH", "SH", "MeSH Subject Headings", "PT", "KW"),
    citation=("SO", "Source"),
)
EBSCO = Dialect(
    "EBSCO",
    line=re.compile(
        r"(Title|Authors?|Source|Abstract|PMID|Accession Number|Database|DOI|Digital Object Identifier|Languages?|Year"
        r"|Publication Type|Document Type|MeSH Terms|Keywords|ISSN|Journal Info|Subjects?|Journal|Volume|Issue|Pages?"
        r"|Publication Date|Author Affiliations?|Entry Dates?|Persistent link[^:]*|Contact[^:]*|Imprint[^:]*|NLM [^:]*"
        r"|Comments?|Grant[^:]*|CAS Registry[^:]*|Author-Supplied Keywords)(?:\([A-Za-z]+\))?\s*:\s*(.*)"
    ),
    start=re.compile(r"\s*Record:? +[0-9]+\s*$"),
    fields={
        "title": ("Title",),
        "abstract": ("Abstract",),
        "journal": ("Journal",),
        "year": ("Year",),
        "date": ("Publication Date",),
        "authors": ("Authors", "Author"),
        "volume": ("Volume",),
        "issue": ("Issue",),
        "pages": ("Pages", "Page"),
        "language": ("Language", "Languages"),
        "keywords": ("Keywords", "Author-Supplied Keywords"),
        "types": ("Publication Type", "Document Type"),
        "mesh": ("MeSH Terms",),
        "doi": ("DOI", "Digital Object Identifier"),
    },
    databases=("Database",),
    numbers={"PMID": _ANY, "Accession Number": MEDLINE_NAMES},
    citation=("Source",),
)
ENDNOTE = Dialect(
    "EndNote",
    line=re.compile(r"%([^\s])(?: (.*))?$"),
    start=re.compile("%0"),
    fields={
        "title": ("T",),
        "abstract": ("X",),
        "journal": ("J", "B"),
        "year": ("D",),
        "date": ("8",),
        "authors": ("A",),
        "volume": ("V",),
        "issue": ("N",),
        "pages": ("P",),
        "language": ("G",),
        "keywords": ("K",),
        "types": ("9",),
        "doi": ("R", "U"),
        "pmcid": ("2",),
    },
    databases=("~", "W"),
    numbers={"M": MEDLINE_NAMES},
    by_line=("K",),
)
ENDNOTE_XML = Dialect(
    "EndNote",
    line=_ANY,
    start=_ANY,
    fields={
        "title": ("title",),
        "abstract": ("abstract",),
        "journal": ("abbr-1", "full-title", "secondary-title", "alt-title"),
        "year": ("year",),
        "date": ("date",),
        "authors": ("author",),
        "volume": ("volume",),
        "issue": ("number", "issue"),
        "pages": ("pages",),
        "language": ("language",),
        "keywords": ("keyword",),
        "types": ("work-type",),
        "doi": ("electronic-resource-num", "url"),
        "pmcid": ("custom2",),
    },
    databases=("remote-database-name", "remote-database-provider"),
    numbers={"accession-num": MEDLINE_NAMES},
)
"""EndNote's XML, whose elements are the tags."""
WEB_OF_SCIENCE = Dialect(
    "Web of Science",
    line=re.compile(r"([A-Z][A-Z0-9])(?: (.*))?$"),
    start=re.compile(r"PT(?: |$)"),
    fields={
        "title": ("TI",),
        "abstract": ("AB",),
        "journal": ("JI", "J9", "SO"),
        "year": ("PY",),
        "date": ("PD",),
        "authors": ("AF", "AU"),
        "volume": ("VL",),
        "issue": ("IS",),
        "first_page": ("BP", "AR"),
        "last_page": ("EP",),
        "language": ("LA",),
        "keywords": ("DE",),
        "types": ("DT",),
        "doi": ("DI",),
    },
    databases=(),
    numbers={"PM": _ANY},
    by_line=("AU", "AF"),
    end="ER",
)
