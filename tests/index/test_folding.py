"""What is looked for before a pattern is tried stands in everything that the pattern can match."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import data, from_regex

from index import folding

_FEW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
PATTERNS = [
    *((pattern, [needed]) for pattern, _, needed in folding._FAMILIES),
    *((pattern, needed) for pattern, needed in folding._LATIN_AFTER),
]


@pytest.mark.parametrize(("pattern", "needed"), PATTERNS)
@_FEW
@given(drawn=data())
def test_no_text_is_passed_over_that_a_family_or_a_latin_letter_stands_in(pattern, needed, drawn):
    text = unicodedata.normalize("NFKC", drawn.draw(from_regex(pattern)))
    if pattern.search(text):
        assert any(word in text.lower() for word in needed)


@pytest.mark.parametrize(
    ("pattern", "would_try"),
    [
        (folding._SPACED_NUMBER, lambda text: not folding._read(text)[1].isdisjoint(folding._WITH_NUMBERS)),
        (folding._COUNTED_NUMBER, lambda text: not folding._read(text)[1].isdisjoint(folding._WITH_NUMBERS)),
        (folding._ROMAN, folding._NUMERAL.search),
    ],
)
@_FEW
@given(drawn=data())
def test_no_text_is_passed_over_that_a_number_stands_in(pattern, would_try, drawn):
    text = unicodedata.normalize("NFKC", drawn.draw(from_regex(pattern)))
    if pattern.search(text):
        assert would_try(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [("tnfalpha rose", "TNF-alpha rose"), ("il6 rose", "IL6 rose"), ("il rose", "il rose"), ("β catenin", "β-catenin")],
)
def test_a_name_in_small_letters_is_found(text, folded):
    assert folding.fold(text) == folded
