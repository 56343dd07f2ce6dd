"""Fields of a citation as every format needs them: names, dates, full pages, the text, what kind of record it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from index.analysis.author_names import from_flat_name, split_initials
from index.records import Abstract, Author

WorkType = Literal["article", "chapter", "book"]


def kind_of(abstract: Abstract) -> WorkType:
    """Return what is cited: an article, a book, or a chapter of one."""
    if abstract.book is None:
        return "article"
    return "chapter" if abstract.book.is_chapter else "book"


def container(abstract: Abstract) -> str:
    """Return the full title of the journal, or that of the book that a chapter is in; "" for a whole book."""
    if abstract.book is not None:
        return line(abstract.book.title) if abstract.book.is_chapter else ""
    return line(abstract.journal_title or abstract.journal)


def authors_of(abstract: Abstract) -> Sequence[Author]:
    """Return the authors with their parts, in an older library of flat names; none for a book of editors alone."""
    if abstract.book and abstract.author_records == abstract.book.editors:
        return ()
    return abstract.author_records or [from_flat_name(line(name)) for name in abstract.authors if name.strip()]


def editors_of(abstract: Abstract) -> Sequence[Author]:
    """Return the editors of a book or of the book that a chapter is in."""
    return abstract.book.editors if abstract.book else ()


def given_name(author: Author) -> str:
    """Return the forenames in full, or the initials with a dot behind each.

    >>> [given_name(Author("X", *names)) for names in (("Dara Q", "DQ"), ("Iu V", "IuV"), ("", "JW"))]
    ['Dara Q', 'Iu. V.', 'J. W.']
    """
    forenames = line(author.given)
    if forenames and "".join(re.findall(r"[^\W\d_]", forenames)) != author.initials:
        return forenames
    words = (
        split_initials(author.initials) if forenames in ("", author.initials) else forenames.replace(".", " ").split()
    )
    return " ".join("-".join(f"{part}." for part in word.split("-")) for word in words)


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(r"(\d{4})(?:[ ./-]+(\d{1,2}(?!\d)|[A-Za-z]{3,9})\.?(?:[ ./-]+(\d{1,2})\b)?)?")


def date_of(abstract: Abstract) -> tuple[int, ...]:
    """Return year, month and day, the known ones: () for no year. "2015 Mar 7" and "2015-03-07" are one date."""
    match = _DATE.match(_year_first(abstract.date))
    if not match or (abstract.year and int(match[1]) != abstract.year):
        return (abstract.year,) if abstract.year else ()
    month = _month(match[2] or "")
    day = int(match[3]) if month and match[3] and 1 <= int(match[3]) <= 31 else 0
    return tuple(part for part in (int(match[1]), month, day) if part)


def _year_first(date: str) -> str:
    """Return a date with the year before month and day: of "7 March 2015", "Mar 7, 2015" and "20150307"."""
    if match := re.fullmatch(r"(\d{4})(\d\d)(\d\d)", date):
        return " ".join(match.groups())
    match = re.fullmatch(r"(\d{1,2} )?([A-Za-z]{3,9})\.? (\d{1,2},? )?(\d{4})", date)
    return f"{match[4]} {match[2]} {(match[1] or match[3] or '').rstrip(', ')}".strip() if match else date


def _month(written: str) -> int:
    if written.isdecimal():
        return int(written) if 1 <= int(written) <= 12 else 0
    short = written[:3].lower()
    return MONTHS.index(short) + 1 if short in MONTHS else 0


_DASHES = re.compile(r"\s*[-‐‑‒–—−]+\s*")
_BESIDE = re.compile(r"[;(]|,?\s*\b(?:discussion|disc\b|(?:author )?reply|quiz|passim|table of contents|contd)", re.I)
"""What begins behind the pages of the paper itself: those of its discussion, and "passim"."""
_PAGE = re.compile(r"(?P<before>.*?)(?P<number>\d+)(?P<after>[A-Za-z]?)", re.DOTALL)
_ONLINE = re.compile(r"(?P<number>\d+)(?P<online>\.[A-Za-z]+\d+)")
"""A last page with online pages behind it: 1227-35.e3."""


def pages_of(abstract: Abstract) -> list[tuple[str, str]]:
    """Return the ranges of pages, first and last in full; the last is "" where there is one page only.

    >>> pages_of(Abstract("1", "T", pages="S12-8, 20; discussion S19-20"))
    [('S12', 'S18'), ('20', '')]
    """
    own = _BESIDE.split(line(abstract.pages), maxsplit=1)[0]
    own = re.sub(r"^(?:pages?|pp?\.)\s*", "", own, flags=re.I)
    return [_range(part.strip()) for part in own.split(",") if part.strip()]


def _range(written: str) -> tuple[str, str]:
    first, *rest = _DASHES.split(written)
    if len(rest) != 1 or not first or not rest[0]:
        return written, ""
    last = _full(first, rest[0])
    return (first, last) if last else (written, "")


def _full(first: str, last: str) -> str:
    """Return the last page in full, where the first has what it lacks; "" when the two are no range."""
    start, end, online = _PAGE.fullmatch(first), _PAGE.fullmatch(last), _ONLINE.fullmatch(last)
    if online and first.isdecimal():
        return f"{_number(first, online['number'])}{online['online']}" if _number(first, online["number"]) else ""
    if start is None or end is None:
        is_letter = start is not None and start["after"] and len(last) == 1 and last.isalpha()
        return f"{first[:-1]}{last}" if is_letter else last  # 12A-B, and Roman numerals
    if end["before"] not in ("", start["before"]):
        return last
    number = _number(start["number"], end["number"])
    after = end["after"] or (start["after"] if len(end["number"]) < len(start["number"]) else "")
    return f"{start['before']}{number}{after}" if number else ""


def _number(first: str, last: str) -> str:
    """Return the last number with the digits that it has in common with the first; "" when it would be smaller."""
    if len(last) < len(first) and first.startswith("0"):
        return ""  # the number of an article, 00112-19
    full = first[: len(first) - len(last)] + last if len(last) < len(first) else last
    return full if int(full) >= int(first) else ""


def locator_of(abstract: Abstract) -> tuple[str, str]:
    """Return the first and the last page of all; for a paper without pages the number of the article."""
    ranges = pages_of(abstract)
    if not ranges:
        return line(abstract.article_number), ""
    first, last = ranges[0][0], ranges[-1][1] or ranges[-1][0]
    return first, last if last != first else ""


def text_of(abstract: Abstract) -> str:
    """Return the abstract's text on one line, each label before its part."""
    return " ".join(
        f"{line(part.label)}: {line(part.text)}" if part.label else line(part.text) for part in abstract.sections
    )


def keywords_of(abstract: Abstract) -> list[str]:
    """Return the authors' keywords and the MeSH terms, each once."""
    return list(dict.fromkeys(filter(None, map(line, (*abstract.keywords, *abstract.mesh)))))


def remarks_on(abstract: Abstract) -> list[str]:
    """Return the remarks shown with an abstract: its marks, then its own note."""
    return [remark for remark in (*abstract.marks, line(abstract.note)) if remark]


def line(text: str) -> str:
    """Return text on one line without control characters, which no format can hold."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", " ", text).split())
