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
        ("What lowers urate?", "Urate was measured.", []),
    ],
)  # fmt: skip
def test_the_subject_of_the_verb_is_taken_where_it_is_plain(question, sentence, expected):
    assert subjects(question, sentence) == expected
