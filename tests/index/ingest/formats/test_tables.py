"""Tables with abstracts: a row a record, under the headings of any program."""

import csv
import io

import pytest

from index.ingest.formats.detect import is_pmid_list, parse_file, read_pmids
from index.records import Abstract, Failure, Note, Section

SEEN = (Section("", "", 'We saw "stones", 12 of them.'),)
EXPECTED = Abstract(
    "91000120", "Zelotrine; stones", SEEN, journal="J Stone Res", year=2015, authors=("Velmont DQ", "Norvik A")
)


def table(delimiter, *rows):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("headings", "values"),
    [
        (
            ("PMID", "Title", "Abstract", "Journal", "Year", "Authors"),
            ("91000120", "", "", "J Stone Res", "2015", "Velmont DQ, Norvik A"),
        ),
        (
            ("", "Article Title", "abstract_text", "PubMed ID", "Source title", "Publication Year", "Author Names"),
            ("0", "", "", "91000120.0", "J Stone Res", "2015.0", "Velmont DQ; Norvik A"),
        ),
    ],
)
def test_a_table_with_abstracts_is_read(tmp_path, delimiter, headings, values):
    texts = dict(zip(headings, values, strict=True))
    texts |= {name: EXPECTED.title for name in texts if "Title" in name}
    texts |= {name: SEEN[0].text for name in texts if "bstract" in name}
    path = tmp_path / "papers.csv"
    path.write_text("\n" + table(delimiter, headings, texts.values()), encoding="utf-8-sig")
    assert list(parse_file(path)) == [EXPECTED]
    assert (read_pmids(path).pmids, is_pmid_list(path)) == (["91000120"], False)


def test_rows_that_are_broken_and_columns_that_are_not_read(tmp_path):
    rows = [
        ("PMID", "Title", "Abstract", "Stars"),
        ("1", "A", "x\ny", "5"),
        ("PMC2", "B", "y", "5"),
        ("3", "", "", "5"),
    ]
    path = tmp_path / "papers.csv"
    path.write_text(table(",", *rows))
    assert list(parse_file(path)) == [
        Abstract("1", "A", (Section("", "", "x y"),)),
        Failure(
            "papers.csv, line 4",
            'the row that ends in line 4: its PMID is "PMC2"; a PMID is a number of 1 to 10 digits',
        ),
        Failure("3", 'the row that ends in line 5: it has no text; give "title", and "abstract" or "sections"'),
        Note('papers.csv: its field "Stars" is not read'),
    ]
    path.write_bytes(path.read_bytes() + b"4,\xe9,z,5\n")
    assert Failure("papers.csv", "is not UTF-8 in line 6; save it as CSV in UTF-8") in list(parse_file(path))
