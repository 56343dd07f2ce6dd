"""What a text names in place of what a question asks for: the other side, the other role, the other number.

Left for right, chronic for acute, an antagonist for an agonist, poliovirus type 3 for type 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.analysis.inflection import american_text
from index.analysis.normalization import normalize

_BEFORE = (
    ("left", "right"), ("acute", "chronic"), ("upper", "lower"), ("medial", "lateral"), ("proximal", "distal"),
    ("anterior", "posterior"), ("systolic", "diastolic"), ("external", "internal"), ("benign", "malignant"),
    ("congenital", "acquired"), ("dominant", "recessive"), ("central", "peripheral"), ("ischemic", "hemorrhagic"),
    ("saturated", "unsaturated"), ("afferent", "efferent"), ("ventral", "dorsal"), ("maternal", "paternal"),
    ("short-acting", "long-acting"),
)  # fmt: skip
"""Words of which each is of one side of the thing that the next word names."""
_BEHIND = (("agonist", "antagonist"), ("positive", "negative"))
"""Words of which each is of one side of the thing that the word before them names: HER2-positive."""
_SIDES = {side: other for pair in _BEFORE for side, other in (pair, pair[::-1])}
_ROLES = {role: other for pair in _BEHIND for role, other in (pair, pair[::-1])}
_ASKED_SIDE = re.compile(rf"\b({'|'.join(_SIDES)}) ([a-z][a-z-]{{2,}})")
_ASKED_ROLE = re.compile(rf"\b([\w-]*\w)[- ]({'|'.join(_ROLES)})s?\b")
_HYPHENED = frozenset({"positive", "negative"})
"""A result may be positive, and is no thing's other side; only what has a hyphen is: HER2-positive."""
_TYPE = r"(?:sero|sub|geno)?types?|serogroups?|stages?|grades?|class(?:es)?"
_ASKED_NUMBER = re.compile(rf"\b(\w[\w-]*virus|\w[\w'-]{{2,}} (?:{_TYPE}))[- ](\d{{1,2}})(?![\w%]|[.,-]\w)")
_NUMBER = r"\d{1,2}(?![\w%]|[.,-]\w| to )"
_KEPT = 4
"""Letters at the beginning of a word that its forms share."""


def other_sides(question: str, text: str) -> tuple[str, ...]:
    """Return the words by which a text speaks only of the other side of what the question asks for.

    >>> other_sides("Is left bundle branch block common?", "Right bundle branch block was common.")
    ('left',)
    """
    asked = question.lower()
    if not any(pattern.search(asked) for pattern in (_ASKED_SIDE, _ASKED_ROLE, _ASKED_NUMBER)):
        return ()
    plain = american_text(normalize(text)).lower()
    return tuple(dict.fromkeys([*_sides(asked, plain), *_roles(asked, plain), *_numbers(asked, plain)]))


def _sides(asked: str, text: str) -> Iterator[str]:
    for side, thing in _ASKED_SIDE.findall(asked):
        if not _holds(side, text) and re.search(rf"\b{_SIDES[side]} {re.escape(_stem(thing))}", text):
            yield side


def _roles(asked: str, text: str) -> Iterator[str]:
    for found in _ASKED_ROLE.finditer(asked):
        thing, role = found.groups()
        if role in _HYPHENED and found.group()[len(thing)] != "-":
            continue
        if not _holds(role, text) and re.search(rf"(?<!\w){re.escape(_stem(thing))}\w*[- ]{_ROLES[role]}", text):
            yield f"{thing} {role}"


def _numbers(asked: str, text: str) -> Iterator[str]:
    for thing, number in _ASKED_NUMBER.findall(asked):
        stem = re.escape(thing.removesuffix("s"))
        is_told = re.search(rf"\b{stem}s?\W+(?:\w+\W+){{0,4}}{number}\b", text)
        if not is_told and re.search(rf"\b{stem}s?[- ](?:(?!\d)\w+ ){{0,2}}?{_NUMBER}", text):
            yield f"{thing} {number}"


def _holds(word: str, text: str) -> bool:
    return re.search(rf"(?<![a-z]){word}", text) is not None


def _stem(word: str) -> str:
    return word[: max(_KEPT, len(word) - 2)]
