"""Rate limit of requests, shared by all threads of a process and all processes of the machine.

NCBI counts by address or key, not by process, and blocks an address that keeps going too fast. A web chat and a command
line that fetch at the same time count together, and must not find that out by NCBI's 429.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

from index.environment import cache_folder

_LOCK_WAIT_S = 5.0
_IN_FLIGHT_S = 5.0
"""Time after its window for which an unanswered request keeps its slot: a killed process holds it no longer.

On a machine that is short of processors, seconds may pass between a slot taken and a request sent.
"""
_POLL_S = 1 / 16
"""Time between two tries, while all slots are held by unanswered requests."""
_SOON_S = 0.001


class RateLimiter:
    """Lets at most `limit` requests through in any window of `window_s` seconds, however many threads ask.

    A request keeps one of `limit` slots until `window_s` after the server began to answer. It may have arrived at any
    moment up to then: counted from its start alone, one that was slow to arrive would crowd the next window.

    With a `file`, processes share the slots of one `account` (server and key). Where the file cannot be had (a
    read-only folder, a process that froze while it held the lock), the limit is that of this process alone.
    """

    def __init__(
        self,
        limit: int,
        *,
        window_s: float = 1.0,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        file: Path | None = None,
        account: str = "",
    ) -> None:
        """Touch nothing yet; `clock` (one for all processes) and `sleep` are there to be replaced in tests."""
        self._limit = limit
        self._window_s = window_s
        self._clock = clock
        self._sleep = sleep
        self._file = file
        self._account = hashlib.sha256(account.encode()).hexdigest()[:16]  # the key itself stays out of the file
        self._slots: dict[str, float] = {}  # this process's, each with the time at which it is free
        self._in_flight: set[str] = set()
        self._hold = (0.0, 0.0)  # from when to when
        self._threads = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a slot and keep it while the block sends its request and waits for the answer to begin."""
        slot = uuid4().hex
        while (wait_s := self._with_slots(partial(self._take, slot))) > 0:
            self._sleep(wait_s)
        try:
            yield
        finally:
            self._with_slots(partial(self._leave, slot))

    def hold(self, seconds: float) -> None:
        """Let nobody through for so many seconds: the server asked all of us to slow down, not one thread."""
        with self._threads:
            now = self._clock()
            self._hold = (now, max(self._hold[1], now + seconds))

    def _take(self, slot: str, slots: dict[str, float]) -> float:
        """Take a slot and return 0, or return the seconds until one may be free."""
        if slot in self._in_flight:  # taken, though the file could not be written
            return 0.0
        now = self._clock()
        held_from, held_until = self._hold
        if held_from <= now < held_until:  # not when the clock was set back
            return held_until - now
        if len(slots) < self._limit:
            slots[slot] = self._slots[slot] = now + self._window_s + _IN_FLIGHT_S
            self._in_flight.add(slot)
            return 0.0
        wait_s = max(min(slots.values()) - now, _SOON_S)  # one may have come free since the slots were read
        return wait_s if wait_s <= self._window_s else _POLL_S

    def _leave(self, slot: str, slots: dict[str, float]) -> float:
        self._in_flight.discard(slot)
        slots[slot] = self._slots[slot] = self._clock() + self._window_s
        return 0.0

    def _with_slots(self, change: Callable[[dict[str, float]], float]) -> float:
        """Return the result of `change` on the taken slots: the machine's, else this process's alone."""
        with self._threads:
            if self._file:
                try:
                    with self._shared_slots(self._file) as slots:
                        return change(slots)
                except (OSError, NotImplementedError):
                    pass
            self._slots = self._taken(self._slots, self._clock())
            return change(self._slots)

    @contextmanager
    def _shared_slots(self, file: Path) -> Iterator[dict[str, float]]:
        """Hold the lock, lend the slots that are taken by all processes, and save them."""
        from filelock import FileLock

        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock", timeout=_LOCK_WAIT_S, poll_interval=0.005):  # its Timeout is an OSError
            now = self._clock()  # not before the wait: what others took meanwhile would seem to be of the future
            self._slots = self._taken(self._slots, now)
            accounts = {name: taken for name, slots in _read(file).items() if (taken := self._taken(slots, now))}
            slots = accounts[self._account] = accounts.get(self._account, {}) | self._slots
            yield slots
            aside = file.with_suffix(f".{os.getpid()}")
            aside.write_text(json.dumps(accounts), encoding="utf-8")
            aside.replace(file)

    def _taken(self, slots: dict[str, float], now: float) -> dict[str, float]:
        """Return the slots but for those that are free by now, or that a clock set back would keep for long."""
        latest = now + self._window_s + _IN_FLIGHT_S
        taken = {slot: free for slot, free in slots.items() if now < free <= latest}
        return taken | {slot: latest for slot in self._in_flight if slot in slots}


def _read(file: Path) -> dict[str, dict[str, float]]:
    """Return the slots of all accounts; none where the file is missing or damaged."""
    try:
        accounts = json.loads(file.read_bytes())
        return {str(name): {str(slot): float(free) for slot, free in slots.items()} for name, slots in accounts.items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return {}


_shared: dict[tuple[str, str | None], RateLimiter] = {}


def shared_rate_limiter(host: str, api_key: str | None) -> RateLimiter:
    """Return the one limiter of this process for `host`: 3 requests a second, or 10 with an API key, as NCBI allows."""
    limiter = RateLimiter(
        10 if api_key else 3,
        window_s=1.05,  # 5 % more than a second, for clocks that do not agree
        file=cache_folder() / "pace.json",
        account=f"{host.lower()} {api_key or ''}",
    )
    return _shared.setdefault((host.lower(), api_key), limiter)
