"""Questions with an inverted predicate, put plainly."""

from __future__ import annotations

import pytest

from qa.language.affirmative import affirmative
from qa.language.polarity import finding
from qa.language.settings import is_apart
from qa.language.statement import statement_of

ROWS = [
    # question, put plainly, whether a yes to the one is a no to the other
    ("Is zinc useless for colds?", "Is zinc effective for colds?", True),
    ("Are antibiotics superfluous in bronchitis?", "Are antibiotics necessary in bronchitis?", True),
    (
        "Can the second biopsy be left out in coeliac children?",
        "Is the second biopsy necessary in coeliac children?",
        True,
    ),
    ("Can one do without iodine in pregnancy?", "Is iodine necessary in pregnancy?", True),
    ("Is it fine to skip the booster at birth?", "Is the booster necessary at birth?", True),
    ("Can digoxin be stopped in atrial fibrillation?", "Is withdrawal of digoxin safe in atrial fibrillation?", False),
    ("Is it harmless to stop denosumab?", "Is withdrawal of denosumab safe?", False),
    ("May pregnant women take ibuprofen?", "Is ibuprofen safe in pregnant women?", False),
    ("Is comfrey harmless to the liver?", "Is comfrey harmful to the liver?", True),
    ("Can comfrey be taken without risk to the liver?", "Is comfrey harmful to the liver?", True),
    ("Is mumps a trivial illness for men?", "Is mumps a dangerous illness for men?", True),
    ("Is losartan free of the risk of cough?", "Does losartan cause cough?", True),
    ("Is iron worth giving to blood donors?", "Is iron effective in blood donors?", False),
    ("Is zinc no better than placebo for colds?", "Is zinc better than placebo for colds?", True),
    ("Is aspirin inferior to apixaban for stroke?", "Is apixaban superior to aspirin for stroke?", False),
    ("Should asthmatics avoid aspirin?", "Should asthmatics use aspirin?", True),
    ("Does zinc fail to shorten colds?", "Does zinc shorten colds?", True),
]


@pytest.mark.parametrize(("question", "plain", "is_reversed"), ROWS, ids=[row[0] for row in ROWS])
def test_an_inverted_question_is_put_plainly(question: str, plain: str, is_reversed: bool) -> None:
    told = affirmative(question)
    assert (told.text, told.is_reversed) == (plain, is_reversed)


@pytest.mark.parametrize(
    "question",
    [
        "Does zinc shorten colds?",
        "Does finerenone spare patients from hyperkalaemia?",
        "Is gamma knife no less effective than surgery for tremor?",
        "Can children get shingles?",
    ],
)
def test_any_other_question_stays(question: str) -> None:
    assert affirmative(question).text == question


@pytest.mark.parametrize(
    ("question", "sentence", "verdict"),
    [
        ("Can one do without iodine in pregnancy?", "Leaving out iodine raised the risk of haemorrhage.", -1),
        ("Can the second biopsy be left out?", "The second biopsy is unnecessary and can be omitted.", 1),
        ("Is comfrey dangerous for the liver?", "Comfrey has not been implicated.", -1),
        ("Is zinc useless for colds?", "Zinc was effective for colds.", -1),
    ],
)
def test_a_finding_is_held_against_the_plain_question(question: str, sentence: str, verdict: int) -> None:
    statement = statement_of(question)
    assert statement is not None
    way = finding(statement, sentence).way
    assert way is not None
    assert statement.verdict_of(way) == verdict


def test_another_kind_of_the_disease_tells_nothing() -> None:
    statement = statement_of("Is stopping treatment safe in childhood absence epilepsy?")
    assert statement is not None
    other, own = (
        f"Stopping was followed by seizures in {kind}." for kind in ("juvenile myoclonic epilepsy", "epilepsy")
    )
    assert is_apart(statement, other, "", other)
    assert not is_apart(statement, own, "", own)
