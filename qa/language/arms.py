"""The numbers of a finding: two arms with a value each, or a ratio with its interval."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis.terms import content_words
from qa.language.asked_words import CONTROLS, TOKEN, AskedWords
from qa.language.entailment import drugs_named
from qa.language.statement import DOWN, SAME, UP

P_VALUE = re.compile(r"\bP(?:[ -]?values?)?\s*(?P<sign>[<>=≤≥])\s*(?P<value>0?[.·]\d+)", re.I)

RATIO = re.compile(
    r"\b(?:hazard ratios?|odds ratios?|risk ratios?|rate ratios?|relative risks?|relative hazards?|[as]?HRs?|a?ORs?"
    r"|a?RRs?|IRRs?|SIR|SMR)\b"
    r"(?:[^\d;]{0,60}?)(?:\[|\()?\s*[=:,]?\s*(?P<value>\d+(?:[.·]\d+)?)(?![\d.]*\s?(?:%|mg|per))(?P<rest>[^;]{0,60})"
)

INTERVAL = re.compile(
    r"\b(?:CI|confidence intervals?|CrI)\W{0,4}(?:of )?[^\d-]{0,4}(?P<low>-?\d+(?:[.·]\d+)?)\s*(?:%?\s*(?:to|–|-|—|,|;"
    r"|and)\s*)(?P<high>-?\d+(?:[.·]\d+)?)",
    re.I,
)

_VALUE = re.compile(
    r"(?<![\w.·-])(?P<value>\d{1,3}(?:,\d{3})+|\d+(?:[.,·]\d+)?)(?![.,·]?\d)\s*(?P<unit>%|per cent|months?|years?"
    r"|days?|weeks?|per \d|of \d|points?|hours?|deaths?|cases?|events?)?",
    re.I,
)

_NO_VALUE = re.compile(
    r"±\s*[\d.]+|\bS[DE]M?\)?\s*=?\s*[\d.]+|[\[(]\s*[\d.]+\s*[\])]"
    r"|(?:χ2?|\bt|\bF|\bz|\br)\s*(?:\([\d, ]+\))?\s*=\s*-?[\d.]+|(?:95 ?%|99 ?%|90 ?%)\s*(?:CI\b|confidence)[^);,]*"
    r"|\b(?:CI\b|confidence interval)[^);]*|\b[Pp]\s*[<>=≤≥]\s*[\d.·]+|\bn\s*=\s*[\d,]+"
    r"|\b\d[\d.,]*\s*(?:mg|µg|ug|g/|ml|kg|mmol|IU|U\b|mcg|Gy|nM|µM|mM)\b(?:/\w+)?|\b(?:over|for|at|after|within"
    r"|during|by|of|from|aged?|median of)\s+(?:a median of\s+)?\d[\d.]*\s*(?:-?\s*)?(?:to\s+\d+\s*)?"
    r"(?:years?|months?|weeks?|days?|hours?)\b|\b(?:phase|grade|stage|type|day|week|month|year|age"
    r"|aged)\s+\d+(?:\s+(?:or|to|and)\s+\d+)?"
    r"|\bper\s+\d[\d,]*|\b\d+(?:\.\d+)?-(?:year|month|week|day|hour)\b",
    re.I,
)


def as_number(text: str) -> float:
    """Return a number as written, with a point, a raised point or a comma, as a float."""
    return float(
        text.replace("·", ".").replace(",", "") if re.search(r"[.·]|,\d{3}$", text) else text.replace(",", ".")
    )


def by_ratio(asked: AskedWords, clause: str) -> int | None:
    """Return the way of a ratio, SAME where its interval holds 1; None where there is none."""
    match = RATIO.search(clause)
    if not match:
        return None
    interval = INTERVAL.search(clause, match.start())
    value = as_number(match["value"])
    if interval:
        low, high = as_number(interval["low"]), as_number(interval["high"])
        if low <= 1 <= high:
            return SAME
    if value == 1 or value > 200 and not interval:
        return None
    way = UP if value > 1 else DOWN
    if asked.rival:  # the ratio is of the side that is named first
        sides = [who for _, who in _mentions(asked, clause)]
        return way * int(sides[0]) if sides else None
    against = re.search(
        r"(?:compared (?:with|to)|versus|vs\.?|relative to|than)\s+(?P<who>[^,;()]{3,60})", clause, re.I
    )
    if (
        against
        and set(content_words(against["who"])) & asked.subject
        and not set(content_words(against["who"])) & (asked.rival or CONTROLS)
    ):
        return -way
    return way


def by_arms(asked: AskedWords, clause: str) -> int | None:
    """Return how the number of the subject's arm stands to that of the other arm; None where there are not two arms."""
    blanked = _NO_VALUE.sub(lambda found: " " * len(found.group()), clause)
    values = [
        (match.start(), as_number(match["value"]))
        for match in _VALUE.finditer(blanked)
        if not re.match(r"(?:19|20)\d\d$", match["value"])
    ]
    units = [match["unit"] for match in _VALUE.finditer(blanked) if match["unit"]]
    if len(values) < 2 or len(values) > 6:
        return None
    if not units and not all("." in clause[start : start + 6] for start, _ in values[:2]):
        return None
    if (asked.rival or len(values) > 2) and names_a_third(asked, clause):
        return None
    mentions = _mentions(asked, clause)
    sides = [who for _, who in mentions]
    if not sides or set(sides) == {-1} and len(values) != 2:
        return None
    events = sorted([(start, "v", value) for start, value in values] + [(start, "m", who) for start, who in mentions])
    if asked.rival and not re.search("vmvm|mvmv|mmvv|vvmm", "".join(kind for _, kind, _ in events)):
        return None  # one side of a comparison has no number of its own
    subject, other = _paired(events)
    if subject is None or other is None:
        return None
    if max(subject, other) == 0 or abs(subject - other) <= 0.08 * max(subject, other):
        return SAME
    p = P_VALUE.search(clause)
    if (
        p
        and p["sign"] in "=>≥"
        and as_number(p["value"]) > 0.05
        or re.search(r"\bnot (?:statistically )?significant|\bns\b", clause, re.I)
    ):
        return SAME
    return UP if subject > other else DOWN


def names_a_third(asked: AskedWords, clause: str) -> bool:
    """Return True if a clause names a drug that is neither side of a comparison: its numbers may be of that one."""
    sides = asked.subject | asked.rival
    return any(not set(content_words(drug)) & sides for drug in drugs_named(clause))


def names_control(asked: AskedWords, clause: str) -> bool:
    """Return True if a clause names the arm that the subject's arm is compared with."""
    return any(who < 0 for _, who in _mentions(asked, clause))


def _mentions(asked: AskedWords, clause: str) -> list[tuple[int, float]]:
    """Return where the arms are named: 1 for the subject's, -1 for the other; one for a run of words."""
    found: list[tuple[int, float]] = []
    for match in TOKEN.finditer(clause):
        word, stems = match.group().lower(), content_words(match.group())
        who = 0
        if any(stem in asked.subject for stem in stems):
            who = 1
        elif any(stem in asked.rival for stem in stems) or (
            not asked.rival
            and (word in CONTROLS - {"no", "standard"} or word.startswith(("placebo", "control", "unexpos", "untreat")))
        ):
            who = -1
        if who and not (found and found[-1][1] == who and match.start() - found[-1][0] < 25):
            found.append((match.start(), float(who)))
    return found


def _paired(events: Sequence[tuple[int, str, float]]) -> tuple[float | None, float | None]:
    """Return the value of the subject's arm and of the other: each value goes with the arm named next to it."""
    kinds = "".join(kind for _, kind, _ in events)
    values = [value for _, kind, value in events if kind == "v"]
    arms = [value for _, kind, value in events if kind == "m"]
    pairs: list[tuple[float, float]] = []
    if "vmvm" in kinds:
        at = kinds.index("vmvm")
        pairs = [(events[at + 1][2], events[at][2]), (events[at + 3][2], events[at + 2][2])]
    elif "mvmv" in kinds:
        at = kinds.index("mvmv")
        pairs = [(events[at][2], events[at + 1][2]), (events[at + 2][2], events[at + 3][2])]
    elif "mmvv" in kinds:
        at = kinds.index("mmvv")
        pairs = [(events[at][2], events[at + 2][2]), (events[at + 1][2], events[at + 3][2])]
    elif "vvmm" in kinds:
        at = kinds.index("vvmm")
        pairs = [(events[at + 2][2], events[at][2]), (events[at + 3][2], events[at + 1][2])]
    elif "mvv" in kinds:
        at = kinds.index("mvv")
        pairs = [(events[at][2], events[at + 1][2]), (-events[at][2], events[at + 2][2])]
    elif "vmv" in kinds or "vvm" in kinds:
        pairs = [(arms[0], values[0]), (-arms[0], values[1])]
    by_arm = dict(reversed(pairs))
    return by_arm.get(1.0), by_arm.get(-1.0)
