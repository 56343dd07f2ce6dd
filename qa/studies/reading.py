"""An abstract to the record of its study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index import Library
from index.records import Abstract, Filters
from qa.studies.design import read_design
from qa.studies.effects import read_effects
from qa.studies.finding import read_finding
from qa.studies.pico import read_question
from qa.studies.records import Study
from qa.studies.sentences import told_sentences
from qa.studies.size import read_size

_AT_ONCE = 200


def read_study(abstract: Abstract) -> Study:
    """Return what an abstract says of its study. Pure: the same abstract gives the same record."""
    told = told_sentences(abstract)
    design, subjects, told_by = read_design(abstract, told)
    question = read_question(told, design)
    finding, words = read_finding(told, design)
    size = read_size(told, design)
    return Study(
        abstract.pmid,
        design,
        subjects,
        size,
        *question,
        effects=read_effects(told, size),
        finding=finding,
        told_by=(*told_by, ("finding", words)) if words else told_by,
    )


def studies_of(library: Library, abstracts: Sequence[Abstract]) -> dict[str, Study]:
    """Return the studies of a library's abstracts, by PMID."""
    return {abstract.pmid: read_study(abstract) for abstract in abstracts}


def library_studies(library: Library, filters: Filters = Filters()) -> Iterator[Study]:
    """Yield the studies of a library's abstracts that the filters allow, newest first."""
    pmids = library.pmids(filters)
    for first in range(0, len(pmids), _AT_ONCE):
        some = pmids[first : first + _AT_ONCE]
        abstracts = library.get_many(some)
        studies = studies_of(library, list(abstracts.values()))
        yield from (studies[pmid] for pmid in some if pmid in studies)
