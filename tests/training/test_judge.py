"""Fitting the judge: wrong sentences made by rule, weights that take nothing from length, and trees as JSON."""

import random

import numpy as np
import pytest

from qa.evidence.judge import ClaimReading, Judge
from training.judge import Example, Learnt, fit, stored, weights
from training.slips import slips

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


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("Zinc may be a cure in mice.", "Zinc is a cure in mice."),
        ("Zinc was associated with fewer colds.", "Zinc caused fewer colds."),
        ("Zinc cured warts in mice.", "Zinc cured warts in patients."),
        ("Zinc cured some warts.", "Zinc cured all warts."),
        ("Warts were rarer in men than in women.", "Warts were rarer in women than in men."),
        ("IL-6 raised zinc in cells of that kind.", "IL-8 raised zinc in cells of that kind."),
    ],
)
def test_each_kind_of_slip_is_made(sentence, wrong):
    made = {one for seed in range(40) for one in slips(sentence, "", [], random.Random(seed), most=20)}
    assert wrong in made
    assert sentence not in made


def test_no_group_is_judged_by_trees_that_saw_it():
    """In each group another feature tells right from wrong: trees that saw the group would know it."""
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
