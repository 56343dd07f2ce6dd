"""Which quantity of the evidence a question means, by rules: public questions on numbers are too few to learn from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from index.analysis.terms import terms
from qa.evidence.scoring import Evidence
from qa.generation.short_answers.asked import AskedFor
from qa.language.word_tokens import WordToken, tokens_of

_LEVEL = re.compile(r" ?(?:CI|confidence|CrI|credible|predict)")
_MEASURES = (
    ("hazard", re.compile(r"(?:hazard ratios?|\ba?HRs?)\b[^.;()]{0,25}\Z", re.I)),
    ("odds", re.compile(r"(?:odds ratios?|\ba?ORs?)\b[^.;()]{0,25}\Z")),
    ("relative", re.compile(r"(?:relative risks?|risk ratios?|rate ratios?|\ba?RRs?)\b[^.;()]{0,25}\Z", re.I)),
    ("risk", re.compile(r"(?:relative risks?|risk ratios?|\ba?RRs?)\b[^.;()]{0,25}\Z", re.I)),
    ("rate", re.compile(r"(?:rate ratios?|\bI?RRs?)\b[^.;()]{0,25}\Z", re.I)),
    ("prevalence", re.compile(r"(?:prevalence ratios?|\bPRs?)\b[^.;()]{0,25}\Z", re.I)),
)
_AGE = re.compile(r"[- ](?:old|of age)\b")
_AGED = re.compile(
    r"\b(?:aged?|mean age|median age|older than|younger than)(?: of)?(?: at least| over| under)? ?\Z", re.I
)
_PARTICIPANTS = re.compile(r"\b[nN] ?= ?\Z")
_OF_THEM = re.compile(r" (?:were|was|had|of (?:them|whom|these))\b")
"""What follows a number of things that were named before: "Of 90 births, 12 were early"."""
_TELLS_SIZE = re.compile(
    r"\b(?:took part|taking part|participat\w+|enrol\w+|recruit\w+|random\w+|assign\w+|allocat\w+|includ\w+"
    r"|involv\w+|compris\w+|consist\w+|sampl\w+|survey\w*|interview\w*|stud(?:y|ied)|invited|received|given|took"
    r"|followed)\b|\b[nN] ?=",
    re.I,
)
"""Words by which a sentence tells the size of a study, and not what befell some of those in it."""
_LABEL = re.compile(
    r"\b(?:types?|grades?|stages?|class|phases?|tables?|fig(?:ure)?s?|factor|trimester|day|week)[ -]\Z", re.I
)
"""What a number names, and does not count: type 2, phase 3."""
_BEFELL = re.compile(
    r"\b(?:occurred|arose|developed|appeared|seen|reported|recorded|observed|noted|found)(?: (?:in|by|among|for))+ \Z",
    re.I,
)
_ARMS = re.compile(r"[^.;]*?\b(?:assigned|randomi[sz]ed|allocated)\b(?P<arms>[^.;]*\b(?:or|and)\b[^.;]*)", re.I)
_OF_ALL = frozenset(
    "assigned randomised randomized allocated enrolled recruited included trial study total part overall".split()
)
"""How a sentence tells the number of all arms, or of those whom something befell; and words that ask for all arms."""
_REACH = 4
"""Words after a number among which what it counts must stand."""
_TIED_BY = frozenset("of in among for with after on".split())
_BASE, _BY_SCORE, _BY_NEARNESS, _BY_WORDS = -3.0, 6.0, 6.0, 3.0
"""Log-odds of a quantity: at all, by its sentence's score, by how near the question's words are, by their share."""


_BREAK = 4
"""Words that a comma after another quantity counts for."""
_COMPOSITE = re.compile(
    r"\b(?:composite|combined (?:outcome|end ?point|rate|incidence)|primary (?:outcome|end ?points?))\b", re.I
)
_OF_SEVERAL, _OTHER_NUMBERS = 2.5, 2.5
"""Log-odds that a quantity loses if it is told of several outcomes together, where one of them is asked for, and if its
sentence lacks a number of the question: what was seen at 9 months is not asked for by "at 3 months"."""
_UNNAMED, _NO_SIZE = 4.0, 4.0
"""Log-odds that a count of people loses where its sentence does not name what they are counted by, or tells no size."""


@dataclass(frozen=True, slots=True)
class QuantityMention:
    """A quantity at `start:end` of a sentence, its tokens `first` to `last`, both included; `key` is its value."""

    evidence: Evidence
    tokens: tuple[WordToken, ...]
    start: int
    end: int
    first: int
    last: int
    key: str


def _breaks(mention: QuantityMention, place: int) -> int:
    """Return how much farther a word is than it stands, by what parts it from the quantity: "A in 4%, B in 2%"."""
    between = range(min(place, mention.last) + 1, max(place, mention.first))
    items = (at for at in between if mention.tokens[at].lower in (",", ";"))
    return _BREAK * sum(mention.tokens[at - 1].lower[-1:] in "%0123456789" for at in items)


def fits(asked: AskedFor, sentence: str, start: int, end: int) -> bool:
    """Return True if a quantity of the right kind can be meant: no level of confidence, no age, no other measure."""
    before, after = sentence[:start], sentence[end:]
    if _LABEL.search(before):
        return False
    if asked.words.issuperset(token.lower for token in tokens_of(sentence[start:end])):
        return False  # "How much did zinc 40 mg do?"
    if asked.asked == "ratio":
        return any(pattern.search(before) for name, pattern in _MEASURES if name in asked.words)
    if asked.asked in ("percentage", "amount") and _LEVEL.match(after):
        return False
    if asked.asked == "duration" and not asked.asks_age:
        return not (_AGE.match(after) or _AGED.search(before))
    if asked.asked == "count":
        following = [token.stem for token in tokens_of(after[:80]) if not token.is_break][:_REACH]
        is_before = asked.counted & {token.stem for token in tokens_of(before)} and _OF_THEM.match(after)
        is_sample = asked.counts_people and _PARTICIPANTS.search(before)
        if asked.counts_people and _is_of_others(asked, before, after):
            return False
        return bool(asked.counted & set(following) or is_before or is_sample)
    return True


def _is_of_others(asked: AskedFor, before: str, after: str) -> bool:
    """Return True if people are counted by what befell them, or for all arms together, and neither is asked for."""
    if event := _BEFELL.search(before):
        return asked.stems.isdisjoint(_stems(before[: event.start()]))
    arms = _ARMS.match(after)
    return arms is not None and asked.words.isdisjoint(_OF_ALL) and not asked.stems.isdisjoint(_stems(arms["arms"]))


def _stems(text: str) -> set[str]:
    return {token.stem for token in tokens_of(text) if token.stem}


def without_other_arms(mentions: Sequence[QuantityMention], asked: AskedFor) -> list[QuantityMention]:
    """Leave out what a sentence says of other groups where it says it of the one asked for: "52% of the vegans"."""
    groups = [_group(mention) for mention in mentions]
    with_asked_arm = {mention.evidence for mention, group in zip(mentions, groups, strict=True) if group & asked.stems}
    return [
        mention
        for mention, group in zip(mentions, groups, strict=True)
        if not group or group & asked.stems or mention.evidence not in with_asked_arm
    ]


def _group(mention: QuantityMention) -> frozenset[str]:
    """Return the words, as stems, of the group that a quantity is tied to: "of the vegans", "vegans (52%)"."""
    after = [token for token in mention.tokens[mention.last + 1 : mention.last + 2 + _REACH]]
    if after and after[0].lower in _TIED_BY:
        return _stems_to_the_break(after[1:])
    if mention.evidence.text[: mention.start].endswith("("):
        return _stems_to_the_break(mention.tokens[max(0, mention.first - _REACH) : mention.first][::-1])
    return frozenset()


def _stems_to_the_break(tokens: Sequence[WordToken]) -> frozenset[str]:
    words = takewhile(lambda token: not token.is_break and not token.lower[:1].isdigit(), tokens)
    return frozenset(token.stem for token in words if token.stem)


def quantity_odds(mention: QuantityMention, asked: AskedFor, best: float) -> float:
    """Return the log-odds of a quantity by its sentence, whose best has the score `best`, and the words near it."""
    nearest: dict[str, int] = {}
    for place, token in enumerate(mention.tokens):
        is_inside = mention.first <= place <= mention.last  # "1 month" is not near "at 3 months" for its unit
        if token.stem and token.stem in asked.stems and not is_inside:
            distance = max(mention.first - place, place - mention.last, 0) + _breaks(mention, place)
            nearest[token.stem] = min(nearest.get(token.stem, distance), distance)
    many = max(len(asked.stems), 1)
    nearness = sum(1 / (1 + distance / 4) for distance in nearest.values()) / many
    return (
        _BASE
        + _BY_SCORE * (mention.evidence.score - best)
        + _BY_NEARNESS * nearness
        + _BY_WORDS * len(nearest) / many
        - 2.0 * bool(mention.evidence.missing_names)
        - _OF_SEVERAL * bool(_COMPOSITE.search(mention.evidence.text) and not _COMPOSITE.search(" ".join(asked.words)))
        - _OTHER_NUMBERS * bool(_digits(asked.words) - _digits(token.lower for token in mention.tokens))
        - _UNNAMED * bool(asked.names.difference(terms(mention.evidence.text)))
        - _NO_SIZE * bool(asked.asks_size and not _TELLS_SIZE.search(mention.evidence.text))
    )


def _digits(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for word in words if word.isdigit())
