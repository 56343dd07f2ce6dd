"""What a library holds, counted."""

from __future__ import annotations

from index import Library
from ui.pictures.survey import Survey, pictures, surveys


def by_title(library):
    *_, survey = surveys(library)
    return {picture.title: picture for picture in pictures(survey)}


def test_the_abstracts_of_a_library_are_counted_by_year_and_design_journal_and_branch(read_only_library):
    drawn = by_title(read_only_library)
    years = drawn["Abstracts by year and design"].figures
    assert years.columns[0] == "Year"
    assert years.rows[0][0] == "1975–79"
    assert sum(int(row[-1]) for row in years.rows) == 5
    assert drawn["Journals"].figures.rows == (("Aging Test", "2"), ("J Test", "2"), ("Pain Test", "1"))
    branches = dict(drawn["Branches of the MeSH tree"].figures.rows)
    assert (branches["Neoplasms"], branches["Musculoskeletal Diseases"]) == ("1", "1")


def test_an_empty_library_has_no_pictures(tmp_path):
    with Library.open(tmp_path / "empty", create=True) as library:
        assert by_title(library) == {}


def survey_of(years):
    return Survey(len(years), len(years), years, {}, {})


def test_years_without_an_abstract_have_their_place_and_many_years_are_taken_together():
    [picture] = pictures(survey_of({(2001, "trials"): 2, (2004, "cases"): 1}))
    assert [row[0] for row in picture.figures.rows] == ["2001", "2002", "2003", "2004"]
    [picture] = pictures(survey_of({(1938, "trials"): 2, (2004, "cases"): 1}))
    assert [row[0] for row in picture.figures.rows][:2] == ["1935–39", "1940–44"]
    assert picture.figures.rows[-1] == ("2000–04", "0", "1", "1")
