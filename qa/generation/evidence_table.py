"""A question to a table of studies: the abstracts that search finds, each with the sentence that answers, if any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from index import Filters, Library
from index.records import Abstract
from index.search.query import Query
from qa.answer import Citation, Source
from qa.evidence.relation import ANY_RELATION, SoughtRelation
from qa.evidence.reranked import rerank_evidence
from qa.grounding import answering
from qa.reranking.protocol import Reranker
from qa.retrieval import retrieve
from qa.studies.reading import studies_of
from qa.studies.table import StudyRow, StudyTable

_AT_ONCE = 25
"""Abstracts whose sentences are scored at once: a table grows by as many rows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a table is made for: the question parsed, the relation that it asks for, and how many abstracts at most."""

    query: Query
    top: int
    sought: SoughtRelation = ANY_RELATION


def study_tables(
    blank: StudyTable, wanted: Wanted, *, library: Library, reranker: Reranker | None
) -> Iterator[StudyTable]:
    """Yield the table of a question as it grows by some rows each time; the last one is whole and in order.

    The rows are the abstracts that search finds, then, up to the wanted number, the others that the filters allow,
    newest first.
    """
    sources = retrieve(library, wanted.query, filters=blank.filters, top=wanted.top, reranker=reranker)
    found = {source.abstract.pmid: source for source in sources}
    pmids = [*found, *_others(library, blank.filters, found, most=wanted.top - len(found))]
    table = replace(blank, total=len(pmids))
    for first in range(0, len(pmids), _AT_ONCE):
        sources = _numbered(library, pmids[first : first + _AT_ONCE], found, first=len(table.rows) + 1)
        table = replace(table, rows=(*table.rows, *_rows(sources, wanted, library, reranker)))
        yield table
    yield table.in_order()


def _others(library: Library, filters: Filters, found: Mapping[str, Source], *, most: int) -> list[str]:
    return [pmid for pmid in library.pmids(filters) if pmid not in found][:most] if most > 0 else []


def _numbered(library: Library, pmids: Sequence[str], found: Mapping[str, Source], *, first: int) -> list[Source]:
    """Return the sources of these PMIDs numbered from `first`; those that search did not find are read now."""
    read = library.get_many([pmid for pmid in pmids if pmid not in found])
    sources = [found.get(pmid) or Source(0, read[pmid]) for pmid in pmids if pmid in found or pmid in read]
    return [replace(source, number=number) for number, source in enumerate(sources, start=first)]


def _rows(sources: Sequence[Source], wanted: Wanted, library: Library, reranker: Reranker | None) -> Iterator[StudyRow]:
    evidence = rerank_evidence(wanted.query, sources, library=library, sought=wanted.sought, reranker=reranker)
    quoted: dict[int, Citation] = {}
    for sentence in answering(evidence):
        if not sentence.text.endswith("?"):
            quoted.setdefault(sentence.source.number, sentence.citation)
    studies = studies_of(library, [source.abstract for source in sources])
    for source in sources:
        abstract, answer = source.abstract, quoted.get(source.number)
        yield StudyRow(source.number, abstract, studies[abstract.pmid], _verbatim(answer, abstract))


def _verbatim(answer: Citation | None, abstract: Abstract) -> Citation | None:
    """Return a citation whose quote stands at its place in the abstract, else None."""
    return answer if answer and abstract.text[answer.start : answer.end] == answer.quote else None
