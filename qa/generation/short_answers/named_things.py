"""Names as short answers: the things of the sort asked for that the answering sentences name, and what they enumerate.

Only where the question says of what sort the things are ("Which drugs", "What symptoms") and the lexicon knows enough
of the names to be of that sort.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis.abbreviations import definitions
from index.analysis.lexicon import default_lexicon
from index.analysis.terms import terms
from qa.answer import ShortAnswer
from qa.evidence.scoring import Evidence
from qa.generation.short_answers.sorts import (
    GENERAL,
    NamedPlace,
    is_in_clause,
    is_new,
    is_of_extreme,
    is_of_sort,
    key_of,
    says_a_sort,
)
from qa.generation.short_answers.told_subjects import told_subjects
from qa.language.noun_phrases import NounPhrase, enumerations, noun_phrases
from qa.language.word_tokens import WordToken, tokens_of
from qa.question.asked_noun import sort_of
from qa.question.records import QuestionAnalysis

MOST_NAMED = 12
_SENTENCES, _FURTHER = 3, 6
"""Sentences, best first, of which one must name things for a list, and those that are looked through for more."""
_WORTH_READING = 0.75
"""Share of the first naming sentence's score that a further one must have."""
_LONGEST = 4
"""Words of an item that is not known to be of the sort."""


def named_things(analysis: QuestionAnalysis, evidence: Sequence[Evidence]) -> tuple[ShortAnswer, ...]:
    """Return the things that answer by their names, in the order of their sentences; () where none is sure.

    A question for one thing gets none where several are named.
    """
    sort = sort_of(analysis.noun)
    if not evidence:
        return ()
    asked = frozenset(terms(analysis.text)) - frozenset(terms(" ".join(analysis.noun.split()[-1:])))
    many = analysis.asks_for_things and not analysis.is_negated
    things: dict[str, list[NamedPlace]] = {}
    for rank, sentence in enumerate(evidence[: _FURTHER if many else 1]):
        least = next((_WORTH_READING * named[0].evidence.score for named in things.values()), None)
        if sentence.score < least if least is not None else rank >= _SENTENCES:
            break
        places = _places(sentence, sort, asked, analysis, is_list=many) if sort else []
        places = places or told_subjects(analysis, sentence)
        places = [place for place in places if is_of_extreme(analysis.text, sentence.text, place.start)]
        if sort in ("effect", "disease"):
            places = [place for place in places if not is_of_sort(place.text, "drug")]
        if many and sort and (sort == "gene" or not analysis.relation) and (places or things):
            places = [*places, *_singly(sentence, sort, asked, places)]
        # the best sentence that names any says which, and others of its abstract; those of others in how many
        pmids = {place.evidence.source.abstract.pmid for named in things.values() for place in named[:1]}
        is_first = not things or (many and bool(sort) and sentence.source.abstract.pmid in pmids)
        for place in places:
            if is_first or key_of(place.text) in things:
                things.setdefault(key_of(place.text), []).append(place)
    if not things or len(things) > (1 if sort and not analysis.asks_for_things else MOST_NAMED):
        return ()
    return tuple(_short_answer(places) for places in things.values())


def of_the_sort(analysis: QuestionAnalysis, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence for a question that asks for drugs without what names genes and no drug."""
    if sort_of(analysis.noun) != "drug":
        return list(evidence)
    asked = frozenset(terms(analysis.text))
    return [
        sentence
        for sentence in evidence
        if _OF_DRUGS.search(sentence.text) or not _names_only_genes(sentence.text, asked)
    ]


_OF_DRUGS = re.compile(r"inhibit|agonist|drug|medic|treat|therap|\bmg\b|\bdos(?:e|es|ed|ing)\b|antibod|vaccin", re.I)


def _names_only_genes(text: str, asked: frozenset[str]) -> bool:
    kinds = _kinds_named(text, asked)
    return "gene" in kinds and "chemical" not in kinds


def _kinds_named(text: str, asked: frozenset[str]) -> set[str]:
    """Return the lexicon's kinds of what a sentence names beside the question's own things."""
    lexicon = default_lexicon()
    named = (mention.text for mention in lexicon.mentions(text) if not asked.intersection(terms(mention.text)))
    return {concept.kind for name in named for concept in lexicon.concepts(name)[:1]}


def things_beside(analysis: QuestionAnalysis, evidence: Sequence[Evidence]) -> tuple[ShortAnswer, ...]:
    """Return the things that the first of some sentences tells by their place, whatever they are called."""
    if not analysis.noun:
        return ()
    places = (told_subjects(analysis, sentence) or _genes(analysis, sentence) for sentence in evidence)
    return tuple(_short_answer([place]) for place in next(filter(None, places), ()))


def _genes(analysis: QuestionAnalysis, sentence: Evidence) -> list[NamedPlace]:
    """Return the genes that a sentence enumerates, where genes are asked for."""
    if analysis.noun.split()[-1] not in ("gene", "genes") or analysis.is_negated:
        return []
    asked = frozenset(terms(analysis.text))
    places = _places(sentence, "gene", asked, analysis, is_list=True)
    return [*_singly(sentence, "gene", asked, places), *places] if places else []


def _short_answer(places: Sequence[NamedPlace]) -> ShortAnswer:
    citations = {place.evidence.source.abstract.pmid: place.citation for place in reversed(places)}
    first = places[0].citation
    others = [citation for pmid, citation in citations.items() if pmid != first.pmid]
    return ShortAnswer(first.quote, (first, *others), len(citations))


def _places(
    sentence: Evidence, sort: str, asked: frozenset[str], analysis: QuestionAnalysis, *, is_list: bool
) -> list[NamedPlace]:
    """Return the names of a sort in a sentence: of its enumerations, or for one thing the only one that it names."""
    text, tokens = sentence.text, tokens_of(sentence.text)
    asked = asked | _abbreviated(sentence, asked)
    parts = [
        span
        for span in noun_phrases(tokens)
        if is_in_clause(text, span, analysis.is_negated) and is_of_extreme(analysis.text, text, span.start)
    ]
    wholes = [span for span in parts if span.is_whole]
    enumerated = []
    for run in enumerations(tokens, wholes):
        named = [_named(text, tokens, span, parts, sort) for span in run]
        known = sum(name is not None for name in named)
        items = [name or span for name, span in zip(named, run, strict=True)]
        items = [item for item in items if item.last - item.first < _LONGEST and is_new(tokens, item, asked)]
        if 2 * known >= len(run) and known > 1:
            enumerated += [NamedPlace(sentence, item.start, item.end) for item in items]
    if enumerated or is_list:
        return enumerated
    names = {name for span in wholes if (name := _named(text, tokens, span, parts, sort)) is not None}
    names = {name for name in names if is_new(tokens, name, asked)}
    return [NamedPlace(sentence, name.start, name.end) for name in names] if len(names) == 1 else []


def _singly(sentence: Evidence, sort: str, asked: frozenset[str], places: Sequence[NamedPlace]) -> list[NamedPlace]:
    """Return the names of a sort in a sentence that stand in none of its enumerations: genes each with its share."""
    text, tokens = sentence.text, tokens_of(sentence.text)
    parts = [span for span in noun_phrases(tokens) if is_in_clause(text, span, False)]
    known = (_named(text, tokens, span, parts, sort) for span in parts if span.is_whole)
    names = dict.fromkeys(name for name in known if name is not None and is_new(tokens, name, asked))
    taken = [(place.start, place.end) for place in places]
    return [
        NamedPlace(sentence, name.start, name.end)
        for name in names
        if not any(start < name.end and name.start < end for start, end in taken)
    ]


def _named(
    text: str, tokens: Sequence[WordToken], whole: NounPhrase, parts: Sequence[NounPhrase], sort: str
) -> NounPhrase | None:
    """Return the part of a phrase that is known to be of a sort, with the words before it; None for none."""
    inside = [part for part in parts if whole.first <= part.first <= part.last <= whole.last]
    known = [
        part
        for part in inside
        if not says_a_sort(tokens[part.last])
        and is_of_sort(text[part.start : part.end], sort)
        and not (part.last < whole.last and _OF_ANOTHER_THING.fullmatch(tokens[part.last + 1].lower))
    ]
    if not known:
        return None
    best = max(known, key=lambda part: (part.last, part.last - part.first))
    sorts = [
        place
        for place in range(whole.first, best.last)
        if tokens[place].lower.endswith("s") and sort_of(tokens[place].lower)
    ]
    first = max([whole.first, *(place + 1 for place in sorts)])  # not "monoclonal antibodies" of infliximab
    wider = [part for part in inside if part.last == best.last and best.last - _LONGEST < part.first >= first]
    has_link = any(token.lower == "of" for token in tokens[whole.first : best.first])
    return best if has_link or sort == "gene" else min(wider, key=lambda part: part.first, default=best)


_OF_ANOTHER_THING = re.compile(
    r"\w+ases?|receptors?|inhibitors?|(?:ant)?agonists?|blockers?|transporters?|channels?|antibod(?:y|ies)"
)
"""Words after a name that make it the name of another thing: a tyrosine kinase inhibitor is no tyrosine."""


def _abbreviated(sentence: Evidence, asked: frozenset[str]) -> frozenset[str]:
    """Return the abbreviations that an abstract makes of what the question names, not of what is called after it.

    CF is cystic fibrosis; CFTR, the cystic fibrosis transmembrane conductance regulator, is not.
    """
    pairs = definitions(sentence.source.abstract.text)
    return frozenset(term for pair in pairs if _is_asked(set(terms(pair.long)), asked) for term in terms(pair.short))


def _is_asked(words: set[str], asked: frozenset[str]) -> bool:
    return bool((words & asked) - GENERAL) and 2 * len(words & asked) >= len(words)
