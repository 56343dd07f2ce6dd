"""Standalone questions from follow-ups and their earlier turns, by rules: no language model."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index import Filters
from index.analysis.terms import content_words, names
from index.search.query import MAX_QUERY_CHARACTERS
from qa.answer import Turn
from qa.language.quantity_spans import asked_quantity
from qa.language.stop_words import general_terms
from qa.question.filters import narrowing, then
from qa.question.slots import (
    Phrase,
    is_isoform_alone,
    is_own_thing,
    kinds,
    phrases,
    with_denial,
    with_isoform,
    with_name,
    with_places,
    with_subject,
)
from qa.question.subjects import qualifiers_of

_CONNECTOR = re.compile(r"\A\W*(?:(?:and|but|or|so|then|also|ok|okay|now|well|please)\b[ ,]*)+", re.I)
_ABOUT = re.compile(r"\A(?:what|how) about\b\s*|\Awhat of\b\s*|\Athe same (?=in|for|with)", re.I)
_BEGINS_AS_FOLLOW_UP = re.compile(
    r"(?:and|but|or|so|then|also|what about|how about|what of|why|how so|how come|only|just|same|the same|which of)\b",
    re.I,
)
_PREPOSITION = re.compile(r"(?:in|at|for|by|with|through|among|on|via|of|from|to|against)\b", re.I)
_AUXILIARY = "does|do|did|is|are|was|were|can|could|will|would|may|might|should|has|have|had"
"""Words before the subject of a question."""
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
"""Content words, general ones too, from which a clause is whole: "does metformin make animals live longer"."""
_RELATION = re.compile(r" (?:and|in|on|for|with) ", re.I)


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that can be understood alone, with the filters of the conversation.

    `focus` is the follow-up's own text where it was joined to the earlier question, so that search weighs it twice;
    `is_sure` is True if nothing had to be joined. `follows` is the earlier question, "" for a question of its own, and
    `rest` the follow-up without the words that became filters.
    """

    question: str
    filters: Filters = Filters()
    focus: str = ""
    follows: str = ""
    rest: str = ""

    @property
    def is_sure(self) -> bool:
        """True if one thing was replaced by another, or nothing had to be."""
        return not self.focus


def standalone(
    question: str, turns: Sequence[Turn], *, has_mesh: Callable[[str], bool] = lambda descriptor: True
) -> Standalone:
    """Return the question in a form that can be understood alone, with the filters of this and earlier follow-ups.

    Where a follow-up changes one thing whose place the rules know (an isoform, a name, a disease, a tissue, a group of
    people), the earlier question comes back with that thing changed. "Trials only" or "since 2015" leave the
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
    rest = narrowed.rest
    changed = with_denial(before, _fragment(rest)) or _changed(_fragment(rest), _without_bare_end(before))
    if changed is not None:
        return _fitting(Standalone(changed, filters, follows=before, rest=rest), text)
    if _is_topic(rest):
        return Standalone(text)
    earlier = _first_sentence(before)
    sentence = rest[:1].upper() + rest[1:]
    joined = f"{with_isoform(earlier, rest) or earlier} {sentence}"
    return _fitting(Standalone(joined, filters, focus=sentence, follows=before, rest=rest), text)


_MOST_OF_QUANTITY = 9
"""Words of a follow-up that asks only for a quantity, at most."""
_POINTS_TO_STUDY = re.compile(
    r"\b(?:that|this|the same) (?:study|trial|paper|article|abstract|review|meta-analysis|cohort|work|report)\b"
    r"|\bwho (?:wrote|did|published|authored) (?:that|this|it)\b|\bwhen was (?:that|this|it) published\b",
    re.I,
)


def cited_study(question: str, turns: Sequence[Turn]) -> tuple[str, ...]:
    """Return the PMID of the study that a follow-up means ("in that trial"): the first of the last answer; or ()."""
    if not turns or not _POINTS_TO_STUDY.search(question):
        return ()
    answered = next((turn.answer for turn in reversed(turns) if turn.answer.sources), turns[-1].answer)
    return tuple(source.abstract.pmid for source in answered.sources[:1])


def measured_studies(question: str, turns: Sequence[Turn]) -> tuple[str, ...]:
    """Return the PMIDs that the earlier answer cites, for a follow-up that asks a quantity of them ("What dose?").

    () for any other follow-up, and for one with a name of its own.
    """
    if not turns or asked_quantity(question) == "name" or names(question) or len(question.split()) > _MOST_OF_QUANTITY:
        return ()
    return cited_study(question, turns) or tuple(source.abstract.pmid for source in turns[-1].answer.sources)


def is_clause(text: str) -> bool:
    """Return True if a text has what a question has, and not only a thing: "And nausea?"."""
    return bool(_IS_CLAUSE.search(_CONNECTOR.sub("", text)))


def is_follow_up(question: str) -> bool:
    """Return True if a question depends on the one before it."""
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
    """Return True if a language model's form of a follow-up may stand: no named thing is lost or added.

    Where the rules are sure, it must have their names; else the follow-up's, and none that neither the follow-up nor
    the question before it has. It must share a word with the rules' form.
    """
    rewritten_names, rule_names = set(names(rewritten)), set(names(by_rules.question))
    if by_rules.is_sure and rewritten_names != rule_names:
        return False
    follow_up_names = set(names(by_rules.rest))
    if not follow_up_names <= rewritten_names <= rule_names or (rule_names and not rewritten_names):
        return False
    return bool(set(content_words(rewritten)) & set(content_words(by_rules.question)))


def _before(turns: Sequence[Turn]) -> tuple[str, Filters]:
    """Return the last question that can be understood alone, and the filters of the follow-ups since."""
    for turn in reversed(turns):
        if turn.answer.standalone_question:
            return turn.answer.standalone_question, turn.answer.said_filters
        if not is_follow_up(turn.question):
            return turn.question.strip(), Filters()
    return "", Filters()


def _fragment(follow_up: str) -> str:
    """Return a follow-up without the words around its one thing: "in colon cancer" of "And in colon cancer too?"."""
    text = _ABOUT.sub("", _CONNECTOR.sub("", follow_up).strip())
    return _AFTERTHOUGHT.sub("", _HOLDS_TOO.sub("", text)).strip()


def _changed(fragment: str, before: str) -> str | None:
    """Return the question before with the fragment in the place of its like, or None where that is not sure."""
    if not fragment or _IS_CLAUSE.search(fragment) or re.search(r"[?.!;]\s", fragment):
        return None
    named = list(phrases(fragment)) if _PREPOSITION.match(fragment) else []
    if named and named[0].start == len(named[0].preposition) + 1:
        if _covers(fragment, named) and not _POINTS_BACK.search(fragment):
            noun = named[0].noun if len(named) == 1 and named[0].preposition in ("for", "with") else ""
            changed = with_isoform(before, noun) or with_subject(before, noun) if noun else None
            return changed or (with_places(before, named) if _is_place(named) else None)
        return None
    changed = (
        with_isoform(before, fragment)
        or with_name(before, fragment)
        or with_subject(before, fragment)
        or _with_qualifier(before, fragment)
    )
    if changed:
        return changed
    named = list(phrases(f"in {fragment}"))
    if not _covers(f"in {fragment}", named) or not named or not kinds(named[0].noun):
        return None
    if kinds(named[0].noun) == {"disease"} and not any("disease" in kinds(phrase.noun) for phrase in phrases(before)):
        return None  # "What about cancer?" may ask for a cause, an effect or a place
    return with_places(before, named)


def _with_qualifier(before: str, fragment: str) -> str | None:
    """Return the question before with another time, age, group or stage, "late in pregnancy", None where it has none.

    >>> _with_qualifier("Is zinc safe in the first trimester?", "late in pregnancy")
    'Is zinc safe late in pregnancy?'
    """
    others, rest = qualifiers_of(fragment), fragment
    for other in others:
        rest = rest.replace(other.text, " ", 1)
    like = [known for known in qualifiers_of(before) if others and known.kind == others[0].kind]
    if not like or re.search(r"\w", re.sub(r"\b(?:in|and|or|at|during|for|the)\b", " ", rest)):
        return None
    return before.replace(like[0].text, fragment, 1)


def _is_place(named: Sequence[Phrase]) -> bool:
    """Return True if phrases begin with a place, disease or group, or with a thing that may be one ("in MCF-7")."""
    return bool(kinds(named[0].noun)) or is_own_thing(named[0].noun)


def _covers(text: str, named: Sequence[Phrase]) -> bool:
    """Return True if a text has no words but its phrases."""
    for phrase in reversed(named):
        text = text[: phrase.start - len(phrase.preposition) - 1] + text[phrase.end :]
    return not re.search(r"\w", text)


def _has_own_subject(text: str) -> bool:
    """Return True if a clause has a subject of its own: "does letrozole lower bone density", not "do the tumours"."""
    match = _OWN_SUBJECT.match(text)
    if not match or (len(_telling(text)) < 2 and len(content_words(text)) < _WHOLE):
        return False
    return is_own_thing(match["subject"])


def _is_topic(follow_up: str) -> bool:
    """Return True if "what about …" names a topic of its own: "metformin and ageing in mice", not "the dose"."""
    fragment = _fragment(follow_up)
    head, *tails = _RELATION.split(fragment)
    if _IS_CLAUSE.search(fragment) or _PREPOSITION.match(fragment):
        return False
    return bool(tails) and is_own_thing(head) and len(_telling(fragment)) > 1 and not _POINTS_BACK.search(fragment)


def _telling(text: str) -> list[str]:
    """Return the specific index terms of a text: no general words, no numbers."""
    return [term for term in content_words(text) if term not in general_terms() and not term.isdigit()]


def _first_sentence(question: str) -> str:
    """Return a question without an earlier follow-up that was joined to it."""
    return re.split(r"(?<=[?!]) ", question, maxsplit=1)[0]


def _without_bare_end(question: str) -> str:
    """Return a question without a "Why?" that was joined to it: another place or thing does not inherit it."""
    first = _first_sentence(question)
    return question if _telling(question[len(first) :]) else first


def _without_connector(text: str) -> str:
    """Return a standalone question without a leading "And"."""
    bare = _CONNECTOR.sub("", text) if _has_own_subject(_CONNECTOR.sub("", text)) else text
    return bare[:1].upper() + bare[1:] if bare != text else text


def _fitting(form: Standalone, follow_up: str) -> Standalone:
    """Return the standalone form, or the follow-up itself where the form is longer than a question may be."""
    if len(form.question) <= MAX_QUERY_CHARACTERS:
        return form
    return replace(form, question=follow_up, focus="", follows="")
