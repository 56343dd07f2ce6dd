"""Fit the weights by which phrases are ranked that name the population or the intervention of a study.

Learnt from the annotated abstracts of the test sets, halves A and C of evals/quality/studies.jsonl, and studies.jsonl
beside this module: places in abstracts of the test sets, by the same guidelines. A phrase is as right as its words
overlap with those annotated (F1). What words tell of a phrase is counted on the other folds, then all is weighed by a
ridge regression.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evals.corpora import read_rows
from evals.quality.studies import abstracts_of, annotated, f1, own
from index.files import atomic_write
from qa.studies.phrases import PLACES, Floats, SentencePhrases, WordOdds, phrases_of
from qa.studies.pico import by_rules
from qa.studies.ranking import RANKED, PhraseRanker
from qa.studies.reading import read_design
from qa.studies.records import Cell
from qa.studies.sentences import told_sentences

PLACED = Path(__file__).with_name("studies.jsonl")
_HALVES = ("pubmedqa", "abstracts", "A", "C")
_FOLDS, _PRIOR, _RIDGE = 4, 30.0, 50.0
"""Folds; phrases that count as seen before with each word; the ridge."""
_USES: dict[str, dict[str, Any]] = {
    "population": {"least": 0.2, "only_fills": True},  # what the rules read is as often right as what ranks highest
    "intervention": {"least": 0.3, "only_fills": False},
}
_SEEN, _TELLING = 3, 0.1
"""A word is kept if it was seen so often, and its log-odds are so far from none."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """The phrases of an abstract, what the rules read, and the words annotated."""

    sentences: Sequence[SentencePhrases]
    read: dict[str, tuple[Cell, ...]]
    wanted: dict[str, str | None]

    def overlaps(self, name: str) -> Floats:
        """Return how right each phrase is."""
        cells = (one.cell(place) for one in self.sentences for place in range(len(one.phrases)))
        return np.array([f1(cell, self.wanted[name]) for cell in cells])


def examples(data: Path) -> Iterator[Example]:
    """Yield all that is learnt from."""
    abstracts = abstracts_of(data)
    rows = [(half, row) for half, row, _ in (*annotated(data), *own(abstracts)) if half in _HALVES]
    for row in read_rows(PLACED):
        text = abstracts[row["pmid"]].text
        rows.append(("", row | {name: text[slice(*row[name])] if row[name] else None for name in RANKED}))
    for _, row in rows:
        abstract = abstracts[row["pmid"]]
        told = told_sentences(abstract)
        read = by_rules(told, read_design(abstract, told)[0]).cells()
        yield Example(phrases_of(told, read), read, {name: row[name] for name in RANKED})


def odds_of(given: Sequence[Example], overlaps: Sequence[Floats]) -> WordOdds:
    """Return what each word at each place tells, by the phrases that have it there."""
    mean = float(np.concatenate(overlaps).mean())
    sums: dict[str, defaultdict[str, list[float]]] = {kind: defaultdict(lambda: [0.0, 0.0]) for kind in PLACES}
    for example, right in zip(given, overlaps, strict=True):
        phrases = ((one, phrase) for one in example.sentences for phrase in one.phrases)
        for (one, phrase), value in zip(phrases, right, strict=True):
            for kind in PLACES:
                for word in one.words(kind, phrase):
                    tally = sums[kind][word]
                    tally[0], tally[1] = tally[0] + value, tally[1] + 1
    return {
        kind: {
            word: round(float(np.log((total + mean * _PRIOR) / (count + _PRIOR) / mean)), 3)
            for word, (total, count) in words.items()
            if count >= _SEEN and abs(np.log((total + mean * _PRIOR) / (count + _PRIOR) / mean)) > _TELLING
        }
        for kind, words in sums.items()
    }


def told_of(given: Sequence[Example], odds: WordOdds) -> list[Floats]:
    """Return of each example all that is told of its phrases."""
    return [
        np.vstack([np.hstack([one.figures, one.told_by_words(odds)]) for one in example.sentences]) for example in given
    ]


def fit(given: Sequence[Example], name: str) -> dict[str, Any]:
    """Return the ranker of population or intervention as JSON."""
    overlaps = [example.overlaps(name) for example in given]
    fold = np.random.default_rng(0).permutation(len(given)) % _FOLDS
    rows: list[Floats] = [np.empty(0)] * len(given)
    for number in range(_FOLDS):
        others, these = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        odds = odds_of([given[at] for at in others], [overlaps[at] for at in others])
        for at, told in zip(these, told_of([given[at] for at in these], odds), strict=True):
            rows[at] = told
    weights, base = _ridge(np.vstack(rows), np.concatenate(overlaps))
    stored = {"base": base, "weights": [round(float(one), 6) for one in weights], "odds": odds_of(given, overlaps)}
    return stored | _USES[name]


def _ridge(rows: Floats, right: Floats) -> tuple[Floats, float]:
    kept = (right > 0.3) | (np.random.default_rng(0).random(len(right)) < 0.3)  # most phrases are wrong
    rows, right = rows[kept], right[kept]
    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    scaled = (rows - mean) / spread
    weights = np.linalg.solve(scaled.T @ scaled + _RIDGE * np.eye(rows.shape[1]), scaled.T @ (right - right.mean()))
    return weights / spread, float(right.mean() - (weights / spread) @ mean)


def unseen(given: Sequence[Example], name: str) -> Iterator[tuple[float, float]]:
    """Yield of each example with words annotated how right the rules are, and a ranker that has not seen it."""
    fold = np.random.default_rng(1).permutation(len(given)) % 3
    for number in range(3):
        ranker = PhraseRanker.of(fit([given[at] for at in np.flatnonzero(fold != number)], name))
        for at in np.flatnonzero(fold == number):
            if wanted := given[at].wanted[name]:
                read = next(iter(given[at].read[name]), None)
                yield f1(read, wanted), f1(ranker.best(given[at].sentences, read), wanted)


def make_studies(data: Path, out: Path, *, say: Callable[[str], None]) -> None:
    """Fit the rankers, say how well they do on abstracts that they have not seen, and write them."""
    given = [example for example in examples(data) if example.sentences]
    for name in RANKED:
        rules, made = np.array(list(unseen(given, name))).mean(0)
        say(f"{name}, F1 of words on folds not seen: {rules:.3f} by the rules, {made:.3f} ranked")
    stored = {name: fit(given, name) for name in RANKED}
    with atomic_write(out) as file:
        file.write((json.dumps(stored, ensure_ascii=False, separators=(",", ":")) + "\n").encode())
