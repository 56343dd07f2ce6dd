"""Which way a finding goes: more, less or no different of an outcome, harm or benefit, and with which treatment.

Rules read words and their neighbourhood, and the numbers of two arms or a ratio with its interval, not grammar.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index.analysis.terms import content_words
from qa.language.antonyms import direction
from qa.language.arms import INTERVAL, P_VALUE, RATIO, as_number, by_arms, by_ratio, names_a_third, names_control
from qa.language.asked_words import (
    CONTROLS,
    NOT_ONLY,
    AskedWords,
    Token,
    any_names,
    asked_words,
    denies_anything,
    denies_of,
    in_digits,
    is_denied_before,
    names_any,
    share_of,
    tokenized,
)
from qa.language.better import better_side
from qa.language.directed import BOTH, COMPARES, SAME_WORDS, UNTOLD, Told, by_direction, is_on_the_lack_of, side_of
from qa.language.entailment import drugs_named
from qa.language.outcomes import ADVERSE, ANY_OUTCOME, NO_OUTCOME, valence, with_opposites
from qa.language.statement import DOWN, SAME, UP, AskedStatement

_BREAKS = re.compile(
    r";|,? \b(?:but|whereas|while|although|though|however|yet|in contrast|conversely|despite|unlike)\b,?|, (?=nor\b)"
    r"|, and (?=(?:did|does|do|was|were|is|had|has|no|not|showed|in)\b)|, with (?=no\b)",
    re.I,
)

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

_IS_GOOD = re.compile(
    r"\b(?:effective(?:ly)?|efficacious|beneficial|benefit(?:s|ed)?|superior(?:ity)?|useful|promising|recommended"
    r"|success(?:ful|fully)?|valuable|helpful|better(?! tolerated)|best(?! tolerated)|improve\w*|"
    r"approved|licensed|active against|preferred|outperform\w*|surpass\w*|favou?r(?:s|ed|able|ably|ing)?|advantage\w*"
    r"|first-line|treatment of choice|works?|warranted|justified|heal(?:s|ed)|cure[sd]?|relie(?:f|ves?|ved))\b",
    re.I,
)

_IS_STRONG = re.compile(
    r"\b(?:(?<!less )effective(?:ly)? (?:for|in|against|as|and|at|treatment|therapy|option)|(?:is|are|was|were|be"
    r"|highly|very) (?:an? )?(?:\w+ )?(?:effective|efficacious|beneficial|recommended)|superior to (?:placebo|control"
    r"|sham)"
    r"|(?:show\w*|demonstrat\w+|prov\w+|has|had|good|high|clear|significant) (?:\w+ ){0,2}efficacy\b|(?:has|have|been"
    r"|was|were|is) (?:\w+ )?approved|active against)\b",
    re.I,
)

_IS_POOR = re.compile(
    r"\b(?:ineffective\w*|less (?:effective|efficacious|beneficial)|useless|futile|inferior|worse(?:ned|ns|n)?|poorer"
    r"|unnecessary|obsolete|disappointing|fail(?:s|ed)? to|failures? of|unfavou?rable|halted|futility|discouraged"
    r"|not recommended|contra-?indicated|unhelpful"
    r"|should (?:not|be (?:avoided|stopped|discontinued|withheld|abandoned))|detrimental|deleterious|lack(?:ed"
    r"|s)? (?:of )?(?:efficacy|benefit|effect))\b",
    re.I,
)

_IS_SAFE = re.compile(
    r"\b(?:safe(?:ly|ty)?|well[- ]tolerated|harmless|tolerable|innocuous|nontoxic|non-toxic|acceptable (?:safety"
    r"|toxicity|tolerability)|good tolerability|reassuring|well accepted)\b",
    re.I,
)

_IS_UNSAFE = re.compile(
    r"\b(?:toxic(?:ity)?|\w+toxic(?:ity)?|unsafe|harmful|harms?|dangerous|hazardous|teratogen\w*|contra-?indicated"
    r"|excess(?:ive)? (?:\w+ ){0,2}(?:risks?|harms?|mortality|deaths?|events?|bleeding)"
    r"|detrimental|deleterious|should be avoided|caution|poorly tolerated|not safe|"
    r"life-threatening|fatal|lethal|carcinogenic)\b",
    re.I,
)

_TURNS_GOOD = re.compile(
    r"\b(?:improv\w+|ameliorat\w+|alleviat\w+|restor\w+|reliev\w+|heal(?:s|ed|ing)|cured?|cures|enhanc\w+|better"
    r"|preserv\w+|protect\w*|prevent\w*|rescu\w+|benefi\w+|optimi[sz]\w+|normali[sz]\w+|revers(?:e|es|ed)|resolv\w+"
    r"|eradicat\w+)\b",
    re.I,
)

_TURNS_BAD = re.compile(
    r"\b(?:worsen\w*|impair\w*|damag\w+|deteriorat\w+|aggravat\w+|exacerbat(?:e|es|ed|ing)|compromis\w+|worse|injur\w+|harm(?:s"
    r"|ed|ful)?|toxic\w*)\b",
    re.I,
)


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


_CAUSES = re.compile(
    r"\b(?:caus(?:es|ed|ing|e)|leads? to|leading to|led to|result(?:s|ed|ing)? in|due to|secondary to|attributed to"
    r"|side[- ]effects?|adverse (?:drug )?(?:effects?|reactions?|events?)"
    r"|complications? of|[\w-]+-induced|[\w-]+-associated|developed|cases? of|case report|provok\w+|precipitat\w+"
    r"|triggered|responsible for)\b",
    re.I,
)

_FEWER = re.compile(r"\b(?:fewer|less|lower|reduc\w+|decreas\w+|prevent\w*|protect\w*|than)\b", re.I)


def finding(statement: AskedStatement, sentence: str, title: str = "") -> PolarityFinding:
    """Return which way a sentence goes on the axis of a statement."""
    asked = asked_words(statement)
    sentence = in_digits(_plain(sentence, asked))
    held = frozenset(content_words(sentence))
    around = held | frozenset(content_words(title))
    on_subject = share_of(asked.subject, around)
    names_rival = not asked.rival or bool(asked.rival & around)
    clause = _clause(statement, asked, sentence)
    inside = frozenset(content_words(clause))
    on_outcome = share_of(asked.outcome, inside)
    way, rule = _way(statement, asked, clause)
    if way is not None and (
        _is_told_otherwise(statement, asked, sentence, clause, way) or _is_between_others(asked, clause)
    ):
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


_LABEL = re.compile(r"^[A-Z][A-Z /&,]{2,40}: ")
_IS_AN_AGENT = re.compile(
    r"\b(?:is|are|was|were|be|being|as|acts? as|acted as)(?: an?| the)? (?:[\w-]+ ){0,3}?"
    r"(?P<does>inhibit|suppress|activat|induc|stimulat|promot|enhanc)(?:or|er)s? (?=of\b)",
    re.I,
)
_BUT_NOT = re.compile(r",? \bbut not\b (?:by |in |with |after |the )*(?P<whom>[\w-]+)", re.I)


def _plain(sentence: str, asked: AskedWords) -> str:
    """Return a sentence without the label of its section, "is an inhibitor of" as a verb, "but not zinc" left out."""
    sentence = _IS_AN_AGENT.sub(lambda found: f"{found['does']}ed ", _LABEL.sub("", sentence))
    own = asked.subject | asked.outcome
    return _BUT_NOT.sub(lambda found: found.group() if own & set(content_words(found["whom"])) else "", sentence)


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
            + (0.5 * bool(_IS_SAFE.search(clause) or _IS_UNSAFE.search(clause)) if statement.axis == "harm" else 0.0)
            + 0.2 * (valence(clause) != 0)
        )

    return max(clauses, key=fit)


def clauses_of(sentence: str) -> list[str]:
    """Return the clauses of a sentence that may say different things, none shorter than three words."""
    parts: list[str] = []
    last = 0
    depth = 0
    for match in _BREAKS.finditer(sentence):
        depth = sentence.count("(", 0, match.start()) - sentence.count(")", 0, match.start())
        if depth > 0 or len(sentence[last : match.start()].split()) < 3 or len(sentence[match.end() :].split()) < 3:
            continue
        if _OF_THE_SAME.match(sentence[match.end() :].lstrip(" ,")):
            continue
        parts.append(sentence[last : match.start()])
        last = match.start() if match.group().strip(" ,").lower() in ("despite", "unlike") else match.end()
    return [*parts, sentence[last:]]


_OF_THE_SAME = re.compile(
    r"(?!no other\b)(?:(?:the|this|these|those|that|there|it|they) )?(?:(?:overall|observed|between-group|group) )?"
    r"(?:differences?|was|were|is|did|change|changes|effects?|trend|increase|reduction|decrease|this|had)?"
    r"[^.;]{0,50}\b(?:not|never|no|fail\w*|without)\b[^.;]{0,25}\b(?:significan\w+|differen\w+)",
    re.I,
)
"""A clause that says of the one before it that it may be chance."""

_CHANCE = re.compile(
    r"\b(?:not|never|nor|n't|no)\b(?:\W+\w+){0,4}?\W+(?:significant(?:ly)?|reach\w*)\b|\bend-?points? (?:was|were) not\b"
    r"|\b(?:did|does|do|was|were) not (?:meet|met|achieve)\b|\b(?:non-?significant\w*|insignificant\w*|fail(?:ed|s"
    r"|ing)? to (?:reach|attain|show|achieve|demonstrate|find|detect))\b",
    re.I,
)


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
        told, _ = _way(statement, asked, other if is_on_outcome else f"{statement.outcome} {other}")
        if told is not None and statement.verdict_of(told) != statement.verdict_of(way):
            return True
    return False


_BETWEEN = re.compile(r"\bdiffer\w*(?: \w+){0,2}? between (?P<whom>[^,;()]{3,60})", re.I)
_OF_GROUPS = re.compile(r"\b(?:groups?|arms?|treat\w*|regimens?|drugs?|cases|users?|both|two|three|cohorts?)\b", re.I)


def _is_between_others(asked: AskedWords, clause: str) -> bool:
    """Return True if a clause compares two things that are neither the subject nor groups: "between night and day"."""
    match = _BETWEEN.search(clause)
    if match is None or _OF_GROUPS.search(match["whom"]):
        return False
    return not any_names(tokenized(match["whom"]), asked.subject | asked.rival | CONTROLS)


def _way(statement: AskedStatement, asked: AskedWords, clause: str) -> Told:
    """Return the way of a clause on the statement's axis, and the rule that told it."""
    if statement.axis == "fact":
        return (SAME, "denial") if denies_of(clause, asked.subject | asked.outcome) else (UP, "assertion")
    if statement.rival:
        return _compared(statement, asked, clause)
    if statement.axis == "amount":
        return _amount(asked, clause)
    if statement.axis == "benefit":
        return _benefit(asked, clause)
    return _harm(asked, clause)


def _amount(asked: AskedWords, clause: str) -> Told:
    """Return the way of the outcome's amount with the subject."""
    outcome, opposite = with_opposites(asked.outcome)
    way, rule = _amount_of(asked, clause, outcome)
    if way is None and asked.outcome & ANY_OUTCOME:
        for word, value in _nouns(asked, clause):
            way, rule = _amount_of(asked, clause, frozenset(content_words(word)))
            if way is not None and rule not in ("far", "rare"):
                return (way if value < 0 or not asked.outcome_valence else -way), rule
        return UNTOLD
    if way is None and opposite:
        way, rule = _amount_of(asked, clause, opposite)
        way = -way if way is not None else None
    return way, rule


def _amount_of(asked: AskedWords, clause: str, outcome: Collection[str]) -> Told:
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
    told = by_direction(asked, tokens, places, clause)
    if told[0] is not None and told[1] != "far":
        return _settled(told, clause)
    ratio = by_ratio(asked, clause)
    if ratio and _OF_SURVIVAL.search(" ".join(outcome)):
        ratio = -ratio  # a hazard of death or progression
    for measure in (ratio, by_arms(asked, clause)):
        if measure is not None:
            return measure, "numbers"
    if told[0] is not None:
        return _settled(told, clause)
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


def _settled(told: Told, clause: str) -> Told:
    """Return what a word of direction told, unless the words or numbers say that it may be chance."""
    return (SAME, "chance") if told[1] != "denial" and _may_be_chance(clause) else told


def _may_be_chance(clause: str) -> bool:
    if _CHANCE.search(clause):
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

_PLACEBO = re.compile(r"\b(?:placebo|controls?|sham|untreated|vehicle)\b", re.I)


_OF_ARMS = frozenset("control controls condition conditions treatment treated".split())
"""Words for arms and those in them, which elsewhere are outcomes."""


def _nouns(asked: AskedWords, clause: str, *, of_benefit: bool = False) -> list[tuple[str, int]]:
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
    return sorted(found, key=lambda one: _rank_of(asked, one[0]))


def _rank_of(asked: AskedWords, word: str) -> int:
    """Return 0 for a word of the outcome, 2 for one of the setting, 1 for any other."""
    stems = set(content_words(word))
    return 0 if asked.outcome & stems else 2 if asked.setting & stems else 1


def _benefit(asked: AskedWords, clause: str) -> Told:
    """Return whether a clause tells of good or harm done to the outcome, or of no difference."""
    if _NOT_KNOWN.search(clause):
        return SAME, "unproven"
    if _BARRED.search(clause):
        return DOWN, "evaluation"
    if (beaten := _BEATS.search(clause)) and asked.subject & set(content_words(beaten["whom"])):
        return UNTOLD  # another thing is better, or another dose of it
    if SAME_WORDS.search(clause) and not _PLACEBO.search(clause) and _names_another_drug(asked, clause):
        return UNTOLD  # as good as another drug
    told = _evaluated(clause, _IS_GOOD, _IS_POOR)
    if told == UP and _IS_STRONG.search(clause) and not _CHANCE.search(clause):
        return UP, "evaluation"
    turned = _turned(asked, clause)
    if turned[0] is not None:
        return _settled(turned, clause)
    for word, value in _nouns(asked, clause, of_benefit=True):
        way, rule = _amount_of(asked, clause, frozenset(content_words(word)))
        if way is not None and rule not in ("occurs", "link", "rare", "far"):
            return way * value, rule
    if asked.outcome and asked.outcome_valence == 0:
        way, rule = _amount_of(asked, clause, asked.outcome)
        if way is not None and rule not in ("occurs", "link", "rare", "far"):
            return way, f"{rule}?"
    if told is not None:
        return told, "evaluation"
    if SAME_WORDS.search(NOT_ONLY.sub("", clause)):
        return SAME, "denial"
    return UNTOLD


_BEATS = re.compile(
    r"\b(?:superior to|(?:better|more (?:effective|efficacious|beneficial)) than)\b(?P<whom>[^,;.]{0,50})", re.I
)


def _names_another_drug(asked: AskedWords, clause: str) -> bool:
    own = asked.subject | asked.outcome
    return any(not own & set(content_words(drug)) for drug in drugs_named(clause))


def _turned(asked: AskedWords, clause: str) -> Told:
    """Return what a verb of bettering or worsening says, and whether it is denied."""
    for words, way in ((_TURNS_GOOD, UP), (_TURNS_BAD, DOWN)):
        for match in words.finditer(clause):
            tokens = tokenized(clause[: match.end()])
            if (
                way == UP
                and match.group().lower().startswith("enhanc")
                and valence(clause[match.end() : match.end() + 50]) < 0
            ):
                continue
            if is_denied_before([*tokens], len(tokens) - 1):
                return SAME, "denial"
            whole = tokenized(clause)
            side = side_of(asked, whole, min(len(tokens) - 1, len(whole) - 1))
            return (way * side, "evaluation") if side else UNTOLD
    return UNTOLD


def _evaluated(clause: str, good: re.Pattern[str], poor: re.Pattern[str]) -> int | None:
    if poor.search(clause):
        return DOWN
    match = good.search(clause)
    if not match:
        return None
    tokens = tokenized(clause[: match.end()])
    return SAME if is_denied_before(tokens, len(tokens) - 1) else UP


_NOT_KNOWN = re.compile(
    r"\b(?:insufficient|limited|inadequate|inconclusive|scarce|lack of|lacking|absence of"
    r"|no) (?:\w+ ){0,3}?(?:evidence|data|information|experience|studies|safety data|statement|consensus"
    r"|conclusions?)\b"
    r"|\b(?:too limited|not (?:yet )?(?:been )?(?:established|conclusive|proven|proved|confirmed|demonstrated|known"
    r"|clear|clarified|studied)|unproven|unclear|unknown|uncertain|inconclusive|absence of proven"
    r"|cannot be (?:excluded|ruled out|determined|assessed)|could not be (?:confirmed|demonstrated|shown"
    r"|established))\b",
    re.I,
)
"""What nobody knows yet: neither harm nor its absence; of a benefit, none that was shown."""

_BARRED = re.compile(
    r"\b(?:not|cannot|never)\b(?:\W+\w+){0,3}?\W+(?:recommended|allowed|advised|advisable|permitted"
    r"|be (?:used|given|taken|administered|prescribed|offered|combined|started)|approved)\b"
    r"|\b(?:contra-?indicated|be avoided|discouraged|should be (?:stopped|discontinued)"
    r"|(?:stopped|discontinued|terminated) (?:\w+ )?(?:because|due|owing|early))\b",
    re.I,
)


def _harm(asked: AskedWords, clause: str) -> Told:
    """Return whether a clause tells of more harm, or of none."""
    if _BARRED.search(clause):
        return UP, "evaluation"
    if _NOT_KNOWN.search(clause):
        return UNTOLD
    if match := _IS_SAFE.search(clause):
        tokens = tokenized(clause[: match.end()])
        is_denied = is_denied_before(tokens, len(tokens) - 1) or re.search(r"\bun(?:safe)", clause, re.I) is not None
        return (UP if is_denied else SAME), "evaluation"
    if match := _IS_UNSAFE.search(clause):
        tokens = tokenized(clause[: match.end()])
        return (SAME if is_denied_before(tokens, len(tokens) - 1) else UP), "evaluation"
    for word, value in _nouns(asked, clause):
        if word.startswith(("benef", "effic", "improv")):
            continue  # no benefit is no harm either
        way, rule = _amount_of(asked, clause, frozenset(content_words(word)))
        if way is None:
            continue
        if value > 0 and rule in ("occurs", "link", "rare"):
            continue
        if rule == "rare":
            return SAME, rule
        harm = -way * value
        if harm == DOWN and not asked.outcome & set(content_words(word)):
            continue  # less of what is treated says nothing of harm
        return harm, rule
    is_on_outcome = bool(asked.outcome) and share_of(asked.outcome, frozenset(content_words(clause))) >= 0.5
    is_of_harm = is_on_outcome or bool(_nouns(asked, clause)) or bool(_HARMS.search(clause))
    is_denied = bool(SAME_WORDS.search(clause)) or is_on_outcome and denies_anything(clause)
    return (SAME, "denial") if is_denied and is_of_harm and not _NO_BENEFIT.search(clause) else UNTOLD


_HARMS = re.compile(r"\b(?:risks?|safety|adverse|side[- ]effects?|effects? on|tolerab\w+|harms?|events?)\b", re.I)
_NO_BENEFIT = re.compile(
    r"\b(?:no|not|without|lack of|nor)\b(?:\W+\w+){0,3}?\W+(?:benefit\w*|improv\w+|efficacy|effective\w*)", re.I
)
"""A denial of benefit, which says nothing of harm."""
_ACHIEVED = re.compile(
    r"\b(?:reach(?:ed|es)?|achiev\w+|attain\w*|respon(?:ded|se|ses|ders?)|remission|cure[ds]?|controlled|cleared|clear"
    r"|success\w*|target)\b",
    re.I,
)
"""What more of an arm is better, where its numbers are told."""


def _compared(statement: AskedStatement, asked: AskedWords, clause: str) -> Told:
    """Return the way of the subject against its rival: better, worse, more, less, or no difference."""
    tokens = tokenized(clause)
    is_named = [any(names_any(side, token) for token in tokens) for side in (asked.subject, asked.rival)]
    if not any(is_named) or not all(is_named) and names_a_third(asked, clause):
        return UNTOLD
    if statement.axis == "amount":
        is_on_effect = len(statement.accepts) == 1 and _ON_EFFECT.search(statement.predicate) is not None
        if is_on_effect and _ACHIEVED.search(clause) and (numbers := by_arms(asked, clause)) is not None:
            return numbers * next(iter(statement.accepts)), "numbers"  # more of an arm have reached the aim
        told = _amount(asked, clause)
        if told[0] is None and is_on_effect:
            better = better_side(asked, clause, tokens)
            return (better[0] * next(iter(statement.accepts)), better[1]) if better[0] is not None else UNTOLD
        return told
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
    for word, value in _nouns(asked, clause, of_benefit=statement.axis == "benefit"):
        way, rule = _amount_of(asked, clause, frozenset(content_words(word)))
        if statement.axis == "harm" and way == SAME and not (ADVERSE.match(word) or _rank_of(asked, word) == 0):
            continue  # as good against what is treated
        if way is not None and rule not in ("occurs", "link", "rare", "far"):
            return way * value * (1 if statement.axis == "benefit" else -1), rule
    if SAME_WORDS.search(clause) and names_a_third(asked, clause):
        return UNTOLD  # as much as the third
    numbers = by_arms(asked, clause)
    if numbers is not None and (asked.outcome_valence or statement.axis == "benefit" and _ACHIEVED.search(clause)):
        value = 1 if statement.axis == "benefit" and _ACHIEVED.search(clause) else asked.outcome_valence
        return numbers * value * (1 if statement.axis == "benefit" else -1), "numbers"
    is_on_it = statement.axis != "harm" or bool(_HARMS.search(clause) or _nouns(asked, clause))
    return (SAME, "denial") if is_on_it and SAME_WORDS.search(NOT_ONLY.sub("", clause)) else UNTOLD


_AS_SAFE = re.compile(
    r"\bequally (?:safe|well[- ]tolerated|tolerable|toxic|common|frequent)"
    r"|\bas (?:safe|well[- ]tolerated|toxic|frequent(?:ly)?|common(?:ly)?|often|likely)\b[^.;]{0,60}?\bas\b"
    r"|\b(?:similar|comparable) (?:\w+ ){0,3}?(?:safety|tolerability|toxicity|profiles?)",
    re.I,
)
_IS_SAFER = re.compile(r"\b(?:safer|better tolerated|less (?:toxic|harmful)|gentler)\b", re.I)
_OF_SURVIVAL = re.compile(r"surviv|remission|free", re.I)
_ON_EFFECT = re.compile(r"effective|efficacious|potent|better|superior|worse|inferior", re.I)
_OF_HARM = re.compile(
    r"\b(?:adverse|side[- ]effects?|safety|tolerab\w+|toxicit\w+|reactions?|withdrawals?|discontinu\w+)\b", re.I
)
