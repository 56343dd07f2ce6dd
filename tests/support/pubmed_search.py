"""A little of PubMed's search language over invented abstracts, for the stand-in server.

Words are joined by AND; AND, OR and NOT go from left to right as in PubMed; brackets group; "…" is a phrase; a field
stands after its words: interleukin-32[Title], 2010:2020[dp], "2010/01/01"[dp] : "2020"[dp], 100:200[uid].
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter

from index.records import Abstract

_FIELDS = {
    "title": ("ti", "title"),
    "tiab": ("tiab", "title/abstract"),
    "author": ("au", "author"),
    "journal": ("ta", "journal"),
    "mesh": ("mh", "mesh", "mesh terms"),
    "type": ("pt", "publication type"),
    "pmid": ("pmid", "uid"),
    "all": ("all", "all fields", "tw", "text word"),
    "pdat": ("dp", "pdat", "publication date", "date - publication"),
    "edat": ("edat", "crdt", "date - entry", "date - entrez"),
    "mdat": ("mdat", "lr", "date - modification"),
}
_FIELD_OF = {tag: field for field, tags in _FIELDS.items() for tag in tags}
_TOKEN = re.compile(r'[():]|"[^"]*"|\[[^\]]*\]|[^\s()"\[\]]+')
_PMID_RANGE = re.compile(r"(\d+):(\d+)")
_MONTHS = {date(1900, number, 1).strftime("%b"): number for number in range(1, 13)}


@dataclass(frozen=True)
class Hits:
    """What a search found, newest entry first, and which of its phrases and fields nobody knows."""

    term: str
    pmids: list[str]
    unknown: tuple[str, ...] = ()
    unknown_fields: tuple[str, ...] = ()


class Searcher:
    """Searches a mapping of records, which may change between searches; what has not changed is worked out once."""

    def __init__(
        self, records: Mapping[str, Abstract], entry_dates: Mapping[str, date], change_dates: Mapping[str, date]
    ) -> None:
        self._records = records
        self._entry_dates = entry_dates
        self._change_dates = change_dates
        self._seen: tuple[dict[str, Abstract], dict[str, date], dict[str, date]] = ({}, {}, {})
        self._entries: dict[str, tuple[Abstract, dict[str, str], dict[str, date]]] = {}
        self._rank: dict[str, int] = {}
        self._in_order: dict[str, list[tuple[date | int, str]]] = {}
        self._with_phrase: dict[tuple[str, str], set[str]] = {}

    def search(self, term: str, date_type: str, first: str | None, last: str | None) -> Hits:
        """Return the hits of a term, within the dates if any are given ("2010", "2010/03", "2010/03/31")."""
        self._refresh()
        query = _Query(term, self)
        pmids = query.run()
        if first or last:
            field = date_type if date_type in ("edat", "mdat") else "pdat"
            pmids = pmids & self.dated(field, first or "1", last or "9999")
        newest_first = sorted(pmids, key=self._rank.__getitem__)
        return Hits(term, newest_first, tuple(query.unknown), tuple(query.unknown_fields))

    def with_phrase(self, field: str, phrase: str) -> set[str]:
        """Return the PMIDs whose field holds the words of the phrase one after the other."""
        if field == "pmid":
            return {phrase} & self._entries.keys()
        words = _words(phrase)
        if (field, words) not in self._with_phrase:
            found = {pmid for pmid, (_, texts, _) in self._entries.items() if words in texts[field]}
            self._with_phrase[field, words] = found
        return self._with_phrase[field, words]

    def dated(self, field: str, first: str, last: str) -> set[str]:
        """Return the PMIDs with a date from the first to the last day that is meant."""
        return self._between(field, _day(first, is_last=False), _day(last, is_last=True))

    def numbered(self, first: int, last: int) -> set[str]:
        """Return the PMIDs from the first to the last number."""
        return self._between("number", first, last)

    def _between(self, field: str, first: date | int, last: date | int) -> set[str]:
        ordered = self._in_order[field]
        start = bisect_left(ordered, first, key=itemgetter(0))
        return {pmid for _, pmid in ordered[start : bisect_right(ordered, last, key=itemgetter(0))]}

    def _refresh(self) -> None:
        if self._seen == (self._records, self._entry_dates, self._change_dates):
            return
        self._seen = (dict(self._records), dict(self._entry_dates), dict(self._change_dates))
        self._entries = {pmid: self._entry(pmid, abstract) for pmid, abstract in self._records.items()}
        dates = {pmid: dates for pmid, (_, _, dates) in self._entries.items()}
        newest_first = sorted(dates, key=lambda pmid: (dates[pmid]["edat"], int(pmid)), reverse=True)
        self._rank = {pmid: rank for rank, pmid in enumerate(newest_first)}
        fields = ("edat", "pdat", "mdat")
        self._in_order = {field: sorted((dates[pmid][field], pmid) for pmid in dates) for field in fields}
        self._in_order["number"] = sorted((int(pmid), pmid) for pmid in dates)
        self._with_phrase.clear()

    def _entry(self, pmid: str, abstract: Abstract) -> tuple[Abstract, dict[str, str], dict[str, date]]:
        known = self._entries.get(pmid)
        texts = known[1] if known and known[0] is abstract else _texts(abstract)
        printed = _printed(abstract)
        entered = self._entry_dates.get(pmid, printed)
        dates = {"pdat": printed, "edat": entered, "mdat": self._change_dates.get(pmid, entered)}
        return abstract, texts, dates


class _Query:
    """One term, read from left to right."""

    def __init__(self, term: str, searcher: Searcher) -> None:
        self._tokens = _TOKEN.findall(term)
        self._searcher = searcher
        self.unknown: list[str] = []
        self.unknown_fields: list[str] = []

    def run(self) -> set[str]:
        """Return the PMIDs found; what nobody knows is left out, and nothing is found when nothing is left."""
        return self._group() or set()

    def _group(self) -> set[str] | None:
        found: set[str] | None = None
        operator = "AND"
        while self._tokens and self._tokens[0] != ")":
            if self._tokens[0] in ("AND", "OR", "NOT"):
                operator = self._tokens.pop(0)
                continue
            if self._tokens[0] == "(":
                self._tokens.pop(0)
                part = self._group()
                del self._tokens[:1]
            else:
                part = self._phrases()
            if part is not None:
                found = part if found is None else _combined(found, operator, part)
            operator = "AND"
        return found

    def _phrases(self) -> set[str] | None:
        """Return what a run of words with one field, or of words without any, finds."""
        words: list[str] = []
        while self._tokens and self._tokens[0] not in ("(", ")", "AND", "OR", "NOT"):
            token = self._tokens.pop(0)
            if token.startswith("["):
                return self._tagged(words, token[1:-1])
            words.append(token)
        found = [part for part in map(self._plain, words) if part is not None]
        return set.intersection(*found) if found else None

    def _tagged(self, words: list[str], tag: str) -> set[str] | None:
        text = " ".join(word.strip('"') for word in words)
        field = _FIELD_OF.get(tag.strip().casefold())
        if field in ("pdat", "edat", "mdat"):
            if self._tokens[:1] == [":"]:
                text += f":{self._tokens[1].strip(chr(34))}"
                del self._tokens[:3]
            first, _, last = text.partition(":")
            return self._searcher.dated(field, first, last or first)
        if field == "pmid" and (span := _PMID_RANGE.fullmatch(text)):
            return self._searcher.numbered(int(span[1]), int(span[2]))
        if field is None:
            self.unknown_fields.append(tag)
        return self._known(field or "all", text)

    def _plain(self, word: str) -> set[str] | None:
        return self._known("all", word.strip('"'))

    def _known(self, field: str, phrase: str) -> set[str] | None:
        if not _words(phrase).strip():
            return None
        found = self._searcher.with_phrase(field, phrase)
        if not found:
            self.unknown.append(phrase)
        return found or None


def _combined(found: set[str], operator: str, part: set[str]) -> set[str]:
    return {"AND": found & part, "OR": found | part, "NOT": found - part}[operator]


def _words(text: str) -> str:
    words = " ".join(re.findall(r"\w+", text.casefold()))
    return f" {words} "


def _texts(abstract: Abstract) -> dict[str, str]:
    texts = {
        "title": abstract.title,
        "tiab": abstract.text,
        "author": " | ".join(abstract.authors),
        "journal": abstract.journal,
        "mesh": " | ".join(abstract.mesh),
        "type": " | ".join(abstract.types),
        "pmid": abstract.pmid,
    }
    texts["all"] = " | ".join((*texts.values(), *abstract.keywords))
    return {field: _words(text) for field, text in texts.items()}


def _printed(abstract: Abstract) -> date:
    """Return the day of print: the first of the month or year where no more is known."""
    match = re.match(r"(\d{4})(?: ([A-Z][a-z]{2}))?(?: (\d{1,2})\b)?", abstract.date)
    if not match:
        return date(abstract.year or 1900, 1, 1)
    return date(int(match[1]), _MONTHS.get(match[2] or "", 1), int(match[3] or 1))


def _day(text: str, *, is_last: bool) -> date:
    """Return the first or the last day of "2010", "2010/03" or "2010/03/31"."""
    numbers = [int(part) for part in text.split("/")]
    year, month, day = (numbers + [0, 0])[:3]
    if day:
        return date(year, month, day)
    if not is_last:
        return date(year, month or 1, 1)
    if month in (0, 12):
        return date(year, 12, 31)
    return date(year, month + 1, 1) - timedelta(days=1)
