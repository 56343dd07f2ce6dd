"""Sentences in which a language model says, in our words or its own, that the abstracts hold no answer."""

from __future__ import annotations

import re

from qa.generation.llm.prompts import REFUSAL

_GIVEN = r"(?:provided|given|supplied|retrieved|numbered|above)"
_ABSTRACTS = (
    rf"(?:abstracts?|sources?|passages?|documents?|excerpts?|context|{_GIVEN}\s(?:information|literature|texts?|studies"
    rf"|data|material|evidence|papers?|articles?|references?)|(?:information|texts?|material)\s{_GIVEN})(?:\s{_GIVEN})?\b"
)
"""What the model was given, in words that mean nothing else."""
_STUDIES = r"(?:information|literature|texts?|studies|data|material|evidence|papers?|articles?|references?|they)\b"
_PLACE = rf"(?:(?:all|any|either)\sof\s)?(?:(?:the|these|those|this|your)\s)?(?:\w+\s)?(?:{_ABSTRACTS}|{_STUDIES})"
_SAY = (
    r"(?:\w+ly\s)?(?:contain|mention|address|discuss|report|provide|include|describe|answer|specify|state|cover|say|give"
    r"|offer|present|examine|investigate|evaluate|assess|reveal|indicate|establish|touch|speak|deal|hold|support|identify"
    r"|identifies|name|quantify|quantifies|allow|test|look|list|measure|explore|consider|show|compare|link|refer|clarify"
    r"|clarifies|explain|detail|define|determine|permit|tell|concern|imply|implies|have|go\sinto)\w*"
)
_SAID = (
    r"(?:\w+ly\s)?(?:mentioned|addressed|discussed|covered|described|found|available|reported|provided|given|stated"
    r"|specified|determined|answered|included|contained|identified|named|quantified|tested|studied|examined|part|known)\b"
)
_NOT = r"(?:(?:do|does|did|could|can|is|are|was|were|has|have)(?:\snot|n['’]t)|cannot|can['’]t|fails?\sto|never)"
_MATTER = (
    r"(?:information|data|evidence|details?|answers?|mention|findings?|statements?|discussion|basis|results?|figures?"
    r"|values?|numbers?|conclusions?)"
)
_LEAD = (
    r"(?:(?:unfortunately|however|but|regrettably|thus|therefore|overall|sorry|i['’]m\ssorry|i\sam\ssorry|i\sapologi[sz]e"
    r"|answer:|in\s(?:summary|conclusion|short)|(?:as|based|according|after|upon|from|given|in|within|among|on)\s[^,]{1,60})"
    r",?\s*(?:but\s+)?)*"
)
_REFUSED = re.compile(
    rf"""^\W*{_LEAD}(?:
      {_PLACE}.{{0,120}}?(?:\s{_NOT}\s{_SAY}|;\snone\s)
    | {_PLACE}\s.{{0,60}}?\bbut\snot\s | {_PLACE}\sneither\s | {_PLACE}\sstops?\sshort\b
    | {_PLACE}\s(?:.{{1,60}}?\sand\s)?(?:{_SAY}|have|has|make|makes)\s
        (?:no|nothing|little|insufficient|not\senough)\b
    | {_PLACE}\s.{{0,60}}?\bleaves?\s.{{0,30}}\b(?:open|unanswered)\b
    | {_PLACE}\s(?:lacks?|omits?|(?:is|are)\s(?:insufficient|silent|unrelated|irrelevant
        |not\s(?:sufficient|enough|relevant|related)))\b
    | nowhere\sin\s{_PLACE} | nothing\shere\s{_SAY}
    | (?:none|neither|nothing|not\sone)\s(?:of|in)\s(?:{_PLACE}|them\b).{{0,60}}?\s{_SAY}
    | no\s(?:one\s)?(?:\w+\s)?{_ABSTRACTS}.{{0,60}}?\s{_SAY} | neither\s{_ABSTRACTS}.{{0,60}}?\s{_SAY}
    | (?:no|insufficient|not\senough|little)\s.{{0,90}}\b{_ABSTRACTS}
    | (?:no|insufficient|not\senough)\s(?:(?:relevant|specific|direct|such|sufficient|further)\s)*{_MATTER}\b.{{0,90}}
        \b(?:found|provided|available|given|present|mentioned|reported)\b
    | no\s.{{2,90}}?\s(?:is|are)\s(?:mentioned|described|identified|named|discussed|provided)\b
    | there\s?(?:is|are|was|were|['’]s)(?:n['’]t|\snot)?
        \s(?:no|any|enough|sufficient|insufficient|nothing)\b
        (?:.{{0,90}}\b{_ABSTRACTS}|\s(?:\w+\s)?(?:information|mention|answer)\b)
    | (?:the|this|that|your)\s(?:question|query|answer|information)\s
        (?:(?:cannot|can['’]t|could\snot|is\snot|isn['’]t)\b|is\s(?:outside|beyond|absent|missing)\b)
    | (?:i|we)\s?(?:(?:do|could|can|did|am|are|was|were|['’]m)?\s?(?:not|n['’]t|unable)|can['’]t|cannot
        |found\sno(?:thing)?|find\sno|see\sno|have\sno|lack)\b.{{0,90}}\b(?:{_ABSTRACTS}|answer|information|question|mention|know\W*$)
    | [^,.;]{{2,120}}?\s{_NOT}\s(?:be(?:en)?\s)?{_SAID}.{{0,30}}\b(?:in|by|from|on|of|with|within|using)\s
        (?:any\sof\s)?(?:(?:the|these|those|this)\s)?(?:\w+\s)?{_ABSTRACTS}
    | [^,.;]{{2,120}}?\s(?:is|are)\snot\s(?:mentioned|addressed|discussed|covered|specified|stated|reported|provided
        |given|available)(?:\shere)?\W*$
    | [^,.;]{{2,120}}?\b(?:absent|missing)\sfrom\s(?:(?:the|these)\s)?{_ABSTRACTS}
    | [^;]{{0,120}}?\b(?:unknown|unclear|impossible|cannot\sbe|no\sconclusions?|(?:not|isn['’]t)\s(?:possible|clear))\b
        .{{0,60}}\b(?:from|in|by|on|using|with)\s(?:(?:the|these)\s)?(?:\w+\s)?{_ABSTRACTS}
    | [^,.;]{{2,80}}?\s(?:cannot\sbe\s(?:answered|determined)|(?:is|remains)\s(?:unknown|unclear))\W*$
    | (?:n/?a|none|unknown|unanswerable|no\s(?:answer|information)(?:\sfound)?|not\s(?:found|mentioned|stated|available
        |specified|addressed|reported|enough\sinformation|in\sthe\s(?:abstracts|context))|insufficient\sinformation
        |cannot\sanswer)\W*$
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_OF_THE_GIVEN = re.compile(rf"\b(?:{_ABSTRACTS}|i\b|question\b|answer\b)", re.IGNORECASE)
_PART = re.compile(rf"^\W*{REFUSAL}\s*[:,–—-]\s*(?P<part>[^\n]*\w[^\n]*)", re.IGNORECASE)
_CONCEDED = re.compile(r"^\W*(?:(?:even\s)?though|although|while|whereas)\s(?P<what>[^,]+),\s*", re.IGNORECASE)
_BUT = re.compile(r"[,;]\s*(?:but|yet|although|though|however|nevertheless|nonetheless)\b,?\s*", re.IGNORECASE)
_FINDS = re.compile(r"\b(?:support|show|indicate|reveal|establish|find|test|measure)\b|insufficient to", re.IGNORECASE)
_GOES_ON = re.compile(r"^(?:however|but|nevertheless|nonetheless|still|that said|instead|even so)\b", re.IGNORECASE)
_OF_ABSTRACTS = re.compile(
    r"\b(?:they|abstracts?|sources?|studies)\b.{0,40}?\b(?:focus|discuss|address|cover|concern|describe|deal|relate"
    r"|are about|is about|examine|investigate|report on)\w*",
    re.IGNORECASE,
)


def is_refusal(sentence: str, *, is_cited: bool = False) -> bool:
    """Return True for a sentence that says that the abstracts hold no answer; a cited one may tell what studies found.

    >>> is_refusal("The provided abstracts do not contain information on zinc.")
    True
    >>> is_refusal("The studies did not report more deaths.", is_cited=True)
    False
    """
    if REFUSAL in sentence or re.fullmatch(rf"\W*{REFUSAL}\W*", sentence, re.IGNORECASE):
        return True
    conceded = _CONCEDED.match(sentence)
    begin = conceded.end() if conceded else 0
    refused = _REFUSED.match(sentence[begin:])
    return refused is not None and (not is_cited or bool(_OF_THE_GIVEN.search(sentence[: begin + refused.end()])))


def half_refused(sentence: str) -> tuple[str, str]:
    """Return what a cited sentence says not to be in the abstracts, or "", and what it says all the same.

    >>> half_refused("The abstracts do not address croup, but zinc cured gout.")
    ('The abstracts do not address croup', 'Zinc cured gout.')
    """
    refused, claim = "", sentence
    if conceded := _CONCEDED.match(sentence):
        refused, claim = conceded["what"], sentence[conceded.end() :]
    elif goes_on := _BUT.search(sentence):
        refused, claim = sentence[: goes_on.start()], sentence[goes_on.end() :]
    is_half = is_refusal(refused, is_cited=True) and not (is_refusal(claim) or _OF_ABSTRACTS.search(claim))
    return (_begun(refused), _begun(claim)) if is_half else ("", sentence)


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def missing_part(sentence: str) -> str:
    """Return what a sentence such as "Not in these abstracts: the dose." says to be missing, or ""."""
    part = _PART.match(sentence)
    return part["part"].strip() if part else ""


def answers_all_the_same(sentence: str, *, is_cited: bool, refusal: str = "") -> bool:
    """Return True for a cited sentence behind a refusal that answers nearly: "However, in mice zinc rose".

    A refusal that is half a finding ("The data do not show a benefit.") needs no "however".
    """
    goes_on = _GOES_ON.match(sentence) or _FINDS.search(refusal)
    return is_cited and goes_on is not None and _OF_ABSTRACTS.search(sentence) is None
