"""Direction of each thing in a sentence (up, down, unchanged), to compare two sentences word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.analysis.terms import content_words
from qa.language.antonyms import DENIALS, direction

_TOKEN = re.compile(r"[^\s,;:()\[\]—]+|[,;:()—]")
_CLAUSE_ENDS = frozenset("; : — ( ) but while whereas although though yet however because since despite".split())
_THAN = frozenset("than versus vs against".split())
_COMPARED = re.compile(r"\b(?:as )?compared (?:with|to)\b|\brelative to\b|\bin contrast (?:to|with)\b", re.I)
_SAME = frozenset(
    "unchanged unaffected unaltered similar similarly same equal equally comparable identical constant stable".split()
)
_NO_CHANGE = re.compile(
    r"\b(?:no|not|nor|neither|without|nothing)\b[^.;,]{0,40}?\b(?:differ\w*|chang\w*|effects?|alter\w*|affect\w*|"
    r"influenc\w*|impact|associat\w*|correlat\w*|relat\w*)\b",
    re.I,
)
_REACH = 7
"""Words from a word of direction to those that it is about."""


@dataclass(frozen=True, slots=True)
class _WayWord:
    text: str
    terms: tuple[str, ...]


def ways(text: str) -> dict[str, set[int]]:
    """Return the ways that each content word of a text goes: 1 up, -1 down, 0 not, as far as the text tells.

    What stands after "than" goes the other way, and what is denied does not go.

    >>> ways("VEGF was not raised")["vegf"], ways("TNF was lower than IL-6")["il6"]
    ({0}, {1})
    """
    found: dict[str, set[int]] = {}
    for clause in _clauses(_COMPARED.sub("versus", text)):
        for term, way in _of_clause(clause):
            found.setdefault(term, set()).add(way)
    return found


@lru_cache(maxsize=1_024)
def _tokens(text: str) -> tuple[_WayWord, ...]:
    words = [match[0].strip(".?!\"'“”").lower() for match in _TOKEN.finditer(text)]
    return tuple(
        _WayWord(word, () if direction(word) or word in DENIALS else tuple(content_words(word))) for word in words
    )


def _clauses(text: str) -> Iterator[Sequence[_WayWord]]:
    clause: list[_WayWord] = []
    for token in _tokens(text):
        if token.text in _CLAUSE_ENDS:
            yield clause
            clause = []
        else:
            clause.append(token)
    yield clause


def _of_clause(clause: Sequence[_WayWord]) -> Iterator[tuple[str, int]]:
    """Yield the terms of a clause that stand near a word of direction or of sameness, with their way."""
    plain = " ".join(token.text for token in clause)
    is_same = bool(_NO_CHANGE.search(plain))
    places = [(at, direction(token.text)) for at, token in enumerate(clause) if direction(token.text)]
    places += [(at, 0) for at, token in enumerate(clause) if token.text in _SAME]
    than = next((at for at, token in enumerate(clause) if token.text in _THAN), len(clause))
    if not places and is_same:
        places = [(len(clause) // 2, 0)]
    for at, token in enumerate(clause):
        near = sorted((abs(at - place), place, way) for place, way in places)
        if not token.terms or not near or near[0][0] > _REACH + (at > than) * _REACH:
            continue
        _, place, way = near[0]
        denied = any(word.text in DENIALS or word.text == "without" for word in clause[max(0, place - 5) : place])
        way = 0 if denied or is_same else -way if at > than else way
        yield from ((term, way) for term in token.terms)


def agreement(text_ways: Mapping[str, set[int]], quote_ways: Mapping[str, set[int]]) -> tuple[int, int, int]:
    """Return how many words go the same way in both, the opposite way, and not at all in one of them alone."""
    same = opposite = denied = 0
    for term in text_ways.keys() & quote_ways.keys():
        mine, theirs = text_ways[term], quote_ways[term]
        if mine & theirs:
            same += 1
        elif 0 in mine | theirs:
            denied += 1
        else:
            opposite += 1
    return same, opposite, denied
