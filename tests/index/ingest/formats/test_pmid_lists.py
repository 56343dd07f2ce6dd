"""Lists of PMIDs as people have them on disk: by column or label, never a number that is none."""

import gzip
import json
import re

import pytest

from index.errors import FileError
from index.ingest.formats.detect import is_pmid_list, read_pmids

A, B = "91000120", "91000121"
PUBMED_CSV = (
    "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI\n"
    f'{A},"Zelotrine, stones 12 and 7","Velmont DQ.",J Stone Res. 2015 Mar;12(3):11-19.,Velmont DQ,J Stone Res,2015,'
    f'2015/03/01,PMC999,,10.5555/a\n{B},"In 2016\n7 stones",,,,,2016,,,,\n'
)
ABSTRACTS = (
    "1. J Stone Res. 2015 Mar;12(3):11-19. doi: 10.5555/a.\n\nZelotrine and stones.\n\nVelmont DQ(1).\n\n"
    "Comment on\n    Stone. 2014;1:1. PMID: 91999999.\n\nIn 2015 12 adults had stones (PMID: 91999998).\n\n"
    f"PMCID: PMC999\nPMID: {A} [Indexed for MEDLINE]\n\n\n2. Stone. 2016;2:2.\n\nStones.\n\nPMID: {B}\n"
)
SUMMARY = f"1: Velmont DQ. Zelotrine. J Stone Res. 2015 Mar;12(3):11-19. doi: PMID: {A}.\n\n2: Norvik. PMID: {B}.\n"
RECORD = "<PubmedArticle><MedlineCitation><PMID>{}</PMID></MedlineCitation></PubmedArticle>"


@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{B}\n",
        f"PMID\n{A}\n{B}\n",
        f'"{A}"\n"{B}"\n',
        f"PMID\r\n{A}.0\r\n{B}.0\r\n",
        f"'{A}', '{B}'",
        f"0 {A}\n1 {B}\n",
        f"{A},2015\n{B},2016\n",
        PUBMED_CSV,
        PUBMED_CSV.replace(",", ";", 1).replace("PMID;", "PMID,"),
        f"Title;Année;PubMed ID;PMCID\nSteine 12;2015;{A};PMC1\nSteine;2016;{B};\n",
        f"title\tpubmed_id\tyear\nStones, 12\t{A}\t2015\nStones\t{B}\t2016\n",
        f"sep=;\nDOI;MEDLINE PMID\n10.5555/a.2015;{A}\n10.5555/b;{B}\n",
        f"Exported on 2015-03-01 by 12\n\nYear,PubMed-ID\n2015,{A}\n2016,NA\n2017,{B}\n",
        f",PMID,Year\n0,{A}.0,2015.0\n1,,2016.0\n2,{B}.0,2017.0\n",
        f'pmid,cites\n"91,000,120",2\n{B},3\n',
        f"Link,Year\nhttps://pubmed.ncbi.nlm.nih.gov/{A}/,2015\nhttps://pubmed.ncbi.nlm.nih.gov/{B}/,2016\n",
        SUMMARY,
        ABSTRACTS,
        f"@article{{a,\n  year = {{2015}},\n  pmid = {{{A}}}\n}}\n@article{{b, pmid = {B}}}\n",
        json.dumps([A, int(B)]),
        str([A, B]),
        f"{A} (2015)\n\ufeff{B} (2016)",
        f'="{A}"\n="{B}"\n',
        f"| PMID | Title | Year |\n|---|---|---|\n| {A} | Stones, 12 | 2015 |\n| {B} | 7 | 2016 |\n",
        f"<papers><paper><pmid>{A}</pmid><year>2015</year></paper><paper><PMID>{B}</PMID></paper></papers>",
        f"{A}[uid] OR {B}[PMID]",
        f"ID PubMed;Año\n{A},0;2015\n{B},00;2016\n",
        f"<rss><item><dc:identifier>pmid:{A}</dc:identifier></item><item><guid>pmid:{B}</guid></item></rss>",
        json.dumps({"pmids": [A, f"{B}.0"], "years": [2015]}),
        json.dumps([{"PMID": A, "year": 2015}, {"PubMed ID": float(B), "references": [{"pmid": "91999999"}]}]),
        f'{{"pmid": {A}, "year": 2015}}\n{{"pmid": "{B}"}}\n',
        json.dumps({"header": {"type": "esearch"}, "esearchresult": {"count": "2", "idlist": [A, B]}}),
        json.dumps({"result": {"uids": [A, B], A: {"uid": A, "articleids": [{"idtype": "pmc", "value": "PMC999"}]}}}),
        f"<eSearchResult><Count>2</Count><IdList>\n<Id>{A}</Id>\n<Id>{B}</Id></IdList></eSearchResult>",
        f"<eSummaryResult><DocSum><Id>{A}</Id></DocSum><DocSum>\n<Id>{B}</Id></DocSum></eSummaryResult>",
        f"<PubmedArticleSet>{RECORD.format(A)}{RECORD.format(B)}</PubmedArticleSet>",
        f"PMID- {A}\nTI  - In 2015\n\nPMID- {B}\nTI  - T\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_pmids_of_a_file_and_nothing_else(tmp_path, text, encoding):
    path = tmp_path / "list"
    path.write_bytes(text.encode(encoding))
    found = read_pmids(path)
    assert (list(found.pmids), dict(found.failed)) == ([A, B], {})


def test_what_is_left_out_of_a_list_is_named(tmp_path):
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(f"PMID,Year\n{A},2015\n,2016\nPMC7,2016\n9.1E+07,2017\n".encode()))
    found = read_pmids(path)
    assert found.pmids == [A]
    assert found.notes == ('of 4 rows 1 have no PMID in the column "PMID"',)
    assert found.failed == {
        "line 4, PMC7": "is an id of PubMed Central, not a PMID: look up its PMID",
        "line 5, 9.1E+07": "was rounded by a spreadsheet: show its column without exponents and save it again",
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("PMCID,Year\nPMC1,2015\n", "names no PMID: PMC1 is an id of PubMed Central"),
        ("PMID,Year\n,2015\n", 'names no PMID, in no column headed PMID and behind no label as in "PMID: 123"'),
        ("In 12 adults, 2015\n", "names no PMID"),
        ("PMID,Year\n", "names no PMID"),
        ("%PDF-1.7", "is a PDF file; save the records from PubMed in the format PubMed"),
        ("", "is empty; get the file again"),
        ("PMID\n" + "1," * 9_000_000, "has a line 2 of more than 16,777,216 bytes; save it with a record a line"),
    ],
)
def test_a_file_without_pmids_says_so(tmp_path, text, why):
    path = tmp_path / "list"
    path.write_text(text)
    with pytest.raises(FileError, match=f"^{re.escape(f'{path} {why}')}"):
        read_pmids(path)


def test_lists_are_told_from_records(tmp_path):
    texts = {A: True, PUBMED_CSV: True, SUMMARY: True, f"PMID- {A}\nTI  - T\n": False, "%PDF": False}
    for number, (text, is_list) in enumerate(texts.items()):
        path = tmp_path / str(number)
        path.write_text(text)
        assert is_pmid_list(path) == is_list
