"""Select the abstracts that a question on the library is about, and describe them in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index import Filters, Library
from index.search.mentions import descriptor_forms
from qa.generation.library_questions.lookups import authored
from qa.generation.library_questions.mentions import EVERYTHING, Mentions, counted, listed, mentions
from qa.question.filters import described
from qa.question.records import LibraryQuery

_PAPERS = re.compile(
    r"\b(?:the |an? )?(?:randomi[sz]ed |clinical |controlled )*"
    r"(?:trials?|stud(?:y|ies)|papers?|articles?|reviews?|reports?)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class LibraryScope:
    """The abstracts that a question is about, newest first, and how it narrows them: a noun, and what follows it.

    `mentions` is None where no subject is named, and `is_named` holds where the abstracts themselves are.
    """

    pmids: tuple[str, ...]
    noun: str
    narrowed: str = ""
    mentions: Mentions | None = None
    is_named: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole library."""
        return self.noun == "abstracts" and not (self.narrowed or self.mentions or self.is_named)

    @property
    def filters(self) -> Filters:
        """The filters that let these abstracts through."""
        return EVERYTHING if self.is_whole else replace(EVERYTHING, pmids=self.pmids)

    def counted(self, count: int) -> str:
        """Return so many of them in words: "2 reviews from 2019 that mention metformin"."""
        return counted(count, self.noun) + self._narrowing(count)

    def all(self) -> str:
        """Return all of them in words: "The 2 reviews that mention metformin"."""
        if len(self.pmids) == 1:
            return f"The only {counted(1, self.noun).removeprefix('1 ')}{self._narrowing(1)}"
        return f"The {self.counted(len(self.pmids))}"

    def _narrowing(self, count: int) -> str:
        return self.narrowed + (f" that {self.mentions.clause(count)}" if self.mentions else "")


def scope_of(query: LibraryQuery, filters: Filters, library: Library) -> LibraryScope:
    """Return the abstracts that pass the filters, retracted ones too, and have what else is asked for."""
    filters = replace(filters, include_retracted=True)
    narrowed, chosen = _narrowed(filters), list[Iterable[str]]()
    mentioned = _mentions(query.subject, library) if query.subject else None
    if mentioned:
        chosen.append(mentioned.pmids)
    if query.author:
        narrowed += f" by {query.author}"
        chosen.append(abstract.pmid for abstract in authored(query.author, library))
    if query.mesh:
        narrowed += f" with the MeSH term “{query.mesh}”"
        forms = tuple(form for form in descriptor_forms(query.mesh) if library.has_label("mesh", form))
        chosen.append(library.pmids(replace(EVERYTHING, mesh=forms)) if forms else ())
    pmids = library.pmids(filters)
    for some in map(set, chosen):
        pmids = [pmid for pmid in pmids if pmid in some]
    return LibraryScope(tuple(pmids), _noun(filters.types), narrowed, mentioned, bool(filters.pmids))


def _mentions(subject: str, library: Library) -> Mentions:
    """Return the abstracts that mention a subject, "the croup trial" without the trial where none does otherwise."""
    bare = _PAPERS.sub(" ", subject).strip()
    whole = mentions(subject, library)
    return whole if whole.pmids or not bare else mentions(" ".join(bare.split()), library)


def _noun(types: Sequence[str]) -> str:
    """Return what abstracts of these publication types are called: "randomized controlled trials"."""
    called = described(Filters(types=tuple(types))).removesuffix(" only")
    if any(name in types for name in called.split(" or ")):  # PubMed's own name, whose plural is not known here
        return f"abstracts of the type {called}"
    return called or "abstracts"


def _narrowed(filters: Filters) -> str:
    journals = f" in {listed(filters.journals, joint='or')}" if filters.journals else ""
    mesh = (
        f" with the MeSH term {listed([f'“{heading}”' for heading in filters.mesh], joint='or')}"
        if filters.mesh
        else ""
    )
    return journals + _years(filters.years) + mesh


def _years(years: tuple[int | None, int | None] | None) -> str:
    match years:
        case (int() as first, int() as last):
            return f" from {first}" if first == last else f" from {first} to {last}"
        case (int() as first, None):
            return f" since {first}"
        case (None, int() as last):
            return f" until {last}"
    return ""
