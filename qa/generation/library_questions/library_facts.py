"""Questions on the library itself, answered from its records: counts and lists, with the abstracts behind them.

No sentence of an abstract is quoted here, and nothing is estimated: what the records do not tell is said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index import Abstract, Filters, Library
from index.analysis.terms import terms
from index.records import Tally, TallyOf
from index.search.mentions import phrases
from qa.answer import Source
from qa.generation.library_questions.library_scope import LibraryScope, scope_of
from qa.generation.library_questions.lookups import look_up
from qa.generation.library_questions.mentions import EVERYTHING, LISTED, counted, listed, of_them
from qa.generation.library_questions.superlatives import by_date
from qa.question.records import LibraryQuery, QuestionAnalysis, Thing

SOURCES = 100
"""Abstracts that are shown behind a count; the count is of all."""
_EACH = 3
"""Abstracts whose authors, journals or years are told one by one; of more, how many abstracts have each."""
_READ = 20_000
"""Abstracts of which the authors are counted, in a second or two: they are nowhere but in the records."""
_BATCH = 500
_EMPTY = "This library is empty; add abstracts to it first."
_TALLIES: dict[Thing, TallyOf] = {"journals": "journal", "years": "year", "types": "type", "MeSH terms": "mesh"}
_PLURALS: dict[Thing, str] = {"types": "publication types"}
_ASKS_FOR_MANY = re.compile(r"\b(?:journals|years|types|terms|headings|authors|researchers)\b", re.I)
_UNTOLD = (
    (r"fund(?:ed|ing|ers?|s)?|sponsor(?:s|ed)?|paid for", "who paid for a study"),
    (r"countr(?:y|ies)|nationalit(?:y|ies)|universit(?:y|ies)|institut(?:es?|ions?)|affiliations?",
     "in which country or institution a study was done"),
    (r"impact[ -]factors?|quartiles?|predatory", "how a journal ranks"),
    (r"(?:most|often|times|highly) (?:been )?cited|citations?(?: counts?)?", "how often a paper is cited"),
    (r"open[ -]access|full[ -]texts?|pdfs?", "whether a paper is free to read"),
)  # fmt: skip
"""What people ask of papers that PubMed's records, as they are kept here, do not tell."""


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """What the records say to a question on the library: `message`, in sentences, and the abstracts behind it.

    `count` is how many there are of the things asked for; of `sources` there are up to SOURCES.
    """

    message: str
    sources: tuple[Source, ...] = ()
    count: int = 0


def library_facts(analysis: QuestionAnalysis, library: Library) -> LibraryFacts:
    """Return what a library's records say to a question whose `library` says what is asked of them.

    Retracted abstracts are counted and named as such. A paper named in the question but absent is said to be.
    """
    query = analysis.library
    if query is None:
        raise ValueError(f"{analysis.question!r} was not read as a question on the library")
    if untold := _untold(analysis.question):
        return LibraryFacts(untold)
    lookup = look_up(analysis, library)
    if lookup and not lookup.is_found:
        return LibraryFacts(lookup.message)
    scope = scope_of(query, lookup.filters if lookup else analysis.filters, library)
    if not scope.pmids:
        is_empty = scope.is_whole or not library.pmids(EVERYTHING)
        return LibraryFacts(_EMPTY if is_empty else _nothing(scope))
    facts = _facts(analysis, query, scope, library)
    return replace(facts, message=f"{facts.message}{_without_year(analysis.filters, library)}")


def _untold(question: str) -> str:
    for pattern, what in _UNTOLD:
        if re.search(rf"\b(?:{pattern})\b", question, re.I):
            kept = "title, abstract, journal, year, authors, publication types and MeSH terms"
            return f"The records of this library do not tell {what}: they have a paper's {kept}."
    return ""


def _nothing(scope: LibraryScope) -> str:
    """Return that there is nothing, and how many abstracts mention the subject whatever the filters."""
    message, known = f"This library has {scope.counted(0)}.", scope.mentions
    if known and known.pmids:
        return f"{message} {len(known.pmids):,} of its abstracts {known.clause(len(known.pmids))}."
    return message


def _without_year(filters: Filters, library: Library) -> str:
    if not filters.years:
        return ""
    anytime = replace(filters, years=None, pmids=(), include_retracted=True)
    unknown = sum(tally.count for tally in library.tally("year", anytime) if not tally.value)
    are = "is" if unknown == 1 else "are"
    return f" {counted(unknown, 'abstracts')} without a year {are} left out." if unknown else ""


def _facts(analysis: QuestionAnalysis, query: LibraryQuery, scope: LibraryScope, library: Library) -> LibraryFacts:
    match query.thing:
        case "retractions":
            return _retractions(scope, library)
        case "abstracts" if query.action == "count":
            return _count(scope, library)
        case "abstracts" if query.order in ("newest", "oldest"):
            return _at_the_end(query, scope, library)
        case "abstracts":
            return _list(query, scope, library)
        case thing:
            at_the_end = query.order in ("newest", "oldest")
            few = (
                _at_the_end(query, scope, library).sources[:_EACH]
                if at_the_end
                else _few(analysis, query, scope, library)
            )
            return _each(thing, few, scope) if few else _tallied(thing, query, scope, library)


# ---- abstracts


def _count(scope: LibraryScope, library: Library) -> LibraryFacts:
    count, span = len(scope.pmids), ""
    if scope.is_whole:
        years = [int(tally.value) for tally in library.tally("year", EVERYTHING) if tally.value]
        span = f", from {min(years)} to {max(years)}" if len(years) > 1 else f", from {years[0]}" if years else ""
    message = f"This library has {scope.counted(count)}{span}."
    sources = () if scope.is_whole else _sources(scope.pmids, library)
    return LibraryFacts(message + _gone(scope.pmids, library), sources, count)


def _list(query: LibraryQuery, scope: LibraryScope, library: Library) -> LibraryFacts:
    wanted = scope.pmids[: query.limit]
    sources = _sources(wanted, library)
    message = f"This library has {scope.counted(len(scope.pmids))}: {_titles(sources, len(scope.pmids))}."
    return LibraryFacts(message + _gone(wanted, library), sources, len(scope.pmids))


def _at_the_end(query: LibraryQuery, scope: LibraryScope, library: Library) -> LibraryFacts:
    """Return the newest or the oldest abstracts; where a single one is asked for, all that may be it."""
    pmids, tied = by_date(query.order, scope, library)
    wanted = pmids[: tied if query.limit == 1 else query.limit]
    sources = _sources(wanted, library)
    if len(wanted) == len(scope.pmids):
        message = f"This library has {scope.counted(len(wanted))}, {query.order} first: "
    else:
        ends = f"{query.order} {len(wanted)}" if (query.limit or 1) > 1 else query.order
        message = f"The {ends} of the {scope.counted(len(pmids))} {'is' if len(wanted) == 1 else 'are'} "
    message += f"{_titles(sources, len(wanted))}."
    return LibraryFacts(message + _gone(wanted, library), sources, len(wanted))


def _retractions(scope: LibraryScope, library: Library) -> LibraryFacts:
    retracted = _retracted(scope.pmids, library)
    if len(scope.pmids) == 1:
        sources = _sources(scope.pmids, library)
        was = "was retracted" if retracted else "is not marked as retracted"
        return LibraryFacts(f"{_titles(sources, 1)} {was}.", sources, len(retracted))
    if not retracted:
        sources = () if scope.is_whole else _sources(scope.pmids, library)
        return LibraryFacts(f"None of the {scope.counted(len(scope.pmids))} is marked as retracted.", sources)
    sources, were = _sources(retracted, library), "was" if len(retracted) == 1 else "were"
    of_all = f"{len(retracted):,} of the {scope.counted(len(scope.pmids))} {were} retracted"
    return LibraryFacts(f"{of_all}: {_titles(sources, len(retracted))}.", sources, len(retracted))


def _retracted(pmids: Sequence[str], library: Library) -> list[str]:
    alive = set(library.pmids())
    return [pmid for pmid in pmids if pmid not in alive]


def _gone(pmids: Sequence[str], library: Library) -> str:
    sentence = of_them(pmids, _retracted(pmids, library))
    return f" {sentence}" if sentence else ""


def _sources(pmids: Sequence[str], library: Library) -> tuple[Source, ...]:
    abstracts = library.get_many(pmids[:SOURCES])
    present = [abstracts[pmid] for pmid in pmids[:SOURCES] if pmid in abstracts]
    return tuple(Source(number, abstract) for number, abstract in enumerate(present, start=1))


def _titles(sources: Sequence[Source], count: int) -> str:
    """Return the titles of sources, of which there are `count`: those of the first LISTED."""
    return listed([_title(source, with_year=True) for source in sources[:LISTED]], count)


def _title(source: Source, *, with_year: bool = False) -> str:
    abstract = source.abstract
    year = f" ({abstract.year})" if with_year and abstract.year else ""
    return f"“{abstract.title.rstrip('. ') or f'PMID {abstract.pmid}'}”{year} [{source.number}]"


# ---- authors, journals, years, types, MeSH terms


def _few(analysis: QuestionAnalysis, query: LibraryQuery, scope: LibraryScope, library: Library) -> tuple[Source, ...]:
    """Return the few abstracts that are told one by one, "the croup trial": those with the subject in their title.

    () where many are asked for, or there are many.
    """
    asks_for_many = query.action == "count" or query.order == "most" or _ASKS_FOR_MANY.search(analysis.question)
    if scope.is_whole or not (scope.mentions or scope.is_named) or asks_for_many:
        return ()
    sources = _sources(scope.pmids, library)
    forms = phrases(query.subject, library.parse(query.subject).equivalents) if query.subject else []
    titled = [
        source for source in sources
        if any(set(form.words) <= set(terms(source.abstract.title)) for form in forms)
    ]  # fmt: skip
    few = [source.abstract for source in titled or sources]
    if len(few) > _EACH or (not titled and len(scope.pmids) > _EACH):
        return ()
    return tuple(Source(number, abstract) for number, abstract in enumerate(few, start=1))


def _each(thing: Thing, sources: tuple[Source, ...], scope: LibraryScope) -> LibraryFacts:
    message = " ".join(f"{_title(source)} {_told(thing, source.abstract)}." for source in sources)
    more = len(scope.pmids) - len(sources)
    if more and scope.mentions:
        are = "is" if more == 1 else "are"
        message += f" There {are} {scope.counted(more).replace(' ', ' more ', 1)}."
    return LibraryFacts(message, sources, len(sources))


def _told(thing: Thing, abstract: Abstract) -> str:
    match thing:
        case "authors":
            return f"is by {listed(abstract.authors)}" if abstract.authors else "names no author"
        case "journals":
            when = f", {abstract.year}" if abstract.year else ""
            return f"appeared in {abstract.journal}{when}" if abstract.journal else "names no journal"
        case "years":
            is_dated = str(abstract.year) in abstract.date
            return f"is from {abstract.date if is_dated else abstract.year}" if abstract.year else "has no year"
        case "types":
            return (
                f"has the publication types {listed(abstract.types)}" if abstract.types else "has no publication type"
            )
        case _:
            return f"has the MeSH terms {listed(abstract.mesh)}" if abstract.mesh else "has no MeSH terms"


def _tallied(thing: Thing, query: LibraryQuery, scope: LibraryScope, library: Library) -> LibraryFacts:
    """Return how many abstracts have each of the values that there are, most frequent first; years in their order."""
    if thing == "authors" and len(scope.pmids) > _READ:
        return LibraryFacts(
            f"Authors are counted in up to {_READ:,} abstracts, and these are {len(scope.pmids):,}: ask for those of a"
            " subject, a year or a journal."
        )
    tallies = list(_authors(scope, library) if thing == "authors" else library.tally(_TALLIES[thing], scope.filters))
    named = [tally for tally in tallies if tally.value and not (thing == "MeSH terms" and "/" in tally.value)]
    if thing == "years" and query.order != "most":
        named.sort(key=lambda tally: int(tally.value), reverse=query.order != "oldest")
    shown = _with_ties(named, query.limit)
    names = [
        f"{name} ({counted(tally.count, 'abstracts')})" for name, tally in _written(thing, shown[:LISTED], library)
    ]
    verbs = ("is from", "are from") if thing == "years" else ("names", "name")
    message = f"{scope.all()} {verbs[len(scope.pmids) > 1]} {counted(len(named), _PLURALS.get(thing, thing))}"
    message += f"{', most often' if len(shown) < len(named) else ''}: {listed(names, len(shown))}." if names else "."
    return LibraryFacts(message, () if scope.is_whole else _sources(scope.pmids, library), len(named))


def _with_ties(tallies: list[Tally], limit: int | None) -> list[Tally]:
    """Return the first of the values, and those that as many abstracts have as the last of them."""
    if not limit or limit >= len(tallies):
        return tallies
    least = tallies[limit - 1].count
    return [tally for place, tally in enumerate(tallies) if place < limit or tally.count == least]


def _authors(scope: LibraryScope, library: Library) -> list[Tally]:
    counts, pmids = Counter[str](), dict[str, str]()
    for first in range(0, len(scope.pmids), _BATCH):
        for pmid, abstract in library.get_many(scope.pmids[first : first + _BATCH]).items():
            counts.update(set(abstract.authors))
            pmids |= dict.fromkeys(abstract.authors, pmid)
    return [Tally(name, counts[name], pmids[name]) for name in sorted(counts, key=lambda name: (-counts[name], name))]


def _written(thing: Thing, tallies: Sequence[Tally], library: Library) -> Iterator[tuple[str, Tally]]:
    """Yield values as the records write them, which are kept in small letters, with their tallies."""
    examples = library.get_many([tally.pmid for tally in tallies])
    for tally in tallies:
        abstract = examples[tally.pmid]
        descriptors = (heading.partition("/")[0] for heading in abstract.mesh)
        written = (abstract.journal, *abstract.types, *descriptors)
        yield next((name for name in written if name.casefold() == tally.value), tally.value), tally
