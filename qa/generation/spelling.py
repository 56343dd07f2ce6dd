"""A misspelt word of a question in the spelling that the library knows: "semagluide" as semaglutide."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from index import Library
from index.analysis.terms import names, terms
from qa.generation.library_questions.mentions import listed
from qa.language.stop_words import general_terms

_WORD = re.compile(r"[^\W\d_]{4,}")
_LEAST_ALONE = 5
"""Letters of a word from which it is respelt by itself; a shorter one only where a phrase comes of it."""
_MOST_WORDS = 3
"""Unknown words of a question that are looked at: each takes some ten milliseconds."""
_TRIED = 5
"""Spellings, the most frequent first, that are tried beside the next word."""
_READ = 3
"""Passages in which the spelling is looked up, as the index knows stems only."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Respelling:
    """A question in the library's own spelling, and each word that was changed with what it became."""

    text: str
    words: tuple[tuple[str, str], ...]

    @property
    def message(self) -> str:
        """The sentence that says so."""
        written = listed([f"“{word}”" for word, _ in self.words], joint="or")
        return f"No abstract mentions {written}; searched for {listed([known for _, known in self.words])} instead."


def respelled(text: str, library: Library, *, known: Collection[str] = ()) -> Respelling | None:
    """Return a text with its misspelt words as the library spells them, or None where it has none.

    Words of `known` names are spelt right.

    A word is taken for misspelt if no abstract has it, it is no everyday word, and a word that the library has differs
    from it in one letter behind the first, or in two that changed places; an everyday word too, if the other makes a
    phrase of the library with the word beside it ("hart failure"). Two letters apart are two drugs as often as not.
    """
    words = [match for match in _WORD.finditer(text) if not names(match[0])]
    right = {word.lower() for name in known for word in _WORD.findall(name)}
    words = [match for match in words if match[0].lower() not in right]
    forms = {match[0]: terms(match[0])[:1] for match in words}
    held = library.term_weights([term for form in forms.values() for term in form])
    unknown = [match for match in words if forms[match[0]] and not {*held, *general_terms()} & set(forms[match[0]])]
    spellings = {match: _spelling(match, library) for match in unknown[:_MOST_WORDS]}
    changed = [(match, spelling) for match, spelling in spellings.items() if spelling]
    for match, spelling in reversed(changed):
        text = text[: match.start()] + spelling + text[match.end() :]
    return Respelling(text, tuple(dict.fromkeys((match[0], word) for match, word in changed))) if changed else None


def _spelling(match: re.Match[str], library: Library) -> str:
    """Return how the library spells a word of a text, or "" where it knows no word like it."""
    word = match[0].lower()
    weights = library.term_weights(sorted(_neighbours(terms(word)[0]) - general_terms()))
    if not weights:  # a letter at the word's end may have hidden what ends it, and so its stem
        weights = library.term_weights(sorted({*terms(" ".join(sorted(_neighbours(word))))} - general_terms()))
    likely = sorted(weights, key=lambda stem: (weights[stem], stem))[:_TRIED]  # the most frequent first
    following = re.match(r" ([^\W\d_]+)", match.string[match.end() :])
    before = re.search(r"([^\W\d_]+) \Z", match.string[: match.start()])
    for stem in likely:
        phrases = [f"{stem} {following[1]}"] if following else []
        phrases += [f"{before[1]} {stem}"] if before else []
        if any(len(terms(phrase)) > 1 and library.mentioning(phrase) for phrase in phrases):
            return _written(stem, library)
    if len(word) < _LEAST_ALONE or library.encoder.count_tokens([word]) == [1]:  # an everyday word: "month", no "mouth"
        return ""
    return next((spelling for stem in likely if (spelling := _written(stem, library))), "")


def _neighbours(word: str) -> set[str]:
    """Return what differs from a word in one letter behind the first, or in two that changed places."""
    cuts = [(word[:place], word[place:]) for place in range(1, len(word) + 1)]
    return {
        *(head + tail[1:] for head, tail in cuts if tail),
        *(head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1),
        *(head + letter + tail[skipped:] for head, tail in cuts for letter in _LETTERS for skipped in (0, 1)),
    } - {word}


def _written(stem: str, library: Library) -> str:
    """Return the word of a stem as the passages that are most about it write it, "" where they do not have it."""
    passages = [hit.passage.text.lower() for hit in library.search(stem, top=_READ, mode="lexical")]
    words = (word for text in passages for word in _WORD.findall(text))
    written = Counter(word for word in words if word[:2] == stem[:2] and terms(word) == [stem])
    return min(written, key=lambda word: (-written[word], word), default="")
