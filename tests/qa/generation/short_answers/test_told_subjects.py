"""The subject of the question's verb as short answer, where a sentence has that verb."""

import pytest

from index import Abstract, Section
from qa.answer import Source
from qa.evidence.scoring import Evidence
from qa.generation.short_answers.told_subjects import told_subjects
from qa.question.analysis import analyse

RISK = "What increased the risk of gout?"


def subjects(question, sentence):
    source = Source(1, Abstract("1", "On gout", (Section("", "", sentence),)))
    evidence = Evidence(source, 8, 8 + len(sentence), sentence, "", None, 0.5, 0.5, (), (), 0.5, 0.5)
    return [place.text for place in told_subjects(analyse(question, encoder=None), evidence)]


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        (RISK, "Beer, meat and old age increased the risk of gout.", ["Beer", "meat", "old age"]),
        (RISK, "The risk was further increased by beer and red meat.", ["beer", "red meat"]),
        (RISK, "Beer was drunk, and age increased the risk.", []),  # the subject does not begin the sentence
        (RISK, "Beer did not increase the risk.", []),  # denied
        ("What failed to lower urate?", "Allicin did not lower urate.", ["Allicin"]),
        ("What failed to lower urate?", "Allicin lowered urate.", []),
        ("What is gout?", "Gout is a disease of joints.", []),  # no verb that something does
        ("Which drinks lower the risk of gout?", "Beer raises it; coffee, tea and wine lower the risk.",
         ["coffee", "tea", "wine"]),  # the part of the sentence that has the verb
        ("Which crystal was not found?", "Oxalate was not found.", ["Oxalate"]),  # a passive, denied
        ("Which diuretic is not linked with gout?", "Amiloride was not associated with gout.", ["Amiloride"]),
        ("Which diuretic is not linked with gout?", "Amiloride was associated with gout.", []),
        ("Which joint was found swollen?", "Six were found swollen.", []),  # a number is no thing
        ("What lowers urate?", "Urate was measured.", []),
        ("Against which strain did the vaccine not work?", "No efficacy was shown against DENV-3.", ["DENV-3"]),
        ("Against which strain did the vaccine not work?", "It protected against DENV-1 and against DENV-2.", []),
    ],
)  # fmt: skip
def test_the_subject_of_the_verb_is_taken_where_it_is_plain(question, sentence, expected):
    assert subjects(question, sentence) == expected


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("List the risk factors of gout.", "Beer, wear of tight shoes and old age increased the risk.",
         ["Beer", "wear of tight shoes", "old age"]),
        ("What are the adverse events of colchicine?", "The commonest adverse events with colchicine were nausea,"
         " cramps and rash.", ["nausea", "cramps", "rash"]),
        ("What are the signs of gout?", "Redness, swelling and heat were typical signs.",
         ["Redness", "swelling", "heat"]),
        ("What are the triggers of gout?", "Beer (31%), red meat (9%) and kidney disease (5%) were triggers.",
         ["Beer", "red meat", "kidney disease"]),
        ("List the causes of gout.", "Beer, red meat and fasting are its causes.", ["Beer", "red meat", "fasting"]),
        ("risk factors for gout", "Beer, previous surgery and more than 2 years of treatment raised the risk.",
         ["Beer", "previous surgery", "more than 2 years of treatment"]),
        ("Which disorders occur with ropinirole?", "Gambling, compulsive buying and binge eating were seen.",
         ["Gambling", "compulsive buying", "binge eating"]),
        ("What symptoms did he have?", "Within a day he had fever, redness and pain.", ["fever", "redness", "pain"]),
        ("Which purines were found in beer?", "The purines found were adenine, guanine and xanthine.",
         ["adenine", "guanine", "xanthine"]),
        ("Which joints are swollen in gout?", "Gout of the joints comes with work such as grasping and twisting.", []),
    ],
)  # fmt: skip
def test_what_stands_beside_the_noun_asked_for_is_taken_whatever_it_is_called(question, sentence, expected):
    assert subjects(question, sentence) == expected
