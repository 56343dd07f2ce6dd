"""Abstracts as CSL-JSON, which citation styles render."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from index.records import Abstract, Author
from qa.export.fields import (
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

_TYPES = {"article": "article-journal", "chapter": "chapter", "book": "book"}


def csl_items(abstracts: Iterable[Abstract]) -> Iterator[str]:
    """Yield a CSL-JSON list in pieces, an abstract each."""
    begins = "[\n"
    for abstract in abstracts:
        yield begins + json.dumps(_item(abstract), ensure_ascii=False, indent=2)
        begins = ",\n"
    yield "[]\n" if begins == "[\n" else "\n]\n"


def _item(abstract: Abstract) -> dict[str, Any]:
    date, book = date_of(abstract), abstract.book
    pages = ", ".join(f"{first}-{last}" if last else first for first, last in pages_of(abstract))
    number = "" if pages else line(abstract.article_number)
    fields = {
        "id": f"pmid{abstract.pmid}",
        "type": _TYPES[kind_of(abstract)],
        "title": line(abstract.title),
        "author": [_name(author) for author in authors_of(abstract)],
        "editor": [_name(editor) for editor in editors_of(abstract)],
        "container-title": container(abstract),
        "container-title-short": line(abstract.journal) if abstract.journal_title else "",
        "publisher": line(book.publisher) if book else "",
        "publisher-place": line(book.place) if book else "",
        "issued": {"date-parts": [list(date)]} if date else None,
        "volume": line(abstract.volume),
        "issue": line(abstract.issue),
        "page": pages or number,  # the number too, as most styles look here alone
        "number": number,
        "ISSN": line(abstract.issn),
        "ISBN": line(book.isbn) if book else "",
        "DOI": line(abstract.doi),
        "PMID": abstract.pmid,
        "PMCID": line(abstract.pmcid),
        "URL": abstract.url,
        "language": line(abstract.language),
        "abstract": text_of(abstract),
        "keyword": ", ".join(keywords_of(abstract)),
        "note": "; ".join(remarks_on(abstract)),
    }
    return {name: value for name, value in fields.items() if value}


def _name(author: Author) -> dict[str, str]:
    if author.group:
        return {"literal": line(author.group)}
    parts = {"family": author.family, "given": given_name(author), "suffix": author.suffix}
    return {name: line(part) for name, part in parts.items() if part}
