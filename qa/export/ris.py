"""Abstracts as RIS, which EndNote, Zotero and most other reference managers read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
    locator_of,
    remarks_on,
    text_of,
)

_TYPES = {"article": "JOUR", "chapter": "CHAP", "book": "BOOK"}


def ris_records(abstracts: Iterable[Abstract]) -> Iterator[str]:
    """Yield each abstract as a record of RIS, UTF-8."""
    return map(_record, abstracts)


def _record(abstract: Abstract) -> str:
    fields = [*_of_the_work(abstract), *_of_the_place(abstract), *_of_the_record(abstract)]
    lines = [f"{tag}  - {line(value)}\n" for tag, value in fields if line(value)]
    return "".join([*lines, "ER  - \n\n"])


def _of_the_work(abstract: Abstract) -> list[tuple[str, str]]:
    dated = [f"{part:02d}" for part in date_of(abstract)]
    return [
        ("TY", _TYPES[kind_of(abstract)]),
        *(("AU", _name(author)) for author in authors_of(abstract)),
        *(("A2", _name(editor)) for editor in editors_of(abstract)),
        ("TI", abstract.title),
        ("T2", container(abstract)),
        ("J2", abstract.journal if abstract.journal_title else ""),
        ("PY", str(abstract.year or "")),
        ("DA", "/".join(dated) if len(dated) > 1 else ""),
    ]


def _of_the_place(abstract: Abstract) -> list[tuple[str, str]]:
    first, last = locator_of(abstract)
    book = abstract.book
    return [
        ("VL", abstract.volume),
        ("IS", abstract.issue),
        ("SP", first),
        ("EP", last),
        ("C7", "" if abstract.pages else abstract.article_number),
        ("SN", book.isbn if book else abstract.issn),
        ("PB", book.publisher if book else ""),
        ("CY", book.place if book else ""),
        ("DO", abstract.doi),
    ]


def _of_the_record(abstract: Abstract) -> list[tuple[str, str]]:
    return [
        ("AN", abstract.pmid),
        ("C2", abstract.pmcid),
        ("LA", abstract.language),
        ("UR", abstract.url),
        ("AB", text_of(abstract)),
        *(("KW", mark) for mark in abstract.marks),
        *(("KW", keyword) for keyword in keywords_of(abstract)),
        ("N1", f"PMID: {abstract.pmid}"),
        *(("N1", remark) for remark in remarks_on(abstract)),
    ]


def _name(author: Author) -> str:
    return author.group or ", ".join(filter(None, (author.family, given_name(author), author.suffix)))
