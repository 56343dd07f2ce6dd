"""JSON that programs send and get, as pydantic models: each unknown field is an error that names it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt

from index import Abstract, Filters
from index.records import Design, Subjects
from index.search.query import MAX_QUERY_CHARACTERS, Mode
from qa.studies.table import COLUMNS, TOP

MOST_TURNS = 10
"""Earlier questions, each of which may have to be answered anew."""
_MOST_PMIDS = 10_000
_MOST_HITS = 200


def _number(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("give a number")
    return value


IsNumber = BeforeValidator(_number)
"""A number and nothing that could be read as one. It stands behind the bounds, or JSON Schema would not name them."""
Name = Annotated[str, Field(min_length=1, max_length=500)]
Names = Annotated[list[Name], Field(max_length=100)]
Pmid = Annotated[str, Field(pattern=r"^[0-9]{1,10}$", examples=["90000001"])]
Pmids = Annotated[list[Pmid], Field(max_length=_MOST_PMIDS)]
Year = Annotated[int, Field(ge=0, le=9999), IsNumber]
HitCount = Annotated[int, Field(ge=1, le=_MOST_HITS), IsNumber]
QuestionText = Annotated[
    str, Field(min_length=1, max_length=MAX_QUERY_CHARACTERS, examples=["What does IL-32β induce in breast cancer?"])
]

ColumnName = Annotated[str, Field(json_schema_extra={"enum": list(COLUMNS)})]
# Other spellings will do; what programs are told is how answers write them.
DesignName = Annotated[Name, Field(json_schema_extra={"enum": list(get_args(Design))})]
SubjectsName = Annotated[Name, Field(json_schema_extra={"enum": list(get_args(Subjects))})]


class Received(BaseModel):
    """The base of what is received."""

    model_config = ConfigDict(extra="forbid")


class FiltersJson(Received):
    """Conditions on the abstracts; each empty field allows all. An answer's `settings.filters` has the same form."""

    years: list[Year | None] | None = Field(
        default=None,
        min_length=2,
        max_length=2,
        description="first and last year, both included; null for open",
        examples=[[2010, None]],
    )
    types: Names = Field(default=[], description="publication types, any of them", examples=[["Review"]])
    mesh: Names = Field(default=[], description="MeSH terms, any of them", examples=[["Breast Neoplasms"]])
    journals: Names = Field(default=[], description="journals, as PubMed abbreviates them")
    pmids: Pmids = Field(default=[], description="only these abstracts")
    include_retracted: StrictBool = Field(
        default=False, description="find retracted abstracts too; they are marked as such"
    )
    where: str = Field(
        default="", max_length=MAX_QUERY_CHARACTERS, description="a search in PubMed's syntax", examples=["tumor*[ti]"]
    )
    explode: StrictBool = Field(default=True, description="MeSH terms count with those below them")
    designs: list[DesignName] = Field(
        default=[],
        max_length=100,
        description="study designs, as read of the abstract",
        examples=[["randomised controlled trial"]],
    )
    subjects: list[SubjectsName] = Field(default=[], max_length=100, description="who was studied")
    min_n: StrictInt | None = Field(default=None, ge=0, description="at least so many were studied")

    def to_filters(self) -> Filters:
        """Return the filters as the library takes them."""
        return Filters(
            years=(self.years[0], self.years[1]) if self.years else None,
            types=tuple(self.types),
            mesh=tuple(self.mesh),
            journals=tuple(self.journals),
            pmids=tuple(self.pmids),
            include_retracted=self.include_retracted,
            where=self.where,
            explode=bool(self.mesh) and self.explode,
            designs=tuple(self.designs),
            subjects=tuple(self.subjects),
            min_n=self.min_n,
        )


class TurnJson(Received):
    """An earlier question. Its answer may be sent along as it came, and is made again, never taken on trust."""

    question: QuestionText
    filters: FiltersJson | None = Field(
        default=None, description="those it was asked with; the question's own where missing"
    )
    answer: dict[str, Any] | None = None


class AskRequest(Received):
    """A question with its filters and the earlier questions that it may refer to."""

    question: QuestionText
    filters: FiltersJson = Field(default_factory=FiltersJson)
    turns: list[TurnJson] = Field(
        default=[], max_length=MOST_TURNS, description="earlier questions, the first one first"
    )


class SearchRequest(Received):
    """A text to find passages for, or a search in PubMed's syntax."""

    query: str = Field(min_length=1, max_length=MAX_QUERY_CHARACTERS, examples=["IL-32β VEGF"])
    filters: FiltersJson = Field(default_factory=FiltersJson)
    top: HitCount = Field(default=10, description="how many passages")
    mode: Mode = "hybrid"
    literal: StrictBool = Field(default=False, description="search for names as they are written only")


class TableRequest(Received):
    """A question whose abstracts are to be laid side by side."""

    question: QuestionText
    filters: FiltersJson = Field(default_factory=FiltersJson)
    top: HitCount = Field(default=TOP, description="the most rows")
    columns: list[ColumnName] = Field(default=[], max_length=len(COLUMNS), description="all of them for none")


class SimilarRequest(Received):
    """An abstract of the library to find others like it."""

    pmid: Pmid
    filters: FiltersJson = Field(default_factory=FiltersJson)
    top: HitCount = Field(default=10, description="how many abstracts")


class Sent(BaseModel):
    """The base of what is sent. Later versions may add fields, so a program must pass over unknown ones."""

    model_config = ConfigDict(extra="allow")


class CitationJson(Sent):
    """A verbatim quote: it stands at start:end of the text of abstract `pmid`, counted in Unicode characters."""

    source: int
    pmid: str
    start: int
    end: int
    quote: str


class SentenceJson(Sent):
    """A sentence of an answer with the quotes that back it, and those that say otherwise."""

    text: str
    verdict: Literal["backed", "not matched", "contradicted"]
    supported: bool
    objection: str
    citations: list[CitationJson]
    against: list[CitationJson]


class SourceJson(Sent):
    """An abstract that an answer cites, by its number."""

    number: int
    pmid: str
    title: str
    journal: str
    year: int | None
    url: str
    retracted: bool
    warnings: list[str]


class ShortAnswerJson(Sent):
    """A span that answers by itself, and how many abstracts name it."""

    text: str
    count: int
    citations: list[CitationJson]


class AnswerJson(Sent):
    """An answer, as `python -m qa ask --json` prints it."""

    question: str
    standalone_question: str
    understood_as: str
    answer: str = Field(description="the sentences with the numbers of their sources; the message where it abstained")
    abstained: bool
    message: str
    analysis: dict[str, Any] | None
    headline: dict[str, Any] | None
    short: list[ShortAnswerJson]
    sentences: list[SentenceJson]
    sources: list[SourceJson]
    nearest: list[SourceJson] = Field(description="the nearest abstracts where it abstained; they support nothing")
    library_digest: str
    settings: dict[str, Any]
    model: str
    seconds: dict[str, float]


class HitJson(Sent):
    """A passage that was found: `text` stands at start:end of the abstract's text."""

    pmid: str
    score: float
    title: str
    year: int | None
    retracted: bool
    warnings: list[str]
    section: str
    start: int
    end: int
    text: str


class StudyRowJson(Sent):
    """An abstract of a table: `cells` has a text by column, with the verbatim parts that it is from."""

    number: int
    pmid: str
    title: str
    year: int | None
    retracted: bool
    warnings: list[str]
    answers: bool
    answer: CitationJson | None
    cells: dict[str, dict[str, Any]]
    study: dict[str, Any]


class TableJson(Sent):
    """A table of studies, as `python -m qa table --json` prints it; those that answer stand first."""

    question: str
    message: str
    columns: list[dict[str, str]]
    rows: list[StudyRowJson]
    total: int
    library_digest: str


class LibraryNames(Sent):
    """The names of the libraries, the one that the server was started with first."""

    libraries: list[str] = Field(examples=[["sample", "il32"]])


class LibraryJson(Sent):
    """The figures of a library. Equal digests give equal answers."""

    name: str
    abstracts: int
    passages: int
    years: list[int] | None = Field(description="the first and the last year")
    retracted: int
    encoder: str
    digest: str
    generation: int
    unfinished: str = Field(description="how far a run is that was broken off or is at work; empty for none")
    origins: list[dict[str, Any]]
    updated: str
    new: int


class SearchReply(Sent):
    """The passages found, best first. A search in PubMed's syntax has `translation`, `notes` and `count` too."""

    query: str
    also_searched: list[str]
    hits: list[HitJson]


class SimilarReply(Sent):
    """The abstracts nearest to one, each with its best passage."""

    pmid: str
    hits: list[HitJson]


class ReportJson(Sent):
    """The account of a run: counts, and by PMID what failed, changed or is new."""

    added: int
    updated: int
    unchanged: int
    removed: int
    failed: dict[str, str]
    changes: dict[str, str]
    new: dict[str, str]
    notes: list[str]


class PlacedSection(Sent):
    """A section of an abstract, which stands at start:end of its text."""

    label: str
    category: str
    start: int
    end: int


class AbstractJson(Sent):
    """An abstract; every offset counts into `text`, which is the title, a newline, and the sections."""

    pmid: str
    title: str
    text: str
    sections: list[PlacedSection]
    journal: str
    year: int | None
    authors: list[str]
    types: list[str]
    mesh: list[str]
    doi: str
    url: str
    retracted: bool
    warnings: list[str]
    note: str


def abstract_json(abstract: Abstract) -> dict[str, Any]:
    """Return an abstract as JSON with the place of each section."""
    return {
        "pmid": abstract.pmid,
        "title": abstract.title,
        "text": abstract.text,
        "sections": [
            {"label": section.label, "category": section.category, "start": start, "end": start + len(section.text)}
            for start, section in abstract.placed_sections()
        ],
        "journal": abstract.journal,
        "year": abstract.year,
        "authors": list(abstract.authors),
        "types": list(abstract.types),
        "mesh": list(abstract.mesh),
        "doi": abstract.doi,
        "url": abstract.url,
        "retracted": abstract.is_retracted,
        "warnings": list(abstract.warnings),
        "note": abstract.note,
    }
