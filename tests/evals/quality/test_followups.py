"""The dialogues are as they should be, and the rules understand them."""

from collections import Counter

import pytest

from evals.quality.followups import HALVES, KINDS, figures, is_as_expected, read_dialogues, understood
from index import Filters
from qa.conversation import Standalone

DIALOGUES = read_dialogues()
EXPECTED = {"has": ["IL-32γ"], "lacks": ["IL-32β"], "types": ["Review"], "years": [2010, None]}


def test_there_are_thirty_of_two_to_four_turns_half_of_them_for_confirming():
    assert len(DIALOGUES) == 30
    assert {len(dialogue["turns"]) for dialogue in DIALOGUES} == {2, 3, 4}
    assert Counter(dialogue["half"] for dialogue in DIALOGUES) == dict.fromkeys(HALVES, 15)
    for dialogue in DIALOGUES:
        first, *others = dialogue["turns"]
        assert "kind" not in first
        assert {turn["kind"] for turn in others} <= set(KINDS)


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue["turns"][0]["asks"])
def test_each_is_understood(dialogue):
    assert [(one.asked, one.found) for one in understood(dialogue) if not one.is_right] == []


@pytest.mark.parametrize(
    ("question", "filters", "is_right"),
    [
        ("What of IL-32γ?", Filters(years=(2010, None), types=("Review", "Systematic Review")), True),
        ("What of IL-32γ and IL-32β?", Filters(years=(2010, None), types=("Review",)), False),
        ("What of it?", Filters(years=(2010, None), types=("Review",)), False),
        ("What of IL-32γ?", Filters(types=("Review",)), False),
        ("What of IL-32γ?", Filters(years=(2010, None)), False),
        ("What of IL-32γ?", Filters(years=(2010, None), types=("Review",), mesh=("Humans",)), False),
    ],
)
def test_what_is_expected_is_held_against_the_words_and_the_filters(question, filters, is_right):
    assert is_as_expected(Standalone(question, filters), EXPECTED) is is_right


def test_the_figures_count_each_half():
    turns = [one for dialogue in DIALOGUES[:2] for one in understood(dialogue)]
    assert figures(turns) == {"develop": 1, "develop, right": 1, "confirm": 2, "confirm, right": 2}
