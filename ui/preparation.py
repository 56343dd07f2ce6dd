"""The first library made ready in a thread beside the page: built if need be, its models and indexes loaded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from index import Progress
from index.errors import AskAbstractsError
from index.ingest.batches import OnProgress

_TICK_S = 0.5
"""Seconds between two states without news, so that the page's clock goes on."""
_ENDS_S = 20
"""Seconds that the work has to end in when it is asked to."""


class Preparation:
    """Work that the first question waits for. Safe from many threads."""

    def __init__(self, work: Callable[[OnProgress], None]) -> None:
        """Take the work, which reports its progress; `start` begins it."""
        self._work = work
        self._progress = Progress(0, None, "loading the models")
        self._began = time.monotonic()
        self._is_over, self._is_stopped = threading.Event(), threading.Event()
        self._problem: AskAbstractsError | None = AskAbstractsError("the start broke off; the server's log says why")
        self._thread = threading.Thread(target=self._run, name="preparing", daemon=True)

    def start(self, on_failure: Callable[[], None] = lambda: None) -> None:
        """Begin; `on_failure` is called if the work ends in an error."""
        self._on_failure = on_failure
        self._began = time.monotonic()
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """True once the work is done, or ended in an error."""
        return self._is_over.is_set()

    def wait(self) -> None:
        """Return when the work is done. Raises the AskAbstractsError that it ended in."""
        self._is_over.wait()
        self.raise_problem()

    def raise_problem(self) -> None:
        """Raise the AskAbstractsError that the work ended in, if it did."""
        if self._is_over.is_set() and self._problem is not None:
            raise self._problem

    def states(self) -> Iterator[tuple[Progress, float]]:
        """Yield the progress and the seconds so far again and again while the work goes on; nothing if it is over."""
        while not self._is_over.is_set():
            yield self._progress, time.monotonic() - self._began
            self._is_over.wait(_TICK_S)

    def stop(self) -> None:
        """Ask the work to end after the batch at hand, and wait for it."""
        self._is_stopped.set()
        if self._thread.is_alive():
            self._thread.join(_ENDS_S)

    def _run(self) -> None:
        try:
            self._work(self._on_progress)
            self._problem = None
        except AskAbstractsError as error:
            self._problem = error
        finally:  # any other error goes to the server's log; nobody may wait for ever
            self._is_over.set()
            if self._problem is not None and not self._is_stopped.is_set():
                self._on_failure()

    def _on_progress(self, progress: Progress) -> None:
        self._progress = progress
        if self._is_stopped.is_set():
            raise AskAbstractsError("the program was told to end")
