"""A question of yes or no as the statement asked: what is said of what, and which findings would bear it out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from qa.language.affirmative import affirmative
from qa.language.antonyms import direction

Axis = Literal["amount", "harm", "benefit", "fact"]
"""What a finding is measured on: how much there is of the outcome, harm done, good done, or that a thing is so."""
UP, SAME, DOWN = 1, 0, -1


@dataclass(frozen=True, slots=True)
class AskedStatement:
    """The statement that a question of yes or no asks about.

    `subject` and `outcome` are the words before and after the predicate, `setting` in whom, when or for what ("in
    pregnancy"), `rival` what the subject is compared with; "" for none. A finding goes one way on the `axis` (UP, SAME,
    DOWN); those ways that `accepts` holds bear the statement out, the others speak against it.
    """

    text: str
    subject: str
    predicate: str
    outcome: str
    setting: str
    rival: str
    axis: Axis
    accepts: frozenset[int]

    def verdict_of(self, way: int) -> int:
        """Return 1 when a finding that goes this way bears the statement out, else -1."""
        return 1 if way in self.accepts else -1


_AUX = (
    r"(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|might|must|isn't|aren't|wasn't"
    r"|weren't|don't|doesn't|didn't|can't|couldn't|shouldn't|won't|hasn't|haven't)"
)
_LEAD_IN = re.compile(
    r"^(?:(?:so|and|but|then|please|now|ok|well|hi|hello)\b,? *)+"
    r"|^(?:is|isn't) it (?:really |actually |indeed )?(?:true|the case|correct|known|established|proven|right"
    r"|likely) (?:that|if|whether) "
    r"|^(?:do|does|did) (?:we|anyone|the (?:abstracts|literature|evidence|studies|trials)) (?:know|say|show|suggest"
    r"|find|support|indicate) (?:that|if|whether) "
    r"|^(?:is|are) there (?:any |good |some |strong |clear )?(?:evidence|proof|data|indication|studies"
    r"|signs?)(?: to suggest| showing| indicating)? (?:that|if|whether) "
    r"|^(?:can|could|would) you (?:please )?(?:tell me|say|check|find out) (?:if|whether) "
    r"|^(?:tell me|i (?:want|would like|wonder|need) ?(?:to know)?|we wonder) (?:if|whether) "
    r"|^(?:according to|based on) [^,]*, *",
    re.I,
)
_ASKS = re.compile(rf"^{_AUX}\b", re.I)
_AFTER_COLON = re.compile(rf"^.{{3,200}}?[:,;.–-] +(?={_AUX}\b)", re.I | re.S)
_CHOICE = re.compile(
    r"\bor\b(?! (?:not|older|younger|more|less|fewer|later|earlier|higher|lower|over|above|below|greater)\b)", re.I
)
_NOT = re.compile(
    r"\b(?:not|n't|never|no longer)\b|(?<=\w)n't\b"
    r"|\bno (?=(?:worse|better|more|less|safer|fewer|higher|lower|greater|longer|shorter)\b)",
    re.I,
)

_LESS = r"(?:less|lower|fewer|smaller|shorter|slower|milder|rarer|reduced)"
_MORE = r"(?:more|higher|greater|larger|longer|faster|quicker|bigger|increased|elevated|stronger|earlier)"
_THAN = re.compile(
    r",?\s+(?:than|compared (?:with|to)|in comparison (?:with|to)|as compared (?:with|to)|relative to|versus|vs\.?"
    r"|rather than|instead of"
    r"|as opposed to|over(?= placebo))\s+(?:(?:is|are|was|were|do|does|did|those|that|the)\s+(?:of|with|in|for"
    r"|on)?\s*)?",
    re.I,
)
_AS_AS = re.compile(r"\bas (?P<how>\w+(?: \w+)?) as\s+", re.I)
_RIVAL_ENDS = re.compile(
    r"\s+(?:in|for|at|when|if|during|among|on|after|with regard to|regarding|as (?:a|an|first)|is|are|was|were|does"
    r"|do|did|by|to|against"
    r"|within|under|when)\b",
    re.I,
)
_TO_RIVAL = re.compile(
    r"\b(?:superior|inferior|preferable|equivalent|equal|comparable|similar|preferred"
    r"|non-?inferior)\b(?P<of>[^?]*?)\s+(?:to|with)\s+",
    re.I,
)

_SAFE = r"(?:safe(?:ly)?|harmless|innocuous|well[- ]tolerated|tolerable|benign|risk-free|nontoxic|non-toxic|acceptable)"
_UNSAFE = (
    r"(?:unsafe|harmful|dangerous|hazardous|risky|detrimental|deleterious|toxic|\w+toxic|teratogenic|bad for"
    r"|hard(?:er)? on|a (?:danger|hazard|risk|threat) to"
    r"|poorly tolerated|contra-?indicated|carcinogenic|fatal|lethal|a risk\b(?! factor))"
)
_FREE = re.compile(
    r"\b(?:free (?:of|from)|devoid of|exempt from|clear of|without(?= (?:any |a |the )?(?:risk|danger|side effect"
    r"|harm)))\b(?: (?:any|all|the|a))?(?: (?:risks?|dangers?|chance|side effects?) (?:of|for)\b)?",
    re.I,
)
_GOOD = (
    r"(?:effective(?:ly)?|efficacious|useful|beneficial|helpful|of (?:any )?(?:benefit|use|value|help)|recommended"
    r"|advis(?:ed|able)|indicated|worthwhile|necessary|needed|indispensable|essential|successful|good for|valuable"
    r"|preferred|favou?rable|efficient|an? (?:good|useful|effective|valuable) \w+|beneficial)"
)
_POOR = r"(?:ineffective|useless|futile|unnecessary|of no (?:benefit|use|value)|inappropriate|obsolete|unsuitable)"
_LINKED = (
    r"(?:associat\w+|linked|related|correlat\w+|tied|connected|connection|link\b|relationship|relation\b"
    r"|predict\w*|prognostic|risk factors?|determinants?|implicated|involved)"
)
_AFFECTS = (
    r"(?:affect\w*|influenc\w*|alter\w*|chang\w*|modif\w*|modulat\w*|impact\w*|interact\w*|interfere\w*"
    r"|play a role|have an? (?:\w+ )?(?:effect|impact|influence|role))"
)
_BETTERS = (
    r"(?:improv\w+|benefit\w*|help\w*|enhanc\w+ recovery|normali[sz]\w*|restor\w+|work(?:s|ed)?"
    r"|heal(?:s|ed|ing)?|cur(?:e|es|ed|ing)|treat(?:s|ed|ing)?|preserv\w+|optimi[sz]\w+|rescu\w+)"
)
_WORSENS = (
    r"(?:worsen\w*|impair\w*|damag\w+|harm(?:s|ed)?|injur\w+|compromis\w+|hurt\w*|deteriorat\w+|aggravat\w+"
    r"|exacerbat(?:e|es|ed|ing)\b|poison\w*|jeopardi[sz]\w*|endanger\w*|destroy\w*)"
)
_RAISES = (
    r"(?:caus\w+|lead(?:s|ing)? to|led to|result(?:s|ed)? in|provok\w+|produc\w+|bring on|precipitat\w+"
    r"|elicit\w*|carr(?:y|ies|ied)|predispos\w+|contribut\w+|pos(?:e|es|ed)|giv(?:e|es) rise|mak(?:e|es)|develop)"
)
_LOWERS = (
    r"(?:prevent\w*|protect\w*|spar(?:e|es|ed)|reliev\w+|eas(?:e|es|ed)\b|eliminat\w+|eradicat\w+|avoid\w*|correct(?:s|ed)?"
    r"|ward off|guard\w*|shield\w*|counteract\w*|revers\w+|combat\w*|avert\w*|resolv\w+|clear(?:s|ed)?|rid\b|calms?"
    r"|calming|keep(?:s)? away|stav\w+)"
)
_BETTER = (
    r"(?:better|superior|best|preferable|preferred|safer|outperform\w*|beats?|more (?:effective|efficacious"
    r"|beneficial|useful|potent|successful|efficient)|surpass\w*|best|of choice|gentler|kinder)"
)
_WORSE = (
    r"(?:worse|inferior|less (?:effective|efficacious|beneficial|useful|potent|successful|safe|well tolerated)"
    r"|poorer|weaker|underperform\w*)"
)
_EQUAL = r"(?:equal(?:ly)?|equivalent|comparable|similar|the same|no different|identical|non-?inferior|interchangeable)"
_DIFFERS = r"(?:differ(?:s|ent|ence|ences)?)"


def _rx(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b{words}(?!\w)", re.I)


_TABLE: tuple[tuple[re.Pattern[str], Axis, frozenset[int]], ...] = (
    (_rx(_POOR), "benefit", frozenset((SAME, DOWN))),
    (_rx(_UNSAFE), "harm", frozenset((UP,))),
    (_rx(_SAFE), "harm", frozenset((SAME, DOWN))),
    (_rx(_LOWERS), "amount", frozenset((DOWN,))),
    (_rx(_WORSENS), "benefit", frozenset((DOWN,))),
    (_rx(_BETTERS), "benefit", frozenset((UP,))),
    (_rx(_RAISES), "amount", frozenset((UP,))),
    (_rx(_AFFECTS), "amount", frozenset((UP, DOWN))),
    (_rx(_GOOD), "benefit", frozenset((UP,))),
    (_rx(_LINKED), "amount", frozenset((UP, DOWN))),
    (_rx(_DIFFERS), "amount", frozenset((UP, DOWN))),
)
"""Predicates in the order in which they are looked for at one place, with the ways of a finding that bear them out."""
_AGAINST = re.compile(r"\b(?:against|from)\s+(?P<what>.+)$", re.I)
_RISK_OF = re.compile(
    r"^(?:(?:the|a|an|any|risks?|rates?|incidence|odds|likelihood|chances?|frequency|number|occurrence|development"
    r"|onset|progression|levels?|severity|probability|prevalence|extent|amount|of|for|in|to|with|overall|more|less"
    r"|fewer|higher|lower|greater|increased|reduced|decreased|elevated"
    r"|raised)\s+)+",
    re.I,
)


def statement_of(question: str) -> AskedStatement | None:
    """Return the statement that a question asks about; None for one that is not of yes or no, or offers a choice.

    >>> statement_of("Is warfarin safe in pregnancy?").text
    'Warfarin is safe in pregnancy'
    >>> statement_of("Does eplerenone or spironolactone cause gynaecomastia?")
    """
    plain, is_lead = " ".join(question.split()).rstrip("?!. "), False
    while match := _LEAD_IN.match(plain):
        is_lead = is_lead or match.end() > 12
        plain = plain[match.end() :]
    if not is_lead and not _ASKS.match(plain):
        match = _AFTER_COLON.match(plain)
        if not match or plain[: match.end()].strip().lower().startswith(
            ("which", "what", "who", "how", "where", "when", "why")
        ):
            return None
        plain = plain[match.end() :]
    if _CHOICE.search(plain):
        return None
    asked = affirmative(plain)
    statement = _stated(asked.text.rstrip("?"), is_lead=is_lead and asked.text == plain)
    if asked.is_reversed:
        accepts = frozenset((UP, SAME, DOWN)) - statement.accepts
        text = _stated(plain, is_lead=is_lead).text
        return replace(statement, text=text, accepts=accepts)
    return statement


def _stated(plain: str, *, is_lead: bool) -> AskedStatement:
    aux = _ASKS.match(plain)
    if aux or not is_lead:
        return _parsed(plain[aux.end() :].strip() if aux else plain, aux.group().lower() if aux else "")
    match = re.search(rf"\s(?P<aux>{_AUX})\s", plain, re.I)  # "it is true that X does not …"
    if match is None:
        return _parsed(plain, "")
    return _parsed(f"{plain[: match.start()]} {plain[match.end() :]}", match["aux"].lower())


def _parsed(rest: str, aux: str) -> AskedStatement:
    aux = {"can't": "can", "won't": "will"}.get(aux, aux.removesuffix("n't"))  # "doesn't it …?" asks whether it does
    is_denied = bool(_NOT.search(rest))
    rest = " ".join(_NOT.sub(" ", rest).split())
    body, rival, comparison = _without_rival(rest)
    if comparison is None and (compared := _comparative(body)):
        comparison = compared if rival else None
    subject, predicate, outcome, axis, accepts = comparison or _predicate(body, aux)
    whole = subject
    subject = re.sub(r"^(?:there|it)\b\s*|\s+an?$", "", subject, flags=re.I)
    if not subject.strip() and (used := _TO_USE.match(outcome)):  # "is it safe to give X in Y?"
        subject, outcome = outcome[used.end() :], ""
    if is_denied:
        accepts = frozenset((UP, SAME, DOWN)) - accepts
    subject, when = _set_apart(subject, _WHEN)
    outcome, setting = _set_apart(
        re.sub(r"^at (?=\w+ing\b)", "", outcome), _BENEFIT_SETTING if axis == "benefit" else _SETTING
    )
    setting = " ".join(part for part in (when, setting) if part)
    return AskedStatement(
        _asserted(whole, aux, rest, is_denied), subject, predicate, outcome, setting, rival, axis, accepts
    )


_TO_USE = re.compile(
    r"to (?:use|take|give|administer|prescribe|combine|continue|start|receive|have|drink|eat|apply|inject"
    r"|treat \w+ (?:patients )?with|vaccinate \w+ with)\s+",
    re.I,
)
_WHEN = re.compile(r"(?:^|\s)(?:in|during|among|when|while)\s(?!combination|addition|vitro|vivo)", re.I)
_SETTING = re.compile(r"(?:^|\s)(?:in|during|among|when|while|after|at|within|following|before)\s", re.I)
_BENEFIT_SETTING = re.compile(
    r"(?:^|\s)(?:in|during|among|when|while|after|at|within|following|before|for|against|from)\s", re.I
)


def _set_apart(text: str, begins: re.Pattern[str]) -> tuple[str, str]:
    """Return a phrase, and what follows in it that says in whom, when or for what."""
    match = begins.search(text)
    return (text[: match.start()].strip(), text[match.start() :].strip()) if match else (text, "")


def _asserted(subject: str, aux: str, rest: str, is_denied: bool) -> str:
    after = rest[len(subject) :].strip() if subject and rest.startswith(subject) else ""
    verb = "" if aux in ("do", "does", "did", "") else aux
    words = [subject, verb, "not" if is_denied else "", after] if after else [_NOUN_PHRASE.sub(rf" {verb} ", rest, 1)]
    text = " ".join(word for word in words if word)
    return text[:1].upper() + text[1:]


_WITHOUT_EFFECT = re.compile(
    r"\b(?:without|has no|have no|had no)(?: an?| any)? (?:effect|influence|impact) (?:on|upon)\b", re.I
)
_NOT_MORE = frozenset((SAME, DOWN))
_NOUN_PHRASE = re.compile(r"\s+(?=(?:an?|the|one of)\s)")
"""Where a statement that something is a thing of a kind goes on with that kind."""
_Parsed = tuple[str, str, str, Axis, frozenset[int]]


def _without_rival(rest: str) -> tuple[str, str, _Parsed | None]:
    """Return a question's words without what is compared with, that rival, and the comparison where it names one."""
    if match := _AS_AS.search(rest):
        body, rival, tail = rest[: match.start()], *_cut(rest[match.end() :])
        how = match["how"]
        axis: Axis = "harm" if re.fullmatch(_SAFE, how, re.I) else "benefit"
        accepts = frozenset((SAME, UP)) if axis == "benefit" else frozenset((SAME, DOWN))
        if re.fullmatch(_UNSAFE, how, re.I):
            axis, accepts = "harm", frozenset((SAME, UP))
        return body, rival, (body.strip(), match.group().strip(), tail, axis, accepts)
    for pattern in (_TO_RIVAL, _THAN):
        if match := pattern.search(rest):
            rival, tail = _cut(rest[match.end() :])
            inner = match["of"] if pattern is _TO_RIVAL else ""
            end = match.start("of") if pattern is _TO_RIVAL else match.start()
            body = f"{rest[:end]} {inner} {tail}"
            return " ".join(body.split()), rival, None
    return rest, "", None


def _cut(text: str) -> tuple[str, str]:
    """Return a rival and what follows it."""
    match = _RIVAL_ENDS.search(text)
    return (text[: match.start()], text[match.start() :].strip()) if match else (text, "")


_COMPARATIVE = re.compile(rf"\b(?:{_MORE}|{_LESS}|\w+er)\b", re.I)
_SAFER = re.compile(r"\bsafer|better tolerated|gentler|kinder\b", re.I)


def _comparative(body: str) -> _Parsed | None:
    """Return a comparison: who is better, worse, as good, or has more or less of an outcome."""
    for words, accepts in ((_EQUAL, {SAME}), (_BETTER, {UP}), (_WORSE, {DOWN})):
        if match := _rx(words).search(body):
            if words is not _EQUAL and (
                done := _DOING.match(body[match.end() :])
            ):  # "more effective in lowering urate"
                way = direction(done["does"]) * (1 if words is _BETTER else -1)
                return (
                    body[: match.start()].strip(),
                    f"{match.group()} {done.group().strip()}",
                    done["what"],
                    "amount",
                    frozenset({way}),
                )
            ways = {SAME, UP} if "inferior" in match.group().lower() and "non" in match.group().lower() else accepts
            subject, outcome = body[: match.start()].strip(), body[match.end() :].strip()
            if words is _BETTER and (parsed := _directed(subject)):  # "prevent strokes better than"
                return parsed
            if words is _BETTER and (_SAFER.search(match.group()) or re.match(r"\s*tolerated", body[match.end() :])):
                return subject, match.group(), outcome.removeprefix("tolerated").strip(), "harm", frozenset({DOWN})
            return subject, match.group(), outcome, "benefit", frozenset(ways)
    if match := _rx(r"(?:hard|tough|rough)er on").search(body):
        return body[: match.start()].strip(), match.group(), body[match.end() :].strip(), "harm", frozenset({UP})
    return _more_or_less(body)


_DOING = re.compile(
    r"\s*(?:in|at|for|by) (?P<does>lowering|reducing|decreasing|raising|increasing|shortening|prolonging)"
    r"\s+(?P<what>.+)$",
    re.I,
)


def _more_or_less(body: str) -> _Parsed | None:
    match = re.search(rf"\b(?:{_MORE}|{_LESS})\b", body, re.I)
    directed = _directed(body)
    if not match:
        return directed
    is_less = re.fullmatch(_LESS, match.group(), re.I) is not None
    before, after = body[: match.start()].strip(), body[match.end() :].strip()
    if directed and not after.split()[:1]:  # "raise bone density more"
        subject, word, outcome, axis, accepts = directed
        outcome = re.sub(rf"\s*\b{match.group()}\b.*$", "", outcome)
        return subject, word, outcome, axis, _turned(accepts) if is_less else accepts
    if directed and len(directed[0]) < match.start() and directed[2].lower().find(match.group().lower()) > 0:
        subject, word, outcome, axis, accepts = directed
        outcome = re.sub(rf"\s*\b{match.group()}$", "", outcome)
        return subject, word, outcome, axis, _turned(accepts) if is_less else accepts
    adjective = re.match(r"\w+", after)
    word = adjective.group() if adjective else ""
    if re.fullmatch(_UNSAFE, word, re.I) or re.fullmatch(r"toxic|harmful|dangerous", word, re.I):
        return (
            before,
            f"{match.group()} {word}",
            after[len(word) :].strip(),
            "harm",
            frozenset({DOWN if is_less else UP}),
        )
    if re.fullmatch(_SAFE, word, re.I):
        return (
            before,
            f"{match.group()} {word}",
            after[len(word) :].strip(),
            "harm",
            frozenset({UP if is_less else DOWN}),
        )
    split = re.split(
        r"\b(?:reach|cause|carry|have|has|lead|produce|give|pose|result|show|induce|associated|provide|yield|achieve"
        r"|offer)\b",
        before,
        maxsplit=1,
    )
    outcome = after
    if len(split) > 1 and split[1].strip() and _OFTEN.match(after):  # "achieve remission more often"
        outcome = f"{split[1].strip()} {_OFTEN.sub('', after)}".strip()
    return split[0].strip(), match.group(), outcome, "amount", frozenset({DOWN if is_less else UP})


_OFTEN = re.compile(r"(?:often|frequently|likely|commonly|readily)\b\s*", re.I)


def _turned(accepts: frozenset[int]) -> frozenset[int]:
    return frozenset(-way for way in accepts)


def _directed(body: str) -> _Parsed | None:
    """Return what a verb of more or less says of what follows it."""
    for match in re.finditer(r"[A-Za-z][\w'-]*", body):
        if match.start() == 0:
            continue
        for pattern, axis, accepts in _TABLE:
            found = pattern.match(body, match.start())
            if found and accepts in ({UP}, {DOWN}):
                return _split(body, found, axis, accepts)
        if way := _verb_way(match.group(), body, match.end()):
            return _split(body, match, "amount", frozenset({way}))
    return None


_NOUN = re.compile(r"(?:tions?|sions?|ors?|ers?|ments?|ants?|ives?|ades?)$|(?<=[bcdfghklmnprtvy])s$")
_VERBS_LIKE_NOUNS = frozenset(
    "lower hinder trigger counter favor favour augment lowers hinders triggers counters favors favours augments "
    "prevents protects".split()
)
"""A verb after "does" has no such ending."""


def _verb_way(word: str, body: str, end: int) -> int:
    """Return which way a word goes that is the predicate and not part of a name: "reduce", not "high-dose"."""
    lower = word.lower()
    if body[end : end + 1] == "-" or lower in (
        "long",
        "high",
        "low",
        "up",
        "down",
        "more",
        "less",
        "most",
        "most",
        "inhibitory",
        "loss",
    ):
        return 0
    if _NOUN.search(lower) and lower not in _VERBS_LIKE_NOUNS:
        return 0
    return direction(word)


def _split(body: str, match: re.Match[str], axis: Axis, accepts: frozenset[int]) -> _Parsed:
    subject, outcome = body[: match.start()].strip(), body[match.end() :].strip()
    if axis == "amount" and re.match(r"protect|spar|guard|shield", match.group(), re.I):
        against = _AGAINST.search(outcome)
        if against:
            outcome = against["what"]
        else:
            return subject, match.group(), outcome, "benefit", frozenset((UP,))
    return subject, match.group(), outcome, axis, accepts


def _predicate(body: str, aux: str) -> _Parsed:
    """Return what is said of the subject: the first predicate that is known, else that something is a fact."""
    if match := _WITHOUT_EFFECT.search(body):
        return body[: match.start()].strip(), match.group(), body[match.end() :].strip(), "amount", frozenset((SAME,))
    if (match := _FREE.search(body)) and aux in ("is", "are", "was", "were"):
        return body[: match.start()].strip(), match.group(), body[match.end() :].strip(), "amount", _NOT_MORE
    if aux == "should" and not _rx(r"(?:avoid\w*|stopp?\w*|withheld|discontinued|contraindicated|withdrawn)").search(
        body
    ):
        return body, "should", "", "benefit", frozenset((UP,))
    if aux == "should":
        return body, "should", "", "benefit", frozenset((DOWN,))
    if body.lower().startswith(("there ", "any ")) and (
        match := _rx(r"(?:benefit|advantage|improvement)").search(body)
    ):
        return body, match.group(), "", "benefit", frozenset((UP,))
    for match in re.finditer(r"[A-Za-z][\w'-]*", body):
        if match.start() == 0 and not body.lower().startswith("there"):
            continue
        if body[match.end() : match.end() + 1] == "-" or body[match.start() - 1 : match.start()] == "-":
            continue
        if match.group().lower() in (
            "changes",
            "modifications",
            "health",
            "alterations",
            "treatment",
            "treated",
            "makes",
        ):
            continue
        for pattern, axis, accepts in _TABLE:
            if found := pattern.match(body, match.start()):
                return _toward_risk(_split(body, found, axis, accepts))
        if aux in ("do", "does", "did", "can", "could", "may", "might", "will", "would", "must", "") and (
            way := _verb_way(match.group(), body, match.end())
        ):
            return _split(body, match, "amount", frozenset({way}))
    return body, "", "", "fact", frozenset({UP})


_OF_RISK = re.compile(
    r"^(?:with|to|for)?\s*(?:an?|the)?\s*(?:\w+ly )?(?:(?P<word>\w+)\s+(?:\w+ ){0,2}?(?:risks?|rates?|incidence|odds"
    r"|chances?|mortality|survival|levels?|prevalence|likelihood)"
    r"|(?P<noun>increase|decrease|reduction|rise|decline)s? (?:in|of))\b",
    re.I,
)


def _toward_risk(parsed: _Parsed) -> _Parsed:
    """Return "associated with an increased risk" as what goes that way."""
    subject, predicate, outcome, axis, accepts = parsed
    match = _OF_RISK.match(outcome)
    if axis == "amount" and match and (way := direction(match["word"] or match["noun"])):
        return (
            subject,
            f"{predicate} {match.group()}",
            outcome[match.start("word") if match["word"] else match.end() :].strip(),
            axis,
            frozenset({way if accepts != {DOWN} else -way}),
        )
    return parsed


def bare_outcome(statement: AskedStatement) -> str:
    """Return a statement's outcome without "the risk of"."""
    return _RISK_OF.sub("", statement.outcome)
