"""Confidence intervals behind a value, told from ranges and quartiles that look alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from qa.studies.numerals import DIGITS, value_of
from qa.studies.records import Measure

SIGNED = rf"[-−–+]?{DIGITS}"
_BOUND = rf"[-−–+]?(?:(?:US)?[$€£] ?)?{SIGNED}"
_UNIT = r"(?: ?%| ?(?!(?:to|and|through|or|P|p)\b)[a-zA-Zµμ/]{1,8}\b)?"
_TO = r"(?: ?(?:-|–|—|−|~|to|through|,|;|and|\.\.) ?)"
_LEVEL = r"9\d(?:\.\d)?(?: ?%| per ?cent)?"
_NAME = (
    r"(?:CI95%?|C\.?[Il]\.?|[Cc]onfidence (?:[Ii]ntervals?|[Ll]imits?|[Ll]evels?)"
    r"(?: ?[(\[]?(?:9\d ?% ?)?CIs?\b[)\]]?)?|credible intervals?|CrI)"
)
_INTERVAL = (
    rf"[\s,;:(\[]*(?:with (?:an? |narrow |wide )?)?(?:{_LEVEL} ?)?-?{_NAME}"
    rf"(?: ?\(?{_LEVEL}\)?)?[\s,:;=(\[]*(?:of |was |from |between |ranging from )?"
    rf"(?P<low>{_BOUND}){_UNIT}{_TO}(?P<high>{_BOUND}) ?%?[)\]]*"
)
CI = rf"(?P<ci>{_INTERVAL})"
"""An interval that is called one of confidence."""
CI_LAST = _INTERVAL.replace("<low>", "<low3>").replace("<high>", "<high3>")
"""The same, behind a P value."""
BARE_CI = (
    rf"(?P<bare> ?[(\[](?P<low2>{_BOUND}){_UNIT}(?: ?[-–—] ?| to | through |[,;] ?)(?P<high2>{_BOUND}){_UNIT}"
    rf"(?P<named>,? {_LEVEL} ?{_NAME})?(?:[)\]]|(?=[,;]? ?[pP] ?(?:[<=>]|less))))"
)
"""Two numbers in brackets, which may be one."""
_CONFIDENCE = re.compile(rf"\b9\d ?% ?C|{_NAME}\b")
_SPREAD = re.compile(r"\b(?:IQRs?|inter-?quartile|ranges?|ranged|ranging|percentiles?|quartiles?|min-max|SDs?)\b", re.I)
_CALLED_SPREAD = re.compile(
    r"\b(?:medians?|means?|averages?|values|data)\b[^.;()]{0,40}[(\[] ?(?:IQR|inter-?quartile|range|min|quartiles?"
    r"|\d+(?:th|st)\b)[^()\d]{0,30}[)\]]",
    re.I,
)
_RATIOS: frozenset[Measure] = frozenset(("OR", "RR", "HR", "AUC", "correlation", "mean difference"))
_AVERAGE = re.compile(r"\b(?:means?|medians?|averag\w+|scores?)\b[^.;]{0,50}$", re.I)


@dataclass(frozen=True, slots=True)
class BracketUse:
    """What an abstract puts in brackets behind its values: it names confidence intervals, or calls them spreads."""

    names_confidence: bool
    calls_spread: bool


def bracket_use(sentences: Iterable[str]) -> BracketUse:
    """Return what an abstract says of its brackets: "median (IQR)" once tells it of all."""
    text = " ".join(sentences)
    return BracketUse(bool(_CONFIDENCE.search(text)), bool(_CALLED_SPREAD.search(text)))


def confidence_interval(
    match: re.Match[str], measure: Measure, value: float, use: BracketUse
) -> tuple[float, float] | None:
    """Return the interval that a pattern matched behind a value, or None where it is none of confidence."""
    groups = match.groupdict()
    for low, high in (("low", "high"), ("low3", "high3")):
        if groups.get(low):
            return _signed(groups[low]), _signed(groups[high])
    if not groups.get("low2"):
        return None
    interval = _signed(groups["low2"]), _signed(groups["high2"])
    holds = interval[0] <= value <= interval[1] or interval[0] <= -value <= interval[1]
    return interval if holds and (groups["named"] or _is_confidence(match, measure, use)) else None


def _is_confidence(match: re.Match[str], measure: Measure, use: BracketUse) -> bool:
    """Return True if numbers in brackets without a name are a confidence interval."""
    if _SPREAD.search(match.string[max(0, match.start() - 80) : match.end("bare")]):
        return False
    if measure in _RATIOS:
        return True
    has_unit = (match.groupdict().get("unit") or "").strip(" %")
    is_average = measure in ("mean", "median") or _AVERAGE.search(match.string[: match.start("value")])
    return not use.calls_spread and (use.names_confidence or not (is_average or has_unit))


def _signed(text: str) -> float:
    value = value_of(re.sub(r"^[^\d.·]+", "", text))
    return -value if re.match(r"(?:US)?[$€£]? ?[-−–]", text) else value
