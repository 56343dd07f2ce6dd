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


def test_a_follow_up_to_a_follow_up_keeps_the_whole_line():
    first = Answer("And in colon?", standalone_question="What does IL-32β induce? And in colon?")
    assert standalone_question("Why?", [*TURNS, Turn("And in colon?", first)]) == (
        "What does IL-32β induce? And in colon? Why?"
    )


def test_without_turns_a_question_is_left_as_it_is():
    assert standalone_question(" And in colon cancer? ", []) == "And in colon cancer?"
