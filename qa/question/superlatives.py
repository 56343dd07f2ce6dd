"""The study that a question chooses by its date or size: "How many men were in the newest trial of zinc?"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.question.records import Order

ORDERS: dict[str, Order] = {
    "newest": "newest", "latest": "newest", "most recent": "newest", "oldest": "oldest", "earliest": "oldest",
    "largest": "largest", "biggest": "largest", "smallest": "smallest",
}  # fmt: skip
_ONE = r"(?:study|trial|paper|article|abstract|review|report|publication|meta-analysis|cohort|RCT)"
_ASIDE = (
    r"(?:find|found|shows?|conclude\w*|says?|said|reports?|include\w*|recruit\w*|enrol\w*|ha[sd]|have|suggests?"
    r"|recommends?|states?|supports?|tests?|tested|compares?|compared|lasts?|lasted|disagrees?|agrees?|confirms?"
    r"|is|are|was|were|do|does|did|what|which|who|how|and|about|over|took|take)\b"
)
"""What follows the subject of a study, and is none of it."""
_SUPERLATIVE = re.compile(
    rf"(?:\b(?:in|of|from|by|within|according to|based on) )?\bthe (?P<order>{'|'.join(ORDERS)}) "
    rf"(?P<phrase>(?:(?!{_ASIDE})[\w/-]+ ){{0,4}}?{_ONE}\b"
    rf"(?: (?:on|of|about|in|with|for|into|testing|that (?:tested|studied|looked at))(?: (?!{_ASIDE})[\w/'’-]+)+)?)",
    re.I,
)
_MOST_SUBJECTS = re.compile(
    rf"\A\W*(?:which|what) (?P<phrase>(?:(?!{_ASIDE})[\w/-]+ ){{0,4}}?{_ONE}\b"
    rf"(?: (?:on|of|about|in|with|for)(?: (?!{_ASIDE})[\w/'’-]+)+)?) (?:[a-z]+ ){{1,2}}?the "
    r"(?:(?P<most>most|largest number of|highest number of)|fewest|smallest number of|lowest number of)"
    r" (?:patients|participants|people|subjects|volunteers|animals|women|men|children|adults)\W*\Z",
    re.I,
)
_ASKS_RECORDS = re.compile(
    r"\b(?:journals?|authors?|authored|wrote|written|publish\w*|appear\w*|retract\w*|MeSH|years?|dated?|when)\b", re.I
)
_ASKS_WHICH = re.compile(
    r"\W*(?:(?:which|what)(?: \w+)?(?: (?:is|are|was|were)|['’]s)"
    r"|(?:(?:show|list|give|find|name|get)(?: me| us)?))?"
    r"\W*(?:here|(?:that )?(?:i|we|you) have"
    r"|(?:in|of|among) (?:(?:all|the|this|my|our|these) )+(?:library|collection|abstracts|papers))?"
    r"\W*\Z",
    re.I,
)
"""What asks which is the newest paper, and nothing of what it says."""


@dataclass(frozen=True, slots=True)
class ChosenStudy:
    """A study that is named by its place among others: by `order` the first of those that `phrase` describes."""

    order: Order
    phrase: str


def chosen_words(text: str) -> str:
    """Return the words by which a text chooses a study, "the newest trial of zinc"; "" where it chooses none.

    >>> chosen_words("How many men were in the newest trial of zinc?")
    'the newest trial of zinc'
    """
    match = _SUPERLATIVE.search(text)
    return match[0][match[0].lower().index("the ") :] if match and without_chosen(text)[1] else ""


def without_chosen(text: str) -> tuple[str, ChosenStudy | None]:
    """Return a text without the study that it chooses by date or size, and that study; not where it asks the records.

    >>> without_chosen("How many men were in the newest trial of zinc?")
    ('How many men were ?', ChosenStudy(order='newest', phrase='trial of zinc'))
    """
    if match := _MOST_SUBJECTS.match(text):
        return "", ChosenStudy("largest" if match["most"] else "smallest", match["phrase"])
    match = _SUPERLATIVE.search(text)
    if match is None:
        return text, None
    before, after, order = text[: match.start()], text[match.end() :], ORDERS[match["order"].lower()]
    is_of_records = order in ("newest", "oldest") and _ASKS_WHICH.match(before + after)
    if is_of_records or _ASKS_RECORDS.search(before + after):
        return text, None
    it = "the study" if match[0].lower().startswith("the ") else ""
    return f"{before}{it}{after}", ChosenStudy(order, match["phrase"])
