"""Fitting the judge: our own sentences, weights that take nothing from length, and trees as JSON."""

import numpy as np
import pytest

from evals.corpora import read_rows
from qa.evidence.judge import ClaimReading, Judge
from training.judge import WRITTEN, Example, Learnt, fit, stored, to_learn, weights

WORDS = "one two three four five six seven eight nine ten eleven twelve"


def example(text, *, is_right, kind="plain"):
    return Example(kind, "g1", text, (), is_right)


def test_long_sentences_and_short_ones_each_count_as_much_right_as_wrong():
    long = f"{WORDS} {WORDS}"
    given = [example(long, is_right=True)] * 6 + [example(long, is_right=False)] * 2
    given += [example("short", is_right=True)] * 1 + [example("short", is_right=False)] * 3
    weight = weights(given)
    assert weight[:6].sum() == pytest.approx(weight[6:8].sum())
    assert weight[8] == pytest.approx(weight[9:].sum())


def test_stored_trees_give_the_same_chances_as_the_fitted_ones():
    dice = np.random.default_rng(1)
    rows = dice.normal(size=(200, 3))
    right = rows[:, 0] + 0.3 * rows[:, 1] > 0
    made = fit(rows, right, np.ones(200))
    judge = Judge.of(stored(made, ("a", "b", "c")))
    ours = [judge.chance(ClaimReading(dict(zip("abc", row, strict=True)), (), ())) for row in rows[:20]]
    assert ours == pytest.approx(made.predict_proba(rows[:20])[:, 1], abs=0.002)


def test_our_own_sentences_are_split_by_question_and_cite_abstracts_of_their_group():
    rows = read_rows(WRITTEN)
    parts = {}
    for row in rows:
        parts.setdefault((row["id"].partition("-")[0], row["question"]), set()).add(row["part"])
        assert set(row["cites"]) <= set(row["group"]) == set(row["sources"])
        assert (row["label"] == "supported") == (row["style"] != "wrong") == (row["verdict"] == "supported")
    assert {len(told) for told in parts.values()} == {1}
    assert len(parts) == len({group for group, _ in parts})
    assert len({row["id"] for row in rows}) == len({row["text"] for row in rows}) == len(rows)
    held_aside = len(rows) - len(to_learn(rows))
    assert 0.3 < held_aside / len(rows) < 0.4


def test_no_group_is_judged_by_trees_that_saw_it(monkeypatch):
    """In each group another feature tells right from wrong: trees that saw the group would know it."""
    monkeypatch.setattr("training.judge._TREES", 60)
    given, told = [], []
    for group in range(8):
        for place in range(20):
            given.append(Example("plain", f"g{group}", WORDS, (), place % 2 == 0))
            told.append(ClaimReading({"x": float(group * 2 + place % 2), "supports": 0.0}, (), ()))
    learnt = Learnt.of(given, told)
    assert all((learnt.judge().chance(reading) > 0.5) == one.is_right for one, reading in zip(given, told, strict=True))
    unseen = learnt.unseen()
    assert set(unseen) == {one.group for one in given}
    chances = [unseen[one.group].chance(reading) for one, reading in zip(given, told, strict=True) if one.is_right]
    assert min(chances) < 0.5
