"""Streams with a total time limit.

A limit on silence, as HTTP clients have one, is not enough: a server that sends a byte a second is never silent. The
stream runs in an event loop of its own, where waiting can be cancelled, and its connection is closed with it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from dataclasses import dataclass
from functools import cache
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")

_CLOSING_S = 5.0
"""Time that closing a connection may take."""


class StreamTimeout(TimeoutError):
    """A stream was waited for longer than its time limit."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(f"not done within {timeout_s:g} s")
        self.timeout_s = timeout_s


@dataclass(frozen=True, slots=True)
class _End:
    """The mark behind the last item, with the error that ended the stream, if any."""

    error: Exception | None = None


def stream_with_timeout(stream: AsyncIterator[T], *, timeout_s: float) -> Generator[T]:
    """Yield the items of `stream` within a total time limit, each fetched on demand; closing this closes the stream.

    Raises StreamTimeout when waiting for items has taken `timeout_s` in all; the consumer's own time is not counted.
    Errors of the stream are raised unchanged.
    """
    loop, demand, ended = _loop(), asyncio.Semaphore(0), threading.Event()
    received: SimpleQueue[T | _End] = SimpleQueue()

    async def pump() -> None:
        try:
            async for item in _in_time(stream, demand, timeout_s):
                received.put(item)
            received.put(_End())
        except Exception as error:  # handed over to the consumer's thread
            received.put(_End(error))
        finally:
            await close(stream)
            ended.set()

    pumping = asyncio.run_coroutine_threadsafe(pump(), loop)
    try:
        while True:
            loop.call_soon_threadsafe(demand.release)
            item = received.get()
            if not isinstance(item, _End):
                yield item
            elif item.error:
                raise item.error
            else:
                return
    finally:
        pumping.cancel()
        ended.wait(_CLOSING_S)


async def _in_time(stream: AsyncIterator[T], demand: asyncio.Semaphore, timeout_s: float) -> AsyncIterator[T]:
    """Yield an item each time that `demand` is released. Raises StreamTimeout."""
    clock = asyncio.get_running_loop().time
    left_s = timeout_s
    while True:
        await demand.acquire()
        began = clock()
        waiting = asyncio.timeout(left_s)
        try:
            async with waiting:
                item = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            if not waiting.expired():
                raise
            raise StreamTimeout(timeout_s) from error
        left_s -= clock() - began
        yield item


async def close(stream: AsyncIterator[object]) -> None:
    """Close a stream early, if it is a generator."""
    if isinstance(stream, AsyncGenerator):
        await stream.aclose()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the one loop that all streams run in: HTTP clients keep connections that belong to a loop."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="waiting for language models", daemon=True).start()
    return loop
