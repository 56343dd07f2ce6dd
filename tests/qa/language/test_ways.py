"""Which way the things of a sentence go."""

import pytest

from qa.language.ways import agreement, ways


@pytest.mark.parametrize(
    ("text", "term", "expected"),
    [
        ("Zinc raised VEGF", "vegf", {1}),
        ("VEGF was not raised", "vegf", {0}),
        ("TNF was lower than IL-6", "tnf", {-1}),
        ("TNF was lower than IL-6", "il6", {1}),
        ("TNF fell, whereas VEGF rose", "vegf", {1}),
        ("There was no difference in VEGF", "vegf", {0}),
    ],
)
def test_ways(text, term, expected):
    assert ways(text)[term] == expected


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("Zinc raised VEGF", "Zinc increased VEGF", (2, 0, 0)),
        ("Zinc raised VEGF", "Zinc lowered VEGF", (0, 2, 0)),
        ("Zinc raised VEGF", "Zinc did not raise VEGF", (0, 0, 2)),
        ("Zinc is a metal", "Zinc lowered VEGF", (0, 0, 0)),
    ],
)
def test_agreement(text, quote, expected):
    assert agreement(ways(text), ways(quote)) == expected
