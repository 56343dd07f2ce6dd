"""What a person writes around the question, and slips that are put right."""

from __future__ import annotations

import pytest

from qa.question.parts import parts_of
from qa.question.request import asked_sentences, put_right, spelt_out


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Does zinc, sorry, iron help?", "Does iron help?"),
        ("Does ginger — no wait, I mean garlic — prevent colds?", "Does garlic prevent colds?"),
        ("Do beta... sorry, does digoxin cut mortality?", "Does digoxin cut mortality?"),
        ("Does aspirin lower stroke, sorry, mortality?", "Does aspirin lower mortality?"),
        ("Is zinc good for colds (sorry, I mean flu)?", "Is zinc good for flu?"),
        ("Which children with asthma, or rather eczema, respond?", "Which children with eczema respond?"),
        ("Does iron help, I mean help much?", "Does iron help, I mean help much?"),
    ],
)
def test_a_slip_is_left_out_where_its_writer_puts_it_right(text: str, question: str) -> None:
    assert put_right(text) == question


def test_who_asks_is_left_out() -> None:
    assert spelt_out("I am a nurse and wonder whether zinc shortens colds") == "I wonder whether zinc shortens colds"


def test_the_drug_of_the_case_stands_for_it() -> None:
    history = "My father has tuberculosis. His doctor wants to give isoniazid. Is it hard on the liver?"
    assert asked_sentences(history) == "Is isoniazid hard on the liver?"
    assert asked_sentences("I have gout. What helps?") == "I have gout. What helps?"


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("Does coffee protect the liver and does tea?", "Does tea protect the liver?"),
        ("Is zinc bad for the kidney, and what about iron?", "Is iron bad for the kidney?"),
    ],
)
def test_a_part_that_names_another_thing_asks_the_same_of_it(text: str, second: str) -> None:
    assert parts_of(text, ["coffee"])[1:] == (second,)


def test_a_verb_is_no_part_of_the_name_that_is_meant() -> None:
    asked = parts_of("How does hepatitis E spread and how is it diagnosed?", ["hepatitis E spread"])
    assert asked == ("How does hepatitis E spread?", "How is hepatitis E diagnosed?")
