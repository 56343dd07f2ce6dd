"""Accounts of a file: hashed passwords, changes at once, and what is refused."""

from __future__ import annotations

import pytest

from index.errors import AskAbstractsError
from ui.accounts import TRIES_AT_ONCE, AccountFile, LoginTries, OneAccount


@pytest.fixture
def accounts(tmp_path):
    made = AccountFile(tmp_path / "accounts")
    made.add("ada", "tower bridge 9")
    made.add("bob", "london eye 12")
    return made


def test_each_has_its_own_password_which_the_file_does_not_hold(accounts):
    assert accounts.check("ada", "tower bridge 9")
    assert not accounts.check("ada", "london eye 12")
    assert not accounts.check("eve", "tower bridge 9")
    text = accounts.path.read_text()
    assert "tower" not in text
    assert accounts.path.stat().st_mode & 0o777 == 0o600


def test_the_first_runs_the_server_and_a_new_password_changes_no_place(accounts):
    accounts.add("ada", "a new one 77")
    assert [accounts.runs_server(name) for name in ("ada", "bob", "eve", "")] == [True, False, False, False]
    assert (accounts.check("ada", "tower bridge 9"), accounts.check("ada", "a new one 77")) == (False, True)


def test_a_line_taken_out_ends_its_account_at_once(accounts):
    assert accounts.is_known("bob")
    accounts.path.write_text(accounts.path.read_text().splitlines()[0])
    assert not accounts.is_known("bob")


@pytest.mark.parametrize(
    ("name", "password", "expected"),
    [
        ("a:b", "long enough 1", "an account's name is made of"),
        ("../a", "long enough 1", "an account's name is made of"),
        ("x" * 10_000, "long enough 1", "an account's name is made of"),
        ("ada", "short", "at least 8 letters"),
    ],
)
def test_what_will_not_do_is_refused(tmp_path, name, password, expected):
    with pytest.raises(AskAbstractsError, match=expected):
        AccountFile(tmp_path / "accounts").add(name, password)


@pytest.mark.parametrize("text", [b"ada:secret\n", b"\xff\xfe", b"ada:scrypt$00$00\n"])
def test_a_file_of_another_kind_is_refused(tmp_path, text):
    (tmp_path / "accounts").write_bytes(text)
    with pytest.raises(AskAbstractsError, match="cannot be read as a file of accounts"):
        AccountFile(tmp_path / "accounts").check("ada", "secret")


def test_the_one_account_of_a_flag():
    one = OneAccount("ada", "schlüssel")
    assert (one.check("ada", "schlüssel"), one.check("bob", "schlüssel"), one.check("ada", "x")) == (True, False, False)
    assert (one.is_known("ada"), one.runs_server("bob")) == (True, False)


def test_passwords_cannot_be_tried_by_the_thousand_and_nobody_locks_another_out():
    now = [0.0]
    tries = LoginTries(lambda: now[0])
    assert [tries.wait_s("ada", "192.0.2.1") for _ in range(TRIES_AT_ONCE)] == [0.0] * TRIES_AT_ONCE
    assert tries.wait_s("ada", "192.0.2.1") == 60
    assert tries.wait_s("ada", "192.0.2.2") == 0
    assert tries.wait_s("bob", "192.0.2.1") == 0
    now[0] = 61
    assert tries.wait_s("ada", "192.0.2.1") == 0
    assert tries.wait_s("ada", "192.0.2.1") > 0
    tries.succeeded("ada", "192.0.2.1")
    assert [tries.wait_s("ada", "192.0.2.1") for _ in range(TRIES_AT_ONCE)] == [0.0] * TRIES_AT_ONCE


def test_one_password_cannot_be_tried_on_every_name():
    tries = LoginTries(lambda: 0.0)
    assert [tries.wait_s(f"name-{number}", "192.0.2.1") > 0 for number in (*range(101),)] == [False] * 100 + [True]


def test_right_passwords_use_nothing_up():
    tries = LoginTries(lambda: 0.0)
    for _ in range(200):
        assert tries.wait_s("ada", "192.0.2.1") == 0
        tries.succeeded("ada", "192.0.2.1")
