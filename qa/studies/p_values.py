"""The P values of a sentence, and to which of its results each belongs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from qa.studies.records import Effect
from qa.studies.sentences import StudySentence

_POWER = r"(?: ?[x×*] ?10 ?\(? ?[-−–] ?\d+\)?)"
_SIGN = r"(?P<sign>< or =|> or =|[<>=≤≥:]|&lt;|of\b|(?:less|greater) than(?: or equal to)?)"
_VALUE = rf"(?P<pvalue>[01]?[.·] ?\d+(?!\d){_POWER}?|\d{_POWER}|10 ?\( ?[-−–] ?\d+\)|[01]\b(?!\.))"
_NAME = r"[Pp](?:[ -]?values?)?"
P = rf"(?P<p>[\s,;:(\[]*(?:two-(?:sided|tailed) |log-?rank )?(?<![A-Za-z]){_NAME} ?{_SIGN} ?{_VALUE}[)\]]*)"
"""A P value, with the brackets around it."""
_P = re.compile(P)
_NEXT = re.compile(
    rf"(?:,? and |, ?|; ?| ?/ ?)(?:{_NAME} ?{_SIGN} ?{_VALUE}(?! ?%)"
    r"|(?P<sign2>[<>=≤≥]?) ?(?P<pvalue2>[01]?[.·]\d+)(?=(?:,|;)? ?(?:and |respectively|[)\]]|[<>=]?[01]?[.·]\d)))"
)
"""Another P value of a list: "P = .01 and .03, respectively"."""
_POWER_OF_TEN = re.compile(r" ?[x×*]? ?10 ?\(? ?[-−–] ?(?P<exponent>\d+)")
_SIGNS = {"=": "", ":": "", "of": "", "&lt;": "<", "less": "<", "greater": ">"} | {
    sign: "≤" if sign[0] in "<l" else "≥" for sign in ("< or =", "less or =", "> or =", "greater or =")
}
SET_AGAINST = re.compile(r"\b(?:vs|versus|than|compared (?:with|to)|as against|against)\b", re.I)
_ANOTHER_CLAUSE = re.compile(r";|\b(?:but|however|although|though|despite|whereas|while|including|when|which)\b", re.I)
_VERB = r"(?:was|were|is|are|had|have|did|do|does|fell|rose|led|\w+ed)"
_OF_ANOTHER_SUBJECT = re.compile(
    rf"(?:,|;|\band\b) ?(?:and |but |while |whereas )?(?!\d)[^,;\d]{{2,60}}? {_VERB}\b[^\d]*$"
    rf"|\b(?:but|however|although|though|despite) (?!\d)[^,;\d]{{2,60}}? {_VERB}\b"
    r"|\b(?:correlat\w+|associat\w+|predict\w+|linked|related)\b[^\d]*$"
)
"""What stands before a P value that is not of the result before: "80% were cured, and age told fever (P = .03)"."""
_SIGNIFICANT = re.compile(
    r"(?:which|this|that|and|difference) (?:\w+ )?(?:was|were)(?: \w+){0,3} significant\w*[^\d]*$"
)
_BEHIND = re.compile(
    rf"(?P<between>(?:[^.;()]|\.(?=\d)|\((?!\d)(?=[^()]{{0,40}}[pP] ?[<>=])|\([^()]{{1,30}}\)"
    rf"|(?<=vs)\.){{0,110}}?){P}(?![<>=≤≥] )"
)
"""The P value that follows a comparison: after the other arm, if there is one."""
_IN_BRACKET = re.compile(rf" ?\((?:[^()]|\([^()]*\)){{0,90}}?[,;] ?{P}")
"""The P value at the end of the bracket behind a result, whatever figures it holds: "by 17% (86 to 100; P<0.01)"."""
_NOT_SIGNIFICANT = re.compile(r"(?:(?<![A-Za-z])[Pp](?:[ -]?values?)? ?[=:]? ?)?(?:\bNS\b|\b[Nn]\.[Ss]\.)")
_IN_FRONT = re.compile(rf"(?P<first>[(\[])?{P}[,;] $")
"""The P value before a result in one bracket: "(P<0.03, r=0.307)", "(44% vs 40%, P = .03, OR = 1.2)"."""
_FIGURE = re.compile(
    r"(?<![-–—.\d])\d[\d.]* ?%(?! ?(?:CI|C\.I|confidence|limits))"
    r"|\d ?(?:±|\+/-)|(?:vs\.?|versus) \d|\b(?:[Oo]dds ratio|OR|RR|HR)\b|\br ?="
)
_OF_EACH = re.compile(r"[),;]* ?(?:(?:for|in) )?(?:the )?(?:both|all|each|either)\b")
_EACH = re.compile(r"(?:\b(?:both|all|each)[,:]?|\brespectively[,;:)]?)[ (]*$", re.I)
_LIST = re.compile(r"[)\]]*(?:,? and |, ?| or |; ?)")
_DIFFERS = re.compile(
    r"\b(?:significan\w+|differ\w*|higher|lower|greater|less|more|fewer|larger|smaller|better|worse|longer|shorter|rarer"
    r"|reduc\w+|increas\w+|decreas\w+|improv\w+|fell|rose|than|correlat\w+|associat\w+)\b",
    re.I,
)
_NEW_CLAUSE = re.compile(r"[;:.] (?!$)|\b(?:but|however|although|though|whereas|while)\b|,? and (?![^,;]{0,30}$)", re.I)
_THIS_DIFFERENCE = re.compile(
    r"(?:This|These|The|Such(?: an?)?) (?:(?:inter-?group |between-group )?(?:differences?|reductions?|increases?"
    r"|decreases?|changes?|improvements?) (?:between (?:the )?(?:\w+ )?groups )?)?"
    r"(?:was|were|is|did|reached|failed|proved)\b[^.;\d]{0,70}$"
)
"""A sentence that says no more than how sure the difference before it is."""


@dataclass(frozen=True, slots=True)
class PValue:
    """A P value as it is printed in digits ("<0.001"), its place, and the number of its list, 0 for one alone."""

    text: str
    start: int
    end: int
    of_list: int = 0


@dataclass(frozen=True, slots=True)
class _Results:
    """The results of a sentence, with their places in it, and its P values."""

    text: str
    effects: Sequence[Effect]
    spans: Sequence[tuple[int, int]]
    p_values: Sequence[PValue]

    @property
    def alone(self) -> list[PValue]:
        """The P values that are in no list."""
        return [p for p in self.p_values if not p.of_list]

    def before(self, p: PValue) -> list[int]:
        """Return the results that stand before a P value and behind the one before it."""
        begin = max((other.end for other in self.p_values if other.end <= p.start), default=0)
        return [at for at, (start, _) in enumerate(self.spans) if begin <= start < p.start]

    def is_compared(self, at: int) -> bool:
        """Return True if a result has two arms, or another of its kind stands beside it."""
        effect, (start, end) = self.effects[at], self.spans[at]
        if effect.measure in ("OR", "RR", "HR", "correlation", "mean difference"):
            return True
        if SET_AGAINST.search(self.text[start:end]):
            return True
        near = [other for other in (at - 1, at + 1) if 0 <= other < len(self.effects)]
        return any(
            self.effects[other].measure == effect.measure
            and len(self.text[min(end, self.spans[other][1]) : max(start, self.spans[other][0])]) < 60
            for other in near
        )


def p_values_of(text: str) -> list[PValue]:
    """Return the P values of a sentence, those of a list numbered; that of "NS" is "".

    >>> [p.text for p in p_values_of("Both rose (P = .01 and .03, respectively).")]
    ['0.01', '0.03']
    """
    found: list[PValue] = []
    end = lists = 0
    while match := _P.search(text, end):
        start, end, some = match.start(), match.end(), [_normalised(match["sign"], match["pvalue"])]
        while not match[0].endswith((")", "]")) and (match := _NEXT.match(text, end)):  # type: ignore[index]
            some.append(_normalised(match["sign"] or match["sign2"] or "", match["pvalue"] or match["pvalue2"]))
            end = match.end()
        lists += len(some) > 1
        found += [PValue(p, start, end, lists if len(some) > 1 else 0) for p in some]
    found += [PValue("", *match.span()) for match in _NOT_SIGNIFICANT.finditer(text)]
    return sorted(found, key=lambda p: p.start)


def with_p_values(sentence: StudySentence, effects: Sequence[Effect]) -> list[Effect]:
    """Return the results of a sentence, each with the P value that is told of it, if one is."""
    p_values = p_values_of(sentence.text)
    if not p_values or not effects:
        return list(effects)
    spans = [(effect.span.start - sentence.start, effect.span.end - sentence.start) for effect in effects]
    results, taken = _Results(sentence.text, effects, spans, p_values), dict[int, PValue]()
    for rule in _RULES:
        for at, p in rule(results, taken):
            taken.setdefault(at, p)
    return [replace(effect, p=taken[at].text) if at in taken else effect for at, effect in enumerate(effects)]


def p_of_the_sentence_before(text: str) -> str:
    """Return the P value of a sentence that tells no more than it: "This difference was significant (P = .02)"."""
    p_values = p_values_of(text)
    return p_values[0].text if len(p_values) == 1 and _THIS_DIFFERENCE.match(text[: p_values[0].start]) else ""


_Taken = Mapping[int, PValue]
_PValueRule = Callable[[_Results, _Taken], Iterator[tuple[int, PValue]]]


def _own(results: _Results, _: _Taken) -> Iterator[tuple[int, PValue]]:
    """Yield the P values within the words of a result."""
    for at, (start, end) in enumerate(results.spans):
        yield from ((at, p) for p in results.alone if start <= p.start < end)


def _listed(results: _Results, _: _Taken) -> Iterator[tuple[int, PValue]]:
    """Yield the P values of a list with as many results before it."""
    for number in {p.of_list for p in results.p_values} - {0}:
        some = [p for p in results.p_values if p.of_list == number]
        if len(before := results.before(some[0])) == len(some):
            yield from zip(before, some, strict=True)


def _of_each(results: _Results, _: _Taken) -> Iterator[tuple[int, PValue]]:
    """Yield a P value for all results before it: "(P < .05 for both)", "(all P < .05)", ", respectively; P < .05"."""
    for p in results.alone:
        if _OF_EACH.match(results.text, p.end) or _EACH.search(results.text[: p.start]):
            yield from ((at, p) for at in results.before(p))


def _in_bracket(results: _Results, _: _Taken) -> Iterator[tuple[int, PValue]]:
    """Yield the P values that stand before a result in its bracket, or last in the bracket behind it."""
    for at, (start, end) in enumerate(results.spans):
        front = _IN_FRONT.search(results.text, max(0, start - 40), start)
        if front and (front["first"] or at and _is_ratio_of(results.effects[at], results.effects[at - 1])):
            yield from _at(results, at, front.start("pvalue"))
        if last := _IN_BRACKET.match(results.text, end):
            yield from _at(results, at, last.start("pvalue"))


def _is_ratio_of(effect: Effect, before: Effect) -> bool:
    """Return True if a ratio follows figures of another kind, which it sets against each other."""
    return effect.measure in ("OR", "RR", "HR", "mean difference") and before.measure in ("proportion", "mean", "count")


def _at(results: _Results, at: int, place: int) -> Iterator[tuple[int, PValue]]:
    yield from ((at, p) for p in results.alone if p.start <= place < p.end)


def _behind(results: _Results, taken: _Taken) -> Iterator[tuple[int, PValue]]:
    """Yield the P value that follows a result, over at most one other arm."""
    for at, (_start, end) in enumerate(results.spans):
        end += len(results.text[end:]) - len(results.text[end:].lstrip(")]"))
        rest = _BEHIND.match(results.text, end, end + 150)
        if rest and len(_FIGURE.findall(rest["between"])) <= 1 and not _is_of_another(rest["between"]):
            owners = {results.effects[other].measure for other, p in taken.items() if p.start <= rest.end("p") <= p.end}
            if results.is_compared(at) or owners <= {results.effects[at].measure}:
                yield from _at(results, at, rest.start("pvalue"))


def _is_of_another(between: str) -> bool:
    """Return True if the words from a result to a P value begin to tell of something else."""
    return bool(_OF_ANOTHER_SUBJECT.search(between)) and not _SIGNIFICANT.search(between)


def _enumerated(results: _Results, taken: _Taken) -> Iterator[tuple[int, PValue]]:
    """Yield the P value of a result for those in a row before: "91%, 74% and 40% (P < .001)", "4 vs 6%; HR 0.7, P"."""
    for at in range(len(results.effects) - 2, -1, -1):
        effect, other = results.effects[at : at + 2]
        between = results.text[results.spans[at][1] : results.spans[at + 1][0]]
        in_row = effect.measure == other.measure and not effect.ci and _LIST.fullmatch(between)
        if at + 1 in taken and (
            in_row or (_is_ratio_of(other, effect) and re.fullmatch(r"[^().]{0,20}[,;] ", between))
        ):
            yield at, taken[at + 1]


def _only(results: _Results, _: _Taken) -> Iterator[tuple[int, PValue]]:
    """Yield the only P value of a sentence for the comparisons before it: "(0.7 vs. 1.6) and (97 vs. 151) (P<0.05)"."""
    if len(results.p_values) == 1:
        p = results.p_values[0]
        for at, (start, _end) in enumerate(results.spans):
            since = results.text[start : p.start]
            if SET_AGAINST.search(since) and not _ANOTHER_CLAUSE.search(since) and not _is_of_another(since):
                yield at, p


def _before(results: _Results, taken: _Taken) -> Iterator[tuple[int, PValue]]:
    """Yield a P value for the comparison that follows in its clause: "lower (P < .01) with zinc (3.2 vs 4.5)"."""
    free = [p for p in results.alone if p not in taken.values()]
    for at, (start, _end) in enumerate(results.spans):
        p = max((p for p in free if p.end <= start), key=lambda p: p.end, default=None)
        if p is None or not results.is_compared(at):
            continue
        lead, between = results.text[: p.start], results.text[p.end : start]
        if len(between) < 110 and not _NEW_CLAUSE.search(between) and _DIFFERS.search(lead):
            yield at, p


_RULES: tuple[_PValueRule, ...] = (_own, _listed, _of_each, _in_bracket, _behind, _enumerated, _only, _before)
"""The first rule that tells a result's P value wins."""


def _normalised(sign: str, value: str) -> str:
    sign = sign.partition(" than")[0] + " or =" * sign.endswith("equal to")
    return _SIGNS.get(sign, sign) + _number(value.replace("·", ".").replace(". ", "."))


def _number(value: str) -> str:
    """Return a P value in digits: "0.03" for ".03", "1.2e-05" for "1.2 x 10(-5)", "0.0001" for "10(-4)"."""
    if not (power := _POWER_OF_TEN.search(value)):
        return f"0{value}" if value.startswith(".") else value
    return f"{float(value[: power.start()] or 1) * 10.0 ** -int(power['exponent']):g}"
