"""A learnt judge of what quotes say of a sentence: shallow trees over words, numbers, rules and the reranker's stance.

The parts of a sentence are held against the quotes one by one, so that several quotes can bear one sentence out. Made
by `python -m training judge`, in models/judge.json.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from index import Library
from index.analysis.terms import canonical, content_words, terms
from index.embedding.encoder import Encoder, Vectors
from qa.answer import SentenceVerdict
from qa.evidence.scoring import technical_words, telling_words
from qa.language.antonyms import DENIALS
from qa.language.entailment import RULES
from qa.language.quantities import unsaid
from qa.language.scope import SCOPE_RULES, clauses, hedges, universals
from qa.language.ways import agreement, ways
from qa.reranking.protocol import Candidate, Reranker, score_pairs

_WEIGHTS = Path(__file__).parents[2] / "models" / "judge.json"
_LOOKED_AT, _CLOSE = 3, 0.75
"""Quotes that a part is held against at most, and the share of the best one's words that each has."""
_QUOTED = 0.3
"""What a quote is the nearer for being the one that the model itself gives."""
_SCORED = 10
"""Pairs that the reranker scores for a sentence at most."""
_MOST_PARTS = 5
_UNSCORED = (1 / 3, 1 / 3, 1 / 3)


@dataclass(frozen=True, slots=True, eq=False)
class Quote:
    """A sentence of a cited abstract: its text and vector, and the abstract's title and whole text."""

    text: str
    title: str
    abstract: str
    vector: Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A sentence to hold against quotes: its parts with their vectors, and its telling words with their weights."""

    text: str
    parts: tuple[str, ...]
    vectors: Vectors
    words: Mapping[str, float]
    technical: tuple[str, ...]
    reranker: Reranker | None = None

    @classmethod
    def of(cls, text: str, library: Library, reranker: Reranker | None = None) -> Claim:
        """Return the statement of a text, its words weighted by a library."""
        encoder: Encoder = library.encoder
        technical = technical_words(text, encoder)
        parts = tuple(clauses(text)[:_MOST_PARTS])
        vectors = encoder.encode([text, *(parts if len(parts) > 1 else ())], kind="passage")
        return cls(text, parts, vectors, telling_words(text, library, technical), technical, reranker)

    @property
    def vector(self) -> Vectors:
        """The vector of the whole sentence."""
        whole: Vectors = self.vectors[0]
        return whole

    def part_vector(self, place: int) -> Vectors:
        """Return the vector of a part, which is the sentence's where it has but one."""
        vector: Vectors = self.vectors[place + 1 if len(self.parts) > 1 else 0]
        return vector


@dataclass(frozen=True, slots=True)
class ClaimReading:
    """What quotes say of a statement: features for the judge, the quote of each part, and the rules that object.

    `objections` are names of rules, each with the quote that it objects by; `denied` are those by which no close quote
    entails some part. `is_whole` is true for a claim of one part.
    """

    features: Mapping[str, float]
    quotes: tuple[int, ...]
    objections: tuple[tuple[str, int], ...]
    denied: frozenset[str] = frozenset()
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class _PartReading:
    best: int
    close: tuple[int, ...]
    share: float
    cosine: float
    flags: Mapping[str, bool]
    """Rules under which no close quote entails the part."""
    of_best: Mapping[str, bool]
    ways: tuple[int, int, int]


def read(claim: Claim, quotes: Sequence[Quote], *, first: Collection[int] = ()) -> ClaimReading:
    """Hold a statement against quotes, part by part; those at the places `first` are looked at first."""
    parts = [_read_part(claim, place, quotes, first) for place in range(len(claim.parts))]
    chosen = tuple(dict.fromkeys(part.best for part in parts))
    union = " ".join(quotes[at].text for at in chosen)
    titles = " ".join(dict.fromkeys(quote.title for quote in quotes))
    features = _of_words(claim, parts, quotes, f"{union} {titles}", titles)
    features |= _of_rules(parts)
    features |= _of_stance(claim, parts, quotes)
    nearest = sorted(parts, key=lambda part: -part.share)
    objections = [
        (name, part.best)
        for flags in ("flags", "of_best")
        for part in nearest
        for name, is_so in getattr(part, flags).items()
        if is_so
    ]
    denied = frozenset(name for part in parts for name, is_so in part.flags.items() if is_so)
    return ClaimReading(features, chosen, tuple(dict.fromkeys(objections)), denied, len(parts) == 1)


def _read_part(claim: Claim, place: int, quotes: Sequence[Quote], first: Collection[int]) -> _PartReading:
    part = claim.parts[place]
    words = {word: claim.words.get(word, 1.0) for word in content_words(part) if not word.isdigit()}
    total = sum(words.values()) or 1.0
    vector = claim.part_vector(place)
    held = [set(terms(f"{quote.text} {quote.title}")) for quote in quotes]
    shares = [sum(weight for word, weight in words.items() if word in one) / total for one in held]
    cosines = [float(np.dot(quote.vector, vector)) for quote in quotes]
    near = [shares[at] + cosines[at] + _QUOTED * (at in first) for at in range(len(quotes))]
    order = sorted(range(len(quotes)), key=lambda at: (-near[at], at))[:_LOOKED_AT]
    best = order[0]
    close = tuple(at for at in order if at == best or near[at] >= _CLOSE * near[best])
    by_quote = {at: _flags(part, claim.text, quotes[at]) for at in close}
    flags = {name: all(by_quote[at][name] for at in close) for name in by_quote[best]}
    told = agreement(ways(part), ways(quotes[best].text))
    return _PartReading(best, close, shares[best], max(cosines), flags, by_quote[best], told)


def _flags(part: str, whole: str, quote: Quote) -> dict[str, bool]:
    """Return for each rule whether it objects to a part by a quote."""
    context = f"{quote.title}\n{quote.abstract}"
    flags = {name: rule(part, quote.text, context) for name, rule in RULES.items()}
    flags |= {name: rule(part, quote.text, whole) for name, rule in SCOPE_RULES.items()}
    same, opposite, denied = agreement(ways(part), ways(quote.text))
    return flags | {"opposite": opposite > same, "unmoved": denied > same}


def _of_words(
    claim: Claim, parts: Sequence[_PartReading], quotes: Sequence[Quote], union: str, titles: str
) -> dict[str, float]:
    whole = " ".join(dict.fromkeys(quote.abstract for quote in quotes)) + " " + titles
    held, anywhere = set(terms(union)), set(terms(whole))
    words = {word: weight for word, weight in claim.words.items() if not word.isdigit()}
    total = sum(words.values()) or 1.0
    missing = sorted((weight for word, weight in words.items() if word not in held), reverse=True)
    plain = canonical(whole).lower()
    strange = [
        word
        for word in claim.technical
        if word[: max(5, len(word) - 4)] not in plain and not anywhere & set(terms(word))
    ]
    best = quotes[parts[0].best].text
    return {
        "words": min(40.0, len(claim.text.split())),
        "parts": float(len(parts)),
        "held": 1 - sum(missing) / total,
        "held anywhere": sum(weight for word, weight in words.items() if word in anywhere) / total,
        "least held": min(part.share for part in parts),
        "missing": sum(missing[:2]),
        "strange": float(len(strange)),
        "cosine": float(max(np.dot(quote.vector, claim.vector) for quote in quotes)),
        "least cosine": min(part.cosine for part in parts),
        "numbers": float(len(unsaid(claim.text, union))),
        "numbers anywhere": float(len(unsaid(claim.text, whole))),
        "universals": float(len(universals(claim.text) - universals(union))),
        "hedged": float(hedges(claim.text)),
        "hedge lost": float(hedges(best) and not hedges(claim.text)),
        "denials": float(min(2, _denials(claim.text))),
        "denied otherwise": float(bool(_denials(claim.text)) != bool(_denials(best))),
    }


def _denials(text: str) -> int:
    return sum(word in DENIALS for word in re.findall(r"[a-z']+", text.lower()))


def _of_rules(parts: Sequence[_PartReading]) -> dict[str, float]:
    rules = {name: float(any(part.flags[name] for part in parts)) for name in parts[0].flags}
    nearest = {f"{name}, nearest": float(any(part.of_best[name] for part in parts)) for name in parts[0].flags}
    same, opposite, denied = (sum(part.ways[at] for part in parts) for at in range(3))
    return rules | nearest | {"same way": float(same), "opposite way": float(opposite), "no way": float(denied)}


def _of_stance(claim: Claim, parts: Sequence[_PartReading], quotes: Sequence[Quote]) -> dict[str, float]:
    """Return what the reranker takes the quotes' stance for: on the whole sentence, and on each part."""
    asked = [(claim.text, at) for at in dict.fromkeys(at for part in parts for at in part.close)][:4]
    if len(parts) > 1:
        asked += [(text, part.best) for text, part in zip(claim.parts, parts, strict=True)]
    stances = dict(zip(asked, _stances(asked[:_SCORED], quotes, claim.reranker), strict=False))
    whole = [stances[key] for key in asked if key[0] == claim.text and key in stances]
    by_part = [stances[key] for key in asked if key[0] != claim.text and key in stances] or whole[:1]
    return {
        "supports": max(_odds(stance[0]) for stance in whole),
        "supported by nearest": _odds(whole[0][0]),
        "contradicted by nearest": _odds(whole[0][1]),
        "contradicts": max(_odds(stance[1]) for stance in whole),
        "least support": min(_odds(stance[0]) for stance in by_part),
        "most contradicted": max(_odds(stance[1]) for stance in by_part),
    }


def _stances(
    asked: Sequence[tuple[str, int]], quotes: Sequence[Quote], reranker: Reranker | None
) -> list[tuple[float, float, float]]:
    if reranker is None:
        return [_UNSCORED] * len(asked)
    pairs = [(text, Candidate(quotes[at].text, quotes[at].title)) for text, at in asked]
    return [score.stance or _UNSCORED for score in score_pairs(reranker, pairs)]


STANCES = (
    "supports", "supported by nearest", "contradicted by nearest", "contradicts", "least support", "most contradicted",
)  # fmt: skip
"""The features that the reranker tells."""


def unscored(name: str, value: float) -> float:
    """Return the value of a feature where there is no reranker."""
    return _odds(_UNSCORED[0]) if name in STANCES else value


def _odds(chance: float) -> float:
    return math.log((chance + 1e-4) / (1 - chance + 1e-4))


@dataclass(frozen=True, slots=True)
class Judge:
    """Trees whose leaves add up to the log-odds that a statement is borne out, and the chances that decide.

    A tree is a list of nodes: (feature, threshold, left, right), or (-1, value, 0, 0) for a leaf.
    """

    features: tuple[str, ...]
    base: float
    trees: tuple[tuple[tuple[int, float, int, int], ...], ...]
    backed: float
    struck: float

    def chance(self, reading: ClaimReading) -> float:
        """Return the chance that the quotes bear the statement out."""
        values = [reading.features[name] for name in self.features]
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, self.base + sum(_leaf(tree, values) for tree in self.trees)))))

    def verdict(self, reading: ClaimReading) -> SentenceVerdict:
        """Return whether the quotes bear the claim out, contradict it, or neither."""
        return decide(reading, self.chance(reading), self.backed, self.struck)


def decide(reading: ClaimReading, chance: float, backed: float, struck: float) -> SentenceVerdict:
    """Return the verdict on a claim: its chance decides, unless a rule that is seldom wrong objects."""
    if reading.features["cosine"] < _LEAST_COSINE or _is_short_and_unheld(reading):
        return "not matched"
    if chance >= backed and not _is_vetoed(reading):
        return "backed"
    return "contradicted" if chance < struck and contradictions(reading) else "not matched"


def contradictions(reading: ClaimReading) -> frozenset[str]:
    """Return the rules by which a quote says otherwise than the claim."""
    rules = _CONTRADICTIONS | _CONTRADICTIONS_OF_A_WHOLE if reading.is_whole else _CONTRADICTIONS
    return reading.denied & rules


def _is_vetoed(reading: ClaimReading) -> bool:
    if not reading.is_whole:
        return bool(reading.denied & _VETOES)
    is_denied = "denial" in reading.denied and bool(reading.features["denied otherwise"])
    return is_denied or bool(reading.denied & (_VETOES | _VETOES_OF_A_WHOLE))


def _is_short_and_unheld(reading: ClaimReading) -> bool:
    return reading.is_whole and reading.features["words"] < _LONG and reading.features["held"] < _LEAST_HELD


_LONG, _LEAST_HELD = 20, 0.65
"""Words of a long claim, and the share of its words that a short one's quotes hold at least: of unseen sentences that
the trees back, two fifths of the wrong ones lie below, and a twenty-fifth of the plain right ones."""
_LEAST_COSINE = 0.4
"""The cosine of a claim and its nearest quote below which it is on another matter."""
_VETOES = frozenset(("certainty", "exception", "variant", "no finding"))
_VETOES_OF_A_WHOLE = frozenset("number name kind side cause opposite unmoved".split())
"""Rules that a claim fails by whatever its chance; the latter are too often wrong on parts of a long sentence."""
_CONTRADICTIONS = frozenset("certainty exception variant side opposite unmoved".split())
_CONTRADICTIONS_OF_A_WHOLE = frozenset("number direction denial with order".split())
"""Rules of which a quote says otherwise."""


def _leaf(tree: Sequence[tuple[int, float, int, int]], values: Sequence[float]) -> float:
    feature, value, left, right = tree[0]
    while feature >= 0:
        feature, value, left, right = tree[left if values[feature] <= value else right]
    return value


@lru_cache(maxsize=1)
def judge() -> Judge:
    """Return the judge in the box, made by `python -m training judge`."""
    stored = json.loads(_WEIGHTS.read_text(encoding="utf-8"))
    trees = tuple(tuple((int(f), float(v), int(le), int(ri)) for f, v, le, ri in tree) for tree in stored["trees"])
    return Judge(tuple(stored["features"]), stored["base"], trees, stored["backed"], stored["struck"])
