"""Fitting the weights of the headline: drawn to those set by hand, and moved by what answers say."""

from __future__ import annotations

import numpy as np

from qa.generation.headline import FEATURES
from training.headline import Example, fit, fit_readings


def _example(feature: str, *, is_yes: bool) -> Example:
    says = tuple(float(name == feature) for name in FEATURES)
    return Example("bioasq", "plain", says, is_yes)


def test_without_examples_the_weights_are_those_set_by_hand() -> None:
    weights = dict(zip(FEATURES, fit([], "plain"), strict=True))
    assert (weights["direction"], weights["link"], weights["first"]) == (2.0, 1.2, 1.0)


def test_what_misleads_loses_weight_and_all_else_keeps_its_own() -> None:
    examples = [_example("link", is_yes=False)] * 40 + [_example("direction", is_yes=True)] * 40
    weights = dict(zip(FEATURES, fit(examples, "plain"), strict=True))
    assert weights["link"] < 0.8 < 1.2
    assert weights["direction"] > 2.0
    assert weights["numbers"] == 1.8


def test_a_reading_that_is_right_weighs_more_than_one_that_is_not() -> None:
    answers = np.tile([1.0, 0.0, 0.5], 20)
    right, noise = 2 * answers - 1, np.tile([1.0, 1.0, -1.0, -1.0], 15)
    clearest, foremost, rules = fit_readings(np.stack([right, noise, 0 * answers], axis=1), answers)
    assert clearest > 1.0 > abs(foremost)
    assert rules == 0.0
