"""build, add, remove, refresh and rebuild, each over a folder and over a Milvus: broken off, gone on with, refused."""

import dataclasses

import pytest
from breaking_off import Stopped, held, stop_at
from conftest import abstract
from eutils_server import EutilsServer, Fault

from index import Library
from index.errors import EutilsError, LibraryError
from index.ingest.eutils.client import EutilsClient

RECORDS = [abstract(str(number), f"Record {number}", f"Sentence {number} on VEGF.") for number in range(1, 13)]
MANY = [abstract(str(number), f"Record {number}", "It has a sentence.") for number in range(1, 151)]


@pytest.fixture
def server():
    with EutilsServer(RECORDS) as running:
        yield running


@pytest.fixture
def client(server):
    return EutilsClient(url=server.url, api_key="k", batch_size=4, max_tries=1, sleep=lambda seconds: None)


@pytest.fixture
def twelve(place, server, client):
    """A library of the twelve records that the server has."""
    address = place("twelve")
    Library.build(address, pmids=list(server.records), client=client)
    with Library.open(address) as opened:
        yield opened


def pmids(*numbers):
    return [str(number) for number in numbers]


# ---- build


def test_a_new_library_of_nothing_is_not_left_behind(place, tmp_path):
    bad, address = tmp_path / "bad.jsonl", place("new")
    bad.write_text("not JSON at all\n")
    with pytest.raises(LibraryError, match="nothing could be read, so no library was made in"):
        Library.build(address, files=[bad])
    with pytest.raises(LibraryError, match="build (one|a library) there with"):
        Library.open(address)
    assert not (tmp_path / "new").exists()


def test_a_first_build_goes_on_where_it_was_broken_off(place, json_lines):
    address, file = place("new"), json_lines(MANY)
    with pytest.raises(Stopped):
        Library.build(address, files=[file], on_progress=stop_at(64))
    report = Library.build(address, files=[file])
    assert (report.added, report.unchanged) in ((150, 0), (86, 64))  # a folder goes on with the account as well
    with Library.open(address) as library:
        assert held(library) == pmids(*range(1, 151))
        assert library.info().unfinished == ""


def test_a_build_over_a_library_leaves_it_until_the_new_one_is_whole(twelve, json_lines):
    file = json_lines(MANY[100:], "many.jsonl")
    with pytest.raises(Stopped):
        Library.build(twelve.address, files=[file], on_progress=stop_at(20))
    assert sorted(twelve.get_many(pmids(1, 12, 101))) == pmids(1, 12)
    report = Library.build(twelve.address, files=[file])
    assert report.added + report.unchanged == 50
    assert held(twelve) == pmids(*range(101, 151))  # an open reader takes the new one up


def test_a_build_over_a_library_that_pubmed_breaks_off_leaves_it(twelve, server, client):
    for number in range(20, 30):
        server.records[str(number)] = abstract(str(number), f"Record {number}", "A sentence.")

    def break_off(progress):
        if progress.done >= 4 and not server.faults:
            server.faults.append(Fault(status=500, times=999))

    asked = pmids(*range(20, 30))
    report = Library.build(twelve.address, pmids=asked, client=client, on_progress=break_off)
    assert report.notes[-1] == f"the library in {twelve.address} stays as it was until the build is whole"
    assert (report.added, len(report.failed), twelve.get("20"), twelve.get("1") is None) == (4, 6, None, False)
    server.faults.clear()
    Library.build(twelve.address, pmids=asked, client=client)
    assert held(twelve) == asked


# ---- add and remove


def test_an_add_goes_on_where_it_was_broken_off(place, json_lines):
    file = json_lines(MANY)
    with Library.open(place("new"), create=True) as library:
        with pytest.raises(Stopped):
            library.add(files=[file], on_progress=stop_at(64))
        assert len(library.get_many(pmids(*range(1, 151)))) == 64
        assert "the add begun at" in library.info().unfinished
        report = library.add(files=[file])
        assert (report.added + report.unchanged, library.info().unfinished) == (150, "")
        assert held(library) == pmids(*range(1, 151))


def test_an_add_of_which_nothing_came_says_why(twelve, server, client):
    server.faults.append(Fault(status=500, times=999))
    with pytest.raises(EutilsError):
        twelve.add(pmids=["1"], client=client)
    server.faults.clear()
    assert twelve.add(pmids=["1"], client=client).unchanged == 1


def test_what_is_removed_is_counted_and_what_is_not_here_named(twelve):
    report = twelve.remove(["3", "PMID: 4", "99", "none"])
    assert (report.removed, report.failed) == (
        2, {"99": "is not in this library", "none": "is not a PMID: a PMID is a number of 1 to 10 digits"},
    )  # fmt: skip
    assert held(twelve) == pmids(1, 2, *range(5, 13))
    assert twelve.remove(["3"]).removed == 0
    assert twelve.info().unfinished == ""


# ---- refresh


def test_a_refresh_takes_up_what_changed_and_follows_what_was_deleted_or_merged(twelve, server, client):
    server.records["3"] = dataclasses.replace(server.records["3"], is_retracted=True, types=("Retracted Publication",))
    del server.records["8"], server.records["9"]
    server.merged["9"] = "10"
    report = twelve.refresh(client=client)
    assert report.changes == {
        "3": "was retracted",
        "8": "was deleted by PubMed",
        "9": "was merged into PMID 10, which stands in its place",
    }
    assert (report.updated, report.removed, report.failed) == (1, 2, {})
    assert held(twelve) == pmids(*range(1, 8), *range(10, 13))
    assert "3" not in {hit.passage.pmid for hit in twelve.search("VEGF", top=50)}


# ---- rebuild


def test_a_rebuild_goes_on_where_it_was_broken_off(place, json_lines):
    with Library.open(place("new"), create=True) as library:
        library.add(files=[json_lines(MANY)])
        digest = library.digest
        with pytest.raises(Stopped):
            library.rebuild(passage_tokens=24, on_progress=stop_at(64))
        assert library.info().passage_tokens == 128
        report = library.rebuild(passage_tokens=24)
        assert (report.added, report.updated, report.unchanged, report.removed) == (0, 150, 0, 0)
        assert (library.info().passage_tokens, library.info().unfinished) == (24, "")
        assert library.digest != digest
        assert held(library) == pmids(*range(1, 151))
