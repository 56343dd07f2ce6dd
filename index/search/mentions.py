"""Find the passages that mention a thing: its words in a row, in any written form of its names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.analysis.abbreviations import Abbreviation, key
from index.analysis.inflection import singular
from index.analysis.terms import content_words, names

_PIECES = 6
"""Index terms that may stand between a name's whole form and the next word: its pieces, and its family."""


@dataclass(frozen=True)
class TermPhrase:
    """Words in a row as index terms, a name as one of them."""

    words: tuple[str, ...]
    names: frozenset[str] = frozenset()

    def stands_in(self, terms: str) -> bool:
        """Return True if the words stand in a row among index terms, as they are kept: with spaces between them."""
        return len(self.words) == 1 or bool(self._pattern.search(f" {terms} "))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = [re.escape(self.words[0])]
        for before, word in zip(self.words, self.words[1:], strict=False):
            gap = rf"(?:\S+ ){{0,{_PIECES}}}?" if {before, word} & self.names else ""
            parts.append(gap + re.escape(word))
        return re.compile(f" {' '.join(parts)} ")


def phrases(text: str, abbreviations: Sequence[Abbreviation] = ()) -> list[TermPhrase]:
    """Return a text as phrases: as it stands, and with the other form of each abbreviation in it.

    >>> [phrase.words for phrase in phrases("severe RA", [Abbreviation("RA", "rheumatoid arthritis")])]
    [('sever', 'ra'), ('sever', 'rheumatoid', 'arthriti')]
    """
    forms = dict.fromkeys([tuple(content_words(text)), *_other_forms(text, abbreviations)])
    named = frozenset(name for form in (text, *_both(abbreviations)) for name in names(form))
    return [TermPhrase(words, named) for words in forms if words]


def _other_forms(text: str, abbreviations: Sequence[Abbreviation]) -> Iterator[tuple[str, ...]]:
    words = content_words(text)
    for abbreviation in abbreviations:
        for form, other in ((abbreviation.short, abbreviation.long), (abbreviation.long, abbreviation.short)):
            wanted, instead = content_words(form), content_words(other)
            if key(form) == key(text):
                yield tuple(instead)
            for place in range(len(words) - len(wanted) + 1) if wanted else ():
                if words[place : place + len(wanted)] == wanted:
                    yield (*words[:place], *instead, *words[place + len(wanted) :])


def _both(abbreviations: Sequence[Abbreviation]) -> Iterator[str]:
    for abbreviation in abbreviations:
        yield from (abbreviation.short, abbreviation.long)


def descriptor_forms(text: str) -> tuple[str, ...]:
    """Return how a thing may stand among the MeSH descriptors, which are in the plural and inverted: small letters.

    >>> "arthritis, rheumatoid" in descriptor_forms("rheumatoid arthritis")
    True
    """
    words = text.casefold().split()
    if not words:
        return ()
    last = [words[-1], singular(words[-1])]
    last += [f"{word}s" for word in last]
    rows = [(*words[:-1], word) for word in dict.fromkeys(last)]
    inverted = [f"{' '.join(row[at:])}, {' '.join(row[:at])}" for row in rows for at in range(1, len(row))]
    return tuple(dict.fromkeys([*(" ".join(row) for row in rows), *inverted]))
