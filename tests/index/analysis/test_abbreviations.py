"""Abbreviations that a library's own texts define."""

import pytest

from index.analysis.abbreviations import Abbreviation, definitions, spell, with_both_forms
from index.search.lexical import LexicalIndex, OtherTermsError
from index.storage.folder.index_caches import LEXICAL

RA = Abbreviation("RA", "rheumatoid arthritis")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In rheumatoid arthritis (RA)", [RA]),
        ("RA (rheumatoid arthritis)", [RA]),  # the other way round
        ("tumor protein p53 (TP53)", [Abbreviation("TP53", "p53")]),  # a name is the end of another
        ("TP53 (p53)", [Abbreviation("TP53", "p53")]),
        ("in leukemia (ALL, n = 4)", []),  # its letters are not there
        ("IL-6 (IL-8)", []),  # another thing
        ("cells (see Table)", []),
        ("It was so.  (WHO)", []),  # nothing stands before it
        ("the WHO ( , 2020)", []),  # nothing stands in it
    ],
)
def test_definitions(text, expected):
    assert definitions(text) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("severe RA", "severe rheumatoid arthritis (RA)"),
        ("severe rheumatoid arthritis", "severe rheumatoid arthritis (RA)"),
        ("What does RA do in people?", "What does RA do in people?"),  # a whole question keeps its words
        ("Is ra common?", "Is ra common?"),  # case tells a short form from a word
    ],
)
def test_a_question_has_both_forms(question, expected):
    assert spell(question, lambda form: [RA] if form in ("RA", "rheumatoid_arthriti") else []).text == expected


def test_a_short_form_of_two_things_stands_for_itself():
    both = [RA, Abbreviation("RA", "retinoic acid")]
    assert spell("What does RA do?", lambda form: both).text == "What does RA do?"


def test_who_holds_one_form_holds_the_other():
    assert with_both_forms("RA hurts.", [RA]) == "RA hurts.\nrheumatoid arthritis\nRA"
    assert with_both_forms("It hurts.", [RA]) == "It hurts."


def test_a_library_forgets_what_its_abstracts_no_longer_define(library, json_lines):
    from conftest import abstract

    library.add(
        files=[json_lines([abstract("1", "Joints", "In rheumatoid arthritis (RA) joints swell.")], "one.jsonl")]
    )
    assert library.understood("RA").abbreviations == (RA,)
    library.remove(["1"])
    assert library.understood("RA").abbreviations == ()


def test_an_index_of_other_terms_is_made_anew(library, monkeypatch):
    found = library.search("VEGF", mode="lexical")
    monkeypatch.setattr("index.search.lexical._TERMS", "terms0")
    with pytest.raises(OtherTermsError, match="another version's terms"):
        LexicalIndex(library.path / LEXICAL)
    library.backend.caches.drop()
    assert library.search("VEGF", mode="lexical") == found
