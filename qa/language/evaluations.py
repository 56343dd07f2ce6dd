"""Whether a clause tells of good done or of harm, or of neither."""

from __future__ import annotations

import re

from index.analysis.terms import content_words
from qa.language.amounts import CHANCE, amount_of, outcome_nouns, settled
from qa.language.asked_words import NOT_ONLY, AskedWords, denies_anything, is_denied_before, share_of, tokenized
from qa.language.directed import SAME_WORDS, UNTOLD, Told, side_of
from qa.language.entailment import drugs_named
from qa.language.outcomes import valence
from qa.language.statement import DOWN, SAME, UP

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
    r"|unnecessary|superfluous|dispensable|(?:can|could|may) be (?:safely )?(?:omitted|left out|spared|avoided)"
    r"|obsolete|disappointing|fail(?:s|ed)? to|failures? of|unfavou?rable|halted|futility|discouraged"
    r"|not recommended|contra-?indicated|unhelpful"
    r"|should (?:not|be (?:avoided|stopped|discontinued|withheld|abandoned))|detrimental|deleterious|lack(?:ed"
    r"|s)? (?:of )?(?:efficacy|benefit|effect))\b",
    re.I,
)


IS_SAFE = re.compile(
    r"\b(?:safe(?:ly|ty)?|well[- ]tolerated|harmless|tolerable|innocuous|nontoxic|non-toxic|acceptable (?:safety"
    r"|toxicity|tolerability)|good tolerability|reassuring|well accepted)\b",
    re.I,
)


IS_UNSAFE = re.compile(
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


_PLACEBO = re.compile(r"\b(?:placebo|controls?|sham|untreated|vehicle)\b", re.I)


def benefit(asked: AskedWords, clause: str) -> Told:
    """Return whether a clause tells of good or harm done to the outcome, or of no difference."""
    if _NOT_KNOWN.search(clause):
        return SAME, "unproven"
    if _BARRED.search(clause):
        return DOWN, "evaluation"
    if (beaten := _BEATS.search(clause)) and asked.subject & set(content_words(beaten["whom"])):
        return UNTOLD  # another thing is better, or another dose of it
    if SAME_WORDS.search(clause) and not _PLACEBO.search(clause) and _names_another_drug(asked, clause):
        return UNTOLD  # as good as another drug
    evaluation = _evaluated(clause, _IS_GOOD, _IS_POOR)
    if evaluation == UP and _IS_STRONG.search(clause) and not CHANCE.search(clause):
        return UP, "evaluation"
    turned = _turned(asked, clause)
    if turned[0] is not None:
        return settled(turned, clause)
    for word, value in outcome_nouns(asked, clause, of_benefit=True):
        way, rule = amount_of(asked, clause, frozenset(content_words(word)))
        if way is not None and rule not in ("occurs", "link", "rare", "far"):
            return way * value, rule
    if asked.outcome and asked.outcome_valence == 0:
        way, rule = amount_of(asked, clause, asked.outcome)
        if way is not None and rule not in ("occurs", "link", "rare", "far"):
            return way, f"{rule}?"
    if evaluation is not None:
        return evaluation, "evaluation"
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


def harm(asked: AskedWords, clause: str) -> Told:
    """Return whether a clause tells of more harm, or of none."""
    if _BARRED.search(clause):
        return UP, "evaluation"
    if _NOT_KNOWN.search(clause):
        return UNTOLD
    if match := IS_SAFE.search(clause):
        tokens = tokenized(clause[: match.end()])
        is_denied = is_denied_before(tokens, len(tokens) - 1) or re.search(r"\bun(?:safe)", clause, re.I) is not None
        return (UP if is_denied else SAME), "evaluation"
    if match := IS_UNSAFE.search(clause):
        tokens = tokenized(clause[: match.end()])
        return (SAME if is_denied_before(tokens, len(tokens) - 1) else UP), "evaluation"
    for word, value in outcome_nouns(asked, clause):
        if word.startswith(("benef", "effic", "improv")):
            continue  # no benefit is no harm either
        way, rule = amount_of(asked, clause, frozenset(content_words(word)))
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
    is_of_harm = is_on_outcome or bool(outcome_nouns(asked, clause)) or bool(HARMS.search(clause))
    is_denied = bool(SAME_WORDS.search(clause)) or is_on_outcome and denies_anything(clause)
    return (SAME, "denial") if is_denied and is_of_harm and not _NO_BENEFIT.search(clause) else UNTOLD


HARMS = re.compile(
    r"\b(?:risks?|safety|adverse|side[- ]effects?|effects? on|tolerab\w+|harms?|events?|implicated"
    r"|incriminated|blamed)\b",
    re.I,
)


_NO_BENEFIT = re.compile(
    r"\b(?:no|not|without|lack of|nor)\b(?:\W+\w+){0,3}?\W+(?:benefit\w*|improv\w+|efficacy|effective\w*)", re.I
)
"""A denial of benefit, which says nothing of harm."""
