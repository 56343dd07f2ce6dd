"""How fast the requests of all processes of this machine may go together: a small file that they share.

NCBI counts by address or key, not by process: a web chat and a command line that fetch at the same time are one to it.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

_LOCK_WAIT_S = 5.0
_IN_FLIGHT_S = 5.0
"""How long after its window a request that has not come back keeps its place: a killed process holds it no longer.

On a machine that is short of processors, seconds may pass between a place taken and a request sent.
"""

_SOON_S = 0.001


class MachinePlaces:
    """At most `limit` places in any window of `window_s` seconds for all processes that ask `host` with one key.

    Where the file cannot be had (a read-only folder, a process that froze while it held the lock), requests go on at
    the pace of their own process.
    """

    def __init__(
        self,
        folder: Path,
        *,
        host: str,
        api_key: str | None,
        limit: int,
        window_s: float,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Touch nothing yet; `clock` (one for all processes) and `sleep` are there to be replaced in tests."""
        self._file = folder / "pace.json"
        self._name = hashlib.sha256(f"{host} {api_key or ''}".encode()).hexdigest()[:16]  # the key itself stays out
        self._limit = limit
        self._window_s = window_s
        self._clock = clock
        self._sleep = sleep
        self._threads = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place and keep it until `window_s` after the block."""
        place = uuid4().hex
        while (wait_s := self._take(place)) > 0:
            self._sleep(wait_s)
        try:
            yield
        finally:
            self._leave(place)

    def _take(self, place: str) -> float:
        """Take a place and return 0, or return the seconds until one is free; 0 too where nothing can be known."""
        try:
            with self._places() as places:
                if len(places) >= self._limit:
                    return max(
                        min(places.values()) - self._clock(), _SOON_S
                    )  # one may have come free since it was read
                places[place] = self._clock() + self._window_s + _IN_FLIGHT_S
        except (OSError, NotImplementedError):
            pass  # at the pace of this process alone
        return 0.0

    def _leave(self, place: str) -> None:
        try:
            with self._places() as places:
                places[place] = self._clock() + self._window_s
        except (OSError, NotImplementedError):
            pass  # the place is free again after a while by itself

    @contextmanager
    def _places(self) -> Iterator[dict[str, float]]:
        """Hold the lock, lend the places that are taken (each with the time at which it is free), and save them."""
        from filelock import FileLock

        self._file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{self._file}.lock", timeout=_LOCK_WAIT_S, poll_interval=0.005)
        with self._threads, lock:  # filelock's Timeout is an OSError
            hosts = self._read()
            yield hosts.setdefault(self._name, {})
            aside = self._file.with_suffix(f".{os.getpid()}")
            aside.write_text(json.dumps(hosts), encoding="utf-8")
            aside.replace(self._file)

    def _read(self) -> dict[str, dict[str, float]]:
        """Return all hosts' places but for those that are free by now, or that a clock set back would keep for long."""
        now = self._clock()
        latest = now + self._window_s + _IN_FLIGHT_S
        try:
            hosts = json.loads(self._file.read_bytes())
            taken = {
                str(name): {str(place): float(free) for place, free in places.items() if now < float(free) <= latest}
                for name, places in hosts.items()
            }
        except (FileNotFoundError, ValueError, TypeError, AttributeError):
            return {}
        return {name: places for name, places in taken.items() if places}
