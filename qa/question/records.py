"""The frozen records of a question that was read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from index.records import Filters

Kind = Literal["yes/no", "short answer", "list", "number", "comparison", "overview", "look-up", "library", "talk"]
Relation = Literal[
    "", "causes", "treats", "prevents", "adverse effect", "dose", "mechanism", "prevalence", "diagnosis", "outcome"
]
Talk = Literal["", "greeting", "thanks", "help"]
Action = Literal["count", "list"]
Thing = Literal["abstracts", "journals", "authors", "years", "types", "MeSH terms", "retractions"]
Order = Literal["", "newest", "oldest", "most", "largest", "smallest"]


@dataclass(frozen=True, slots=True)
class Qualifier:
    """What narrows a question, as written: "pregnant women" is a population, "stage III" a stage."""

    kind: Literal["population", "age", "time", "species", "stage"]
    text: str


@dataclass(frozen=True, slots=True)
class CitedStudy:
    """A study named by its author, "the study by Park et al. (2019)"; `year` is None where none is said."""

    author: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class LibraryQuery:
    """What is asked of the library's records: a count or a list of things, of the abstracts on a subject or all ("").

    `thing` "retractions" are the abstracts that were retracted; "authors", "journals" and "years" with a subject are
    those of the abstracts on it. `order` "most" puts what has most abstracts first, "largest" the study of most
    subjects; `limit` is how many are wanted, None for all; `author` and `mesh` must be an abstract's own. The
    question's filters and PMIDs hold too.
    """

    action: Action
    thing: Thing = "abstracts"
    order: Order = ""
    limit: int | None = None
    subject: str = ""
    author: str = ""
    mesh: str = ""


@dataclass(frozen=True, slots=True)
class QuestionAnalysis:
    """A question as it was read.

    `text` is what is to be searched, without the request's own words (`request`) and those of the filters; "" where
    nothing is left of it. `subjects` are the things asked about, as written, and `sides` the two that are compared, of
    whatever kind the question is. `parts` are the questions of which it consists, each standing alone; one is `text`
    itself. `relation` is "" where none is sure. `pmids` and `dois` are those named in it, `titles` what stands in
    quotation marks, `chosen` the abstract that is named by its date or size ("the newest trial on zinc"). `language` is
    a language's name, "" where it is unknown; only English is read further. `noun` is what sort of thing is asked for,
    "drugs" of "Which drugs …".
    """

    question: str
    kind: Kind
    text: str
    subjects: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    relation: Relation = ""
    qualifiers: tuple[Qualifier, ...] = ()
    filters: Filters = Filters()
    pmids: tuple[str, ...] = ()
    dois: tuple[str, ...] = ()
    studies: tuple[CitedStudy, ...] = ()
    titles: tuple[str, ...] = ()
    chosen: LibraryQuery | None = None
    parts: tuple[str, ...] = ()
    request: tuple[str, ...] = ()
    is_negated: bool = False
    language: str = "English"
    library: LibraryQuery | None = None
    talk: Talk = ""
    noun: str = ""

    @property
    def is_english(self) -> bool:
        """Whether the question is, as far as its words tell, in English."""
        return self.language == "English"

    @property
    def asks_for_things(self) -> bool:
        """Whether several things are asked for: "Which drugs …", or as a topic, "drugs that …"."""
        return self.kind == "list" or (self.kind == "overview" and bool(self.noun))

    def to_dict(self) -> dict[str, Any]:
        """Return the analysis as the command line's JSON has it, fields without content left out."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return {name: value for name, value in plain.items() if value not in ([], "", None, False)}


@dataclass(frozen=True, slots=True)
class Known:
    """What a library knows that helps to read a question: MeSH descriptors, and the full names of a journal as written.

    `journals` returns the library's own names of the journal that is written so, () for no journal of its.
    """

    has_mesh: Callable[[str], bool] = lambda descriptor: False
    journals: Callable[[str], tuple[str, ...]] = lambda written: ()
