"""Which of two a sentence sets first in plain words: "A did it more often than B", "31% with A and 22% with B"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

from index.analysis.terms import content_words, terms
from qa.language.antonyms import direction
from qa.language.arms import by_arms
from qa.language.asked_words import AskedWords
from qa.language.outcomes import valence

_MORE = frozenset(
    "more most higher highest greater greatest longer longest larger oftener better best superior".split()
)
_LESS = frozenset("less least lower lowest fewer fewest shorter shortest smaller worse inferior".split())
_BETTER = re.compile(
    r"\b(?:better|best|superior|more (?:effective|efficacious|potent|successful)|(?P<not>worse|inferior"
    r"|less (?:effective|efficacious|potent|successful)))\b(?! tolerated)",
    re.I,
)
_SAFER = re.compile(r"\b(?:safer|safest|gentler|(?:better|best) tolerated|less (?:toxic|harmful))\b", re.I)
_THAN = re.compile(r"\bthan\b|(?<=superior )to\b|(?<=inferior )to\b", re.I)
_GENERAL = frozenset(terms("patients people cases caused had has have got gets more less often higher lower with"))


class _Worded(Protocol):
    @property
    def text(self) -> str: ...


_Sentence = TypeVar("_Sentence", bound=_Worded)


def set_first(sides: Sequence[str], asked: str, sentences: Sequence[_Sentence]) -> tuple[str, list[_Sentence]] | None:
    """Return the side of two of which sentences say what is asked, and these; None where none does or two disagree.

    `asked` is the question without its sides, "lowers urate more".
    """
    votes = [(way, sentence) for sentence in sentences if (way := _way(sides, asked, sentence.text))]
    if not votes or len({way for way, _ in votes}) > 1:
        return None
    return sides[votes[0][0] < 0], [sentence for _, sentence in votes]


def _way(sides: Sequence[str], asked: str, sentence: str) -> int:
    """Return 1 where a sentence says of the first side what is asked, -1 where of the second, 0 where of none."""
    wanted = _sign(asked)
    if _SAFER.search(asked):
        return -_more_of(sides, sentence) if valence(sentence) < 0 else 0
    better = _BETTER.search(sentence)
    if _BETTER.search(asked):
        return _first_of_two(sides, sentence) * (-1 if better["not"] else 1) if better else 0
    on_it = set(terms(asked)) & set(terms(sentence)) - _GENERAL - set(terms(" ".join(sides)))
    if not (wanted and on_it):
        return 0
    return wanted * _more_of(sides, sentence) * _verb_sign(_THAN.split(sentence)[0]) if not better else 0


def _sign(text: str) -> int:
    """Return 1 for more of something that grows or is, -1 for less; 0 where nothing is compared."""
    words = set(re.findall(r"[a-z]+", text.lower()))
    return (bool(words & _MORE) - bool(words & _LESS)) * _verb_sign(text)


def _verb_sign(text: str) -> int:
    """Return -1 where what is told goes down, "lowered urate more", else 1."""
    ways = [direction(word) for word in re.findall(r"[a-z-]+", text.lower()) if word not in _MORE | _LESS]
    return -1 if any(way < 0 for way in ways) else 1


def _more_of(sides: Sequence[str], sentence: str) -> int:
    """Return 1 where the first side has more of what a sentence tells, -1 where the second, by its words or numbers."""
    if first := _first_of_two(sides, sentence):
        words = re.findall(r"[a-z]+", _THAN.split(sentence)[0].lower())
        signs = [(word in _MORE) - (word in _LESS) for word in words if word in _MORE or word in _LESS]
        return first * signs[-1] if signs else 0
    subject, other = _own_words(sides)
    return by_arms(AskedWords(subject, frozenset(), other, frozenset(), 0, frozenset(), False, False), sentence) or 0


def _first_of_two(sides: Sequence[str], sentence: str) -> int:
    """Return which side stands before "than", 1 for the first, where the other stands after it; else 0."""
    parts = _THAN.split(sentence, maxsplit=1)
    subject, other = _own_words(sides)
    before, after = ([set(content_words(word)) for word in part.split()] for part in (*parts, "")[:2])
    first = next(((1 if word & subject else -1) for word in reversed(before) if word & (subject | other)), 0)
    second = next(((1 if word & subject else -1) for word in after if word & (subject | other)), 0)
    return first if first == -second else 0


def _own_words(sides: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the stems of each side that the other has not."""
    subject, other = (frozenset(content_words(side)) for side in sides)
    return subject - other or subject, other - subject or other
