"""How names come into the lexicon: written as people do, acronyms apart, and no ordinary words."""

from __future__ import annotations

import pytest

from training.lexicon import Entry, finished, written


@pytest.mark.parametrize(
    ("term", "names"),
    [
        ("Dementia, Senile", ["Senile Dementia"]),
        ("myocardial infarction (MI)", ["myocardial infarction", "MI"]),
        ("PROM (Pregnancy)", ["PROM"]),
        ("Somatropin (Human)", ["Somatropin"]),
        ("asthma (disease)", ["asthma"]),
    ],
)
def test_a_term_is_written_as_people_write_it(term: str, names: list[str]) -> None:
    assert list(written(term)) == names


def test_an_ordinary_word_names_only_what_is_called_so() -> None:
    warfarin = Entry(["X:1"], "Warfarin", "chemical", names={"Warfarin": 0, "Choice": 1, "Coumadin": 1})
    assert finished(warfarin).names == ("Warfarin", "Coumadin")
    humans = Entry(["X:2"], "Humans", "organism", names={"Humans": 0, "Human": 1, "LARGE": 2})
    assert finished(humans).names == ("Humans", "LARGE")
