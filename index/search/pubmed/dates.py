"""Dates of a search, 2010/05 or 2010:2020, and the dates of publication that they are held against."""

from __future__ import annotations

import re

from index.records import Abstract

Day = tuple[int, int, int]
"""Year, month and day."""

_DATE = re.compile(r"(\d{4})(?:[/-](\d{1,2})(?:[/-](\d{1,2}))?)?")
_PRINTED = re.compile(r"(?P<year>\d{4})(?:[ -]+(?P<month>[A-Za-z]{3}|\d{1,2})(?:[ -]+(?P<day>\d{1,2}))?)?")
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}


def read_dates(text: str) -> tuple[Day, Day] | None:
    """Return the first and the last day of a date or a range, either end of which may be left out; None for neither.

    >>> read_dates("2010/05:2020")
    ((2010, 5, 1), (2020, 12, 31))
    """
    first, colon, last = (part.strip() for part in text.partition(":"))
    ends = [first or "0000", last or "9999"] if colon and (first or last) else [first, first]
    dates = [_DATE.fullmatch(end) for end in ends]
    if not all(dates):
        return None
    begun, ended = ([int(part or 0) for part in date.groups()] for date in dates if date)
    return (begun[0], begun[1] or 1, begun[2] or 1), (ended[0], ended[1] or 12, ended[2] or 31)


def day_of(abstract: Abstract) -> Day | None:
    """Return when an abstract was published, the first of the month or of the year where no more is known, or None.

    The year is the abstract's own, by which a library filters; a printed date of another year is not looked at.
    """
    if abstract.year is None:
        return None
    match = _PRINTED.match(abstract.date)
    if match is None or int(match["year"]) != abstract.year:
        return abstract.year, 1, 1
    month = match["month"] or "1"
    return abstract.year, int(month) if month.isdigit() else _MONTHS.get(month.lower(), 1), int(match["day"] or 1)
