"""Classify a clause: more of an outcome, less of it, or no difference."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from index.analysis.terms import content_words
from qa.language.antonyms import direction
from qa.language.arms import INTERVAL, P_VALUE, RATIO, as_number, by_arms, by_ratio, names_control
from qa.language.asked_words import (
    NOT_ONLY,
    AskedWords,
    Token,
    denies_anything,
    denies_of,
    is_denied_before,
    names_any,
    tokenized,
)
from qa.language.directed import BOTH, COMPARES, SAME_WORDS, UNTOLD, Told, by_direction
from qa.language.outcomes import ADVERSE, ANY_OUTCOME, NO_OUTCOME, valence, with_opposites
from qa.language.statement import SAME, UP

_OCCURS = re.compile(
    r"\b(?:occur(?:s|red|ring)?|develop(?:s|ed)?|reported|seen|observed|recorded|present|found|had|has|have"
    r"|experienc\w+|suffer\w+|detected|noted|diagnosed|caus(?:e|es|ed|ing)|"
    r"induc(?:e|es|ed|ing)|leads? to|led to|result(?:s|ed)? in|produc(?:e|es|ed)|provok\w+|due to|attributed to"
    r"|adverse (?:effect|reaction|event|drug reaction)s? of|induced|after|risk of|"
    r"complication of|side[- ]effects? of|develop(?:ment)? of|cases? of|trigger\w*|precipitat\w+|affects?"
    r"|contribut\w+|responsible for|side[- ]effects?)\b",
    re.I,
)


_LINKS = re.compile(
    r"\b(?:associat\w+|linked|related to|correlat\w+|predict\w*|risk factors?|tied to|affect\w*|influenc\w*|impact\w*"
    r"|determin\w+|role)\b",
    re.I,
)


_ZERO = re.compile(r"\b(?:in|by|of|with) (?:none|0 ?%|zero)\b", re.I)


_RARE = re.compile(
    r"\b(?:rare(?:ly)?|uncommon|infrequent(?:ly)?|seldom|unlikely|hardly|minimal|negligible|low (?:risk|rate"
    r"|incidence)|few)\b",
    re.I,
)


_CAUSES = re.compile(
    r"\b(?:caus(?:es|ed|ing|e)|leads? to|leading to|led to|result(?:s|ed|ing)? in|due to|secondary to|attributed to"
    r"|side[- ]effects?|adverse (?:drug )?(?:effects?|reactions?|events?)"
    r"|complications? of|[\w-]+-induced|[\w-]+-associated|developed|cases? of|case report|provok\w+|precipitat\w+"
    r"|triggered|responsible for)\b",
    re.I,
)


_FEWER = re.compile(r"\b(?:fewer|less|lower|reduc\w+|decreas\w+|prevent\w*|protect\w*|than)\b", re.I)


CHANCE = re.compile(
    r"\b(?:not|never|nor|n't|no)\b(?:\W+\w+){0,4}?\W+(?:significant(?:ly)?|reach\w*)\b"
    r"|\bend-?points? (?:was|were) not\b|\b(?:did|does|do|was|were) not (?:meet|met|achieve)\b"
    r"|\b(?:non-?significant\w*|insignificant\w*"
    r"|fail(?:ed|s|ing)? to (?:reach|attain|show|achieve|demonstrate|find|detect))\b",
    re.I,
)


def amount(asked: AskedWords, clause: str) -> Told:
    """Return the way of the outcome's amount with the subject."""
    outcome, opposite = with_opposites(asked.outcome)
    way, rule = amount_of(asked, clause, outcome)
    if way is None and asked.outcome & ANY_OUTCOME:
        for word, value in outcome_nouns(asked, clause):
            way, rule = amount_of(asked, clause, frozenset(content_words(word)))
            if way is not None and rule not in ("far", "rare"):
                return (way if value < 0 or not asked.outcome_valence else -way), rule
        return UNTOLD
    if way is None and opposite:
        way, rule = amount_of(asked, clause, opposite)
        way = -way if way is not None else None
    return way, rule


def amount_of(asked: AskedWords, clause: str, outcome: Collection[str]) -> Told:
    """Return which way a clause goes on the words of an outcome, and the rule that told it."""
    tokens = tokenized(clause)
    places = [at for at, token in enumerate(tokens) if names_any(outcome, token)]
    if not places:
        return UNTOLD
    if (
        asked.is_causal
        and _CAUSES.search(clause)
        and not denies_anything(clause)
        and not _RARE.search(clause)
        and not _FEWER.search(clause)
    ):
        return UP, "causes"
    if any(_has_none_of(tokens, place) for place in places):
        return (SAME, "denial") if not asked.rival else UNTOLD  # none with one may be some with the other
    if (denial := _NO_EFFECT_ON.search(NOT_ONLY.sub("", clause))) and places[0] >= len(
        tokenized(NOT_ONLY.sub("", clause)[: denial.end()])
    ):
        return SAME, "denial"
    reading = by_direction(asked, tokens, places, clause)
    if reading[0] is not None and reading[1] != "far":
        return settled(reading, clause)
    ratio = by_ratio(asked, clause)
    if ratio and _OF_SURVIVAL.search(" ".join(outcome)):
        ratio = -ratio  # a hazard of death or progression
    for measure in (ratio, by_arms(asked, clause)):
        if measure is not None:
            return measure, "numbers"
    if reading[0] is not None:
        return settled(reading, clause)
    if SAME_WORDS.search(NOT_ONLY.sub("", clause)) or denies_of(clause, outcome):
        return SAME, "denial"
    if _ZERO.search(clause):
        return SAME, "rare"
    if _RARE.search(clause):
        return (SAME, "rare") if asked.is_of_harm else UNTOLD  # rare is not never
    if BOTH.search(clause) and not COMPARES.search(clause):
        return (SAME, "both arms") if not asked.rival else UNTOLD
    if _may_be_chance(clause):
        return SAME, "chance"
    if _LINKS.search(clause):
        return UP, "link"
    occurs = _OCCURS.search(clause)
    if names_control(asked, clause) or not occurs:
        return UNTOLD  # what occurs in both arms is not of one
    if is_denied_before(tokens, min(len(tokenized(clause[: occurs.end()])), len(tokens)) - 1):
        return SAME, "denial"
    return (UP, "occurs") if not denies_anything(clause) else UNTOLD


_OF_ANY_SIZE = frozenset("significant clear apparent additional clinical overall beneficial evident measurable".split())


def _has_none_of(tokens: Sequence[Token], place: int) -> bool:
    """Return True for "no benefit", "no significant bleeding"."""
    before = [token.text for token in tokens[max(0, place - 2) : place]]
    return before[-1:] == ["no"] or len(before) == 2 and before[0] == "no" and before[1] in _OF_ANY_SIZE


_NO_EFFECT_ON = re.compile(
    r"\b(?:no|without|nor|not)\b[^.;,]{0,40}?\b(?:effects?|influence|impact|changes?|differences?|associat\w+)\b"
    r" (?:on|upon|in|with)\b",
    re.I,
)


def settled(reading: Told, clause: str) -> Told:
    """Return what a word of direction told, unless the words or numbers say that it may be chance."""
    return (SAME, "chance") if reading[1] != "denial" and _may_be_chance(clause) else reading


def _may_be_chance(clause: str) -> bool:
    if CHANCE.search(clause):
        return True
    p = P_VALUE.search(clause)
    if p and p["sign"] in "=>≥" and as_number(p["value"]) > 0.05 and len(P_VALUE.findall(clause)) == 1:
        return True
    interval = INTERVAL.search(clause)
    return bool(interval and RATIO.search(clause) and as_number(interval["low"]) < 1 < as_number(interval["high"]))


_WHO_HAVE = re.compile(
    r"\b(?:patients?|people|persons?|women|men|adults?|children|infants?|individuals|participants|subjects|those"
    r"|outpatients|inpatients|survivors)\s+(?:\w+\s+)?"
    r"(?:with|who had|who have|suffering from|having|undergoing)\s+(?:[\w-]+\s+){0,3}?[\w-]+(?=,|\)|\s(?:were|was"
    r"|received|who|treated|and|in|by|had|did|on|given|taking)\b|$)",
    re.I,
)


_OF_ARMS = frozenset("control controls condition conditions treatment treated".split())
"""Words for arms and those in them, which elsewhere are outcomes."""


def outcome_nouns(asked: AskedWords, clause: str, *, of_benefit: bool = False) -> list[tuple[str, int]]:
    """Return the words of a clause that are good or bad to have, with which; those of the outcome first."""
    found = []
    for word in re.findall(r"[^\W\d_][\w-]*", _WHO_HAVE.sub(" ", clause)):
        lower = word.lower()
        if of_benefit and ADVERSE.match(lower) and not (asked.outcome | asked.setting) & set(content_words(lower)):
            continue
        if lower in _OF_ARMS or set(content_words(lower)) & (asked.subject | asked.rival):
            continue
        if lower in NO_OUTCOME or direction(lower) and not asked.outcome & set(content_words(lower)):
            continue
        value = valence(lower)
        if value:
            found.append((lower, value))
    return sorted(found, key=lambda noun: rank_of(asked, noun[0]))


def rank_of(asked: AskedWords, word: str) -> int:
    """Return 0 for a word of the outcome, 2 for one of the setting, 1 for any other."""
    stems = set(content_words(word))
    return 0 if asked.outcome & stems else 2 if asked.setting & stems else 1


_OF_SURVIVAL = re.compile(r"surviv|remission|free", re.I)
