"""Follow-ups to questions that stand alone."""

import pytest

from qa import Answer, Turn
from qa.conversation import standalone_question

TURNS = [Turn("What does IL-32β induce?", Answer("What does IL-32β induce?"))]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("And in colon cancer?", "What does IL-32β induce? And in colon cancer?"),  # begins as a follow-up
        ("What about the γ isoform?", "What does IL-32β induce? What about the γ isoform?"),
        ("Why?", "What does IL-32β induce? Why?"),
        (
            "Which factor does it act through?",
            "What does IL-32β induce? Which factor does it act through?",
        ),  # points back
        ("Does metformin lower glucose?", "Does metformin lower glucose?"),  # stands alone
        ("Does it raise IL-10 in that model?", "Does it raise IL-10 in that model?"),  # names a thing of its own
    ],
)
def test_follow_ups_are_joined_to_the_question_before(question, expected):
    assert standalone_question(question, TURNS) == expected


def test_a_follow_up_to_a_follow_up_is_joined_to_the_question_that_stood_alone():
    turns = [*TURNS, Turn("And in colon cancer?", Answer("And in colon cancer?"))]
    assert standalone_question("And in mice?", turns) == "What does IL-32β induce? And in mice?"


def test_another_isoform_takes_the_place_of_the_one_before():
    assert standalone_question("What about IL-32γ?", TURNS) == "What does IL-32γ induce? What about IL-32γ?"
    assert standalone_question("And interleukin-32 alpha?", TURNS) == (
        "What does interleukin-32 alpha induce? And interleukin-32 alpha?"
    )


def test_a_question_too_long_to_be_joined_is_asked_alone():
    turns = [Turn("What is known of this? " + "Much. " * 325, Answer("?"))]
    assert standalone_question("And why is that so in mice?", turns) == "And why is that so in mice?"


def test_without_turns_a_question_is_left_as_it_is():
    assert standalone_question(" And in colon cancer? ", []) == "And in colon cancer?"
