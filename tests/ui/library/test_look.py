"""A look at a library: searched, narrowed, sorted and paged."""

from dataclasses import replace

import pytest

from index.errors import InputError
from ui.library.look import Finder, Look, counts
from ui.library.shown import pages_of


@pytest.fixture
def listed(library):
    list(library.listing.bring_up())
    return library


def found(library, **fields):
    return Finder().pmids(library, replace(Look("x"), **fields))


def test_all_are_found_newest_first_the_retracted_too(listed):
    pmids = found(listed)
    assert len(pmids) == 5
    years = [listed.get(pmid).year for pmid in pmids if listed.get(pmid).year]
    assert years == sorted(years, reverse=True)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"words": "mice[ti]", "column": "title", "is_falling": False}, {"90000003"}),
        ({"narrowed": (("journal", "j test"),)}, {"90000001", "90000002"}),
        ({"narrowed": (("mesh", "breast neoplasms"), ("journal", "j test"))}, {"90000001"}),
        ({"narrowed": (("type", "review"),), "years": (2000, 2010)}, {"90000002"}),
        ({"narrowed": (("design", "cohort"),)}, set()),
    ],
)
def test_a_look_is_narrowed(listed, fields, expected):
    assert set(found(listed, **fields)) == expected


def test_by_meaning_the_nearest_come_first(listed):
    pmids = found(listed, words="longer life for rodents", by_meaning=True)
    assert pmids[0] == "90000003"
    assert found(listed, words="longer life for rodents", by_meaning=True, column="year") == [
        pmid for pmid in found(listed) if pmid in pmids
    ]


def test_only_the_retracted(listed):
    assert all(listed.get(pmid).is_retracted for pmid in found(listed, only_retracted=True))
    assert found(listed, only_retracted=True)


def test_a_search_that_cannot_be_understood_is_an_error(listed):
    with pytest.raises(InputError, match=r"did you mean \[ti\]"):
        found(listed, words="metformin[tix]")


def test_counts_are_of_what_was_found_without_qualifiers(listed):
    look = Look("x", narrowed=(("journal", "j test"), ("mesh", "rare")))
    told = counts(listed, look, found(listed, narrowed=(("journal", "j test"),)))
    assert [(one.value, one.count) for one in told["journal"]] == [("j test", 2)]
    assert {one.value: one.count for one in told["mesh"]} == {
        "arthritis, rheumatoid": 1, "breast neoplasms": 1, "interleukins": 1, "rare": 0,
    }  # fmt: skip
    assert [one.value for one in told["type"]] == ["review"]


def test_a_finding_is_remembered_until_the_library_changes(listed):
    finder, look = Finder(), Look("x")
    assert finder.pmids(listed, look) is finder.pmids(listed, replace(look, page=2, shows_counts=True))
    listed.remove(["90000001"])
    list(listed.listing.bring_up())
    assert "90000001" not in finder.pmids(listed, look)


def test_sorting_by_the_same_column_turns_the_order():
    look = Look("x").by("title")
    assert (look.column, look.is_falling) == ("title", False)
    assert look.by("title").is_falling
    assert Look("x", page=4).by("n") == Look("x", column="n", is_falling=True)


def test_a_value_narrows_and_no_longer_does():
    look = Look("x", page=3).toggled("mesh", "mice")
    assert (look.values("mesh"), look.page) == (("mice",), 1)
    assert look.toggled("mesh", "mice").narrowed == ()


@pytest.mark.parametrize(
    ("page", "total", "expected"),
    [(1, 0, (1, 1, 0, 0)), (9, 101, (3, 3, 101, 101)), (2, 101, (2, 3, 51, 100)), (0, 50, (1, 1, 1, 50))],
)
def test_pages(page, total, expected):
    pages = pages_of(Look("x", page=page), total)
    assert (pages.page, pages.last, pages.first_row, pages.last_row) == expected
