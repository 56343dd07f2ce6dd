"""Abbreviations that a text defines, "rheumatoid arthritis (RA)", by the algorithm of Schwartz and Hearst (2003).

A. S. Schwartz, M. A. Hearst: A simple algorithm for identifying abbreviation definitions in biomedical text, Pacific
Symposium on Biocomputing 8, 451-462. Read from the right, each letter of the short form must be found in the words
before it, its first one at the start of a word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.analysis.normalization import normalize
from index.analysis.terms import names, terms

_PARENTHESES = re.compile(r"\(([^()\[\]]{2,80})\)")
_ENDS = re.compile(r"[()\[\].;]")
_LONGEST_BEFORE = 150
"""Characters before a parenthesis that are searched for its long form."""
_SHORT = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9Ͱ-Ͽ][\w+/.-]{1,9}(?: [\w+-]{1,4})?")
_LEAST_SHARE = 0.6
"""A short form is expanded when this share of its definitions agree; else it stands for itself."""
LONGEST_FORM = 8
"""Words of a long form."""


@dataclass(frozen=True, slots=True, order=True)
class Abbreviation:
    """A short form and its long form, both as written; `is_given` are two names of a library's own synonyms."""

    short: str
    long: str
    is_given: bool = False

    @property
    def are_names(self) -> bool:
        """True if both forms are names of one thing, such as TP53 and p53, and not words and their first letters."""
        return bool(names(self.short) and names(self.long))


def definitions(text: str) -> list[Abbreviation]:
    """Return the abbreviations that a text defines, in order, each once.

    >>> definitions("In rheumatoid arthritis (RA) and in TP53 (p53)")
    [Abbreviation(short='RA', long='rheumatoid arthritis'), Abbreviation(short='TP53', long='p53')]
    """
    defined: dict[Abbreviation, None] = {}
    normalized, end = normalize(text), 0
    for match in _PARENTHESES.finditer(normalized):
        since = max(end, match.start() - _LONGEST_BEFORE)
        before, inside = _ENDS.split(normalized[since : match.start()])[-1].strip(), _first_of(match[1])
        end = match.end()
        if not (before and inside):
            continue
        if _SHORT.fullmatch(inside):
            defined |= dict.fromkeys(_pair(inside, before))
        elif (short := before.split()[-1]) and _SHORT.fullmatch(short) and any(map(str.isupper, short)):
            defined |= dict.fromkeys(_pair(short, inside))
    return list(defined)


def _first_of(inside: str) -> str:
    return re.split(r"[,;]| or ", inside)[0].strip()


def _pair(short: str, before: str) -> Iterator[Abbreviation]:
    last = before.split()[-1]
    for whole, tail in ((short, last), (last, short)):
        if _is_tail(names(tail), of=names(whole)):
            yield Abbreviation(whole, tail)
            return
    long = _long_form(short, before)
    if long and key(long) != key(short):
        yield Abbreviation(short, long)


def _is_tail(tail: Sequence[str], *, of: Sequence[str]) -> bool:
    """Return True if a name is the end of another: p53 of TP53."""
    return len(tail) == len(of) == 1 and tail != of and len(tail[0]) > 2 and of[0].endswith(tail[0])


def _long_form(short: str, before: str) -> str:
    """Return the words before a short form that it abbreviates, or ""."""
    words = before.split()
    letters = [char for char in short.lower() if char.isalnum()]
    text = " ".join(words[-min(len(letters) + 5, 2 * len(letters)) :])
    lower, place = text.lower(), len(text)
    for number, letter in reversed(list(enumerate(letters))):
        place = lower.rfind(letter, 0, place)
        while number == 0 and place > 0 and lower[place - 1].isalnum():
            place = lower.rfind(letter, 0, place)
        if place < 0:
            return ""
    long = text[place:]
    is_good = len(long) > len(short) and short.lower() not in long.lower().split() and len(long.split()) <= LONGEST_FORM
    return long if is_good else ""


def key(form: str) -> str:
    """Return the key that all spellings of a short or long form share; "" for a form without words.

    Case counts in short forms of letters only: ALL is a leukemia.
    """
    if form.isalpha() and any(map(str.isupper, form[1:])):
        return form
    return "_".join(terms(form))


def dominant(form: str, definitions_of: Callable[[str], Iterable[Abbreviation]]) -> Abbreviation | None:
    """Return the abbreviation that a form mostly stands for; None when it is unknown or stands for several things."""
    known = list(definitions_of(form))
    longs = Counter(key(pair.long) for pair in known if key(pair.short) == form)
    if not longs:  # a long form: its short form must stand for it
        shorts = Counter(key(pair.short) for pair in known)
        if not shorts:
            return None
        short = min(shorts, key=lambda form: (-shorts[form], form))
        abbreviation = dominant(short, definitions_of)
        return abbreviation if abbreviation and key(abbreviation.long) == form else None
    long = min(longs, key=lambda form: (-longs[form], form))
    if longs[long] < _LEAST_SHARE * longs.total():
        return None
    return min(pair for pair in known if key(pair.long) == long and key(pair.short) == form)


def with_both_forms(text: str, abbreviations: Iterable[Abbreviation]) -> str:
    """Return a text, followed by both forms of each abbreviation of which it uses one."""
    running = f" {' '.join(terms(text))} " if abbreviations else ""
    used = [pair for pair in abbreviations if any(_is_used(form, text, running) for form in (pair.short, pair.long))]
    return "\n".join([text, *(form for pair in used for form in (pair.long, pair.short))])


def _is_used(form: str, text: str, running: str) -> bool:
    """Return True if a form stands in a text, whose terms are running; a symbol in capitals, as it is written."""
    if form.isalpha() and form.isupper() and form not in text:
        return False
    return bool(words := " ".join(terms(form))) and f" {words} " in running
