"""Uploads: what is kept, for how long, and what is no upload at all."""

import os
import time

import pytest

from ui import uploads

LINE = b'{"pmid": "90000099", "title": "Moss", "abstract": "Moss is green."}\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    (tmp_path / "uploads" / "ab12").mkdir(parents=True)
    return tmp_path / "uploads"


def test_there_is_room_up_to_the_limit(folder, monkeypatch):
    monkeypatch.setattr(uploads, "FOLDER_LIMIT", 100)
    (folder / "ab12" / "moss.xml").write_bytes(bytes(60))
    assert uploads.has_room(40)
    assert not uploads.has_room(41)


def test_what_was_kept_long_enough_makes_room_broken_off_uploads_too(folder, monkeypatch):
    monkeypatch.setattr(uploads, "FOLDER_LIMIT", 100)
    old, broken_off, new = folder / "ab12" / "old.xml", folder / "tmp8f3a", folder / "ab12" / "new.xml"
    for path in (old, broken_off, new):
        path.write_bytes(bytes(60))
    for path in (old, broken_off):
        os.utime(path, (time.time() - uploads.KEPT_S - 1,) * 2)
    assert uploads.has_room(40)
    assert [path.exists() for path in (old, broken_off, new)] == [False, False, True]


def test_only_a_file_in_the_folder_is_an_upload(folder, tmp_path):
    mine, elsewhere = folder / "ab12" / "moss.xml", tmp_path / "secret.xml"
    mine.write_bytes(LINE)
    elsewhere.write_bytes(LINE)
    (folder / "ab12" / "link.xml").symlink_to(elsewhere)
    assert not uploads.names_other_file({"data": [{"path": str(mine)}, {"path": None}, "path", 5, None], "fn_index": 3})
    for path in (
        elsewhere,
        folder / "ab12",
        folder / "none.xml",
        folder / "ab12" / "link.xml",
        "moss.xml",
        "",
        5,
        [],
        "\0",
    ):
        named = path if isinstance(path, int | list) else str(path)
        assert uploads.names_other_file({"data": [[{"path": named}]]}), path


def test_what_can_be_read_is_kept_and_the_rest_is_deleted_with_a_sentence(folder):
    good, bad = folder / "ab12" / "moss.jsonl", folder / "ab12" / "paper.pdf"
    good.write_bytes(LINE)
    bad.write_bytes(b"%PDF-1.7")
    kept, refused = uploads.split_by_readability([good, bad])
    assert kept == [good]
    assert refused == ["paper.pdf is a PDF file; save the records from PubMed in the format PubMed."]
    assert (good.exists(), bad.exists()) == (True, False)


def test_a_list_of_pmids_is_kept_where_it_names_any(folder):
    listed, unlabelled = folder / "ab12" / "pubmed.csv", folder / "ab12" / "table.csv"
    listed.write_bytes(b"PMID,Year\n90000099,2015\n")
    unlabelled.write_bytes(b"PMID,Year\n,2015\n")
    kept, [sentence] = uploads.split_by_readability([listed, unlabelled])
    assert kept == [listed]
    assert sentence == 'table.csv names no PMID, in no column headed PMID and behind no label as in "PMID: 123".'


def test_a_file_that_has_aged_out_meanwhile_is_a_sentence_too(folder):
    kept, [sentence] = uploads.split_by_readability([folder / "ab12" / "gone.xml"])
    assert kept == []
    assert "there is no file" in sentence
    assert str(folder) not in sentence
