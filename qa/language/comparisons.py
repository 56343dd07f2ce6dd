"""Which of two a clause calls the better one, or tells to have more or less of an outcome."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis.terms import content_words
from qa.language.amounts import amount, amount_of, outcome_nouns, rank_of
from qa.language.arms import by_arms, names_a_third
from qa.language.asked_words import NOT_ONLY, AskedWords, Token, is_denied_before, names_any, tokenized
from qa.language.directed import SAME_WORDS, UNTOLD, Told, side_of
from qa.language.evaluations import HARMS
from qa.language.outcomes import ADVERSE
from qa.language.statement import DOWN, SAME, UP, AskedStatement

AS_MUCH = re.compile(
    r"\bnon-?inferior|\bequivalen|\bequally|(?<!twice )(?<!half )(?<!times )(?<!fold )(?<!not )(?<!n't )\bas"
    r" (?:effective(?:ly)?|good|safe|efficacious|well|frequent(?:ly)?|common(?:ly)?|often|likely|many|much|high|low)\b"
    r"[^.;]{0,60}?\bas\b",
    re.I,
)
_IS_BETTER = re.compile(
    r"\b(?:superior|better(?! tolerated)|outperform\w*|more (?:effective|efficacious|beneficial|potent)|preferable"
    r"|surpass\w*|best|advantage)\b",
    re.I,
)
_IS_WORSE = re.compile(
    r"\b(?:inferior(?!ity)|worse|less (?:effective|efficacious|beneficial|potent)|poorer"
    r"|(?<=not )as (?:effective|good|efficacious|potent) as)\b",
    re.I,
)


def better_side(asked: AskedWords, clause: str, tokens: Sequence[Token]) -> Told:
    """Return which side a clause calls the better one: UP for the subject, DOWN for the rival, SAME for neither."""
    if AS_MUCH.search(clause):
        return SAME, "evaluation"
    for words, way in ((_IS_BETTER, UP), (_IS_WORSE, DOWN)):
        if not (match := words.search(clause)):
            continue
        at = len(tokenized(clause[: match.start()]))
        if is_denied_before(tokens, min(at, len(tokens) - 1)) and not match.group().startswith("as "):
            return SAME, "denial"
        side = _better_of_two(asked, clause, match) or side_of(asked, tokens, min(at, len(tokens) - 1))
        return (way * side, "evaluation") if side else UNTOLD
    return UNTOLD


_TO_WHOM = re.compile(r"\s+to\s+(?P<whom>(?:(?!\b(?:in|for|at|as|when|with|of)\b)[^,;]){3,50})")


def _better_of_two(asked: AskedWords, clause: str, match: re.Match[str]) -> int:
    """Return which side "superior to" sets before the other: the one that is not named after "to"; 0 where unknown."""
    if not (to := _TO_WHOM.match(clause[match.end() :])):
        return 0
    whom = tokenized(to["whom"])
    return next(
        (-who for token in whom for who in (1, -1) if names_any(asked.subject if who == 1 else asked.rival, token)), 0
    )


_ACHIEVED = re.compile(
    r"\b(?:reach(?:ed|es)?|achiev\w+|attain\w*|respon(?:ded|se|ses|ders?)|remission|cure[ds]?|controlled|cleared|clear"
    r"|success\w*|target)\b",
    re.I,
)
"""What more of an arm is better, where its numbers are told."""


def compared(statement: AskedStatement, asked: AskedWords, clause: str) -> Told:
    """Return the way of the subject against its rival: better, worse, more, less, or no difference."""
    tokens = tokenized(clause)
    is_named = [any(names_any(side, token) for token in tokens) for side in (asked.subject, asked.rival)]
    if not any(is_named) or not all(is_named) and names_a_third(asked, clause):
        return UNTOLD
    if statement.axis == "amount":
        is_on_effect = len(statement.accepts) == 1 and _ON_EFFECT.search(statement.predicate) is not None
        if is_on_effect and _ACHIEVED.search(clause) and (numbers := by_arms(asked, clause)) is not None:
            return numbers * next(iter(statement.accepts)), "numbers"  # more of an arm have reached the aim
        reading = amount(asked, clause)
        if reading[0] is None and is_on_effect:
            better = better_side(asked, clause, tokens)
            return (better[0] * next(iter(statement.accepts)), better[1]) if better[0] is not None else UNTOLD
        return reading
    if statement.axis == "benefit":
        better = better_side(asked, clause, tokens)
        if better[0] is not None:
            return better
        if _OF_HARM.search(clause) and not _OF_HARM.search(statement.outcome):
            return UNTOLD  # what goes with a treatment is no measure of its benefit
    elif _AS_SAFE.search(clause):
        return SAME, "evaluation"
    elif safer := _IS_SAFER.search(clause):
        at = min(len(tokenized(clause[: safer.start()])), len(tokens) - 1)
        side = side_of(asked, tokens, at)
        return (SAME, "denial") if is_denied_before(tokens, at) else (-side, "evaluation") if side else UNTOLD
    for word, value in outcome_nouns(asked, clause, of_benefit=statement.axis == "benefit"):
        way, rule = amount_of(asked, clause, frozenset(content_words(word)))
        if statement.axis == "harm" and way == SAME and not (ADVERSE.match(word) or rank_of(asked, word) == 0):
            continue  # as good against what is treated
        if way is not None and rule not in ("occurs", "link", "rare", "far"):
            return way * value * (1 if statement.axis == "benefit" else -1), rule
    if SAME_WORDS.search(clause) and names_a_third(asked, clause):
        return UNTOLD  # as much as the third
    numbers = by_arms(asked, clause)
    if numbers is not None and (asked.outcome_valence or statement.axis == "benefit" and _ACHIEVED.search(clause)):
        value = 1 if statement.axis == "benefit" and _ACHIEVED.search(clause) else asked.outcome_valence
        return numbers * value * (1 if statement.axis == "benefit" else -1), "numbers"
    is_on_it = statement.axis != "harm" or bool(HARMS.search(clause) or outcome_nouns(asked, clause))
    return (SAME, "denial") if is_on_it and SAME_WORDS.search(NOT_ONLY.sub("", clause)) else UNTOLD


_AS_SAFE = re.compile(
    r"\bequally (?:safe|well[- ]tolerated|tolerable|toxic|common|frequent)"
    r"|\bas (?:safe|well[- ]tolerated|toxic|frequent(?:ly)?|common(?:ly)?|often|likely)\b[^.;]{0,60}?\bas\b"
    r"|\b(?:similar|comparable) (?:\w+ ){0,3}?(?:safety|tolerability|toxicity|profiles?)",
    re.I,
)


_IS_SAFER = re.compile(r"\b(?:safer|better tolerated|less (?:toxic|harmful)|gentler)\b", re.I)


_ON_EFFECT = re.compile(r"effective|efficacious|potent|better|superior|worse|inferior", re.I)


_OF_HARM = re.compile(
    r"\b(?:adverse|side[- ]effects?|safety|tolerab\w+|toxicit\w+|reactions?|withdrawals?|discontinu\w+)\b", re.I
)
