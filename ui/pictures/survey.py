"""What a library holds, counted: abstracts by year and design, journals, branches of the MeSH tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from index import Library
from index.records import Abstract, Filters
from index.search.pubmed.thesaurus import branch_name
from qa.studies.reading import studies_of
from ui.pictures.bars import Bar, Bars, columns, rows
from ui.pictures.designs import FAMILIES, FAMILY_OF
from ui.pictures.drawing import Picture
from ui.pictures.topics import headings_of, topics_of

MOST = 20_000
"""Abstracts that are read for the pictures, the newest."""
_AT_ONCE = 200
_SHOWN = 12
"""Journals and branches that are shown."""
_MOST_COLUMNS = 30


@dataclass(frozen=True, slots=True)
class Survey:
    """The counts so far, of `read` of `total` abstracts."""

    read: int
    total: int
    years: Mapping[tuple[int, str], int]
    journals: Mapping[str, int]
    branches: Mapping[str, int]

    @property
    def is_whole(self) -> bool:
        """True when all abstracts have been read."""
        return self.read >= self.total


def surveys(library: Library) -> Iterator[Survey]:
    """Yield the survey of a library as it grows by some abstracts each time; the last one is whole."""
    pmids = library.pmids(Filters(include_retracted=True))[:MOST]
    years: Counter[tuple[int, str]] = Counter()
    journals: Counter[str] = Counter()
    branches: Counter[str] = Counter()
    for first in range(0, len(pmids), _AT_ONCE):
        abstracts = list(library.get_many(pmids[first : first + _AT_ONCE]).values())
        years += _years(library, abstracts)
        journals.update(abstract.journal for abstract in abstracts if abstract.journal)
        branches.update(branch for abstract in abstracts for branch in _branches(abstract))
        yield Survey(min(first + _AT_ONCE, len(pmids)), len(pmids), years, journals, branches)
    if not pmids:
        yield Survey(0, 0, {}, {}, {})


def pictures(survey: Survey) -> list[Picture]:
    """Return the pictures of a survey; none of what no record tells."""
    made = [columns(_by_year(survey)), rows(_journals(survey)), rows(_branches_of_all(survey))]
    return [picture for picture in made if picture.figures.rows]


def _years(library: Library, abstracts: list[Abstract]) -> Counter[tuple[int, str]]:
    studies = studies_of(library, abstracts)
    return Counter((abstract.year, FAMILY_OF[studies[abstract.pmid].design]) for abstract in abstracts if abstract.year)


def _branches(abstract: Abstract) -> set[str]:
    return {branch for heading in headings_of(abstract) for branch in topics_of(heading)}


def _by_year(survey: Survey) -> Bars:
    counts: Counter[tuple[str, str]] = Counter()
    width = _width(year for year, _ in survey.years)
    for (year, family), count in survey.years.items():
        counts[_name(year, width), family] += count
    known = [year for year, _ in survey.years]
    names = dict.fromkeys(_name(year, width) for year in range(min(known), max(known) + 1)) if known else ()
    parts = tuple(family for family in FAMILIES if any(counted == family for _, counted in counts))
    bars = tuple(Bar(name, tuple(counts[name, part] for part in parts)) for name in names)
    unknown = survey.read - sum(survey.years.values())
    note = "Designs as they were read from the abstracts."
    if unknown:
        note += f" {unknown:,} abstract{' has' if unknown == 1 else 's have'} no year."
    return Bars("years", "Abstracts by year and design", "Year", parts, bars, note)


def _width(years: Iterable[int]) -> int:
    """Return how many years a column stands for, so that there are not too many: 1, 5 or 10."""
    known = list(years)
    span = max(known) - min(known) + 1 if known else 1
    return next((width for width in (1, 5) if span <= width * _MOST_COLUMNS), 10)


def _name(year: int, width: int) -> str:
    first = year - year % width
    return str(first) if width == 1 else f"{first}\N{EN DASH}{(first + width - 1) % 100:02}"


def _journals(survey: Survey) -> Bars:
    bars, left = _most_frequent(survey.journals)
    note = f"{left:,} more journals." if left else ""
    return Bars("journals", "Journals", "Journal", ("Abstracts",), bars, note)


def _branches_of_all(survey: Survey) -> Bars:
    bars, _ = _most_frequent({branch_name(branch): count for branch, count in survey.branches.items()})
    note = "Abstracts with a term of the branch, without organisms, persons, methods and places, which nearly all have."
    return Bars("mesh", "Branches of the MeSH tree", "Branch", ("Abstracts",), bars, note)


def _most_frequent(counts: Mapping[str, int]) -> tuple[tuple[Bar, ...], int]:
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Bar(name, (count,)) for name, count in ranked[:_SHOWN]), max(0, len(ranked) - _SHOWN)
