"""Words that name a relation unambiguously: a rule that overrides the classifier where the topic misleads it."""

from __future__ import annotations

import re

from qa.question.records import Relation

_CUES: tuple[tuple[Relation, str], ...] = (
    ("adverse effect", r"side[- ]effects?|adverse\w*|safe(?:ty|ly|r|st)?|unsafe|harm\w*|toxic\w*|tolera\w+"
                       r"|complications?|contraindicat\w+|dangers?|dangerous|teratogen\w+|risks"),
    ("prevents", r"prevent\w*|prophyla\w+|protect\w*|avert\w*|(?:ward|fend|stave)(?:s|ing)? off"
                 r"|guards? against|keeps? (?:[\w-]+ ){1,3}?from"),
    ("dose", r"(?<!high )(?<!low )(?<!higher )(?<!lower )doses?|dosages?|dosing"
             r"|how (?:many|much) mg|how often \w+ \w+ (?:given|taken|injected|infused|administered)"),
    ("mechanism", r"mechanisms?|pathophysiology|pathogenesis|mode of action|pathways?"),
    ("prevalence", r"prevalence|incidence|epidemiology|how (?:common|prevalent|frequent|rare|often do)|(?:percentage"
                   r"|proportion|share|fraction) of \w+ (?:have|has|had|with|was|were|are)"),
    ("diagnosis", r"diagnos\w+|symptoms?|sensitivity and specificity|screen(?:ed|ing)? (?:for|test)|biomarkers?|signs"),
    ("outcome", r"mortality|surviv\w+|prognos\w+|hazard ratio|readmissions?|deaths?|die[sd]?|life expectancy"),
    ("treats", r"treat(?:s|ed|ment|ments|ing)?|therap(?:y|ies)|cures?|efficacy|effective(?:ness)?|used for"
               r"|indicat(?:ed|ions?)|benefits?|(?:get|gets|getting) rid of"),
    ("causes", r"caus(?:e|es|ed|ing)|aetiolog\w+|etiolog\w+|risk factors?|due to|mutated|mutations?|trigger\w*"
               r"|(?:bring|brings|bringing|brought) (?:on|about)|set(?:s|ting)? off|gives? rise to"
               r"|provok\w+|precipitat\w+|aggravat\w+|exacerbat\w+|worsens?|makes? [\w ]{2,40} (?:worse|flare)"),
)  # fmt: skip
_PATTERNS = tuple((relation, re.compile(rf"\b(?:{cues})\b", re.I)) for relation, cues in _CUES)


def relations_of(text: str) -> tuple[Relation, ...]:
    """Return the relations whose words stand in a text.

    >>> relations_of("What are the side effects of zinc?")
    ('adverse effect',)
    """
    return tuple(relation for relation, pattern in _PATTERNS if pattern.search(text))


def words_of_relation(text: str, relation: Relation) -> tuple[str, ...]:
    """Return the words of a text that name a relation.

    >>> words_of_relation("How is gout treated?", "treats")
    ('treated',)
    """
    pattern = next(pattern for name, pattern in _PATTERNS if name == relation)
    return tuple(match[0] for match in pattern.finditer(text))
