"""What is looked for before a pattern is tried stands in everything that the pattern can match."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import data, from_regex

from index.analysis import normalization

_FEW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
RULES = [
    *(*normalization._NUMBERS, *normalization._NAMED, *normalization._BEFORE_NAMES),
    *(*normalization._SYMBOLS_AND_LATIN, *normalization._WITH_GREEK),
]


@pytest.mark.parametrize("rule", RULES, ids=[str(number) for number, _ in enumerate(RULES)])
@_FEW
@given(drawn=data())
def test_no_rule_is_passed_over_where_its_pattern_stands(rule, drawn):
    text = unicodedata.normalize("NFKC", drawn.draw(from_regex(rule.pattern)))
    if rule.pattern.search(text):
        assert rule.may_apply(text.lower(), set(normalization._WORD.findall(text.lower())))


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("tnfalpha rose", "TNF-alpha rose"),
        ("il6 rose", "IL6 rose"),
        ("il rose", "il rose"),
        ("β catenin", "β-catenin"),
        ("IFN-a cells", "IFN-α-cells"),
        ("a\u0301cide", "acide"),
        ("naïve α\u0301", "naive α"),
    ],
)
def test_a_name_in_small_letters_is_found(text, normalized):
    assert normalization.normalize(text) == normalized
