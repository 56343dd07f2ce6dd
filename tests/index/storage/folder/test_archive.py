"""A library as one file: handed on whole, refused where it is damaged or no such file; and copied."""

import zipfile

import pytest

from index import Library
from index.errors import FileError, LibraryError
from index.storage.folder.archive import copy_library, save_archive, take_in_archive


@pytest.fixture
def archive(library, tmp_path):
    save_archive(library.backend, tmp_path / "it.zip", tell=lambda progress: None)
    return tmp_path / "it.zip"


def test_a_library_is_handed_on_whole(library, archive, tmp_path):
    told = []
    assert take_in_archive(archive, tmp_path / "new", tell=told.append) == 5
    with Library.open(tmp_path / "new") as taken:
        assert (taken.digest, taken.check()) == (library.digest, [])
        assert taken.search("metformin mice", top=1)[0].passage.pmid == "90000003"
        assert taken.records(["90000003"])[0].raw == library.records(["90000003"])[0].raw
    assert told[-1].doing == "making the indexes"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("it")) == ["it.zip"]


def test_a_copy_is_a_library_of_its_own(library, tmp_path):
    assert copy_library(library.backend, tmp_path / "copy", tell=lambda progress: None) == 5
    with Library.open(tmp_path / "copy") as copy:
        assert copy.digest == library.digest
        copy.remove(["90000001"])
        assert copy.check() == []
    assert library.get("90000001") is not None


def test_stopping_leaves_nothing_behind(library, tmp_path):
    def stop(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_library(library.backend, tmp_path / "copy", tell=stop)
    assert not (tmp_path / "copy").exists()


def _cut(archive):
    archive.write_bytes(archive.read_bytes()[:-200])


def _with_a_way_out(archive):
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr("../out.txt", "x")


def _with_another_database(archive):
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("askabstracts.json", '{"format": 1, "name": "x"}')
        opened.writestr("library.db", b"SQLite format 3\0" + bytes(5000))


def _no_zip(archive):
    archive.write_bytes(b"no zip at all")


@pytest.mark.parametrize("damage", [_cut, _with_a_way_out, _with_another_database, _no_zip])
def test_what_is_no_whole_library_is_refused_and_leaves_nothing(archive, tmp_path, damage):
    damage(archive)
    with pytest.raises((FileError, LibraryError)):
        take_in_archive(archive, tmp_path / "new", tell=lambda progress: None)
    assert not (tmp_path / "new").exists()
    assert not (tmp_path.parent / "out.txt").exists()


def test_a_full_disk_is_said_in_a_sentence(library, tmp_path, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("index.storage.folder.archive.zipfile.ZipFile", full)
    with pytest.raises(LibraryError, match="make room on the disk"):
        save_archive(library.backend, tmp_path / "it.zip", tell=lambda progress: None)
    assert not list(tmp_path.glob("it.zip*"))
