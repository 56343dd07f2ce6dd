"""Abstracts as CSV, a row each, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from index.records import Abstract
from qa.export.fields import keywords_of, line, pages_of, remarks_on, text_of

COLUMNS = (
    "PMID", "Title", "Authors", "Journal/Book", "Publication Year", "Date", "Volume", "Issue", "Pages", "DOI", "PMCID",
    "ISSN", "ISBN", "Language", "Publication Types", "Keywords and MeSH", "Remarks", "Abstract", "URL",
)  # fmt: skip
"""Named as in PubMed's own CSV where that has the same."""
_FORMULA = re.compile(r"[=+@-](?![\d.]*$)")
"""What a spreadsheet would run; a quote before it makes it text."""


def csv_rows(abstracts: Iterable[Abstract]) -> Iterator[str]:
    """Yield the names of the columns and then each abstract as a row, as RFC 4180 has it; several values with "; "."""
    yield csv_row(COLUMNS)
    for abstract in abstracts:
        yield csv_row(_cells(abstract))


def csv_row(cells: Iterable[str]) -> str:
    """Return a row of CSV; a cell that a spreadsheet would run as a formula is text, by a quote before it."""
    text = io.StringIO()
    csv.writer(text).writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
    return text.getvalue()


def _cells(abstract: Abstract) -> list[str]:
    book = abstract.book
    return [
        abstract.pmid,
        line(abstract.title),
        line("; ".join(abstract.authors)),
        line(abstract.journal or (book.title if book else "")),
        str(abstract.year or ""),
        line(abstract.date),
        line(abstract.volume),
        line(abstract.issue),
        ", ".join(f"{first}-{last}" if last else first for first, last in pages_of(abstract))
        or line(abstract.article_number),
        line(abstract.doi),
        line(abstract.pmcid),
        line(abstract.issn),
        line(book.isbn) if book else "",
        line(abstract.language),
        line("; ".join(abstract.types)),
        "; ".join(keywords_of(abstract)),
        "; ".join(remarks_on(abstract)),
        text_of(abstract),
        abstract.url,
    ]
