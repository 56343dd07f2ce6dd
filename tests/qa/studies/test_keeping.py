"""Studies kept with a library as qa reads and uses them."""

import sqlite3
import zlib

import pytest

from index import Filters
from index.storage.folder.backend import STUDIES
from qa import Assistant
from qa.studies import reading
from qa.studies.reading import library_studies, read_study, studies_of
from qa.studies.records import study_from_json
from qa.studies.table import COLUMNS


@pytest.fixture
def reads(monkeypatch):
    """The PMIDs of the abstracts that are read."""
    pmids = []

    def counted(abstract):
        pmids.append(abstract.pmid)
        return read_study(abstract)

    monkeypatch.setattr(reading, "read_study", counted)
    return pmids


def test_a_study_comes_back_as_it_was_read(samples):
    for abstract in samples.get_many(samples.pmids()).values():
        study = read_study(abstract)
        assert study_from_json(study.to_dict()) == study


def test_studies_are_read_once(library, reads):
    first = list(library_studies(library))
    assert (list(library_studies(library)), len(reads)) == (first, 4)


def test_a_kept_study_whose_words_do_not_stand_in_the_abstract_is_read_again(library, reads):
    (study,) = studies_of(library, [library.get("90000003")]).values()
    record = library.studies.of(["90000003"])["90000003"].record
    for damaged in (record.replace("mice", "rats"), record[:-5], '{"design": "cohort"}'):
        with sqlite3.connect(library.path / STUDIES) as db:
            db.execute("UPDATE studies SET record = ?", (zlib.compress(damaged.encode()),))
        assert studies_of(library, [library.get("90000003")]) == {"90000003": study}
    assert len(reads) == 4


def test_filters_by_study_reach_answers_and_tables(library):
    assistant = Assistant(library)
    question, animals = "Does metformin lengthen the life of mice?", Filters(designs=("animal",))
    assert [source.abstract.pmid for source in assistant.ask(question, filters=animals).sources] == ["90000003"]
    assert assistant.ask(question, filters=Filters(designs=("cohort",))).abstained
    table = assistant.table(question, filters=animals)
    assert [row.cell("design").text for row in table.rows] == ["animal", "animal"]
    assert set(table.columns) == set(COLUMNS)
