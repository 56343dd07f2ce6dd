"""A follow-up and the turns before it to one question that stands alone, by rules: no language model."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index import Filters
from index.analysis.terms import content_words, names
from index.search.query import MAX_QUERY_CHARACTERS
from qa.answer import Turn
from qa.conversation.filters import narrowing, then
from qa.conversation.slots import (
    Phrase,
    is_isoform_alone,
    is_own_thing,
    kinds,
    phrases,
    with_isoform,
    with_name,
    with_places,
    with_subject,
)
from qa.language.stop_words import general_terms

_CONNECTOR = re.compile(r"\A\W*(?:(?:and|but|or|so|then|also|ok|okay|now|well|please)\b[ ,]*)+", re.I)
_ABOUT = re.compile(r"\A(?:what|how) about\b\s*|\Awhat of\b\s*|\Athe same (?=in|for|with)", re.I)
_BEGINS_AS_FOLLOW_UP = re.compile(
    r"(?:and|but|or|so|then|also|what about|how about|what of|why|how so|how come|only|just|same|the same|which of)\b",
    re.I,
)
_PREPOSITION = re.compile(r"(?:in|at|for|by|with|through|among|on|via|of|from|to|against)\b", re.I)
_AUXILIARY = "does|do|did|is|are|was|were|can|could|will|would|may|might|should|has|have|had"
"""What a question has its subject after."""
_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|that|those|these|this|such|he|she|the same|there|one|ones)\b", re.I
)
_SUBJECT_POINTS_BACK = re.compile(
    rf"(?:\w+ ){{0,3}}?(?:{_AUXILIARY}) (?:it|they|this|these|those|that|he|she|the same)\b", re.I
)
_OWN_SUBJECT = re.compile(rf"(?:\w+ ){{0,3}}?(?:{_AUXILIARY}) (?P<subject>[^\W_][\w-]*)", re.I)
_ASKS_WHAT_IT_IS = re.compile(r"(?:what|who) (?:is|are) (?!the\b|its?\b|their\b|th\w+\b)[^\W_][\w-]*\W*\Z", re.I)
_HOLDS_TOO = re.compile(
    rf"(?:{_AUXILIARY}) (?:this|that|it|they|these|those|the same)(?: also| still)? "
    r"(?:true|so|the case|the same|hold(?: true)?|apply|happen|known|seen|found|shown)(?: also| too)? "
    r"(?=(?:in|for|among|with)\b)",
    re.I,
)
_AFTERTHOUGHT = re.compile(r"[\s,]*(?:too|as well|also|instead|please|then)?[\s?.!]*\Z", re.I)
_IS_CLAUSE = re.compile(rf"\A(?:{_AUXILIARY})\b|\b(?:what|which|whom?|where|when|why|how)\b", re.I)
_WHOLE = 4
"""Words with a content, however general, from which a clause is whole: "does metformin make animals live longer"."""
_RELATION = re.compile(r" (?:and|in|on|for|with) ", re.I)


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question as it can be understood alone, with the filters that the conversation asks for.

    `focus` is the follow-up's own text where it was joined to the earlier question, which it then draws to its side;
    `is_sure` tells that nothing had to be joined. `follows` is the earlier question, "" for a question of its own, and
    `rest` what is asked without the words that became filters.
    """

    question: str
    filters: Filters = Filters()
    focus: str = ""
    follows: str = ""
    rest: str = ""

    @property
    def is_sure(self) -> bool:
        """True if the question was found by putting one thing in another's place, or needed nothing."""
        return not self.focus


def standalone(
    question: str, turns: Sequence[Turn], *, has_mesh: Callable[[str], bool] = lambda descriptor: True
) -> Standalone:
    """Return the question as it can be understood alone, with the filters that this and earlier follow-ups ask for.

    Where a follow-up changes one thing that the rules know the place of (an isoform, a name, a disease, a tissue, whom
    it is about), the earlier question comes back with that thing changed. "Trials only" or "since 2015" leave the
    earlier question and narrow the search; that holds until a question comes that stands alone. Other follow-ups
    ("Why?", "Which factor does it act through?") are joined to the earlier question, whose words are searched for too.

    >>> first = Turn("Does IL-32β drive migration in breast cancer?", Answer("…"))  # doctest: +SKIP
    >>> standalone("And in colon cancer?", [first]).question  # doctest: +SKIP
    'Does IL-32β drive migration in colon cancer?'
    """
    text = question.strip()
    before, filters = _before(turns)
    narrowed = narrowing(text, has_mesh)
    if not before or not (narrowed.is_all or is_follow_up(narrowed.rest)):
        return Standalone(_without_connector(text) if before else text)
    filters = narrowed.filters if narrowed.resets else then(filters, narrowed.filters)
    if narrowed.is_all:
        return Standalone(before, filters, follows=before)
    asked = narrowed.rest
    changed = _changed(_fragment(asked), _without_bare_end(before))
    if changed is not None:
        return _fitting(Standalone(changed, filters, follows=before, rest=asked), text)
    if _is_topic(asked):
        return Standalone(text)
    earlier = _first_sentence(before)
    joined = f"{with_isoform(earlier, asked) or earlier} {asked}"
    return _fitting(Standalone(joined, filters, focus=asked, follows=before, rest=asked), text)


def is_follow_up(question: str) -> bool:
    """Return True if a question leans on the one before it."""
    text = _CONNECTOR.sub("", question).strip()
    if _SUBJECT_POINTS_BACK.match(text):
        return True
    if _has_own_subject(text):
        return False
    if _BEGINS_AS_FOLLOW_UP.match(question.strip()) or _PREPOSITION.match(text) or is_isoform_alone(text.rstrip("?. ")):
        return True
    if _POINTS_BACK.search(text) and not names(text):
        return True
    return len(_telling(text)) <= 1 and not names(text) and not _ASKS_WHAT_IT_IS.match(text)


def is_sane(rewritten: str, by_rules: Standalone) -> bool:
    """Return True if a language model's form of a follow-up may stand: it keeps and adds no named thing unasked.

    Where the rules are sure, it must name what they name; else what the follow-up names, and nothing that neither the
    follow-up nor the question before it names. It must share a word with what is asked.
    """
    said, ours = set(names(rewritten)), set(names(by_rules.question))
    if by_rules.is_sure and said != ours:
        return False
    own = set(names(by_rules.rest))
    if not own <= said <= ours or (ours and not said):
        return False
    return bool(set(content_words(rewritten)) & set(content_words(by_rules.question)))


def _before(turns: Sequence[Turn]) -> tuple[str, Filters]:
    """Return the last question that can be understood alone, and the filters that follow-ups have asked for since."""
    for turn in reversed(turns):
        if turn.answer.standalone_question:
            return turn.answer.standalone_question, turn.answer.said_filters
        if not is_follow_up(turn.question):
            return turn.question.strip(), Filters()
    return "", Filters()


def _fragment(follow_up: str) -> str:
    """Return what a follow-up names without the words around it: "in colon cancer" of "And in colon cancer too?"."""
    text = _ABOUT.sub("", _CONNECTOR.sub("", follow_up).strip())
    return _AFTERTHOUGHT.sub("", _HOLDS_TOO.sub("", text)).strip()


def _changed(fragment: str, before: str) -> str | None:
    """Return the question before with what the fragment names in its place, or None where that is not sure."""
    if not fragment or _IS_CLAUSE.search(fragment) or re.search(r"[?.!;]\s", fragment):
        return None
    said = list(phrases(fragment)) if _PREPOSITION.match(fragment) else []
    if said and said[0].start == len(said[0].preposition) + 1:
        if _covers(fragment, said) and not _POINTS_BACK.search(fragment):
            noun = said[0].noun if len(said) == 1 and said[0].preposition in ("for", "with") else ""
            changed = with_isoform(before, noun) or with_subject(before, noun) if noun else None
            return changed or (with_places(before, said) if _is_place(said) else None)
        return None
    changed = with_isoform(before, fragment) or with_name(before, fragment) or with_subject(before, fragment)
    if changed:
        return changed
    said = list(phrases(f"in {fragment}"))
    if not _covers(f"in {fragment}", said) or not said or not kinds(said[0].noun):
        return None
    if kinds(said[0].noun) == {"disease"} and not any("disease" in kinds(one.noun) for one in phrases(before)):
        return None  # "What about cancer?" may ask for a cause, an effect or a place
    return with_places(before, said)


def _is_place(said: Sequence[Phrase]) -> bool:
    """Return True if phrases begin with a place, disease or group, or with what may be one ("in MCF-7")."""
    return bool(kinds(said[0].noun)) or is_own_thing(said[0].noun)


def _covers(text: str, said: Sequence[Phrase]) -> bool:
    """Return True if phrases are all there is in a text."""
    for phrase in reversed(said):
        text = text[: phrase.start - len(phrase.preposition) - 1] + text[phrase.end :]
    return not re.search(r"\w", text)


def _has_own_subject(text: str) -> bool:
    """Return True if a clause has a subject of its own: "does letrozole lower bone density", not "do the tumours"."""
    found = _OWN_SUBJECT.match(text)
    if not found or (len(_telling(text)) < 2 and len(content_words(text)) < _WHOLE):
        return False
    return is_own_thing(found["subject"])


def _is_topic(follow_up: str) -> bool:
    """Return True if "what about …" names a topic of its own: "metformin and ageing in mice", not "the dose"."""
    fragment = _fragment(follow_up)
    head, *others = _RELATION.split(fragment)
    if _IS_CLAUSE.search(fragment) or _PREPOSITION.match(fragment):
        return False
    return bool(others) and is_own_thing(head) and len(_telling(fragment)) > 1 and not _POINTS_BACK.search(fragment)


def _telling(text: str) -> list[str]:
    """Return the index terms of a text that say what it is about."""
    return [one for one in content_words(text) if one not in general_terms() and not one.isdigit()]


def _first_sentence(question: str) -> str:
    """Return a question without what an earlier follow-up was joined to it as."""
    return re.split(r"(?<=[?!]) ", question, maxsplit=1)[0]


def _without_bare_end(question: str) -> str:
    """Return a question without a "Why?" that was joined to it, which another place or thing does not inherit."""
    first = _first_sentence(question)
    return question if _telling(question[len(first) :]) else first


def _without_connector(text: str) -> str:
    """Return a question of its own without the "And" that it begins with."""
    bare = _CONNECTOR.sub("", text) if _has_own_subject(_CONNECTOR.sub("", text)) else text
    return bare[:1].upper() + bare[1:] if bare != text else text


def _fitting(found: Standalone, asked: str) -> Standalone:
    """Return what was found, or, where that is longer than a question may be, the follow-up alone."""
    if len(found.question) <= MAX_QUERY_CHARACTERS:
        return found
    return replace(found, question=asked, focus="", follows="")
