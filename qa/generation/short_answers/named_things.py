"""Names as short answers: the things of the sort asked for that the answering sentences name, and what they enumerate.

Only where the question says of what sort the things are ("Which drugs", "What symptoms") and the lexicon knows enough
of the names to be of that sort.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.analysis.abbreviations import definitions
from index.analysis.lexicon import default_lexicon
from index.analysis.terms import terms
from qa.answer import Citation, ShortAnswer
from qa.evidence.relation import denies
from qa.evidence.scoring import Evidence
from qa.language.entailment import drugs_named
from qa.language.noun_phrases import NounPhrase, enumerations, noun_phrases
from qa.language.outcomes import ADVERSE
from qa.language.word_tokens import WordToken, tokens_of
from qa.question.asked_noun import sort_of
from qa.question.records import QuestionAnalysis

MOST_NAMED = 12
_SENTENCES = 3
"""Sentences that are looked through, best first."""
_WORTH_READING = 0.75
"""Share of the best score that a further sentence must have."""
_KINDS = {
    "drug": frozenset({"chemical"}),
    "gene": frozenset({"gene"}),
    "disease": frozenset({"disease"}),
    "effect": frozenset({"disease"}),
    "organism": frozenset({"organism"}),
}
"""The lexicon's kinds of each sort."""
_GENE = re.compile(r"(?![IVX]+\Z)(?:[A-Z][A-Za-z]{0,4}\d[\dA-Z-]*|[A-Z]{3,6})\Z")
_LONG_NAME = re.compile(r"(?:receptor|kinase|factor|protein|ase|in)s?(?: \w+)?\Z| \d\w?\Z", re.I)
_TURNS = re.compile(
    r"[;,]\s+(?:and|but|whereas|while|although|though)\b|\b(?:but|whereas|while|although|though)\b|;", re.I
)
_EMPTY = frozenset(
    terms(
        "patients women men adults children participants people cases controls placebo groups study trial results"
        " mean median hazard odds ratio days weeks months years times dose number rate data analysis use role"
        " function order confidence interval adverse side others common frequent most expression activity level"
    )
)
"""Words that name no answer by themselves, nor do those that only say a sort."""
_LONGEST = 4
"""Words of an item that is not known to be of the sort."""


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A name at `start:end` of a sentence."""

    evidence: Evidence
    start: int
    end: int

    @property
    def text(self) -> str:
        """The name as written."""
        return self.evidence.text[self.start : self.end]

    @property
    def citation(self) -> Citation:
        """The citation that quotes the name."""
        source, offset = self.evidence.source, self.evidence.start
        return Citation(source.number, source.abstract.pmid, offset + self.start, offset + self.end, self.text)


def named_things(analysis: QuestionAnalysis, evidence: Sequence[Evidence]) -> tuple[ShortAnswer, ...]:
    """Return the things that answer by their names, in the order of their sentences; () where none is sure.

    A question for one thing gets none where several are named.
    """
    sort = sort_of(analysis.noun)
    if not sort or not evidence:
        return ()
    asked = frozenset(terms(analysis.text)) - frozenset(terms(analysis.noun.split()[-1]))
    best = max(sentence.score for sentence in evidence)
    is_list = analysis.kind == "list" and not analysis.is_negated
    things: dict[str, list[NamedPlace]] = {}
    for sentence in evidence[: _SENTENCES if is_list else 1]:
        if sentence.score < _WORTH_READING * best:
            break
        places = _places(sentence, sort, asked, is_denied=analysis.is_negated, is_list=is_list)
        is_first = not things  # the best sentence that names any says which, later ones in how many abstracts
        for place in places:
            if is_first or _key(place.text) in things:
                things.setdefault(_key(place.text), []).append(place)
    if not things or len(things) > (MOST_NAMED if analysis.kind == "list" else 1):
        return ()
    return tuple(_short_answer(places) for places in things.values())


def _key(name: str) -> str:
    """Return what all written forms of a name share: its concept in the lexicon, or its index terms."""
    return next((concept.id for concept in default_lexicon().concepts(name)), " ".join(terms(name)))


def _short_answer(places: Sequence[NamedPlace]) -> ShortAnswer:
    citations = {place.evidence.source.abstract.pmid: place.citation for place in reversed(places)}
    first = places[0].citation
    others = [citation for pmid, citation in citations.items() if pmid != first.pmid]
    return ShortAnswer(first.quote, (first, *others), len(citations))


def _places(
    sentence: Evidence, sort: str, asked: frozenset[str], *, is_denied: bool, is_list: bool
) -> list[NamedPlace]:
    """Return the names of a sort in a sentence: of its enumerations, or for one thing the only one that it names."""
    text, tokens = sentence.text, tokens_of(sentence.text)
    asked = asked | _abbreviated(sentence, asked)
    parts = [span for span in noun_phrases(tokens) if _is_in(text, span, is_denied)]
    wholes = [span for span in parts if span.is_whole]
    enumerated = []
    for run in enumerations(tokens, wholes):
        named = [_named(text, tokens, span, parts, sort) for span in run]
        known = sum(name is not None for name in named)
        items = [name or span for name, span in zip(named, run, strict=True)]
        items = [item for item in items if item.last - item.first < _LONGEST and _is_new(tokens, item, asked)]
        if 2 * known >= len(run) and known > 1:
            enumerated += [NamedPlace(sentence, item.start, item.end) for item in items]
    if enumerated or is_list:
        return enumerated
    names = {name for span in wholes if (name := _named(text, tokens, span, parts, sort)) is not None}
    names = {name for name in names if _is_new(tokens, name, asked)}
    return [NamedPlace(sentence, name.start, name.end) for name in names] if len(names) == 1 else []


def _named(
    text: str, tokens: Sequence[WordToken], whole: NounPhrase, parts: Sequence[NounPhrase], sort: str
) -> NounPhrase | None:
    """Return the part of a phrase that is known to be of a sort, with the words before it; None for none."""
    inside = [part for part in parts if whole.first <= part.first <= part.last <= whole.last]
    known = [
        part for part in inside if not _says_a_sort(tokens[part.last]) and is_of_sort(text[part.start : part.end], sort)
    ]
    if not known:
        return None
    best = max(known, key=lambda part: (part.last, part.last - part.first))
    wider = [part for part in inside if part.last == best.last and best.last - part.first < _LONGEST]
    has_link = any(token.lower == "of" for token in tokens[whole.first : best.first])
    return best if has_link or sort == "gene" else min(wider, key=lambda part: part.first, default=best)


def _says_a_sort(token: WordToken) -> bool:
    return "-" not in token.lower and bool(sort_of(token.lower))


def _abbreviated(sentence: Evidence, asked: frozenset[str]) -> frozenset[str]:
    """Return the abbreviations that an abstract makes of what the question names."""
    pairs = definitions(sentence.source.abstract.text)
    return frozenset(term for pair in pairs if (set(terms(pair.long)) & asked) - _EMPTY for term in terms(pair.short))


def _is_in(text: str, span: NounPhrase, is_denied: bool) -> bool:
    """Return True if a phrase stands in a clause that denies, or in one that does not, as is asked."""
    begins = [0, *(match.end() for match in _TURNS.finditer(text))]
    begin = max(place for place in begins if place <= span.start)
    end = min((place for place in begins if place > span.start), default=len(text))
    return denies(text[begin:end]) is is_denied


def _is_new(tokens: Sequence[WordToken], span: NounPhrase, asked: frozenset[str]) -> bool:
    """Return True if a phrase says more than the question and general words."""
    stems = {
        part
        for token in tokens[span.first : span.last + 1]
        if token.stem
        for part in token.stem.split("_")
        if not part.isdigit()
    }
    says_more = any(token.stem and not _says_a_sort(token) for token in tokens[span.first : span.last + 1])
    return says_more and bool(stems - _EMPTY) and not stems & (asked - _EMPTY)


@lru_cache(maxsize=4_096)
def is_of_sort(name: str, sort: str) -> bool:
    """Return True if a name is known to be of a sort: by the lexicon, or by its form.

    >>> is_of_sort("BAG3", "gene"), is_of_sort("table", "drug")
    (True, False)
    """
    kinds = [concept.kind for concept in default_lexicon().concepts(name)[:2]]
    is_named = not _KINDS[sort].isdisjoint(kinds if sort == "gene" else kinds[:1])
    if sort == "gene":  # many words of English are names of genes too
        return bool(_GENE.match(name)) and (is_named or not kinds) or (is_named and bool(_LONG_NAME.search(name)))
    if sort == "drug":
        return is_named or bool(" " not in name and drugs_named(name.lower()))
    return is_named or (sort == "effect" and any(map(ADVERSE.match, name.split())))
