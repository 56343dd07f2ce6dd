"""Reverse one thing in a sentence (sides, a word, a denial): the false form should fit a quote less."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PAIRS = (
    "increased decreased|increases decreases|increase decrease|higher lower|highest lowest|more less|most least|"
    "greater smaller|enhanced reduced|enhances reduces|raised lowered|raises lowers|rose fell|induced inhibited|"
    "induces inhibits|activated inactivated|activates inactivates|promoted suppressed|promotes suppresses|"
    "stimulated inhibited|improved worsened|improves worsens|better worse|longer shorter|prolonged shortened|"
    "lengthened shortened|lengthens shortens|before after|with without|sensitive resistant|younger older|early late|"
    "larger smaller|stronger weaker|faster slower|accelerated slowed|common rare|present absent|same different|"
    "similar different|unchanged changed|doubled halved|safe harmful|positive negative|positively negatively"
).split("|")
_ONE_WAY = {
    "reduce": "increase", "reducing": "increasing", "cut": "raised", "lessened": "increased", "fewer": "more",
    "prevented": "caused", "prevents": "causes", "blocked": "enabled", "blocks": "enables", "impaired": "improved",
    "protected": "harmed", "abolished": "enhanced", "aggravated": "improved", "aggravates": "improves", "all": "none",
    "both": "neither", "men": "women", "women": "men", "male": "female", "female": "male",
}  # fmt: skip
_OPPOSITES = {word: other for pair in _PAIRS for word, other in (pair.split(), pair.split()[::-1])} | _ONE_WAY
_WORD = re.compile(rf"\b(?:{'|'.join(_OPPOSITES)})\b")
_DENIED = re.compile(r"\b(?P<verb>did|does|do|was|were|is|are|could|can|had|has|have|may|might|would|will) not\b")
_NONE = re.compile(r"\b[Nn]o (?=\w)")
_ASSERTED = re.compile(r"\b(?:was|were|is|are|could|can|may|had|has|have|would|will|might)\b(?! not)")
_COMPARED = re.compile(
    r"\b(?P<by>in|with|for|among|on|by|of) (?P<one>[^,.;]{3,50}?) (?P<than>than|compared with|compared to|versus) "
    r"(?:(?P=by) )?(?P<other>[^,.;]{3,50})(?=[,.;]|$)"
)
_MOST = 2
"""Words of a sentence that are turned round, each by itself."""


def turned_forms(text: str) -> Iterator[tuple[str, str]]:
    """Yield what is turned round, sides, a word or a denial, with the sentence in which it is.

    >>> list(turned_forms("Zinc was higher"))
    [('word', 'Zinc was lower'), ('denial', 'Zinc was not higher')]
    """
    if match := _COMPARED.search(text):
        sides = f"{match['by']} {match['other']} {match['than']} {match['by']} {match['one']}"
        yield "sides", text[: match.start()] + sides + text[match.end() :]
    for match, _ in zip(_WORD.finditer(text), range(_MOST), strict=False):
        yield "word", text[: match.start()] + _OPPOSITES[match[0]] + text[match.end() :]
    if denied := _denied_otherwise(text):
        yield "denial", denied


def _denied_otherwise(text: str) -> str:
    """Return the text without its denial, or with one; "" where it has no verb that takes one."""
    if _DENIED.search(text):
        return _DENIED.sub(r"\g<verb>", text, count=1)
    if _NONE.search(text):
        return _NONE.sub("a ", text, count=1)
    match = _ASSERTED.search(text)
    return f"{text[: match.end()]} not{text[match.end() :]}" if match else ""
