"""Which way a finding goes: more, less or no different of an outcome, harm or benefit, and with which treatment.

Rules read words and their neighbourhood, and the numbers of two arms or a ratio with its interval, not grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.analysis.terms import content_words
from qa.language.amounts import amount
from qa.language.arms import by_ratio
from qa.language.asked_words import (
    AskedWords,
    any_names,
    asked_words,
    denies_anything,
    denies_of,
    in_digits,
    share_of,
    tokenized,
)
from qa.language.clauses import BUT_NOT, clauses_of, plain_sentence
from qa.language.comparisons import compared
from qa.language.directed import UNTOLD, Told, is_on_the_lack_of
from qa.language.evaluations import IS_SAFE, IS_UNSAFE, benefit, harm
from qa.language.outcomes import valence
from qa.language.statement import SAME, UP, AskedStatement


@dataclass(frozen=True, slots=True)
class PolarityFinding:
    """Which `way` a sentence goes on the axis of a statement, None where that cannot be told, and by which rule.

    `on_subject` and `on_outcome` are the shares of the statement's words that the sentence (or, of the subject, its
    title) holds; `names_rival` tells whether the rival is named as well.
    """

    way: int | None
    rule: str
    on_subject: float
    on_outcome: float
    names_rival: bool


def finding(statement: AskedStatement, sentence: str, title: str = "") -> PolarityFinding:
    """Return which way a sentence goes on the axis of a statement."""
    asked = asked_words(statement)
    is_but_not = _is_but_not(asked, sentence)
    sentence = in_digits(plain_sentence(sentence, asked))
    held = frozenset(content_words(sentence))
    around = held | frozenset(content_words(title))
    on_subject = share_of(asked.subject, around)
    names_rival = not asked.rival or bool(asked.rival & around)
    clause = _clause(statement, asked, sentence)
    inside = frozenset(content_words(clause))
    on_outcome = share_of(asked.outcome, inside)
    way, rule = _way(statement, asked, clause)
    if way and is_but_not:
        way, rule = SAME, "denial"
    if way is not None and _is_told_otherwise(statement, asked, sentence, clause, way):
        way, rule = UNTOLD
    if (
        way is None
        and not on_outcome
        and not statement.rival
        and share_of(asked.outcome, frozenset(content_words(title))) >= 0.5
    ):
        ratio = by_ratio(asked, clause)  # what the title is about is counted
        if ratio is not None and statement.axis == "amount":
            way, rule, on_outcome = ratio, "numbers", 0.5
    is_for_it = not _FOR_WHAT.match(statement.setting) or share_of(asked.setting, around) >= 0.5
    if statement.rival and statement.axis == "benefit" and rule != "evaluation" and not is_for_it:
        way = None  # better at what, is not told
    if way and is_on_the_lack_of(statement.subject, clause):
        way = -way
    return PolarityFinding(way, rule, on_subject, on_outcome, names_rival)


def _is_but_not(asked: AskedWords, sentence: str) -> bool:
    """Return True for "with zinc but not with iron" where the subject is iron."""
    match = BUT_NOT.search(sentence)
    return match is not None and (
        any_names(tokenized(match["whom"]), asked.subject)
        and not any_names(tokenized(sentence[: match.start()]), asked.subject)
    )


_FOR_WHAT = re.compile(r"(?:for|against|with regard to)\b", re.I)


def _clause(statement: AskedStatement, asked: AskedWords, sentence: str) -> str:
    """Return the clause that has most of the statement's words; of as many, the first one."""
    clauses = clauses_of(sentence)
    if len(clauses) == 1:
        return sentence

    def fit(clause: str) -> float:
        held = set(content_words(clause))
        return (
            2.0 * share_of(asked.outcome, held) * bool(asked.outcome)
            + 1.0 * share_of(asked.subject, held)
            + 0.5 * bool(asked.rival & held)
            + (0.5 * bool(IS_SAFE.search(clause) or IS_UNSAFE.search(clause)) if statement.axis == "harm" else 0.0)
            + 0.2 * (valence(clause) != 0)
        )

    return max(clauses, key=fit)


_GOES_ON = re.compile(r"\s*(?:was|were|did|does|had|has|both|neither)\b", re.I)


def _is_told_otherwise(statement: AskedStatement, asked: AskedWords, sentence: str, clause: str, way: int) -> bool:
    """Return True if another clause of a sentence, on the same outcome, says the opposite.

    A clause that goes on with "but was" is on the same outcome, and so is the one that names the subject where `clause`
    does not.
    """
    lacks_subject = not asked.subject & set(content_words(clause))
    for other in clauses_of(sentence):
        words = set(content_words(other))
        is_on_outcome = bool(asked.outcome) and share_of(asked.outcome, words) >= 0.5
        goes_on = _GOES_ON.match(other) is not None or (
            lacks_subject and bool(asked.subject & words) and denies_anything(other)
        )
        if other == clause or not (goes_on or is_on_outcome):
            continue
        other_way, _ = _way(statement, asked, other if is_on_outcome else f"{statement.outcome} {other}")
        if other_way is not None and statement.verdict_of(other_way) != statement.verdict_of(way):
            return True
    return False


def _way(statement: AskedStatement, asked: AskedWords, clause: str) -> Told:
    """Return the way of a clause on the statement's axis, and the rule that told it."""
    if statement.axis == "fact":
        return (SAME, "denial") if denies_of(clause, asked.subject | asked.outcome) else (UP, "assertion")
    if statement.rival:
        return compared(statement, asked, clause)
    if statement.axis == "amount":
        return amount(asked, clause)
    if statement.axis == "benefit" and is_on_the_lack_of(statement.subject, clause):
        way, rule = harm(asked, clause)  # what is harmed without it is its benefit
        return (way and -way, rule)
    if statement.axis == "benefit":
        return benefit(asked, clause)
    return harm(asked, clause)
