"""Results in figures: ratios, differences, means, shares and counts, with their intervals and P values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from qa.studies.numerals import DIGITS, NUMBER, WORDS, value_of
from qa.studies.records import Effect, Measure, Size
from qa.studies.sentences import StudySentence

_SIGNED = rf"[-−–+]?{DIGITS}"
_TO = r"(?: ?(?:-|–|—|−|~|to|,|;|and|\.\.) ?)"
_INTERVAL = (
    r"[\s,;:(\[]*(?:with (?:an? |narrow |wide )?)?(?:9\d ?%? ?)?-?"
    r"(?:CI95%?|C\.?[Il]\.?|[Cc]onfidence (?:[Ii]ntervals?|[Ll]imits?"
    rf"|[Ll]evels?)(?: ?[(\[]?(?:9\d ?% ?)?CIs?\b[)\]]?)?|credible intervals?|CrI)"
    rf"(?: ?\(?9\d ?%\)?)?[\s,:;=(\[]*(?:of |was |from |between |ranging from )?(?P<low>{_SIGNED}) ?%?{_TO}"
    rf"(?P<high>{_SIGNED}) ?%?[)\]]*"
)
_CI = rf"(?P<ci>{_INTERVAL})"
_BARE_CI = (
    rf"(?P<bare> ?[(\[](?P<low2>{_SIGNED}) ?%?(?:-|–|—| to |, ?)(?P<high2>{_SIGNED}) ?%?"
    r"(?:[)\]]|(?=[,;]? ?[pP] ?(?:[<=>]|less))))"
)
_POWER = r"(?: ?[x×*] ?10 ?\(? ?[-−–] ?\d+\)?)"
_P = (
    r"(?P<p>[\s,;:(\[]*(?:two-(?:sided|tailed) |log-?rank )?(?:[Pp](?:[ -]?values?)?) ?"
    r"(?P<sign>< or =|> or =|[<>=≤≥:]|&lt;|of\b|(?:less|greater) than(?: or equal to)?) ?"
    rf"(?P<pvalue>[01]?[.·] ?\d+(?!\d){_POWER}?|\d{_POWER}|10 ?\( ?[-−–] ?\d+\)|[01]\b(?!\.))[)\]]*)"
)
_POWER_OF_TEN = re.compile(r" ?[x×*]? ?10 ?\(? ?[-−–] ?(?P<exponent>\d+)")
_CI_LAST = _INTERVAL.replace("<low>", "<low3>").replace("<high>", "<high3>")
_PER = r"(?: per (?:\d+ ?%?[- ]?)?[a-zA-Z-]+(?: [a-zA-Z-]+)?(?=[\s,;:]*[(\[]?9\d ?%))?"
_TAIL = rf"{_PER}(?: ?\(?± ?{DIGITS}\)?[,;]?)?(?:{_CI}|{_BARE_CI})?{_P}?(?(p)(?:{_CI_LAST})?|)"
_ONLY_P = re.compile(_P)
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
            rf"(?P<name>{name}){_LINK}(?<![A-Za-z\d])(?P<value>{_SIGNED})(?! ?\. ?\d)(?![\d.]*\d* ?% ?CI)(?P<unit> ?%"
            rf"| ?(?!(?:per|with)\b)[a-zA-Z/]{{1,12}}\b)?{_TAIL}",
            re.I if measure in ("mean difference",) else 0,
        ),
    )
    for measure, name in _RATIOS
)
_MEAN = re.compile(
    rf"(?P<name>\b(?:means?|averages?|averaged)\b[^.;()]{{0,60}}?)?(?P<value>{_SIGNED}) ?(?:±|\+/-|\+-"
    rf"|[(\[]SD ?=? ?) ?{DIGITS}[)\]]?"
    rf"(?P<unit> ?(?!(?:vs|versus|and|to|in|for|at|or)\b)(?:%"
    rf"|[a-zA-Zµμ°/²][a-zA-Zµμ°/²0-9]{{0,9}}))?(?:,? (?:vs\.?|versus|and|to|compared with"
    rf"|compared to) (?:\w+ ){{0,2}}{_SIGNED} ?(?:±|\+/-) ?{DIGITS}"
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
    rf"(?P<value>(?<![\d.,/%]){_SIGNED}|\b[A-Z][a-z]+(?:-[a-z]+)?)"
    rf"(?:(?: ?[-–—−] ?| to | and |,? (?:vs\.?|versus) ){DIGITS})? ?(?P<unit>%|percent\b|per cent\b)"
    rf"(?! ?(?:CI|confidence|C\.I|limits))[)\]]?{_TAIL}"
)
_OUT_OF = re.compile(
    rf"(?<![\w/.])(?P<value>\d+|\b{WORDS}\b)(?: ?/ ?| (?:\w+ )?(?:out )?of (?:the |these |all )?)"
    rf"(?P<whole>(?:\d+|\b{WORDS})\b|patients|participants|eyes|subjects|infants|children|women|men)(?![/.%]){_P}?",
    re.I,
)
_COUNT = re.compile(
    rf"(?<![\w.,±(/-])(?P<value>\d[\d,]*|\b{WORDS}|\b[Nn]o\b) (?P<unit>(?:(?!(?:of|in|for|and|the|to"
    rf"|with)\b)[\w-]+ ){{0,2}}?(?:patients?|subjects?|cases|deaths?|women|men|children|infants"
    rf"|complications?|recurrences?|events?|mutations?|carriers|eyes|lesions|tumou?rs|failures|readmissions?"
    rf"|conversions?|strokes?))\b"
)
_WITH_INTERVAL = re.compile(
    rf"(?<![\w.,±(/=<>-])(?<!by )(?P<value>{_SIGNED})(?!\d)(?P<unit> ?(?:%|[a-zA-Zµμ/]{{1,8}}\b)|[- ]?fold| times)?"
    rf"(?:(?: [\w.-]+){{0,7}}?{_CI}|{_BARE_CI}){_P}?"
)
"""A value with its interval, where the measure is not named beside it."""
_PAIR = re.compile(
    rf"(?<![\w.,±/=<>-])(?P<value>[-−–]?{DIGITS})(?P<unit> (?!(?:vs|versus)\b)[a-zA-Zµμ/]{{1,10}})?"
    rf" (?:vs\.?|versus|v) (?:\w+ )?(?<![\w.])[-−–]?{DIGITS}(?![\d.]* ?(?:%|±|/))(?! ?\+/-)"
    rf"(?P<unit2> (?!(?:in|for|and|at|of|or|respectively)\b)[a-zA-Zµμ/]{{1,12}}\b)?(?:, respectively)?{_TAIL}"
)
"""Two arms set against each other: "45.6 months vs. 23.7 months"."""
_MONEY = re.compile(
    rf"(?P<unit>(?:US)?[$€£])(?P<value>{DIGITS})(?: (?:million|billion))?(?:(?:/| per )[\w-]+)?(?: (?:gained|saved))?"
    rf"(?:,? (?:vs\.?|versus|and|compared with|to) (?:US)?[$€£]{DIGITS})?{_TAIL}"
)
_BY = re.compile(rf"\bby (?:a mean of |an average of )?(?P<value>{DIGITS})(?P<unit> ?(?:%|[a-zA-Zµμ]{{1,8}}))\b{_TAIL}")
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
_SET_AGAINST = re.compile(r"\b(?:vs|versus|than|compared (?:with|to)|as against)\b", re.I)
_ANOTHER_CLAUSE = re.compile(r";|\b(?:but|however|although|though|despite|whereas|while|including|when|which)\b", re.I)
_P_OF_BOTH = re.compile(
    rf"(?P<between>(?:[^.;()]|\.(?=\d)|\((?!\d)(?=[^()]{{0,40}}[pP] ?[<>=])|\([^()]{{1,15}}\)"
    rf"|(?<=vs)\.){{0,110}}?){_P}(?<![<>=≤≥] )"
)
"""The P value that follows a comparison: after the other arm, if there is one."""
_P_IN_BRACKET = re.compile(rf" ?\((?:[^()]|\([^()]*\)){{0,90}}?[,;] ?{_P}")
"""The P value at the end of the bracket behind a result, whatever figures it holds: "by 17% (86 to 100; P<0.01)"."""
_P_BEFORE = re.compile(rf"[(\[]{_P}[,;] $")
"""The P value that stands first in a bracket: "(P<0.03, r=0.307)"."""
_FIGURE = re.compile(r"\d ?%|\d ?(?:±|\+/-)|(?:vs\.?|versus) \d|\b(?:[Oo]dds ratio|OR|RR|HR)\b|\br ?=")
_SIGNS = {"=": "", ":": "", "of": "", "&lt;": "<", "less": "<", "greater": ">"} | {
    sign: "≤" if sign[0] in "<l" else "≥" for sign in ("< or =", "less or =", "> or =", "greater or =")
}
_UNIT_WORDS = frozenset(
    "and or in of to for with was were vs versus than at on by from per as the compared respectively but p".split()
)


def read_effects(sentences: Sequence[StudySentence], size: Size | None = None) -> tuple[Effect, ...]:
    """Return the results in figures, in the order of the abstract; ages, doses, times and `size` itself are none.

    Two arms that are set against each other are one effect: the value of the first, the words of both.
    """
    for parts in (("results",), ("conclusions",), ("background", "aim", "methods", "title")):
        found = [effect for sentence in sentences if sentence.part in parts for effect in _of_sentence(sentence, size)]
        if "methods" in parts:  # where numbers of those who took part are told
            found = [effect for effect in found if effect.measure != "count"]
        if found:
            return tuple(sorted(found, key=lambda effect: effect.span.start))
    return ()


def _of_sentence(sentence: StudySentence, size: Size | None) -> list[Effect]:
    found: list[Effect] = []
    taken: list[tuple[int, int]] = []
    for measure, match in _matches(sentence.text):
        start, end = match.span()
        if any(start < stop and begin < end for begin, stop in taken) or _is_no_result(sentence, measure, match):
            continue
        effect = _effect(sentence, measure, match)
        if effect is None or (measure == "count" and size is not None and effect.value == size.value):
            continue
        taken.append((start, end))
        found.append(effect)
    return _with_shared_p(sentence, _arms_joined(sentence, sorted(found, key=lambda effect: effect.span.start)))


def _with_shared_p(sentence: StudySentence, effects: Sequence[Effect]) -> list[Effect]:
    """Give the only P value of a sentence to the comparisons before it: "(0.7 vs. 1.6) and (97 vs. 151) (P<0.05)"."""
    p_values = list(_ONLY_P.finditer(sentence.text))
    if len(p_values) != 1:
        return list(effects)
    p = _normalised(p_values[0]["sign"], p_values[0]["pvalue"])
    return [
        replace(effect, p=p)
        if not effect.p
        and _SET_AGAINST.search(_since(sentence, effect, p_values[0]))
        and not _ANOTHER_CLAUSE.search(_since(sentence, effect, p_values[0]))
        else effect
        for effect in effects
    ]


def _since(sentence: StudySentence, effect: Effect, p: re.Match[str]) -> str:
    """Return the words of a sentence from an effect to its P value, "" for one that stands before the effect."""
    return sentence.text[effect.span.start - sentence.start : p.start()]


def _effect(sentence: StudySentence, measure: Measure, match: re.Match[str]) -> Effect | None:
    written = match["value"]
    value = 0.0 if written.lower() == "no" else value_of(written.lstrip("-−–+"))
    if measure == "proportion" and written[0] in "-−–+":
        measure = "mean difference"
    elif measure == "proportion" and value > 100:  # a change or a yield: no share is above 100 %
        measure = "other"
    if written[0] in "-−–" and measure in ("mean difference", "correlation"):
        value = -value
    if measure in ("correlation", "AUC") and abs(value) > 1 and (measure == "correlation" or value > 100):
        return None
    end = match.end()
    if match[0].endswith((")", "]")) and match[0].count("(") + match[0].count("[") < match[0].count(")") + match[
        0
    ].count("]"):
        end -= 1
    return Effect(
        measure,
        value,
        _unit(match, measure),
        _interval(match),
        _p(match, sentence.text),
        sentence.cell(match.start(), end),
    )


def _arms_joined(sentence: StudySentence, effects: Sequence[Effect]) -> list[Effect]:
    joined: list[Effect] = []
    for effect in effects:
        before = joined[-1] if joined else None
        if before and before.measure == effect.measure and not before.ci:
            between = sentence.text[before.span.end - sentence.start : effect.span.start - sentence.start]
            if _SET_AGAINST.search(between) and len(between) < 80 and ";" not in between:
                span = sentence.cell(before.span.start - sentence.start, effect.span.end - sentence.start)
                joined[-1] = replace(before, ci=effect.ci, p=before.p or effect.p, span=span)
                continue
        joined.append(effect)
    return joined


def _matches(text: str) -> Iterator[tuple[Measure, re.Match[str]]]:
    for measure, pattern in _NAMED:
        yield from ((measure, match) for match in pattern.finditer(text))
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
    if measure in ("mean", "median", "count", "other") and _NOT_A_RESULT.search(around[-90:]):
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


def _interval(match: re.Match[str]) -> tuple[float, float] | None:
    groups = match.groupdict()
    for low, high in (("low", "high"), ("low2", "high2"), ("low3", "high3")):
        if groups.get(low) and groups.get(high):
            return _signed(groups[low]), _signed(groups[high])
    return None


def _signed(text: str) -> float:
    value = value_of(text.lstrip("-−–+"))
    return -value if text[0] in "-−–" else value


def _p(match: re.Match[str], text: str) -> str:
    groups = match.groupdict()
    if not groups.get("pvalue") and (before := _P_BEFORE.search(text, max(0, match.start() - 40), match.start())):
        groups = before.groupdict()
    if not groups.get("pvalue") and (bracket := _P_IN_BRACKET.match(text, match.end())):
        groups = bracket.groupdict()
    if not groups.get("pvalue"):
        rest = _P_OF_BOTH.match(text, match.end(), match.end() + 150)
        is_of_another = rest and len(_FIGURE.findall(rest["between"])) > 1
        groups = rest.groupdict() if rest and not is_of_another else {}
    if not groups.get("pvalue"):
        return ""
    return _normalised(groups["sign"], groups["pvalue"])


def _normalised(sign: str, value: str) -> str:
    sign = sign.partition(" than")[0] + " or =" * sign.endswith("equal to")
    return _SIGNS.get(sign, sign) + _number(value.replace("·", ".").replace(". ", "."))


def _number(value: str) -> str:
    """Return a P value in digits: "0.03" for ".03", "1.2e-05" for "1.2 x 10(-5)", "0.0001" for "10(-4)"."""
    if not (power := _POWER_OF_TEN.search(value)):
        return f"0{value}" if value.startswith(".") else value
    return f"{float(value[: power.start()] or 1) * 10.0 ** -int(power['exponent']):g}"
