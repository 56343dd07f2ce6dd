"""Quantities of a sentence, each with its unit and sign: 5 mg is not 5 µg, and P = 0.04 is not P = 0.4."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50,
}  # fmt: skip
_FOLDS = {
    "twice": 2, "double": 2, "doubled": 2, "doubling": 2, "tripled": 3, "triple": 3, "thrice": 3, "quadrupled": 4,
    "halved": 0.5,
}  # fmt: skip
_UNITS = {
    "%": "% percent pct", "fold": "fold times x", "mg": "mg milligram", "ug": "ug mcg microgram", "ng": "ng nanogram",
    "pg": "pg picogram", "g": "g gram", "kg": "kg kilogram", "ml": "ml millilitre milliliter", "ul": "ul microlitre",
    "l": "l litre liter", "nM": "nM nmol nanomolar nanomole", "uM": "uM umol micromolar micromole",
    "mM": "mM mmol millimolar millimole", "pM": "pM pmol picomolar", "hour": "h hr hrs hour", "minute": "min minute",
    "second": "s sec second", "day": "d day", "week": "wk week", "month": "mo month", "year": "y yr yrs year",
    "million": "million", "thousand": "thousand", "billion": "billion", "mmHg": "mmHg", "nm": "nm nanometre nanometer",
    "um": "um micrometre micrometer", "mm": "mm millimetre millimeter", "cm": "cm centimetre centimeter",
    "kDa": "kDa kilodalton", "Gy": "Gy gray", "IU": "IU",
}  # fmt: skip
_UNIT_OF = {form: unit for unit, forms in _UNITS.items() for form in forms.split()}
_UNIT_OF |= {f"{form}s": unit for form, unit in _UNIT_OF.items() if len(form) > 3}
_PLAIN = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+"
POWER = r"(?:\^\(?[-+−]?\d{1,2}\)?|[⁺⁻]?[⁰¹²³⁴-⁹]{1,2}|\([-+−]?\d{1,2}\))"
"""The exponent behind a 10: 10⁶, 10^6, and 10(6) as MEDLINE had it."""
_NUMBER = rf"(?:(?:{_PLAIN}) ?[x×*·] ?)?10{POWER}|{_PLAIN}"
_RAISED = str.maketrans("⁺⁻−⁰¹²³⁴⁵⁶⁷⁸⁹", "+--0123456789")
_QUANTITY = re.compile(
    rf"(?P<p>\b[Pp](?:[ -]values?)?(?: of)? ?)?(?P<sign>[<>=≤≥] ?)?(?<![\w.])(?<![A-Za-z][-./])(?P<number>{_NUMBER})"
    r"(?:(?P<percent> ?%)|[ -]?(?P<unit>per cent|[A-Za-z]+\b))?"
)
_WRITTEN = re.compile(rf"\b(?P<word>{'|'.join(_WORDS)})(?:(?P<fold>[ -]?fold| times)|[ -](?P<unit>[a-z]+))?\b", re.I)
_ONE_IN = re.compile(rf"\b(?:one|1) (?:in|of every|out of) (?P<whole>{'|'.join(_WORDS)}|\d+)\b", re.I)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit ("" for a bare one, "p" for a P value), the sign before it, and where it begins."""

    value: float
    unit: str
    sign: str
    start: int

    def is_said_by(self, other: Quantity) -> bool:
        """Return True if another quantity has the same number, unit and, if this one has one, sign."""
        return (self.value, self.unit) == (other.value, other.unit) and self.sign in ("", "=", other.sign or "=")


def quantities(text: str) -> list[Quantity]:
    """Return the quantities of a text in order; digits within names (IL-32, MDA-MB-231) are none.

    >>> [(quantity.value, quantity.unit) for quantity in quantities("IL-32 at 5 mg rose fourfold (P < .05)")]
    [(5.0, 'mg'), (4.0, 'fold'), (0.05, 'p')]
    """
    plain = "".join(map(_plain_sign, text)).replace("μ", "u").replace("–", "-")
    every = [_figure(match) for match in _QUANTITY.finditer(plain)]
    every += [_written(match) for match in _WRITTEN.finditer(plain)]
    every += [Quantity(100 / _whole(match["whole"]), "%", "", match.start()) for match in _ONE_IN.finditer(plain)]
    every += [
        Quantity(float(_FOLDS[match[0].lower()]), "fold", "", match.start())
        for match in re.finditer(rf"\b(?:{'|'.join(_FOLDS)})\b", plain, re.I)
    ]
    shares = [match.span() for match in _ONE_IN.finditer(plain)]
    return sorted(
        (quantity for quantity in every if not any(start < quantity.start < end for start, end in shares)),
        key=lambda quantity: quantity.start,
    )


def _plain_sign(char: str) -> str:
    """Return a sign in its plain form, where that is one sign, so that places stay; scripts stay, as 10⁶ is not 106."""
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and not unicodedata.decomposition(char).startswith(("<super>", "<sub>")) else char


def unsaid(text: str, quote: str) -> list[Quantity]:
    """Return the quantities of a text that its quote lacks."""
    quoted = quantities(quote)
    return [quantity for quantity in quantities(text) if not any(quantity.is_said_by(other) for other in quoted)]


def _figure(match: re.Match[str]) -> Quantity:
    unit = "%" if match["percent"] else _unit(match["unit"] or "")
    return Quantity(
        _value(match["number"]), "p" if match["p"] else unit, (match["sign"] or "").strip(), match.start("number")
    )


def _value(number: str) -> float:
    """Return the value of a number as it is written: 5 × 10³ is 5000."""
    powered = re.fullmatch(rf"(?:(?P<times>.+?) ?[x×*·] ?)?10(?P<power>{POWER})", number)
    if powered is None:
        return float(number.replace(",", ""))
    power = int(powered["power"].strip("^()").translate(_RAISED))
    return float(f"{(powered['times'] or '1').replace(',', '')}e{power}")


def _written(match: re.Match[str]) -> Quantity:
    unit = "fold" if match["fold"] else _unit(match["unit"] or "")
    return Quantity(float(_WORDS[match["word"].lower()]), unit, "", match.start())


def _unit(written: str) -> str:
    if written == "per cent":
        return "%"
    return _UNIT_OF.get(written) or _UNIT_OF.get(written.lower(), "")


def _whole(written: str) -> float:
    return float(_WORDS.get(written.lower()) or written)
