"""Everyday words that stand for one another, and names and technical words that stand for nothing else."""

import pytest

from qa.language.synonyms import everyday_words, near_terms


@pytest.mark.parametrize(
    ("word", "other", "is_near"),
    [
        ("physician", "doctor", True),
        ("kidney", "renal", True),
        ("tumour", "cancer", True),
        ("lung", "breast", False),
        ("hypertension", "hypotension", False),
        ("death", "survival", False),
    ],
)
def test_what_means_nearly_the_same_is_near(encoder, word, other, is_near):
    assert bool(near_terms(everyday_words(word, ()), f"the {other}", encoder)) == is_near


def test_names_and_technical_words_are_no_everyday_words():
    words = everyday_words("Tamoxifen raised IL-32β in physicians' CD4+ cells.", {"tamoxifen"})
    assert set(words.values()) == {"raised", "physicians", "cells"}


@pytest.mark.parametrize(
    "wanted, text", [({}, "the kidney"), ({"kidney": "kidney"}, ""), ({"kidney": "kidney"}, "5 %")]
)
def test_where_there_are_no_words_nothing_is_near(encoder, wanted, text):
    assert near_terms(wanted, text, encoder) == set()


def test_a_word_is_as_near_whatever_it_is_asked_with(encoder):
    alone = near_terms({"kidney": "kidney"}, "renal", encoder)
    assert alone == near_terms({"kidney": "kidney", "heart": "heart"}, "renal failure of old people", encoder)
