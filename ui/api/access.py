"""Who may do what over REST: keys with scopes, none from this machine itself, and so many requests a minute."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request

from index.storage.keys import ApiKey, Keys, KeyScope
from ui.api.problems import Problem

REQUESTS_A_MINUTE = 120
LOGGED_IN = "askabstracts.logged_in"
"""The entry of a request's scope by which the gate says that its sender has logged in to the page, or needs not to."""
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""Headers by which a proxy tells of somebody else: what has one does not come from this machine."""
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: by a key, or from this machine, or logged in to the page."""

    name: str
    key: ApiKey | None = None
    is_local: bool = False
    is_logged_in: bool = False


@dataclass
class RateLimit:
    """So many requests a minute from each caller, at an even pace, and as many at once as have not been used.

    `at_once` is the most that is saved up for that, 0 for the requests of a minute.
    """

    per_minute: int = REQUESTS_A_MINUTE
    clock: Callable[[], float] = time.monotonic
    at_once: int = 0
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_s(self, name: str) -> float:
        """Take one request from a caller's share, and return 0; or the seconds to wait when there is none left."""
        now, most = self.clock(), float(self.at_once or self.per_minute)
        with self._lock:
            left, at = self._left.get(name, (most, now))
            left = min(left + (now - at) * self.per_minute / 60, most)
            is_allowed = left >= 1
            self._left[name] = (left - is_allowed, now)
            self._left.move_to_end(name)
            while len(self._left) > _REMEMBERED:
                self._left.popitem(last=False)
        return 0.0 if is_allowed else (1 - left) * 60 / self.per_minute

    def give_back(self, name: str) -> None:
        """Give a caller back one request that was taken."""
        with self._lock:
            if name in self._left:
                left, at = self._left[name]
                self._left[name] = (left + 1, at)

    def restore(self, name: str) -> None:
        """Give a caller the whole share again."""
        with self._lock:
            self._left.pop(name, None)


@dataclass
class Access:
    """The rules. `has_password` says that the page asks for one, so that this machine itself is not trusted either."""

    keys: Keys = field(default_factory=Keys)
    has_password: bool = False
    limit: RateLimit = field(default_factory=RateLimit)

    def admit(self, scope: Mapping[str, Any], headers: Mapping[str, str], needed: KeyScope) -> Caller:
        """Return who sends a request. Raises Problem for one who may not do this, or too often."""
        address = str((scope.get("client") or ("",))[0])
        token = _bearer(headers)
        key = self.keys.find(token) if token else None
        is_local = not self.has_password and is_from_here(address, headers)
        caller = Caller(
            f"key {key.id}" if key else address,
            key,
            is_local=is_local and not token,
            is_logged_in=self.has_password and bool(scope.get(LOGGED_IN)) and not token,
        )
        if not caller.is_local and (wait_s := self.limit.wait_s(caller.name)):
            after = {"Retry-After": str(int(wait_s) + 1)}
            raise Problem("too-many-requests", f"at most {self.limit.per_minute} requests a minute", headers=after)
        self._check(caller, needed, has_token=bool(token))
        return caller

    def _check(self, caller: Caller, needed: KeyScope, *, has_token: bool) -> None:
        if caller.key is not None:
            if not caller.key.may(needed):
                raise Problem("forbidden", f"this needs a key of scope {needed}; this one has {caller.key.scope}")
        elif has_token:
            raise _unauthorized("there is no such key")
        elif needed != "read" and self.keys.all():
            raise _unauthorized(f"this needs a key of scope {needed}, on this machine too since there are keys")
        elif not caller.is_local and not (caller.is_logged_in and needed == "read"):
            raise _unauthorized("send a key as Authorization: Bearer KEY")

    def check_still(self, caller: Caller) -> None:
        """Raise Problem when a caller's key was revoked meanwhile."""
        if caller.key is not None and not self.keys.holds(caller.key):
            raise Problem("revoked", "the key was revoked while the answer grew")


def _unauthorized(why: str) -> Problem:
    cure = f"{why}; python -m index keys create makes one"
    return Problem("unauthorized", cure, headers={"WWW-Authenticate": "Bearer"})


def _bearer(headers: Mapping[str, str]) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def is_from_here(address: str, headers: Mapping[str, str]) -> bool:
    """Return True if a request comes from this machine itself, and not through a proxy on it."""
    return _is_loopback(address) and not any(name in headers for name in _FORWARDED)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _admits(needed: KeyScope) -> Callable[[Request], Caller]:
    def admit(request: Request) -> Caller:
        access: Access = request.app.state.service.access
        return access.admit(request.scope, request.headers, needed)

    return admit


MayRead = Annotated[Caller, Depends(_admits("read"))]
MayWrite = Annotated[Caller, Depends(_admits("write"))]
MayAdminister = Annotated[Caller, Depends(_admits("admin"))]
