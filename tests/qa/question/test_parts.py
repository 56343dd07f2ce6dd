"""Questions of several parts of which one is on the newest or the largest study."""

import pytest

from qa.question.analysis import analyse
from qa.question.parts import parts_on_studies


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("How many trials are there, and what did the newest one find?",
         ("How many trials are there?", "What did the newest trial find?")),
        ("How many reviews do you have and what does the latest say?",
         ("How many reviews do you have?", "What does the latest review say?")),
        ("What did the largest trial of zinc find, and how many men were in it?",
         ("What did the largest trial of zinc find?", "How many men were in the largest trial of zinc?")),
        ("What did the oldest study find and which dose was given?",
         ("What did the oldest study find?", "Which dose was given in the oldest study?")),
        ("What did the newest trial find?", ()),
        ("What is gout and how is it treated?", ()),
        ("Which one is the newest and does it help?", ()),
    ],
)  # fmt: skip
def test_each_part_names_its_study(question, parts):
    assert parts_on_studies(question) == parts


def test_the_analysis_is_of_the_first_part_and_has_all():
    analysis = analyse("How many trials are there, and what did the newest one find?", encoder=None)
    assert (analysis.kind, len(analysis.parts)) == ("library", 2)
    assert analysis.question.endswith("what did the newest one find?")
