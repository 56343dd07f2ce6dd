"""What abstracts lean to, and on which side each stands."""

import pytest

from index import Abstract
from qa.answer import Answer, Citation, Leaning, Sentence, Source
from qa.generation.yes_no import asks_yes_or_no, denies, leaning

QUESTION = "Does zelotin lower blood pressure?"


def said(text, *sources, supported=True):
    return Sentence(text, tuple(Citation(one, str(one), 0, 1, "x") for one in sources), supported)


YES, NO = "Zelotin lowered blood pressure.", "Zelotin did not lower blood pressure."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (QUESTION, True),
        ("And is zelotin safe?", True),
        ("Can it be said whether or not zelotin works?", True),
        ("Is it zelotin or placebo that helps?", False),
        ("What does zelotin do?", False),
        ("Isotretinoin in acne", False),
        ("", False),
    ],
)
def test_what_asks_yes_or_no(question, expected):
    assert asks_yes_or_no(question) is expected


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        (QUESTION, YES, False),
        (QUESTION, NO, True),
        (QUESTION, "Zelotin had no significant effect.", True),
        (QUESTION, "Blood pressure was unchanged by zelotin.", True),
        ("Is zelotin not absorbed?", "Zelotin is not absorbed.", False),  # it bears the question out
        ("Is zelotin not absorbed?", "Zelotin is absorbed within minutes.", True),
    ],
)
def test_denial(question, sentence, expected):
    assert denies(question, sentence) is expected


def test_the_best_sentence_weighs_most_and_each_source_stands_on_one_side():
    found = leaning(QUESTION, [said(YES, 1, 2), said(NO, 3), said(YES, 3)])
    assert found == Leaning("yes", supporting=(1, 2), against=(3,))
    assert leaning(QUESTION, [said(NO, 1), said(YES, 2), said(YES, 3)]).to == "no"


def test_what_was_done_is_on_neither_side_unless_it_is_asked_for():
    done = "Eight patients received zelotin."
    assert leaning(QUESTION, [said(done, 1)]) is None
    assert leaning(QUESTION, [said(done, 1), said(NO, 2)]) == Leaning("no", supporting=(), against=(2,))
    assert leaning("Is zelotin used in patients?", [said("Zelotin was used in patients.", 1)]).supporting == (1,)


def test_no_leaning_without_a_question_or_without_support():
    assert leaning("What does zelotin do?", [said(YES, 1)]) is None
    assert leaning(QUESTION, [said(YES, supported=False)]) is None


def source(number, year, *types):
    return Source(number, Abstract(str(number), "A title", year=year, types=types))


SOURCES = (
    source(1, 2019, "Journal Article", "Randomized Controlled Trial"),
    source(2, None, "Research Support, Non-U.S. Gov't"),
    source(3, 2012, "Case Reports"),
)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            Leaning("yes", (1, 2), (3,)),
            "These abstracts lean to yes (2 of 3). For: [1] (2019, randomized controlled trial), [2]; "
            "against: [3] (2012, case reports).",
        ),
        (Leaning("no", (), (3, 2)), "These abstracts lean to no (all 2). Against: [3] (2012, case reports), [2]."),
        (Leaning("no", (), (2,)), "These abstracts lean to no (the one found). Against: [2]."),
        (
            Leaning("no", (1, 2), (3,)),
            "These abstracts are divided; what fits best says no. For: [1] (2019, randomized controlled trial), [2]; "
            "against: [3] (2012, case reports).",
        ),
    ],
)
def test_both_sides_are_told_with_year_and_kind_of_study(found, expected):
    assert found.told(SOURCES) == expected


def test_every_form_of_an_answer_begins_with_it():
    answer = Answer(QUESTION, (said(YES, 1), said(NO, 3)), SOURCES, leaning=Leaning("yes", (1,), (3,)))
    told = "These abstracts are divided; what fits best says yes."
    assert answer.to_dict()["leaning"]["text"].startswith(told)
    assert answer.to_dict()["leaning"] | {"text": ""} == {"to": "yes", "for": [1], "against": [3], "text": ""}
    assert told in answer.to_markdown().partition(YES.rstrip("."))[0]


@pytest.mark.parametrize(
    ("sentence", "leans"),
    [
        ("Zelotin lowered blood pressure even though it did not slow the heart.", "yes"),
        ("Although zelotin did not slow the heart, it lowered blood pressure.", "yes"),
        ("Zelotin slowed the heart even though it did not lower blood pressure.", "no"),
        ("Zelotin did not lower blood pressure, although it slowed the heart.", "no"),
    ],
)
def test_a_denial_counts_where_the_sentence_speaks_of_what_is_asked(sentence, leans):
    assert leaning(QUESTION, [said(sentence, 1)]).to == leans


def test_the_reranker_tells_a_contradiction_that_the_rules_miss():
    raised = "Zelotin raised blood pressure."
    assert leaning(QUESTION, [said(raised, 1)], {("1", 0): (0.0, 0.8, 0.2)}).to == "yes"  # not sure enough
    assert leaning(QUESTION, [said(raised, 1)], {("1", 0): (0.0, 0.95, 0.05)}).to == "no"
