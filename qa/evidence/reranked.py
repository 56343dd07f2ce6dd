"""Evidence sentences reranked with the cross-encoder, which moves their score and confidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from index import Library
from index.records import TITLE
from index.search.query import Query, parsed
from qa.answer import Source
from qa.evidence.relation import ANY_RELATION, SoughtRelation
from qa.evidence.scoring import Evidence, gather
from qa.language.discourse import announces, asks_what_was_done, gives_orders, only_tells_what_was_done
from qa.language.outcomes import tells_only_of_harm
from qa.language.settings import is_not_on_people
from qa.language.statement import statement_of
from qa.question.relations import relations_of
from qa.reranking.entailment import EntailmentModel
from qa.reranking.inputs import context_of
from qa.reranking.protocol import Candidate, PairScore, Reranker, chance

_SCORED, _OF_EACH = 24, 2
"""Sentences that the cross-encoder scores for a question, best first; and how many of each abstract at least."""
_WEIGHT, _LEAST = 0.05, -4.0
"""A sentence's gain by log-odds, on the scale of its score, and the log-odds below which it gains nothing, as sentences
that were not scored. Chosen on SciFact's and BioASQ's questions to tune by, where twice or half as much comes
to the same."""
_CONFIDENCE = (0.68, 0.27, 0.33)
"""Weights of a sentence's log-odds without the cross-encoder, of the cross-encoder's log-odds, and of 1.

A logistic regression on the best sentence of an answer, over BioASQ's questions to tune by, asked with their relevant
abstracts among the sources and without. It leaves the cross-encoder's weight open between .3 and .5 of the other (AUROC
.915 to .916); moved so that precision and recall of refusing meet at `grounding.ANSWERS`."""
_UNNAMED = -0.5
"""The most that the cross-encoder's log-odds count for confidence in a sentence whose abstract lacks a subject word of
the question: an abstract that names no antibody does not answer a question on one, however well it fits."""

_BESIDE = 0.5
"""Loss of a sentence on animals, or only on adverse effects, where a question asks for the good of a treatment."""
_OF_TREATMENT = frozenset(("treats", "prevents", "adverse effect", "outcome", "dose"))
_READ_FROM, _READ, _USUAL = 0.2, 4, 0.7
"""The least confidence of sentences that the entailment network reads for a question of yes or no, how many it reads
besides the first of each abstract, and the chance of neither yes nor no with which a sentence neither gains nor loses.

On 267 of our own questions that it was not trained on an answer then begins with a sentence that tells in 82 of 100, in
77 without, and 62 of 100 sentences tell, not 59; what else it could read brings nothing."""


def rerank_evidence(
    question: str | Query,
    sources: Sequence[Source],
    *,
    library: Library,
    focus: str = "",
    sought: SoughtRelation = ANY_RELATION,
    reranker: Reranker | None = None,
) -> list[Evidence]:
    """Rerank evidence sentences with the cross-encoder and update their score and confidence; return them best first.

    Only the most promising are scored. Without a reranker they are as `qa.evidence.scoring.gather` returns them.
    """
    if not sources:
        return []
    query = parsed(question, library.parse)
    evidence = gather(query, sources, library=library, focus=focus, sought=sought)
    if reranker is None or not evidence:
        return evidence
    promising = {id(sentence) for sentence in _promising(evidence)}
    candidates = [sentence for sentence in evidence if id(sentence) in promising]
    scores = reranker.score(query.normalized, [candidate_of(sentence) for sentence in candidates])
    score_of = {id(sentence): score for sentence, score in zip(candidates, scores, strict=True)}
    updated = [
        _updated(sentence, score_of[id(sentence)], sought) if id(sentence) in score_of else sentence
        for sentence in evidence
    ]
    return sorted(updated, key=attrgetter("rank"))


def read_yes_or_no(question: str, evidence: Sequence[Evidence], entailment: EntailmentModel | None) -> list[Evidence]:
    """Return evidence on a question of yes or no, best first: what the network takes for either before all else.

    The most promising findings are read, and the clearer one tells yes or no, the more its score rises.
    """
    evidence = _to_what_is_asked(question, evidence)
    if entailment is None:
        return evidence
    able = [
        sentence for sentence in evidence if sentence.confidence >= _READ_FROM and _may_be_finding(sentence, question)
    ]
    firsts = {sentence.source.number: sentence for sentence in reversed(able)}
    read = list(dict.fromkeys([*able[:_READ], *firsts.values()]))
    chances = entailment.tell([(question, candidate_of(sentence)) for sentence in read])
    told_of = {
        id(sentence): replace(sentence, entailed=says, score=sentence.score + _USUAL - says.neither)
        for sentence, says in zip(read, chances, strict=True)
    }
    return sorted((told_of.get(id(sentence), sentence) for sentence in evidence), key=attrgetter("rank"))


def _to_what_is_asked(question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return evidence best first, with what is on animals or only on harm behind what a question of treatment asks."""
    statement = statement_of(question)
    asks_of_people = not _OF_TREATMENT.isdisjoint(relations_of(question)) and not is_not_on_people(question)
    asks_of_good = statement is not None and statement.axis == "benefit" and not statement.outcome
    if not (asks_of_people or asks_of_good):
        return list(evidence)

    def is_beside(sentence: Evidence) -> bool:
        on_others = asks_of_people and is_not_on_people(sentence.text, sentence.source.abstract.title)
        return on_others or (asks_of_good and tells_only_of_harm(sentence.text))

    lowered = (
        replace(sentence, score=sentence.score - _BESIDE) if is_beside(sentence) else sentence for sentence in evidence
    )
    return sorted(lowered, key=attrgetter("rank"))


def _may_be_finding(sentence: Evidence, question: str) -> bool:
    if sentence.missing_names or gives_orders(sentence.text) or announces(sentence.text):
        return False
    return asks_what_was_done(question) or not (
        sentence.section == "METHODS" or only_tells_what_was_done(sentence.text)
    )


def stances(evidence: Sequence[Evidence]) -> dict[tuple[str, int], tuple[float, float, float]]:
    """Return the stance of each sentence that has one (see `PairScore.stance`), by PMID and start."""
    return {
        (sentence.source.abstract.pmid, sentence.start): sentence.pair_score.stance
        for sentence in evidence
        if sentence.pair_score is not None and sentence.pair_score.stance is not None
    }


def _promising(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the best sentences of each abstract, then the best of the others until there are enough."""
    number = attrgetter("source.number")
    by_abstract = groupby(sorted(evidence, key=number), key=number)
    firsts = [sentence for _, group in by_abstract for sentence in list(group)[:_OF_EACH]]
    rest = [sentence for sentence in evidence if all(sentence is not first for first in firsts)]
    return [*firsts, *rest[: max(0, _SCORED - len(firsts))]]


def _updated(sentence: Evidence, pair_score: PairScore, sought: SoughtRelation) -> Evidence:
    gained = sentence.score + _WEIGHT * max(0.0, pair_score.answers - _LEAST)
    if pair_score.stance is None:  # its scores mean nothing beyond their order
        return replace(sentence, score=gained, pair_score=pair_score)
    without, by_reranker, always = _CONFIDENCE
    answers = min(pair_score.answers, _UNNAMED) if sentence.missing_words else pair_score.answers
    if sought.quantity == "count" and sought.is_told(sentence.text):
        answers = max(answers, _LEAST)  # it has seldom seen methods answer: "n = 243"
    odds = without * math.log(sentence.confidence / (1 - sentence.confidence)) + by_reranker * answers + always
    return replace(sentence, score=gained, confidence=chance(odds), pair_score=pair_score)


def candidate_of(sentence: Evidence) -> Candidate:
    """Return a sentence as the cross-encoders read it, beside its abstract's title."""
    return Candidate(sentence.text, context_of(sentence.source.abstract.title, TITLE if sentence.start == 0 else ""))
