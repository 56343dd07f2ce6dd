"""Agent and patient of questions and sentences: "what does IL-32β induce" is not "what induces IL-32β"."""

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


def is_turned_round(question_act: Act | None, sentence: str) -> bool:
    """Return True if the sentence exchanges agent and patient of the question.

    Only sentences with the question's verb are compared; a sentence with both orders is not turned round.

    >>> is_turned_round(asked_act("What does IL-32β induce?"), "IL-32β was induced by TNF-α.")
    True
    >>> is_turned_round(asked_act("What does IL-32β induce?"), "IL-32β induced VEGF.")
    False
    """
    if question_act is None:
        return False
    sentence_acts = [act for act in _acts_of(sentence) if act.verb == question_act.verb]
    return _is_turned(question_act, sentence_acts) and not _is_as_asked(question_act, sentence_acts)


def tells_act(question_act: Act, sentence: str) -> bool:
    """Return True if a sentence has the question's verb with its agent or its patient in their places."""
    return _is_as_asked(question_act, [act for act in _acts_of(sentence) if act.verb == question_act.verb])


def has_roles_turned(question_act: Act, sentence: str) -> bool:
    """Return True if a sentence, whatever its verbs, has the question's patient as agent only, or the other way.

    >>> has_roles_turned(asked_act("What induces IL-32?"), "IL-32 activates NF-κB.")
    True
    """
    sentence_acts = _acts_of(sentence)
    return _is_turned(question_act, sentence_acts) and not _is_as_asked(question_act, sentence_acts)


def _acts_of(sentence: str) -> list[Act]:
    return acts(_PLURAL.sub(r"\1es", sentence))


def _is_as_asked(question_act: Act, sentence_acts: list[Act]) -> bool:
    return any(
        question_act.agent.keys() & act.agent.keys() or question_act.patient.keys() & act.patient.keys()
        for act in sentence_acts
    )


def _is_turned(question_act: Act, sentence_acts: list[Act]) -> bool:
    return any(
        question_act.agent.keys() & act.patient.keys() or question_act.patient.keys() & act.agent.keys()
        for act in sentence_acts
    )


def asked_act(question: str) -> Act | None:
    """Return the act of a question: "does X induce Y", "what induces Y", "which drugs cause Y"."""
    words = [match[0].lower() for match in _WORD.finditer(question)]
    auxiliary = next((place for place, word in enumerate(words) if word in _HELPING), None)
    if auxiliary is not None:
        return _act(words, auxiliary + 1)
    if "by" in words and (question_acts := acts(question)):
        return question_acts[0]  # "is induced by"
    return _act(words, 1) if words[:1] and words[0] in _WHO else None


def _act(words: list[str], first: int) -> Act | None:
    """Return the act of the first verb after a place: the words before it are the agent, those after it the patient."""
    for place in range(first, len(words)):
        if verb := verb_of(words[place]):
            return Act(verb, _near(words[first:place]), _near(words[place + 1 :]))
    return None


def _near(words: list[str]) -> dict[str, float]:
    """Return the content words of a phrase before its first place or time: "zeta-7" of "zeta-7 in moss"."""
    return dict.fromkeys(content_words(" ".join(takewhile(lambda word: word not in _WHERE, words))), 1.0)
