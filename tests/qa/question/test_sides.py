"""Comparisons and agreement as they are read: the two sides, or the topic on which studies are compared."""

import pytest

from qa.question.analysis import analyse


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("How do zetamab and velatrine compare in gout?", ("zetamab", "velatrine")),
        ("Is zetamab or velatrine safer?", ("zetamab", "velatrine")),
        ("Does zinc or iron lower mortality more?", ("zinc", "iron")),
        ("Compare aspirin with vitamins C and E for preventing colds", ("aspirin", "vitamins C and E")),
        ("Zinc vs iron: which helps more children?", ("Zinc", "iron")),
        ("Which of zinc and iron is safer?", ("zinc", "iron")),
        ("What is better for colds, zinc or vitamin C?", ("zinc", "vitamin C")),
        ("Metformin in mice vs worms: which live longer?", ("mice", "worms")),
    ],
)
def test_a_choice_of_two_is_a_comparison_of_them(question, sides):
    analysis = analyse(question, encoder=None)
    assert (analysis.kind, analysis.sides) == ("comparison", sides)


def test_a_statement_on_two_sides_stays_one_of_yes_or_no():
    assert analyse("Is apixaban safer than warfarin?", encoder=None).kind == "yes/no"


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("How well does zinc work compared with iron?", ("zinc", "iron")),
        ("Does oral zinc work as well as nasal zinc?", ("oral zinc", "nasal zinc")),
    ],
)
def test_sides_are_told_from_what_is_asked_of_them(question, sides):
    assert analyse(question, encoder=None).sides == sides


@pytest.mark.parametrize(
    ("question", "second"),
    [
        ("How well does zinc work compared with iron, and which has fewer relapses?",
         "Which has fewer relapses, zinc or iron?"),
        ("Is zinc better than iron, and which one costs less?", "Which one costs less, zinc or iron?"),
        ("What causes gout, and which drug treats it best?", "Which drug treats gout best?"),
    ],
)  # fmt: skip
def test_a_second_part_on_the_two_of_the_first_has_them_as_its_sides(question, second):
    assert analyse(question, encoder=None).parts[1] == second


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Do the two cranberry trials agree with each other?", "cranberry"),
        ("Do the studies of montelukast contradict each other?", "montelukast"),
        ("Do the vitamin D trials agree on falls and fractures?", "vitamin D falls and fractures"),
    ],
)
def test_whether_studies_agree_is_an_overview_of_their_topic(question, topic):
    analysis = analyse(question, encoder=None)
    assert (analysis.kind, " ".join(analysis.text.split())) == ("overview", topic)
