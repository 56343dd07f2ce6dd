"""The libraries to choose from: names, new ones, and the sample that stays as it is."""

from __future__ import annotations

import pytest

from index import Library
from index.errors import InputError, LibraryError
from ui.libraries import Libraries


@pytest.fixture
def libraries(library, tmp_path):
    made = Libraries(tmp_path / "shelf", first=library.path)
    yield made
    made.close()


def test_the_first_library_leads_and_the_folder_follows_in_order(libraries):
    assert libraries.names() == ["library"]
    libraries.new("zeta")
    libraries.new("alpha")
    (libraries.folder / "no-library").mkdir()
    assert libraries.names() == ["library", "alpha", "zeta"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "..",
        "../up",
        "a/b",
        "a\\b",
        ".hidden",
        "-flag",
        "a b",
        "a.b",
        "é",
        "a\0",
        "x" * 65,
        "library",
        "Library",
        "sample",
    ],
)
def test_a_name_that_will_not_do_or_is_taken_is_refused_and_nothing_is_made(name, tmp_path):
    libraries = Libraries(tmp_path / "shelf", first=tmp_path / "library")
    with pytest.raises(InputError, match="give another"):
        libraries.new(name)
    assert not libraries.folder.exists()


@pytest.mark.parametrize("name", ["a", "il32-breast_2024", "X" * 64])
def test_a_new_library_is_empty_and_lies_in_the_folder(name, libraries):
    assert libraries.new(f" {name} ") == name
    assert libraries.path(name) == libraries.folder / name
    assert libraries.info(name).abstracts == 0


def test_the_first_library_may_be_on_a_server(at_milvus, tmp_path):
    address = at_milvus()
    Library.open(address, create=True).close()
    name = address.rpartition("/")[2]
    libraries = Libraries(tmp_path / "shelf", first=f"{address}?index=HNSW")
    libraries.new("here")
    assert libraries.names() == [name, "here"]
    assert libraries.info(name).path == address
    assert not libraries.is_sample(name)
    with Library.open(libraries.folder / name, create=True) as alike:  # not ours to take away
        libraries.discard_empty(name)
        assert alike.path.exists()
    libraries.close()


@pytest.mark.parametrize("name", ["nowhere", "..", "../library", "/etc"])
def test_only_what_is_on_the_list_is_opened(name, tmp_path):
    libraries = Libraries(tmp_path / "shelf", first=tmp_path / "library")
    with pytest.raises(InputError, match="there is no library called"):
        libraries.library(name)


def test_a_library_is_opened_once_for_everybody(libraries):
    assert libraries.library("library") is libraries.library("library")
    assert libraries.assistant("library").library is libraries.library("library")


def test_a_begun_library_without_an_abstract_is_taken_away_and_a_filled_one_is_not(libraries):
    libraries.new("empty")
    libraries.discard_empty("empty")
    assert not (libraries.folder / "empty").exists()
    libraries.discard_empty("library")
    assert libraries.info("library").abstracts == 5


def test_a_folder_that_is_no_library_is_refused(tmp_path):
    with pytest.raises(LibraryError, match="does not exist"):
        Libraries(tmp_path, first=tmp_path / "none").assistant("none")


def test_the_sample_is_known_by_its_place(tmp_path):
    Library.open(tmp_path / "shelf" / "sample", create=True).close()
    Library.open(tmp_path / "mine" / "sample", create=True).close()
    assert Libraries(tmp_path / "shelf", first=tmp_path / "shelf" / "sample").is_sample("sample")
    assert not Libraries(tmp_path / "shelf", first=tmp_path / "mine" / "sample").is_sample("sample")


def test_a_page_that_shows_a_library_can_still_choose_it_when_it_is_gone(tmp_path, library):
    libraries = Libraries(tmp_path / "shelf", first=library.path)
    assert libraries.choices(libraries.first) == libraries.names()
    assert libraries.choices("fern") == [*libraries.names(), "fern"]
