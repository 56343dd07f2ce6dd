"""A question with an inverted predicate as the plain one: "Is zinc useless for colds?" is "Is zinc useful for colds?".

Findings tell of use and harm, so they are held against the plain question, and its verdict is turned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BE = r"(?P<be>is|are|was|were)"
_SUBJECT = r"(?P<subject>(?!(?:it|there)\b)\S(?:[^?]*?\S)?)"
_MEANS = r"(?P<means>\S(?:[^?]*?\S)?)"
_REST = r"(?P<rest>[^?]*)"
_ADVERB = (
    r"(?:(?:really|quite|completely|totally|entirely|wholly|largely|mostly|simply|just|rather|clearly|altogether"
    r"|perfectly) )*"
)
_ONE = r"(?:one|we|you|i|doctors|clinicians|physicians)"
_LEAVE_OUT = r"(?:leave out|omit|skip|forgo|do without|dispense with|drop|go without|manage without)"
_DO_WITHOUT = r"(?:do without|dispense with|go without|manage without|get by without)"
_LEFT_OUT = r"(?:left out|omitted|skipped|forgone|dispensed with|dropped|spared|done without|avoided safely)"
_SET = r"(?P<rest>| (?:in|for|when|if|at|during|after|before)\b[^?]*)"
_ALLOWED = r"(?:ok|okay|fine|all right|alright|acceptable|allowed|permissible|reasonable|possible|safe|good enough)"
_WORTHLESS = (
    r"(?:useless|worthless|pointless|futile|in vain|no use|no good|no help|of no (?:use|value|help|benefit|avail)"
    r"|without (?:any )?(?:use|value|benefit)|a waste of (?:time|money)|ineffective|ineffectual|unhelpful)"
)
_NEEDLESS = r"(?:superfluous|unnecessary|needless|dispensable|redundant|expendable|not needed|not necessary)"
_HARMLESS = (
    r"(?:harmless|innocuous|unharmful|risk-free|without (?:any )?(?:danger|risks?|harm)"
    r"|no (?:danger|risk|threat|hazard)|not (?:harmful|dangerous|toxic))"
)
_TRIVIAL = r"(?:trivial|harmless|benign|innocuous|unimportant)"
_POORER = (
    r"(?:inferior to|less (?:effective|efficacious|beneficial|useful|successful|potent) than|worse than|poorer than"
    r"|weaker than|outperformed by|beaten by)"
)
_PEOPLE = (
    r"(?:people|patients|persons|individuals|women|men|mothers|children|infants|babies|newborns|adults|adolescents"
    r"|those|diabetics|asthmatics|smokers|elderly|seniors|pregnant|users|carriers|recipients|survivors|dogs|cats"
    r"|horses)"
)
_TAKE = r"(?:take|use|receive|eat|drink|be given|be treated with|get treatment with)"
_GIVEN = r"(?:taken|given|used|eaten|drunk|combined|stopped|administered|prescribed)"
_USING = r"(?:giving|using|taking|trying|having|doing|eating|drinking)"
_ANY = r"(?:any |the |all )?"
_DANGER = r"(?:danger|risk|harm|hazard)s?"
_MAY = r"(?:can|could|may|should)"
_DOES = {"is": "does", "are": "do", "was": "did", "were": "did"}


@dataclass(frozen=True, slots=True)
class Affirmative:
    """A question of yes or no in plain words, and whether a yes to it is a no to what was asked."""

    text: str
    is_reversed: bool = False


_RULES: tuple[tuple[re.Pattern[str], str, bool], ...] = tuple(
    (re.compile(rf"\A{pattern}\s*\??\Z", re.I), template, is_reversed)
    for pattern, template, is_reversed in (
        # can it be left out?
        (rf"{_MAY} {_SUBJECT} (?:safely |simply )?be (?:safely |simply )?{_LEFT_OUT}\b{_REST}",
         "Is {subject} necessary{rest}", True),
        (rf"{_MAY} {_ONE} (?:safely |simply )?{_LEAVE_OUT} {_MEANS}{_SET}", "Is {means} necessary{rest}", True),
        (rf"(?:is|was) it {_ADVERB}{_ALLOWED} (?:for [^?]+? )?to {_LEAVE_OUT} {_MEANS}{_SET}",
         "Is {means} necessary{rest}", True),
        (rf"(?:can|could|do|does) {_SUBJECT} {_DO_WITHOUT} {_MEANS}", "Does {subject} need {means}", True),
        (rf"{_BE} {_SUBJECT} {_ADVERB}{_NEEDLESS}\b{_REST}", "{be} {subject} necessary{rest}", True),
        # may it be stopped, or given to these?
        (rf"{_MAY} {_SUBJECT} (?:safely )?be (?:safely )?(?:stopped|withdrawn|discontinued|tapered)\b{_REST}",
         "Is withdrawal of {subject} safe{rest}", False),
        (rf"(?:can|could|may) (?P<whom>[^?]*?\b{_PEOPLE}\b[^?]*?) (?:safely )?{_TAKE} {_MEANS}",
         "Is {means} safe in {whom}", False),
        (rf"(?:is|was) it {_ADVERB}(?:{_ALLOWED}|{_HARMLESS}) to (?:stop|withdraw|discontinue|taper) {_MEANS}{_SET}",
         "Is withdrawal of {means} safe{rest}", False),
        # is it of use, does it do harm?
        (rf"{_BE} {_SUBJECT} {_ADVERB}{_WORTHLESS}\b{_REST}", "{be} {subject} effective{rest}", True),
        (rf"{_BE} (?:it )?(?:pointless|useless|futile|no use|no good) (?:to|for [^?]+? to) {_MEANS}",
         "Is it of benefit to {means}", True),
        (rf"{_BE} {_SUBJECT} an? {_ADVERB}{_TRIVIAL} (?P<what>\w+){_REST}",
         "{be} {subject} a dangerous {what}{rest}", True),
        (rf"{_BE} {_SUBJECT} {_ADVERB}{_HARMLESS}\b{_REST}", "{be} {subject} harmful{rest}", True),
        (rf"(?:can|could|may) {_SUBJECT} be {_GIVEN} (?:\w+ )?without {_ANY}{_DANGER}(?: to| for)?\b(?! of){_REST}",
         "Is {subject} harmful to{rest}", True),
        (rf"(?:can|could|may) {_SUBJECT} be {_GIVEN} (?:\w+ )?without {_ANY}{_DANGER} (?:of|from) {_MEANS}",
         "Does {subject} cause {means}", True),
        (rf"{_BE} {_SUBJECT} {_ADVERB}(?:free|devoid|clear) (?:of|from) {_ANY}(?:{_DANGER} (?:of|for) )?{_MEANS}",
         "{does} {subject} cause {means}", True),
        (rf"{_BE} {_SUBJECT} {_ADVERB}worth (?:it|{_USING})(?P<rest>(?: (?!to)[^?]*)?)",
         "{be} {subject} effective{rest}", False),
        (rf"{_BE} {_SUBJECT} {_ADVERB}worth (?:giving|offering|prescribing) to (?P<rest>[^?]+)",
         "{be} {subject} effective in {rest}", False),
        # the other way round
        (rf"{_BE} {_SUBJECT} (?:no|not any|hardly|scarcely) (?P<better>better|more effective|more efficacious|safer)"
         r" than (?P<rival>[^?]+)", "{be} {subject} {better} than {rival}", True),
        (rf"{_BE} {_SUBJECT} (?<!no ){_POORER} (?P<rival>[^?]+?)"
         r"(?P<rest>| (?:in|for|at|with regard to|against|as an?)\b[^?]*)",
         "{be} {rival} superior to {subject}{rest}", False),
        (rf"should (?P<rest>[^?]*?) avoid (?!(?:being|that)\b){_MEANS}", "Should {rest} use {means}", True),
        (rf"(?:does|do|did) {_SUBJECT} fail to (?P<rest>[^?]+)", "{does} {subject} {rest}", True),
        (rf"{_BE} {_SUBJECT} (?:unable|powerless) to (?P<rest>[^?]+)", "{does} {subject} {rest}", True),
    )
)  # fmt: skip


def affirmative(question: str) -> Affirmative:
    """Return a question in plain words where its predicate is inverted, else as it is.

    >>> affirmative("Is zinc useless for colds?")
    Affirmative(text='Is zinc effective for colds?', is_reversed=True)
    """
    plain = " ".join(question.split())
    for pattern, template, is_reversed in _RULES:
        if match := pattern.match(plain):
            return Affirmative(_filled(template, match) + "?", is_reversed)
    return Affirmative(question)


def _filled(template: str, match: re.Match[str]) -> str:
    words = {name: value or "" for name, value in match.groupdict().items()}
    text = template.format(**words, does=_DOES.get(words.get("be", "").lower(), "does"))
    return text[:1].upper() + text[1:]
