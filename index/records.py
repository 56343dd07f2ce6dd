"""The records that pass between modules: frozen, small, and importing nothing of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

TITLE = "TITLE"
"""The section name of a passage that is the abstract's title."""

WARNINGS = {
    "PartialRetractionIn": "Retracted in part",
    "ExpressionOfConcernIn": "Expression of concern",
    "ErratumIn": "Erratum published",
    "CorrectedandRepublishedIn": "Corrected and republished",
    "UpdateIn": "Updated since",
}
"""What PubMed's RefTypes mean to somebody about to rely on an abstract."""


@dataclass(frozen=True, slots=True)
class Section:
    """A labelled part of an abstract.

    `label` is as printed ("METHODS AND RESULTS"), `category` is NLM's NlmCategory (BACKGROUND, OBJECTIVE, METHODS,
    RESULTS, CONCLUSIONS, UNASSIGNED); either may be "". `text` has its white space folded to single spaces.
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
class Abstract:
    """One PubMed record.

    `authors` are "Family Initials" or a collective name; `types` are publication types; `mesh` are descriptor names,
    with "/qualifier" where there is one; `date` is the publication date as printed ("2013 Dec", "1998 Nov-Dec").
    `note` is said wherever the abstract is shown. `raw` is the record as it came (XML element, MEDLINE text or JSON
    line, UTF-8); it takes no part in comparisons.
    """

    pmid: str
    title: str
    sections: tuple[Section, ...] = ()
    journal: str = ""
    year: int | None = None
    authors: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    doi: str = ""
    pmcid: str = ""
    date: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    language: str = ""
    vernacular_title: str = ""
    keywords: tuple[str, ...] = ()
    other_abstracts: tuple[OtherAbstract, ...] = ()
    corrections: tuple[Correction, ...] = ()
    copyright: str = ""
    is_retracted: bool = False
    note: str = ""
    raw: bytes = field(default=b"", compare=False, repr=False)

    @property
    def text(self) -> str:
        """The title, a newline, then the sections' texts joined by newlines: what every offset counts into."""
        return "\n".join((self.title, *(section.text for section in self.sections)))

    @property
    def url(self) -> str:
        """The abstract's page at PubMed."""
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know before relying on the abstract, its retraction apart: each once, in the record's order."""
        return tuple(dict.fromkeys(WARNINGS[each.ref_type] for each in self.corrections if each.ref_type in WARNINGS))

    @property
    def marks(self) -> tuple[str, ...]:
        """What every place that shows the abstract says with it: "RETRACTED" first, then the warnings."""
        return (("RETRACTED",) if self.is_retracted else ()) + self.warnings

    def section_at(self, offset: int) -> Section:
        """Return the section that holds the character at `offset` of `text`; the title is a section named TITLE."""
        start = len(self.title) + 1
        if offset < start:
            return Section(TITLE, TITLE, self.title)
        for section in self.sections:
            if offset <= start + len(section.text):
                return section
            start += len(section.text) + 1
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


@dataclass(frozen=True, slots=True)
class Filters:
    """Which abstracts a search may find; each empty field allows all.

    `years` is (first, last), both included and either None for open; `types`, `mesh`, `journals` match whole names
    without regard to case, any of those given (a MeSH descriptor matches with or without qualifiers).
    """

    years: tuple[int | None, int | None] | None = None
    types: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    journals: tuple[str, ...] = ()
    pmids: tuple[str, ...] = ()
    include_retracted: bool = False


TallyOf = Literal["year", "type", "journal", "mesh"]


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


Read = Abstract | Deletion | Failure
"""What a reader yields, in the order of the file: one item a record, so that a bad record costs only itself."""


@dataclass(frozen=True, slots=True)
class Report:
    """The account of a run: how many abstracts were added, updated, found unchanged, removed; what failed and why.

    `changes` says of PMIDs what their readers should know: retracted, corrected, merged, with another text. `notes` are
    sentences on the run: PubMed's remarks on a search, that an earlier run was gone on with.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: abstracts done of `total` (None when not known yet), and what is being done or waited for."""

    done: int
    total: int | None
    doing: str
