"""A follow-up and the turns before it to one question that stands alone, by rules: no language model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from index.search import MAX_QUERY_CHARACTERS
from index.terms import as_written, content_words, isoforms, names
from qa.answer import Turn

_BEGINS_AS_FOLLOW_UP = re.compile(
    r"(and\b|but\b|or\b|what about\b|how about\b|why\b|since \d{4}\b|only\b|also\b|then\b|same\b)", re.I
)
_POINTS_BACK = re.compile(r"\b(it|its|they|them|their|theirs|that|those|these|this|such|he|she|the same|there)\b", re.I)
_MAX_ISOFORMS = 4
"""How many isoforms of a question are looked at: each must be found as it is written."""


def standalone_question(question: str, turns: Sequence[Turn]) -> str:
    """Return the question as it can be understood alone: a follow-up is joined to the last question that could.

    A question is a follow-up when it begins like one ("And in colon cancer?"), or points back ("Which factor does it
    act through?") without a named thing of its own. The earlier question stands in front, so that its words are
    searched for as well; where the follow-up asks about another isoform, that takes the earlier one's place. The person
    sees what was asked.

    >>> standalone_question("What does IL-32β induce?", [])
    'What does IL-32β induce?'
    """
    text = question.strip()
    before = next((turn.question.strip() for turn in reversed(turns) if not is_follow_up(turn.question)), "")
    if not before or not is_follow_up(text):
        return text
    joined = f"{_with_isoforms_of(text, before)} {text}"
    return joined if len(joined) <= MAX_QUERY_CHARACTERS else text


def _with_isoforms_of(follow_up: str, question: str) -> str:
    """Return the question with its isoforms replaced by the follow-up's of the same family, as written there."""
    for new, family in islice(isoforms(follow_up).items(), _MAX_ISOFORMS):
        for old, old_family in islice(isoforms(question).items(), _MAX_ISOFORMS):
            if family == old_family and new != old:
                question = question.replace(as_written(old, question), as_written(new, follow_up))
    return question


def is_follow_up(question: str) -> bool:
    """Tell whether a question leans on the one before it."""
    if _BEGINS_AS_FOLLOW_UP.match(question):
        return True
    if _POINTS_BACK.search(question) and not names(question):
        return True
    return len(content_words(question)) <= 1
