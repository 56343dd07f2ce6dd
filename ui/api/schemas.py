"""JSON of the routes on libraries and jobs; that of questions and answers is in `qa.doors.schemas`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from qa.doors.schemas import FiltersJson, IsNumber, Pmids, Received, ReportJson, Sent
from ui.api.jobs import JobKind, JobState
from ui.libraries import NAME

ExportFormat = Literal["ris", "bib", "csl.json", "csv"]
_LISTS = ("pmids", "similar_to", "cited_by", "references_of")
_NAMES_SOME: list[Any] = [
    *({"required": [name], "properties": {name: {"minItems": 1}}} for name in _LISTS),
    {"required": ["search"], "properties": {"search": {"pattern": r"\S"}}},
]
"""What a job that adds has to have, as JSON Schema."""


class NewLibrary(Received):
    """An empty library to make."""

    name: str = Field(min_length=1, max_length=64, json_schema_extra={"pattern": f"^{NAME}$"}, examples=["il32"])


class ExportRequest(Received):
    """Abstracts to save for other programs: all that the filters allow."""

    format: ExportFormat
    filters: FiltersJson = Field(default_factory=FiltersJson)


class AddJob(Received):
    """Abstracts to fetch from PubMed and add; at least one field names some."""

    model_config = ConfigDict(json_schema_extra={"anyOf": _NAMES_SOME})

    kind: Literal["add"]
    pmids: Pmids = Field(default=[], description="PMIDs to fetch")
    search: str = Field(default="", max_length=5_000, description="a PubMed search whose results are fetched")
    limit: Annotated[int, Field(ge=1, le=1_000_000), IsNumber] | None = Field(
        default=None, description="the most of the search and of each kind of link"
    )
    similar_to: Pmids = Field(default=[], description="papers: what PubMed finds similar to them is fetched")
    cited_by: Pmids = Field(default=[], description="papers: what cites them is fetched")
    references_of: Pmids = Field(default=[], description="papers: what they cite is fetched")

    @model_validator(mode="after")
    def _names_some(self) -> Self:
        if not self.search.strip() and not any(getattr(self, name) for name in _LISTS):
            raise ValueError("add needs pmids, search, similar_to, cited_by or references_of")
        return self

    def inputs(self) -> dict[str, Any]:
        """Return the arguments of `Library.add`."""
        lists = {name: getattr(self, name) for name in _LISTS}
        return lists | {"search": self.search.strip() or None, "limit": self.limit}


class OtherJob(Received):
    """What takes no input: ask the remembered searches again, fetch the known records again, or check the files."""

    kind: Literal["update", "refresh", "check"]

    def inputs(self) -> dict[str, Any]:
        """Return no arguments."""
        return {}


JobRequest = Annotated[AddJob | OtherJob, Field(discriminator="kind")]


class JobProgress(Sent):
    """Abstracts done of `total`, which is null while it is not known, and the step at hand."""

    done: int
    total: int | None
    doing: str


class FoundFault(Sent):
    """A fault that a check found in a library's files, with its remedy."""

    file: str
    what: str
    remedy: str


class Findings(Sent):
    """The account of a check."""

    findings: list[FoundFault]


class JobJson(Sent):
    """A job with its account once it is done: what was added, updated, removed, and what failed and why."""

    id: str
    kind: JobKind
    library: str
    state: JobState
    started: str
    ended: str
    progress: JobProgress
    account: ReportJson | Findings | None
    problem: str


class JobList(Sent):
    """The last jobs of this server, the newest first, those of before its start included."""

    jobs: list[JobJson]
