"""A stream with an end to the waiting: however its server dallies, it is given up after a set time.

A limit on silence, as HTTP clients have one, is not enough: a server that sends a byte a second is never silent. The
stream runs in an event loop of its own, where waiting can be broken off, and its connection is closed with it.
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
"""What letting go of a connection may take."""


class StreamTimeout(TimeoutError):
    """All of the time for one stream was spent waiting for it."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(f"not done within {timeout_s:g} s")
        self.timeout_s = timeout_s


@dataclass(frozen=True, slots=True)
class _End:
    """What comes behind the last item, with the error that ended the stream, if one did."""

    error: Exception | None = None


def stream_with_timeout(stream: AsyncIterator[T], *, timeout_s: float) -> Generator[T]:
    """Yield the items of `stream`, none fetched before it is asked for; closing it closes the stream.

    Raises StreamTimeout when waiting for them has taken `timeout_s` in all; what the reader does in between is not
    counted. What the stream raises is raised unchanged.
    """
    loop, asked, ended = _loop(), asyncio.Semaphore(0), threading.Event()
    came: SimpleQueue[T | _End] = SimpleQueue()

    async def pump() -> None:
        try:
            async for item in _in_time(stream, asked, timeout_s):
                came.put(item)
            came.put(_End())
        except Exception as error:  # handed to the reader, who raises it
            came.put(_End(error))
        finally:
            await close(stream)
            ended.set()

    pumping = asyncio.run_coroutine_threadsafe(pump(), loop)
    try:
        while True:
            loop.call_soon_threadsafe(asked.release)
            item = came.get()
            if not isinstance(item, _End):
                yield item
            elif item.error:
                raise item.error
            else:
                return
    finally:
        pumping.cancel()
        ended.wait(_CLOSING_S)


async def _in_time(stream: AsyncIterator[T], asked: asyncio.Semaphore, timeout_s: float) -> AsyncIterator[T]:
    """Yield an item each time that `asked` is released. Raises StreamTimeout."""
    clock = asyncio.get_running_loop().time
    left_s = timeout_s
    while True:
        await asked.acquire()
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
    """End a stream before its time, if it is of the kind that can be ended."""
    if isinstance(stream, AsyncGenerator):
        await stream.aclose()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the one loop that all streams run in: HTTP clients keep connections that belong to a loop."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="waiting for language models", daemon=True).start()
    return loop
