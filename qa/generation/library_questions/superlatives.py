"""The newest, oldest, largest or smallest of some abstracts, by their records and by what they say of their studies."""

from __future__ import annotations

from dataclasses import replace

from index import Abstract, Library
from qa.answer import Source
from qa.generation.library_questions.library_scope import LibraryScope, scope_of
from qa.generation.library_questions.lookups import Lookup
from qa.generation.library_questions.mentions import listed
from qa.question.records import Order, QuestionAnalysis
from qa.studies.reading import studies_of

_SAME_YEAR = 200
"""Abstracts of one year that are put in the order of their months."""
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MOST_TIED = 8
"""Abstracts that a question is answered from where several are the newest or the largest."""
_SIZED = 500
"""Abstracts whose sizes are compared, in some seconds where none is kept."""


def chosen_study(analysis: QuestionAnalysis, library: Library) -> Lookup | None:
    """Return the abstract that a question chooses by date or size, "the newest trial"; None for another question.

    Several that are tied are all meant, and none that was retracted where others pass. Where none passes, or none tells
    its size, the message says so.
    """
    query = analysis.chosen
    if query is None:
        return None
    scope = _not_retracted(scope_of(query, analysis.filters, library), library)
    if not scope.pmids:
        return Lookup((), analysis.filters, f"This library has {scope.counted(0)}.", (query.subject,))
    is_by_size = query.order in ("largest", "smallest")
    if is_by_size and len(scope.pmids) > _SIZED:
        these = f"Sizes are compared in up to {_SIZED} abstracts, and these are {len(scope.pmids):,}"
        return Lookup((), analysis.filters, f"{these}: name a subject, a year or a journal.", (query.subject,))
    pmids = _by_size(query.order, scope, library) if is_by_size else _first_by_date(query.order, scope, library)
    if not pmids:
        none = (
            f"None of the {scope.counted(len(scope.pmids))} tells"
            if scope.pmids[1:]
            else f"{scope.all()} does not tell"
        )
        return Lookup((), analysis.filters, f"{none} its size.", (query.subject,))
    abstracts = library.get_many(pmids[:_MOST_TIED])
    sources = tuple(Source(number, abstracts[pmid]) for number, pmid in enumerate(pmids[:_MOST_TIED], start=1))
    filters = replace(analysis.filters, pmids=tuple(abstracts), include_retracted=True)
    return Lookup(sources, filters, _told(query.order, scope, sources, len(pmids)))


def _not_retracted(scope: LibraryScope, library: Library) -> LibraryScope:
    alive = set(library.pmids()).intersection(scope.pmids)
    return replace(scope, pmids=tuple(pmid for pmid in scope.pmids if pmid in alive)) if alive else scope


def _told(order: Order, scope: LibraryScope, sources: tuple[Source, ...], tied: int) -> str:
    """Return which abstract is meant: "The newest of the 3 reviews is “Zinc” (2020, PMID 1)."."""
    names = [
        f"“{source.abstract.title.rstrip('. ')}” ({f'{source.abstract.year}, ' if source.abstract.year else ''}"
        f"PMID {source.abstract.pmid}{', retracted' if source.abstract.is_retracted else ''})"
        for source in sources
    ]
    by = ", by the number that each abstract tells," if order in ("largest", "smallest") else ""
    if len(scope.pmids) == 1:
        return f"{scope.all()} is {names[0]}."
    of_all = f"The {order} of the {scope.counted(len(scope.pmids))}{by}"
    return f"{of_all} {'is' if tied == 1 else 'are'} {listed(names, tied)}."


def _by_size(order: Order, scope: LibraryScope, library: Library) -> list[str]:
    """Return the abstracts of the study with most or fewest subjects; those that tell no number are left out."""
    studies = studies_of(library, list(library.get_many(scope.pmids).values()))
    sizes = {pmid: study.n.value for pmid, study in studies.items() if study.n is not None}
    wanted = (max if order == "largest" else min)(sizes.values(), default=0)
    return [pmid for pmid in scope.pmids if sizes.get(pmid) == wanted]


def _first_by_date(order: Order, scope: LibraryScope, library: Library) -> list[str]:
    pmids, tied = by_date(order, scope, library)
    return pmids[:tied]


def by_date(order: Order, scope: LibraryScope, library: Library) -> tuple[list[str], int]:
    """Return the PMIDs newest or oldest first, those without a year last, and how many may be the first one.

    Within the first year they are in the order of their months, if each has one.
    """
    counts = {tally.value: tally.count for tally in library.tally("year", scope.filters)}
    known = list(scope.pmids[: len(scope.pmids) - counts.pop("", 0)])
    is_newest = order == "newest"
    if not known:
        return list(scope.pmids), len(scope.pmids)
    if not is_newest:
        known.reverse()
    year = (max if is_newest else min)(map(int, counts))
    tied = counts[str(year)]
    if 1 < tied <= _SAME_YEAR:
        abstracts = library.get_many(known[:tied])
        months = {pmid: _month(abstract) for pmid, abstract in abstracts.items()}
        if all(months.values()):
            known[:tied] = sorted(known[:tied], key=lambda pmid: months[pmid], reverse=is_newest)
            tied = sum(month == months[known[0]] for month in months.values())
    return [*known, *scope.pmids[len(known) :]], tied


def _month(abstract: Abstract) -> int:
    """Return the month of an abstract's date, "2013 Dec", from 1; 0 where none is told."""
    return next((place for place, name in enumerate(_MONTHS, start=1) if name in abstract.date.lower()), 0)
