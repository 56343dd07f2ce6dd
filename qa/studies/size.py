"""How many were studied: persons before smaller units, those analysed before those enrolled, groups added up."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.studies.numerals import NUMBER, WORDS, value_of
from qa.studies.records import Cell, Design, Size
from qa.studies.sentences import StudySentence

PERSONS = (
    r"(?:patients?|participants?|subjects?|individuals?|persons?|people|women|men|males|females|children|infants?"
    r"|neonates?|newborns?|adults?|adolescents?|boys?|girls?|volunteers?|controls?|cases|residents|students?|nurses?"
    r"|physicians?|doctors|surgeons?|mothers?|pregnanc(?:y|ies)|respondents|families|probands?|smokers|athletes|players"
    r"|workers|drivers|octogenarians|veterans|survivors|carriers|relatives|twins|pairs|users|recipients|donors"
    r"|outpatients?|inpatients?|members|employees|admissions|deaths|births|deliveries|attendees|(?:program )?directors"
    r"|practitioners|teachers|caregivers|clinicians|providers|experts|humans|elderly|sibships|kindreds"
    r"|\w+(?:ologists|iatrists)|households|youths?|teenagers|schoolchildren|beneficiaries|soldiers|runners|dentists"
    r"|pharmacists|suspects|casualties|cleaners|owners|drivers|recruits|pedestrians|graduates|attendances)"
)
_ANIMALS = (
    r"(?:mice|rats|animals|rabbits|dogs|pigs|piglets|sheep|hamsters|monkeys|cats|hearts|livers|kidneys|lungs|goats"
    r"|lambs|guinea pigs|marmosets|ferrets)"
)
_UNITS = (
    r"(?:eyes|hips|knees|joints|feet|hands|teeth|procedures|operations|surgeries|samples|specimens|tumou?rs|lesions"
    r"|biopsies|hospitals|practices|centres|centers|articles|questionnaires|surveys|charts|scans|images|examinations"
    r"|cholecystectomies|\w+ectomies|\w+plasties|tests|calls|visits|records|implants|grafts|fractures|cancers"
    r"|cell lines|nodules|aneurysms|procedures|transplants|catheters|isolates|strains|stones|ears|limbs|shoulders"
    r"|cadavers|testicles|testes|attempts)"
)
_BETWEEN = (
    r"(?:(?!(?:of|in|with|and|or|to|had|were|was|who|through|until|the|at|for|from|mg|ml|years?|months?|days?|weeks?"
    r"|hours?|min)\b)[\w'’/()-]+,? ){0,5}?"
)
_COUNTED = re.compile(
    rf"(?<![\w.,±/-])(?<!\b[Yy]ear )(?!(?:19|20)\d\d (?:through|to|and|until"
    rf"|{WORDS})\b)(?P<number>{NUMBER})(?: ?\([^()]{{1,12}}\))? (?:of the |of these )?"
    rf"(?:(?:final|first|second|third|fourth|fifth)[- ]year |year \d )?{_BETWEEN}"
    rf"(?:non-?)?(?P<unit>{PERSONS}|{_ANIMALS}|{_UNITS})\b",
    re.I,
)
_OF_ALL = re.compile(
    rf"\bof (?:the "
    rf"|all )?{NUMBER} (?:[\w-]+ ){{0,3}}{PERSONS}[^.;]{{0,40}}?[ ,](?P<number>{NUMBER}) (?=[^.;]{{0,12}}\b(?:completed"
    rf"|were analy|were included|responded|participated|took part|had complete))",
    re.I,
)
"""Those of all who were taken in the end."""
_OF_THOSE_ASKED = re.compile(
    rf"(?<![\w.,±/-])(?P<number>{NUMBER})(?: ?\([^()]{{1,12}}\))? (?:out )?of (?:the |all )?{NUMBER}"
    rf" (?:[\w-]+ ){{0,2}}{PERSONS} (?=(?:consented|agreed|participated|responded|completed|took part|returned))",
    re.I,
)
_NUMBER_WAS = re.compile(
    rf"\bnumber of (?:[\w-]+ ){{0,2}}{PERSONS}(?: [\w-]+){{0,5}} (?:was|were) (?P<number>{NUMBER})\b", re.I
)
_N_IS = re.compile(rf"\b[nN] ?= ?(?P<number>{NUMBER})(?! ?[%.]?\d? ?(?:per|in each|for each|each))")
_TOLD_OTHERWISE = (_OF_ALL, _OF_THOSE_ASKED, _NUMBER_WAS)
_TOTAL = re.compile(r"\b(?:a total of|altogether|overall|in total|all|^of the)\b", re.I)
_TAKEN = re.compile(
    r"\b(?:includ|enrol|recruit|randomi|analy[sz]|studied|examined|underwent|undergoing|participat|complet|evaluat"
    r"|assess|compris|consist|identif|allocat|treated|investigated|tested|screened|reviewed|interviewed|received"
    r"|operated|selected"
    r"|registered|followed|were used|responded|admitted|diagnosed|respond)\w*",
    re.I,
)
_NOT_TAKEN = re.compile(
    r"\b(?:eligible|invited|exclud|declin|refus|screened|approached|withdr|dropped|lost to|contacted|died"
    r"|missing)\w*",
    re.I,
)
_PART_OF = re.compile(r"(?<!^)\b(?:of (?:whom|them|these|which|the)|among (?:them|these|whom|the)|including)\s*$", re.I)
_INCLUDING = re.compile(r"\bincluding [^.;()]{2,70}? and\s*$", re.I)
_WERE_THE_STUDY = re.compile(
    r"[^.;]{0,25}\b(?:(?:were|was) (?:finally )?included in (?:this|the|our) (?:study|analysis|review)"
    r"|met (?:the |all |our )?(?:study |inclusion |eligibility )*criteria|fulfilled the (?:inclusion )?criteria"
    r"|were available for analysis)",
    re.I,
)
_REPORTED = re.compile(r"\bwe (?:\w+ )?(?:report|describe|present)(?:ed)?(?: on)? $", re.I)
_OF_A_DATABASE = re.compile(
    r"\b(?:databases?|registr(?:y|ies)|registers?) (?:of|with|(?:that )?(?:includ|compris|contain"
    r"|hold)\w*)[^.;]{0,12}$",
    re.I,
)
"""What those who were studied were taken from."""
_FEW, _SURE = 5, 3.2
"""A smaller number needs a better score: "two of us", "two surgeons"."""
_BY_PART = {"title": 1.5, "background": 0.1, "aim": 2.0, "methods": 3.0, "results": 2.0, "conclusions": 0.1}
_NO_SIZE: frozenset[Design] = frozenset(("modelling or economic", "in vitro", "review", "not a study", "other"))


@dataclass(frozen=True, slots=True)
class _Count:
    value: int
    cell: Cell
    rank: int
    score: float
    told: StudySentence
    end: int


def read_size(sentences: Sequence[StudySentence], design: Design) -> Size | None:
    """Return how many were studied, or None where the abstract does not say."""
    if design in _NO_SIZE or design == "systematic review":
        return None
    if design == "case report":
        return None
    counts = [count for sentence in sentences for count in _counts(sentence)]
    counts = [count for count in counts if count.score > 0]
    if not counts:
        return None
    rank = min(count.rank for count in counts)
    best = max((count for count in counts if count.rank == rank), key=lambda count: count.score)
    if best.value < _FEW * (1 + rank) and best.score < _SURE + rank:
        return None
    groups = _in_brackets(best, counts) or _total(_groups(best, counts))
    return Size(sum(count.value for count in groups), tuple(count.cell for count in groups))


def _counts(sentence: StudySentence) -> list[_Count]:
    found = []
    for pattern in (_COUNTED, _N_IS, *_TOLD_OTHERWISE):
        for match in pattern.finditer(sentence.text):
            value = value_of(match["number"])
            if value != int(value) or value < 2 or _is_year(sentence.text, match):
                continue
            unit = match["unit"] if pattern is _COUNTED else "patients"
            rank = 0 if re.fullmatch(f"{PERSONS}|{_ANIMALS}", unit, re.I) else 1
            score = _score(sentence, match, value, is_named=pattern is _COUNTED)
            is_other = pattern in _TOLD_OTHERWISE
            start, end = match.span("number") if is_other else match.span()
            found.append(_Count(int(value), sentence.cell(start, end), rank, score + 2 * is_other, sentence, end))
    return found


def _is_year(text: str, match: re.Match[str]) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d\d", match["number"])) and bool(
        re.search(r"\b(?:in|from|since|between|and|to|until|during|of)\s$", text[: match.start()], re.I)
    )


def _score(sentence: StudySentence, match: re.Match[str], value: float, *, is_named: bool) -> float:
    before, after = sentence.text[: match.start()], sentence.text[match.end() :]
    score = _BY_PART[sentence.part]
    score += 1.5 * bool(_TAKEN.search(after[:70]) or _TAKEN.search(before[-50:]))
    score += 1.0 * (not before.strip() or bool(_TOTAL.search(before[-25:])))
    score -= 3.0 * bool(_NOT_TAKEN.search(after[:35]) or _NOT_TAKEN.search(before[-25:]))
    score += 1.5 * bool(_WERE_THE_STUDY.match(after)) + 6.0 * bool(_REPORTED.search(before)) - 1.0 * (value < _FEW)
    score -= 3.0 * bool(_PART_OF.search(before) or _OF_A_DATABASE.search(before) or _INCLUDING.search(before))
    score -= 3.0 * bool(re.match(rf" (?:out )?of (?:the )?{NUMBER}\b", after))
    score -= 4.0 * (before.count("(") > before.count(")") and is_named)
    score -= 2.5 * bool(re.match(r" ?\(\d+(?:[.·]\d+)? ?%", after) or re.search(r"\(\d+[.·]?\d* ?%\)", match[0]))
    score -= 1.5 * bool(re.search(r"\b(?:group|arm)\b", after[:25], re.I) and is_named)
    score -= 0.7 * (not is_named)
    score -= 2.5 * bool(re.search(r"\bof these\b", match[0]) or re.match(r"[^.;]{0,40}\b(?:from|in|at) each\b", after))
    return score + 0.1 * min(5.0, math.sqrt(math.sqrt(value)))


def _in_brackets(best: _Count, counts: Sequence[_Count]) -> list[_Count]:
    """Return the groups of a sentence that gives each its own number: "controls (n = 14)"."""
    groups = [count for count in counts if count.told is best.told and re.match("n ?=", count.cell.text, re.I)]
    return groups if best in groups and len(groups) > 1 else []


def _total(groups: list[_Count]) -> list[_Count]:
    """Return only the total where the others are its groups: "600 people, 300 elderly and 300 young"."""
    whole = [count for count in groups if 2 * count.value == sum(group.value for group in groups)]
    return whole[:1] if len(groups) > 2 and whole else groups


def _groups(best: _Count, counts: Sequence[_Count]) -> list[_Count]:
    """Return the count itself, or with the other groups of its sentence and the next where it is one of several."""
    if _TOTAL.search(best.told.text[: best.cell.start - best.told.start][-25:]):
        return [best]
    near = [
        count
        for count in counts
        if count.rank == best.rank
        and count.score > best.score - 2.6
        and abs(count.told.start - best.told.start) < len(best.told.text) + 120
    ]
    near.sort(key=lambda count: count.cell.start)
    first = near.index(best)
    groups = [*_shortened(best), best, *_elided(best)]
    for count in near[first + 1 :]:
        groups += [count] * _is_a_group(groups[-1], count)
    for count in reversed(near[:first]):
        groups[:0] = [count] * _is_a_group(count, groups[0])
    return groups


def _shortened(best: _Count) -> list[_Count]:
    """Return the groups before one that share its noun: "12 sighted, 10 impaired and 10 blind subjects"."""
    text = best.told.text[: best.cell.start - best.told.start]
    groups: list[_Count] = []
    while (match := _BEFORE_AND.search(text)) and not _PART_OF.search(text[: match.start()]):
        cell = best.told.cell(*match.span("of"))
        groups[:0] = [_Count(int(value_of(match["number"])), cell, best.rank, best.score, best.told, match.end("of"))]
        text = text[: match.start()]
    return groups


def _elided(best: _Count) -> list[_Count]:
    """Return the second group where its noun is left out: "107 who had surgery and 113 who had not", "30 young"."""
    match = _AND_OTHERS.match(best.told.text, best.end) or _AND_OF_KIND.match(best.told.text, best.end)
    if not match:
        return []
    cell = best.told.cell(*match.span("number"))
    return [_Count(int(value_of(match["number"])), cell, best.rank, best.score, best.told, match.end())]


_AND_OTHERS = re.compile(rf"(?: with| who| in)[^.;,\d]{{3,60}} and (?P<number>{NUMBER}) (?=who|without|with|did)", re.I)
_AND_OF_KIND = re.compile(
    rf" (?:and|versus|vs\.?) (?P<number>{NUMBER})"
    rf" (?!(?:years?|months?|weeks?|days?|hours?|{_UNITS}|{_ANIMALS}|{PERSONS})\b)[a-z-]+"
    r"(?=[.;]|,? (?:were|took|participated|completed|underwent)\b)",
    re.I,
)
_BEFORE_AND = re.compile(
    rf"(?<![\w.,±/(-])(?P<of>(?P<number>{NUMBER})"
    rf"(?: (?!(?:years?|months?|weeks?|days?|hours?|and|to|{PERSONS})\b)[a-z][\w-]*"
    rf"(?: ?\([^()]{{1,15}}\))?){{0,3}}(?<!\d))(?:,? and |, )$",
    re.I,
)
_CONTROLS = re.compile(r"\b(?:control|healthy|normal|non-\w+|unaffected|comparison|volunteers|matched)", re.I)
_AMONG = re.compile(r"^(?:among|of)(?: the)? $", re.I)
_ANOTHER_GROUP = re.compile(
    r"\bcontrol group (?:consisted|comprised|included|of)|^(?:in addition|additionally|a further|another)\b",
    re.I,
)
_FIRST, _SECOND = (re.compile(rf"\bgroup (?:{name})\b", re.I) for name in ("1|I|A", "2|II|B"))
_LISTED = re.compile(r"[^.;]{0,70}(?:\band|,|\bversus|\bvs\.?|\bas well as|\bplus|\bfrom)(?: the| another)? ?")


def _is_a_group(first: _Count, second: _Count) -> bool:
    """Return True if two counts are groups to be added: listed side by side, or patients with controls close by."""
    start = second.cell.start - second.told.start
    named = (first.cell.text, second.cell.text, second.told.text[max(0, start - 15) : start])
    names_controls = any(_CONTROLS.search(text) for text in named)
    if _AMONG.search(first.told.text[: first.cell.start - first.told.start]) or second.value < first.value / 50:
        return False
    if second.told is first.told:
        between = first.told.text[first.end : start]
        is_listed = bool(_LISTED.fullmatch(between)) or (names_controls and "and" in between)
        return first.end <= start and (is_listed or (between in (" with ", " to ") and "ompar" in first.told.text))
    is_second = _SECOND.search(second.told.text) and _FIRST.search(first.told.text)
    return names_controls or bool(is_second or _ANOTHER_GROUP.search(second.told.text))
