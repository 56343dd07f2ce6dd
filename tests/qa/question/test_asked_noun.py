"""The sort of thing that a question asks for."""

import pytest

from qa.question.asked_noun import asked_noun, empty_head, sort_of


@pytest.mark.parametrize(
    ("question", "noun"),
    [
        ("Which drugs trigger psoriasis?", "drugs"),
        ("Which gene fusions does larotrectinib act on?", "gene fusions"),
        ("Silencing of which gene did not restore sensitivity?", "gene"),
        ("What were the most common adverse events of zinc?", "adverse events"),
        ("the risk factors of gout", "risk factors"),  # its "list" is taken off before
        ("drugs that worsen gout", "drugs"),
        ("side effects of zinc", "side effects"),
        ("gout of the big toe", ""),
        ("Which types of antibiotics cause colitis?", "antibiotics"),
        ("What is the mechanism of gout?", "mechanism"),
        ("What is gout?", ""),
        ("What does zinc bind?", ""),
        ("How is gout treated?", ""),
    ],
)
def test_the_noun_after_which_says_what_is_asked_for(question, noun):
    assert asked_noun(question) == noun


def test_a_noun_is_of_the_sort_of_its_last_word_and_a_name_of_none():
    assert [sort_of(noun) for noun in ("kinase inhibitors", "gene fusions", "adverse events", "histone", "")] == [
        "drug",
        "gene",
        "effect",
        "",
        "",
    ]


def test_an_answer_need_not_have_a_word_that_its_examples_stand_for():
    assert [bool(empty_head(noun)) for noun in ("side effects", "drugs", "antibody", "")] == [True, True, False, False]
