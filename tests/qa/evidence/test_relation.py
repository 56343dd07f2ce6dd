"""The relation that a question asks for, and which sentences tell it."""

from dataclasses import replace

import pytest

from qa.evidence.relation import sought_relation
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
        ("What dose of zinc was given?", "Patients took zinc 10 mg.", ("Serum zinc rose by 1.0 mmol/L.",)),
        ("What was not lowered by zinc?", "Fever was not lowered.", ("Zinc lowered pain with no adverse effects.",)),
        ("Which factors did not change the risk of gout?", "Age and sex had no effect.", ("Meat raised the risk.",)),
        ("Which drugs cause gout?", "Gout was reported by 10% of men given thiazides.",
         ("Gout did not occur more often with losartan.",)),
        ("Which drugs cause gout?", "Thiazides carried a high risk of gout.", ("Losartan was given to men.",)),
        ("side effects of zinc", "Nausea occurred in 8%.", ("Zinc was given for ten days.",)),
        ("What are the risks of zinc?", "Zinc doubled the risk of anaemia.",
         ("Zinc reduced the risk of sustained disability (hazard ratio 0.58).",)),
        ("side effects of zinc", "Zinc caused nausea.", ("There was no association of zinc with nausea.",)),
        ("Which factors trigger gout?", "Beer and meat were triggers; in 9% no trigger was found.",
         ("No trigger was found; all were men.",)),
        ("Which drugs bring about gout?", "Thiazides were blamed in six men.", ("Losartan was given to men.",)),
        ("What are the harms of zinc?", "A rash was seen in 9% of the zinc group.", ("Zinc was given to nine men.",)),
        ("What are the harms of zinc?", "Nausea was seen in 9% of the zinc group.",
         ("Death or stroke occurred in 5.5% with zinc and 7.1% with placebo (hazard ratio 0.77).",)),
        ("Who should not take zinc?", "Zinc is contraindicated in anaemia.",
         ("Zinc did not raise mortality.", "Zinc cannot be reduced by red cells.")),
        ("Which patients should avoid zinc?", "Zinc should not be given to infants.", ("Zinc helped infants.",)),
        ("Who should take zinc?", "Zinc is recommended for people with colds.",
         ("Zinc may not benefit old people.", "People on zinc lived longer.")),
        ("For whom is zinc unsuitable?", "Use it with caution in gout.", ("Zinc was given for gout.",)),
        ("What proportion of men lost their colds?", "A cure was seen in 9%.", ("Most men were cured.",)),
        ("How much does zinc cost?", "A course costs 12 dollars.", ("Zinc 10 mg prevented colds.",)),
    ],
)  # fmt: skip
def test_a_sentence_tells_the_relation_asked_for_and_no_other(question, told, untold):
    sought = sought_relation(analyse(question, encoder=None))
    assert sought.is_told(told)
    assert [sentence for sentence in untold if sought.is_told(sentence)] == []


def test_who_may_be_told_of_anything_that_is_no_advice():
    assert sought_relation(analyse("Who discovered zinc?", encoder=None)).advice == ""
    assert sought_relation(analyse("Which patients are treated with zinc?", encoder=None)).advice == ""
    assert sought_relation(analyse("Who can have gout?", encoder=None)).advice == ""


def test_the_words_of_the_question_for_relation_and_sort_are_not_looked_for():
    sought = sought_relation(analyse("Which drugs cause colitis?", encoder=None))
    assert (sought.relation, sought.words, sought.noun) == ("causes", frozenset({"caus"}), frozenset({"drug"}))


def test_a_question_of_yes_or_no_takes_every_sentence():
    assert sought_relation(analyse("Does zinc cure colds?", encoder=None)).is_any


def test_how_many_people_there_were_is_told_by_no_other_relation():
    counted = replace(analyse("How many patients were there?", encoder=None), kind="number", relation="outcome")
    assert sought_relation(counted).is_told("1,155 patients received apixaban.")
    assert not sought_relation(counted).is_told("Mortality was 5.6%.")


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("What causes gout?", True),
        ("Which drugs cause gout?", True),
        ("What are the causes of gout?", True),
        ("What does gout cause?", False),
        ("Does beer cause gout?", False),
    ],
)
def test_a_question_for_causes_names_the_effect(question, asks):
    assert sought_relation(analyse(question, encoder=None)).asks_cause == asks
