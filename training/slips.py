"""Wrong sentences made by rule out of right ones: the slips that a language model makes with abstracts."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from training.changes import contradicting

_CERTAIN = (
    (r"\b(?:may|might|could|can) be\b", "is"),
    (r"\b(?:may|might|could) have\b", "has"),
    (r"\b(?:may|might|could) (\w+?)(e?)\b", r"\1\2s"),
    (r"\b(?:suggest(?:s|ed)?|hypothesi[sz]ed?|propos(?:es|ed)|indicat(?:es|ed)) that\b", "proves that"),
    (r"\b(?:seems?|appears?|appeared|seemed|is thought|is likely|tends?) to be\b", "is"),
    (r"\b(?:possibly|probably|perhaps|potentially|apparently|likely)\s", ""),
)
_CAUSED = (
    (r"\b(?:was|were|is|are|been) (?:\w+ly )?(?:associated|correlated|linked|tied|related) (?:with|to)\b", "caused"),
    (r"\bcorrelate[sd]? with\b", "determined"),
    (r"\b(?:went|goes|go) (?:along )?with\b", "caused"),
    (r"\bpredict(?:s|ed)\b", "caused"),
    (r"\bwas (?=(?:more|less|higher|lower))", "became, because of it, "),
)
_OTHERS = (
    (r"\b(?:in|of) (?:\w+ )?(?:mice|rats|rabbits|dogs|yeast|monkeys)\b", "in patients"),
    (r"\b(?:[Mm]ice|[Rr]ats)\b", "patients"),
    (r"\b(?:children|infants)\b", "adults"),
    (r"\bwomen\b", "men"),
    (r"\bcells\b", "patients"),
    (r"\bpatients\b", "healthy people"),
)
_WHOLE = (
    (r"\b(?:most|some|many|several|few|\d+ of the \d+|\d+%? of)\b", "all"),
    (r"^(?=[A-Z])", "In all cases, "),
    (r"\b(?:sometimes|often|usually|mostly|commonly)\b", "always"),
    (r"\bin (?:this|one|a|the) (?:patient|case|man|woman|family|boy|girl)\b", "in everyone"),
)
_COMPARED = re.compile(r"\b(in|with|for|among|on|by) ([^,.;]{3,40}?) than (?:\1 )?([^,.;]{3,40})(?=[,.;]|$)")
_NAMES = re.compile(r"\b(?:[A-Z][A-Za-z]*\d[\w-]*|[A-Z]{3,}\w*|[a-z]{5,}(?:ine|ol|ide|ate|in|one|mab|nib))\b")
_LAST = re.compile(r"(?:, (?:and|but|while|whereas|although)|;| and) [^,;]{15,}$")


def slips(sentence: str, abstract: str, others: Sequence[str], dice: random.Random, *, most: int = 4) -> list[str]:
    """Return wrong forms of a sentence, each with one slip of another kind.

    `abstract` lends other names, `others` are sentences on other abstracts, which lend a part.
    """
    made = [make(sentence, abstract, others, dice) for make in dice.sample(_KINDS, len(_KINDS))]
    return [one for one in dict.fromkeys(made) if one and one != sentence][:most]


_Slip = Callable[[str, str, Sequence[str], random.Random], str]


def _replacing(changes: Sequence[tuple[str, str]]) -> _Slip:
    def slip(sentence: str, abstract: str, others: Sequence[str], dice: random.Random) -> str:
        able = [(pattern, other) for pattern, other in changes if re.search(pattern, sentence)]
        return re.sub(*dice.choice(able), sentence, count=1) if able else ""

    return slip


def _contradicted(sentence: str, abstract: str, others: Sequence[str], dice: random.Random) -> str:
    return contradicting(sentence, dice)


def _sides_exchanged(sentence: str, abstract: str, others: Sequence[str], dice: random.Random) -> str:
    return _COMPARED.sub(r"\1 \3 than \1 \2", sentence, count=1)


def _sibling(sentence: str, abstract: str, others: Sequence[str], dice: random.Random) -> str:
    """Return the sentence with one of its names replaced by another name of the abstract."""
    own = sorted(set(_NAMES.findall(sentence)))
    strange = sorted(set(_NAMES.findall(abstract)) - set(own))
    return sentence.replace(dice.choice(own), dice.choice(strange)) if own and strange else ""


def _half(sentence: str, abstract: str, others: Sequence[str], dice: random.Random) -> str:
    """Return the sentence with its last part replaced, or followed, by that of a sentence on another abstract."""
    tails = [match[0] for one in others if (match := _LAST.search(one.rstrip(". ")))]
    if not tails:
        return ""
    body = sentence.rstrip(". ")
    return f"{_LAST.sub('', body)}{dice.choice(tails)}."


def _turned_within(sentence: str, abstract: str, others: Sequence[str], dice: random.Random) -> str:
    """Return the sentence with its last part alone contradicted: one half still holds."""
    match = _LAST.search(sentence)
    changed = contradicting(match[0], dice) if match else ""
    return f"{sentence[: match.start()]}{changed}" if match and changed else ""


_KINDS: tuple[_Slip, ...] = (
    _replacing(_CERTAIN),
    _replacing(_CAUSED),
    _replacing(_OTHERS),
    _replacing(_WHOLE),
    _contradicted,
    _contradicted,
    _sides_exchanged,
    _sibling,
    _half,
    _turned_within,
)
