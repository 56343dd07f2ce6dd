"""RIS and the tagged text of other programs: their fields, and whose numbers are PMIDs."""

import re

import pytest

from index.ingest.formats.detect import parse_file, read_pmids
from index.records import Abstract, Author, Failure, Note, Section

EXPECTED = Abstract(
    "91000120",
    "Zelotrine and kidney stones",
    (Section("AIM", "OBJECTIVE", "To see 12 adults."), Section("RESULTS", "RESULTS", "We saw; PMID: 7.")),
    journal="J Stone Res",
    year=2015,
    authors=("Velmont DQ", "Norvik A"),
    author_records=(Author("Velmont", "Dara Q", "DQ"), Author("Norvik", "Ada", "A")),
    doi="10.5555/a",
    date="2015 Mar 7",
    volume="12",
    issue="3",
    pages="11-19",
    keywords=("stones", "zelotrine"),
)
RIS = """TY  - JOUR
T1  - Zelotrine and kidney stones
A1  - Velmont, Dara Q
AU  - Velmont, Dara Q
AU  - Norvik, Ada
AB  - AIM: To see 12
adults. RESULTS: We saw; PMID: 7.
JO  - J Stone Res
PY  - 2015
DA  - 2015/03/07/
VL  - 12
IS  - 3
SP  - 11
EP  - 19
KW  - stones
zelotrine
DO  - https://doi.org/10.5555/a
{}
ER  - 
"""
OVID = """<1. >
VN  - Ovid Technologies
DB  - Ovid MEDLINE(R) <1946 to Present>
UI  - 91000120
TI  - Zelotrine and
      kidney stones
FA  - Velmont, Dara Q
FA  - Norvik, Ada
AU  - Velmont DQ
AB  - AIM: To see 12 adults. RESULTS: We saw; PMID: 7.
SO  - J Stone Res. 12(3):11-19, 2015 Mar 07.
DP  - 2015/03/07
VI  - 12
IP  - 3
PG  - 11-19
KW  - stones; zelotrine
DO  - https://dx.doi.org/10.5555/a
"""
OVID_LONG = """Database: Ovid MEDLINE(R) <1946 to Present>
Search Strategy:
1     zelotrine (12)

<1>
Unique Identifier
  91000120
Database
  Ovid MEDLINE(R)
Title
  Zelotrine and kidney stones
Authors Full Name
  Velmont, Dara Q
  Norvik, Ada
Source
  J Stone Res. 12(3):11-19, 2015 Mar 07.
Date of Publication
  2015-03-07
Volume
  12
Issue
  3
Pagination
  11-19
Abstract
  AIM: To see 12 adults. RESULTS: We saw;
  PMID: 7.
Keyword Heading
  stones; zelotrine
Digital Object Identifier
  10.5555/a
"""
EBSCO = """Record: 1
Title: Zelotrine and kidney stones
Authors: Velmont, Dara Q; Norvik, Ada
Source: J Stone Res [J Stone Res] 2015 Mar 07; Vol. 12 (3), pp. 11-19.
Publication Date: 2015-03-07
Volume: 12
Issue: 3
Pages: 11-19
Abstract: AIM: To see 12 adults. RESULTS: We
saw; PMID: 7.
Keywords: stones; zelotrine
DOI: 10.5555/a
Accession Number: 91000120
Database: MEDLINE
"""
ENDNOTE = """%0 Journal Article
%A Velmont, Dara Q
%A Norvik, Ada
%T Zelotrine and kidney stones
%J J Stone Res
%D 2015
%8 2015-03-07
%V 12
%N 3
%P 11-19
%X AIM: To see 12 adults. RESULTS: We saw; PMID: 7.
%K stones
zelotrine
%R 10.5555/a
%M 91000120
%~ PubMed
"""
WEB_OF_SCIENCE = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Velmont, DQ
   Norvik, A
AF Velmont, Dara Q
   Norvik, Ada
TI Zelotrine and kidney stones
SO JOURNAL OF STONE RESEARCH
JI J Stone Res
AB AIM: To see 12 adults. RESULTS: We saw; PMID: 7.
DE stones; zelotrine
PD 2015-03-07
PY 2015
VL 12
IS 3
BP 11
EP 19
DI 10.5555/a
PM 91000120
UT WOS:000350000000001
ER

EF
"""


def read(folder, text, encoding="utf-8"):
    path = folder / "records.txt"
    path.write_bytes(text.encode(encoding))
    return list(parse_file(path))


@pytest.mark.parametrize(
    "text",
    [
        RIS.format("AN  - 91000120\nDB  - PubMed"),
        OVID,
        OVID.partition("\n")[2],
        OVID_LONG,
        EBSCO,
        ENDNOTE,
        WEB_OF_SCIENCE,
    ],
    ids=["RIS", "Ovid", "Ovid without numbers", "Ovid, long", "EBSCO", "EndNote", "Web of Science"],
)
@pytest.mark.parametrize("change", [str, lambda text: text.replace("\n", "\r\r\n")], ids=["", "CR CR LF"])
def test_each_program(tmp_path, text, change):
    first, remark = read(tmp_path, change(text), "utf-8-sig")
    assert first == EXPECTED
    assert isinstance(remark, Note)
    assert remark.text.endswith("does not say what was retracted or corrected; the command refresh asks PubMed")


@pytest.mark.parametrize(
    "tags",
    [
        "AN  - 91000120\nDB  - Ovid MEDLINE(R) <1946 to Present>",
        "AN  - 91000120\nDP  - NLM\nID  - 12",
        "ID  - 91000120\nDB  - Ovid MEDLINE(R)",
        "ID  - 91000120\nDB  - cmedm\nDP  - EBSCOhost",
        "AN  - 91000120\nUR  - https://search.ebscohost.com/login.aspx?direct=true&db=mdc&AN=91000120",
        "N1  - Accession Number: 91000777. Language: English. PMID: NLM91000120. NLM UID: 2984771R.",
        "N1  - PMID: 91000120",
        "AN  - PMID:91000120\nDB  - Embase",
        "C2  - 91000120\nDB  - Scopus",
        "C5  - 91000120\nU2  - L2015467890\nDB  - Embase",
        "UR  - https://pubmed.ncbi.nlm.nih.gov/91000120/\nC2  - PMC999",
        "PM  - 91000120",
    ],
)
def test_whose_numbers_are_pmids(tmp_path, tags):
    assert read(tmp_path, RIS.format(tags))[0].pmid == "91000120"


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        (
            "AN  - 2015123456\nDB  - Embase",
            "; its number 2015123456 (AN) would be one only in MEDLINE, and the record is from Embase",
        ),
        (
            "ID  - 91000120",
            "; its number 91000120 (ID) would be one only in MEDLINE, and the record does not say where it is from",
        ),
        (
            "ID  - 12\nDB  - PubMed",  # EndNote's own number
            "",
        ),
        ("C2  - PMC91000120\nN1  - Comment on PMID: 91000999", ""),
    ],
)
def test_a_record_without_a_pmid_says_how_to_find_it(tmp_path, tags, why):
    expected = f'it names no PMID{why}; find it with --search "10.5555/a[doi]"'
    assert read(tmp_path, RIS.format(tags)) == [
        Failure("records.txt, record 1", f"the RIS record at line 1 was left out: {expected}")
    ]


def test_ris_behind_numbers_and_between_other_text(tmp_path):
    record = "TY  - JOUR\nAN  - {}\nDB  - PubMed\nT1  - RETRACTED: Zelotrine\nY1  - 2015//\nER  - \n"
    text = (
        "Provider: Wiley\nContent: text/plain\n\n\n1. \n"
        + record.format(1)
        + "Link to the text\n\n2. \n"
        + record.format(2)
    )
    first, second, lacking, _remark = read(tmp_path, text)
    assert first == Abstract("1", "RETRACTED: Zelotrine", year=2015, date="2015", is_retracted=True)
    assert second.pmid == "2"
    assert lacking == Note(
        "records.txt: none of its 2 records has an abstract: give the file with --pmids-from to fetch them from PubMed"
    )
    assert read_pmids(tmp_path / "records.txt").pmids == ["1", "2"]


def test_a_broken_record_costs_only_itself(tmp_path):
    text = (
        RIS.format("PM  - 1").encode() + b"TY  - JOUR\nPM  - 2\nT1  - \xff\nER  - \n" + RIS.format("PM  - 3").encode()
    )
    (tmp_path / "records.ris").write_bytes(text)
    first, broken, third, _remark = parse_file(tmp_path / "records.ris")
    assert (first.pmid, third.pmid) == ("1", "3")
    assert re.search("is not UTF-8 in line 22; save the file as UTF-8$", broken.why)
