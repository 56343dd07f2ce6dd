"""The list of a library's abstracts: brought up to date by digests, sorted by any column, with when each came in."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from index import Library
from index.records import KeptStudy
from index.storage.folder.backend import STUDIES
from index.storage.listing import says_something


@pytest.fixture
def listed(library):
    """The library with its list brought up to date."""
    assert [one.done for one in library.listing.bring_up()][-1] == 5
    return library


def test_each_abstract_is_a_row(listed):
    [row] = listed.listing.rows(["90000002"])
    assert (row.title, row.year, row.journal, row.type) == (
        "Interleukin-32γ in rheumatoid arthritis", 2008, "J Test", "Review",
    )  # fmt: skip
    assert (row.design, row.n, row.is_retracted) == ("", None, False)
    assert abs((datetime.now(UTC) - datetime.fromisoformat(row.added)).total_seconds()) < 3600
    assert listed.listing.rows(["1"]) == []


@pytest.mark.parametrize(
    ("column", "is_falling"), [("year", True), ("year", False), ("title", False), ("journal", True)]
)
def test_the_list_is_sorted_by_a_column_either_way(listed, column, is_falling):
    abstracts = listed.get_many(listed.listing.pmids()).values()
    known = [one for one in abstracts if getattr(one, column)]
    order = [int(one.pmid) for one in sorted(known, key=lambda one: (str(getattr(one, column)).lower(), int(one.pmid)))]
    listed_order = [int(pmid) for pmid in listed.listing.pmids(column, is_falling=is_falling)]
    assert listed_order[: len(order)] == (order[::-1] if is_falling else order)
    assert len(listed_order) == 5


def test_only_some_are_listed_in_the_order_of_all(listed):
    whole = listed.listing.pmids("title")
    assert listed.listing.pmids("title", among=[whole[3], whole[0], "77"]) == [whole[0], whole[3]]


def test_a_list_that_is_current_reads_nothing(listed):
    assert [one.total for one in listed.listing.bring_up()] == [0]


def test_a_change_is_taken_up_and_when_an_abstract_came_in_stays(listed, json_lines):
    [before] = listed.listing.rows(["90000003"])
    listed.add(files=[json_lines([replace(listed.get("90000003"), title="Metformin, anew")])])
    listed.remove(["90000001"])
    assert [one.total for one in listed.listing.bring_up()][-1] == 1
    [after] = listed.listing.rows(["90000001", "90000003"])
    assert (after.title, after.added) == ("Metformin, anew", before.added)


def test_designs_and_sizes_are_listed_as_studies_are_read(listed):
    class Reader:
        rules = "some"

        def read(self, abstract):
            return KeptStudy(abstract.pmid, "cohort", "humans", int(abstract.pmid[-1]))

    listed.studies.reader = Reader()
    listed.studies.of(["90000003", "90000001"])
    assert [(one.value, one.count) for one in listed.listing.designs()] == [("", 3), ("cohort", 2)]
    assert [(one.value, one.count) for one in listed.listing.designs(["90000001"])] == [("cohort", 1)]
    assert listed.listing.pmids("n", is_falling=True)[:2] == ["90000003", "90000001"]
    assert listed.listing.of_designs(["cohort", "animal"]) == ["90000001", "90000003"]
    list(Library.open(listed.path).listing.bring_up())
    assert [row.n for row in listed.listing.rows(["90000003"])] == [3]


def test_a_list_that_is_damaged_is_made_anew(listed):
    listed.backend.studies_file.close()
    (listed.path / STUDIES).write_bytes(b"no database")
    list(listed.listing.bring_up())
    assert listed.listing.count() == 5


def test_a_rebuilt_library_keeps_when_its_abstracts_came_in(library):
    with sqlite3.connect(library.path / "library.db") as db:
        db.execute("UPDATE added SET at = '2020-01-02T03:04:05+00:00'")
    library.rebuild(passage_tokens=64)
    list(library.listing.bring_up())
    assert {row.added for row in library.listing.rows(library.listing.pmids())} == {"2020-01-02T03:04:05+00:00"}


def test_what_was_removed_comes_back_as_it_was(library):
    digest, records = library.digest, library.records(["90000001", "90000003", "5"])
    library.remove(["90000001", "90000003"])
    report = library.put(records)
    assert (report.added, library.digest) == (2, digest)
    assert [one.raw for one in library.records(["90000001"])] == [records[0].raw]
    assert library.put(records).unchanged == 2


@pytest.mark.parametrize(
    ("type_", "expected"),
    [("Review", True), ("journal article", False), ("Research Support, N.I.H., Extramural", False)],
)
def test_types_that_say_something(type_, expected):
    assert says_something(type_) is expected
