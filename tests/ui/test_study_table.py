"""The table of studies as HTML: what its cells lead to, what is left empty, and that nothing of strangers runs."""

from __future__ import annotations

import re

from markupsafe import escape

from index.records import Abstract, Section
from qa.answer import Citation
from qa.studies.reading import read_study
from qa.studies.table import COLUMNS, StudyRow, StudyTable
from ui.study_table import CellPart, shown_row, table_html

TRIAL = Abstract(
    "90000002",
    "Zeta-7 in adults with asthma: a randomised controlled trial",
    (
        Section("METHODS", "METHODS", "We randomised 120 patients with asthma to zeta-7 or placebo."),
        Section(
            "RESULTS", "RESULTS", "Attacks fell (RR 0.70, 95% CI 0.55 to 0.90; P = 0.01). Deaths did not (OR 1.10)."
        ),
    ),
    year=2021,
)
QUOTE = "Attacks fell (RR 0.70, 95% CI 0.55 to 0.90; P = 0.01)."


def row_of(abstract, quote=""):
    start = abstract.text.find(quote)
    answer = Citation(1, abstract.pmid, start, start + len(quote), quote) if quote else None
    return StudyRow(1, abstract, read_study(abstract), answer)


def table_of(*rows, total=1):
    return StudyTable("Does zeta-7 help?", rows, tuple(COLUMNS), total)


def test_each_part_of_a_cell_leads_to_its_words_in_the_card():
    html = table_html(table_of(row_of(TRIAL, QUOTE)), turn="3")
    for link in re.findall(r'href="#card-table-1" data-sentence="([\w-]+)">', html):
        assert re.search(rf'<mark class="aa-cell" data-cites="[^"]*\b{link}\b[^"]*">', html), link
    effects = [cell for cell in shown_row(row_of(TRIAL), tuple(COLUMNS)).cells if cell.column == "effects"][0]
    assert [part.name for part in effects.parts] == ["effects-0", "effects-1"]
    assert effects.parts[0].text.startswith("RR 0.70")


def test_what_is_not_known_is_left_empty_and_what_has_no_words_leads_nowhere():
    cells = {cell.column: cell.parts for cell in shown_row(row_of(Abstract("7", "")), tuple(COLUMNS)).cells}
    assert cells["title"] == (CellPart("Untitled"),)
    assert {column for column, parts in cells.items() if not parts} >= {"year", "subjects", "n", "effects", "answer"}
    assert cells["pmid"] == (CellPart("7"),)


def test_a_whole_table_can_be_saved_in_each_format_and_a_growing_one_says_how_far_it_is():
    whole, growing = table_of(row_of(TRIAL)), table_of(row_of(TRIAL), total=25)
    html = table_html(whole, turn="3")
    assert re.findall(r'download="(studies\.\w+)"', html) == [f"studies.{end}" for end in ("csv", "xlsx", "md", "json")]
    html = table_html(growing, turn="3", is_whole=False)
    assert "1 of 25 abstracts read" in html
    assert "download=" not in html


def test_nothing_in_a_table_runs():
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{7*7}}"
    abstract = Abstract("7", hostile, (Section(hostile, "RESULTS", f"{hostile} (RR 0.7)."),), types=(hostile,))
    html = table_html(StudyTable(hostile, (row_of(abstract),), tuple(COLUMNS), 1, message=hostile), turn=hostile)
    assert "<script" not in html
    assert "<img" not in html
    assert str(escape(hostile)) in html
