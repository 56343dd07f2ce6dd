"""The study that a question chooses by its date or size, and what asks the records instead."""

import pytest

from qa.question.analysis import analyse
from qa.question.superlatives import ChosenStudy, without_chosen


@pytest.mark.parametrize(
    ("question", "rest", "order", "phrase"),
    [
        ("How many men were in the newest trial?", "How many men were?", "newest", "trial"),
        (
            "What does the latest review on IL-32 conclude?",
            "What does the study conclude?",
            "newest",
            "review on IL-32",
        ),
        ("Did the biggest zinc study help?", "Did the study help?", "largest", "zinc study"),
        ("What was given in the oldest trial of zinc in colds?", "What was given?", "oldest", "trial of zinc in colds"),
        ("Which is the smallest study?", "Which is the study?", "smallest", "study"),
        ("Which trials on zinc had the most patients?", None, "", ""),  # several
        ("Which trial on zinc had the most patients?", "", "largest", "trial on zinc"),
        ("Which study enrolled the fewest children?", "", "smallest", "study"),
        ("Which is the newest trial on zinc?", None, "", ""),  # a list
        ("Show me the oldest abstract", None, "", ""),
        ("What is the oldest abstract here?", None, "", ""),
        ("Which is the newest trial in my library?", None, "", ""),
        ("In which journal did the newest trial appear?", None, "", ""),
        ("Who wrote the oldest paper?", None, "", ""),
        ("What was the largest effect in trials of zinc?", None, "", ""),
    ],
)
def test_a_study_is_chosen_where_its_findings_are_asked_for(question, rest, order, phrase):
    chosen = ChosenStudy(order, phrase) if order else None
    text, found = without_chosen(question)
    assert found == chosen
    assert text.replace(" ?", "?") == (question if rest is None else rest)


def test_the_type_and_the_subject_of_the_study_are_asked_of_the_records():
    analysis = analyse("How many people took part in the largest review of zinc?", encoder=None)
    assert (analysis.chosen.order, analysis.chosen.subject, analysis.text) == (
        "largest", "zinc", "How many people took part?",
    )  # fmt: skip
    assert analysis.filters.types == ("Review", "Systematic Review")
    assert analyse("What did the newest review find?", encoder=None).kind == "look-up"
    assert analyse("Does zinc help in colds?", encoder=None).chosen is None
