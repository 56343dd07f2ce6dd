"""Names of persons and groups, in the forms that PubMed's formats and other programs write."""

import pytest

from index.analysis.author_names import from_flat_name, from_full_name, from_short_name, from_tagged, person
from index.records import Author


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Velmont DQ", Author("Velmont", initials="DQ")),
        ("van der Brelt JW", Author("van der Brelt", initials="JW")),
        ("Wickrelasena WMTDP", Author("Wickrelasena", initials="WMTDP")),
        ("Petrelko IuV", Author("Petrelko", initials="IuV")),
        ("Shabalin Sh", Author("Shabalin", initials="Sh")),
        ("Velmont DQ Jr", Author("Velmont", initials="DQ", suffix="Jr")),
        ("Velmont D 3rd", Author("Velmont", initials="D", suffix="3rd")),
        ("Velmont DQ IV", Author("Velmont", initials="DQ", suffix="IV")),
        ("Lopez Tarrella IV", Author("Lopez Tarrella", initials="IV")),  # two initials, no suffix
        ("Le Roy", Author("Le Roy")),
        ("Ngamije", Author("Ngamije")),
    ],
)
def test_short_names(name, expected):
    assert from_short_name(name) == expected
    assert from_short_name(name).name == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Velmont, Dara Q", Author("Velmont", "Dara Q", "DQ")),
        ("Petrelko, Iu V", Author("Petrelko", "Iu V", "IuV")),
        ("van der Brelt, Jan-Willem", Author("van der Brelt", "Jan-Willem", "JW")),
        ("Velmont, Dara Q Jr", Author("Velmont", "Dara Q", "DQ", "Jr")),
        ("Velmont, Dara Q, III", Author("Velmont", "Dara Q", "DQ", "III")),
        ("Lopez Tarrella, I V", Author("Lopez Tarrella", "I V", "IV")),
        ("Velmont, D.Q.", Author("Velmont", "D.Q.", "DQ")),
        ("Velmont, DQ", Author("Velmont", "DQ", "DQ")),
        ("Ngamije", Author("Ngamije")),
    ],
)
def test_full_names(name, expected):
    assert from_full_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Velmont, Dara Q", Author("Velmont", "Dara Q", "DQ")),
        ("Velmont DQ", Author("Velmont", initials="DQ")),
        ("Ada Norvik", Author(group="Ada Norvik")),  # which of the two is the family name, nothing tells
        ("RENALNET Study Group", Author(group="RENALNET Study Group")),
        ("Expert Panel of the ESKS", Author(group="Expert Panel of the ESKS")),
        ("Writing Committee, SIUR", Author(group="Writing Committee, SIUR")),
    ],
)
def test_flat_names(name, expected):
    assert from_flat_name(name) == expected


def test_the_short_name_in_medline_gives_the_suffix_and_the_initials():
    fields = [
        ("FAU", "Velmont, Dara Q"), ("AU", "Velmont DQ Jr"), ("FAU", "Norvik, A B"), ("CN", "RENALNET"),
        ("AU", "Norvik AB"), ("AU", "Brelt J"), ("FAU", "Petrelko, Yu V"),
    ]  # fmt: skip
    assert from_tagged(fields) == (
        Author("Velmont", "Dara Q", "DQ", "Jr"),
        Author("Norvik", "A B", "AB"),
        Author(group="RENALNET"),
        Author("Brelt", initials="J"),
        Author("Petrelko", "Yu V", "YV"),
    )


def test_an_affiliation_before_all_authors_is_the_first_ones():
    fields = [("AD", "Lake Town"), ("FAU", "Velmont, Dara"), ("FAU", "Norvik, Ada"), ("AD", "Hill Town")]
    assert [author.affiliation for author in from_tagged(fields)] == ["Lake Town", "Hill Town"]


def test_initials_that_a_record_gives_are_kept():
    assert person("Chen", "Wei-Ling", "WL", "Jr.") == Author("Chen", "Wei-Ling", "WL", "Jr")
