"""Files: known by content, unpacked as they are read, and each that cannot be read says why."""

import gzip
import os
import re
import zipfile

import pytest

from index.errors import FileError
from index.ingest.formats.detect import is_pmid_list, parse_file, read_pmids
from index.records import Abstract, Failure

XML = (
    "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>90000001</PMID><Article><ArticleTitle>T</ArticleTitle>"
    "</Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"
)
MEDLINE = "\nPMID- 90000001\nTI  - T\n"
JSON_LINES = '{"pmid": "90000001", "title": "T"}\n'
KINDS = "PubMed XML, MEDLINE text (.nbib), RIS, EndNote XML and JSON are read, each also as .gz or .zip"
SAVE = "save the records from PubMed in the format PubMed"
FETCH = "give it with --pmids-from to fetch the abstracts from PubMed"
EXPECTED = [Abstract("90000001", "T")]


def write(folder, source: str | bytes, name: str = "records"):
    path = folder / name
    path.write_bytes(source.encode() if isinstance(source, str) else source)
    return path


@pytest.mark.parametrize(
    "source", [XML, MEDLINE, JSON_LINES, f"[{JSON_LINES}]"], ids=["XML", "MEDLINE", "lines", "array"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", ["records", "records.xml", "records.txt", "records.gz", "records.pdf"])
def test_the_content_says_the_kind_whatever_the_name(tmp_path, source, encoding, name):
    assert list(parse_file(write(tmp_path, source.encode(encoding), name))) == EXPECTED


@pytest.mark.parametrize("source", [XML, MEDLINE, JSON_LINES], ids=["XML", "MEDLINE", "lines"])
def test_gzip_once_twice_and_in_members(tmp_path, source):
    once = gzip.compress(source.encode())
    members = gzip.compress(source[:20].encode()) + gzip.compress(source[20:].encode())
    for packed in (once, gzip.compress(once), members):
        assert list(parse_file(str(write(tmp_path, packed)))) == EXPECTED


def test_the_name_given_stands_in_failures(tmp_path):
    path = write(tmp_path, "{wrong}\n", "a.jsonl")
    assert [one.what for one in parse_file(path)] == ["a.jsonl, line 1"]
    assert [one.what for one in parse_file(path, name="upload")] == ["upload, line 1"]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("", "is empty; get the file again"),
        (" \n\n", "holds only white space; get the file again"),
        (gzip.compress(b"", mtime=0), "is empty; get the file again"),
        (gzip.compress(XML.encode(), mtime=0)[:10], "is a gzip file that was cut off; get the file again"),
        (
            "<!DOCTYPE html>\n<html><head><title>502 Proxy Error</title></head></html>",
            f'is a web page ("502 Proxy Error"); {KINDS}',
        ),
        ('<?xml version="1.0"?><!-- a --><HTML><body>PMID- 1</body></HTML>', f"is a web page; {KINDS}"),
        ("%PDF-1.7\n", "is a PDF file; save the records from PubMed in the format PubMed"),
        ("PK\x03\x04", "is a ZIP archive that is damaged or was cut off; get the file again"),
        (gzip.compress(b"PK\x03\x04", mtime=0), "is a ZIP archive inside another; unpack it first"),
        ("90000001\n90000002\n", "is a list of PMIDs; give it with --pmids-from"),
        ("@article{berg, title={T}}", f"is a BibTeX file; {SAVE}, or {FETCH}"),
        ("PMID,Title\n90000001,T\n", f"is a table of papers without their abstracts; {FETCH}, or {SAVE}"),
        ("1. J Snail. 2013;36:1.\n\nT", f"is PubMed's plain text of abstracts; {FETCH}, or {SAVE}"),
        ("1: Berg A. Snails. 2013. PMID: 7.", f"is PubMed's Summary, which holds no abstracts; {FETCH}, or {SAVE}"),
        ("Berg A, PMID: 7.\n", f"is text that names PMIDs, without records; {FETCH}"),
        ("{\\rtf1\\ansi PMID- 7}", f"is an RTF file, as word processors write; save it as plain text, or {SAVE}"),
        ("PMID\n90000001\n", "is a list of PMIDs; give it with --pmids-from"),
        ('["90000001", "90000002"]', "is a list of PMIDs; give it with --pmids-from"),
        ('{"esearchresult": {"idlist": ["7"]}}', f"is a list of PMIDs that a search found (esearch); {FETCH}"),
        ('{"result": {"uids": ["7"]}}', f"is a file of summaries without abstracts (esummary); {FETCH}"),
        (
            '{"PubmedArticle": [{"MedlineCitation": {"PMID": "7"}}]}',
            "is a dump of what Bio.Entrez.read returns, not the record itself;"
            f" save the XML that efetch sends, or {FETCH}",
        ),
        ("Pubmed-entry ::= {\n  pmid 1", "is ASN.1; fetch it with retmode=xml"),
        (
            "ID+list+is+empty!+Possibly+it+has+no+correct+IDs.\n",
            f'is of no kind that is known, it starts with "ID+list+is+empty!+Possibly+it+has+no+cor"; {KINDS}',
        ),
        (b"\x89\x01\xff\xfe", f'is of no kind that is known, it starts with "\ufffd\ufffd\ufffd"; {KINDS}'),
    ],
)
def test_what_is_of_no_kind_that_is_known_says_what_it_is(tmp_path, source, why):
    path = write(tmp_path, source)
    with pytest.raises(FileError, match=f"^{re.escape(f'{path} {why}')}$"):
        next(parse_file(path))


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(FileError, match=f"^there is no file {re.escape(str(tmp_path / 'none'))}; check the path$"):
        next(parse_file(tmp_path / "none"))
    with pytest.raises(FileError, match=f"^{re.escape(str(tmp_path))} is a folder; name the files in it$"):
        next(parse_file(tmp_path))


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_a_name_that_no_file_can_have(tmp_path, name):
    with pytest.raises(FileError, match="^no file can have the name '.*'; check the path$"):
        next(parse_file(tmp_path / name))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    path = write(tmp_path, XML)
    path.chmod(0)
    with pytest.raises(FileError, match="may not be read by this user; change its permissions"):
        next(parse_file(path))


LINES = "".join(f'{{"pmid": "{90000000 + number}", "title": "{os.urandom(50).hex()}"}}\n' for number in range(2000))


def test_gzip_that_was_cut_off_is_a_failure_behind_what_was_whole(tmp_path):
    packed = gzip.compress(LINES.encode())
    *abstracts, broken, cut = parse_file(write(tmp_path, packed[: len(packed) // 2], "a.gz"))
    assert [one.pmid for one in abstracts] == [str(90000000 + number) for number in range(len(abstracts))]
    assert 800 < len(abstracts) < 1200  # half of the bytes: about half of the lines
    assert broken.what == f"a.gz, line {len(abstracts) + 1}"
    assert cut == Failure(
        "a.gz", "is a gzip file that was cut off; what could be read before that came out, get the file again"
    )


def test_gzip_with_a_wrong_checksum_is_a_failure_behind_the_records(tmp_path):
    packed = bytearray(gzip.compress(LINES.encode()))
    packed[-8] ^= 0xFF
    *abstracts, failure = parse_file(write(tmp_path, bytes(packed), "a.gz"))
    assert [one.pmid for one in abstracts] == [str(90000000 + number) for number in range(2000)]
    assert failure.what == "a.gz"
    assert failure.why.startswith("is a gzip file that is damaged (CRC check failed")


def test_damage_in_the_middle_of_gzip_and_the_readers_own_complaint_are_one_failure(tmp_path):
    record = XML.removeprefix("<PubmedArticleSet>").removesuffix("</PubmedArticleSet>")
    records = "".join(record.replace("90000001", str(90000000 + n)) + os.urandom(50).hex() for n in range(2000))
    packed = bytearray(gzip.compress(f"<PubmedArticleSet>{records}</PubmedArticleSet>".encode()))
    packed[len(packed) // 2 :] = b"\xff" * 100
    reads = list(parse_file(write(tmp_path, bytes(packed), "a.gz")))
    pmids = [one.pmid for one in reads if isinstance(one, Abstract)]
    assert pmids == [str(90000000 + number) for number in range(len(pmids))]
    assert 800 < len(pmids) < 1200
    assert [one.what for one in reads if isinstance(one, Failure)].count("a.gz") == 1
    assert "a gzip file that" in reads[-1].why


# ---- ZIP archives


def zipped(folder, members, name="records.zip"):
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, source in members.items():
            archive.writestr(member, source)
    return path


def test_the_files_in_a_zip_archive(tmp_path):
    path = zipped(
        tmp_path,
        {
            "folder/": "",
            "folder/a.xml": XML,
            "../../b.nbib": MEDLINE.replace("90000001", "90000002"),
            "c.jsonl.gz": gzip.compress(JSON_LINES.replace("90000001", "90000003").encode()),
            "__MACOSX/._a.xml": "x",
            ".DS_Store": "x",
            "d.pdf": "%PDF",
            "e.csv": "PMID,Year\n90000004,2015\n",
        },
    )
    *abstracts, pdf, table = parse_file(path)
    assert [one.pmid for one in abstracts] == ["90000001", "90000002", "90000003"]
    assert pdf == Failure("records.zip, d.pdf", f"is a PDF file; {SAVE}")
    assert table == Failure("records.zip, e.csv", f"is a table of papers without their abstracts; {FETCH}, or {SAVE}")
    found = read_pmids(path)
    assert found.pmids == ["90000001", "90000002", "90000003", "90000004"]
    assert found.failed == {"d.pdf": f"is a PDF file; {SAVE}"}
    assert not is_pmid_list(path)


@pytest.mark.parametrize(
    ("members", "why"),
    [
        (
            ("[Content_Types].xml", "xl/workbook.xml"),
            f"is an Excel file; {SAVE}, or save its column of PMIDs as CSV and",
        ),
        (
            ("[Content_Types].xml", "word/document.xml"),
            f"is a Word file; {SAVE}, or save it as plain text and give that",
        ),
        (("mimetype", "content.xml"), f"is an OpenDocument file, as LibreOffice writes; {SAVE}, or save its column"),
        (("folder/",), "is a ZIP archive without files; get it again"),
    ],
)
def test_office_files_are_told_from_archives(tmp_path, members, why):
    path = zipped(tmp_path, dict.fromkeys(members, ""), "records.xlsx")
    for read in (lambda: next(parse_file(path)), lambda: read_pmids(path)):
        with pytest.raises(FileError, match=f"^{re.escape(f'{path} {why}')}"):
            read()


def test_a_zip_bomb_is_stopped(tmp_path):
    line = b'{"pmid": "90000001", "title": "T"}\n'
    bomb = line + b" " * (40 << 20) + b"\n"
    path = zipped(tmp_path, dict.fromkeys(("a.jsonl", "b.jsonl", "c.jsonl"), bomb))
    *_, last = parse_file(path)
    assert last.what == "records.zip, c.jsonl"
    assert last.why.startswith("is a ZIP archive that unpacks to more than 200 times its size, as no records do")


def test_a_locked_file_in_an_archive(tmp_path):
    path = zipped(tmp_path, {"a.xml": XML, "b.xml": XML})
    source = bytearray(path.read_bytes())
    at = source.rindex(b"PK\x01\x02")
    source[at + 8] |= 1  # the flag of encryption, of b.xml
    path.write_bytes(source)
    first, locked = parse_file(path)
    assert first.pmid == "90000001"
    assert locked == Failure("records.zip, b.xml", "is locked with a password; unpack the archive first")
