"""Files that are there whole or not at all."""

import pytest

from index.files import atomic_write


def test_a_file_takes_the_place_of_another_once_it_is_whole(tmp_path):
    path = tmp_path / "sums.json"
    path.write_bytes(b"old")
    with atomic_write(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"new", [path])


def test_an_error_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "sums.json"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), atomic_write(path) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])


def test_what_a_kill_left_beside_a_file_is_begun_anew(tmp_path):
    (tmp_path / "sums.new").write_bytes(b"longer than the new one")
    with atomic_write(tmp_path / "sums.json") as file:
        file.write(b"new")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"new"]
