"""Phrases that stand in a passage, and the forms of a thing among MeSH descriptors."""

import pytest

from index.analysis.abbreviations import Abbreviation
from index.analysis.terms import terms
from index.search.mentions import descriptor_forms, phrases

RA = Abbreviation("RA", "rheumatoid arthritis")


@pytest.mark.parametrize(
    ("wanted", "text", "stands"),
    [
        ("heart failure", "Patients with heart failure were asked.", True),
        ("failure of the heart", "A failing heart, failure hearts", True),  # words without meaning do not count
        ("heart failure", "Failure of the heart", False),
        ("heart failure", "The heart; the failure", True),
        ("heart failure", "heart and kidney failure", False),
        ("IL-32", "interleukin 32 was raised", True),
        ("IL-32", "IL-32β was raised", True),  # the family holds its isoforms
        ("IL-32β", "IL-32 was raised", False),
        ("serum IL-32β levels", "Serum interleukin-32 beta level", True),
        ("IL-32β serum", "IL-32β in serum", True),
        ("severe RA", "severe rheumatoid arthritis", True),
        ("severe rheumatoid arthritis", "severe RA", True),
        ("RA", "rheumatoid arthritis", True),
        ("the", "the", False),
    ],
)
def test_words_in_a_row(wanted, text, stands):
    kept = " ".join(terms(text))
    found = any(set(phrase.words) <= set(kept.split()) and phrase.stands_in(kept) for phrase in phrases(wanted, [RA]))
    assert found is stands


def test_descriptors_are_inverted_and_in_the_plural():
    assert {"lung neoplasms", "neoplasms, lung", "lung neoplasm"} <= set(descriptor_forms("Lung neoplasm"))
    assert "arthritis, rheumatoid" in descriptor_forms("rheumatoid arthritis")
    assert descriptor_forms(" ") == ()
