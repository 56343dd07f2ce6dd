"""A question to a table of studies: those that answer first, each with the sentence that does."""

import pytest

from index import Filters
from index.errors import InputError
from qa import Assistant
from qa.generation import evidence_table
from qa.studies.table import COLUMNS

QUESTION = "Does metformin lengthen the life of mice?"
QUOTE = "Metformin at 0.1% of the diet lengthened the life of male mice by 5.83%."


def test_rows_that_answer_come_first_with_the_sentence_at_its_offsets(read_only_library):
    table = Assistant(read_only_library).table(QUESTION)
    assert [(row.number, row.abstract.pmid, row.answers) for row in table.rows][0] == (1, "90000003", True)
    assert {row.abstract.pmid for row in table.rows if not row.answers} == {"90000001", "90000002", "90000005"}
    answer = table.rows[0].answer
    assert answer.quote == QUOTE == read_only_library.get("90000003").text[answer.start : answer.end]
    assert (table.columns, table.total) == (tuple(COLUMNS), 4)


def test_filters_narrow_the_table_those_in_words_too(read_only_library):
    assistant = Assistant(read_only_library)
    assert [row.abstract.pmid for row in assistant.table(QUESTION, filters=Filters(years=(2008, 2008))).rows] == [
        "90000002"
    ]
    assert [row.abstract.pmid for row in assistant.table(f"{QUESTION[:-1]}, reviews only?").rows] == ["90000002"]


def test_the_table_grows_and_is_put_in_order_at_its_end(read_only_library, monkeypatch):
    monkeypatch.setattr(evidence_table, "_AT_ONCE", 1)
    *growing, whole = Assistant(read_only_library).stream_table(QUESTION, top=3, columns=["pmid", "n"])
    assert [(len(table.rows), table.total) for table in growing] == [(1, 3), (2, 3), (3, 3)]
    assert [row.number for row in whole.rows] == [1, 2, 3]
    assert whole.columns == ("pmid", "n")


def test_unknown_columns_and_tops_are_refused(read_only_library):
    with pytest.raises(InputError, match=r"no column 'size'; choose of pmid, title"):
        Assistant(read_only_library).table(QUESTION, columns=["size"])
    for top in (0, 10_001):
        with pytest.raises(InputError, match=f"top is {top}; give a number from 1 to 10,000"):
            Assistant(read_only_library).table(QUESTION, top=top)
    assert len(Assistant(read_only_library).table(QUESTION, top=10_000).rows) == 4


def test_every_cell_with_spans_is_verbatim(read_only_library):
    for row in Assistant(read_only_library).table(QUESTION).rows:
        cells = [row.cell(column) for column in COLUMNS]
        assert all(row.abstract.text[one.start : one.end] == one.text for cell in cells for one in cell.spans)


def test_studies_of_some_abstracts_by_pmid(read_only_library):
    studies = Assistant(read_only_library).studies(["90000003", "99999999"])
    assert {pmid: (study.design, study.subjects) for pmid, study in studies.items()} == {
        "90000003": ("animal", "animals")
    }
