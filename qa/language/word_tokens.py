"""Words and marks of a sentence, with their places and index terms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from index.analysis.terms import terms

_TOKEN = re.compile(
    r"(?:\d+(?:,\d{3})+|[^\s,;:()\[\]\"“”—]|(?<=[^\s(])\([^\s()]{1,6}\)(?=[\w/-]|\s|[.,;)]|\Z))+|[,;:()\[\]—]"
)
_BREAKS = frozenset(",;:()[]—")
_FUNCTION_WORDS = frozenset(
    """a an the this that these those its their our his her it they we he she i you and or but nor as at by for from in
    into on onto of off to with within without via per than then thus so if when where while which who whom whose what
    how why whether because although though however whereas since until during after before between among amongst
    through throughout across against about above below over under upon toward towards despite including include
    includes included like such e.g i.e is are was were be been being am do does did done doing has have had having can
    could may might must shall should will would cannot not no neither none both either each every all any some most
    many much more less least few several other others another same own only also even just still yet already again
    further furthermore moreover therefore hence here there now very too quite rather almost approximately about nearly
    out up down et al respectively versus vs due well one's ie eg known called named termed so-called namely
    unlike except besides along together towards first-time often usually ci hr rr sd iqr p n plus minus
    i.v""".split()
)


@dataclass(frozen=True, slots=True)
class WordToken:
    """A word or mark of a sentence; `stem` is its index terms joined, "" for a function word or a mark."""

    text: str
    lower: str
    start: int
    end: int
    stem: str
    is_break: bool


@lru_cache(maxsize=2_048)
def tokens_of(sentence: str) -> tuple[WordToken, ...]:
    """Return the words and marks of a sentence."""
    tokens = []
    for match in _TOKEN.finditer(sentence):
        text = match[0].rstrip(".?!'’*").lstrip("'‘*") if match[0] not in _BREAKS else match[0]
        if not text:
            continue
        start = match.start() + match[0].index(text)
        lower = text.lower()
        is_break = text in _BREAKS
        stem = "" if is_break or lower in _FUNCTION_WORDS else "_".join(terms(text))
        tokens.append(WordToken(text, lower, start, start + len(text), stem, is_break))
    return tuple(tokens)
