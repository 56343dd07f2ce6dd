"""The relation that a question asks for, and which sentences tell it."""

import pytest

from qa.evidence.relation import SoughtRelation, sought_relation
from qa.question.analysis import analyse

PREGABALIN = "Scores of restless legs improved more with pregabalin than with placebo."
IRON = "A lack of iron in neurons underlies restless legs."
SURVEY = "Restless legs were found in 31% of 832 people on dialysis."


@pytest.mark.parametrize(
    ("question", "told", "untold"),
    [
        ("How are restless legs treated?", PREGABALIN, (IRON, SURVEY)),
        ("What causes restless legs?", IRON, (PREGABALIN, SURVEY)),
        ("How common are restless legs?", SURVEY, (PREGABALIN, IRON)),
        ("What are the side effects of pregabalin?", "Dizziness was reported.", (IRON, SURVEY)),
        ("How does pregabalin work?", "Pregabalin binds to a subunit of calcium channels.", (PREGABALIN, SURVEY)),
        ("Which drugs do not cause gout?", "Losartan was not associated with gout.", ("Thiazides caused gout.",)),
        ("What dose of zinc prevents colds?", "Zinc 10 mg prevented colds.", ("Zinc prevented most colds.",)),
    ],
)
def test_a_sentence_tells_the_relation_asked_for_and_no_other(question, told, untold):
    sought = sought_relation(analyse(question, encoder=None))
    assert sought.is_told(told)
    assert [sentence for sentence in untold if sought.is_told(sentence)] == []


def test_the_words_of_the_question_for_relation_and_sort_are_not_looked_for():
    sought = sought_relation(analyse("Which drugs cause colitis?", encoder=None))
    assert sought == SoughtRelation("causes", frozenset({"caus"}), frozenset({"drug"}))


def test_a_question_of_yes_or_no_takes_every_sentence():
    assert sought_relation(analyse("Does zinc cure colds?", encoder=None)).is_any
