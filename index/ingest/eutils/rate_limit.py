"""How fast requests may go: a pace that all threads of the process share, and all processes of the machine."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from index.environment import cache_folder
from index.ingest.eutils.machine_rate_limit import MachinePlaces


class Pace:
    """Lets at most `limit` requests through in any window of `window_s` seconds, however many threads ask.

    A request keeps one of `limit` places until `window_s` after the server began to answer it. It may have arrived at
    any moment up to then: counted from its start alone, one that was slow to arrive would crowd the next window.
    """

    def __init__(
        self,
        limit: int,
        *,
        window_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        machine: MachinePlaces | None = None,
    ) -> None:
        """Start with all places free; `clock` and `sleep` are there to be replaced in tests.

        With `machine`, a request needs one of its places too.
        """
        self._machine = machine
        self._window_s = window_s
        self._clock = clock
        self._sleep = sleep
        self._free_at = [float("-inf")] * limit  # a heap: when each place that nobody holds may be taken
        self._held_until = float("-inf")
        self._changed = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place and keep it while the block sends its request and waits for the answer to begin."""
        while (wait_s := self._take()) > 0:
            self._sleep(max(wait_s, 0.001))  # a wait too small to move the clock would never end
        try:
            with self._machine.turn() if self._machine else nullcontext():
                yield
        finally:
            with self._changed:
                heapq.heappush(self._free_at, self._clock() + self._window_s)
                self._changed.notify()

    def hold(self, seconds: float) -> None:
        """Let nobody through for so many seconds: the server asked all of us to slow down, not one thread."""
        with self._changed:
            self._held_until = max(self._held_until, self._clock() + seconds)

    def _take(self) -> float:
        """Take a place and return 0, or return the seconds until one may be free."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._free_at))
            wait_s = max(self._free_at[0], self._held_until) - self._clock()
            if wait_s > 0:
                return wait_s
            heapq.heappop(self._free_at)
            return 0.0


_shared: dict[tuple[str, str | None], Pace] = {}
_shared_lock = threading.Lock()


def shared_pace(host: str, api_key: str | None) -> Pace:
    """Return the one pace of this process for `host`: 3 requests a second, or 10 with an API key, as NCBI allows."""
    host = host.lower()
    with _shared_lock:
        if (host, api_key) not in _shared:
            limit, window_s = 10 if api_key else 3, 1.05  # 5 % more than a second, for clocks that do not agree
            machine = MachinePlaces(cache_folder(), host=host, api_key=api_key, limit=limit, window_s=window_s)
            _shared[host, api_key] = Pace(limit, window_s=window_s, machine=machine)
        return _shared[host, api_key]
