"""Fitting the weights of the headline: drawn to those set by hand, and moved by what answers say."""

from __future__ import annotations

from qa.generation.headline import FEATURES
from training.headline import Example, fit


def _example(feature: str, *, is_yes: bool) -> Example:
    says = tuple(float(name == feature) for name in FEATURES)
    return Example("bioasq", "plain", says, is_yes)


def test_without_examples_the_weights_are_those_set_by_hand() -> None:
    weights = dict(zip(FEATURES, fit([], "plain"), strict=True))
    assert (weights["direction"], weights["stance"], weights["read"]) == (2.0, 3.0, 0.0)


def test_what_misleads_loses_weight_and_all_else_keeps_its_own() -> None:
    examples = [_example("link", is_yes=False)] * 40 + [_example("direction", is_yes=True)] * 40
    weights = dict(zip(FEATURES, fit(examples, "plain"), strict=True))
    assert weights["link"] < 0.8 < 1.2
    assert weights["direction"] > 2.0
    assert weights["numbers"] == 1.8
