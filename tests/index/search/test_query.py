"""A question parsed once for both indexes: checked, its names normalised, its abbreviations expanded."""

import dataclasses

import pytest
from conftest import abstract

from index.analysis.abbreviations import Abbreviation
from index.search.query import Query, parse_query

RA = Abbreviation("RA", "rheumatoid arthritis")


def test_a_query_holds_what_both_indexes_read():
    query = parse_query("  Does human IL32beta act on tumours? ", lambda form: [])
    assert query == Query(
        "Does human IL32beta act on tumours?",
        "Does il-32β act on tumors?",
        renamed="Does human IL32beta act on tumours?",
    )
    assert query.terms == ["il", "32", "beta", "il32beta", "il32", "act", "tumor"]
    assert dict(query.families) == {"il32beta": "il", "il32": "il"}
    with pytest.raises(dataclasses.FrozenInstanceError):
        query.text = "another"


def test_a_parsed_query_finds_what_its_text_does(library):
    for mode in ("hybrid", "dense", "lexical"):
        assert library.search(library.parse("IL-32b in RA"), mode=mode) == library.search("IL-32b in RA", mode=mode)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("severe RA", "severe rheumatoid arthritis RA"),
        ("severe rheumatoid arthritis", "severe rheumatoid arthritis RA"),
        ("What does RA do in people?", "What does RA do in people?"),  # a whole question keeps its words
        ("Is ra common?", "Is ra common?"),  # case tells a short form from a word
    ],
)
def test_a_question_has_both_forms(question, expected):
    known = {"RA": [RA], "rheumatoid_arthriti": [RA]}
    assert parse_query(question, lambda form: known.get(form, [])).normalized == expected


def test_a_short_form_of_two_things_stands_for_itself():
    both = [RA, Abbreviation("RA", "retinoic acid")]
    assert parse_query("What does RA do?", lambda form: both).normalized == "What does RA do?"


def test_a_library_forgets_what_its_abstracts_no_longer_define(library, json_lines):
    library.add(
        files=[json_lines([abstract("1", "Joints", "In rheumatoid arthritis (RA) joints swell.")], "one.jsonl")]
    )
    assert library.parse("RA").abbreviations == (RA,)
    library.remove(["1"])
    assert library.parse("RA").abbreviations == ()
