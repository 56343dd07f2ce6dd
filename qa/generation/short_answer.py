"""A short answer first, where one exists: spans of the evidence that answer by themselves, linked to their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.analysis.abbreviations import definitions
from index.search.query import Query
from qa.answer import Citation, ShortAnswer
from qa.evidence.scoring import Evidence
from qa.generation.asked import AskedFor, asked_for
from qa.generation.candidates import Span, Token, noun_phrases, tokens_of
from qa.generation.quantity_spans import quantity_spans
from qa.generation.span_ranker import Mention, Spread, hashed_features, load_ranker, numeric_features
from qa.question.records import QuestionAnalysis

MOST_OF_A_LIST, _MOST_OF_ONE = 12, 3
_SURE, _LEAST, _LEAST_OF_A_LIST = -2.0, -3.0, -1.0
"""Log-odds of the best from which there is a short answer at all, of each further one, and of each item of a list."""
_SENTENCES = 24
"""Sentences that are looked through, best first."""
_ANSWERED_SHORTLY = frozenset(("short answer", "list", "number"))


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is named in the evidence: its mentions with their log-odds, best first."""

    mentions: tuple[Mention, ...]
    odds: tuple[float, ...]

    @property
    def stems(self) -> frozenset[str]:
        """The words that name it."""
        return frozenset(self.mentions[0].key.split())

    @property
    def short_answer(self) -> ShortAnswer:
        """The thing as its best mention names it, with the best mention in each abstract."""
        places: dict[str, Citation] = {}
        for mention in self.mentions:
            places.setdefault(mention.evidence.source.abstract.pmid, _citation(mention))
        citations = tuple(places.values())
        return ShortAnswer(citations[0].quote, citations, len(citations))


def short_answers(analysis: QuestionAnalysis, evidence: Sequence[Evidence], query: Query) -> tuple[ShortAnswer, ...]:
    """Return the spans of the evidence that answer a question by themselves, best first; () where none is sure.

    A question of yes or no, an overview, a look-up, talk and a question on the library have none.
    """
    if analysis.kind not in _ANSWERED_SHORTLY or not analysis.is_english or not evidence:
        return ()
    asked = asked_for(analysis, query)
    things = ranked(asked, evidence)
    if not things or things[0].odds[0] < _SURE:
        return ()
    is_list = analysis.kind == "list" and asked.asked == "name"
    least, most = (_LEAST_OF_A_LIST, MOST_OF_A_LIST) if is_list else (_LEAST, _MOST_OF_ONE)
    return tuple(thing.short_answer for thing in _distinct(things, most) if thing.odds[0] >= least)


def ranked(asked: AskedFor, evidence: Sequence[Evidence]) -> list[Thing]:
    """Return the things that the evidence names, the likeliest answer first."""
    mentions = mentions_of(asked, evidence)
    scores = load_ranker().scores(*features_of(mentions, asked, evidence))
    things: dict[str, list[tuple[float, Mention]]] = {}
    for mention, score in zip(mentions, scores, strict=True):
        things.setdefault(mention.key, []).append((float(score), mention))
    by_odds = [sorted(each, key=lambda pair: -pair[0]) for each in things.values()]
    by_odds.sort(key=lambda each: -each[0][0])
    return [Thing(tuple(mention for _, mention in each), tuple(odds for odds, _ in each)) for each in by_odds]


def features_of(
    mentions: Sequence[Mention], asked: AskedFor, evidence: Sequence[Evidence]
) -> tuple[list[list[float]], list[list[int]]]:
    """Return the features of mentions, numbers and buckets."""
    abstracts = len({sentence.source.abstract.pmid for sentence in evidence})
    spreads = {key: spread_of(each, abstracts) for key, each in things_of(mentions).items()}
    places = {
        mention.order: [at for at, token in enumerate(mention.tokens) if token.stem and token.stem in asked.stems]
        for mention in mentions
    }
    best = max((sentence.score for sentence in evidence), default=0.0)
    numeric = [
        numeric_features(mention, asked, spreads[mention.key], places[mention.order], best) for mention in mentions
    ]
    return numeric, [hashed_features(mention, asked) for mention in mentions]


def _distinct(things: Sequence[Thing], most: int) -> list[Thing]:
    """Return the first things of which none is named by part of another's words."""
    distinct: list[Thing] = []
    for thing in things:
        if len(distinct) == most:
            break
        if not any(thing.stems <= other.stems or other.stems <= thing.stems for other in distinct):
            distinct.append(thing)
    return distinct


def _citation(mention: Mention) -> Citation:
    evidence = mention.evidence
    start, end = evidence.start + mention.span.start, evidence.start + mention.span.end
    return Citation(evidence.source.number, evidence.source.abstract.pmid, start, end, mention.text)


def mentions_of(asked: AskedFor, evidence: Sequence[Evidence]) -> list[Mention]:
    """Return the candidates of the best sentences: quantities where one is asked for, else noun phrases."""
    same = _written_forms(evidence)
    mentions = []
    for order, sentence in enumerate(evidence[:_SENTENCES]):
        tokens = tokens_of(sentence.text)
        spans = noun_phrases(tokens) if asked.asked == "name" else _quantity_spans(sentence.text, tokens, asked)
        for span in spans:
            key = _key(tokens, span, asked)
            if key:
                mentions.append(Mention(sentence, tokens, span, same.get(key, key), order))
    return mentions


def things_of(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    """Return the mentions by what they name."""
    things: dict[str, list[Mention]] = {}
    for mention in mentions:
        things.setdefault(mention.key, []).append(mention)
    return things


def spread_of(mentions: Sequence[Mention], abstracts: int) -> Spread:
    """Return how widely a thing is named, of so many abstracts."""
    pmids = {mention.evidence.source.abstract.pmid for mention in mentions}
    return Spread(len(pmids), len({mention.order for mention in mentions}), len(pmids) / max(abstracts, 1))


def _key(tokens: tuple[Token, ...], span: Span, asked: AskedFor) -> str:
    """Return what a span names, as stems; a noun at its end that only says what is asked for is left out."""
    stems = [token.stem for token in tokens[span.first : span.last + 1] if token.stem]
    if len(stems) > 1 and stems[-1] == asked.noun:
        stems = stems[:-1]
    if asked.asked != "name" and not stems:
        return " ".join(token.lower for token in tokens[span.first : span.last + 1])
    return " ".join(stems)


def _written_forms(evidence: Sequence[Evidence]) -> Mapping[str, str]:
    """Return the keys of abbreviations that the abstracts define, each with the key of its long form."""
    same: dict[str, str] = {}
    sources = {sentence.source.abstract.pmid: sentence.source.abstract for sentence in evidence[:_SENTENCES]}
    for abstract in sources.values():
        for pair in definitions(abstract.text):
            short, long = (
                " ".join(token.stem for token in tokens_of(form) if token.stem) for form in (pair.short, pair.long)
            )
            if short and long and short != long:
                same.setdefault(short, long)
    return same


def _quantity_spans(sentence: str, tokens: tuple[Token, ...], asked: AskedFor) -> Iterable[Span]:
    for start, end in quantity_spans(sentence, asked.asked):
        inside = [at for at, token in enumerate(tokens) if token.start < end and token.end > start]
        if inside:
            yield Span(start, end, inside[0], inside[-1])
