"""Questions of yes or no as statements."""

from __future__ import annotations

import pytest

from qa.language.statement import DOWN, SAME, UP, statement_of

ROWS = [
    # question, text, subject, outcome, rival, axis, ways that bear it out
    ("Is warfarin safe in pregnancy?", "Warfarin is safe in pregnancy", "warfarin", "", "", "harm", {SAME, DOWN}),
    ("Does aspirin prevent stroke?", "Aspirin prevent stroke", "aspirin", "stroke", "", "amount", {DOWN}),
    ("Is losartan free of cough?", "Losartan is free of cough", "losartan", "cough", "", "amount", {SAME, DOWN}),
    ("Is A1 better than B2?", "A1 is better than B2", "A1", "", "B2", "benefit", {UP}),
    ("Is A1 as effective as B2?", "A1 is as effective as B2", "A1", "", "B2", "benefit", {SAME, UP}),
    ("Does A1 cause more rash than B2?", "A1 cause more rash than B2", "A1", "rash", "B2", "amount", {UP}),
    ("Is gout linked to diet?", "Gout is linked to diet", "gout", "to diet", "", "amount", {UP, DOWN}),
    ("Is it true that zinc does not cure warts?", "Zinc not cure warts", "zinc", "warts", "", "benefit", {SAME, DOWN}),
    ("Old drugs, new uses: is colchicine toxic?", "Colchicine is toxic", "colchicine", "", "", "harm", {UP}),
    ("Is PTEN a tumour suppressor?", "PTEN is a tumour suppressor", "PTEN a tumour suppressor", "", "", "fact", {UP}),
]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_question_becomes_a_statement(row: tuple[str, str, str, str, str, str, set[int]]) -> None:
    question, text, subject, outcome, rival, axis, accepts = row
    told = statement_of(question)
    assert told is not None
    assert (told.subject, told.outcome, told.rival, told.axis, set(told.accepts)) == (
        subject,
        outcome,
        rival,
        axis,
        accepts,
    )
    assert told.text == text


@pytest.mark.parametrize(
    "question", ["Which drugs cure warts?", "Does zinc or silver cure warts?", "Warts", "How is gout treated?"]
)
def test_other_questions_are_none(question: str) -> None:
    assert statement_of(question) is None
