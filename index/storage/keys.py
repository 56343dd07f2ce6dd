"""Keys of programs to the REST interface and MCP: shown once, kept as digests in one file, which servers read anew.

A key is 32 random bytes, so a plain SHA-256 cannot be guessed back; a slow hash is for passwords that people choose.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from index.environment import keys_file
from index.errors import FileError, InputError
from index.files import atomic_write

KeyScope = Literal["read", "write", "admin"]
"""What a key may do: ask and read; also write to libraries; also make libraries. Each includes those before it."""
_PREFIX = "aa"
_MOST_NAME = 100


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret: `sha256` is the digest of the whole key."""

    id: str
    name: str
    scope: KeyScope
    created: str
    sha256: str

    def may(self, scope: KeyScope) -> bool:
        """Return True if the key's scope includes another."""
        order = get_args(KeyScope)
        return order.index(self.scope) >= order.index(scope)

    def to_dict(self) -> dict[str, str]:
        """Return the key's JSON, without the digest."""
        return {name: value for name, value in asdict(self).items() if name != "sha256"}


class Keys:
    """The keys in a file; where there is none there are no keys. What another process changes counts at once."""

    def __init__(self, path: Path | None = None) -> None:
        """Take the keys of a file, by default that of ASKABSTRACTS_KEYS or of the person's configuration."""
        self.path = path or keys_file()
        self._read_at: tuple[int, int, int] | None = None
        self._keys: tuple[ApiKey, ...] = ()

    def all(self) -> tuple[ApiKey, ...]:
        """Return the keys, the oldest first. Raises FileError when the file cannot be read."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unusable(error) from error
        at = (status.st_mtime_ns, status.st_ino, status.st_size)
        if at != self._read_at:
            self._keys, self._read_at = self._read(), at
        return self._keys

    def find(self, token: str) -> ApiKey | None:
        """Return the key that a token is, or None."""
        digest = _digest(token)
        return next((key for key in self.all() if secrets.compare_digest(key.sha256, digest)), None)

    def holds(self, key: ApiKey) -> bool:
        """Return True unless a key was revoked."""
        return key in self.all()

    def create(self, name: str, scope: KeyScope = "read") -> tuple[ApiKey, str]:
        """Add a key, and return it with its token, which is kept nowhere. Raises InputError for a name that is none."""
        name = " ".join(name.split())
        if not name or len(name) > _MOST_NAME or not name.isprintable():
            raise InputError(f"a key's name has 1 to {_MOST_NAME} characters: say who will use it, with --name")
        id_, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        token = f"{_PREFIX}_{id_}_{secret}"
        key = ApiKey(id_, name, scope, datetime.now(UTC).isoformat(timespec="seconds"), _digest(token))
        with self._writing():
            self._write((*self.all(), key))
        return key, token

    def revoke(self, id_: str) -> ApiKey:
        """Take a key away, and return it. Raises InputError when there is none of this id."""
        with self._writing():
            key = next((key for key in self.all() if key.id == id_), None)
            if key is None:
                raise InputError(f"there is no key {id_!r}; python -m index keys list shows those there are")
            self._write(tuple(other for other in self.all() if other != key))
        return key

    def _read(self) -> tuple[ApiKey, ...]:
        try:
            records = json.loads(self.path.read_text(encoding="utf-8"))["keys"]
            keys = tuple(ApiKey(**record) for record in records)
            if any(key.scope not in get_args(KeyScope) for key in keys):
                raise ValueError("an unknown scope")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._unusable(error) from error
        return keys

    def _write(self, keys: tuple[ApiKey, ...]) -> None:
        with atomic_write(self.path) as file:
            os.chmod(file.name, 0o600)
            file.write(json.dumps({"keys": [asdict(key) for key in keys]}, indent=1).encode())

    @contextmanager
    def _writing(self) -> Iterator[None]:
        from filelock import FileLock

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock")):
                yield
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> FileError:
        reason = getattr(error, "strerror", None) or "it is damaged"
        return FileError(f"the keys in {self.path} cannot be used ({reason}); mend the file, or set ASKABSTRACTS_KEYS")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
