"""Which of two a sentence sets first in plain words or numbers."""

from dataclasses import dataclass

import pytest

from qa.language.plain_comparison import set_first

DRUGS = ("zinc", "iron")


@dataclass(frozen=True)
class Told:
    text: str


@pytest.mark.parametrize(
    ("asked", "sentence", "side"),
    [
        ("eradicates the germ more often", "Zinc eradicated the germ more often than iron.", "zinc"),
        ("eradicates the germ more often", "The germ was eradicated in 71% with zinc and 84% with iron.", "iron"),
        ("has fewer recurrences", "Recurrence was lower with iron (15.4%) than with zinc (25.3%).", "iron"),
        ("lowers urate more", "Zinc lowered urate more than iron.", "zinc"),
        ("lowers urate more", "Urate was lower with iron than with zinc.", "iron"),
        ("works better", "Iron was superior to zinc.", "iron"),
        ("works better", "Iron was less effective than zinc.", "zinc"),
        ("is better tolerated", "Adverse events were more frequent with zinc than with iron.", "iron"),
        ("is better tolerated", "Urate was higher with zinc than with iron.", None),  # no harm
        ("causes more rash", "Nausea was more frequent with zinc than with iron.", None),  # of another outcome
        ("causes more rash", "Rash occurred with zinc and with iron.", None),
        ("causes more rash", "Rash was more frequent with zinc than with placebo.", None),  # of one of the two
    ],
)
def test_a_sentence_sets_one_of_two_first(asked, sentence, side):
    found = set_first(DRUGS, asked, [Told(sentence)])
    assert (found and found[0]) == side


def test_sentences_that_disagree_set_none_first():
    sentences = [Told("Rash was more frequent with zinc than with iron."), Told("Rash: 3% with zinc, 9% with iron.")]
    assert set_first(DRUGS, "causes more rash", sentences) is None


def test_doses_of_one_drug_are_told_apart_by_the_dose():
    sides = ("zinc 50 mg", "100 mg")
    told = Told("Adverse events were more frequent with 100 mg than with 50 mg.")
    assert set_first(sides, "is better tolerated", [told]) == ("zinc 50 mg", [told])
