"""The frozen records that pass between modules, an abstract as JSON and back, and the one parser of PMIDs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

TITLE = "TITLE"
"""The section name of a passage that is the abstract's title."""

WARNINGS = {
    "PartialRetractionIn": "Retracted in part",
    "ExpressionOfConcernIn": "Expression of concern",
    "ErratumIn": "Erratum published",
    "CorrectedandRepublishedIn": "Corrected and republished",
    "UpdateIn": "Updated since",
}
"""PubMed's RefTypes that bear on relying on an abstract, and the words for each."""


@dataclass(frozen=True, slots=True)
class Section:
    """A labelled part of an abstract.

    `label` is as printed ("METHODS AND RESULTS"), `category` is NLM's NlmCategory (BACKGROUND, OBJECTIVE, METHODS,
    RESULTS, CONCLUSIONS, UNASSIGNED); either may be "". `text` has its white space collapsed to single spaces.
    """

    label: str
    category: str
    text: str


@dataclass(frozen=True, slots=True)
class OtherAbstract:
    """A second abstract of the record (PubMed's OtherAbstract): another language, a plain-language summary."""

    language: str
    type: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """One CommentsCorrections entry. `ref_type` is PubMed's RefType: RetractionIn, ErratumIn, CommentOn …"""

    ref_type: str
    pmid: str
    citation: str


@dataclass(frozen=True, slots=True)
class Author:
    """An author or editor: a person with a family name, or a group, as its record has them apart.

    `given` are the forenames as written ("Dara Q", "Iu V"), `initials` have no dots and blanks ("DQ", "IuV"), `suffix`
    is Jr, III or the like. `orcid` is the bare identifier; several affiliations are joined by "; ".
    """

    family: str = ""
    given: str = ""
    initials: str = ""
    suffix: str = ""
    group: str = ""
    orcid: str = ""
    affiliation: str = ""

    @property
    def name(self) -> str:
        """The name as PubMed prints it: "Velmont DQ Jr", or the group's.

        >>> Author(family="Velmont", given="Dara Q", initials="DQ", suffix="Jr").name
        'Velmont DQ Jr'
        """
        return self.group or " ".join(filter(None, (self.family, self.initials, self.suffix)))


@dataclass(frozen=True, slots=True)
class Book:
    """The book that a record is of, or that its chapter is in (PubMed's books, from NCBI's Bookshelf)."""

    title: str
    publisher: str = ""
    place: str = ""
    isbn: str = ""
    editors: tuple[Author, ...] = ()
    is_chapter: bool = False


@dataclass(frozen=True, slots=True)
class Abstract:
    """One PubMed record.

    `authors` are "Family Initials" or a collective name, and `author_records` the same with their parts: none in a
    record that an older version stored. `types` are publication types; `mesh` are descriptor names, with "/qualifier"
    where there is one, and `major_mesh` those of the main topics; `date` is the publication date as printed
    ("2013 Dec", "1998 Nov-Dec"). `journal` is its short name, or the title of the book that a chapter is in, and
    `journal_title` the full name where that is another; `article_number` stands in the place of pages. `note` is said
    wherever the abstract is shown. `version` is that of the PMID, which few journals raise. `raw` is the record as it
    came (XML element, MEDLINE text or JSON line, UTF-8); it takes no part in comparisons.
    """

    pmid: str
    title: str
    sections: tuple[Section, ...] = ()
    journal: str = ""
    year: int | None = None
    authors: tuple[str, ...] = ()
    author_records: tuple[Author, ...] = ()
    types: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    doi: str = ""
    pmcid: str = ""
    date: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    article_number: str = ""
    journal_title: str = ""
    issn: str = ""
    book: Book | None = None
    language: str = ""
    vernacular_title: str = ""
    keywords: tuple[str, ...] = ()
    major_mesh: tuple[str, ...] = ()
    substances: tuple[str, ...] = ()
    other_abstracts: tuple[OtherAbstract, ...] = ()
    corrections: tuple[Correction, ...] = ()
    copyright: str = ""
    is_retracted: bool = False
    note: str = ""
    version: int = 1
    raw: bytes = field(default=b"", compare=False, repr=False)

    @property
    def text(self) -> str:
        """The title, a newline, then the sections' texts joined by newlines; every offset counts into it."""
        return "\n".join((self.title, *(section.text for section in self.sections)))

    @property
    def url(self) -> str:
        """The abstract's page at PubMed."""
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings before relying on the abstract, its retraction apart: each once, in the record's order."""
        ref_types = (correction.ref_type for correction in self.corrections)
        return tuple(dict.fromkeys(WARNINGS[ref_type] for ref_type in ref_types if ref_type in WARNINGS))

    @property
    def marks(self) -> tuple[str, ...]:
        """Marks to show with the abstract everywhere: "RETRACTED" first, then the warnings."""
        return (("RETRACTED",) if self.is_retracted else ()) + self.warnings

    def placed_sections(self) -> Iterator[tuple[int, Section]]:
        """Yield the sections in order, each after the offset in `text` at which it begins."""
        start = len(self.title) + 1
        for section in self.sections:
            yield start, section
            start += len(section.text) + 1

    def section_at(self, offset: int) -> Section:
        """Return the section that holds the character at `offset` of `text`; the title is a section named TITLE."""
        if offset <= len(self.title):
            return Section(TITLE, TITLE, self.title)
        for start, section in self.placed_sections():
            if offset <= start + len(section.text):
                return section
        raise IndexError(f"offset {offset} is beyond the {len(self.text)} characters of PMID {self.pmid}")


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one section: `abstract.text[start:end] == text`, always.

    `section` is the section's label, else its category, else ""; TITLE for the title.
    """

    pmid: str
    section: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found. Scores are similarities: higher is nearer.

    `score` orders the hits (fused, between 0 and 1, or the one side's own in a one-sided search). `cosine` is the dense
    side's similarity to the query, between -1 and 1; `bm25` is the lexical side's, `abstract_bm25` that of the whole
    abstract; each is None where that side did not find the passage.
    """

    passage: Passage
    score: float
    cosine: float | None = None
    bm25: float | None = None
    abstract_bm25: float | None = None

    def to_dict(self, abstract: Abstract) -> dict[str, Any]:
        """Return the hit's JSON, with what a reader needs to know of its abstract."""
        passage = self.passage
        return {
            "pmid": passage.pmid,
            "score": round(self.score, 6),
            "title": abstract.title,
            "year": abstract.year,
            "retracted": abstract.is_retracted,
            "warnings": list(abstract.warnings),
            "section": passage.section,
            "start": passage.start,
            "end": passage.end,
            "text": passage.text,
        }


Design = Literal[
    "meta-analysis",
    "systematic review",
    "review",
    "randomised controlled trial",
    "non-randomised trial",
    "cohort",
    "case-control",
    "cross-sectional",
    "diagnostic accuracy",
    "case series",
    "case report",
    "qualitative or survey",
    "animal",
    "in vitro",
    "modelling or economic",
    "other",
    "not a study",
]
Subjects = Literal["humans", "animals", "cells or molecules", "mixed", "none"]


@dataclass(frozen=True, slots=True)
class KeptStudy:
    """What was read of an abstract's study, as it is kept with a library; `record` is all of it as JSON."""

    pmid: str
    design: str
    subjects: str
    n: int | None
    record: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on the abstracts that a search may find; each empty field allows all.

    `years` is (first, last), both included and either None for open; `types`, `mesh`, `journals` match whole names
    without regard to case, any of those given (a MeSH descriptor with or without qualifiers; with `explode` the terms
    below it count too). `where` is a search in PubMed's syntax over the library: 'interleukin-32[ti] NOT review[pt]'.
    `designs` and `subjects` are those of `Design` and `Subjects`, and `min_n` how many must have been studied at least,
    as the abstract's study was read.
    """

    years: tuple[int | None, int | None] | None = None
    types: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    journals: tuple[str, ...] = ()
    pmids: tuple[str, ...] = ()
    include_retracted: bool = False
    where: str = ""
    explode: bool = False
    designs: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    min_n: int | None = None

    @property
    def by_study(self) -> bool:
        """True if they ask for what was read of an abstract's study."""
        return bool(self.designs or self.subjects) or self.min_n is not None


TallyOf = Literal["year", "type", "journal", "mesh"]
LinkKind = Literal["similar_to", "cited_by", "references_of"]
"""PubMed's links from a paper to others: what is similar to it, what cites it, what it cites."""
LINK_KINDS: tuple[LinkKind, ...] = ("similar_to", "cited_by", "references_of")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many abstracts share a value, in small letters ("" for an unknown year), and the PMID of one of them."""

    value: str
    count: int
    pmid: str


@dataclass(frozen=True, slots=True)
class Deletion:
    """A PMID that PubMed withdrew (DeleteCitation), or gave up for another one, `merged_into`."""

    pmid: str
    merged_into: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A record or file that could not be read. `what` is a PMID where one is known, else the file and place in it.

    `is_unknown`: PubMed was asked for this PMID, answered, and has no such record.
    """

    what: str
    why: str
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on a file, as a sentence for the account: fields that were not understood, abstracts that it lacks."""

    text: str


ParsedRecord = Abstract | Deletion | Failure | Note
"""Item that a parser yields, in the order of the file: one a record, so that a bad record costs only itself."""


def record_name(record: ParsedRecord) -> str:
    """Return the PMID of a parsed record; of a failure the file and place where no PMID is known; "" of a note."""
    if isinstance(record, Note):
        return ""
    return record.what if isinstance(record, Failure) else record.pmid


@dataclass(frozen=True, slots=True)
class Report:
    """The account of a run: counts of abstracts added, updated, unchanged, removed, and failures with their reasons.

    `changes` says of PMIDs what their readers should know: retracted, corrected, merged, with another text. `notes` are
    sentences on the run: PubMed's remarks on a search, that an earlier run was gone on with. `new` are the titles of
    what an update brought, by PMID.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    new: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """What PubMed has for a search or a paper: how many abstracts, the first of them, and PubMed's remarks."""

    total: int
    abstracts: tuple[Abstract, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a run: abstracts done of `total` (None when not known yet), and the present step or wait."""

    done: int
    total: int | None
    doing: str


# PMIDs

NOT_A_PMID = "is not a PMID: a PMID is a number of 1 to 10 digits"
"""The end of a sentence on a text that is no PMID."""
_UNLABELLED = 'has words beside its numbers, of which none was taken: write "PMID: 123", or head their column PMID'
_NO_NUMBER = "holds no PMID"
_IN_PROSE = frozenset((_UNLABELLED, _NO_NUMBER))
_PMID = re.compile(r"0*([1-9][0-9]{0,9})(?:\.0*)?")
_SCIENTIFIC = re.compile(r"([1-9])[.,]?([0-9]*)e\+?0?([0-9])", re.I)
# "PMID: 123", "PubMed ID 123", 'pmid = {123}'; behind "PubMed" alone stand years too: "PubMed: 1966 to 2015".
_LABEL = re.compile(
    r"(?<![a-z0-9])(?:pm[ _-]?id(?P<many>s)?(?:\(s\))?|pubmed[ _-]?(?:pm)?u?ids?(?:\(s\))?"
    r"|pubmed(?=['\"]?\s*+[:=#]\W*+[0-9]{5}))"
    r"[\s'\"]*+[:=#/_-]*+[\s'\"{(\[]*+(?:nlm)?(?P<first>[0-9]{1,12})(?:\.0+)?"
    r"(?P<more>(?:(?:\s*+[,;/|&]\s*+|\s++(?:and\s++|or\s++)?)(?(many)[0-9]{1,10}|[0-9]{5,10}))*)(?![a-z0-9])",
    re.I,
)
_FIELD_OF_SEARCH = re.compile(r"(?<=[0-9])\s?\[(?:uid|pmid)\]", re.I)
_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?(?:(?:pubmed\.ncbi\.nlm\.nih\.gov|pubmed\.gov|ncbi\.nlm\.nih\.gov/(?:m/)?pubmed)/(?:\?term=)?"
    r"|europepmc\.org/(?:article|abstract)/med/)(?P<first>[0-9]{1,12})(?P<more>)(?![0-9a-z])[^\s,;|\"<>]*",
    re.I,
)
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?\b10\.[0-9]{4,9}/(?:[^\s,;|\"]|;(?=\w+-))+", re.I)
_ORDINAL = re.compile(r"\s*[(\[]?([0-9]{1,5})[.):\]]+\s+(?=\S)")
_BETWEEN_PMIDS = re.compile(r"[\s,;|]+")
_AROUND_A_PMID = "()[]{}<>\"'“”‘’•*.=\ufeff\u200b"
_YEAR = re.compile(r"(?:18|19|20)[0-9]{2}")
_PMC_ID = re.compile(r"(?:PMCID:?)?PMC[0-9]+(?:\.[0-9]+)?", re.I)
_NO_WORDS = frozenset(["", *"pmid pmids pubmed and or".split()])


def parse_pmid(text: str) -> str:
    """Return the PMID without leading zeros, white space and decimals that are zero; "" when the text is no PMID.

    >>> parse_pmid(" 0011467664.0 ")
    '11467664'
    """
    match = _PMID.fullmatch(text.strip())
    return match[1] if match else ""


def parse_pmids(text: str) -> tuple[list[str], dict[str, str]]:
    """Return the PMIDs in a text, each once in its order, and what was left out with the reason.

    Separators are white space, commas and semicolons; "PMID: 123" and the address of a PubMed page are PMIDs anywhere.
    In a line with words only those count, never its other numbers; where they are there, other lines are no faults.

    >>> parse_pmids("91000120 91000121\nIn 12 adults, 2015. PMID: 91000122")
    (['91000120', '91000121', '91000122'], {})
    """
    pmids: dict[str, None] = {}
    failed: dict[str, str] = {}
    ordinal, has_labels, has_prose = 0, False, False
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if alone := parse_pmid(line):  # nine of ten
            pmids[alone] = None
            continue
        number = _ORDINAL.match(line)
        if number and int(number[1]) == ordinal + 1:  # of a numbered list
            ordinal, line = ordinal + 1, line[number.end() :]
        labelled, plain = _take_labelled(line)
        found, others = _parse_line(line, plain, labelled)
        has_labels = has_labels or bool(labelled)
        has_prose = has_prose or not _IN_PROSE.isdisjoint(others.values())
        pmids |= dict.fromkeys(found)
        failed |= others
    if has_labels and has_prose:
        failed = {part: why for part, why in failed.items() if part[:6].isdecimal()}
    return list(pmids), {_printable(part): why for part, why in failed.items()}


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _take_labelled(line: str) -> tuple[list[str], str]:
    """Return the PMIDs of a line that a label or an address names, and the line with only the numbers of those."""
    labelled: list[str] = []

    def take(match: re.Match[str]) -> str:
        numbers = re.findall("[0-9]+", f"{match['first']} {match['more']}")
        labelled.extend(filter(None, map(parse_pmid, numbers)))
        return f" {' '.join(numbers)} "

    return labelled, _LABEL.sub(take, _ADDRESS.sub(take, _FIELD_OF_SEARCH.sub(" ", line)))


def _parse_line(line: str, plain: str, labelled: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return the PMIDs of a line, and each of its other words with the reason why it is none."""
    words = [part.strip(_AROUND_A_PMID) for part in _BETWEEN_PMIDS.split(_DOI.sub(" ", plain))]
    words = [word for word in words if word.strip(":#=-&").casefold() not in _NO_WORDS]
    others = [word for word in words if not _pmid_of_number(word)]
    if labelled and others:
        return labelled, {}
    if len(words) > 1 and any(word.strip(":!?-").isalpha() and len(word) > 1 for word in others):
        return [], {line.strip()[:80]: _UNLABELLED if re.search("[0-9]", line) else _NO_NUMBER}
    dois = _DOI.findall(plain)
    is_mixed = bool(labelled or others or dois)  # beside which a year or a page may stand
    pmids = list(filter(None, map(_pmid_of_number, words)))
    has_long = any(len(pmid) > 4 for pmid in pmids)
    short = {pmid for pmid in pmids if len(pmid) <= 4 and (is_mixed or has_long and _YEAR.fullmatch(pmid))}
    found = [pmid for pmid in pmids if pmid not in short or pmid in labelled]
    if found:  # beside which may stand other ids of the same paper
        others, dois = [word for word in others if not _PMC_ID.fullmatch(word)], []
    return found, {word[:80]: _why_no_pmid(word) for word in (*others, *dois)}


def _pmid_of_number(word: str) -> str:
    """Return the PMID that a number is, also as 1.1467664E7; "" where digits were rounded away, as in 1.1E+07."""
    exact = _SCIENTIFIC.fullmatch(word)
    return exact[1] + exact[2] if exact and len(exact[2]) == int(exact[3]) else parse_pmid(word)


def _why_no_pmid(word: str) -> str:
    if _PMC_ID.fullmatch(word):
        return "is an id of PubMed Central, not a PMID: look up its PMID"
    if _DOI.fullmatch(word):
        return f'is a DOI, not a PMID: search for it with --search "{word[:80]}[doi]"'
    if _SCIENTIFIC.fullmatch(word):
        return "was rounded by a spreadsheet: show its column without exponents and save it again"
    return NOT_A_PMID


# An abstract as JSON and back: how a library stores it, and what a line of JSON Lines may hold.

TEXT_FIELDS = tuple(
    "journal journal_title issn doi pmcid date volume issue pages article_number language vernacular_title copyright"
    " note".split()
)
"""The fields of an abstract that are one text each, beside PMID and title."""
AUTHOR_FIELDS = ("family", "given", "initials", "suffix", "group", "orcid", "affiliation")
"""The fields of an author, each a text."""
LIST_FIELDS = ("authors", "types", "mesh", "keywords", "major_mesh", "substances")
"""The fields that are several texts."""


def to_json(abstract: Abstract) -> dict[str, Any]:
    """Return every field but `raw` as plain JSON values, empty ones left out: `from_json` gives the abstract back.

    >>> to_json(Abstract("1", "A title", (Section("AIM", "", "To see."),), year=2001))
    {'pmid': '1', 'title': 'A title', 'sections': [{'label': 'AIM', 'text': 'To see.'}], 'year': 2001}
    """
    record: dict[str, Any] = {
        "pmid": abstract.pmid,
        "title": abstract.title,
        "sections": _sections_to_json(abstract.sections),
        "year": abstract.year,
        **{name: getattr(abstract, name) for name in TEXT_FIELDS},
        **{name: list(getattr(abstract, name)) for name in LIST_FIELDS},
        "author_records": _people_to_json(abstract.author_records),
        "book": _book_to_json(abstract.book) if abstract.book else None,
        "other_abstracts": [
            {"language": other.language, "type": other.type, "sections": _sections_to_json(other.sections)}
            for other in abstract.other_abstracts
        ],
        "corrections": [
            {"ref_type": correction.ref_type, "pmid": correction.pmid, "citation": correction.citation}
            for correction in abstract.corrections
        ],
        "is_retracted": abstract.is_retracted,
        "version": abstract.version if abstract.version > 1 else 0,
    }
    kept = ("pmid", "title", "year") if abstract.year == 0 else ("pmid", "title")
    return {name: value for name, value in record.items() if value or name in kept}


def from_json(record: dict[str, Any]) -> Abstract:
    """Return the abstract that `to_json` was given, but for `raw`; nothing is checked or cleaned here."""
    texts: dict[str, Any] = {name: record.get(name, "") for name in TEXT_FIELDS}
    lists: dict[str, Any] = {name: tuple(record.get(name, ())) for name in LIST_FIELDS}
    return Abstract(
        **texts,
        **lists,
        pmid=record["pmid"],
        title=record["title"],
        sections=_sections_from_json(record),
        year=record.get("year"),
        author_records=_authors_from_json(record.get("author_records", ())),
        book=_book_from_json(record["book"]) if record.get("book") else None,
        other_abstracts=tuple(
            OtherAbstract(other["language"], other["type"], _sections_from_json(other))
            for other in record.get("other_abstracts", ())
        ),
        corrections=tuple(
            Correction(correction["ref_type"], correction["pmid"], correction["citation"])
            for correction in record.get("corrections", ())
        ),
        is_retracted=record.get("is_retracted", False),
        version=record.get("version", 1),
    )


def _book_to_json(book: Book) -> dict[str, Any]:
    fields = {"editors": _people_to_json(book.editors), "is_chapter": book.is_chapter}
    texts = {name: getattr(book, name) for name in ("title", "publisher", "place", "isbn")}
    return _filled({**texts, **fields})


def _people_to_json(authors: Iterable[Author]) -> list[dict[str, str]]:
    """Return authors as JSON; `dataclasses.asdict` would take ten times as long, which thousands of authors notice."""
    return [{name: part for name in AUTHOR_FIELDS if (part := getattr(author, name))} for author in authors]


def _book_from_json(record: dict[str, Any]) -> Book:
    return Book(**record | {"editors": _authors_from_json(record.get("editors", ()))})


def _authors_from_json(records: Iterable[dict[str, str]]) -> tuple[Author, ...]:
    return tuple(Author(**author) for author in records)


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _sections_to_json(sections: tuple[Section, ...]) -> list[dict[str, str]]:
    named = ({"label": section.label, "category": section.category, "text": section.text} for section in sections)
    return [{name: value for name, value in fields.items() if value or name == "text"} for fields in named]


def _sections_from_json(record: dict[str, Any]) -> tuple[Section, ...]:
    return tuple(
        Section(section.get("label", ""), section.get("category", ""), section.get("text", ""))
        for section in record.get("sections", ())
    )
