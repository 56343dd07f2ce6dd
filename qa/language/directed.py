"""The words of a finding that say up or down: of the outcome or not, denied or not, and of which arm."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from qa.language.antonyms import direction
from qa.language.asked_words import CONTROLS, NOT_ONLY, AskedWords, Token, any_names, is_denied_before, names_any
from qa.language.statement import DOWN, SAME, UP

SAME_WORDS = re.compile(
    r"\b(?:(?:no|not|without|lack of|nor|neither|non)\W+(?:\w+\W+){0,4}?(?:differ\w*|effects?|affect\w*|chang\w*"
    r"|alter\w*|influenc\w*|impact|associat\w*|correlat\w*|relat\w*"
    r"|signific\w*|evidence|benefits?|improv\w*|link\w*|predict\w*|advantage"
    r"|implicated|incriminated|blamed)|(?:similar|comparable|equivalent"
    r"|unchanged|unaffected|unaltered|the same|identical|equal|equally|non-?inferior\w*|"
    r"noninferior\w*|non-?significan\w*|insignifican\w*|independent of|irrespective of|did ?n[o']t differ"
    r"|not differ\w*|ns\b|equivocal|inconclusive))\b",
    re.I,
)

_REACH = 9

Told = tuple[int | None, str]

UNTOLD: Told = (None, "")


def by_direction(asked: AskedWords, tokens: Sequence[Token], places: Sequence[int], clause: str) -> Told:
    """Return the way of the word of direction nearest to the outcome; "far" where it is not near."""
    found: list[tuple[int, int, int]] = []
    for at, token in enumerate(tokens):
        if at in places and not _is_comparative(token.text):
            continue
        if names_any(asked.subject | asked.rival, token) or _is_done_by(tokens, at, places):
            continue
        way = _token_way(tokens, at, asked.outcome)
        if way:
            own = 5 if names_any(asked.predicate, token) else 0  # the statement's own verb
            near = -own + min(
                abs(at - place)
                + (3 if any(tokens[i].text in ",;:(" for i in range(min(at, place), max(at, place))) else 0)
                for place in places
            )
            found.append((near, at, way))
    if not found:
        same = SAME_WORDS.search(NOT_ONLY.sub("", clause))
        return (SAME, "denial") if same else UNTOLD
    near, at, way = min(found)
    way = _chained(tokens, at, way, asked.outcome)
    if is_denied_before(tokens, at):
        return SAME, "denial"
    if (
        re.search(
            r"\b(?:similar|comparable|the same|no (?:significant |clear |statistical(?:ly significant)? )?differen"
            r"|not differ|did not change|unchanged)",
            clause,
            re.I,
        )
        and near > 3
    ):
        return SAME, "denial"
    if BOTH.search(clause) and not COMPARES.search(clause):
        return (SAME, "both arms") if not asked.rival else UNTOLD  # that both are better tells nothing of the better
    if tokens[at].text.startswith(_BETTERING) and asked.outcome_valence < 0:
        way = -way
    if tokens[at].text.startswith("worsen") and asked.outcome_valence > 0:
        way = -way
    side = side_of(asked, tokens, at)
    return (way * side, "direction" if near <= _REACH else "far") if side else UNTOLD


def _is_done_by(tokens: Sequence[Token], at: int, places: Sequence[int]) -> bool:
    """Return True for "impairment induced by seizures": the outcome is what does it."""
    return tokens[min(at + 1, len(tokens) - 1)].text == "by" and any(at + 1 < place <= at + 4 for place in places)


BOTH = re.compile(
    r"\b(?:both|all|either|each|the two|two) (?:of the )?(?:\w+ )?(?:groups?|arms?|regimens?|treatments?|cohorts?)\b"
    r"|\balso (?:\w+ ){1,3}(?:with|in|on|after) (?:the )?(?:placebo|controls?|sham)\b",
    re.I,
)

COMPARES = re.compile(r"\b(?:than|versus|vs|compared|more (?:in|with)|relative to|whereas|but)\b", re.I)

_BETTERING = ("improv", "better", "superior", "benefi", "favo", "outperform")

_COMPARATIVES = frozenset("higher lower more less fewer greater smaller larger longer shorter".split())


def _is_comparative(word: str) -> bool:
    return word in _COMPARATIVES


def _token_way(tokens: Sequence[Token], at: int, outcome: Collection[str]) -> int:
    word = tokens[at].text
    if names_any(outcome, tokens[at]) and not _is_comparative(word):
        return 0
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    before = tokens[at - 1].text if at else ""
    if (
        word in ("more", "most")
        and following in ("than", "or")
        and re.match(r"\d", tokens[min(at + 2, len(tokens) - 1)].text)
    ):
        return 0  # "more than 900 mg"
    if word in ("more", "less", "up", "high", "low", "down", "cut", "most") and (
        following in ("or",) or before in ("follow", "followed", "set")
    ):
        return 0
    if before == "or" and (_is_comparative(word) or word in ("up", "most")):
        return 0  # "grade 3 or higher"
    if word in ("up", "high", "low", "most", "stop", "stopped", "drive", "gain", "longer", "risk") and word not in (
        "longer",
    ):
        return 0
    if word in (
        "doubled",
        "doubles",
        "doubling",
        "tripled",
        "triples",
        "quadrupled",
        "twofold",
        "threefold",
        "fourfold",
    ):
        return UP
    if re.search(r"(?:[^l]ors?|blockers?|enhancers?|promoters?|inducers?)$", word):
        return 0  # an inhibitor, a suppressor
    if word in ("halved", "halves"):
        return DOWN
    if word in (
        "lower",
        "upper",
        "accelerated",
        "reduced",
        "extended",
        "high",
        "induced",
        "activated",
        "expanded",
    ) and _NOT_LESS.match(following):
        return 0
    if word in ("excess", "predisposed", "predisposes"):
        return UP
    if word.startswith(("revers", "correct")) and word not in ("reversible", "reversibly", "correctly"):
        return DOWN
    return direction(word)


_NOT_LESS = re.compile(
    r"(?:respiratory|urinary|limbs?|back|extremit\w+|tract|approval|intensity|ejection|dose|fat|gastrointestinal"
    r"|esophag\w+|lobes?|abdom\w+|release|phase|criteria)$"
)
"""What makes a word of direction a part of a name: the lower limb, accelerated approval."""

_DAMPS = (
    "inhibit",
    "attenuat",
    "prevent",
    "block",
    "reduc",
    "abolish",
    "suppress",
    "limit",
    "blunt",
    "revers",
    "ameliorat",
    "diminish",
    "abrogat",
    "counter",
)

_NOUNS = re.compile(
    r"(?:increase|decrease|rise|elevation|decline|fall|reduction|drop|up-?regulation|down-?regulation|loss|gain"
    r"|prolongation|activation|induction|inhibition|impairment)s?$"
)


def _chained(tokens: Sequence[Token], at: int, way: int, outcome: Collection[str]) -> int:
    """Return the way of "prevented the increase in" and "a greater fall in", where two words of direction make one."""
    word = tokens[at].text
    if word in (
        "greater",
        "larger",
        "more",
        "less",
        "smaller",
        "higher",
        "lower",
        "fewer",
        "faster",
        "slower",
        "better",
    ):
        for token in tokens[at + 1 : at + 4]:
            if _NOUNS.match(token.text) and not names_any(outcome, token):
                return way * (direction(token.text) or 1)
    if _NOUNS.match(word) and any(
        token.text in ("greater", "larger", "more", "higher") for token in tokens[at + 1 : at + 8]
    ):
        return way
    if _NOUNS.match(word) and any(
        token.text in ("less", "smaller", "lower", "lesser")
        for token in (*tokens[max(0, at - 3) : at], *tokens[at + 1 : at + 8])
    ):
        return -way
    if _NOUNS.match(word):
        before = [token.text for token in tokens[max(0, at - 5) : at]]
        if any(text.startswith(_DAMPS) for text in before):
            return -way
    elif word.startswith(_DAMPS):
        for token in tokens[at + 1 : at + 6]:
            if token.text in ("and", "or", ",") or names_any(outcome, token):
                break
            if _NOUNS.match(token.text):
                return way * (direction(token.text) or 1)
    return way


_THAN = frozenset(("than", "versus", "vs", "compared", "relative", "over"))
_OF_AN_ARM = frozenset("with in among for after by on using receiving given taking from during".split())
_NO_ARM = frozenset(("no", "without", "standard", "healthy", "baseline"))


def side_of(asked: AskedWords, tokens: Sequence[Token], at: int) -> int:
    """Return -1 where a word of direction is said of the arm that the subject is compared with, else 1.

    "More often with placebo", "lower in controls than with the drug". Of a comparison, 0 where that cannot be told.
    """
    return _side_of_two(asked, tokens, at) if asked.rival else _side_of_one(asked, tokens, at)


def _side_of_two(asked: AskedWords, tokens: Sequence[Token], at: int) -> int:
    sides = [
        (place, who)
        for place, token in enumerate(tokens)
        for who in (1, -1)
        if names_any(asked.subject if who == 1 else asked.rival, token)
    ]
    thans = [place for place in range(len(tokens)) if _is_than(tokens, place)]
    than = next((place for place in thans if place >= at), thans[-1] if thans else None)
    if than is not None and (other := next((who for place, who in sides if than < place <= than + 10), 0)):
        return -other
    after = [who for place, who in sides if at < place <= at + 8 and tokens[place - 1].text not in ("and", "or")]
    before = [who for place, who in sides if place < at]
    is_of_an_arm = any(token.text in _OF_AN_ARM for token in tokens[at + 1 : at + 8])
    if after and is_of_an_arm and (not before or len(set(before)) == 2):
        return after[0]
    return before[-1] if before and len(set(before)) == 1 else 0


def _is_than(tokens: Sequence[Token], place: int) -> bool:
    word, following = tokens[place].text, tokens[min(place + 1, len(tokens) - 1)].text
    if word == "over":
        return not following[:1].isdigit() and following not in ("a", "the", "time")
    return word in _THAN


def _side_of_one(asked: AskedWords, tokens: Sequence[Token], at: int) -> int:
    than = next((place for place in range(at, len(tokens)) if tokens[place].text in _THAN - {"over"}), None)
    if than is not None:
        after = tokens[than + 1 : than + 10]
        if any_names(after, asked.subject) and not any_names(after, CONTROLS):
            return -1
        if any_names(after, CONTROLS):
            return 1
    arms = tokens[at + 1 : at + 8]
    for place, token in enumerate(arms):
        if token.text in _OF_AN_ARM:
            rest = arms[place + 1 : place + 5]
            if any_names(rest, asked.subject):
                return 1
            if any_names(rest, CONTROLS - _NO_ARM):
                return -1
    return 1


_LACK = (
    r"(?:withdrawal|discontinuation|cessation|stopping|end|leaving out|omission|omitting"
    r"|skipping|withholding|silencing|knock-?(?:down|out)|knocking (?:down|out)"
    r"|delet(?:ion|ing)|deplet(?:ion|ing)|deficien(?:cy|t)|loss"
    r"|absence|lack|ablation|inhibit(?:ion|ing|ors?)|block(?:ade|ing|ers?)|antagoni(?:sm|sts?|[sz]ing)"
    r"|neutrali[sz](?:ation|ing))"
)


@lru_cache(maxsize=256)
def _lack_of(subject: str) -> re.Pattern[str]:
    name = r"[\s-]?".join(map(re.escape, re.split(r"[\s-]+", subject)))
    return re.compile(
        rf"\b{_LACK} (?:of )?(?:the )?(?:\w+ ){{0,1}}{name}\b|\b(?:lacking |without |anti-?|si-?|sh-?){name}\b"
        rf"|\b{name}[\s-]*(?:{_LACK}\b|null\b|siRNA|shRNA|-/-)",
        re.I,
    )


def is_on_the_lack_of(subject: str, clause: str) -> bool:
    """Tell whether a clause is about what happens without the subject: "silencing of miR-21", "TLR4-deficient"."""
    return bool(subject) and not re.search(_LACK, subject, re.I) and bool(_lack_of(subject).search(clause))
