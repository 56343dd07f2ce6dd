"""Which way a finding goes: more, less or no different of an outcome, harm or benefit, and with which treatment.

Rules read words and their neighbourhood, and the numbers of two arms or a ratio with its interval, not grammar.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.analysis.terms import content_words
from qa.language.antonyms import direction
from qa.language.entailment import denied, drugs_named, share
from qa.language.statement import DOWN, SAME, UP, Statement, bare_outcome

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*%?|[^\W_][\w'/αβγδ-]*|[,;:()=<>≤≥]")
_BREAKS = re.compile(
    r";|,? \b(?:but|whereas|while|although|though|however|yet|in contrast|conversely|despite|unlike)\b,?|, (?=nor\b)"
    r"|, and (?=(?:did|does|do|was|were|is|had|has|no|not|showed|in)\b)|, with (?=no\b)",
    re.I,
)
_BAD = re.compile(
    r"(?:mortal|death|dead|died|dying|fatal|lethal|risk|harm|injur|damag|toxic|\w+toxic|advers|side|complicat|malform"
    r"|anomal|defect|teratogen|"
    r"bleed|hemorrhag|haemorrhag|infect|sepsis|stroke|infarct|fractur|fall|faller|relaps|recur|progress|pain|ach(?:e"
    r"|es|ing)$|headache|nausea|vomit|diarrh|constip|"
    r"fever|seizur|convuls|tremor|dizz|fatigu|insomn|anxi|depress|suicid|psychos|delirium|dement|impair|disab"
    r"|handicap|declin|deficien|deficit|"
    r"insufficien|failur|arrest|arrhythm|fibrillat|tachycard|bradycard|hypotens|hypertens|edema|oedema|rash|prurit"
    r"|itch|burn|ulcer|lesion|tumou?r|"
    r"cancer|carcino|metasta|malignan|leuk|lymphom|melanom|sarcom|crisis|crises|attack|exacerbat|admission|hospitali"
    r"|readmi|withdraw|dropout|discontinu|"
    r"symptom|distress|burden|stress|thrombo|embol|ischemi|ischaemi|stone|staining|discolou?r|jaundice|miscarr|stillb"
    r"|abort|preterm|prematur|underweight|"
    r"overweight|obes|diabet|hyperglyc|hypoglyc|resistan|rejection|intoler|allerg|anaphyla|hypersens|wheez|cough"
    r"|dyspn|asthma|croup|stenos|restenos|occlus|"
    r"incontinen|retention|dysfunction|disorder|diseas|syndrom|addict|dependen|craving|abus|misus|overdos|poison"
    r"|haemoly|hemoly|inflamm|fibros|cirrho|"
    r"scar|wound|swell|stiff|weak|numb|paraesth|paresth|sedat|somnol|drows|confus|flare|hallucin|gynaecomast"
    r"|gynecomast|viral|virem|parasit|bacter|"
    r"error|delay|cost|problem|violen|smok|viol|loss|lost|event|conditi|problem|rupture|perforat|hernia|deformit"
    r"|defic|amputat|blind|deaf|"
    r"hypogl|hyperkal|hypokal|hyponat|acidosis|ketoacid|gout|caries|decay|overgrowth|cyst|plaque|spasm|cramp|migrain"
    r"|depressive|distortion|mutat|"
    r"\w+(?:itis|osis|emia|aemia|pathy|algia|uria|rrhea|rrhoea|penia|plegia|oma|omas|megaly|phobia|sclerosis|staxis)$)",
    re.I,
)
_GOOD = re.compile(
    r"(?:surviv|respon[sd]|remiss|recover|heal|improv|benefi|efficac|function|quality|well-?being|satisf|success|cure"
    r"|cured|complian|adheren|"
    r"abstinen|cessation|toleran|density|strength|fitness|capacity|performan|memory|cognit|cognition|iq|intelligen"
    r"|learn|growth|weight-?gain|fertil|pregnancy-?rate|"
    r"live|birthweight|sleep|mobil|clearance|eradicat|patency|union|fusion|sensitivity|protect|immun|control|accura"
    r"|knowledge|skill|behaviou?r|relief|resolut|"
    r"seroconver|seroprotect|hdl|oxygenat|ejection|vision|acuity|hearing$|continen|independen|attendance|uptake"
    r"|implantation|behav|mood|social|viabil)",
    re.I,
)
_ADVERSE = re.compile(
    r"(?:advers|side|nausea|vomit|diarrh|constip|rash|prurit|itch|headache|dizz|somnol|drows|anemi|anaemi|myalg"
    r"|arthralg|neutropen|thrombocytop|leukop|leucop|bleed|h[a]?emorrhag|toxic|\w+toxic"
    r"|discontinu|withdraw|hypoglyc|hypotens|hyperkal|hypokal|hyponat|cough|dyspn|dyspep|bradycard|flush|edema|oedema"
    r"|fatigu|paresth|paraesth|alopec|mucosit|stomatit|hypersens|allerg|anaphyla|extrapyram"
    r"|dry|sedat|intoler|weight|infusion|injection-site)",
    re.I,
)
"""What a treatment does beside its purpose: no measure of its benefit."""
_ANY_OUTCOME = frozenset(
    "event outcom complic advers side effect problem harm symptom diseas condit newborn baby babi fetu foetu child "
    "infant offspr mother patient bodi organ health person peopl unborn".split()
)
"""Outcomes that stand for any good or bad one."""
_NUMBERS = {
    word: str(number)
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(list(_NUMBERS)[2:])})\b", re.I)
_HEADACHE = frozenset(("side", "risk", "rate", "number", "incid", "event"))
_CONTROLS = frozenset(
    "placebo control controls unexposed untreated alone nonusers non-users sham vehicle without comparator usual "
    "standard conventional unvaccinated baseline never "
    "nonexposed non-exposed non-smokers nonsmokers wild-type healthy unsupplemented nontreated no".split()
)
_GENERIC = frozenset(
    "use treatment therapi patient people person women men adult child treat receiv take taken given give drug medic "
    "supplement exposur expos dose "
    "daili oral long term short high low routin addit combin together intraven administr effect intak group peopl "
    "person with the a an of in "
    "day week month year regular consum prophylact prophylaxi adjuv mainten extract level extend".split()
)
_NO = frozenset(
    "not no nor neither never none without cannot unable lack lacked lacks failed fails fail absence didn't doesn't "
    "don't wasn't weren't isn't aren't nothing n't unlikely "
    "little".split()
)
_SAME_WORDS = re.compile(
    r"\b(?:(?:no|not|without|lack of|nor|neither|non)\W+(?:\w+\W+){0,4}?(?:differ\w*|effects?|affect\w*|chang\w*"
    r"|alter\w*|influenc\w*|impact|associat\w*|correlat\w*|relat\w*"
    r"|signific\w*|evidence|benefits?|improv\w*|link\w*|predict\w*|advantage)|(?:similar|comparable|equivalent"
    r"|unchanged|unaffected|unaltered|the same|identical|equal|equally|non-?inferior\w*|"
    r"noninferior\w*|non-?significan\w*|insignifican\w*|independent of|irrespective of|did ?n[o']t differ"
    r"|not differ\w*|ns\b|equivocal|inconclusive))\b",
    re.I,
)
_NOT_ONLY = re.compile(
    r"\b(?:not only|no doubt|not surprisingly|no longer|without doubt|not yet|could not be (?:assessed|determined))\b",
    re.I,
)
_SIGNIFICANT = re.compile(r"\bsignificant(?:ly)?\b", re.I)
_P = re.compile(r"\bP(?:[ -]?values?)?\s*(?P<sign>[<>=≤≥])\s*(?P<value>0?[.·]\d+)", re.I)
_RATIO = re.compile(
    r"\b(?:hazard ratios?|odds ratios?|risk ratios?|rate ratios?|relative risks?|relative hazards?|[as]?HRs?|a?ORs?"
    r"|a?RRs?|IRRs?|SIR|SMR)\b"
    r"(?:[^\d;]{0,60}?)(?:\[|\()?\s*[=:,]?\s*(?P<value>\d+(?:[.·]\d+)?)(?![\d.]*\s?(?:%|mg|per))(?P<rest>[^;]{0,60})"
)
_INTERVAL = re.compile(
    r"(?:CI|confidence intervals?|CrI)\W{0,4}(?:of )?[^\d-]{0,4}(?P<low>-?\d+(?:[.·]\d+)?)\s*(?:%?\s*(?:to|–|-|—|,|;"
    r"|and)\s*)(?P<high>-?\d+(?:[.·]\d+)?)",
    re.I,
)
_VALUE = re.compile(
    r"(?<![\w.·-])(?P<value>\d{1,3}(?:,\d{3})+|\d+(?:[.,·]\d+)?)(?![.,·]?\d)\s*(?P<unit>%|per cent|months?|years?"
    r"|days?|weeks?|per \d|of \d|points?|hours?|deaths?|cases?|events?)?",
    re.I,
)
_NO_VALUE = re.compile(
    r"(?:χ2?|\bt|\bF|\bz|\br)\s*(?:\([\d, ]+\))?\s*=\s*-?[\d.]+|(?:95 ?%|99 ?%|90 ?%)\s*(?:CI|confidence)[^);,]*"
    r"|\b(?:CI|confidence interval)[^);]*|\b[Pp]\s*[<>=≤≥]\s*[\d.·]+|\bn\s*=\s*[\d,]+"
    r"|\b\d[\d.,]*\s*(?:mg|µg|ug|g/|ml|kg|mmol|IU|U\b|mcg|Gy|nM|µM|mM)\b(?:/\w+)?|\b(?:over|for|at|after|within"
    r"|during|by|of|from|aged?|median of)\s+(?:a median of\s+)?\d[\d.]*\s*(?:-?\s*)?(?:to\s+\d+\s*)?"
    r"(?:years?|months?|weeks?|days?|hours?)\b|\b(?:phase|grade|stage|type|day|week|month|year|age"
    r"|aged)\s+\d+(?:\s+(?:or|to|and)\s+\d+)?"
    r"|\bper\s+\d[\d,]*|\b\d+(?:\.\d+)?-(?:year|month|week|day|hour)\b",
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
_OFTEN = re.compile(
    r"\b(?P<word>more|less|most|least)\s+(?:often|frequent(?:ly)?|common(?:ly)?|likely|prevalent|severe|prone)\b", re.I
)

_IS_GOOD = re.compile(
    r"\b(?:effective(?:ly)?|efficacious|beneficial|benefit(?:s|ed)?|superior(?:ity)?|useful|promising|recommended"
    r"|success(?:ful|fully)?|valuable|helpful|better|best|improve\w*|"
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
    r"\b(?:toxic(?:ity)?|\w+toxic(?:ity)?|unsafe|harmful|harms?|dangerous|hazardous|teratogenic\w*|contra-?indicated"
    r"|detrimental|deleterious|should be avoided|caution|poorly tolerated|not safe|"
    r"life-threatening|fatal|lethal|carcinogenic)\b",
    re.I,
)
_TURNS_GOOD = re.compile(
    r"\b(?:improv\w+|ameliorat\w+|alleviat\w+|restor\w+|reliev\w+|heal(?:s|ed|ing)|cured?|cures|enhanc\w+|better"
    r"|preserv\w+|protect\w*|prevent\w*|rescu\w+|benefi\w+|optimi[sz]\w+|normali[sz]\w+)\b",
    re.I,
)
_TURNS_BAD = re.compile(
    r"\b(?:worsen\w*|impair\w*|damag\w+|deteriorat\w+|aggravat\w+|exacerbat\w+|compromis\w+|worse|injur\w+|harm(?:s"
    r"|ed|ful)?|toxic\w*)\b",
    re.I,
)
_MORTAL, _SURVIVE = frozenset(("mortal", "death", "die", "fatal", "dead")), frozenset(("surviv", "survivor"))
_REACH = 9
_OF_THE_WORDS = 0.3
"""How much of what a denial is about the statement must hold."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Which `way` a sentence goes on the axis of a statement, None where that cannot be told, and by which rule.

    `on_subject` and `on_outcome` are the shares of the statement's words that the sentence (or, of the subject, its
    title) holds; `names_rival` tells whether the rival is named as well.
    """

    way: int | None
    rule: str
    on_subject: float
    on_outcome: float
    names_rival: bool


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A statement's words as stems."""

    subject: frozenset[str]
    outcome: frozenset[str]
    rival: frozenset[str]
    setting: frozenset[str]
    outcome_valence: int
    predicate: frozenset[str]
    is_causal: bool
    is_of_harm: bool


_IS_CAUSAL = re.compile(r"(?:caus|lead|led|result|produc|provok|trigger|precipitat|induc)", re.I)
_CAUSES = re.compile(
    r"\b(?:caus(?:es|ed|ing|e)|leads? to|leading to|led to|result(?:s|ed|ing)? in|due to|secondary to|attributed to"
    r"|side[- ]effects?|adverse (?:drug )?(?:effects?|reactions?|events?)"
    r"|complications? of|[\w-]+-induced|[\w-]+-associated|developed|cases? of|case report|provok\w+|precipitat\w+"
    r"|triggered|responsible for)\b",
    re.I,
)
_FEWER = re.compile(r"\b(?:fewer|less|lower|reduc\w+|decreas\w+|prevent\w*|protect\w*|than)\b", re.I)


@lru_cache(maxsize=256)
def _asked(statement: Statement) -> _Asked:
    subject = frozenset(content_words(_in_digits(statement.subject)))
    rival = frozenset(content_words(_in_digits(statement.rival)))
    outcome = frozenset(content_words(bare_outcome(statement)))
    heads = frozenset(one for one in subject if one not in _GENERIC)
    shared = heads & rival
    setting = frozenset(content_words(statement.setting))
    return _Asked(
        heads - shared or heads or subject,
        outcome,
        rival - heads or rival,
        setting,
        valence(bare_outcome(statement)),
        frozenset(content_words(statement.predicate)),
        _IS_CAUSAL.match(statement.predicate) is not None,
        statement.axis == "harm",
    )


def valence(text: str) -> int:
    """Return 1 for an outcome that is good to have more of, -1 for a bad one, 0 where its words do not tell.

    >>> valence("overall survival"), valence("hip fractures"), valence("serum calcium")
    (1, -1, 0)
    """
    words = [
        word
        for word in re.findall(r"[^\W\d_][\w-]*", text.lower())
        if word not in _HEADACHE and not word.endswith("-free")
    ]
    for word in reversed(words):  # the head of a noun comes last: "kidney function", "growth failure"
        if _BAD.match(word):
            return -1
        if _GOOD.match(word):
            return 1
    return 0


def finding(statement: Statement, sentence: str, title: str = "") -> Finding:
    """Return which way a sentence goes on the axis of a statement."""
    asked = _asked(statement)
    sentence = _in_digits(sentence)
    held = frozenset(content_words(sentence))
    around = held | frozenset(content_words(title))
    on_subject = _share(asked.subject, around)
    names_rival = not asked.rival or bool(asked.rival & around)
    clause = _clause(statement, asked, sentence)
    inside = frozenset(content_words(clause))
    on_outcome = _share(asked.outcome, inside)
    way, rule = _way(statement, asked, clause, sentence)
    if (
        way is None
        and not on_outcome
        and not statement.rival
        and _share(asked.outcome, frozenset(content_words(title))) >= 0.5
    ):
        ratio = _by_ratio(asked, clause)  # what the title is about is counted
        if ratio is not None and statement.axis == "amount":
            way, rule, on_outcome = ratio, "numbers", 0.5
    return Finding(way, rule, on_subject, on_outcome, names_rival)


def _in_digits(text: str) -> str:
    return _NUMBER_WORD.sub(lambda found: _NUMBERS[found.group().lower()], text)


def _share(wanted: Collection[str], held: Collection[str]) -> float:
    return (
        sum(one in held or any(_is_like(one, other) for other in held) for one in wanted) / len(wanted)
        if wanted
        else 1.0
    )


def _is_like(one: str, other: str) -> bool:
    """Tell whether two stems are those of one word's forms: retina and retinal."""
    short, long = sorted((one, other), key=len)
    return len(short) > 4 and len(long) - len(short) < 4 and long.startswith(short)


def _clause(statement: Statement, asked: _Asked, sentence: str) -> str:
    """Return the clause that has most of the statement's words; of as many, the first one."""
    clauses = clauses_of(sentence)
    if len(clauses) == 1:
        return sentence

    def fit(clause: str) -> float:
        held = set(content_words(clause))
        return (
            2.0 * _share(asked.outcome, held) * bool(asked.outcome)
            + 1.0 * _share(asked.subject, held)
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
    r"(?:(?:the|this|these|those|that|there|it|they) )?(?:(?:overall|observed|between-group|group) )?(?:differences?"
    r"|was|were|is|did|change|changes|effects?|trend|increase|reduction|decrease|this|had)?"
    r"[^.;]{0,50}\b(?:not|no|fail\w*|without)\b[^.;]{0,25}\b(?:significan\w+|differen\w+)",
    re.I,
)
"""A clause that says of the one before it that it may be chance."""
_CHANCE = re.compile(
    r"\b(?:not|nor|n't|no)\b(?:\W+\w+){0,4}?\W+(?:significant(?:ly)?|reach\w*)\b|\bend-?points? (?:was|were) not\b"
    r"|\b(?:did|does|do|was|were) not (?:meet|met|achieve)\b|\b(?:non-?significant\w*|insignificant\w*|fail(?:ed|s"
    r"|ing)? to (?:reach|attain|show|achieve|demonstrate|find|detect))\b",
    re.I,
)


def _tokens(text: str) -> list[_Token]:
    return [_Token(word.lower(), tuple(content_words(word))) for word in _TOKEN.findall(text)]


_Told = tuple[int | None, str]
_UNTOLD: _Told = (None, "")


def _way(statement: Statement, asked: _Asked, clause: str, sentence: str) -> _Told:
    """Return the way of a clause on the statement's axis, and the rule that told it."""
    if statement.axis == "fact":
        return (SAME, "denial") if _denies_of(clause, asked.subject | asked.outcome) else (UP, "assertion")
    if statement.rival:
        return _compared(statement, asked, clause)
    if statement.axis == "amount":
        return _amount(asked, clause)
    if statement.axis == "benefit":
        return _benefit(asked, clause)
    return _harm(asked, clause)


def _denies(clause: str) -> bool:
    plain = _NOT_ONLY.sub("", clause)
    return any(token.text in _NO or token.text.endswith("n't") for token in _tokens(plain))


def _denies_of(clause: str, words: Collection[str]) -> bool:
    """Tell whether what a clause denies is about some of the words."""
    wanted = dict.fromkeys(words, 1.0)
    return any(share(near, wanted) >= _OF_THE_WORDS for near in denied(_NOT_ONLY.sub("", clause)))


def _on(wanted: Collection[str], token: _Token) -> bool:
    return any(stem in wanted or any(_is_like(stem, one) for one in wanted) for stem in token.stems)


def _with_opposites(outcome: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return an outcome's words with others for it, and those that say the opposite: death and survival."""
    if outcome & _MORTAL:
        return outcome | _MORTAL, _SURVIVE
    if outcome & _SURVIVE:
        return outcome | _SURVIVE, _MORTAL
    return outcome, frozenset()


def _amount(asked: _Asked, clause: str) -> _Told:
    """Return the way of the outcome's amount with the subject."""
    outcome, opposite = _with_opposites(asked.outcome)
    way, rule = _amount_of(asked, clause, outcome)
    if way is None and asked.outcome & _ANY_OUTCOME:
        for word, value in _nouns(asked, clause):
            way, rule = _amount_of(asked, clause, frozenset(content_words(word)))
            if way is not None and rule not in ("far", "rare"):
                return (way if value < 0 or not asked.outcome_valence else -way), rule
        return _UNTOLD
    if way is None and opposite:
        way, rule = _amount_of(asked, clause, opposite)
        way = -way if way is not None else None
    return way, rule


def _amount_of(asked: _Asked, clause: str, outcome: Collection[str]) -> _Told:
    tokens = _tokens(clause)
    places = [at for at, token in enumerate(tokens) if _on(outcome, token)]
    if not places:
        return _UNTOLD
    if (
        asked.is_causal
        and _CAUSES.search(clause)
        and not _denies_of(clause, outcome)
        and not _RARE.search(clause)
        and not _FEWER.search(clause)
    ):
        return UP, "causes"
    told = _directed(asked, tokens, places, clause)
    if told[0] is not None and told[1] != "far":
        return _settled(told, clause)
    for measure in (_by_ratio(asked, clause), _by_arms(asked, clause)):
        if measure is not None:
            return measure, "numbers"
    if told[0] is not None:
        return _settled(told, clause)
    if _SAME_WORDS.search(_NOT_ONLY.sub("", clause)) or _denies(clause):
        return SAME, "denial"
    if _ZERO.search(clause):
        return SAME, "rare"
    if _RARE.search(clause):
        return (SAME, "rare") if asked.is_of_harm else _UNTOLD  # rare is not never
    if _BOTH.search(clause) and not _COMPARES.search(clause):
        return SAME, "both arms"
    if _LINKS.search(clause):
        return _settled((UP, "link"), clause)
    return _settled((UP, "occurs"), clause) if _OCCURS.search(clause) else _UNTOLD


def _settled(told: _Told, clause: str) -> _Told:
    """Return what a word of direction told, unless the words or numbers say that it may be chance."""
    if _CHANCE.search(clause):
        return SAME, "chance"
    p = _P.search(clause)
    if p and p["sign"] in "=>≥" and _number(p["value"]) > 0.05 and len(_P.findall(clause)) == 1:
        return SAME, "chance"
    interval = _INTERVAL.search(clause)
    if (
        interval
        and _RATIO.search(clause)
        and _number(interval["low"]) < 1 < _number(interval["high"])
        and told[1] != "denial"
    ):
        return SAME, "chance"
    return told


def _number(text: str) -> float:
    return float(
        text.replace("·", ".").replace(",", "") if re.search(r"[.·]|,\d{3}$", text) else text.replace(",", ".")
    )


def _directed(asked: _Asked, tokens: Sequence[_Token], places: Sequence[int], clause: str) -> _Told:
    """Return the way of the word of direction nearest to the outcome; "far" where it is not near."""
    found: list[tuple[int, int, int]] = []
    for at, token in enumerate(tokens):
        if at in places and not _is_comparative(token.text):
            continue
        way = _token_way(tokens, at, asked.outcome)
        if way:
            own = 5 if _on(asked.predicate, token) else 0  # the statement's own verb
            near = -own + min(
                abs(at - place)
                + (3 if any(tokens[i].text in ",;:(" for i in range(min(at, place), max(at, place))) else 0)
                for place in places
            )
            found.append((near, at, way))
    if not found:
        same = _SAME_WORDS.search(_NOT_ONLY.sub("", clause))
        return (SAME, "denial") if same else _UNTOLD
    near, at, way = min(found)
    way = _chained(tokens, at, way, asked.outcome)
    if _is_denied(tokens, at):
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
    if _BOTH.search(clause) and not _COMPARES.search(clause):
        return SAME, "both arms"
    if tokens[at].text.startswith(_BETTERING) and asked.outcome_valence < 0:
        way = -way
    if tokens[at].text.startswith("worsen") and asked.outcome_valence > 0:
        way = -way
    return way * _side(asked, tokens, at), "direction" if near <= _REACH else "far"


_WHO_HAVE = re.compile(
    r"\b(?:patients?|people|persons?|women|men|adults?|children|infants?|individuals|participants|subjects|those"
    r"|outpatients|inpatients|survivors)\s+(?:\w+\s+)?"
    r"(?:with|who had|who have|suffering from|having|undergoing)\s+(?:[\w-]+\s+){0,3}?[\w-]+(?=,|\)|\s(?:were|was"
    r"|received|who|treated|and|in|by|had|did|on|given|taking)\b|$)",
    re.I,
)
_PLACEBO = re.compile(r"\b(?:placebo|controls?|sham|untreated|vehicle)\b", re.I)
_BOTH = re.compile(
    r"\b(?:both|all|either|each|the two|two) (?:of the )?(?:\w+ )?(?:groups?|arms?|regimens?|treatments?|cohorts?)\b",
    re.I,
)
_COMPARES = re.compile(r"\b(?:than|versus|vs|compared|more (?:in|with)|relative to|whereas|but)\b", re.I)
_BETTERING = ("improv", "better", "superior", "benefi", "favo", "outperform")


_COMPARATIVES = frozenset("higher lower more less fewer greater smaller larger longer shorter".split())


def _is_comparative(word: str) -> bool:
    return word in _COMPARATIVES


def _token_way(tokens: Sequence[_Token], at: int, outcome: Collection[str]) -> int:
    word = tokens[at].text
    if _on(outcome, tokens[at]) and not _is_comparative(word):
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
        following in ("or",) or before in ("or", "follow", "followed", "set")
    ):
        return 0
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


def _chained(tokens: Sequence[_Token], at: int, way: int, outcome: Collection[str]) -> int:
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
            if _NOUNS.match(token.text) and not _on(outcome, token):
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
        if any(one.startswith(_DAMPS) for one in before):
            return -way
    elif word.startswith(_DAMPS):
        for token in tokens[at + 1 : at + 6]:
            if token.text in ("and", "or", ",") or _on(outcome, token):
                break
            if _NOUNS.match(token.text):
                return way * (direction(token.text) or 1)
    return way


def _is_denied(tokens: Sequence[_Token], at: int) -> bool:
    """Tell whether a denial stands before a word of direction, in its part of the sentence."""
    reach = range(at - 1, max(-1, at - 8), -1)
    for place in reach:
        word = tokens[place].text
        if word in (",", ";", ":", "(", ")") and place < at - 1:
            return False
        if word in ("not", "no") and place + 1 < len(tokens) and tokens[place + 1].text in ("only", "doubt"):
            return False
        if word in _NO or word.endswith("n't"):
            return True
    after = [token.text for token in tokens[at + 1 : at + 6]]
    return any(a == "not" and b.startswith(("signific", "statist")) for a, b in zip(after, after[1:], strict=False))


def _side(asked: _Asked, tokens: Sequence[_Token], at: int) -> int:
    """Return -1 where a word of direction is said of the arm that the subject is compared with, else 1.

    "More often with placebo", "lower in controls than with the drug".
    """
    than = next(
        (
            place
            for place in range(at, len(tokens))
            if tokens[place].text in ("than", "versus", "vs", "compared", "relative")
        ),
        None,
    )
    if than is not None:
        after = tokens[than + 1 : than + 10]
        if _names(after, asked.subject) and not _names(after, asked.rival or _CONTROLS):
            return -1
        if _names(after, asked.rival or _CONTROLS):
            return 1
    arms = tokens[at + 1 : at + 8]
    for place, token in enumerate(arms):
        if token.text in (
            "with",
            "in",
            "among",
            "for",
            "after",
            "by",
            "on",
            "using",
            "receiving",
            "given",
            "taking",
            "from",
            "during",
        ):
            rest = arms[place + 1 : place + 5]
            if _names(rest, asked.subject):
                return 1
            if _names(rest, asked.rival or _CONTROLS - {"no", "without", "standard", "healthy", "baseline"}):
                return -1
    if asked.rival:
        before = tokens[:at]
        first = [
            (place, who)
            for place, token in enumerate(before)
            for who in (1, -1)
            if _on(asked.subject if who == 1 else asked.rival, token)
        ]
        if first and first[-1][1] == -1 and (than is None) and not any(who == 1 for _, who in first):
            return -1
        if first and than is not None and first[0][1] == -1 and not any(who == 1 for _, who in first):
            return -1
    return 1


def _names(tokens: Sequence[_Token], wanted: Collection[str]) -> bool:
    return any(token.text in wanted or _on(wanted, token) for token in tokens)


def _by_ratio(asked: _Asked, clause: str) -> int | None:
    match = _RATIO.search(clause)
    if not match:
        return None
    interval = _INTERVAL.search(clause, match.start())
    value = _number(match["value"])
    if interval:
        low, high = _number(interval["low"]), _number(interval["high"])
        if low <= 1 <= high:
            return SAME
    if value == 1 or value > 200 and not interval:
        return None
    way = UP if value > 1 else DOWN
    against = re.search(
        r"(?:compared (?:with|to)|versus|vs\.?|relative to|than)\s+(?P<who>[^,;()]{3,60})", clause, re.I
    )
    if (
        against
        and set(content_words(against["who"])) & asked.subject
        and not set(content_words(against["who"])) & (asked.rival or _CONTROLS)
    ):
        return -way
    return way


def _by_arms(asked: _Asked, clause: str) -> int | None:
    """Return how the number of the subject's arm stands to that of the other arm; None where there are not two arms."""
    blanked = _NO_VALUE.sub(lambda found: " " * len(found.group()), clause)
    values = [
        (match.start(), _number(match["value"]))
        for match in _VALUE.finditer(blanked)
        if not re.match(r"(?:19|20)\d\d$", match["value"])
    ]
    units = [match["unit"] for match in _VALUE.finditer(blanked) if match["unit"]]
    if len(values) < 2 or len(values) > 6:
        return None
    if not units and not all("." in clause[start : start + 6] for start, _ in values[:2]):
        return None
    mentions = _mentions(asked, clause)
    sides = [who for _, who in mentions]
    if not sides or set(sides) == {-1} and len(values) != 2:
        return None
    events = sorted([(start, "v", value) for start, value in values] + [(start, "m", who) for start, who in mentions])
    subject, other = _paired(events)
    if subject is None or other is None:
        return None
    if max(subject, other) == 0 or abs(subject - other) <= 0.08 * max(subject, other):
        return SAME
    p = _P.search(clause)
    if (
        p
        and p["sign"] in "=>≥"
        and _number(p["value"]) > 0.05
        or re.search(r"\bnot (?:statistically )?significant|\bns\b", clause, re.I)
    ):
        return SAME
    return UP if subject > other else DOWN


def _mentions(asked: _Asked, clause: str) -> list[tuple[int, float]]:
    """Return where the arms are named: 1 for the subject's, -1 for the other; one for a run of words."""
    found: list[tuple[int, float]] = []
    for match in _TOKEN.finditer(clause):
        word, stems = match.group().lower(), content_words(match.group())
        who = 0
        if any(stem in asked.subject for stem in stems):
            who = 1
        elif any(stem in asked.rival for stem in stems) or (
            not asked.rival
            and (
                word in _CONTROLS - {"no", "standard"} or word.startswith(("placebo", "control", "unexpos", "untreat"))
            )
        ):
            who = -1
        if who and not (found and found[-1][1] == who and match.start() - found[-1][0] < 25):
            found.append((match.start(), float(who)))
    return found


def _paired(events: Sequence[tuple[int, str, float]]) -> tuple[float | None, float | None]:
    """Return the value of the subject's arm and of the other: each value goes with the arm named next to it."""
    kinds = "".join(kind for _, kind, _ in events)
    values = [value for _, kind, value in events if kind == "v"]
    arms = [value for _, kind, value in events if kind == "m"]
    pairs: list[tuple[float, float]] = []
    if "vmvm" in kinds:
        at = kinds.index("vmvm")
        pairs = [(events[at + 1][2], events[at][2]), (events[at + 3][2], events[at + 2][2])]
    elif "mvmv" in kinds:
        at = kinds.index("mvmv")
        pairs = [(events[at][2], events[at + 1][2]), (events[at + 2][2], events[at + 3][2])]
    elif "mmvv" in kinds:
        at = kinds.index("mmvv")
        pairs = [(events[at][2], events[at + 2][2]), (events[at + 1][2], events[at + 3][2])]
    elif "vvmm" in kinds:
        at = kinds.index("vvmm")
        pairs = [(events[at + 2][2], events[at][2]), (events[at + 3][2], events[at + 1][2])]
    elif "mvv" in kinds:
        at = kinds.index("mvv")
        pairs = [(events[at][2], events[at + 1][2]), (-events[at][2], events[at + 2][2])]
    elif "vmv" in kinds or "vvm" in kinds:
        pairs = [(arms[0], values[0]), (-arms[0], values[1])]
    by_arm = dict(reversed(pairs))
    return by_arm.get(1.0), by_arm.get(-1.0)


def _nouns(asked: _Asked, clause: str, *, of_benefit: bool = False) -> list[tuple[str, int]]:
    """Return the words of a clause that are good or bad to have, with which; those of the outcome first."""
    found = []
    for word in re.findall(r"[^\W\d_][\w-]*", _WHO_HAVE.sub(" ", clause)):
        lower = word.lower()
        if of_benefit and _ADVERSE.match(lower) and not asked.outcome & set(content_words(lower)):
            continue
        if lower in _HEADACHE or direction(lower) and not asked.outcome & set(content_words(lower)):
            continue
        value = valence(lower)
        if value:
            found.append((lower, value))
    return sorted(found, key=lambda one: _rank_of(asked, one[0]))


def _rank_of(asked: _Asked, word: str) -> int:
    """Return 0 for a word of the outcome, 2 for one of the setting, 1 for any other."""
    stems = set(content_words(word))
    return 0 if asked.outcome & stems else 2 if asked.setting & stems else 1


def _benefit(asked: _Asked, clause: str) -> _Told:
    """Return whether a clause tells of good or harm done to the outcome, or of no difference."""
    if _NOT_KNOWN.search(clause):
        return SAME, "unproven"
    if _SAME_WORDS.search(clause) and not _PLACEBO.search(clause) and _names_another_drug(asked, clause):
        return _UNTOLD  # as good as another drug
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
    if _SAME_WORDS.search(_NOT_ONLY.sub("", clause)):
        return SAME, "denial"
    return _UNTOLD


def _names_another_drug(asked: _Asked, clause: str) -> bool:
    own = asked.subject | asked.outcome
    return any(not own & set(content_words(drug)) for drug in drugs_named(clause))


def _turned(asked: _Asked, clause: str) -> _Told:
    """Return what a verb of bettering or worsening says, and whether it is denied."""
    for words, way in ((_TURNS_GOOD, UP), (_TURNS_BAD, DOWN)):
        for match in words.finditer(clause):
            tokens = _tokens(clause[: match.end()])
            if (
                way == UP
                and match.group().lower().startswith("enhanc")
                and valence(clause[match.end() : match.end() + 50]) < 0
            ):
                continue
            if _is_denied([*tokens], len(tokens) - 1):
                return SAME, "denial"
            whole = _tokens(clause)
            return way * _side(asked, whole, min(len(tokens) - 1, len(whole) - 1)), "evaluation"
    return _UNTOLD


def _evaluated(clause: str, good: re.Pattern[str], poor: re.Pattern[str]) -> int | None:
    if poor.search(clause):
        return DOWN
    match = good.search(clause)
    if not match:
        return None
    tokens = _tokens(clause[: match.end()])
    return SAME if _is_denied(tokens, len(tokens) - 1) else UP


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
    r"\b(?:not|cannot|never)\b(?:\W+\w+){0,3}?\W+(?:recommended|allowed|advised|advisable|be used|permitted"
    r"|approved)\b|\b(?:contra-?indicated|be avoided|discouraged|stopped|discontinued)\b",
    re.I,
)


def _harm(asked: _Asked, clause: str) -> _Told:
    """Return whether a clause tells of more harm, or of none."""
    if _BARRED.search(clause):
        return UP, "evaluation"
    if _NOT_KNOWN.search(clause):
        return _UNTOLD
    if match := _IS_SAFE.search(clause):
        tokens = _tokens(clause[: match.end()])
        is_denied = _is_denied(tokens, len(tokens) - 1) or re.search(r"\bun(?:safe)", clause, re.I) is not None
        return (UP if is_denied else SAME), "evaluation"
    if match := _IS_UNSAFE.search(clause):
        tokens = _tokens(clause[: match.end()])
        return (SAME if _is_denied(tokens, len(tokens) - 1) else UP), "evaluation"
    for word, value in _nouns(asked, clause):
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
    is_denied = bool(_SAME_WORDS.search(clause)) or bool(
        _share(asked.outcome, frozenset(content_words(clause))) >= 0.5 and asked.outcome and _denies(clause)
    )
    return (SAME, "denial") if is_denied else _UNTOLD


def _compared(statement: Statement, asked: _Asked, clause: str) -> _Told:
    """Return the way of the subject against its rival: better, worse, more, less, or no difference."""
    tokens = _tokens(clause)
    places_subject = [at for at, token in enumerate(tokens) if _on(asked.subject, token)]
    places_rival = [at for at, token in enumerate(tokens) if _on(asked.rival, token)]
    if not places_subject and not places_rival:
        return _UNTOLD
    if statement.axis == "amount":
        return _amount(asked, clause)
    better = re.search(
        r"\b(?:superior|better|outperform\w*|more (?:effective|efficacious|beneficial|potent)|preferable|surpass\w*"
        r"|best|advantage)\b",
        clause,
        re.I,
    )
    worse = re.search(
        r"\b(?:inferior(?!ity)|(?<!non)(?<!non-)inferior|worse|less (?:effective|efficacious|beneficial|potent)"
        r"|poorer)\b",
        clause,
        re.I,
    )
    if re.search(
        r"\bnon-?inferior|\bequivalen|\bas (?:effective|good|safe|efficacious|well) as|\bequally", clause, re.I
    ):
        return SAME, "evaluation"
    for match, way in ((better, UP), (worse, DOWN)):
        if match and statement.axis == "benefit":
            at = len(_tokens(clause[: match.start()]))
            if _is_denied(tokens, min(at, len(tokens) - 1)):
                return SAME, "denial"
            first = [(place, 1) for place in places_subject if place < at] + [
                (place, -1) for place in places_rival if place < at
            ]
            side = max(first)[1] if first else _side(asked, tokens, min(at, len(tokens) - 1))
            return way * side, "evaluation"
    for word, value in _nouns(asked, clause, of_benefit=statement.axis == "benefit"):
        told, rule = _amount_of(asked, clause, frozenset(content_words(word)))
        if told is not None and rule not in ("occurs", "link", "rare", "far"):
            return told * value * (1 if statement.axis == "benefit" else -1), rule
    numbers = _by_arms(asked, clause)
    if numbers is not None and asked.outcome_valence:
        return numbers * asked.outcome_valence * (1 if statement.axis == "benefit" else -1), "numbers"
    return (SAME, "denial") if _SAME_WORDS.search(_NOT_ONLY.sub("", clause)) else _UNTOLD
