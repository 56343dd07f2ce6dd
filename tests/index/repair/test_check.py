"""Each file of a library damaged in turn: a check names it with its remedy, or it held nothing."""

import shutil
import sqlite3

import pytest
from crash import HashEncoder, assert_whole, records, use_hash_encoder, write_records

from index import Library
from index.repair.check import Finding
from index.repair.repair import check_library

HOLDING = ("library.db", "vectors.faiss", "lexical")
PAGE = 4096


@pytest.fixture(autouse=True, scope="module")
def hash_encoder():
    with pytest.MonkeyPatch.context() as patch:
        use_hash_encoder(patch.setattr)
        patch.setattr("index.repair.repair.load_encoder", lambda name="hash": HashEncoder())
        yield


def built(folder, name, first):
    file = write_records(folder / f"{name}.jsonl", records(first, 20))
    Library.build(folder / name, files=[file], passage_tokens=24)
    with Library.open(folder / name) as library:
        library.remove([str(first + 1)])
        assert_whole(library)
    (folder / name / "writer.json").write_text('{"host": "elsewhere", "process": 1, "since": "then"}')
    return folder / name


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with two libraries and another program's database."""
    folder = tmp_path_factory.mktemp("libraries")
    built(folder, "library", 1)
    built(folder, "other", 100)
    db = sqlite3.connect(folder / "notes.db")
    db.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT)")
    db.executemany("INSERT INTO notes (note) VALUES (?)", [("a note",)] * 500)
    db.commit()
    db.close()
    return folder


def alike(folder, name):
    """Return the file of the other library in the place of one of ours."""
    other = folder / "other" / name
    if not other.exists():  # tantivy's names are random
        other = next(file for file in sorted((folder / "other" / "lexical").iterdir()) if file.suffix == name.suffix)
    return other.read_bytes()


def damages(content, folder, name):
    """Yield what may become of a file's content, named; None for a file that is gone."""
    yield "gone", None
    for keep in sorted({0, 1, len(content) // 2, max(len(content) - 1, 0)}):
        if keep < len(content):
            yield f"cut off at {keep}", content[:keep]
    if content:
        middle = len(content) // 2
        at = middle // PAGE * PAGE or middle  # of library.db the kind of a page: most of a page may be empty
        yield "a bit flipped", content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        yield "a page of zeros", bytes(PAGE) + content[PAGE:]
    yield "text", b"These are my notes.\n" * 300
    yield "a database", (folder / "notes.db").read_bytes()
    yield "another library's", alike(folder, name)


def contents(path):
    with Library.open(path) as library:
        hits = [(hit.passage, round(hit.score, 4)) for hit in library.search("VEGF raised in mice", top=5)]
        return library.digest, hits


def test_every_damage_to_every_file_is_found_with_its_remedy_or_harmless(folder, tmp_path):
    whole, path = folder / "library", tmp_path / "library"
    expected = contents(whole)
    names = sorted(file.relative_to(whole) for file in whole.rglob("*") if file.is_file())
    assert {name.parts[0] for name in names} == {*HOLDING, "writer.json", "writer.lock"}
    lexical = [name for name in names if name.parts[0] == "lexical"]
    names = [name for name in names if name not in lexical[2:-2]]  # test_kill.py has all of those
    found = {}
    for name in names:
        content = (whole / name).read_bytes()
        for what, damaged in damages(content, folder, name):
            if damaged == content:
                continue
            shutil.rmtree(path, ignore_errors=True)
            shutil.copytree(whole, path)
            (path / name).unlink()
            if damaged is not None:
                (path / name).write_bytes(damaged)
            findings = check_library(path).findings
            assert all(isinstance(one, Finding) and one.remedy and not one.repaired for one in findings)
            found[str(name), what] = findings
            if not findings:
                assert contents(path) == expected, (name, what)
            elif name.parts[0] != "library.db":
                assert {one.file for one in findings} <= {"vectors.faiss", "lexical"}
                assert check_library(path, repair=True).is_whole, (name, what)
                assert contents(path) == expected, (name, what)
    unseen = [key for key, findings in found.items() if not findings and not key[0].startswith("writer.")]
    assert [key for key in unseen if not key[0].endswith(".lock")] == []
    assert len(found) > 60


def test_vectors_that_are_not_those_of_the_cache_are_a_damage_to_the_library(folder, tmp_path):
    path = shutil.copytree(folder / "library", tmp_path / "library")
    with Library.open(path) as library:
        (one, other) = library.backend.store.passage_ids()[:2].tolist()
    db = sqlite3.connect(path / "library.db")
    db.execute("UPDATE passages SET vector = (SELECT vector FROM passages WHERE id = ?) WHERE id = ?", (one, other))
    db.commit()
    db.close()
    assert [(one.file, one.what) for one in check_library(path).findings] == [
        ("library.db", "and vectors.faiss differ in 1 vectors")
    ]
    checked = check_library(path, repair=True)
    assert (checked.is_whole, checked.account.embedded) == (True, 0)
    assert contents(path) == contents(folder / "library")


def test_a_library_without_a_digest_of_its_settings_is_sound(folder, tmp_path):
    path = shutil.copytree(folder / "library", tmp_path / "library")
    db = sqlite3.connect(path / "library.db")
    db.execute("DELETE FROM settings WHERE name = 'settings_sha256'")  # as earlier versions wrote them
    db.commit()
    db.close()
    assert check_library(path).findings == []


def test_an_index_of_another_versions_terms_is_not_called_damaged(folder, tmp_path, monkeypatch):
    path = shutil.copytree(folder / "library", tmp_path / "library")
    shutil.rmtree(path / "lexical")
    with monkeypatch.context() as older:
        older.setattr("index.search.lexical._TERMS", "terms1")
        with Library.open(path) as library:
            library.search("VEGF")
    (found,) = check_library(path).findings
    assert (found.file, found.what) == ("lexical", "is of another version of AskAbstracts")
    with Library.open(path) as library:
        library.search("VEGF")
    assert not check_library(path).findings
