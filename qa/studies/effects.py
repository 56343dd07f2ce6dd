"""Results in figures: ratios, differences, means, shares and counts, with their intervals and P values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from qa.studies.intervals import BARE_CI, CI, CI_LAST, SIGNED, BracketUse, bracket_use, confidence_interval
from qa.studies.numerals import DIGITS, NUMBER, WORDS, value_of
from qa.studies.p_values import SET_AGAINST, P, p_of_the_sentence_before, p_values_of, with_p_values
from qa.studies.records import Effect, Measure, Size
from qa.studies.sentences import StudySentence

_PER = r"(?: per (?:\d+ ?%?[- ]?)?[a-zA-Zµμ-]+(?: [a-zA-Z-]+)?(?=[\s,;:]*[(\[]?9\d ?%))?"
_SD = r"(?:SDs?|SEM?|standard (?:deviations?|errors?)) ?[=:,]? ?"
_PLUS_MINUS = rf"(?: ?[(\[]?(?:{_SD}(?:±|\+/-|\+-)?|±|\+/-|\+-) ?{DIGITS} ?%?\)?[,;]?)?"
_TAIL = rf"{_PER}{_PLUS_MINUS}(?:{CI}|{BARE_CI})?{P}?(?(p)(?:{CI_LAST})?|)"
_RATIOS: tuple[tuple[Measure, str], ...] = (
    ("HR", r"(?:(?i:adjusted|unadjusted|crude) )?(?:a?HRs?\b|(?i:hazards? ratios?))"),
    ("OR", r"(?:(?i:adjusted|unadjusted|crude|diagnostic) )?(?:a?ORs?\b|(?i:odds[- ]ratios?))"),
    (
        "RR",
        r"(?:(?i:adjusted|unadjusted|crude) )?(?:a?RRs?\b|(?i:risk[- ]ratios?)|(?i:relative risks?)|(?i:rate ratios?)"
        r"|IRRs?\b|PRs?\b|(?i:prevalence ratios?))",
    ),
    ("AUC", r"(?:AUCs?\b|AUROC|(?i:area under the (?:\w+ ){0,5}curve)|c-?statistics?|c-?index)"),
    (
        "correlation",
        r"(?:(?<![\w-])[rρR](?:\(?[s2²]\)?)?(?= ?=)|(?i:(?:pearson|spearman)?['’s ]*correlation coefficients?)"
        r"|\bICC\b"
        r"|(?i:intraclass correlation\w*(?: coefficients?)?)|\bkappa\b|κ)",
    ),
    ("mean difference", r"(?:(?:weighted |standardi[sz]ed )?mean differences?|\bW?S?MD\b|\bdifferences?\b|\bbias\b)"),
)
_LINK = (
    r"(?:[\s,:;=\[(]| was| were| is| of| for [\w -]{1,30}?| between [\w -]{1,40}?| in [\w -]{1,30}?"
    r"|[(\[][A-Za-z]+[)\]]){1,6}?"
)
_NAMED = tuple(
    (
        measure,
        re.compile(
            rf"(?P<name>{name}){_LINK}(?<![A-Za-z\d])(?P<value>{SIGNED})(?! ?\. ?\d)(?![\d.]*\d* ?% ?CI)(?P<unit> ?%"
            rf"| ?(?!(?:per|with|and|or|in|for)\b)[a-zA-Z/]{{1,12}}\b)?{_TAIL}",
            re.I if measure in ("mean difference",) else 0,
        ),
    )
    for measure, name in _RATIOS
)
_NEXT_VALUE = re.compile(
    rf"[)\]]?(?:(?:, |,? and )(?:[\w-]+ ){{0,2}}?| (?:for|in) [\w -]{{1,40}}?(?:,|,? and) )"
    rf"(?P<value>[-−–]?\d*[.·]\d+)(?! ?%|\w| ?[-–] ?\d){_TAIL}"
)
"""A further value of a measure that is named once: "odds ratios of 2.1 (1.2-3.4) for men and 1.4 (0.9-2.2)"."""
_MEAN = re.compile(
    rf"(?P<name>\b(?:means?|averages?|averaged)\b[^.;()]{{0,60}}?)?(?P<value>{SIGNED}) ?(?:±|\+/-|\+-"
    rf"|[(\[]SD ?=? ?) ?{DIGITS}[)\]]?"
    rf"(?P<unit> ?(?!(?:vs|versus|and|to|in|for|at|or)\b)(?:%"
    rf"|[a-zA-Zµμ°/²][a-zA-Zµμ°/²0-9]{{0,9}}))?(?:,? (?:and|(?:vs\.?|versus|to|compared with"
    rf"|compared to)(?: \w+){{0,2}}) {SIGNED} ?(?:±|\+/-) ?{DIGITS}"
    rf"(?: ?(?!vs|and|to|versus)[a-zA-Z/%]{{1,8}})?)*{_TAIL}"
)
_PLAIN_MEAN = re.compile(
    rf"\b(?P<name>means?|medians?|averages?|scores?|levels?)\b(?P<between>[^.;%=±()0-9]{{0,60}}?)(?:[,:=] ?"
    rf"| was | were | of | from | to |(?<=mean) |(?<=median) )(?P<value>{DIGITS})(?![/-]?\d|-[a-z])"
    rf"(?P<unit> ?(?!(?:and|vs|versus|to)\b)[a-zA-Zµμ/]{{1,12}}\b)?"
    rf"(?: (?:and|vs\.?|versus|to) {DIGITS}(?: ?[a-zA-Zµμ/]{{1,12}})?)?{_TAIL}",
    re.I,
)
_SHARE = re.compile(
    rf"(?P<count>(?<![\w-]){NUMBER}(?: (?:of|out of|/) ?{NUMBER})?(?: [\w-]+){{0,4}} ?[(\[])?"
    rf"(?P<value>(?<![\d.,/%])(?!(?:19|20)\d\d ){SIGNED}|\b[A-Z][a-z]+(?:-[a-z]+)?)"
    rf"(?:(?: ?[-–—−] ?| to | and |,? (?:vs\.?|versus) ){DIGITS})? ?(?P<unit>%|percent\b|per cent\b)"
    rf"(?! ?(?:CI|confidence|C\.I|limits))[)\]]?{_TAIL}"
)
_OUT_OF = re.compile(
    rf"(?<![\w/.])(?P<value>\d+|\b{WORDS}\b)(?: ?/ ?| (?:\w+ )?(?:out )?of (?:the |these |all )?)"
    rf"(?P<whole>(?:\d+|\b{WORDS})\b|patients|participants|eyes|subjects|infants|children|women|men)(?![/.%]){P}?",
    re.I,
)
_COUNT = re.compile(
    rf"(?<![\w.,±(/-])(?P<value>\d[\d,]*|\b{WORDS}|\b[Nn]o\b) (?P<unit>(?:(?!(?:of|in|for|and|the|to"
    rf"|with)\b)[\w-]+ ){{0,2}}?(?:patients?|subjects?|cases|deaths?|women|men|children|infants"
    rf"|complications?|recurrences?|events?|mutations?|carriers|eyes|lesions|tumou?rs|failures|readmissions?"
    rf"|conversions?|strokes?))\b"
)
_WITH_INTERVAL = re.compile(
    rf"(?<![\w.,±(/=<>-])(?<!\bby )(?<!\bper )(?<!\d )(?P<value>{SIGNED})(?!\d)"
    rf"(?P<unit> ?(?:%|[a-zA-Zµμ/]{{1,8}}\b)|[- ]?fold| times)?"
    rf"(?: per \d[\d,]*)?(?:(?: [^\W\d][\w.-]*){{0,7}}?{CI}|{BARE_CI}){P}?"
)
"""A value with its interval, where the measure is not named beside it."""
_PAIR = re.compile(
    rf"(?<![\w.,±/=<>-])(?P<value>[-−–]?{DIGITS})(?P<unit> (?!(?:vs|versus)\b)[a-zA-Zµμ/]{{1,10}})?"
    rf"(?: ?[(\[][^()\[\]]{{1,20}}[)\]])? (?:vs\.?|versus|v) (?:\w+ )?(?<![\w.])[-−–]?{DIGITS}"
    rf"(?![\d.]* ?(?:%|±|/))(?! ?\+/-)"
    rf"(?P<unit2> (?!(?:in|for|and|at|of|or|respectively)\b)[a-zA-Zµμ/]{{1,12}}\b)?(?:, respectively)?{_TAIL}"
)
"""Two arms set against each other: "45.6 months vs. 23.7 months"."""
_MONEY = re.compile(
    rf"(?P<unit>(?:US)?[$€£])(?P<value>{DIGITS})(?: (?:million|billion))?(?:(?:/| per )[\w-]+)?(?: (?:gained|saved))?"
    rf"(?:,? (?:vs\.?|versus|and|compared with|to) (?:US)?[$€£]{DIGITS})?{_TAIL}"
)
_BY = re.compile(
    rf"\bby (?:a mean of |an average of )?(?P<value>{DIGITS})"
    rf"(?:(?P<unit> ?(?:%|[a-zA-Zµμ]{{1,8}}))\b|(?=(?: per \w+)?[\s,;:(\[]*9\d ?%)){_TAIL}"
)
_A_MEAN_OF = r"(?:an? )?(?:(?:mean|median|average) of )?"
_FROM_TO = re.compile(
    rf"\b(?:fell|fallen|rose|risen|dropped|declined|grew|went|changed|lengthened|shortened|improved|(?:de|in)creased"
    rf"|reduced)\b[^.;()\d]{{0,50}}?(?:\([^()]{{1,20}}\) )?\bfrom {_A_MEAN_OF}(?!(?:19|20)\d\d\b){SIGNED}(?! ?%)"
    rf"(?: ?(?:±|\+/-) ?{DIGITS})?[^.;()\d]{{0,40}}? to {_A_MEAN_OF}(?P<value>{SIGNED})(?! ?%)"
    rf"(?![/-]?\d|[.,]\d)(?P<unit> ?(?!(?:and|in|with|at|after|over|for)\b)[a-zA-Zµμ/]{{1,12}}\b)?{_TAIL}"
)
"""Before and after: "fell from 6.1 to 3.2"; the value is the last."""
_FOLD = re.compile(
    rf"(?P<value>{NUMBER}|\b{WORDS}(?=fold))(?:[- ]?fold| times)(?: (?:higher|lower|greater|more|less|as))?{_TAIL}",
    re.I,
)
_NOT_A_RESULT = re.compile(
    r"\b(?:aged?|ages|years old|follow(?:ed)?[- ]up|mg|dose|doses|(?:19|20)\d\d|range|IQR|interquartile"
    r"|mean age|median age|males?"
    r"|females?|men|women|cut-?off|threshold|confidence|power|alpha|BMI|body mass|weight|disease duration"
    r"|reference)\b",
    re.I,
)
_BASELINE = re.compile(
    r"\b(?:mean|median) age\b|\bage[ds]?\b[^.;]{0,25}$|\bfollow(?:ed)?[- ]?up\b[^.;]{0,25}$"
    r"|\bdisease duration\b",
    re.I,
)
_SPREAD = re.compile(r"\b(?:IQR|interquartile range|range)\b[^;)\d]{0,12}(?:\d[\d.]* ?%? ?[-–])?$", re.I)
_NUMBERED = re.compile(
    r"\b(?:markers?|types?|groups?|grades?|stages?|phases?|factors?|exons?|chromosomes?|days?|weeks?|months?|tables?"
    r"|levels?|class(?:es)?|models?|experiments?|visits?|arms?|cohorts?) $",
    re.I,
)
"""What stands before a number that is a name: "stage 3"."""
_UNIT_WORDS = frozenset(
    "and or in of to for with was were vs versus than at on by from per as the compared respectively but p".split()
)


def read_effects(sentences: Sequence[StudySentence], size: Size | None = None) -> tuple[Effect, ...]:
    """Return the results in figures, in the order of the abstract; ages, doses, times and `size` itself are none.

    Two arms that are set against each other are one effect: the value of the first, the words of both.
    """
    use = bracket_use(sentence.text for sentence in sentences)
    for parts in (("results",), ("conclusions",), ("background", "aim", "methods", "title")):
        found = list(_of_part([sentence for sentence in sentences if sentence.part in parts], size, use))
        if "methods" in parts:  # where numbers of those who took part are told
            found = [effect for effect in found if effect.measure != "count"]
        if found:
            return tuple(sorted(found, key=lambda effect: effect.span.start))
    return ()


def _of_part(sentences: Sequence[StudySentence], size: Size | None, use: BracketUse) -> Iterator[Effect]:
    for sentence, behind in zip_longest(sentences, sentences[1:]):
        effects = _of_sentence(sentence, size, use)
        p = p_of_the_sentence_before(behind.text) if effects and behind else ""
        yield from (replace(effect, p=effect.p or p) for effect in effects)


def _of_sentence(sentence: StudySentence, size: Size | None, use: BracketUse) -> list[Effect]:
    found: list[Effect] = []
    taken: list[tuple[int, int]] = []
    p_values = [(p.start, p.end) for p in p_values_of(sentence.text)]
    for measure, match in _matches(sentence.text):
        start, end = match.span()
        if any(start < stop and begin < end for begin, stop in taken) or _is_no_result(sentence, measure, match):
            continue
        if any(begin <= match.start("value") < stop for begin, stop in p_values):
            continue
        effect = _effect(sentence, measure, match, use)
        if effect is None or (measure == "count" and size is not None and effect.value == size.value):
            continue
        taken.append((start, end))
        found.append(effect)
    return with_p_values(sentence, _arms_joined(sentence, sorted(found, key=lambda effect: effect.span.start)))


def _effect(sentence: StudySentence, measure: Measure, match: re.Match[str], use: BracketUse) -> Effect | None:
    written = match["value"]
    value = 0.0 if written.lower() == "no" else value_of(written.lstrip("-−–+"))
    if measure == "proportion" and written[0] in "-−–+":
        measure = "mean difference"
    elif measure == "proportion" and value > 100:  # a change or a yield: no share is above 100 %
        measure = "other"
    if written[0] in "-−–" and measure not in ("proportion", "count"):
        value = -value
    if measure in ("correlation", "AUC") and abs(value) > 1 and (measure == "correlation" or value > 100):
        return None
    start, end = match.start("value") if match.re is _NEXT_VALUE else match.start(), match.end()
    words = match.string[start:end]
    if words.endswith((")", "]")) and sum(map(words.count, "([")) < sum(map(words.count, ")]")):
        end -= 1
    return Effect(
        measure,
        value,
        _unit(match, measure),
        confidence_interval(match, measure, value, use),
        "",
        sentence.cell(start, end),
    )


def _arms_joined(sentence: StudySentence, effects: Sequence[Effect]) -> list[Effect]:
    joined: list[Effect] = []
    for effect in effects:
        before = joined[-1] if joined else None
        if before and before.measure == effect.measure and not before.ci:
            between = sentence.text[before.span.end - sentence.start : effect.span.start - sentence.start]
            if SET_AGAINST.search(between) and len(between) < 80 and ";" not in between:
                span = sentence.cell(before.span.start - sentence.start, effect.span.end - sentence.start)
                joined[-1] = replace(before, span=span)
                continue
        joined.append(effect)
    return joined


def _matches(text: str) -> Iterator[tuple[Measure, re.Match[str]]]:
    for measure, pattern in _NAMED:
        for match in pattern.finditer(text):
            yield measure, match
            while match := _NEXT_VALUE.match(text, match.end()):  # type: ignore[assignment]
                yield measure, match
    yield from (("mean", match) for match in _FROM_TO.finditer(text))
    yield from (("mean", match) for match in _MEAN.finditer(text))
    yield from (("proportion", match) for match in _SHARE.finditer(text))
    yield from (("mean", match) for match in _PAIR.finditer(text))
    yield from (("other", match) for match in _WITH_INTERVAL.finditer(text))
    yield from (("median" if "edian" in match["name"] else "mean", match) for match in _PLAIN_MEAN.finditer(text))
    yield from (("count", match) for match in _OUT_OF.finditer(text))
    yield from (("other", match) for match in _MONEY.finditer(text))
    yield from (("other", match) for match in _FOLD.finditer(text))
    yield from (("mean difference", match) for match in _BY.finditer(text))
    yield from (("count", match) for match in _COUNT.finditer(text))


def _is_no_result(sentence: StudySentence, measure: Measure, match: re.Match[str]) -> bool:
    before = sentence.text[max(0, match.start() - 45) : match.start()]
    around = before + match[0]
    if _BASELINE.search(around) or _SPREAD.search(before) or (measure == "count" and _NUMBERED.search(before)):
        return True
    if measure == "mean" and before.endswith(("group ", "groups ")):  # "P = 0.002 for group 2 vs group 3"
        return True
    if re.search(rf"(?:±|\+/-|\+-|{_SD}) ?$", sentence.text[: match.start("value")]):
        return True
    has_interval = match.groupdict().get("ci")
    if measure in ("mean", "median", "count", "other") and not has_interval and _NOT_A_RESULT.search(around[-90:]):
        return True
    if (
        measure == "proportion"
        and re.search(r"^[A-Z][a-z]+", match["value"])
        and not re.fullmatch(NUMBER, match["value"], re.I)
    ):
        return True
    return measure == "count" and (
        bool(
            re.search(
                r"\b(?:included|enrolled|recruited|studied|randomi[sz]ed|total of|analy[sz]ed|examined)\b",
                sentence.text,
                re.I,
            )
        )
        or match["value"].lower() == "one"
    )


def _unit(match: re.Match[str], measure: Measure) -> str:
    unit = (match.groupdict().get("unit") or "").strip()
    if measure == "proportion":
        return "%"
    return "" if unit.lower() in _UNIT_WORDS or not unit else unit
