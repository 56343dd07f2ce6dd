"""A follow-up and the turns before it to one question that stands alone, by rules: no language model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.terms import content_words, names
from qa.answer import Turn

_BEGINS_AS_FOLLOW_UP = re.compile(
    r"(and\b|but\b|or\b|what about\b|how about\b|why\b|since \d{4}\b|only\b|also\b|then\b|same\b)", re.I
)
_POINTS_BACK = re.compile(r"\b(it|its|they|them|their|theirs|that|those|these|this|such|he|she|the same|there)\b", re.I)


def standalone_question(question: str, turns: Sequence[Turn]) -> str:
    """Return the question as it can be understood alone: a follow-up is joined to the question that it follows.

    A question is a follow-up when it begins like one ("And in colon cancer?"), or points back ("Which factor does it
    act through?") without a named thing of its own. The earlier question is given in front, so that its words are
    searched for as well; the person sees what was asked.

    >>> standalone_question("What does IL-32β induce?", [])
    'What does IL-32β induce?'
    """
    text = question.strip()
    if not turns or not is_follow_up(text):
        return text
    before = turns[-1].answer.standalone_question or turns[-1].question
    return f"{before.strip()} {text}"


def is_follow_up(question: str) -> bool:
    """Tell whether a question leans on the one before it."""
    if _BEGINS_AS_FOLLOW_UP.match(question):
        return True
    if _POINTS_BACK.search(question) and not names(question):
        return True
    return len(content_words(question)) <= 1
