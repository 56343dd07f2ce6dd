"""Everyday expressions as abstracts have them: "brain bleeds" are intracranial haemorrhage.

Names of diseases and drugs that are said otherwise are the lexicon's; here stand verbs, and how people ask for the size
of a study and for those at risk.
"""

from __future__ import annotations

import re

_PAPER = r"(?:study|studies|trials?|sample|cohort|review|meta-analysis)"
_TERMS = (
    (
        r"\b(?:how (?:large|big|small) (?:is|was|were|are)|what (?:is|was) the (?:sample |study |total )?size of)"
        rf" (?P<of>(?:the|this|that|these|each) (?:[\w-]+ ){{0,3}}?{_PAPER})\b",
        r"how many participants were in \g<of>",
    ),
    (r"\bwhat (?:is|was) the (?:sample|study|trial) size(?=\W*\Z)", "how many participants were in the study"),
    (
        r"\A\W*(?:who|(?:which|what) (?:people|persons|individuals|patients|groups?)) (?:is|are|has|have|runs?)"
        r" (?:most |particularly |especially )?(?:at|an?|the) ?(?:[\w-]+ )?risks? (?P<of>(?:of|for) .+)",
        r"what are the risk factors \g<of>",
    ),
    (
        r"\A\W*any (?=(?:known |serious |common |severe )?(?:side[- ]effects?|adverse|harms|risks|benefits|dangers"
        r"|downsides|complications|drugs|treatments)\b)",
        "what are the ",
    ),
    (
        r"\A\W*(?:please )?(?:list|name|enumerate|give(?: me)?) (?:all )?(?:the )?(?P<noun>[\w-]+(?: [\w-]+)?)"
        r" (?:that|which) (?P<who>[^,?]+?) (?P<verb>[a-z]+[a-rt-z])(?<!sse)(?<!she)(?<!che)s\W*\Z",
        r"which \g<noun> does \g<who> \g<verb>?",
    ),
    (r"\bbrain bleed(?:s|ing)?\b|\bbleed(?:s|ing)? (?:in|into|on) the brain\b", "intracranial haemorrhage"),
    (r"\b(?:belly|tummy) fat\b", "visceral fat"),
    (r"\b(?:tummy|belly|stomach)[ -]?aches?\b|\bsore (?:tummy|belly)\b", "abdominal pain"),
    (r"\bstomach (?:flu|bug)\b", "gastroenteritis"),
    (r"\b(?:clogged|furred|blocked)(?: up)? arteries\b", "atherosclerosis"),
    (r"\bracing heart(?:beat)?\b|\bheart (?:race|racing)\b", "tachycardia"),
    (r"\b(?:weak|fragile) bones\b|\b(?:bone|bones) thinning\b|\bthinning (?:of the )?bones?\b", "osteoporosis"),
    (r"\bliver scarring\b|\bscarring of the liver\b", "liver fibrosis"),
    (r"\bbaby blues\b", "postpartum depression"),
    (r"\blow mood\b", "depression"),
    (
        r"\b(?:have|has|having|get|gets|getting|suffer from) fits\b|(?<=\bcause )fits\b|(?<=\bprevent )fits\b",
        "seizures",
    ),
    (r"\bwho (?:cannot|can['’]t|can not) (?:get to )?sleep\b", "with insomnia"),
    (r"\bwho wets? (?:the|their) beds?\b", "with enuresis"),
    (r"\bwetting (?:the|their) beds?\b", "enuresis"),
    (r"\b(?:makes?|cause[sd]?) (?:your |the |one's |my )?hair (?:to )?fall out\b", "cause hair loss"),
    (r"\bhair (?:falls?|falling|fell) out\b|\blos(?:e|es|ing) (?:your |their |one's |my )?hair\b", "hair loss"),
    (r"\bthrow(?:s|ing)? up\b", "vomiting"),
    (r"\bfeel(?:s|ing)? sick\b", "nausea"),
    (r"\bcomes? back\b(?! (?:to|into|on|home|with)\b)", "recur"),
    (r"\bpass(?:ed|es)? on(?= (?:to|by|from|through)\b|\W*\Z)|\bcaught(?= (?:from|by)\b)", "transmitted"),
    (r"\b(?:pass|passes|passing) away\b", "die"),
    (r"\b(?:settles?|clears? up|goes away|go away)(?=\W*\Z| (?:with|without|by|after|on|within|in)\b)", "resolve"),
    (r"\blifts? (?:the |one's |their )?mood\b", "improve depression"),
)
_PATTERNS = tuple((re.compile(pattern, re.I), term) for pattern, term in _TERMS)


def in_terms(text: str) -> str:
    """Return a question with its everyday expressions in the words of abstracts.

    >>> in_terms("Does zinc cause brain bleeds?"), in_terms("How large was the trial?")
    ('Does zinc cause intracranial haemorrhage?', 'how many participants were in the trial?')
    """
    for pattern, term in _PATTERNS:
        text = pattern.sub(term, text)
    return text
