"""Quantities as answers: the kind that a question asks for, and where those of that kind stand in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from qa.language.quantities import POWER

Asked = Literal["name", "percentage", "dose", "count", "duration", "frequency", "ratio", "year", "money", "amount"]
"""What is asked for: anything that has a name, or a quantity of a kind."""

_QUESTIONS: tuple[tuple[Asked, str], ...] = (
    ("ratio", r"\b(?:hazard|odds|risk|rate|prevalence) ratios?\b|\brelative risks?\b|\b(?:HR|OR|RR)s? (?:for|of)\b"),
    ("money", r"\bhow (?:expensive|cheap|costly)\b|\b(?:what|how much) .*\b(?:costs?|prices?|charged?)\b"),
    ("year", r"\b(?:what|which) year\b|^when (?:was|were|did|has|have)\b"),
    (
        "frequency",
        r"\bhow often (?:is|are|was|were|should|do|does|must|can)\b(?=.*\b(?:inject|given|tak|administ|dos|use|repeat"
        r"|infus|appl|receiv|screen|measur)\w*)|\bhow many times (?:a|per|each)\b|\bwhat interval\b",
    ),
    (
        "dose",
        r"\b(?:what|which)\b.{0,40}?\b(?<!high )(?<!low )(?<!higher )(?<!lower )dos(?:e|es|age|ages|ing)\b"
        r"|\bhow many (?:mg|milligrams?|grams?|micrograms?"
        r"|µg|units)\b|\bhow much .*\b(?:given|taken|administered|prescribed|received?|take)\b"
        r"(?=\W*\Z| (?:to|for|in|per|each|a|at|daily|every)\b)",
    ),
    (
        "duration",
        r"\bhow (?:long|soon|late|many (?:(?:more|fewer|extra|additional) )?"
        r"(?:minutes|hours|days|weeks|months|years|seconds))\b"
        r"|\bhow much (?:longer|sooner|time)\b"
        r"|\b(?:half-life|what (?:is|was) the (?:\w+ ){0,4}(?:duration|survival|life expectancy|time|age))\b"
        r"|\bhow old\b|\b(?:what|which) (?:duration|age)\b",
    ),
    (
        "percentage",
        r"\b(?:what|which)(?: (?!in\b|which\b|by\b|with\b|d(?:id|oes|o)\b|not\b)[\w-]+){0,6} (?:percentage|proportion"
        r"|per ?cent|fraction|prevalence|incidence|penetrance|heritability|frequency|sensitivity|specificity|share)\b"
        r"|\bhow (?:common|frequent|prevalent|rare|often|likely)\b|\bresponse rate\b|\bhow high is the risk\b"
        r"|\b(?:what|which) (?:is|was|were) the (?:[\w-]+ ){0,4}(?:rates?|risk|chance|probability|share)\b"
        r"|\bhow many (?:percent|per cent)\b",
    ),
    ("count", r"\bhow many\b|\bwhat (?:is|was) the (?:\w+ )?number of\b"),
    (
        "amount",
        r"\bhow (?:much|far|big|large|tall|heavy|fast|high|low|deep)\b|\bby how\b|\b(?:IC50|EC50|K[di])\b"
        r"|\bwhat (?:is|was|were|are) the (?:[\w-]+ ){0,4}(?:levels?|concentrations?|weight|size|length|mean|median"
        r"|score|temperature|value|cost|molecular weight|decrease|reduction|difference|diameter|volume|ph)\b",
    ),
)
_ASKED = tuple((asked, re.compile(pattern, re.I)) for asked, pattern in _QUESTIONS)
_NO_NUMBER = re.compile(r"\brisk factors?\b|^(?:list|name|which are)\b|\b(?:main|common) risk\b", re.I)

_UNIT = (
    r"(?:mg|g|kg|[µμu]g|mcg|ng|pg|IU|U|units?|m?[lL]|[µμ][lL]|Gy|mmol|[µμn]?mol|[µμnmp]M|mmHg|mm Hg|mm|cm|[µμn]m|kDa"
    r"|kb|Mb|bp|Hz|°C|kcal|mSv|ppm|cells|tablets?|capsules?|drops?|puffs?)"
)
_PLAIN = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.·]\d+)?)"
_NUMBER = rf"(?:(?:{_PLAIN} ?[×x*] ?)?10{POWER}|{_PLAIN}(?! ?[×x*] ?10(?:\D|$)))"
_WORDS = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
)
_MANY = rf"{_WORDS} (?:hundred|thousand)(?:(?: and)?[ -]{_WORDS}(?:-{_WORDS})?)?|{_WORDS}(?:-{_WORDS})?"
"""Numbers in words: "three hundred and sixty-one"."""
_TO = r"(?: ?(?:-|–|—|to|and) ?)"
_ABOUT = r"(?:(?:approximately|about|around|nearly|almost|at least|up to|more than|less than|over|under) |[~≈<>≤≥] ?)?"
_TIME = r"(?:seconds?|minutes?|min|hours?|hrs?|h|days?|weeks?|wks?|months?|mo|years?|yrs?)"
_PERIOD = rf"(?:{_NUMBER}|{_WORDS}|other|second|third|few|couple of)"
_INTERVAL = (
    rf"(?: ?[\[(,;]+ ?(?:9\d ?% ?)?(?:CI|confidence intervals?|CrI|range|IQR)?[ ,:=]*{_NUMBER}"
    rf" ?%?{_TO}{_NUMBER} ?%?(?: [a-z]+)?[\])]?)?"
)
_PATTERNS: Mapping[Asked, str] = {
    "percentage": (
        rf"{_ABOUT}(?:{_NUMBER} ?%?{_TO})?{_NUMBER} ?(?:%|per ?cent|percentage points){_INTERVAL}"
        rf"|{_ABOUT}{_NUMBER}(?:{_TO}{_NUMBER})? (?:cases )?(?:per|in|/|out of|of every) ?"
        r"(?:\d{1,3}(?:[, ]\d{3})+|\d+|million|thousand)"
        rf"(?: (?:person|patient)[- ]years)?{_INTERVAL}"
        rf"|(?:1|one)(?: ?: ?| in | out of | per )(?:\d{{1,3}}(?:[, ]\d{{3}})+|\d+|{_WORDS})"
        r"|(?:one|two|three)[- ](?:thirds?|quarters?|fifths?|half)|half of"
    ),
    "dose": (
        rf"{_PLAIN} ?(?:×|x) ?10(?:\^?\d+)? ?{_UNIT}|(?:{_NUMBER}(?: ?{_UNIT})?{_TO})?{_NUMBER}[ -]?{_UNIT}"
        r"(?: ?(?:/|per) ?(?:kg|m2|m\(2\)|m²|day|d|h|hour|week|dose|mL|ml|L|min|minute)(?:\(-1\))?)*"
        r"(?: (?:body ?weight|once|twice|three times|daily|weekly|monthly|nightly|a day|per day|a week|per week"
        r"|every \w+ (?:hours|days|weeks|months)|b\.?i\.?d|q\.?d|orally|bw)\b)*"
    ),
    "count": rf"{_ABOUT}(?:{_NUMBER}{_TO})?(?:{_NUMBER}(?: (?:million|thousand|billion))?|{_MANY})",
    "duration": rf"{_ABOUT}(?:(?:{_NUMBER}|{_WORDS}){_TO})?(?:{_NUMBER}|{_WORDS})[ -]{_TIME}{_INTERVAL}",
    "frequency": (
        rf"every (?:{_PERIOD}(?:{_TO}{_NUMBER})? )?{_TIME}|(?:once|twice|thrice|(?:{_NUMBER}|{_WORDS}) times)"
        rf"(?: (?:a|per|every|each)(?: {_PERIOD})? (?:day|week|month|year)s?| (?:daily|weekly|monthly|yearly))?"
        r"|daily|weekly|monthly|yearly|annually|biweekly|fortnightly"
    ),
    "ratio": rf"{_NUMBER}{_INTERVAL}",
    "year": r"(?:19|20)\d\d",
    "money": (
        rf"(?:US ?)?[$€£¥] ?{_NUMBER}(?: (?:million|billion))?"
        rf"|{_NUMBER} ?(?:million |billion )?(?:(?:US )?dollars|euros|pounds|USD|EUR|GBP|yen|yuan|rupees)"
    ),
    "amount": (
        rf"{_ABOUT}(?:{_NUMBER} ?%?{_TO})?(?:{_NUMBER}|{_WORDS})(?:[ -]?(?:%|percentage points|per ?cent|{_UNIT}"
        rf"|{_TIME}|times|fold)(?: ?/ ?\w+)*)?{_INTERVAL}"
    ),
}
_QUANTITIES = {
    asked: re.compile(rf"(?<![\w.,-])(?:{pattern})(?![\w%]|[.,]\d)", re.I if asked != "dose" else 0)
    for asked, pattern in _PATTERNS.items()
}
"""Units of doses are read as they are written: "5 Mg" is none, "10 M" is molar."""


def asked_quantity(question: str) -> Asked:
    """Return the kind of quantity that a question asks for, "name" for none.

    >>> asked_quantity("How many patients were enrolled?"), asked_quantity("Which drug was given?")
    ('count', 'name')
    """
    if _NO_NUMBER.search(question):
        return "name"
    return next((asked for asked, pattern in _ASKED if pattern.search(question)), "name")


_CONCENTRATION = re.compile(r"(?:/|per) ?(?:d?L|litre|liter)\b")
"""What makes an amount a level in the blood and no dose: 1.0 mmol/L."""


def quantity_spans(sentence: str, asked: Asked) -> Iterator[tuple[int, int]]:
    """Yield where the quantities of a kind stand in a sentence, with unit and interval."""
    for match in _QUANTITIES[asked].finditer(sentence):
        start, end = match.span()
        if asked == "dose" and _CONCENTRATION.search(sentence, start, end + len(" per litre")):
            continue
        text = sentence[start:end]
        if text.endswith(")") and "(" not in text:
            end -= 1
        elif text.count("(") > text.count(")") and sentence[end : end + 1] == ")":
            end += 1
        yield start, end
