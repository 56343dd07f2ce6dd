"""JSON of other programs: their names of fields, their values, and a note of what was not understood."""

import io
import json

import pytest

from index.ingest.formats.json_lines import parse_json_lines
from index.records import Abstract, Author, Correction, Note, Section

SEEN = (Section("", "", "We saw."),)
EUROPE_PMC = {
    "id": "91000120",
    "source": "MED",
    "pmid": "91000120",
    "pmcid": "PMC999",
    "title": "Zelotrine.",
    "authorString": "Velmont DQ, Norvik AB.",
    "authorList": {
        "author": [
            {"fullName": "Velmont DQ", "firstName": "Dara Q", "lastName": "Velmont", "initials": "DQ"},
            {"collectiveName": "RENALNET"},
        ]
    },
    "journalInfo": {
        "issue": "3",
        "volume": "12",
        "dateOfPublication": "2015 Mar",
        "yearOfPublication": 2015,
        "journal": {"title": "Journal of stone research", "medlineAbbreviation": "J Stone Res"},
    },
    "pageInfo": "11-19",
    "abstractText": "<h4>Aim</h4>To see.<h4>Results</h4>We saw.",
    "language": "eng",
    "pubTypeList": {"pubType": ["Journal Article"]},
    "meshHeadingList": {
        "meshHeading": [
            {"majorTopic_YN": "N", "descriptorName": "Humans"},
            {"descriptorName": "Kidney", "meshQualifierList": {"meshQualifier": [{"qualifierName": "injuries"}]}},
        ]
    },
    "keywordList": {"keyword": ["stones"]},
    "commentCorrectionList": {
        "commentCorrection": [{"id": "91000999", "source": "MED", "reference": "J. 2016", "type": "Retraction in"}]
    },
}
WHOLE = Abstract(
    "91000120",
    "Zelotrine.",
    (Section("Aim", "OBJECTIVE", "To see."), Section("Results", "RESULTS", "We saw.")),
    journal="J Stone Res",
    year=2015,
    authors=("Velmont DQ", "RENALNET"),
    author_records=(Author("Velmont", "Dara Q", "DQ"), Author(group="RENALNET")),
    types=("Journal Article",),
    mesh=("Humans", "Kidney/injuries"),
    pmcid="PMC999",
    date="2015 Mar",
    volume="12",
    issue="3",
    pages="11-19",
    language="eng",
    keywords=("stones",),
    corrections=(Correction("RetractionIn", "91000999", "J. 2016"),),
    is_retracted=True,
)


def read(text):
    return list(parse_json_lines(io.BytesIO(text.encode()), name="x.jsonl"))


@pytest.mark.parametrize("indent", [None, 1])
def test_an_answer_of_europe_pmc(indent):
    assert read(json.dumps({"hitCount": 1, "resultList": {"result": [EUROPE_PMC]}}, indent=indent)) == [WHOLE]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"PMID": "1", "Title": "A", "Abstract": "We saw."}, Abstract("1", "A", SEEN)),
        ({"PubMed ID": 1.0, "Article Title": "A", "abstract_text": "We saw."}, Abstract("1", "A", SEEN)),
        ({"pmid": "PMID: 1", "title": "A", "year": float("nan"), "abstract": float("nan")}, Abstract("1", "A")),
        ({"pmid": "1.0", "title": "A", "Year": 2015.0, "abstract": "nan"}, Abstract("1", "A", year=2015)),
        ({"pmid": 1, "title": "A", "date": "2015-03-07"}, Abstract("1", "A", year=2015, date="2015 Mar 7")),
        ({"pmid": 1, "title": "A", "pubDate": "2015 Mar"}, Abstract("1", "A", year=2015, date="2015 Mar")),
        (
            {"PMID": "1", "title": "A", "issued": {"date-parts": [[2015, 3]]}, "container-title": "J Stone Res"},
            Abstract("1", "A", year=2015, date="2015 Mar", journal="J Stone Res"),
        ),
        (
            {"pmid": 1, "title": "A", "Source title": "J Stone Res", "Page start": "11", "Page end": 19},
            Abstract("1", "A", journal="J Stone Res", pages="11-19"),
        ),
        (
            {"pmid": 1, "Titel": "A", "Zusammenfassung": "We saw.", "Jahr": "2015"},
            Abstract("1", "A", SEEN, year=2015),
        ),
        (
            {"pmid": 1, "title": "A", "authors": "Velmont DQ, Norvik AB.", "keywords": "a, b; c"},
            Abstract("1", "A", authors=("Velmont DQ", "Norvik AB"), keywords=("a, b", "c")),
        ),
        (
            {"pmid": 1, "title": "A", "abstract": {"AIM": "To see.", "RESULTS": "We saw."}},
            Abstract("1", "A", (Section("AIM", "OBJECTIVE", "To see."), Section("RESULTS", "RESULTS", "We saw."))),
        ),
        ({"pmid": 1, "title": "A", "externalIds": {"DOI": "10.5555/a"}}, Abstract("1", "A", doi="10.5555/a")),
        ({"externalIds": {"PubMed": "1"}, "title": "A", "venue": "J"}, Abstract("1", "A", journal="J")),
    ],
)
def test_names_and_values_of_other_programs(record, expected):
    assert read(json.dumps(record)) == [expected]


def test_tables_as_pandas_writes_them():
    columns = {"pmid": {"0": 1.0, "1": 2.0}, "title": {"0": "A", "1": "B"}, "year": {"0": 2015.0, "1": None}}
    assert read(json.dumps(columns)) == [Abstract("1", "A", year=2015), Abstract("2", "B")]
    assert read(json.dumps({"data": [{"pmid": 1, "title": "A"}]})) == [Abstract("1", "A")]


def test_what_was_not_understood_is_said_once_a_file():
    lines = '{"pmid": 1, "title": "A", "stars": 5, "id": 1}\n{"pmid": 2, "title": "B", "summary of it": "x"}\n'
    assert read(lines)[2:] == [
        Note(
            'x.jsonl: its fields "stars", "summary of it" are not read; none of its 2 records has an abstract:'
            " give the file with --pmids-from to fetch them from PubMed"
        )
    ]
    assert read('{"pmid": 1, "title": "A", "abstract": "We saw.", "stars": 5}')[1:] == [
        Note('x.jsonl: its field "stars" is not read')
    ]
