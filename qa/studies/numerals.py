"""Numbers in running text: 2,440,242, 13·4, "sixty-seven", "one thousand one"."""

from __future__ import annotations

import re

_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_WORD = "|".join((*_UNITS, *_TENS, *_SCALES))
WORDS = rf"(?:(?:{_WORD})(?:[ -](?:and )?(?:{_WORD}))*)"
DIGITS = r"(?:\d{1,3}(?:[,\u2009\u00a0\u202f ]\d{3})+(?:[.·]\d+)?|\d+(?:[.·]\d+)?|[.·]\d+)"
NUMBER = rf"(?:{DIGITS}|\b{WORDS}\b)"
_MARKS = re.compile(r"[,\u2009\u00a0\u202f ]")


def value_of(text: str) -> float:
    """Return the value of a number that NUMBER matched.

    >>> value_of("2,440,242"), value_of("13·4"), value_of("Sixty-seven"), value_of("One thousand one")
    (2440242.0, 13.4, 67.0, 1001.0)
    """
    if text[-1].isdigit():
        return float(_MARKS.sub("", text).replace("·", "."))
    whole = part = 0
    for word in re.findall(r"[a-z]+", text.lower()):
        if word == "and":
            continue
        if word not in _SCALES:
            part += _UNITS.get(word) or _TENS.get(word) or 0
        elif word == "hundred":
            part = max(part, 1) * 100
        else:
            whole, part = whole + max(part, 1) * _SCALES[word], 0
    return float(whole + part)
