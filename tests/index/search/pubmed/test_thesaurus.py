"""MeSH headings, narrower terms and other names by the lexicon that comes along."""

import pytest

from index.search.pubmed.thesaurus import branch_name, branches_of, heading_of, narrower_than, other_names


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("heart attack", "myocardial infarction"),
        ("Neoplasms", "neoplasms"),
        ("cancer", "neoplasms"),
        ("mice", "mice"),  # and not the gene MICE
        ("ageing", "aging"),  # and not aged
        ("MS", ""),  # which may be several things
        ("IL-32", ""),  # a gene, but no heading
        ("no such thing", ""),
    ],
)
def test_headings(name, heading):
    assert heading_of(name) == heading


def test_what_lies_below_a_heading():
    below = narrower_than("neoplasms")
    assert {"breast neoplasms", "melanoma"} <= below
    assert not {"neoplasms", "mice", "myocardial infarction"} & below
    assert narrower_than("no such heading") == narrower_than("cancer") == frozenset()


def test_other_names_of_one_thing():
    assert "ERBB2" in other_names("HER2") and "Receptor, ErbB-2" in other_names("ERBB2")
    assert "myocardial infarction" in [name.casefold() for name in other_names("heart attack")]
    assert not {"HER3", "ERBB3"} & set(other_names("HER2"))
    assert not {"Aged", "Elderly"} & set(other_names("ageing"))
    assert other_names("MS") == ()  # which may be several things
    assert "caspase 14" not in [name.casefold() for name in other_names("mice")]


def test_a_descriptor_stands_in_branches_of_the_tree():
    assert branches_of("breast neoplasms") == {"C04", "C17"}
    assert branches_of("no such descriptor") == frozenset()
    assert [branch_name(branch) for branch in ("C04", "Q99")] == ["Neoplasms", "Q99"]
