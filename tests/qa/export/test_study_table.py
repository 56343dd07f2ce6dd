"""Tables of studies as files."""

import csv
import io
import json

import pytest
from openpyxl import load_workbook

from index import Abstract, Section
from index.errors import FileError, InputError
from qa.export.study_table import GrowingFile, export_table
from qa.studies.reading import read_study
from qa.studies.table import COLUMNS, StudyRow, StudyTable

TRIAL = Abstract(
    "91000001",
    "=1+1 zinc | for colds",
    (Section("", "", "Sixty-two children were randomly assigned to zinc or placebo. Zinc\x0b helped (OR 2.4)."),),
    year=2020,
)


def table(rows=1, columns=tuple(COLUMNS)):
    row = StudyRow(1, TRIAL, read_study(TRIAL))
    return StudyTable("Does zinc help?", (row,) * rows, columns, rows)


def test_csv_with_formulas_as_text(tmp_path):
    export_table(table(), tmp_path / "t.csv")
    text = (tmp_path / "t.csv").read_text("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["PMID"], row["Title"], row["n"]) == ("91000001", "'=1+1 zinc | for colds", "62")


def test_excel_with_formulas_as_text_numbers_as_numbers_and_every_quote(tmp_path):
    export_table(table(columns=("pmid", "title", "n", "effects")), tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx")
    head, row = book["Studies"].iter_rows()
    assert [cell.value for cell in head] == ["PMID", "Title", "n", "Effects"]
    assert [(cell.value, cell.data_type) for cell in row] == [
        (91000001, "n"), ("=1+1 zinc | for colds", "s"), (62, "n"), ("OR 2.4", "s"),
    ]  # fmt: skip
    _, *quotes = book["Quotes"].iter_rows(values_only=True)
    assert [(pmid, column) for pmid, column, *_ in quotes] == [
        (91000001, "Title"), (91000001, "n"), (91000001, "Effects"),
    ]  # fmt: skip
    assert all(TRIAL.text[start:end] == words for _, _, start, end, words in quotes)


def test_markdown_with_its_signs_escaped(tmp_path):
    export_table(table(columns=("title", "n")), tmp_path / "t.md")
    assert (tmp_path / "t.md").read_text() == (
        "## Does zinc help?\n\n| Title | n |\n| --- | --- |\n| =1+1 zinc \\| for colds | 62 |\n"
    )


def test_json_is_the_tables_own(tmp_path):
    export_table(table(), tmp_path / "t.json")
    assert json.loads((tmp_path / "t.json").read_text()) == json.loads(json.dumps(table().to_dict()))


def test_a_file_grows_with_its_table_a_tenth_at_a_time(tmp_path):
    growing = GrowingFile(tmp_path / "t.csv")
    lines = []
    for rows in (0, 20, 21, 23):
        growing.save(table(rows))
        lines.append(len((tmp_path / "t.csv").read_text().splitlines()))
    assert lines == [1, 21, 21, 24]
    assert [file.name for file in tmp_path.iterdir()] == ["t.csv"]


def test_what_cannot_be_written_is_said(tmp_path):
    with pytest.raises(InputError, match=r"its ending must be one of \.csv, \.xlsx, \.md, \.json"):
        GrowingFile(tmp_path / "t.ods")
    with pytest.raises(InputError, match="there is no folder"):
        GrowingFile(tmp_path / "none" / "t.csv")
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(FileError, match="cannot be written"):
        export_table(table(), tmp_path / "t.csv")
