"""Sentences in which a language model says, in our words or its own, that the abstracts hold no answer."""

from __future__ import annotations

import re

from qa.generation.llm.prompts import REFUSAL

_PLACE = (
    r"(?:(?:provided|given|supplied|above|available|cited|numbered|retrieved|included|listed|present|current)\s)?"
    r"(?:abstracts?|sources?|passages?|documents?|context|excerpts?|texts?|information|literature|studies|papers?"
    r"|articles?|material|data|evidence|references?)(?:\s(?:provided|given|supplied|above|available|here|listed))?\b"
)
_PLAIN_PLACE = r"(?:abstracts?|sources?|passages?|documents?|context|excerpts?|(?:provided|given)\s\w+|\w+\sprovided)"
_SAY = (
    r"(?:\w+ly\s)?(?:contain|mention|address|discuss|report|provide|include|describe|answer|specify|state|cover|say|give"
    r"|offer|present|examine|investigate|evaluate|assess|reveal|indicate|establish|touch|speak|deal|hold|support)\w*"
)
_MATTER = r"(?:information|data|evidence|details?|answers?|mention|findings?|statements?|discussion|basis|results?)"
_OWN_WORDS = re.compile(
    rf"""^\W*(?:(?:unfortunately|however|but|regrettably|sorry|i['’]m\ sorry|i\ am\ sorry|i\ apologi[sz]e|based\ on[^,]*
        |according\ to[^,]*|from\ [^,]*|in\ [^,]{{0,40}}),?\s*(?:but\s+)?)*
    (?: (?:the|these|those|none\ of\ the|none\ of\ these|neither\ of\ the|no|any\ of\ the|your|all\ of\ the)\s+{_PLACE}
          .{{0,60}}?\b(?:do(?:es)?\ not|don['’]t|doesn['’]t|did\ not|didn['’]t|cannot|can['’]t|could\ not|fails?\ to)\s
          (?:\w+ly\s)?{_SAY}
      | (?:none|neither)\ of\ (?:the|these)\ {_PLACE}\s.{{0,60}}?\b{_SAY}
      | (?:no|neither)\s{_PLAIN_PLACE}\s.{{0,60}}?\b{_SAY}
      | (?:the|this|that|your)\ (?:question|query|answer|information)\ (?:cannot|can['’]t|could\ not|is\ not|isn['’]t)\b
      | there\ (?:is|are|was|were)\ (?:no|not\ (?:enough|any|sufficient)|insufficient|nothing)\b
          .{{0,90}}\b{_PLAIN_PLACE}
      | there\ is\ (?:no|not\ enough|insufficient)\ (?:\w+\ )?(?:information|mention|answer)\b
      | (?:i|we)\ (?:(?:do|could|can|did|am|are|was|were)\s?(?:not|n['’]t)|can['’]t|cannot|couldn['’]t
          |don['’]t|didn['’]t|found\ no|find\ no|see\ no|have\ no|lack)\b.{{0,90}}
          \b(?:{_PLAIN_PLACE}|answer|information|question)
      | [^,.;]{{2,120}}?\s(?:is|are|was|were|can)\s?not\ (?:be\ )?(?:\w+ly\ )?(?:mentioned|addressed|discussed
          |covered|described|found|available|reported|provided|given|stated|specified|determined|answered|included|part)\b
          .{{0,30}}\b(?:in|by|from|on|of)\ (?:any\ of\ )?(?:the|these|those|this)\ (?:\w+\ )?{_PLAIN_PLACE}
      | (?:no|insufficient|not\ enough)\ (?:(?:relevant|specific|direct|such|sufficient|further)\ )*{_MATTER}\b
          .{{0,90}}\b(?:found|provided|available|given|present|mentioned|reported|{_PLAIN_PLACE})\b
      | [^,.;]{{2,120}}?\s(?:is|are)\ not\ (?:mentioned|addressed|discussed)\W*$
      | it\ is\ (?:not\ (?:possible|clear|stated|mentioned|reported)|impossible|unclear)\b.{{0,90}}\b{_PLAIN_PLACE}
      | (?:the|these|this)\ {_PLACE}\s(?:is|are)\ (?:insufficient|not\ (?:sufficient|enough|relevant|related)
          |unrelated|irrelevant|silent)
      | (?:n/?a|none|unknown|no\ answer|not\ (?:found|mentioned|stated|available|specified|enough\ information
          |in\ the\ (?:abstracts|context))|insufficient\ information|cannot\ answer)\W*$
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_STUDIES = re.compile(r"\b(?:studies|papers?|articles?|data|evidence|literature|results?)\b", re.IGNORECASE)
_PART = re.compile(rf"^\W*{REFUSAL}\s*[:,–—-]\s*(?P<part>[^\n]*\w[^\n]*)", re.IGNORECASE)
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
    if not (refused := _OWN_WORDS.match(sentence)):
        return False
    return not (is_cited and _STUDIES.search(refused[0]) and not re.search("abstract|provided|given", refused[0]))


def missing_part(sentence: str) -> str:
    """Return what a sentence such as "Not in these abstracts: the dose." says to be missing, or ""."""
    part = _PART.match(sentence)
    return part["part"].strip() if part else ""


def answers_all_the_same(sentence: str, *, is_cited: bool) -> bool:
    """Return True for a cited sentence behind a refusal that answers nearly: "However, in mice zinc rose"."""
    return is_cited and _GOES_ON.match(sentence) is not None and _OF_ABSTRACTS.search(sentence) is None
