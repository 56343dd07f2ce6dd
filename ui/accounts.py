"""The accounts of the page in one file: a line each, the name and its password as a scrypt digest.

The first account of the file runs the server: it alone chooses language models. A line that is taken out ends its
account at once.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Protocol

import anyio

from index.errors import AskAbstractsError, FileError, InputError
from index.files import atomic_write
from ui.api.access import RateLimit

_log = logging.getLogger(__name__)
_NAME = re.compile(r"[\w.@-]{1,64}")
_COST = {"n": 1 << 14, "r": 8, "p": 1, "dklen": 32}
"""Of scrypt: 16 MB and some 50 ms a password, as RFC 7914 has it for logging in."""
_FEWEST_LETTERS = 8
_NOBODY = f"scrypt${'0' * 32}${'0' * 64}"
"""In place of the digest of an unknown name, so that it takes as long to refuse."""


class Accounts(Protocol):
    """Who may use the page."""

    def check(self, name: str, password: str) -> bool:
        """Return True for the account's password."""
        ...

    def is_known(self, name: str) -> bool:
        """Return True as long as there is an account of this name."""
        ...

    def runs_server(self, name: str) -> bool:
        """Return True for the account of who runs the server."""
        ...


class OneAccount:
    """The one account of `--auth`."""

    def __init__(self, name: str, password: str) -> None:
        self._name, self._password = name, password

    def check(self, name: str, password: str) -> bool:
        """Return True for the account's password."""
        is_same = hmac.compare_digest(password.encode(), self._password.encode())
        return is_same and name == self._name

    def is_known(self, name: str) -> bool:
        """Return True for its name."""
        return name == self._name

    def runs_server(self, name: str) -> bool:
        """Return True for its name."""
        return name == self._name


class AccountFile:
    """The accounts of a file, which is read anew when it has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read_at: tuple[int, int, int] | None = None
        self._digests: Mapping[str, str] = {}

    def check(self, name: str, password: str) -> bool:
        """Return True for the account's password; an unknown name takes as long as a wrong password."""
        kept = self.all().get(name, _NOBODY)
        _, salt, _ = kept.split("$")
        return hmac.compare_digest(_digest(password, bytes.fromhex(salt)), kept) and self.is_known(name)

    def is_known(self, name: str) -> bool:
        """Return True as long as the file has a line for the account."""
        return name in self.all()

    def runs_server(self, name: str) -> bool:
        """Return True for the first account of the file."""
        return next(iter(self.all()), "") == name

    def all(self) -> Mapping[str, str]:
        """Return the digests by name, in the file's order. Raises FileError when it is no file of accounts."""
        try:
            status = self.path.stat()
            at = (status.st_mtime_ns, status.st_ino, status.st_size)
            if at != self._read_at:
                self._digests, self._read_at = _parsed(self.path.read_text(encoding="utf-8")), at
        except (OSError, ValueError) as error:
            raise FileError(
                f"{self.path} cannot be read as a file of accounts ({error}); make one with:"
                f" python app.py --auth-file {self.path} --add-account NAME"
            ) from error
        return self._digests

    def add(self, name: str, password: str) -> None:
        """Add an account, or give it another password. Raises InputError for a name or password that will not do."""
        if not _NAME.fullmatch(name):
            raise InputError("an account's name is made of up to 64 letters, digits, dots, hyphens and @; give another")
        if len(password) < _FEWEST_LETTERS:
            raise InputError(f"a password has at least {_FEWEST_LETTERS} letters; give a longer one")
        digests = {**(self.all() if self.path.exists() else {}), name: _digest(password, secrets.token_bytes(16))}
        text = "".join(f"{name}:{digest}\n" for name, digest in digests.items())
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(self.path) as file:
            file.write(text.encode())
        self.path.chmod(0o600)


TRIES_AT_ONCE = 10
LOGIN_NOTE = f"After {TRIES_AT_ONCE} wrong passwords for an account, your address has one try a minute for it."
"""What the page says where a password is asked for."""


class LoginTries:
    """Tries to log in: ten at once to an account from an address, then one a minute; more over all its accounts.

    Passwords cannot be tried by the thousand, and nobody can lock another out: that takes the other's address.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._of_account = RateLimit(1, clock, at_once=TRIES_AT_ONCE)
        self._of_address = RateLimit(10, clock, at_once=10 * TRIES_AT_ONCE)

    def wait_s(self, name: str, address: str) -> float:
        """Count a try, and return 0; or the seconds to wait before the next one is looked at."""
        return self._of_account.wait_s(f"{address} {name[:64]}") or self._of_address.wait_s(address)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the tries to an account from an address, and that this one was made from it."""
        self._of_account.restore(f"{address} {name[:64]}")
        self._of_address.give_back(address)


def login(accounts: Accounts) -> Callable[[str, str], Awaitable[bool]]:
    """Return how Gradio asks for a password, in a thread of its own: a digest keeps nobody else waiting."""

    async def check(name: str, password: str) -> bool:
        try:
            return await anyio.to_thread.run_sync(accounts.check, name, password)
        except AskAbstractsError as error:
            _log.warning("nobody can log in: %s", error)
            return False

    return check


def _digest(password: str, salt: bytes) -> str:
    return f"scrypt${salt.hex()}${hashlib.scrypt(password.encode(), salt=salt, **_COST).hex()}"


def _parsed(text: str) -> dict[str, str]:
    """Return the digests of a file's lines. Raises ValueError for a line that is none."""
    digests = {}
    for number, line in enumerate(filter(str.strip, text.splitlines()), start=1):
        name, _, digest = line.strip().partition(":")
        if not (_NAME.fullmatch(name) and re.fullmatch(r"scrypt\$[0-9a-f]{32}\$[0-9a-f]{64}", digest)):
            raise ValueError(f"line {number} is no account")
        digests[name] = digest
    return digests
