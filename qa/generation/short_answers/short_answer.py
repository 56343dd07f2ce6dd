"""A short answer first, where one exists: the quantity, side of a comparison or names that answer by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from index.search.query import Query
from qa.answer import Citation, ShortAnswer
from qa.evidence.relation import denies_an_effect
from qa.evidence.scoring import Evidence
from qa.generation.short_answers.asked import AskedFor, asked_for
from qa.generation.short_answers.better_side import better_side
from qa.generation.short_answers.named_things import named_things, things_beside
from qa.generation.short_answers.quantity_ranker import QuantityMention, fits, quantity_odds, without_other_arms
from qa.generation.short_answers.study_size import study_size
from qa.grounding import answering
from qa.language.discourse import gives_orders
from qa.language.quantity_spans import quantity_spans
from qa.language.word_tokens import tokens_of
from qa.question.asked_noun import sort_of
from qa.question.records import QuestionAnalysis

_SURE = -2.2
"""Log-odds of the best quantity from which there is a short answer; a second one is as often another group's."""
_SENTENCES = 24
"""Sentences that are looked through, best first."""
_ANSWERED_SHORTLY = frozenset(("short answer", "list", "number"))


def short_answers(
    analysis: QuestionAnalysis, evidence: Sequence[Evidence], query: Query, *, beside: Sequence[Evidence] = ()
) -> tuple[ShortAnswer, ...]:
    """Return the quantity, side or names that answer a question by themselves; () where none is sure.

    A list that the evidence does not give may stand in another sentence of its best abstract, which is in `beside`.
    """
    if analysis.kind == "comparison":
        side = better_side(analysis, evidence)
        return (side,) if side else ()
    if not (analysis.asks_for_things or analysis.kind in _ANSWERED_SHORTLY) or not analysis.is_english or not evidence:
        return ()
    asked = asked_for(analysis, query)
    if asked.asked == "name":
        return named_things(analysis, evidence) or things_beside(analysis, _of_the_best(analysis, evidence, beside))
    if size := study_size(asked, [*evidence, *beside]):
        return size
    if analysis.is_negated:
        evidence = [sentence for sentence in evidence if denies_an_effect(sentence.text)]
    quantities = _ranked(asked, evidence)
    if not quantities or quantities[0][0] < _SURE:
        return ()
    return (_short_answer(quantities[0][1]),)


def _of_the_best(
    analysis: QuestionAnalysis, evidence: Sequence[Evidence], beside: Sequence[Evidence]
) -> list[Evidence]:
    """Return the other sentences of the best abstract, for a list only: several things in a row are easily told.

    The sentence that follows the best one comes first, since a text names things and then lists them.
    """
    if not analysis.asks_for_things:
        return []
    pmid, end = evidence[0].source.abstract.pmid, evidence[0].end
    others = [
        sentence
        for sentence in beside
        if sentence.source.abstract.pmid == pmid and all(sentence is not each for each in evidence)
    ]
    following = [
        sentence for sentence in others if end <= sentence.start <= end + 1 and not gives_orders(sentence.text)
    ]
    able = answering(others) if sort_of(analysis.noun) != "gene" else others  # a gene's name tells by itself
    return [
        *following,
        *(sentence for sentence in able if sentence not in following and not gives_orders(sentence.text)),
    ]


def _ranked(asked: AskedFor, evidence: Sequence[Evidence]) -> list[tuple[float, list[QuantityMention]]]:
    """Return the mentions of each quantity, the likeliest first, with the log-odds of the best."""
    best = max((sentence.score for sentence in evidence), default=0.0)
    by_value: dict[str, list[tuple[float, QuantityMention]]] = {}
    for mention in _mentions(asked, evidence):
        by_value.setdefault(mention.key, []).append((quantity_odds(mention, asked, best), mention))
    ranked = [sorted(mentions, key=lambda pair: -pair[0]) for mentions in by_value.values()]
    ranked.sort(key=lambda mentions: -mentions[0][0])
    return [(mentions[0][0], [mention for _, mention in mentions]) for mentions in ranked]


def _mentions(asked: AskedFor, evidence: Sequence[Evidence]) -> list[QuantityMention]:
    """Return the quantities of the kind that is asked for, in the best sentences."""
    mentions = []
    for sentence in evidence[:_SENTENCES]:
        tokens = tokens_of(sentence.text)
        for start, end in quantity_spans(sentence.text, asked.asked):
            inside = [place for place, token in enumerate(tokens) if token.start < end and token.end > start]
            if inside and fits(asked, sentence.text, start, end):
                key = " ".join(tokens[place].lower for place in inside)
                mentions.append(QuantityMention(sentence, tokens, start, end, inside[0], inside[-1], key))
    return without_other_arms(mentions, asked)


def _short_answer(mentions: Sequence[QuantityMention]) -> ShortAnswer:
    """Return a quantity as its best mention writes it, with the best mention in each abstract."""
    places: dict[str, Citation] = {}
    for mention in mentions:
        source, offset = mention.evidence.source, mention.evidence.start
        text = mention.evidence.text[mention.start : mention.end]
        citation = Citation(source.number, source.abstract.pmid, offset + mention.start, offset + mention.end, text)
        places.setdefault(source.abstract.pmid, citation)
    citations = tuple(places.values())
    return ShortAnswer(citations[0].quote, citations, len(citations))
