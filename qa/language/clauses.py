"""A sentence in plain words, and its clauses that may say different things."""

from __future__ import annotations

import re

from index.analysis.terms import content_words
from qa.language.asked_words import AskedWords

_BREAKS = re.compile(
    r";|,? \b(?:but|whereas|while|although|though|however|yet|in contrast|conversely|despite|unlike)\b,?|, (?=nor\b)"
    r"|, and (?=(?:did|does|do|was|were|is|had|has|no|not|showed|in)\b)|, with (?=no\b)",
    re.I,
)


_LABEL = re.compile(r"^[A-Z][A-Z /&,]{2,40}: ")


_IS_AN_AGENT = re.compile(
    r"\b(?:is|are|was|were|be|being|as|acts? as|acted as)(?: an?| the)? (?:[\w-]+ ){0,3}?"
    r"(?P<does>inhibit|suppress|activat|induc|stimulat|promot|enhanc)(?:or|er)s? (?=of\b)",
    re.I,
)


BUT_NOT = re.compile(r",? \bbut not\b (?P<whom>[^,;.]{1,60})", re.I)
_BUT_NOT_IT = re.compile(r",? \bbut not\b (?:by |in |with |after |the )*(?P<whom>[\w-]+)", re.I)


def plain_sentence(sentence: str, asked: AskedWords) -> str:
    """Return a sentence without the label of its section, "is an inhibitor of" as a verb, "but not zinc" left out."""
    sentence = _IS_AN_AGENT.sub(lambda found: f"{found['does']}ed ", _LABEL.sub("", sentence))
    own = asked.subject | asked.outcome
    return _BUT_NOT_IT.sub(lambda found: found.group() if own & set(content_words(found["whom"])) else "", sentence)


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
