"""Studies that contradict one another, side by side: in what they differ."""

from dataclasses import replace

import pytest
from conftest import abstract

from qa.answer import Answer, Headline, Source
from qa.generation.contradictions import side_by_side
from qa.studies import reading

TRIAL = abstract(
    "91000001",
    "Zinc for colds in children",
    "We randomly assigned 300 children with a cold to zinc 10 mg daily or placebo. Zinc shortened colds.",
    year=2020,
    types=("Randomized Controlled Trial",),
)
COHORT = abstract(
    "91000002",
    "Zinc and colds among elderly women",
    "In this cohort study 80 elderly women took zinc 80 mg daily. Zinc did not shorten colds. Serum zinc was 9 mg/dl.",
    year=2001,
)


@pytest.fixture
def library(monkeypatch):
    """Stands in for the library: studies are read of the abstracts as they are."""
    monkeypatch.setattr(
        "qa.generation.contradictions.studies_of",
        lambda _, abstracts: {one.pmid: reading.read_study(one) for one in abstracts},
    )


def answered(*abstracts, supporting=(1,), against=(2,)):
    sources = tuple(Source(number, one) for number, one in enumerate(abstracts, start=1))
    return Answer("Does zinc shorten colds?", sources=sources, headline=Headline("mixed", supporting, against))


def test_what_differs_is_told_with_its_words(library):
    answer = side_by_side(answered(TRIAL, COHORT), library)
    told = {one.respect: one.told for one in answer.differences}
    assert told["design"] == "design: [1] randomised controlled trial, against [2] cohort"
    assert told["dose"] == "dose: [1] 10 mg, against [2] 80 mg"
    assert told["n"] == "n: [1] 300, against [2] 80"
    assert told["year"] == "year: [1] 2020, against [2] 2001"
    assert "subjects" not in told
    for difference in answer.differences:
        for trait in (*difference.supporting, *difference.against):
            text = answer.sources[trait.source - 1].abstract.text
            assert not trait.citation or text[trait.citation.start : trait.citation.end] == trait.citation.quote
    assert "They differ in dose: [1] 10 mg, against [2] 80 mg" in answer.differences_told
    assert answer.to_dict()["differences"][0]["respect"] == "design"


def test_one_side_alone_differs_from_none(library):
    assert side_by_side(answered(TRIAL, COHORT, supporting=(1, 2), against=()), library).differences == ()
    assert side_by_side(answered(TRIAL, TRIAL), library).differences == ()


def test_the_headline_tells_the_design_as_read_where_types_tell_none(library):
    answer = side_by_side(answered(TRIAL, COHORT), library)
    assert answer.headline_told == (
        "Mixed. 1 abstract for: [1] (2020, randomized controlled trial); 1 abstract against: [2] (2001, cohort)."
    )


def test_the_headline_counts_by_design_where_there_are_several_abstracts(library):
    dated = [replace(COHORT, pmid=str(number), types=()) for number in (1, 2)]
    unknown = abstract("91000003", "Zinc", "Zinc is a metal.")
    answer = side_by_side(answered(TRIAL, *dated, unknown, supporting=(1, 2, 3, 4), against=()), library)
    assert answer.headline_told.startswith(
        "Mixed. 4 abstracts for (2 cohorts, 1 randomised controlled trial, 1 of unknown design): [1] ("
    )
    headline = answer.to_dict()["headline"]
    assert headline["designs"] == {
        "supporting": {"cohort": 2, "randomised controlled trial": 1, "": 1},
        "against": {},
    }


def test_counts_of_designs_are_said_as_designs_are(library):
    told = Headline("yes", (1, 2, 3), designs={1: "case-control", 2: "meta-analysis", 3: "meta-analysis"})
    sources = tuple(Source(number, COHORT) for number in (1, 2, 3))
    assert "3 abstracts for (2 meta-analyses, 1 case-control study): " in told.told(sources)
    assert "3 abstracts for: [1]" in replace(told, designs={}).told(sources)
