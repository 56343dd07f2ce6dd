"""Answers and tables as lines of plain text, for pipes and files."""

from __future__ import annotations

from collections.abc import Iterator

from qa.answer import Answer, Citation, Source
from qa.studies.table import COLUMNS, StudyTable

_IN_THE_HEAD = ("pmid", "title", "year")
"""Columns that stand in the first line of a row."""


def answer_lines(answer: Answer) -> Iterator[str]:
    """Yield an answer: how it was understood, verdict, sentences, sources, and an empty line."""
    if answer.understood_as:
        yield f"(asked: {answer.understood_as})"
    for text in filter(None, (answer.headline_told, answer.differences_told, answer.short_told)):
        yield f"{text}\n"
    yield answer.text
    if answer.also_searched:
        yield f"\n{answer.also_searched_told}"
    yield from source_lines(answer)
    yield ""


def source_lines(answer: Answer) -> Iterator[str]:
    """Yield the sources of an answer, or the nearest abstracts where it abstained."""
    shown = answer.nearest if answer.abstained else answer.sources
    if shown:
        yield "\nNearest, not used:" if answer.abstained else "\nSources:"
    for source in shown:
        abstract = source.abstract
        marks = "".join(f" {mark}" for mark in abstract.marks)
        yield f"[{source.number}] {abstract.title} {abstract.journal} {abstract.year or ''} PMID {abstract.pmid}{marks}"
        if abstract.note:
            yield f"    {abstract.note}"


def quotes_of(answer: Answer, number: int) -> list[Citation]:
    """Return the quotes that an answer has of a source, each once."""
    cited = (citation for sentence in answer.sentences for citation in (*sentence.citations, *sentence.against))
    return list(dict.fromkeys(citation for citation in cited if citation.source == number))


def quote_lines(source: Source, quotes: list[Citation]) -> Iterator[str]:
    """Yield the quotes of a source with their places."""
    yield f"[{source.number}] {source.abstract.title} {source.abstract.url}"
    for quoted in quotes:
        section = source.abstract.section_at(quoted.start)
        where = ", ".join(filter(None, (section.label or section.category, f"{quoted.start}-{quoted.end}")))
        yield f"    “{quoted.quote}” ({where})"


def table_lines(table: StudyTable) -> Iterator[str]:
    """Yield the rows of a table, each cell that has a text below its abstract."""
    for row in table.rows:
        marks = "".join(f" {mark}" for mark in row.abstract.marks)
        yield f"[{row.number}] {row.abstract.title} {row.abstract.year or ''} PMID {row.abstract.pmid}{marks}"
        for column in table.columns:
            if column not in _IN_THE_HEAD and (text := row.cell(column).text):
                yield f"    {COLUMNS[column]}: {text}"
