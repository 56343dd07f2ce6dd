"""An answer as server-sent events: "growing" with each sentence, "answer" with the whole, "problem" where it breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

import anyio

from index.errors import AskAbstractsError
from qa.answer import Answer
from ui.api.problems import Problem, problem_of

LOOKS_S = 1.0
"""Seconds between two looks at whether the stream may go on."""
KEEP_ALIVE_S = 15.0
"""Seconds of silence after which a comment is sent, so that no proxy takes the stream for dead."""


async def answer_events(
    answers: Iterator[Answer], *, limiter: anyio.CapacityLimiter, check: Callable[[], None] = lambda: None
) -> AsyncIterator[bytes]:
    """Yield the events of a growing answer; a comment while nothing comes.

    `check` raises the Problem that ends the stream. Whoever hangs up ends the answer at its next sentence.
    """
    answer: Answer | None = None
    silent_s = 0.0
    step = _step(answers, limiter)
    try:
        while True:
            await asyncio.wait({step}, timeout=LOOKS_S)
            check()
            if not step.done():
                silent_s += LOOKS_S
                if silent_s >= KEEP_ALIVE_S:
                    silent_s = 0.0
                    yield b": waiting\n\n"
                continue
            grown = step.result()
            if grown is None:
                break
            answer, silent_s = grown, 0.0
            yield event("growing", answer.to_dict())
            step = _step(answers, limiter)
        if answer is not None:
            yield event("answer", answer.to_dict())
    except Problem as problem:
        yield event("problem", problem.to_dict())
    except AskAbstractsError as error:
        yield event("problem", problem_of(error).to_dict())
    finally:
        step.add_done_callback(lambda done: _close(answers, done))


def event(name: str, data: dict[str, Any]) -> bytes:
    """Return one server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _step(answers: Iterator[Answer], limiter: anyio.CapacityLimiter) -> asyncio.Task[Answer | None]:
    async def next_answer() -> Answer | None:
        return await anyio.to_thread.run_sync(next, answers, None, limiter=limiter)

    return asyncio.ensure_future(next_answer())


def _close(answers: Iterator[Answer], done: asyncio.Task[Answer | None]) -> None:
    """Close the generator behind a stream once its last step is done, and take note of how that ended.

    A step is cancelled only where the server ends; its thread is then still in the generator, which ends with it.
    """
    if done.cancelled():
        return
    done.exception()
    close = getattr(answers, "close", None)
    if close is not None:
        with suppress(AskAbstractsError):
            close()
