"""Keys: shown once, kept as digests, read anew when the file changes."""

from __future__ import annotations

import json
import os

import pytest

from index.__main__ import main
from index.errors import FileError, InputError
from index.storage.keys import Keys


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path / "config" / "keys.json")


def test_a_key_is_found_by_its_token_and_the_token_is_nowhere(keys):
    key, token = keys.create("  notebook  of the lab ", "write")
    assert (key.name, key.scope, keys.find(token), keys.find(token[:-1])) == ("notebook of the lab", "write", key, None)
    assert token not in keys.path.read_text() and token.rpartition("_")[2] not in keys.path.read_text()
    assert oct(keys.path.stat().st_mode & 0o777) == "0o600"


def test_scopes_include_those_before_them(keys):
    allowed = {scope: [keys.create("x", scope)[0].may(one) for one in ("read", "write", "admin")]
               for scope in ("read", "write", "admin")}  # fmt: skip
    assert allowed == {"read": [True, False, False], "write": [True, True, False], "admin": [True, True, True]}


def test_what_another_process_does_counts_at_once(keys):
    server = Keys(keys.path)
    assert server.all() == ()
    key, token = keys.create("notebook")
    assert server.find(token) == key
    keys.revoke(key.id)
    assert (server.find(token), server.holds(key)) == (None, False)


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, "a\0b"])
def test_a_name_that_says_nothing_is_refused(keys, name):
    with pytest.raises(InputError, match="--name"):
        keys.create(name)
    assert keys.all() == ()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"keys": [{"id": "x"}]}', '{"keys": [{"scope": "all"}]}'])
def test_a_damaged_file_lets_nobody_in_and_is_left_as_it_is(keys, content):
    keys.path.parent.mkdir()
    keys.path.write_text(content)
    with pytest.raises(FileError, match="damaged"):
        keys.find("aa_x_y")
    with pytest.raises(FileError, match="damaged"):
        keys.create("notebook")
    assert keys.path.read_text() == content


def test_the_command_line_makes_lists_and_revokes(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ASKABSTRACTS_KEYS", str(tmp_path / "keys.json"))
    assert main(["keys", "create", "--name", "notebook", "--scope", "write"]) == 0
    token = capsys.readouterr().out.strip()
    key = Keys().find(token)
    assert (key.name, key.scope) == ("notebook", "write")
    assert main(["keys", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"keys": [key.to_dict()]}
    assert main(["keys", "revoke", key.id]) == 0
    assert Keys().all() == ()
    capsys.readouterr()
    for wrong in (["revoke", key.id], ["revoke"], ["create"], ["list", "x"]):
        assert main(["keys", *wrong]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_said_to_be(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="ASKABSTRACTS_KEYS"):
        Keys(tmp_path / "file" / "keys.json").create("notebook")
    assert os.listdir(tmp_path) == ["file"]
