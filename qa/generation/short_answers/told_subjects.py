"""What does what is asked: the subject of the verb in "What increased the risk?", by its place in the sentence.

Only where a sentence tells it with the question's own verb, before it or after "by".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis.terms import terms
from qa.evidence.scoring import Evidence
from qa.generation.short_answers.sorts import NamedPlace, is_in_clause, is_new
from qa.language.noun_phrases import NounPhrase, enumerations, noun_phrases
from qa.language.word_tokens import WordToken, tokens_of
from qa.question.records import QuestionAnalysis

_ASKS_WHO_DOES = re.compile(
    r"\W*(?:what|which)(?: [a-z-]+s(?= ))?"
    r"(?: (?:further|also|else|most|can|could|may|might|will|did|does|do|not|has|have|failed|fails|fail|to))*"
    r" (?!(?:is|are|was|were|been|be)\b)(?P<verb>[a-z]{3,})\b",
    re.I,
)
_LONGEST = 5
"""Words of a subject."""


def told_subjects(analysis: QuestionAnalysis, sentence: Evidence) -> list[NamedPlace]:
    """Return the things of which a sentence tells the question's verb; [] where that is not plain."""
    asks = _ASKS_WHO_DOES.match(analysis.text)
    stems = set(terms(asks["verb"])) if asks else set()
    text, tokens = sentence.text, tokens_of(sentence.text)
    verb = next((place for place, token in enumerate(tokens) if token.stem in stems), None)
    if verb is None:
        return []
    phrases = [one for one in noun_phrases(tokens) if one.is_whole and not one.first <= verb <= one.last]
    run = _agents(tokens, verb, phrases) or _subject(tokens, verb, phrases)
    asked = frozenset(terms(analysis.text))
    items = [item for item in run if item.last - item.first < _LONGEST and is_new(tokens, item, asked)]
    if len(items) < len(run) or not all(is_in_clause(text, item, analysis.is_negated) for item in items):
        return []
    return [NamedPlace(sentence, item.start, item.end) for item in items]


def _agents(tokens: Sequence[WordToken], verb: int, phrases: Sequence[NounPhrase]) -> list[NounPhrase]:
    """Return what follows "increased by"."""
    if verb + 1 >= len(tokens) or tokens[verb + 1].lower != "by":
        return []
    return next((run for run in _runs(tokens, phrases) if run[0].first == verb + 2), [])


def _subject(tokens: Sequence[WordToken], verb: int, phrases: Sequence[NounPhrase]) -> list[NounPhrase]:
    """Return what begins the sentence and ends before the verb, but for auxiliaries."""
    return next(
        (
            run
            for run in _runs(tokens, phrases)
            if run[0].first < 2
            and run[-1].last < verb
            and not any(token.stem or token.is_break for token in tokens[run[-1].last + 1 : verb])
        ),
        [],
    )


def _runs(tokens: Sequence[WordToken], phrases: Sequence[NounPhrase]) -> list[list[NounPhrase]]:
    """Return the enumerations of a sentence, then its noun phrases each by itself."""
    return [*enumerations(tuple(tokens), phrases), *([one] for one in phrases)]
