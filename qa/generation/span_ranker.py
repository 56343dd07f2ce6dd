"""The learnt part: which span of the evidence answers, by a logistic regression over features of each mention.

`python -m training short` makes the weights. Some features are numbers (how near the question's words are, how the
sentence was scored, how many abstracts name the thing), the others are pairs of words, hashed to buckets: the noun that
is asked for with the end of the span's last word tells that an "-itis" is a disease.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderError
from qa.evidence.scoring import Evidence
from qa.generation.asked import AskedFor
from qa.generation.candidates import CandidateSpan, WordToken
from qa.grounding import ANSWERS
from qa.language.antonyms import DENIALS
from qa.language.entailment import verb_of
from qa.language.stop_words import general_terms

WEIGHTS = Path(__file__).parents[2] / "models" / "short" / "weights.npz"
BUCKETS = 16384
HASHED_SCALE = 0.5
_FAR = 30
_NEAR = 6
_COPULAS = frozenset("is are was were be being namely called named".split())
_EXAMPLES = frozenset("including include includes like as e.g".split())
_TURNS = frozenset("; but whereas while although though however yet".split())
_BE = frozenset("is are was were be been being".split())
_NEGATING = frozenset("not no nor neither without except unlike".split())

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SpanRanker:
    """The weights: one for each feature that is a number, and one for each bucket of words."""

    numeric: Array
    hashed: Array

    def scores(self, numeric: Sequence[Sequence[float]], hashed: Sequence[Sequence[int]]) -> Array:
        """Return the log-odds of each mention that it answers."""
        if not len(numeric):
            return np.zeros(0, np.float32)
        words = HASHED_SCALE * self.hashed[np.array(hashed)].sum(axis=1)
        scores: Array = np.array(numeric, np.float32) @ self.numeric + words
        return scores


@lru_cache(maxsize=1)
def load_ranker() -> SpanRanker:
    """Return the ranker with the weights that come along. Raises EncoderError when they cannot be read."""
    try:
        with np.load(WEIGHTS, allow_pickle=False) as weights:
            return SpanRanker(weights["numeric"].astype(np.float32), weights["hashed"].astype(np.float32))
    except (OSError, ValueError, KeyError) as error:
        raise EncoderError(f"{WEIGHTS} cannot be read; get it again from the repository") from error


@dataclass(frozen=True, slots=True)
class Mention:
    """A candidate in its sentence: the tokens of the sentence, where the span stands, and the key of the thing."""

    evidence: Evidence
    tokens: tuple[WordToken, ...]
    span: CandidateSpan
    key: str
    order: int
    """The place of its sentence among the evidence, best first, from 0."""

    @property
    def text(self) -> str:
        """The span as written."""
        return self.evidence.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class MentionContext:
    """The places of a question's words in a sentence, and those of the words in clauses that deny."""

    places: tuple[int, ...]
    denied: frozenset[int]
    verbs: tuple[tuple[int, bool], ...] = ()
    """The places of the question's verb, each with whether it is passive there."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How widely a thing is named: abstracts, sentences, and the share of the abstracts."""

    abstracts: int
    sentences: int
    share: float


def numeric_features(
    mention: Mention, asked: AskedFor, spread: Spread, context: MentionContext, best: float
) -> list[float]:
    """Return the features of a mention that are numbers; `best` is the best sentence's score."""
    span, tokens, evidence, places = mention.span, mention.tokens, mention.evidence, context.places
    inside = tokens[span.first : span.last + 1]
    distances = sorted(_distance(place, span) for place in places)
    nearest = distances[0] if distances else _FAR
    subject = min((_distance(place, span) for place in places if tokens[place].stem in asked.subjects), default=_FAR)
    stems = [token.stem for token in inside if token.stem]
    shared = sum(stem in asked.stems for stem in stems) / max(len(stems), 1)
    before = tokens[span.first - 1].lower if span.first else "^"
    after = tokens[span.last + 1].lower if span.last + 1 < len(tokens) else "$"
    text = mention.text
    letters = [char for char in text if char.isalpha()]
    noun_before = span.first > 0 and bool(asked.noun) and tokens[span.first - 1].stem == asked.noun
    noun_after = span.last + 1 < len(tokens) and bool(asked.noun) and tokens[span.last + 1].stem == asked.noun
    answers = evidence.pair_score.answers if evidence.pair_score else -6.0
    between = {token.lower for token in tokens[min(span.last + 1, _first(places)) : max(span.first, _first(places))]}
    return [
        1.0,
        1 / (1 + mention.order),
        evidence.score - best,
        evidence.confidence,
        max(-6.0, min(6.0, answers)) / 6,
        evidence.coverage,
        float(bool(evidence.missing_names)),
        float(evidence.section == "CONCLUSIONS"),
        float(evidence.start == 0),
        math.log1p(min(nearest, _FAR)),
        math.log1p(min(subject, _FAR)),
        sum(distance <= _NEAR for distance in distances) / 4,
        len({tokens[place].stem for place in places}) / max(len(asked.stems), 1),
        shared,
        float(shared == 1.0),
        float(0 < shared < 1),
        len(inside) / 4,
        float(len(inside) == 1),
        float(span.is_whole),
        float(any(char.isdigit() for char in text)),
        float(bool(letters) and sum(char.isupper() for char in letters) > 0.5 * len(letters)),
        float(text[:1].isupper() and span.first > 0),
        float(len(text) < 4),
        float(text[:1].isdigit()),
        float(inside[0].lower.endswith("ing")),
        float(inside[0].lower.endswith("ed")),
        float(span.first == 0),
        span.first / 20,
        float(before in _COPULAS),
        float(before in ("a", "an") and span.first > 1 and tokens[span.first - 2].lower in _COPULAS),
        float(before == "the" and span.first > 1 and tokens[span.first - 2].lower in _COPULAS),
        float(before == "by"),
        float(before == "of"),
        float(before in _EXAMPLES),
        float(before == "("),
        float(after == "("),
        float(after in _COPULAS),
        float(before in (",", "and", "or")),
        float(after in (",", "and", "or")),
        float(noun_before),
        float(noun_after),
        float(bool(asked.noun) and asked.noun in inside[-1].stem),
        float(all(part in general_terms() for stem in stems for part in stem.split("_"))),
        float(bool(between & _COPULAS)),
        float(bool(between & _NEGATING)),
        float((span.first in context.denied) != asked.is_negated),
        _role(span, asked, context),
        evidence.score,
        float(not evidence.missing_names and evidence.confidence >= ANSWERS),
        math.log1p(spread.abstracts),
        math.log1p(spread.sentences),
        spread.share,
        spread.share * float(spread.abstracts > 1),
    ]


def context_of(tokens: tuple[WordToken, ...], asked: AskedFor) -> MentionContext:
    """Return what a sentence has of a question: the places of its words, and of the words in clauses that deny.

    "and" begins a clause only after a comma, a comma alone none.
    """
    clauses, clause = [], 0
    for place, token in enumerate(tokens):
        clause += token.lower in _TURNS or (token.lower == "and" and place > 0 and tokens[place - 1].text == ",")
        clauses.append(clause)
    denying = {clauses[place] for place, token in enumerate(tokens) if token.lower in DENIALS}
    return MentionContext(
        tuple(place for place, token in enumerate(tokens) if token.stem and token.stem in asked.stems),
        frozenset(place for place, clause in enumerate(clauses) if clause in denying),
        _verbs(tokens, asked.verb),
    )


def _verbs(tokens: tuple[WordToken, ...], verb: str) -> tuple[tuple[int, bool], ...]:
    if not verb:
        return ()
    return tuple(
        (place, bool({each.lower for each in tokens[max(place - 2, 0) : place]} & _BE) or _next(tokens, place) == "by")
        for place, token in enumerate(tokens)
        if verb_of(token.lower) == verb and token.lower.endswith(("ed", "s", "t", "e", "ing"))
    )


def _next(tokens: tuple[WordToken, ...], place: int) -> str:
    return tokens[place + 1].lower if place + 1 < len(tokens) else "$"


def _role(span: CandidateSpan, asked: AskedFor, context: MentionContext) -> float:
    """Return 1 for a span where what is asked for stands by the nearest verb, -1 on its other side, 0 without one."""
    if not context.verbs:
        return 0.0
    place, is_passive = min(context.verbs, key=lambda verb: _distance(verb[0], span))
    is_before = span.last < place
    return 1.0 if is_before == (asked.is_agent != is_passive) else -1.0


def hashed_features(mention: Mention, asked: AskedFor, context: MentionContext) -> list[int]:
    """Return the buckets of a mention's pairs of words."""
    span, tokens = mention.span, mention.tokens
    first, last = tokens[span.first], tokens[span.last]
    before = tokens[span.first - 1].lower if span.first else "^"
    stems = first.stem.partition("_")[0], last.stem.partition("_")[0]
    nearest = min(context.places, key=lambda place: _distance(place, span), default=span.first)
    side = "<" if span.last < nearest else ">" if nearest < span.first else "="
    names = (asked.noun, asked.kind_of_noun, asked.form)
    return _buckets(
        names,
        stems,
        (first.lower[-3:], last.lower),
        last.lower[-4:],
        _shape(mention.text),
        (before, _next(tokens, span.last)),
        side,
    )


@lru_cache(maxsize=20_000)
def _buckets(
    asked: tuple[str, str, str],
    stems: tuple[str, str],
    edges: tuple[str, str],
    end: str,
    shape: str,
    around: tuple[str, str],
    side: str,
) -> list[int]:
    (noun, kind, form), (first, head), (before, after), (opening, closing) = asked, stems, around, edges
    words = (f"h{head}", f"f{first}", f"e{end[-3:]}", f"d{end}", f"s{shape}")
    names = [
        f"g{opening}", f"l{closing}", *words,
        *(f"n{noun}|{word}" for word in words), *(f"c{kind}|{word}" for word in words),
        f"q{form}|s{shape}", f"q{form}|b{before}", f"q{form}|a{after}", f"b{before}", f"a{after}", f"q{form}|{side}",
        f"c{kind}|{side}", f"c{kind}|b{before}", f"q{form}|c{kind}|{side}",
    ]  # fmt: skip
    return [zlib.crc32(name.encode()) % BUCKETS for name in names]


def _shape(text: str) -> str:
    """Return the shape of a span: capitals, small letters and digits of its first word, and how many words it has."""
    words = text.split()
    word = words[0]
    kinds = "".join(
        dict.fromkeys(
            "A" if char.isupper() else "a" if char.islower() else "0" if char.isdigit() else "-" for char in word
        )
    )
    return f"{kinds}{min(len(words), 4)}"


def _distance(place: int, span: CandidateSpan) -> int:
    if span.first <= place <= span.last:
        return _FAR
    return span.first - place if place < span.first else place - span.last


def _first(places: Sequence[int]) -> int:
    return places[0] if places else 0
