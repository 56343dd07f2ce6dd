"""A statement's words as stems, and a finding's words beside them: what is named, and what is denied."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.analysis.terms import content_words
from qa.language.entailment import denied, share
from qa.language.outcomes import valence
from qa.language.statement import AskedStatement, bare_outcome

TOKEN = re.compile(r"\d+(?:[.,]\d+)*%?|[^\W_][\w'/αβγδ-]*|[,;:()=<>≤≥]")

_NUMBERS = {
    word: str(number)
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}

_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(list(_NUMBERS)[2:])})\b", re.I)

CONTROLS = frozenset(
    "placebo control controls unexposed untreated alone nonusers non-users sham vehicle without comparator usual "
    "standard conventional unvaccinated baseline never "
    "nonexposed non-exposed non-smokers nonsmokers wild-type healthy unsupplemented nontreated no".split()
)

_GENERIC = frozenset(
    "use treatment therapi patient people person women men adult child treat receiv take taken given give drug medic "
    "supplement exposur expos dose "
    "daili oral long term short high low routin addit combin together intraven administr effect intak group peopl "
    "person with the a an of in "
    "day week month year regular consum prophylact prophylaxi adjuv mainten extract level extend".split()
)

_NO = frozenset(
    "not no nor neither never none without cannot unable lack lacked lacks failed fails fail absence didn't doesn't "
    "don't wasn't weren't isn't aren't nothing n't unlikely "
    "little".split()
)

NOT_ONLY = re.compile(
    r"\b(?:not only|no doubt|not surprisingly|no longer|without doubt|not yet|could not be (?:assessed|determined))\b",
    re.I,
)

_OF_THE_WORDS = 0.3
"""How much of what a denial is about the statement must hold."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a finding in small letters, with its stems."""

    text: str
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskedWords:
    """A statement's words as stems."""

    subject: frozenset[str]
    outcome: frozenset[str]
    rival: frozenset[str]
    setting: frozenset[str]
    outcome_valence: int
    predicate: frozenset[str]
    is_causal: bool
    is_of_harm: bool


_IS_CAUSAL = re.compile(r"(?:caus|lead|led|result|produc|provok|trigger|precipitat|induc)", re.I)


@lru_cache(maxsize=256)
def asked_words(statement: AskedStatement) -> AskedWords:
    """Return the words of a statement as stems, what subject and rival share left out of both."""
    subject = frozenset(content_words(in_digits(statement.subject)))
    rival = frozenset(content_words(in_digits(statement.rival)))
    outcome = frozenset(content_words(bare_outcome(statement)))
    heads = frozenset(stem for stem in subject if stem not in _GENERIC)
    shared = heads & rival
    rival = frozenset(stem for stem in rival if stem not in _GENERIC) or rival
    setting = frozenset(content_words(statement.setting))
    return AskedWords(
        heads - shared or heads or subject,
        outcome,
        rival - heads or rival,
        setting,
        valence(bare_outcome(statement)),
        frozenset(content_words(statement.predicate)),
        _IS_CAUSAL.match(statement.predicate) is not None,
        statement.axis == "harm",
    )


_NONE_OF_AN_ARM = re.compile(r"\bnone(?= (?:with|of \d+|in|on|given|receiving)\b)", re.I)


def in_digits(text: str) -> str:
    """Return a text with numbers up to twelve in digits, and "none" of an arm as 0%."""
    return _NUMBER_WORD.sub(lambda found: _NUMBERS[found.group().lower()], _NONE_OF_AN_ARM.sub("0%", text))


def share_of(wanted: Collection[str], held: Collection[str]) -> float:
    """Return the share of wanted stems that are held, in one form or another; 1 where none is wanted."""
    return (
        sum(stem in held or any(_is_like(stem, other) for other in held) for stem in wanted) / len(wanted)
        if wanted
        else 1.0
    )


def _is_like(stem: str, other: str) -> bool:
    """Tell whether two stems are those of one word's forms: retina and retinal."""
    short, long = sorted((stem, other), key=len)
    return len(short) > 4 and len(long) - len(short) < 4 and long.startswith(short)


def tokenized(text: str) -> list[Token]:
    """Return the words and marks of a text."""
    return [Token(word.lower(), tuple(content_words(word))) for word in TOKEN.findall(text)]


def denies_anything(clause: str) -> bool:
    """Return True if a clause has a word of denial."""
    plain = NOT_ONLY.sub("", clause)
    return any(token.text in _NO or token.text.endswith("n't") for token in tokenized(plain))


def denies_of(clause: str, words: Collection[str]) -> bool:
    """Tell whether what a clause denies is about some of the words."""
    wanted = dict.fromkeys(words, 1.0)
    return any(share(near, wanted) >= _OF_THE_WORDS for near in denied(NOT_ONLY.sub("", clause)))


def names_any(wanted: Collection[str], token: Token) -> bool:
    """Return True if a word is one of the wanted stems, in one form or another."""
    return any(stem in wanted or any(_is_like(stem, other) for other in wanted) for stem in token.stems)


def is_denied_before(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a denial stands before a word of direction, in its part of the sentence."""
    if any(token.text == "neither" for token in tokens[:at]):
        return True  # "neither zinc nor iron, alone or together, prevented"
    reach = range(at - 1, max(-1, at - 8), -1)
    for place in reach:
        word = tokens[place].text
        if word in (",", ";", ":", "(", ")") and place < at - 1:
            return False
        if word == "and" and tokens[place + 1].text in ("a", "an"):
            return False  # "no benefit and an excess risk"
        if word in ("not", "no") and place + 1 < len(tokens) and tokens[place + 1].text in ("only", "doubt"):
            return False
        if word in _NO or word.endswith("n't"):
            return True
    after = [token.text for token in tokens[at + 1 : at + 6]]
    return any(a == "not" and b.startswith(("signific", "statist")) for a, b in zip(after, after[1:], strict=False))


def any_names(tokens: Sequence[Token], wanted: Collection[str]) -> bool:
    """Return True if any of some words is wanted, as it stands or as a stem."""
    return any(token.text in wanted or names_any(wanted, token) for token in tokens)
