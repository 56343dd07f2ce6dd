"""Noun phrases of a sentence by the forms of its words, and the things that it enumerates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.language.word_tokens import WordToken

_LONGEST = 7
"""Words of a candidate."""
_LINKS = frozenset("of".split())
"""Words that join two noun phrases into one: "inhibitor of apoptosis"."""
_VERBS = frozenset(
    """show shows showed shown found find finds suggest suggests suggested indicate indicates indicated demonstrate
    demonstrates demonstrated reveal reveals revealed report reports reported identify identifies identified describe
    describes described observe observed confirm confirms confirmed provide provides provided use used using uses cause
    causes caused causing induce induces induced inducing inhibit inhibits inhibited inhibiting activate activates
    activated increase increases increased decrease decreases decreased reduce reduces reduced reducing improve
    improves improved lead leads led result results resulted resulting involve involves involved involving contain
    contains contained require requires required bind binds bound binding encode encodes encoded encoding associated
    occur occurs occurred become becomes became remain remains remained play plays played act acts acted make makes
    made take takes took taken give gives given treat treats treated receive received prevent prevents prevented
    produce produces produced regulate regulates regulated mediate mediates mediated affect affects affected represent
    represents represented present presents presented consist consists consisting comprise comprises comprising
    characterize characterized characterised characterizes cover covers covered target targets targeted block blocks
    blocked express expresses expressed seem seems seemed appear appears appeared develop develops developed need needs
    compared based related linked followed caused according develop approved indicated administered approve allow
    allows allowed enable enables mutated defined define defines belong belongs support supports supported evaluate
    evaluated investigate investigated assessed performed studied randomised randomized assigned tested exhibit
    exhibits exhibited help helps carry carries carried think thought believed considered believe lack lacks failed
    fail fails improves leads getting get gets took offset restored restores began begins detected detect detects
    raise raises raised lower lowers lowered had include including plus arise arises arising derived form forms formed
    were was interact interacts interacted phosphorylates phosphorylated promote promotes promoted contribute
    contributes contributed responsible able likely used useful more shorten shortened conclude concluded localizes
    localized located localised catalyzes account accounts accounted extend extends extended
    lessen lessens lessened prolong prolongs prolonged underlie underlies worsen worsens worsened die dies died rise
    rises rose fall falls fell delay delays delayed abolish abolishes abolished trigger triggers triggered
    favour favours relieve relieves relieved protects protect protected carries yield yields yielded reach reached
    undergo underwent
    undergoing cleaves cleaved recruits recruited depends depend differs differ differed persists persisted tend tends
    arise leads accompany accompanied predict predicts predicted lets let keep keeps kept begin begins want wants
    correlates correlated controls controlled maintains maintained exists exist leading causing enters
    comprises belongs suffer suffers suffered complain complained experienced experience restoring
    targeting preventing treating using containing taking seen noted measured compare determine determined examine
    examined examining detecting evaluate evaluating improving enhancing enhances enhanced
    catalyzes catalyses synthesized stimulates stimulated suppresses suppressed""".split()
)
_TRIMMED = frozenset(
    """new novel known common main major important possible potential different various certain specific human recent
    main key two three four five six seven eight nine ten first second third multiple single additional putative
    selective potent effective classical typical rare frequent primary current available significant""".split()
)
"""Words that begin a noun phrase and tell nothing of the thing."""
_JOINING = frozenset(", and or & the a an well as also less so especially particularly notably".split())
_COMPOUND = re.compile(
    r"(?P<name>.+?)[-–](?:induced|dependent|mediated|positive|negative|related|associated|targeted|targeting|specific"
    r"|based|treated|driven|stimulated|activated|containing|deficient|linked|producing|like|independent|mutated|mutant"
    r"|expressing|naive|bound)\Z"
)
_BARE = re.compile(r"[\d.,%()/±=<>≤≥+~–-]+\Z")
_STATISTIC = re.compile(r"[\d]*[.,·%/±=<>≤≥~][\d.,%]*\Z|.*[=<>≤≥±]|\d{3,}\Z|\d.*%\Z|-?\d+[.,·]\d+\Z|\d+[.\d]*(?:-|–)\d")
"""A number that is no part of a name, as the 1 of "type 1" is."""
_UNITS = frozenset(
    """mg g kg µg μg ug mcg ng pg iu ml l µl µm mm cm nm mmhg kda gy mmol µmol nmol mol hours hour days day weeks week
    months month minutes min years year patients children women men adults cases fold times mg/kg mg/day percent kcal
    mg/dl mmol/l persons participants subjects individuals infants people years-old""".split()
)


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """A noun phrase or a part of one: characters `start:end` of a sentence, its tokens `first` to `last`, included."""

    start: int
    end: int
    first: int
    last: int
    is_whole: bool = True
    """Whether it is a noun phrase as a whole and no part of one."""


def noun_phrases(tokens: tuple[WordToken, ...]) -> Iterator[NounPhrase]:
    """Yield the noun phrases of a sentence and their parts, and the names that begin compounds ("TNF-induced")."""
    run: list[int] = []
    for place in range(len(tokens) + 1):
        if place < len(tokens) and is_nominal(tokens[place]) and not _is_measured(tokens, place):
            run.append(place)
            continue
        if run:
            yield from _parts(tokens, run)
            link = place + 1 < len(tokens) and tokens[place].lower in _LINKS
            after = _run_from(tokens, place + 1) if link else []
            if after:
                yield from _linked(tokens, run, after)
        run = []
    for place, token in enumerate(tokens):
        if compound := _COMPOUND.match(token.text):
            yield NounPhrase(token.start, token.start + compound.end("name"), place, place, False)


def enumerations(tokens: tuple[WordToken, ...], spans: Iterable[NounPhrase]) -> list[list[NounPhrase]]:
    """Return the runs of noun phrases that commas, "and" or "or" join: the things of "A, B (b) and C"."""
    wholes = {
        span.first: span for span in spans if span.is_whole
    }  # of phrases that begin alike the longest comes first
    runs: list[list[NounPhrase]] = []
    for span in sorted(wholes.values(), key=lambda each: each.first):
        last = runs[-1][-1] if runs else None
        if last and last.last >= span.first:
            continue
        is_item = last and not (len(runs[-1]) == 1 and _is_whole_of_share(tokens, last.first))
        if last and is_item and _joins([token.lower for token in tokens[last.last + 1 : span.first]]):
            runs[-1].append(span)
        else:
            runs.append([span])
    return [run for run in runs if len(run) > 1]


def _is_whole_of_share(tokens: tuple[WordToken, ...], place: int) -> bool:
    """Return True for what a share is of, "22% of the families", which begins no enumeration."""
    before = [token.lower for token in tokens[max(0, place - 3) : place] if token.lower not in ("the", "all")]
    return before[-1:] == ["of"] and before[-2:-1] != [] and before[-2][:1].isdigit()


_HOW_MANY = re.compile(
    r"\A(?:in|for|by|of|with) (?:\d[\d.,]*%?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"(?: (?:patients|cases|women|men|children|people|families))?(?= (?:,|and\b|or\b|&))"
)
"""The count of an item before what joins it to the next: "retinoids in six, heparin in five"."""


def _joins(between: list[str]) -> bool:
    """Return True for what joins two things of an enumeration; brackets and how many it was count for nothing.

    >>> _joins(["in", "six", ","]), _joins(["for", "16%", "and"]), _joins(["in", "women", ","])
    (True, True, False)
    """
    plain = _HOW_MANY.sub("", re.sub(r"\([^()]*\)", "", " ".join(between))).split()
    return bool(plain) and set(plain) <= _JOINING and not {",", "and", "or", "&"}.isdisjoint(plain)


def _is_measured(tokens: tuple[WordToken, ...], place: int) -> bool:
    """Return True for the number and the unit of a quantity: both words of "10 mg"."""
    if tokens[place].text.isdigit():
        return place + 1 < len(tokens) and tokens[place + 1].lower in _UNITS
    return place > 0 and tokens[place].lower in _UNITS and tokens[place - 1].text[:1].isdigit()


def _linked(tokens: tuple[WordToken, ...], before: list[int], after: list[int]) -> Iterator[NounPhrase]:
    """Yield "inhibitor of apoptosis" and its like: the two phrases, whole."""
    first = next((at for at in before if tokens[at].lower not in _TRIMMED), before[0])
    if after[-1] - first < _LONGEST + 1:
        yield NounPhrase(tokens[first].start, tokens[after[-1]].end, first, after[-1])


def _run_from(tokens: tuple[WordToken, ...], place: int) -> list[int]:
    if place < len(tokens) and tokens[place].lower in ("the", "a", "an"):
        place += 1
    run = []
    while place < len(tokens) and is_nominal(tokens[place]):
        run.append(place)
        place += 1
    return run


def _parts(tokens: tuple[WordToken, ...], run: list[int]) -> Iterator[NounPhrase]:
    """Yield a noun phrase and its parts: every one of a short phrase, of a long one its beginnings and ends."""
    untrimmed = len(run)
    while len(run) > 1 and tokens[run[0]].lower in _TRIMMED:
        run = run[1:]
    many = len(run)
    for width in range(min(many, _LONGEST), 0, -1):
        for first in range(many - width + 1):
            last = first + width - 1
            if many > 5 and first and last < many - 1:
                continue
            left, other = tokens[run[first]], tokens[run[last]]
            if (width == 1 and _BARE.match(left.text)) or other.lower in _TRIMMED:
                continue
            yield NounPhrase(left.start, other.end, run[first], run[last], width in (many, untrimmed))


def is_nominal(token: WordToken) -> bool:
    """Return True if a word may stand in a noun phrase, as far as its form tells."""
    lower = token.lower
    if token.is_break or not token.stem or lower in _VERBS or _is_adverb(lower):
        return False
    return not _STATISTIC.match(token.text)


def _is_adverb(lower: str) -> bool:
    return lower.endswith("ly") and len(lower) > 5 and not lower.endswith(("family", "assembly", "anomaly", "poly"))
