"""Mutated exports of other programs: nothing but records, failures and notes, or one sentence."""

import json

import pytest
from hostile import check, mutate, random_steps

from index.errors import FileError
from index.ingest.formats.detect import parse_file, read_pmids

TAGS = (("T1", "Moss"), ("AU", "Berg, Anna"), ("AB", "AIM: To see. RESULTS: We saw."), ("PY", "2015"), ("DB", "PubMed"))
RIS = "TY  - JOUR\nAN  - 7\n" + "".join(f"{tag}  - {text}\n" for tag, text in TAGS) + "ER  - \n"
OVID = (
    "<1>\nUI  - 7\nDB  - MEDLINE\nTI  - Moss and\n      fern\nAU  - Berg A\nSO  - J. 1(3):1, 2015.\nDO  - 10.5555/a\n"
)
TABLE = 'PMID,Title,Abstract,Authors\n7,"Moss, fern",We saw.,"Berg A, Dahl B"\n8,Fern,,\n'
LIST = "PMID: 7\n8.0\nhttps://pubmed.ncbi.nlm.nih.gov/9/\nIn 2015, 12 (PMID 91000120).\n10.5555/a;PMC7\n"
RECORD = {
    "pmid": 7,
    "title": "Moss",
    "abstractText": "<h4>Aim</h4>To see.",
    "authorList": {"author": [{"lastName": "B"}]},
}
ENDNOTE = (
    "<xml><records><record><titles><title>Moss</title></titles><accession-num>7</accession-num>"
    "<abstract>We saw.</abstract><remote-database-name>PubMed</remote-database-name></record></records></xml>"
)
SAMPLES = {
    "RIS": RIS * 2,
    "Ovid": OVID * 2,
    "table": TABLE,
    "list": LIST,
    "JSON": json.dumps({"resultList": {"result": [RECORD, RECORD]}}),
    "EndNote": ENDNOTE,
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_whatever_happens_to_an_export(tmp_path, sample):
    path = tmp_path / "records"
    for seed in range(150):
        path.write_bytes(mutate(SAMPLES[sample].encode(), random_steps(seed), layout="lines"))
        try:
            for record in parse_file(path):
                check(record)
        except FileError as error:
            assert str(error).isprintable()
        try:
            found = read_pmids(path)
        except FileError as error:
            assert str(error).isprintable()
        else:
            assert all(pmid.isdecimal() and pmid.isascii() for pmid in found.pmids)
            assert all(what.isprintable() and why for what, why in found.failed.items())
