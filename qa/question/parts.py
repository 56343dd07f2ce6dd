"""Split a question into its parts, each rewritten as a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis.inflection import singular
from index.analysis.lexicon import default_lexicon
from index.analysis.sentences import sentence_spans
from qa.language.statement import statement_of
from qa.question.library_query import PAPER
from qa.question.relations import relations_of
from qa.question.request import as_question
from qa.question.slots import is_own_thing
from qa.question.subjects import sides_of
from qa.question.superlatives import ORDERS, chosen_words

_AUXILIARY = r"(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have|may|might)"
_WH = r"(?:what|which|who|whom|how|why|when|where)"
_NUMBERED = re.compile(
    rf"(?:\A|(?<=[\s;,.?]))(?!(?-i:[A-Z]\.\s+(?!{_WH}|{_AUXILIARY})[a-z]))\(?(?:[1-9]|[a-e]|i{{1,3}})[).](?=\s)\s*",
    re.I,
)  # but not C. difficile
_NEXT = re.compile(
    rf"[,;]?\s+(?:and|but|or)(?: also| then| if so,?)?\s+(?=(?:(?:at|in|by|for|with|on|to|of|from) )?{_WH}\b(?! of\b)"
    rf"|{_AUXILIARY} (?:it|they|this|these|that|he|she|there|[\w-]+ [\w-]+|[\w/-]+\W*\Z))"
    rf"|[;,]\s+(?={_WH} (?:{_AUXILIARY}|\w+ {_AUXILIARY})\b)",
    re.I,
)
_BEGINS = re.compile(rf"(?:(?:at|in|by|for|with|on|to|of|from) )?{_WH}\b|{_AUXILIARY}\b", re.I)
_ELLIPSIS = re.compile(
    rf"\A(?:(?:at|in|by|for|with|on|to|of|from|over) )?{_WH}(?: (?!{_AUXILIARY}\b)[\w-]+){{0,3}}\W*\Z", re.I
)
_INSTEAD = re.compile(
    rf"\A(?:(?:what|how) (?:about|of)|{_AUXILIARY})\s+(?P<other>(?!(?:it|they|this|these|that|he|she)\b)[\w/-]+"
    r"(?: [\w/-]+)?)\W*\Z",
    re.I,
)
"""A part that only puts another thing in the place of the first: "and does tea?", "what about tea?"."""
_OF_TWO = re.compile(
    r"\Awhich(?: one| of (?:them|these|the two|both))? (?:is|are|was|were|has|have|had|does|did|causes?|carries|gives?"
    r"|makes?|lasts?|leads?|works?|costs?|acts?|[a-z]{3,}s (?:more|less|fewer|faster|longer|better))\b",
    re.I,
)
"""A part that asks which of the two things that the first compares: "and which has fewer relapses?"."""
_PRONOUN = re.compile(
    r"\b(?:it|they|them|he|she|this|these|those)\b(?! (?:\w+ )?(?:true|safe that|possible that))", re.I
)
_ACTS = re.compile(r"(?:and |but )?(?:does|do|did|can|could|will|would|may|should) (?:it|they|this)\b", re.I)
_POSSESSIVE = re.compile(r"\b(?:its|their|his|her) (?P<noun>(?:\w+ )?\w+)", re.I)
_GAPPED = re.compile(
    rf"\A(?P<head>(?:\w+ )?(?:{_AUXILIARY})) (?P<first>[\w/-]+(?: [\w/-]+)?) (?P<verb>\w+) (?P<preposition>for|in|on"
    rf"|to|against) "
    r"(?P<object>[\w/ -]+?) and (?P<second>[\w/-]+(?: [\w/-]+)?) (?P=preposition) (?P<other>[\w/ -]+)\??\Z",
    re.I,
)
_TWO_NOUNS = re.compile(
    r"\A(?P<head>(?:(?:what|which) (?:is|are"
    r"|were) )?(?:the )?)(?P<first>[\w-]+(?: [\w-]+)?) and (?:the )?(?P<second>[\w-]+(?: [\w-]+)?) "
    r"(?P<rest>(?:of|for|in) .+)\Z",
    re.I,
)


def parts_of(text: str, subjects: Sequence[str]) -> tuple[str, ...]:
    """Return the questions of a text, each standing alone; one of `subjects` is what later ones speak of as "it".

    >>> parts_of("What is gout and how is it treated?", ["gout"])
    ('What is gout?', 'How is gout treated?')
    """
    pieces = [piece for sentence in _sentences(text) for piece in _coordinated(sentence)]
    if len(pieces) == 1:
        return _gapped(pieces[0]) or _two_nouns(pieces[0]) or (text,)
    parts = [as_question(pieces[0])]
    for piece in pieces[1:]:
        parts.append(_standing_alone(piece, parts[0], _meant(piece, subjects)))
    return tuple(dict.fromkeys(part for part in parts if part))


_ONE = re.compile(
    rf"\b(?P<which>the (?:{'|'.join(ORDERS)}))(?: ones?\b|(?= (?:say|find|show|conclude|report|suggest)))", re.I
)
_THERE = re.compile(r"\b(?:it|(?:that|this) (?:one|study|trial|paper|review))\b", re.I)


def parts_on_studies(text: str) -> tuple[str, ...]:
    """Return the questions of a text that each stand alone, where one is on the newest or largest study; else ().

    >>> parts_on_studies("How many trials are there, and what did the newest one find?")
    ('How many trials are there?', 'What did the newest trial find?')
    """
    pieces = _coordinated(text)
    papers = re.findall(rf"\b{PAPER}\b", pieces[0], re.I)
    kind = singular(papers[0].lower()) if papers else "study"
    pieces = [_ONE.sub(lambda match: f"{match['which']} {kind}", piece) for piece in pieces]
    chosen = [words for piece in pieces if (words := chosen_words(piece))]
    if len(pieces) < 2 or not chosen:
        return ()
    parts = [as_question(pieces[0])]
    for piece in pieces[1:]:
        if not chosen_words(piece) and chosen_words(pieces[0]):
            named, times = _THERE.subn(chosen[0], piece, count=1)
            piece = named if times else f"{piece.rstrip(' ?.')} in {chosen[0]}"
        parts.append(as_question(piece))
    return tuple(parts)


def _sentences(text: str) -> list[str]:
    """Return the numbered points or the sentences of a text; a sentence that asks nothing goes with the next."""
    points = [point.strip() for point in _NUMBERED.split(text) if point.strip()]
    if len(points) > 1 and all(point.count("(") == point.count(")") for point in points):  # not "PD-1 (death 1)"
        return points
    sentences: list[str] = []
    before = ""
    for start, end in sentence_spans(text):
        before = f"{before} {text[start:end]}".strip()
        if before.endswith("?"):
            sentences.append(before)
            before = ""
    if before and sentences:
        sentences[-1] = f"{sentences[-1]} {before}"
    return sentences or [text]


def _coordinated(sentence: str) -> list[str]:
    """Return the clauses of a sentence that each ask; what does not begin as a question is one clause."""
    if not _BEGINS.match(sentence.strip()):
        return [sentence]
    return [clause for clause in (piece.strip(" ,;") for piece in _NEXT.split(sentence)) if clause]


def _meant(piece: str, subjects: Sequence[str]) -> str:
    """Return which of several subjects a later part means: what acts is a drug where there is one, else the first.

    >>> _meant("does it cause nausea?", ["high blood pressure", "metformin"])
    'metformin'
    """
    acting = (subject for subject in subjects if _ACTS.match(piece) and _is_drug(subject))
    return next(acting, _known_part(subjects[0]) if subjects else "")


def _known_part(subject: str) -> str:
    """Return the name that a subject begins with, where a verb was taken for its end: "hepatitis E spread".

    >>> _known_part("rabies passed")
    'rabies'
    """
    named = next(iter(default_lexicon().mentions(subject)), None)
    rest = subject[len(named.text) :].split() if named and subject.startswith(named.text) else []
    is_verb = len(rest) == 1 and (rest[0] in _VERBS or rest[0].endswith("ed"))
    return named.text if named and is_verb else subject


_VERBS = frozenset("spread develop arise start begin work happen act behave differ change progress end come".split())


def _is_drug(name: str) -> bool:
    return any(concept.kind == "chemical" for concept in default_lexicon().concepts(name)[:1])


def _standing_alone(piece: str, first: str, subject: str) -> str:
    """Return a later part with what it leans on: the first question's clause, or its subject for a pronoun."""
    if (instead := _INSTEAD.match(piece)) and (asked := _subject_of(first, subject)):
        return as_question(first.replace(asked, instead["other"], 1))
    if _OF_TWO.match(piece) and (sides := sides_of(first)):
        return as_question(f"{piece.rstrip(' ?.')}, {' or '.join(sides)}")
    if _ELLIPSIS.match(piece):
        clause = re.sub(rf"\A{_WH}(?: (?!{_AUXILIARY}\b)[\w-]+)* (?={_AUXILIARY}\b)", "", first, flags=re.I).rstrip("?")
        return as_question(f"{piece.rstrip(' ?.')} {clause[:1].lower()}{clause[1:]}")
    if subject:
        piece = _POSSESSIVE.sub(lambda match: f"the {match['noun']} of {subject}", piece)
        piece = _PRONOUN.sub(lambda match: subject, piece, count=1)
    return as_question(piece)


def _subject_of(question: str, subject: str) -> str:
    """Return what a question is on, as it stands there: its statement's subject, else the given one; "" for none."""
    statement = statement_of(question)
    name = statement.subject if statement else subject
    return name if name and name in question else ""


def _gapped(text: str) -> tuple[str, ...]:
    """Return the two questions of "What does A do for X and B for Y?"."""
    match = _GAPPED.match(text)
    if not match or not (is_own_thing(match["second"]) and is_own_thing(match["first"])):
        return ()
    pairs = ((match["first"], match["object"]), (match["second"], match["other"]))
    return tuple(f"{match['head']} {thing} {match['verb']} {match['preposition']} {aim}?" for thing, aim in pairs)


def _two_nouns(text: str) -> tuple[str, ...]:
    """Return the two questions of "the causes and treatments of X": nouns of two relations."""
    match = _TWO_NOUNS.match(text)
    if not match:
        return ()
    first, second = relations_of(match["first"]), relations_of(match["second"])
    if len(first) != 1 or len(second) != 1 or first == second:
        return ()
    return tuple(as_question(f"{match['head']}{match[noun]} {match['rest']}") for noun in ("first", "second"))
