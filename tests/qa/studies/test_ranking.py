"""Phrases of an abstract, what is told of them, and their ranking."""

import numpy as np
import pytest

from index import Abstract, Section
from qa.studies.phrases import FIGURES, PLACES, TOLD_BY_WORDS, phrases_of
from qa.studies.ranking import PhraseRanker, ranked, rankers_in_the_box
from qa.studies.records import Cell
from qa.studies.sentences import told_sentences

TEXT = "We examined the effect of oral zinc sulfate (ZS) on taste in 40 adults with gout."
TOLD = told_sentences(Abstract("1", "Zinc and taste", (Section("OBJECTIVE", "OBJECTIVE", TEXT),)))
SENTENCES = phrases_of(TOLD, {"intervention": (Cell("oral zinc sulfate", 41, 58),)})
AIM = SENTENCES[1]


def places():
    return {AIM.cell(place).text: place for place in range(len(AIM.phrases))}


def ranker(weight_of, odds=(), **settings):
    weights = [float(name == weight_of) for name in (*FIGURES, *TOLD_BY_WORDS)]
    return PhraseRanker(np.array(weights), 0.0, {kind: {} for kind in PLACES} | dict(odds), **settings)


def test_phrases_are_runs_of_words_and_what_joins_them():
    texts = places()
    assert {"oral zinc sulfate (ZS)", "zinc sulfate", "effect of oral zinc sulfate", "adults with gout"} <= texts.keys()
    assert not any(word in text.split() for text in texts for word in ("We", "examined", "the"))
    assert all(TEXT[c.start - 15 : c.end - 15] == c.text for c in map(AIM.cell, texts.values()))


def test_figures_tell_place_repetition_and_what_the_rules_read():
    rows = {text: dict(zip(FIGURES, AIM.figures[place], strict=True)) for text, place in places().items()}
    of_rules, other = rows["oral zinc sulfate"], rows["adults with gout"]
    assert AIM.figures.shape == (len(AIM.phrases), len(FIGURES))
    assert (of_rules["aim"], of_rules["title"], of_rules["words"]) == (1, 0, 3)
    assert of_rules["intervention alike"] == 1 and other["intervention alike"] == 0
    assert of_rules["in title"] == pytest.approx(1 / 3) and of_rules["bracket behind"] == 1
    assert (other["with"], other["population read"]) == (1, 0)


def test_what_words_tell_is_the_mean_of_those_at_a_place():
    odds = {kind: {word: len(word) / 10 for p in AIM.phrases for word in AIM.words(kind, p)} for kind in PLACES}
    told = AIM.told_by_words(odds)
    for phrase, row in zip(AIM.phrases, told, strict=True):
        means = [np.mean([odds[kind][word] for word in AIM.words(kind, phrase)] or [0.0]) for kind in PLACES]
        assert row[: len(PLACES)] == pytest.approx(means)
        assert row[-2] == max(odds["within"][word] for word in AIM.words("within", phrase))


def test_the_highest_phrase_is_taken_unless_the_rules_came_near():
    read = Cell("oral zinc sulfate", 41, 58)
    assert ranker("first", {"first": {"taste": 0.5}}).best(SENTENCES, read).text == "taste in"[:5]
    assert ranker("first", {"first": {"taste": 0.5, "oral": 0.47}}).best(SENTENCES, read) == read


def test_where_the_rules_read_nothing_only_a_high_score_fills():
    made = ranker("first", {"first": {"taste": 0.5}}, least=0.4, only_fills=True)
    read = Cell("gout", 91, 95)
    assert made.best(SENTENCES, None).text == "taste"
    assert made.best(SENTENCES, read) == read
    assert ranker("first", {"first": {"taste": 0.3}}, least=0.4).best(SENTENCES, None) is None


def test_what_is_ranked_is_verbatim_and_nothing_is_ranked_in_nothing():
    assert ranked([], {}) == (None, None)
    text = TOLD[0].as_stored + "\n" + TEXT
    cells = ranked(TOLD, {})
    assert all(cell is None or text[cell.start : cell.end] == cell.text for cell in cells)


def test_the_weights_in_the_box_are_of_all_that_is_told():
    for made in rankers_in_the_box().values():
        assert made.weights.shape == (len(FIGURES) + len(TOLD_BY_WORDS),) and made.odds.keys() == set(PLACES)
