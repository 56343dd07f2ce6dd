"""Who acts on whom: a question on what IL-32β induces is not answered by what induces IL-32β."""

from __future__ import annotations

import re
from itertools import takewhile

from index.analysis.terms import content_words
from qa.language.entailment import Act, acts, verb_of

_WORD = re.compile(r"[^\s,;:()?]+")
_WHERE = frozenset("in on at during by with from among after before for within".split())
_WHO = frozenset("which what who".split())
_PLURAL = re.compile(
    r"\b((?:induc|reduc|activat|promot|enhanc|(?:up|down)?regulat|mediat|produc|stimulat|phosphorylat|degrad|cleav))e\b",
    re.I,
)
"""Verbs of several agents, "TNF-α and IL-1β induce IL-32β", which are no nouns."""
_HELPING = frozenset("do does did can could may might will would should must to".split())


def is_turned_round(asked: Act | None, sentence: str) -> bool:
    """Return True if what acts in a question is only acted upon in the sentence, or the other way round.

    Only where both have the same verb; a sentence that has both is none.

    >>> is_turned_round(asked_act("What does IL-32β induce?"), "IL-32β was induced by TNF-α.")
    True
    >>> is_turned_round(asked_act("What does IL-32β induce?"), "IL-32β induced VEGF.")
    False
    """
    told = [act for act in acts(_PLURAL.sub(r"\1es", sentence)) if act.verb == asked.verb] if asked else []
    if asked is None or not told:
        return False
    is_as_asked = any(
        asked.agent.keys() & act.agent.keys() or asked.patient.keys() & act.patient.keys() for act in told
    )
    is_turned = any(asked.agent.keys() & act.patient.keys() or asked.patient.keys() & act.agent.keys() for act in told)
    return is_turned and not is_as_asked


def asked_act(question: str) -> Act | None:
    """Return the act that a question is about: "does X induce Y", "what induces Y", "which drugs cause Y"."""
    words = [match[0].lower() for match in _WORD.finditer(question)]
    helped = next((place for place, word in enumerate(words) if word in _HELPING), None)
    if helped is not None:
        return _act(words, helped + 1)
    if "by" in words and (told := acts(question)):
        return told[0]  # "is induced by"
    return _act(words, 1) if words[:1] and words[0] in _WHO else None


def _act(words: list[str], first: int) -> Act | None:
    """Return the act of the first verb after a place: what stands before it acts on what stands after it."""
    for place in range(first, len(words)):
        if verb := verb_of(words[place]):
            return Act(verb, _near(words[first:place]), _near(words[place + 1 :]))
    return None


def _near(words: list[str]) -> dict[str, float]:
    """Return the content of a phrase, up to what only says where or when: "zeta-7 in moss"."""
    return dict.fromkeys(content_words(" ".join(takewhile(lambda word: word not in _WHERE, words))), 1.0)
