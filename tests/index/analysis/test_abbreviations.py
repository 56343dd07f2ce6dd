"""Abbreviations that a library's own texts define."""

import pytest

from index.analysis.abbreviations import Abbreviation, definitions, with_both_forms
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


def test_who_holds_one_form_holds_the_other():
    assert with_both_forms("RA hurts.", [RA]) == "RA hurts.\nrheumatoid arthritis\nRA"
    assert with_both_forms("It hurts.", [RA]) == "It hurts."


def test_an_index_of_other_terms_is_made_anew(library, monkeypatch):
    found = library.search("VEGF", mode="lexical")
    monkeypatch.setattr("index.search.lexical._TERMS", "terms0")
    with pytest.raises(OtherTermsError, match="another version's terms"):
        LexicalIndex(library.path / LEXICAL)
    library.backend.caches.drop()
    assert library.search("VEGF", mode="lexical") == found
