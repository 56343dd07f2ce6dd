"""Abstracts as BibTeX, in LaTeX that needs no package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from index.records import Abstract, Author
from qa.export.fields import (
    MONTHS,
    authors_of,
    container,
    date_of,
    editors_of,
    given_name,
    keywords_of,
    kind_of,
    line,
    pages_of,
    remarks_on,
    text_of,
)
from qa.export.latex import latex

_TYPES = {"article": "article", "chapter": "incollection", "book": "book"}


def bibtex_entries(abstracts: Iterable[Abstract]) -> Iterator[str]:
    """Yield each abstract as an entry of BibTeX."""
    begins = ""
    for abstract in abstracts:
        yield begins + _entry(abstract)
        begins = "\n"


def _entry(abstract: Abstract) -> str:
    date = date_of(abstract)
    lines = [f"  {name} = {{{value}}},\n" for name, value in _fields(abstract).items() if value]
    lines += [f"  month = {MONTHS[date[1] - 1]},\n"] if len(date) > 1 else []  # a macro of every style
    key = re.sub("[^0-9A-Za-z]", "", abstract.pmid)
    return f"@{_TYPES[kind_of(abstract)]}{{pmid{key},\n{''.join(lines)}}}\n"


def _fields(abstract: Abstract) -> dict[str, str]:
    book, kind = abstract.book, kind_of(abstract)
    pages = ", ".join(f"{first}--{last}" if last else first for first, last in pages_of(abstract))
    return {
        "title": f"{{{latex(abstract.title)}}}" if abstract.title else "",  # in braces twice: styles lower the case
        "author": " and ".join(map(_name, authors_of(abstract))),
        "editor": " and ".join(map(_name, editors_of(abstract))),
        "booktitle" if kind == "chapter" else "journal": latex(container(abstract)),
        "shortjournal": latex(abstract.journal) if abstract.journal_title else "",
        "publisher": latex(book.publisher) if book else "",
        "address": latex(book.place) if book else "",
        "year": str(abstract.year or ""),
        "volume": latex(abstract.volume),
        "number": latex(abstract.issue),
        "pages": latex(pages or abstract.article_number),
        "issn": latex(abstract.issn),
        "isbn": latex(book.isbn) if book else "",
        "doi": _verbatim(abstract.doi),
        "pmid": latex(abstract.pmid),
        "pmcid": latex(abstract.pmcid),
        "url": _verbatim(abstract.url),
        "language": latex(abstract.language),
        "keywords": ", ".join(map(latex, keywords_of(abstract))),
        "abstract": latex(text_of(abstract)),
        "note": "; ".join(map(latex, remarks_on(abstract))),
    }


def _verbatim(address: str) -> str:
    """Return a DOI or an address, which LaTeX takes as it is, without the signs that would end the field."""
    return re.sub(r"[{}\\\s]", lambda sign: quote(sign[0]), line(address))


def _name(author: Author) -> str:
    forenames = given_name(author)
    if author.group or not forenames:
        return f"{{{latex(author.group or author.family)}}}"
    parts = (latex(part) for part in (author.family, author.suffix, forenames) if part)
    return ", ".join(f"{{{part}}}" if re.search(r"(?:^|\s)and(?:\s|$)|,", part, re.I) else part for part in parts)
