"""The relation that a question asks for, and whether a sentence tells it: by the words in which findings are told.

A question's own word for a relation ("treated", "causes", "how common") seldom stands in the sentence that answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from index.analysis.terms import content_words, terms
from qa.language.clauses import clauses_of
from qa.language.outcomes import ADVERSE, valence
from qa.language.quantity_spans import Asked, asked_quantity, quantity_spans
from qa.question.asked_noun import empty_head
from qa.question.records import QuestionAnalysis, Relation
from qa.question.relations import words_of_relation

_READ_FOR_RELATION = frozenset(("short answer", "list", "comparison", "number", "overview"))
"""Kinds of questions whose answer must tell the relation; a verdict has its own rules."""
_GIVEN = (
    r"\b(?:treat(?:s|ed|ment|ments|ing)?|therap\w+|receiv\w+|randomi[sz]ed|assigned|administ\w+|given|mg|injections?"
    r"|infusions?|surgery)\b"
)
_BETTER = (
    r"\b(?:improv\w+|reliev\w+|alleviat\w+|ameliorat\w+|heal(?:s|ed|ing)?|cur(?:e|es|ed|ative)|respon[sd]\w*|remission"
    r"|effective\w*|efficac\w+|benefi\w+|superior|non-?inferior|better|lower(?:ed|s|ing)?|reduc\w+|decreas\w+|fell|rose"
    r"|prolong\w+|short(?:ened|ens)|extend\w*|restor\w+|controlled|success\w*|prevent\w*|fewer"
    r"|(?:first|second)-line|recommend\w*|approved|indicated|used (?:to|for|in)|options?|mainstay|standard of care)\b"
)
_CUES: Mapping[Relation, tuple[str, ...]] = {
    "treats": (_GIVEN, _BETTER),
    "causes": (
        r"\b(?:caus\w+|blamed|implicated|incriminated|culprits?|due to|result(?:s|ed|ing)? (?:in|from)"
        r"|risk factors?|odds|associat\w+|link\w*|induc\w+"
        r"|trigger\w*|provok\w+|precipitat\w+|lead(?:s|ing)? to|led to|predispos\w+|a?etiolog\w+|responsible|mutat\w+"
        r"|variants?|deficien\w+|underl(?:ies|ie|ying|ay)|attribut\w+|contribut\w+|produc\w+|develop\w+ (?:after|in)"
        r"|adverse (?:effects?|events?|reactions?) of|side effects? of|because of|promot\w+|increas\w+ the|worsen\w*"
        r"|(?:high(?:er)?|greater|increas\w+|elevated|lower) (?:\w+ ){0,2}risks?"
        r"|(?:reported|seen|observed|developed|found) (?:by|in) \d[^;]* (?:given|taking|receiving|treated|who took)"
        r"|more (?:frequent|common|often)|commoner"
        r"|related to|arises? from|occur\w*|origins?|genetic|inherit\w+|transmit\w+|rais(?:es|ed))\b",
    ),
    "adverse effect": (
        r"\b(?:lead(?:s|ing)? to|led to|advers\w+"
        r"|side[- ]effects?|toxic\w*|complicat\w+|harm\w*|safe\w*|toler\w+|caus\w+|induc\w+|risks?|odds"
        r"|withdr\w+|discontinu\w+|reactions?|dangers?|events?|hazard\w*|death|died|fatal"
        r"|(?:was|were) (?:reported|seen|observed|noted|recorded) (?:by|in) (?:\d|one\b|two\b|three\b))\b",
    ),
    "prevents": (
        r"\b(?:prevent\w*|prophyla\w+|protect\w*|reduc\w+|lower\w*|decreas\w+|fewer|less|avert\w*|avoid\w*|risks?"
        r"|incidence|rates?|occurred|relapse|recurren\w+|immuni\w+|vaccin\w+|hazard|fell)\b",
    ),
    "mechanism": (
        r"\b(?:inhibit\w*|activat\w+|block\w*|bind\w*|bound|mediat\w+|pathways?|mechanisms?|act(?:s|ing)? (?:by|on|as"
        r"|through|via)|receptors?|ant?agonist\w*|signal\w*|phosphorylat\w+|impair\w+|underl\w+|thereby|suppress\w*"
        r"|(?:up|down)-?regulat\w+|express\w*|through|via|induc\w+|stimulat\w+|modulat\w+|target\w*|degrad\w+"
        r"|accumulat\w+|deplet\w+|required|regulat\w+|interact\w*|caus\w+|excess|produc\w+|encod\w+|cleav\w+|by \w+ing"
        r"|promot\w+|enhanc\w+|deficien\w+)\b",
    ),
    "prevalence": (
        r"\bper (?:\d|100|million|thousand)|\b(?:prevalen\w+|inciden\w+|(?:is|are|was|were) (?:\w+ )?(?:common|rare)"
        r"|(?:one|1) (?:in|of|out of)|affect(?:s|ed|ing)|estimated|million|\d+ of)\b"
        r"|\A(?!.*\b(?:sensitivity|specificity|placebo|reduc\w+|improv\w+|respon\w+|surviv\w+|mortality|decreas\w+"
        r"|increas\w+|fell|rose|hazard|achiev\w+)\b).*(?:\d\s?%|\bper cent)",
    ),
    "dose": (
        r"\d\s?(?:mg|µg|μg|mcg|ug|g|kg|ml|mL|IU|U|units?|Gy|mmol|mM|µM|μM|nM|tablets?|capsules?|%)\b|\bdos(?:e|es|age"
        r"|ing)\b",
    ),
    "diagnosis": (
        r"\b(?:diagnos\w+|sensitivit\w+|specificit\w+|criteri\w+|symptom\w*|present(?:s|ed|ing|ation)\b|signs?|tests?"
        r"|tested|scans?|imaging|markers?|biomarkers?|detect\w+|assays?|biops\w+|ultraso\w+|screen\w*|distinguish\w*"
        r"|identif\w+|differentiat\w+|score|accuracy|predictive|characteri[sz]ed by|features?|manifest\w*"
        r"|complain\w*|MRI|PET|CT|ECG|elevated|measur\w+)\b",
    ),
    "outcome": (
        r"\b(?:surviv\w+|mortality|deaths?|die[sd]?|prognos\w+|recover\w*|hazard|outcomes?|rates?|relapse\w*|recurren\w+"
        r"|remission|readmi\w+|admission\w*|respon\w+|predict\w*|resolved|progress\w+|life expectancy|fatal\w*|cured"
        r"|improv\w+|cured|worse|better)\b|\d\s?%",
    ),
}
"""Words of findings for each relation: of every pattern one must stand in a sentence that tells it."""
_RISK_LOWERED = re.compile(
    r"\b(?:reduc|lower|decreas|cut|halv|prevent|less|fewer)\w*(?: (?!by\b)[\w-]+){0,4}? "
    r"(?:risks?|odds|hazards?|events?|deaths?|complications?)\b|\bhazard ratios?\b|\bodds ratios?\b",
    re.I,
)
"""Harm that is told as a benefit: "reduced the risk of death"; and mere names of measures."""
_LESS_OFTEN = re.compile(r"\bratios?\b\D{0,25}?(?<![\d.])0?[.·]\d", re.I)
"""A ratio below one, by which harm is rarer with what was given."""
_ON_CELLS = re.compile(
    r"\b(?:caus|induc|toxic)\w*(?: [\w-]+){0,4}? (?:cells?|tumou?rs?|lines?)(?: [\w-]+){0,2}? "
    r"(?:apoptosis|death|arrest|differentiation)\b|\binduc\w*(?: [\w-]+){0,2}? apoptosis\b",
    re.I,
)
"""What a drug does to cells, which is no adverse effect of it: "induced apoptosis of tumour cells"."""
_PATTERNS = {relation: tuple(re.compile(cue, re.I) for cue in cues) for relation, cues in _CUES.items()}
_MORE_OF = re.compile(r"\bmore (?:often|frequent\w*|common\w*|likely)|commonest|most (?:common|frequent)", re.I)
_PEOPLE = re.compile(
    r"\b(?:kids|dogs|cats|calves|horses|cows|pigs|mice|rats|animals|rabbits|sheep|monkeys|patients|participants|subjects|people|persons|individuals|children|women|men|adults|infants|volunteers|boys"
    r"|girls|newborns|smokers|residents|users|cases|pregnancies|babies|adolescents|inpatients|outpatients)\b",
    re.I,
)
_PEOPLE_COUNTED = re.compile(
    rf"\b[nN] ?= ?\d|(?<![\d.,])\d[\d,]*(?: (?!mg|%|years|months|weeks|days)[\w-]+){{0,5}}? {_PEOPLE.pattern}"
    rf"|\b(?:hundred|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[\w -]*? {_PEOPLE.pattern}",
    re.I,
)
_TAKING_PART = re.compile(
    r"\b(?:assigned|allocated|took|take|part|participat\w+|enrol\w+|includ\w+|recruit\w+|random\w+|involv\w+|trials?|stud(?:y|ies)|there"
    r"|tested|sample)\b",
    re.I,
)
"""Words that ask for the size of a study, which the sentence that gives it need not have."""
_DENIES = re.compile(
    r"\b(?:not?|nor|neither|never|none|without|fail(?:s|ed)?|un(?:affected|changed|related)|cannot|similar\w*|unable|lack\w*"
    r"|\w+n['’]t|equal\w*|absen\w+)\b",
    re.I,
)


Advice = Literal["", "for", "against"]
_ASKS_WHO = re.compile(
    r"\A\W*(?:for )?(?:whom?|(?:which|what) (?:[\w-]+ )?(?:patients?|people|persons?|individuals|women|men|children"
    r"|adults|infants|groups?(?: of (?:patients|people))?)) "
    r"(?P<what>(?:should|must|shouldn['’]t|mustn['’]t|ought to|needs? to|can|cannot|can['’]t|could|may)\b"
    r".*\b(?:tak(?:e|ing)|us(?:e|ing)|receiv\w+|given|offered|prescribed|treated|avoid\w*|stop\w*)\b.*"
    r"|(?:is|are) .*\b(?:contra-?indicated|indicated|recommended|advised|suitable|unsuitable|unsafe|meant)\b.*"
    r"|(?:benefits?|profits?|gains?)\b.*)",
    re.I,
)
_AGAINST = re.compile(
    r"\b(?:not|never|cannot|avoid\w*|stop\w*|contra-?indicated|unsuitable|unsafe|advised against)\b|n['’]t\b", re.I
)
_ADVICE = {
    "for": re.compile(
        r"\b(?:recommend\w*|indicated|indications?|should (?:be|take|receive|have|get)|eligible"
        r"|benefit(?:s|ed|ing)? (?:most |more )?from|(?:patients|people|women|men|children|adults|those|who)"
        r" (?:[\w-]+ ){0,6}?benefit(?:s|ed)?"
        r"|candidates?|suitable|suited|first-line|approved|licen[sc]ed|consider(?:ed)? (?:for|in)|offered|reserved for"
        r"|advi[sc]ed?|of choice|respond\w*|(?:effective|greater|larger|pronounced|stronger) in)\b",
        re.I,
    ),
    "against": re.compile(
        r"\b(?:contra-?indicat\w*|avoid\w*|(?:should|must) not|not (?:be )?(?:[\w-]+ ){0,2}?(?:recommended"
        r"|advised|advisable|suitable|indicated|safe|given|used|prescribed)|unsuitable|unsafe|cauti\w+|withh[eo]ld"
        r"|dangerous|harmful|worsen\w*|(?:high(?:er|est)?|great(?:er|est)|increased|raised|particular) risk"
        r"|(?:rais|increas)\w+ the (?:risk|odds))\b",
        re.I,
    ),
}
"""How one asks for whom a thing is, and in which words a sentence says for whom it is, or for whom it is not."""
_ASKS_CAUSE = re.compile(
    r"\A\W*(?:what|which)\b(?! (?:do|does|did|can|could|may|might|will)\b)[^?]{0,40}?\b(?:cause[sd]?|triggers?"
    r"|provokes?|precipitates?)\b|\bcauses? of\b",
    re.I,
)
_CAUSED_BY = re.compile(
    r"\b(?:caused (?:\w+ )?by|due to|because of|result(?:s|ed|ing)? (?:from|of)|mutations? (?:in|of)|attribut\w+ to"
    r"|aris(?:es?|ing) from|responsible for|(?:trigger|provok|precipitat|induc)\w+ by|risk factors? (?:for|of)"
    r"|(?:major|main|leading|common(?:est)?|frequent|likely|known|principal) causes? of|(?:stems?|originat\w+) from"
    r"|(?:is|are|was|were) (?:(?!not?\b)[\w-]+ ){0,3}?(?:causes?|triggers?|culprits?)|implicated|blamed"
    r"|incriminated)\b",
    re.I,
)
"""Words that name the cause of what stands before them, or the effect of what does."""
_CAUSES_IT = re.compile(r"\bcaus(?:e|es|ed|ing)\b (?P<what>(?!by\b)[^,.;]{1,60})", re.I)
_DENIED_WITHIN = 5
"""Words after a denial that it may deny."""
_EFFECT = re.compile(
    r"(?<!adverse )(?<!side )\b(?:effects?|influence\w*|differ\w*|associat\w+|related|risks?|changed?"
    r"|significant\w*|occur\w*|develop\w*|more (?:frequent|common|often)\w*|better|superior|effective\w*|efficac\w+"
    r"|help\w*|benefi\w*|work(?:s|ed)?)\b",
    re.I,
)
_UNMOVED = re.compile(r"\b(?:un(?:affected|changed|related)|similar\w*|equal\w*|same)\b", re.I)


@dataclass(frozen=True, slots=True)
class SoughtRelation:
    """What an answer must tell: a relation ("" for any), denied where the question asks what is not so.

    `words` are the index terms by which the question names the relation, `noun` those of the sort of thing that it asks
    for ("Which drugs"): the sentence that answers need have neither. `asked` are those of any sort, "kinase" of "Which
    kinases", which are no name. A sentence must have a `quantity` of the kind asked for. `deniable` are the
    question's words, of which one must be denied, or none, as `is_denied` says. With `asks_cause` the question names
    the effect ("What causes gout?"), and a sentence that says what it is caused by answers before all others. The
    `subjects` of the question are no treatment: "surgery" of "cataract surgery". `advice` is asked for by "Who should
    (not) take it?": the sentence must say for whom a thing is, or for whom it is not.
    """

    relation: Relation = ""
    words: frozenset[str] = frozenset()
    noun: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    deniable: frozenset[str] = frozenset()
    is_denied: bool = False
    quantity: Asked = "name"
    counts_people: bool = False
    asks_cause: bool = False
    subjects: tuple[str, ...] = ()
    advice: Advice = ""

    def is_told(self, text: str) -> bool:
        """Return True if a sentence tells the relation, or the lack of it where that is asked for.

        >>> SoughtRelation("treats").is_told("Zinc shortened colds."), SoughtRelation("treats").is_told("Colds abound.")
        (True, False)
        """
        if self.counts_people and not _PEOPLE_COUNTED.search(text):
            return False
        if self.quantity != "name" and not any(quantity_spans(text, self.quantity)):
            return False
        if self.advice:
            return _advises(self.advice, text)
        if self.is_denied:
            return denies_one_of(text, self.deniable) or denies_an_effect(text)
        if not _tells(self.relation, self._beside_subjects(text)):
            return False
        if not denies_one_of(text, self.deniable):
            return True
        clauses = clauses_of(text)  # "… were the triggers; in 9% no trigger was found"
        return len(clauses) > 1 and any(self.is_told(clause) for clause in clauses)

    def _beside_subjects(self, text: str) -> str:
        if self.relation == "treats":
            for subject in filter(lambda name: " " in name, self.subjects):
                text = re.sub(re.escape(subject), " ", text, flags=re.I)
        return text

    def is_told_outright(self, text: str) -> bool:
        """Return True if a sentence says what causes something, and not only that a cause comes into it."""
        return self.asks_cause and bool(_CAUSED_BY.search(text))

    def is_told_to_cause(self, text: str) -> bool:
        """Return True if a sentence says that something causes what the question is about."""
        caused = _CAUSES_IT.search(text)
        return caused is not None and any(set(terms(subject)) & set(terms(caused["what"])) for subject in self.subjects)

    @property
    def is_any(self) -> bool:
        """Whether every sentence will do."""
        return not (self.relation or self.is_denied or self.advice) and self.quantity == "name"

    @property
    def is_by_words(self) -> bool:
        """Whether words alone say what answers, so that a sentence without them is beside the question."""
        return self.is_denied or bool(self.advice) or self.quantity != "name"


def sought_relation(analysis: QuestionAnalysis) -> SoughtRelation:
    """Return what the answer to a question must tell."""
    if analysis.kind not in _READ_FOR_RELATION or not analysis.is_english:
        return SoughtRelation()
    quantity = asked_quantity(analysis.text) if analysis.kind == "number" else "name"
    words = list(words_of_relation(analysis.text, analysis.relation)) if analysis.relation else []
    relation = analysis.relation
    is_plain = quantity != "name" or analysis.kind == "overview" or bool(analysis.noun)
    if not words and (is_plain or relation == "dose"):
        relation = ""  # "how much" and "what proportion" are of anything, and "which receptors" tells enough
    if quantity == "count":
        words += _TAKING_PART.findall(analysis.text)
    advice = _advice_asked(analysis.text)
    is_denied = analysis.is_negated and quantity == "name" and not advice
    return SoughtRelation(
        "" if advice else relation,
        frozenset(content_words(" ".join(words))),
        empty_head(analysis.noun),
        frozenset(terms(analysis.noun.split()[-1])) if analysis.noun else frozenset(),
        frozenset(content_words(analysis.text)) if is_denied or (relation and analysis.noun) else frozenset(),
        is_denied,
        quantity,
        quantity == "count" and bool(_PEOPLE.search(analysis.text)),
        relation == "causes" and analysis.kind in ("short answer", "list") and bool(_ASKS_CAUSE.search(analysis.text)),
        analysis.subjects,
        advice,
    )


def _advice_asked(text: str) -> Advice:
    """Return whether a question asks to whom a thing is to be given ("for"), or not to be; "" for another question."""
    match = _ASKS_WHO.match(text)
    if match is None:
        return ""
    return "against" if _AGAINST.search(match["what"]) else "for"


def denies(text: str) -> bool:
    """Return True if a text has a word of denial."""
    return bool(_DENIES.search(text))


def denies_one_of(text: str, stems: frozenset[str]) -> bool:
    """Return True if a text denies one of some index terms: the word soon follows the denial.

    >>> denies_one_of("Zinc lowered fever with no harm.", frozenset({"fever"}))
    False
    """
    return bool(stems) and not stems.isdisjoint(terms(_denied(text)))


def denies_an_effect(text: str) -> bool:
    """Return True if a text says that something has no effect, or that nothing differs."""
    return bool(_EFFECT.search(_denied(text)) or _UNMOVED.search(text))


@lru_cache(maxsize=2_048)
def _denied(text: str) -> str:
    """Return the words that denials bear on: those that follow, and before "not" those of its subject."""
    parts = []
    for at in _DENIES.finditer(text):
        before = text[: at.start()].split() if at[0].lower().endswith(("not", "n't", "n’t")) else []
        parts += [*before[-_DENIED_WITHIN:], *text[at.end() :].split()[:_DENIED_WITHIN]]
    return " ".join(parts)


def _advises(advice: Advice, text: str) -> bool:
    cue = _ADVICE[advice]
    return bool(cue.search(text)) and not (advice == "for" and cue.search(_denied(text)))


@lru_cache(maxsize=2_048)
def _tells(relation: Relation, text: str) -> bool:
    if not relation:
        return True
    if relation == "treats":
        return any(pattern.search(text) for pattern in _PATTERNS[relation])
    if relation == "adverse effect":
        if _LESS_OFTEN.search(text) and not _MORE_OF.search(text):
            return False
        text = _ON_CELLS.sub(" ", _RISK_LOWERED.sub(" ", text))
    if relation == "adverse effect" and not _PATTERNS[relation][0].search(text):
        words: Sequence[str] = re.findall(r"[^\W\d_][\w-]*", text)
        return any(ADVERSE.match(word) for word in words) or (bool(_MORE_OF.search(text)) and valence(text) < 0)
    return all(pattern.search(text) for pattern in _PATTERNS[relation])


ANY_RELATION = SoughtRelation()
"""What every sentence tells."""
