"""Studies kept with a library: read once, read again when an abstract changes, gone with it, and filtered by."""

import os
import sqlite3
from dataclasses import replace

import pytest

from index import Filters, Library, Section
from index.errors import InputError, LibraryError
from index.records import KeptStudy
from index.storage.folder.backend import STUDIES


class CountingReader:
    """Reads each abstract as a study of as many as its title has letters, and remembers which it read."""

    def __init__(self, rules="first"):
        self.rules = rules
        self.pmids = []

    def read(self, abstract):
        self.pmids.append(abstract.pmid)
        design = "animal" if "mice" in abstract.title else "cohort"
        subjects = "animals" if design == "animal" else "humans"
        return KeptStudy(abstract.pmid, design, subjects, len(abstract.title), f"of {abstract.text}")


@pytest.fixture
def reader(library):
    library.studies.reader = CountingReader()
    return library.studies.reader


def test_each_abstract_is_read_once_whoever_opens_the_library(library, reader):
    first = library.studies.of(["90000001", "90000003", "99999999"])
    assert {pmid: one.n for pmid, one in first.items()} == {"90000001": 56, "90000003": 35}
    assert reader.pmids == ["90000001", "90000003"]
    with Library.open(library.path) as again:
        again.studies.reader = CountingReader()
        assert again.studies.of(["90000003"]) == {"90000003": first["90000003"]}
        assert again.studies.reader.pmids == []
        assert set(again.studies.unread()) == {"90000002", "90000004", "90000005"}


def test_other_rules_read_all_again(library, reader):
    library.studies.of(["90000003"])
    library.studies.reader = CountingReader(rules="second")
    library.studies.of(["90000003"])
    assert library.studies.reader.pmids == ["90000003"]


def test_a_changed_abstract_is_read_again_and_a_removed_one_leaves_nothing(library, reader, json_lines):
    library.studies.of(["90000003", "90000001"])
    changed = replace(library.get("90000003"), sections=(Section("", "", "Metformin did nothing."),))
    library.add(files=[json_lines([changed])])
    assert library.studies.of(["90000003"])["90000003"].record.endswith("Metformin did nothing.")
    library.remove(["90000001"])
    assert library.studies.of(["90000001"]) == {}
    with sqlite3.connect(library.path / STUDIES) as db:
        assert db.execute("SELECT pmid FROM studies").fetchall() == [("90000003",)]


def test_the_digest_of_the_library_stays(library, reader):
    before = library.digest
    library.studies.of(library.pmids())
    assert (library.path / STUDIES).is_file()
    assert library.digest == before
    assert library.check() == []


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_begun_anew(library, reader, content):
    library.studies.of(["90000003"])
    library.backend.studies_file.close()
    (library.path / STUDIES).write_bytes(content)
    library.studies.of(["90000003"])
    assert library.studies.of(["90000003"])["90000003"].design == "animal"
    library.studies.of(["90000003"])
    assert len(reader.pmids) <= 3


def test_studies_of_a_library_that_cannot_be_written_to_are_kept_in_memory(library, reader):
    (library.path / STUDIES).mkdir()  # no file can be opened there
    assert library.studies.of(["90000003"]).keys() == library.studies.of(["90000003"]).keys() == {"90000003"}
    assert reader.pmids == ["90000003"]


def test_filters_by_study(library, reader):
    def pmids(**filters):
        return sorted(library.pmids(Filters(**filters)))

    assert pmids(designs=("animal",)) == ["90000003"]
    assert pmids(subjects=("human",), min_n=50) == ["90000001"]
    assert pmids(designs=("cohort",), pmids=("90000002", "90000003")) == ["90000002"]
    assert pmids(designs=("meta-analysis",)) == []
    hits = library.search("metformin", filters=Filters(designs=("animal",)))
    assert {hit.passage.pmid for hit in hits} == {"90000003"}
    assert [tally.value for tally in library.tally("year", Filters(designs=("animal",)))] == ["2013"]
    assert sorted(set(reader.pmids)) == sorted(reader.pmids)


def test_a_search_in_many_unread_abstracts_reads_the_nearest_only(library, reader, monkeypatch):
    monkeypatch.setattr("index.storage.kept_studies._READ_FOR_A_SEARCH", 0)
    monkeypatch.setattr("index.library._LOOKED_THROUGH", 1)
    hits = library.search("metformin and the life span of mice", top=2, filters=Filters(subjects=("animals",)))
    assert {hit.passage.pmid for hit in hits} == {"90000003"}
    assert reader.pmids == ["90000003"]


def test_filters_that_name_no_design_or_size_are_refused(library, reader):
    with pytest.raises(InputError, match="there is no design 'randomly'; give one of: meta-analysis"):
        library.pmids(Filters(designs=("randomly",)))
    with pytest.raises(InputError, match="-5 cannot be the least number studied"):
        library.pmids(Filters(min_n=-5))


def test_without_a_reader_what_is_kept_must_be_whole(library):
    with pytest.raises(LibraryError, match="run: python -m qa studies --library"):
        library.pmids(Filters(designs=("animal",)))
    library.studies.reader = CountingReader()
    library.pmids(Filters(designs=("animal",), include_retracted=True))
    with Library.open(library.path) as again:
        assert again.pmids(Filters(designs=("animal",))) == ["90000003"]


def test_a_library_on_a_server_keeps_them_on_this_machine(at_milvus, json_lines, made, tmp_path, monkeypatch):
    monkeypatch.setenv("ASKABSTRACTS_CACHE", str(tmp_path))
    with Library.open(at_milvus(), create=True) as library:
        library.add(files=[made.parent / "abstracts.jsonl"])
        library.studies.reader = CountingReader()
        assert library.pmids(Filters(designs=("animal",))) == ["90000003"]
        (file,) = (tmp_path / "askabstracts" / "studies").iterdir()
        library.remove(["90000003"])
        assert library.pmids(Filters(designs=("animal",))) == []
        with sqlite3.connect(file) as db:
            assert len(db.execute("SELECT pmid FROM studies").fetchall()) == 4
    assert os.listdir(tmp_path / "askabstracts" / "studies") == [file.name]
