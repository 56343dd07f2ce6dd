"""English words in one spelling and one number."""

import pytest

from index.analysis.inflection import american, american_text, singular


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("antibodies", "antibody"), ("metastases", "metastasis"), ("doses", "dose"), ("mice", "mouse"),
        ("viruses", "virus"), ("processes", "process"), ("headaches", "headache"), ("sepsis", "sepsis"),
        ("diabetes", "diabetes"),
    ],
)  # fmt: skip
def test_singular(plural, expected):
    assert singular(plural) == expected


@pytest.mark.parametrize(
    ("british", "expected"),
    [
        ("haemoglobin", "hemoglobin"), ("oedema", "edema"), ("localised", "localized"), ("exercise", "exercise"),
        ("signalling", "signaling"), ("coefficient", "coefficient"), ("anaerobic", "anaerobic"),
    ],
)  # fmt: skip
def test_american(british, expected):
    assert american(british) == expected


def test_words_of_a_text_are_american_but_names_in_capitals_stay():
    assert (
        american_text("Oedema in the OEDEMA-2 trial, tumours of IgAs") == "Edema in the OEDEMA-2 trial, tumors of IgAs"
    )
