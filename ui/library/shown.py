"""The list of a library as HTML: rows, what it can be narrowed by, what was chosen, and an abstract opened whole."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from index import Library, Progress
from index.records import Abstract, Tally
from index.storage.listing import ListedAbstract
from qa.answer import Source
from qa.studies.reading import studies_of
from ui.cards import make_card
from ui.history.records import ConversationLine
from ui.library.downloads import FORMATS
from ui.library.look import KINDS, PAGE, CountedKind, Finder, Look, counts
from ui.rendering import render

COLUMNS: Mapping[str, str] = {
    "title": "Title",
    "year": "Year",
    "journal": "Journal",
    "type": "Type",
    "design": "Design",
    "n": "n",
    "retracted": "Retracted",
    "added": "Added",
}
_SIMILAR = 5
_LISTED = 12
"""Values of a kind that are shown before the others are asked for."""


@dataclass(frozen=True, slots=True)
class PagePlace:
    """Where a look stands among its pages."""

    page: int
    last: int
    first_row: int
    last_row: int
    total: int


def pages_of(look: Look, total: int) -> PagePlace:
    """Return the place of a look among its pages; a page beyond the last is the last."""
    last = max(1, math.ceil(total / PAGE))
    page = min(max(look.page, 1), last)
    return PagePlace(page, last, min((page - 1) * PAGE + 1, total), min(page * PAGE, total), total)


def rows_of(library: Library, look: Look, finder: Finder) -> tuple[list[ListedAbstract], PagePlace]:
    """Return the rows of a look's page. The library's list must be current."""
    found = finder.pmids(library, look)
    pages = pages_of(look, len(found))
    return library.listing.rows(found[max(pages.first_row - 1, 0) : pages.last_row]), pages


def list_html(library: Library, look: Look, finder: Finder, *, chosen: Container[str] = (), problem: str = "") -> str:
    """Return a look's page of the list; a search that cannot be carried out is told by `problem`, above no rows."""
    rows, pages = ([], pages_of(look, 0)) if problem else rows_of(library, look, finder)
    tallies = counts(library, look, finder.pmids(library, look)) if look.shows_counts and not problem else {}
    names = _names(library, tallies, rows)
    return render(
        "library/abstracts.html",
        name=look.library,
        look=look,
        chosen=chosen,
        rows=rows,
        pages=pages,
        problem=problem,
        columns=COLUMNS,
        kinds=KINDS,
        narrowings=[(kind, value, names.get(value) or _word(value)) for kind, value in look.narrowed],
        tallies=tallies,
        unread=_unread(tallies),
        names=names,
        listed=_LISTED,
        day=_day,
        word=_word,
    )


def reading_html(progress: Progress) -> str:
    """Return how far the list is made, which is once after a library has changed."""
    return render("library/reading.html", progress=progress)


def chosen_bar_html(
    chosen: int, others: Sequence[str], *, removed: str = "", count: int = 0, note: str = "", problem: str = "",
    saved: str = "",
) -> str:  # fmt: skip
    """Return what can be done with so many abstracts chosen, and what the last thing done came to.

    `removed` is the key that brings back `count` removed abstracts; `saved` the address of a file to save.
    """
    return render(
        "library/chosen.html", chosen=chosen, others=others, removed=removed, count=count, note=note, problem=problem,
        saved=saved, formats={ending: name for ending, (name, _) in FORMATS.items()},
    )  # fmt: skip


def opened_html(library: Library, abstract: Abstract, conversations: Sequence[ConversationLine]) -> str:
    """Return an abstract whole with its details, what is similar in the library, and the conversations that cite it."""
    similar = library.similar(abstract.pmid, top=_SIMILAR) if abstract.title else []
    others = library.get_many([hit.passage.pmid for hit in similar])
    added = library.listing.rows([abstract.pmid])
    return render(
        "library/abstract.html",
        abstract=abstract,
        card=make_card(Source(1, abstract), study=studies_of(library, [abstract])[abstract.pmid]),
        details=_details(abstract, added[0].added if added else ""),
        similar=[others[hit.passage.pmid] for hit in similar if hit.passage.pmid in others],
        conversations=conversations,
    )


def _details(abstract: Abstract, added: str) -> dict[str, str]:
    """Return what a record says of itself, each with its heading, as far as it is known."""
    issue = f"({abstract.issue})" if abstract.issue else ""
    pages = f":{abstract.pages or abstract.article_number}" if abstract.pages or abstract.article_number else ""
    details = {
        "Authors": ", ".join(abstract.authors),
        "Journal": abstract.journal_title or abstract.journal,
        "Published": f"{abstract.date or abstract.year or ''} {abstract.volume}{issue}{pages}".strip(),
        "DOI": abstract.doi,
        "PMC": abstract.pmcid,
        "Types": ", ".join(abstract.types),
        "MeSH terms": ", ".join(abstract.mesh),
        "Keywords": ", ".join(abstract.keywords),
        "Substances": ", ".join(abstract.substances),
        "Language": abstract.language,
        "Added": _day(added),
    }
    return {heading: text for heading, text in details.items() if text}


def _unread(tallies: Mapping[CountedKind, Sequence[Tally]]) -> int:
    return sum(tally.count for tally in tallies.get("design", ()) if not tally.value)


def _names(
    library: Library, tallies: Mapping[CountedKind, Sequence[Tally]], rows: Sequence[ListedAbstract]
) -> dict[str, str]:
    """Return the values that were counted, and those of the first row, as the records write them, by small letters."""
    counted = [tally.pmid for each in tallies.values() for tally in each if tally.pmid]
    some = library.get_many([*counted, *(row.pmid for row in rows[:1])])
    values = (
        (*abstract.mesh, *(term.partition("/")[0] for term in abstract.mesh), *abstract.types, abstract.journal)
        for abstract in some.values()
    )
    return {name.casefold(): name for each in values for name in each}


def _word(value: str) -> str:
    return value[:1].upper() + value[1:]


def _day(at: str) -> str:
    if not at:
        return ""
    day = datetime.fromisoformat(at)
    return f"{day.day} {day:%b %Y}"
