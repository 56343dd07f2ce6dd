"""A short answer first, where one exists: spans of the evidence that answer by themselves, linked to their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.analysis.abbreviations import definitions
from index.analysis.terms import terms
from index.search.query import Query
from qa.answer import Citation, ShortAnswer
from qa.evidence.scoring import Evidence
from qa.generation.asked import AskedFor, asked_for
from qa.generation.candidates import CandidateSpan, WordToken, enumerations, noun_phrases, tokens_of
from qa.generation.quantity_ranker import fits, quantity_odds
from qa.generation.quantity_spans import quantity_spans
from qa.generation.span_ranker import (
    Mention,
    MentionContext,
    Spread,
    context_of,
    hashed_features,
    load_ranker,
    numeric_features,
)
from qa.question.records import QuestionAnalysis

MOST_OF_A_LIST, _MOST_OF_ONE = 12, 3
_SURE, _LEAST = -2.2, -3.2
"""Log-odds of the best from which there is a short answer at all, and of each further one."""
_BELOW, _BELOW_IN_A_LIST = 2.0, 1.3
"""How far below the best's log-odds a further one may be."""
_STAND_BY, _LOSS = 2, 0.3
"""How many of the best of an enumeration lift the others, and by how much less than their mean."""
_WIDENED = 1.0
"""How much less likely the whole noun phrase may be that takes its part's place."""
_EMPTY = frozenset(
    terms(
        "patients patient women men adults subjects participants people individuals cases controls placebo group groups"
        " study studies trial trials review report results result treatment therapy mean median hazard odds ratio risk"
        " day days week weeks month months year years daily times age dose number rate rates percent addition author"
        " authors data analysis use role effect effects function type types level levels presence order confidence"
        " interval comparison contrast twice once figure table background methods conclusion conclusions objective"
    )
)
"""Words that name no answer by themselves."""
_NEVER = -99.0
_SENTENCES = 24
"""Sentences that are looked through, best first."""
_ANSWERED_SHORTLY = frozenset(("short answer", "list", "number"))


@dataclass(frozen=True, slots=True)
class NamedThing:
    """Something that is named in the evidence: its mentions with their log-odds, best first."""

    mentions: tuple[Mention, ...]
    odds: tuple[float, ...]
    noun: str = ""
    """The stem of the noun that is asked for, which may end its name: "TTN gene"."""

    @property
    def stems(self) -> frozenset[str]:
        """The words that name it."""
        return frozenset(self.mentions[0].key.split())

    @property
    def short_answer(self) -> ShortAnswer:
        """The thing as its best mention names it, with the best mention in each abstract."""
        places: dict[str, Citation] = {}
        for mention in self.mentions:
            places.setdefault(mention.evidence.source.abstract.pmid, _citation(mention, self.noun))
        citations = tuple(places.values())
        return ShortAnswer(citations[0].quote, citations, len(citations))


def short_answers(analysis: QuestionAnalysis, evidence: Sequence[Evidence], query: Query) -> tuple[ShortAnswer, ...]:
    """Return the spans of the evidence that answer a question by themselves, best first; () where none is sure.

    A question of yes or no, an overview, a look-up, talk and a question on the library have none.
    """
    if analysis.kind not in _ANSWERED_SHORTLY or not analysis.is_english or not evidence:
        return ()
    asked = asked_for(analysis, query)
    is_list = analysis.kind == "list" and asked.asked == "name"
    things = ranked(asked, evidence, is_list=is_list)
    if not things or things[0].odds[0] < _SURE:
        return ()
    below, most = (_BELOW_IN_A_LIST, MOST_OF_A_LIST) if is_list else (_BELOW, _MOST_OF_ONE)
    least = max(_LEAST, things[0].odds[0] - below)
    return tuple(thing.short_answer for thing in _distinct(things, most) if thing.odds[0] >= least)


def ranked(asked: AskedFor, evidence: Sequence[Evidence], *, is_list: bool = False) -> list[NamedThing]:
    """Return the things that the evidence names, the likeliest answer first."""
    mentions = mentions_of(asked, evidence)
    if asked.asked == "name":
        scores = [float(score) for score in load_ranker().scores(*features_of(mentions, asked, evidence))]
    else:
        contexts, best = contexts_of(mentions, asked), max((each.score for each in evidence), default=0.0)
        scores = [quantity_odds(mention, asked, contexts[mention.order], best) for mention in mentions]
    if is_list:
        scores = _evened(mentions, scores)
    if asked.is_negated:
        denied = contexts_of(mentions, asked)
        scores = [
            score if mention.span.first in denied[mention.order].denied else _NEVER
            for mention, score in zip(mentions, scores, strict=True)
        ]
    things: dict[str, list[tuple[float, Mention]]] = {}
    for mention, score in zip(_widened(mentions, scores), scores, strict=True):
        things.setdefault(mention.key, []).append((score, mention))
    by_odds = [sorted(each, key=lambda pair: -pair[0]) for each in things.values()]
    by_odds.sort(key=lambda each: -each[0][0])
    return [
        NamedThing(tuple(mention for _, mention in each), tuple(odds for odds, _ in each), asked.noun)
        for each in by_odds
    ]


def _widened(mentions: Sequence[Mention], scores: Sequence[float]) -> list[Mention]:
    """Return each mention as the whole noun phrase that it is a part of, where that is about as likely."""
    wholes: dict[int, list[tuple[float, Mention]]] = {}
    for mention, score in zip(mentions, scores, strict=True):
        if mention.span.is_whole:
            wholes.setdefault(mention.order, []).append((score, mention))
    widened = []
    for mention, score in zip(mentions, scores, strict=True):
        span = mention.span
        around = [
            (other.span.last - other.span.first, other)
            for odds, other in wholes.get(mention.order, ())
            if odds >= score - _WIDENED
            and other.span.first <= span.first <= span.last <= other.span.last <= span.last + 3
        ]
        widened.append(max(around, key=lambda pair: pair[0])[1] if around and not span.is_whole else mention)
    return widened


def _evened(mentions: Sequence[Mention], scores: Sequence[float]) -> list[float]:
    """Return the log-odds of mentions where things that a sentence enumerates stand by one another."""
    evened = list(scores)
    by_sentence: dict[int, dict[tuple[int, int], int]] = {}
    for at, mention in enumerate(mentions):
        by_sentence.setdefault(mention.order, {})[mention.span.first, mention.span.last] = at
    for places in by_sentence.values():
        spans = [mentions[at].span for at in places.values()]
        for run in enumerations(mentions[next(iter(places.values()))].tokens, spans):
            inside = [places[span.first, span.last] for span in run]
            best = sorted((scores[at] for at in inside), reverse=True)[:_STAND_BY]
            for at in inside:
                evened[at] = max(scores[at], sum(best) / len(best) - _LOSS)
    return evened


def features_of(
    mentions: Sequence[Mention], asked: AskedFor, evidence: Sequence[Evidence]
) -> tuple[list[list[float]], list[list[int]]]:
    """Return the features of mentions, numbers and buckets."""
    abstracts = len({sentence.source.abstract.pmid for sentence in evidence})
    spreads = {key: spread_of(each, abstracts) for key, each in things_of(mentions).items()}
    contexts = contexts_of(mentions, asked)
    best = max((sentence.score for sentence in evidence), default=0.0)
    numeric = [
        numeric_features(mention, asked, spreads[mention.key], contexts[mention.order], best) for mention in mentions
    ]
    return numeric, [hashed_features(mention, asked, contexts[mention.order]) for mention in mentions]


def contexts_of(mentions: Iterable[Mention], asked: AskedFor) -> dict[int, MentionContext]:
    """Return the context of each sentence with a mention, by its order."""
    tokens = {mention.order: mention.tokens for mention in mentions}
    return {order: context_of(each, asked) for order, each in tokens.items()}


def _distinct(things: Sequence[NamedThing], most: int) -> list[NamedThing]:
    """Return the first things of which none is named by part of another's words."""
    distinct: list[NamedThing] = []
    for thing in things:
        if len(distinct) == most:
            break
        if not any(thing.stems <= other.stems or other.stems <= thing.stems for other in distinct):
            distinct.append(thing)
    return distinct


def _citation(mention: Mention, noun: str) -> Citation:
    """Return the citation of a mention, with an abbreviation of it that follows in brackets, or the noun asked for."""
    evidence, span, tokens = mention.evidence, mention.span, mention.tokens
    end, after = span.end, tokens[span.last + 1 : span.last + 4]
    if noun and after and after[0].stem == noun:
        end, after = after[0].end, tokens[span.last + 2 : span.last + 5]
    if [token.text for token in after[::2]] == ["(", ")"] and _abbreviates(
        after[1].text, evidence.text[span.start : end]
    ):
        end = after[2].end
    start = evidence.start + span.start
    text = evidence.text[span.start : end]
    return Citation(evidence.source.number, evidence.source.abstract.pmid, start, evidence.start + end, text)


def _abbreviates(short: str, long: str) -> bool:
    """Return True if the letters of a short form stand in a longer one in their order, from its first letter on."""
    letters = iter(long.lower())
    return (
        len(long.split()) > 1
        and short[:1].lower() == long[:1].lower()
        and all(letter in letters for letter in short.lower().rstrip("s") if letter.isalnum())
    )


def mentions_of(asked: AskedFor, evidence: Sequence[Evidence]) -> list[Mention]:
    """Return the candidates of the best sentences: quantities where one is asked for, else noun phrases."""
    same = _written_forms(evidence)
    mentions = []
    for order, sentence in enumerate(evidence[:_SENTENCES]):
        tokens = tokens_of(sentence.text)
        spans = noun_phrases(tokens) if asked.asked == "name" else _quantity_spans(sentence.text, tokens, asked)
        for span in spans:
            key = _key(tokens, span, asked)
            if key and not _is_no_answer(key, asked):
                mentions.append(Mention(sentence, tokens, span, same.get(key, key), order))
    return mentions


def _is_no_answer(key: str, asked: AskedFor) -> bool:
    """Return True for a name that says nothing, or nothing but what the question itself says."""
    stems = set(key.split())
    return asked.asked == "name" and (stems <= asked.stems or stems <= _EMPTY)


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


def _key(tokens: tuple[WordToken, ...], span: CandidateSpan, asked: AskedFor) -> str:
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


def _quantity_spans(sentence: str, tokens: tuple[WordToken, ...], asked: AskedFor) -> Iterable[CandidateSpan]:
    for start, end in quantity_spans(sentence, asked.asked):
        if not fits(asked, sentence, start, end):
            continue
        inside = [at for at, token in enumerate(tokens) if token.start < end and token.end > start]
        if inside:
            yield CandidateSpan(start, end, inside[0], inside[-1])
