"""A learnt judge of what quotes say of a sentence: shallow trees over words, numbers, rules and entailment.

The parts of a sentence are held against the quotes one by one, so that several quotes can bear one sentence out. Made
by `python -m training judge`, in models/judge.json.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from index import Library
from index.analysis.terms import canonical, content_words, terms
from index.embedding.encoder import Encoder, Vectors
from qa.answer import SentenceVerdict
from qa.evidence.scoring import technical_words, telling_words
from qa.language.antonyms import DENIALS
from qa.language.entailment import RULES
from qa.language.quantities import in_digits, quantities, unsaid
from qa.language.scope import SCOPE_RULES, as_sentences, clauses, hedges, universals
from qa.language.synonyms import everyday_words, near_terms
from qa.language.turned import turned_forms
from qa.language.ways import agreement, ways
from qa.reranking.entailment import UNKNOWN, Entailed, EntailmentModel
from qa.reranking.protocol import Candidate

_WEIGHTS = Path(__file__).parents[2] / "models" / "judge.json"
_LOOKED_AT, _CLOSE = 3, 0.75
"""Quotes that a part is held against at most, and the share of the best one's words that each has."""
_QUOTED = 0.3
"""What a quote is the nearer for being the one that the model itself gives."""
_NUMBERED = 0.4
"""What a quote is the nearer for giving all numbers of a part."""
_SECOND = 0.25
"""The share of a part's words that a second quote must add to the best one's."""
_OBJECTION = 0.25
"""The share of its words that an objection outweighs."""
_OF_BOTH = ("number", "name")
"""Rules on what a quote must have, which two of them may have together."""
_WHOLE_READ, _MOST_TURNED, _OF_PART = 3, 4, 2
"""Quotes that the network reads with a sentence at most, forms turned round, and quotes that it reads with a part."""
_NO_TURN = 6.0
"""By how much more a part fits its quote than turned round, in log-odds, where nothing in it can be turned."""
_MOST_PARTS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Quote:
    """A sentence of a cited abstract: its text and vector, and the abstract's title and whole text."""

    text: str
    title: str
    abstract: str
    vector: Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A sentence to hold against quotes: its parts with their vectors, and its telling words with their weights.

    `everyday` are its words, by index term, that a synonym may replace.
    """

    text: str
    parts: tuple[str, ...]
    vectors: Vectors
    words: Mapping[str, float]
    technical: tuple[str, ...]
    everyday: Mapping[str, str]
    encoder: Encoder
    entailment: EntailmentModel | None = None

    @classmethod
    def of(cls, text: str, library: Library, entailment: EntailmentModel | None = None) -> Claim:
        """Return the statement of a text, its words weighted by a library."""
        encoder: Encoder = library.encoder
        technical = technical_words(text, encoder)
        parts = tuple(clauses(text)[:_MOST_PARTS])
        vectors = encoder.encode([text, *(parts if len(parts) > 1 else ())], kind="passage")
        words, everyday = telling_words(text, library, technical), everyday_words(text, technical)
        return cls(text, parts, vectors, words, technical, everyday, encoder, entailment)

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
    entails some part. `is_whole` is true for a claim of one part; `text` is the claim, `premise` its quotes
    as one text; it `is_denied_otherwise` where a rule of denial objects, and but one of it and its quote denies.
    `weakest` is the nearest quote of the part that is borne out least.
    """

    features: Mapping[str, float]
    quotes: tuple[int, ...]
    objections: tuple[tuple[str, int], ...]
    denied: frozenset[str] = frozenset()
    is_whole: bool = True
    text: str = ""
    premise: str = ""
    is_denied_otherwise: bool = False
    weakest: int = 0


@dataclass(frozen=True, slots=True)
class _PartReading:
    best: int
    also: tuple[int, ...]
    """A second quote, where the best one lacks words or numbers that it has."""
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
    chosen = tuple(dict.fromkeys(at for part in parts for at in (part.best, *part.also)))
    union = " ".join(quotes[at].text for at in chosen)
    titles = " ".join(dict.fromkeys(quote.title for quote in quotes))
    features = _of_words(claim, parts, quotes, f"{union} {titles}", titles)
    features |= _of_rules(parts, features)
    features |= _of_entailment(claim, parts, quotes)
    nearest = sorted(parts, key=lambda part: -part.share)
    objections = [
        (name, part.best)
        for flags in ("flags", "of_best")
        for part in nearest
        for name, is_so in getattr(part, flags).items()
        if is_so
    ]
    denied = frozenset(name for part in parts for name, is_so in part.flags.items() if is_so)
    is_whole = len(parts) == 1
    is_denied = "denial" in denied and bool(_denials(claim.text)) != bool(_denials(quotes[parts[0].best].text))
    objections = list(dict.fromkeys(objections))
    return ClaimReading(
        features, chosen, tuple(objections), denied, is_whole, claim.text, union, is_denied, nearest[-1].best
    )


def _read_part(claim: Claim, place: int, quotes: Sequence[Quote], first: Collection[int]) -> _PartReading:
    part = claim.parts[place]
    words = {word: claim.words.get(word, 1.0) for word in content_words(part) if not word.isdigit()}
    total = sum(words.values()) or 1.0
    vector = claim.part_vector(place)
    held = [set(terms(f"{quote.text} {quote.title}")) for quote in quotes]
    shares = [sum(weight for word, weight in words.items() if word in of_quote) / total for of_quote in held]
    cosines = [float(np.dot(quote.vector, vector)) for quote in quotes]
    numbers = _numbers_told(part, quotes)
    near = [shares[at] + cosines[at] + _NUMBERED * numbers[at] + _QUOTED * (at in first) for at in range(len(quotes))]
    order = sorted(range(len(quotes)), key=lambda at: (-near[at], at))[:_LOOKED_AT]
    best = order[0]
    close = tuple(at for at in order if at == best or near[at] >= _CLOSE * near[best])
    rest = {word: weight / total for word, weight in words.items() if word not in held[best]}
    also = _second(part, best, rest, held, quotes)
    by_quote = {at: _flags(part, claim.text, quotes[at]) for at in close}
    both = replace(quotes[best], text=" ".join(quotes[at].text for at in (best, *also)))
    of_both = {name: RULES[name](part, both.text, f"{both.title}\n{both.abstract}") for name in _OF_BOTH}
    flags = {name: all(by_quote[at][name] for at in close) for name in by_quote[best]}
    flags |= {name: flags[name] and of_both[name] for name in _OF_BOTH}
    share = shares[best] + sum(weight for word, weight in rest.items() if any(word in held[at] for at in also))
    agreed = agreement(ways(part), ways(quotes[best].text))
    return _PartReading(best, also, close, share, max(cosines), flags, by_quote[best] | of_both, agreed)


def _numbers_told(part: str, quotes: Sequence[Quote]) -> list[float]:
    """Return the share of a part's numbers that each quote gives."""
    count = len(quantities(part))
    return [1 - len(unsaid(part, quote.text)) / count if count else 0.0 for quote in quotes]


def _second(
    part: str, best: int, rest: Mapping[str, float], held: Sequence[Collection[str]], quotes: Sequence[Quote]
) -> tuple[int, ...]:
    """Return the quote that has most of what the best one lacks, where that is enough: of words, or a number."""
    lacking = len(unsaid(part, quotes[best].text))

    def gain(at: int) -> float:
        words = sum(weight for word, weight in rest.items() if word in held[at])
        return words + (lacking - len(unsaid(part, f"{quotes[best].text} {quotes[at].text}")) if lacking else 0)

    second = max((at for at in range(len(quotes)) if at != best), key=gain, default=best)
    return (second,) if second != best and gain(second) >= _SECOND else ()


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
    strangers = {word: claim.everyday[word] for word in words if word in claim.everyday and word not in held}
    near = near_terms(strangers, union, claim.encoder)
    runs, runs_there = (set(pairwise(content_words(text))) for text in (claim.text, union))
    return {
        "words": min(40.0, len(claim.text.split())),
        "parts": float(len(parts)),
        "held": 1 - sum(missing) / total,
        "held by synonyms": 1 - sum(weight for word, weight in words.items() if word not in held | near) / total,
        "runs": len(runs & runs_there) / (len(runs) or 1),
        "held anywhere": sum(weight for word, weight in words.items() if word in anywhere) / total,
        "least held": min(part.share for part in parts),
        "missing": sum(missing[:2]),
        "strange": float(len(strange)),
        "cosine": float(max(np.dot(quote.vector, claim.vector) for quote in quotes)),
        "least cosine": min(part.cosine for part in parts),
        "numbers": float(len(unsaid(claim.text, union))),
        "universals": float(len(universals(claim.text) - universals(union))),
        "hedged": float(hedges(claim.text)),
        "hedge lost": float(hedges(best) and not hedges(claim.text)),
        "denials": float(min(2, _denials(claim.text))),
    }


def _denials(text: str) -> int:
    return sum(word in DENIALS for word in re.findall(r"[a-z']+", text.lower()))


def _of_rules(parts: Sequence[_PartReading], words: Mapping[str, float]) -> dict[str, float]:
    """Return how many rules object, and how much is held where none does: one alone objects too seldom to learn it."""
    denied = {name for part in parts for name, is_so in part.flags.items() if is_so}
    nearest = {name for part in parts for name, is_so in part.of_best.items() if is_so}
    others = sum(bool(words[name]) for name in ("numbers", "universals", "hedge lost"))
    objections = len(denied) + others
    same, opposite, unmoved = (sum(part.ways[at] for part in parts) for at in range(3))
    return {
        "rules": float(len(denied)),
        "rules, nearest": float(len(nearest)),
        "objections": float(objections),
        "held without objection": 0.0 if objections else words["held"],
        "held less objections": words["held"] - _OBJECTION * objections,
        "same way": float(same),
        "opposite way": float(opposite),
        "no way": float(unmoved),
        "way": float(same - opposite - unmoved),
    }


def _of_entailment(claim: Claim, parts: Sequence[_PartReading], quotes: Sequence[Quote]) -> dict[str, float]:
    """Return what the network says of the quotes: on the sentence, each part, and each part turned round."""
    close = list(dict.fromkeys(at for part in parts for at in part.close))[:_WHOLE_READ]
    whole = [_Pair(claim.text, quotes[at].text, quotes[at].title) for at in close]
    together = _together(claim.text, parts, quotes)
    by_part = [
        [_Pair(text, quotes[at].text, quotes[at].title) for at in part.close[:_OF_PART]]
        for text, part in zip(as_sentences(claim.parts), parts, strict=True)
    ]
    nearest = _Pair(claim.text, quotes[parts[0].best].text, quotes[parts[0].best].title)
    turned = _turned(by_part)
    asked = [*whole, nearest, together, *chain.from_iterable(by_part), *(form for _, _, form in turned)]
    readings = _told(asked, claim.entailment)
    by_part_support = [max(_odds(readings[pair].supports) for pair in pairs) for pairs in by_part]
    return {
        "nearest supports": _odds(readings[nearest].supports),
        "nearest contradicts": _odds(readings[nearest].contradicts),
        "mean support": sum(by_part_support) / len(by_part_support),
        "supports": max(_odds(readings[pair].supports) for pair in whole),
        "contradicts": max(_odds(readings[pair].contradicts) for pair in whole),
        "supported together": _odds(readings[together].supports),
        "contradicted together": _odds(readings[together].contradicts),
        "least support": min(by_part_support),
        "most contradicted": max(_odds(readings[pairs[0]].contradicts) for pairs in by_part),
    } | {
        f"{what} turned": min(
            (_fit(readings[part]) - _fit(readings[form]) for name, part, form in turned if name == what),
            default=_NO_TURN,
        )
        for what in _TURNS
    }


class _Pair(NamedTuple):
    """A statement, the text that is read beside it, and the title of that."""

    statement: str
    text: str
    title: str


def _together(statement: str, parts: Sequence[_PartReading], quotes: Sequence[Quote]) -> _Pair:
    """Return a statement beside the best quotes of all its parts as one text."""
    chosen = [quotes[at] for at in dict.fromkeys(at for part in parts for at in (part.best, *part.also))]
    return _Pair(statement, " ".join(quote.text for quote in chosen), chosen[0].title)


def _turned(by_part: Sequence[Sequence[_Pair]]) -> list[tuple[str, _Pair, _Pair]]:
    """Return what is turned round in a part, the part with its best quote, and the part turned round with that."""
    turned = [
        (what, pairs[0], pairs[0]._replace(statement=form))
        for pairs in by_part
        for what, form in turned_forms(pairs[0].statement)
    ]
    return sorted(turned, key=lambda turn: _TURNS.index(turn[0]))[:_MOST_TURNED]


def _fit(reading: Entailed) -> float:
    return _odds(reading.supports) - _odds(reading.contradicts)


def _told(pairs: Sequence[_Pair], entailment: EntailmentModel | None) -> dict[_Pair, Entailed]:
    if entailment is None:
        return dict.fromkeys(pairs, UNKNOWN)
    asked = [(in_digits(pair.statement), Candidate(in_digits(pair.text), pair.title)) for pair in pairs]
    return dict(zip(pairs, entailment.tell(asked), strict=True))


_TURNS = ("sides", "word", "denial")
_MARGINS = tuple(f"{what} turned" for what in _TURNS)
ENTAILED = (
    "supports", "contradicts", "supported together", "contradicted together", "least support", "most contradicted",
    "mean support", "nearest supports", "nearest contradicts",
)  # fmt: skip
"""The features that the network tells."""


def unscored(name: str, value: float) -> float:
    """Return the value of a feature where there is no network."""
    if name in _MARGINS:
        return value if value == _NO_TURN else 0.0
    return _odds(UNKNOWN.supports) if name in ENTAILED else value


def _odds(chance: float) -> float:
    return math.log((chance + 1e-4) / (1 - chance + 1e-4))


class SentenceJudge(Protocol):
    """Protocol of what decides on a claim: the trees in the box, or an NLI model (`qa.evidence.nli`)."""

    def verdict(self, reading: ClaimReading) -> SentenceVerdict:
        """Return whether the quotes bear the claim out, contradict it, or neither."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Trees whose leaves add up to the log-odds that a statement is borne out, and the chances that decide.

    A tree is a list of nodes: (feature, threshold, left, right), or (-1, value, 0, 0) for a leaf. `backed` is for
    short claims, `backed_long` for long ones, in which a slip is seen less well.
    """

    features: tuple[str, ...]
    base: float
    trees: tuple[tuple[tuple[int, float, int, int], ...], ...]
    backed: float
    backed_long: float
    struck: float

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Judge:
        """Return the judge that a JSON object holds, as `python -m training judge` writes it."""
        trees = tuple(tuple((int(f), float(v), int(le), int(ri)) for f, v, le, ri in tree) for tree in stored["trees"])
        chances = (stored[name] for name in ("backed", "backed_long", "struck"))
        return cls(tuple(stored["features"]), stored["base"], trees, *chances)

    def chance(self, reading: ClaimReading) -> float:
        """Return the chance that the quotes bear the statement out."""
        values = [reading.features[name] for name in self.features]
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, self.base + sum(_leaf(tree, values) for tree in self.trees)))))

    def verdict(self, reading: ClaimReading) -> SentenceVerdict:
        """Return whether the quotes bear the claim out, contradict it, or neither."""
        backed = self.backed_long if _is_long(reading) else self.backed
        return decide(reading, self.chance(reading), backed, self.struck)


def decide(reading: ClaimReading, chance: float, backed: float, struck: float) -> SentenceVerdict:
    """Return the verdict on a claim: its chance decides, unless a rule that is seldom wrong objects."""
    is_on_another_matter = is_short(reading) and reading.features["held by synonyms"] < _LEAST_ON_MATTER
    if is_on_another_matter or reading.features["cosine"] < _LEAST_COSINE:
        return "not matched"
    if chance >= backed:
        return "not matched" if is_vetoed(reading) or _is_short_and_unheld(reading) else "backed"
    return "contradicted" if chance < struck else "not matched"


def is_short(reading: ClaimReading) -> bool:
    """Return True for a short claim of one part."""
    return reading.is_whole and not _is_long(reading)


def is_vetoed(reading: ClaimReading) -> bool:
    """Return True if a rule that is seldom wrong on short claims of one part keeps one from being backed."""
    goes_further = reading.features.get("universals", 0.0) > 0
    return is_short(reading) and (reading.is_denied_otherwise or goes_further or bool(reading.denied & _VETOES))


def _is_long(reading: ClaimReading) -> bool:
    return reading.features["words"] >= LONG


def _is_short_and_unheld(reading: ClaimReading) -> bool:
    return is_short(reading) and reading.features["held by synonyms"] < _LEAST_HELD


LONG, _LEAST_HELD, _LEAST_ON_MATTER = 20, 0.6, 0.2
"""Words of a long claim, and the shares of a short one's words, by synonyms too, that its quotes hold at least to bear
it out, and to be on its matter."""
_LEAST_COSINE = 0.3
"""The cosine of a claim and its nearest quote below which it is on another matter."""
_VETOES = frozenset("certainty exception side kind number name cause order".split()) | {"no finding"}
"""Rules that a short claim fails by whatever its chance; on parts of a long one they are too often wrong."""
SAYS_OTHERWISE = frozenset(
    "certainty exception variant side opposite unmoved number direction denial with order".split()
)
"""Rules by which a quote says otherwise, and not only less."""


def _leaf(tree: Sequence[tuple[int, float, int, int]], values: Sequence[float]) -> float:
    feature, value, left, right = tree[0]
    while feature >= 0:
        feature, value, left, right = tree[left if values[feature] <= value else right]
    return value


@lru_cache(maxsize=1)
def judge() -> Judge:
    """Return the judge in the box, made by `python -m training judge`."""
    return Judge.of(json.loads(_WEIGHTS.read_text(encoding="utf-8")))
