"""Outcomes that are good or bad to have more of, by the beginnings and endings of their words."""

from __future__ import annotations

import re

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
    r"overweight|obes|diabet|hyperglyc|hypoglyc|resistan|rejection|intoler|allerg|anaphyla|hypersens|wheez|dyspep|cough"
    r"|dyspn|asthma|croup|\w+edema|stenos|restenos|occlus|"
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

ADVERSE = re.compile(
    r"(?:advers|side|nausea|vomit|diarrh|constip|rash|prurit|itch|headache|dizz|somnol|drows|anemi|anaemi|myalg"
    r"|arthralg|neutropen|thrombocytop|leukop|leucop|bleed|h[a]?emorrhag|toxic|\w+toxic"
    r"|discontinu|withdraw|hypoglyc|hypotens|hyperkal|hypokal|hyponat|cough|dyspn|dyspep|bradycard|flush|edema|oedema"
    r"|fatigu|paresth|paraesth|alopec|mucosit|stomatit|hypersens|allerg|anaphyla|extrapyram|\w+edema"
    r"|dry|sedat|intoler|weight|infusion|injection-site)",
    re.I,
)
"""What a treatment does beside its purpose: no measure of its benefit."""

ANY_OUTCOME = frozenset(
    "event outcom complic advers side effect problem harm symptom diseas condit newborn baby babi fetu foetu child "
    "infant offspr mother patient bodi organ health person peopl unborn".split()
)
"""Outcomes that stand for any good or bad one."""

NO_OUTCOME = frozenset(("side", "risk", "rate", "number", "incid", "event"))

_MORTAL, _SURVIVE = frozenset(("mortal", "death", "die", "fatal", "dead")), frozenset(("surviv", "survivor"))


def valence(text: str) -> int:
    """Return 1 for an outcome that is good to have more of, -1 for a bad one, 0 where its words do not tell.

    >>> valence("overall survival"), valence("hip fractures"), valence("serum calcium")
    (1, -1, 0)
    """
    words = [
        word
        for word in re.findall(r"[^\W\d_][\w-]*", text.lower())
        if word not in NO_OUTCOME and not word.endswith("-free")
    ]
    for word in reversed(words):  # the head of a noun comes last: "kidney function", "growth failure"
        if _BAD.match(word):
            return -1
        if _GOOD.match(word):
            return 1
    return 0


_OF_BENEFIT = re.compile(
    r"\b(?:surviv|respon[sd]|remiss|efficac|effective|superior|inferior|mortal|death|died|cur(?:e|ed)\b|relaps|progress"
    r"|recur|improv|benefi|heal(?:ed|ing)|event-free|better|worse)",
    re.I,
)


def tells_only_of_harm(text: str) -> bool:
    """Return True if a text tells of adverse effects, and of no outcome for which a treatment is given.

    >>> tells_only_of_harm("Nausea was more frequent with A."), tells_only_of_harm("Survival was longer with A.")
    (True, False)
    """
    words = re.findall(r"[^\W\d_][\w-]*", text)
    return valence(text) < 0 and any(map(ADVERSE.match, words)) and not _OF_BENEFIT.search(text)


_HARMS = {
    re.compile(predicate, re.I): re.compile(rf"\b(?:{words})|{predicate}", re.I)
    for predicate, words in {
        r"teratogen|embryotox|fo?etotox": r"malform|birth defect|congenital|anomal|embryo|fo?et(?:us|al)|cleft",
        r"hepatotox": r"hepat|liver|transaminase|bilirubin|jaundice|ALT\b",
        r"nephrotox": r"nephr|kidney|renal|creatinine",
        r"cardiotox": r"cardi|heart|ventric|ejection|arrhythm|QT",
        r"neurotox": r"neur|brain|cognit|nerve|seizure",
        r"ototox": r"oto|hearing|cochle|deaf|tinnitus",
        r"carcinogen|oncogen|tumou?rigen": r"cancer|tumou?r|carcino|neoplas|malignan|lymphoma|leuk",
        r"mutagen|genotox|clastogen": r"mutat|DNA|chromosom|micronucle",
        r"addict": r"addict|dependen|withdraw|craving|abuse|misuse",
        r"fatal|lethal|deadly": r"fatal|lethal|death|die[sd]?\b|mortal|surviv",
    }.items()
}
"""Harms that are one thing: what is asked, and the words of what is found."""


def speaks_of_harm(predicate: str, text: str) -> bool:
    """Return True unless a predicate asks for one harm and a text has no word of it.

    >>> speaks_of_harm("teratogenic", "It was effective."), speaks_of_harm("teratogenic", "Birth defects were seen.")
    (False, True)
    """
    return all(words.search(text) for asked, words in _HARMS.items() if asked.search(predicate))


def with_opposites(outcome: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return an outcome's words with others for it, and those that say the opposite: death and survival."""
    if outcome & _MORTAL:
        return outcome | _MORTAL, _SURVIVE
    if outcome & _SURVIVE:
        return outcome | _SURVIVE, _MORTAL
    return outcome, frozenset()
