"""Quantities of a sentence, each with its unit and sign: 5 mg is not 5 µg, and P = 0.04 is not P = 0.4."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

_SMALL = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "dozen": 12,
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_ONES = {"one": 1, **{word: value for word, value in _SMALL.items() if value < 10}}
_WORDS = {**_SMALL, **_TENS}
_FOLDS = {
    "twice": 2, "double": 2, "doubled": 2, "doubling": 2, "tripled": 3, "trebled": 3, "triple": 3, "thrice": 3,
    "quadrupled": 4, "halved": 0.5,
}  # fmt: skip
_SHARES = {"half": 50, "third": 100 / 3, "quarter": 25, "fifth": 20, "sixth": 100 / 6, "tenth": 10}
_UNITS = {
    "%": "% percent pct", "fold": "fold times x", "mg": "mg milligram", "ug": "ug mcg microgram", "ng": "ng nanogram",
    "pg": "pg picogram", "g": "g gram", "kg": "kg kilogram", "ml": "ml millilitre milliliter", "ul": "ul microlitre",
    "l": "l litre liter", "nM": "nM nmol nanomolar nanomole", "uM": "uM umol micromolar micromole",
    "mM": "mM mmol millimolar millimole", "pM": "pM pmol picomolar", "hour": "h hr hrs hour", "minute": "min minute",
    "second": "s sec second", "day": "d day", "week": "wk week", "month": "mo month", "year": "y yr yrs year",
    "million": "million", "thousand": "thousand", "billion": "billion", "mmHg": "mmHg", "nm": "nm nanometre nanometer",
    "um": "um micrometre micrometer", "mm": "mm millimetre millimeter", "cm": "cm centimetre centimeter",
    "kDa": "kDa kilodalton", "Gy": "Gy gray", "IU": "IU", "decade": "decade",
}  # fmt: skip
_UNIT_OF = {form: unit for unit, forms in _UNITS.items() for form in forms.split()}
_UNIT_OF |= {f"{form}s": unit for form, unit in _UNIT_OF.items() if len(form) > 2}
_BASE = {
    "minute": (60, "second"), "hour": (3_600, "second"), "day": (86_400, "second"), "week": (604_800, "second"),
    "year": (12, "month"), "decade": (120, "month"), "ug": (1e3, "ng"), "mg": (1e6, "ng"), "g": (1e9, "ng"),
    "uM": (1e3, "nM"), "mM": (1e6, "nM"), "thousand": (1e3, ""), "million": (1e6, ""), "billion": (1e9, ""),
}  # fmt: skip
"""Units that are multiples of another one: two hours are 120 minutes."""
_PLAIN = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+"
POWER = r"(?:\^\(?[-+−]?\d{1,2}\)?|[⁺⁻]?[⁰¹²³⁴-⁹]{1,2}|\([-+−]?\d{1,2}\))"
"""The exponent behind a 10: 10⁶, 10^6, and 10(6) as MEDLINE had it."""
_NUMBER = rf"(?:(?:{_PLAIN}) ?[x×*·] ?)?10{POWER}|{_PLAIN}"
_RAISED = str.maketrans("⁺⁻−⁰¹²³⁴⁵⁶⁷⁸⁹", "+--0123456789")
_QUANTITY = re.compile(
    rf"(?P<p>\b[Pp](?:[ -]values?)?(?: of)? ?)?(?P<sign>[<>=≤≥] ?)?(?<![\w.])(?<![A-Za-z][-./])(?P<number>{_NUMBER})"
    r"(?:(?P<percent> ?%)|[ -]?(?P<unit>per cent|[A-Za-z]+\b))?"
)
_WORD = rf"(?:{'|'.join(_TENS)})[- ](?:{'|'.join(_ONES)})|{'|'.join(_WORDS)}"
_WRITTEN = re.compile(rf"\b(?P<word>{_WORD})(?:(?P<fold>[ -]?fold| times)|[ -](?P<unit>[a-z]+))?\b", re.I)
_DECADE = re.compile(r"\b(?:a|one|the last) decade\b", re.I)
_OF_EVERY = re.compile(
    rf"\b(?P<part>one|{_WORD}|\d+) (?:in|of every|out of|in every) (?P<whole>{_WORD}|\d+)\b(?! ?(?:%|[a-z]?M\b|mg))",
    re.I,
)
_SHARE = re.compile(
    rf"\b(?:(?P<count>an?|one|{'|'.join(_ONES)})[ -])?(?P<share>half|thirds?|quarters?|fifths?|sixths?|tenths?)"
    r"(?= (?:of|as|the|that|those|had|were|its|their)\b|[.,;)]|$)",
    re.I,
)
_FOLD = re.compile(
    rf"\b(?:{'|'.join(_FOLDS)})\b(?![- ](?:blind|dumm|strand|mutant|transgenic|knock|label|bond|heterozyg|homozyg|"
    r"positive|negative|therapy|vision|helix|minute|lumen|product))",
    re.I,
)
"""A multiple; "double-blind" is none."""
_LABELLED = re.compile(
    r"\b(?P<kind>phase|type|grade|stage|class|level|exon|intron|codon|nucleotide|chromosome|figure|fig|table|factor|"
    r"genotype|serotype|category)s?[ -]?(?P<label>[1-9]\d{0,4}[a-z]?|I{1,3}V?|IV|VI{0,3})\b(?! ?%)",
    re.I,
)
_BROKEN = re.compile(r"(?<=\d)([.,]) (?=\d)")
"""Numbers that some sources print with a blank: "0. 5%"."""
_LIST = re.compile(r"\s*(?:,|;|/|-|to|or|and|vs\.?|versus|,? and|,? or|\+/-|±)\s*")
_LEVEL = re.compile(r"\d+ ?%[- ]?(?: ?CI\b| ?confidence)", re.I)
_ABOUT = re.compile(r"\b(?:about|around|approximately|roughly|some|nearly|almost|close to|over|under|~)\s*$", re.I)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6"}
_OF_A_SHARE, _NEAR = 4.0, 0.06
"""Points by which a share in words may be off ("a third" of 36 %), and the part by which "about" may."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit ("" for a bare one, "p" for a P value), the sign before it, and where it begins.

    `slack` is by how much another number may differ that is told by it: half of what its last digit stands for.
    """

    value: float
    unit: str
    sign: str
    start: int
    slack: float = 0.0

    def is_said_by(self, other: Quantity) -> bool:
        """Return True if another quantity is the same, or rounds to this one, and has its sign if it has one."""
        mine, theirs = (_BASE.get(quantity.unit, (1, quantity.unit)) for quantity in (self, other))
        if mine[1] != theirs[1]:
            return False
        value, other_value = self.value * mine[0], other.value * theirs[0]
        if self.sign in ("<", ">") and other.sign in ("", "=") and self.unit == "p":
            return other_value < value if self.sign == "<" else other_value > value
        is_rounded = self.slack > other.slack and abs(value - other_value) <= self.slack * mine[0] * (1 + 1e-9)
        is_same = abs(value - other_value) <= 1e-9 * max(abs(value), abs(other_value)) or is_rounded
        return is_same and self.sign in ("", "=", other.sign or "=")


@lru_cache(maxsize=1_024)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text in order; digits within names (IL-32, phase 2) are none.

    A unit at the end of a list is that of each of its numbers.

    >>> [(quantity.value, quantity.unit) for quantity in quantities("IL-32 at 5 and 10 mg rose fourfold (P < .05)")]
    [(5.0, 'mg'), (10.0, 'mg'), (4.0, 'fold'), (0.05, 'p')]
    """
    plain = _plain(text)
    shares = list(_shares(plain))
    taken = [match.span() for pattern in (_LABELLED, _OF_EVERY, _SHARE) for match in pattern.finditer(plain)]
    every = [_figure(match, plain) for match in _QUANTITY.finditer(plain)]
    every += [_written(match, plain) for match in _WRITTEN.finditer(plain)]
    every += [Quantity(1, "decade", "", match.start()) for match in _DECADE.finditer(plain)]
    every += [Quantity(float(_FOLDS[match[0].lower()]), "fold", "", match.start()) for match in _FOLD.finditer(plain)]
    apart = [quantity for quantity in every if not any(start <= quantity.start < end for start, end in taken)]
    return _with_shared_units(sorted((*apart, *shares), key=lambda quantity: quantity.start), plain)


def _plain(text: str) -> str:
    """Return a text with one written form of the signs in numbers; places are those of the text."""
    folded = (
        "".join(map(_plain_sign, text))
        .replace("μ", "u")
        .replace("–", "-")
        .replace("\u2010", "-")
        .replace("\u2011", "-")
    )
    folded = re.sub(r"(?<=\d)[·∙](?=\d)", ".", folded)
    return re.sub(r"(?<![\d.,])(\d{1,3})[ \u2009](?=\d{3}\b(?![.,]?\d))", r"\1,", folded)


def _plain_sign(char: str) -> str:
    """Return a sign in its plain form, where that is one sign, so that places stay; scripts stay, as 10⁶ is not 106."""
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and not unicodedata.decomposition(char).startswith(("<super>", "<sub>")) else char


def _shares(plain: str) -> Iterator[Quantity]:
    """Yield what is told as a part of a whole: "one in four", "two thirds", "half"."""
    for match in _OF_EVERY.finditer(plain):
        whole, part = _value(match["whole"]), _value(match["part"])
        if 0 < part < whole:
            yield Quantity(100 * part / whole, "%", "", match.start(), _OF_A_SHARE if whole <= 10 else 0.5)
    for match in _SHARE.finditer(plain):
        count = _ONES.get((match["count"] or "one").lower(), 1)
        if match["count"] or match["share"].lower() == "half":
            share = count * _SHARES[match["share"].lower().rstrip("s")]
            yield Quantity(share, "%", "", match.start(), _OF_A_SHARE)


def _with_shared_units(found: Sequence[Quantity], plain: str) -> tuple[Quantity, ...]:
    """Return quantities, those within a list with the unit at its end."""
    whole: list[Quantity] = []
    for quantity in reversed(found):
        between = plain[quantity.start : whole[-1].start] if whole else ""
        after = re.sub(rf"^(?:{_NUMBER}|{_WORD})", "", between, count=1, flags=re.I)
        is_level = whole and _LEVEL.match(plain, whole[-1].start)  # "1.47, 95% CI"
        if whole and not quantity.unit and whole[-1].unit not in ("", "p") and not is_level and _LIST.fullmatch(after):
            quantity = replace(quantity, unit=whole[-1].unit)
        whole.append(quantity)
    return tuple(reversed(whole))


def in_digits(text: str) -> str:
    """Return a text with its numbers in digits, and the sign of a percentage.

    >>> in_digits("Eighty-one percent of twelve patients")
    '81% of 12 patients'
    """
    digits = _NUMBER_WORD.sub(lambda match: f"{_value(match[0]):g}", text)
    return _PERCENT_WORD.sub("%", digits)


_NUMBER_WORD = re.compile(rf"\b(?:{_WORD})\b", re.I)
_PERCENT_WORD = re.compile(r"(?<=\d)\s?per ?cent\b", re.I)


def are_rounded(text: str, quote: str) -> bool:
    """Return True if a text's quantities are all in its quote, and one is but rounded or worked out from it.

    >>> are_rounded("About a third of them", "32% of them"), are_rounded("32% of them", "32% of them")
    (True, False)
    """
    if unsaid(text, quote):
        return False
    quoted = _quoted(quote)
    return any(
        not any(replace(quantity, slack=0).is_said_by(other) for other in quoted) for quantity in quantities(text)
    )


def _quoted(quote: str) -> tuple[Quantity, ...]:
    return (*quantities(quote), *(quantities(_BROKEN.sub(r"\1", quote)) if _BROKEN.search(quote) else ()))


def unsaid(text: str, quote: str) -> list[Quantity]:
    """Return the quantities of a text that its quote neither gives, nor rounds to, nor adds up to.

    >>> [one.value for one in unsaid("About 30% of 88 and half of 160", "29.6% of 88; 80 of 160 were")]
    []
    """
    quoted = _quoted(quote)
    wanted = [quantity for quantity in quantities(text) if not any(quantity.is_said_by(other) for other in quoted)]
    return [quantity for quantity in wanted if not _is_worked_out(quantity, quoted)] if wanted else []


def _is_worked_out(quantity: Quantity, quoted: Sequence[Quantity]) -> bool:
    """Return True if a share is one count of another in the quote: 18% of "70 of 388", half of "80 of 160"."""
    if quantity.unit != "%":
        return False
    counts = sorted(
        {count.value for count in quoted if count.unit == "" and count.value >= 1 and count.value == int(count.value)}
    )
    slack = max(quantity.slack, 0.05)
    return any(abs(100 * part / whole - quantity.value) <= slack for part, whole in combinations(counts, 2))


def labels(text: str) -> set[tuple[str, str]]:
    """Return what a text tells apart by a number: {("phase", "2")} for "a phase II trial"."""
    found = ((match["kind"].lower(), match["label"].lower()) for match in _LABELLED.finditer(text))
    return {(kind, _ROMAN.get(label, label)) for kind, label in found}


def _figure(match: re.Match[str], plain: str) -> Quantity:
    unit = "%" if match["percent"] else _unit(match["unit"] or "")
    written = match["number"].replace(",", "")
    unit = "p" if match["p"] else unit
    is_exact = unit == "p" or not re.fullmatch(r"[\d.]+", written)
    slack = 0.0 if is_exact else _slack(written, plain, match.start())
    return Quantity(_figure_value(written), unit, (match["sign"] or "").strip(), match.start("number"), slack)


def _figure_value(number: str) -> float:
    """Return the value of a number as it is written: 5 × 10³ is 5000."""
    powered = re.fullmatch(rf"(?:(?P<times>.+?) ?[x×*·] ?)?10(?P<power>{POWER})", number)
    if powered is None:
        return float(number)
    power = int(powered["power"].strip("^()").translate(_RAISED))
    return float(f"{powered['times'] or '1'}e{power}")


def _slack(written: str, plain: str, start: int) -> float:
    """Return half of what the last digit of a number stands for, or more of one that is said to be about right."""
    decimals = len(written.partition(".")[2])
    half = 0.5 * 10.0**-decimals
    return max(half, _NEAR * float(written)) if _ABOUT.search(plain[max(0, start - 16) : start]) else half


def _written(match: re.Match[str], plain: str) -> Quantity:
    unit = "fold" if match["fold"] else _unit(match["unit"] or "")
    value = _value(match["word"])
    return Quantity(value, unit, "", match.start(), _slack(f"{value:.0f}", plain, match.start()))


def _unit(written: str) -> str:
    if written == "per cent":
        return "%"
    return _UNIT_OF.get(written) or _UNIT_OF.get(written.lower(), "")


def _value(written: str) -> float:
    if written.isdigit():
        return float(written)
    return float(sum((_WORDS | _ONES)[part] for part in re.split(r"[- ]", written.lower())))
