"""Sentences that announce a question, and those that answer one."""

import pytest

from index import Abstract, Section
from qa.answer import Source
from qa.evidence.scoring import gather
from qa.language.discourse import announces, asks_what_was_done, only_tells_what_was_done


@pytest.mark.parametrize(
    "sentence",
    [
        "We investigated whether IL-32β raises VEGF.",
        "The aim of this trial was to compare two doses.",
        "In this study, we examined wound healing in mice.",
        "To assess the effect of sleep on memory.",
        "Little is known about its receptor.",
        "The mechanism remains largely unclear.",
    ],
)
def test_what_announces(sentence):
    assert announces(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "We investigated VEGF and found it raised.",
        "IL-32β raised VEGF in all cell lines.",
        "We show that the receptor, so far unknown, is PR3.",
        "The purpose-built chamber held 20 mice.",
    ],
)
def test_what_says_something(sentence):
    assert not announces(sentence)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Twelve owls received zelotin by mouth.", True),
        ("Blood pressure was measured in 40 men and 38 women.", True),
        ("We randomly assigned 120 patients to zelotin or placebo.", True),
        ("Zelotin was given for ten days and lowered blood pressure.", False),  # a direction
        ("Those who received zelotin fared better.", False),
        ("Zelotin was tested and found safe.", False),
        ("Of those treated, 40% were cured.", False),
        ("Zelotin was not used.", False),
        ("Zelotin is a drug.", False),
    ],
)
def test_what_only_tells_what_was_done(sentence, expected):
    assert only_tells_what_was_done(sentence) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [("Is zelotin used in children?", True), ("Has zelotin been tested?", True), ("Does zelotin help?", False)],
)
def test_what_asks_for_what_was_done(question, expected):
    assert asks_what_was_done(question) is expected


TEXT = (
    "We investigated whether the invented drug zelotin lowers blood pressure. Zelotin was given by mouth for ten days. "
    "Blood pressure was lower with the invented drug zelotin."
)


def best(library, question, *sections):
    source = Source(1, Abstract("1", "On zelotin", sections))
    return gather(question, [source], library=library)[0].text


def test_the_finding_comes_before_what_announces_it(library):
    assert best(library, "Does zelotin lower blood pressure?", Section("", "", TEXT)).startswith("Blood pressure was")


@pytest.mark.parametrize(
    ("question", "loses"),
    [("Does zelotin lower blood pressure?", True), ("Which methods were used with zelotin?", False)],
)
def test_what_was_done_comes_after_what_came_of_it_unless_it_is_asked_for(question, loses, library, monkeypatch):
    done = Abstract("1", "", (Section("", "", "Zelotin was given for ten days to men with asthma."),))

    def score():
        return gather(question, [Source(1, done)], library=library)[0].score

    as_it_is = score()
    monkeypatch.setattr("qa.evidence.scoring._ONLY_DONE", 0.0)
    assert (score() > as_it_is) == loses


def test_methods_are_for_those_who_ask(library):
    sections = (
        Section("METHODS", "METHODS", "Blood pressure under zelotin was measured by a cuff."),
        Section("RESULTS", "RESULTS", "Blood pressure under zelotin was low, as a cuff told."),
    )
    assert best(library, "What was blood pressure under zelotin by cuff?", *sections).startswith(
        "Blood pressure under zelotin was low"
    )
    assert best(library, "How was blood pressure under zelotin measured?", *sections).endswith("measured by a cuff.")
