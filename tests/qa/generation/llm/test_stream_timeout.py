"""Streams that dally: given up in time, with the connection, and never read ahead."""

import asyncio
import threading
import time

import pytest

from qa.generation.llm.stream_timeout import StreamTimeout, stream_with_timeout


class Stream:
    """Yields numbers, each after a pause; keeps how far it came and whether it was closed."""

    def __init__(self, *pauses_s, error=None):
        self.pauses_s, self.error, self.yielded, self.closed = pauses_s, error, 0, threading.Event()

    async def items(self):
        try:
            for pause_s in self.pauses_s:
                await asyncio.sleep(pause_s)
                self.yielded += 1
                yield self.yielded
            if self.error:
                raise self.error
        finally:
            self.closed.set()


def test_a_stream_comes_whole_and_in_order():
    stream = Stream(0, 0.01, 0)
    assert list(stream_with_timeout(stream.items(), timeout_s=60)) == [1, 2, 3]
    assert stream.closed.is_set()


def test_nothing_is_fetched_before_it_is_asked_for_and_closing_closes():
    stream = Stream(0, 0, 0)
    messages = stream_with_timeout(stream.items(), timeout_s=60)
    assert next(messages) == 1
    assert stream.yielded == 1
    messages.close()
    assert stream.closed.is_set()
    assert stream.yielded == 1


# silent from the start; silent in the middle; never silent for long, but without an end
@pytest.mark.parametrize("pauses_s", [(600,), (0, 0, 600), (0.02,) * 10_000], ids=["silent", "falls silent", "drips"])
def test_a_stream_that_dallies_is_given_up(pauses_s):
    stream = Stream(*pauses_s)
    began = time.monotonic()
    with pytest.raises(StreamTimeout, match="not done within 0.3 s"):
        list(stream_with_timeout(stream.items(), timeout_s=0.3))
    assert 0.3 <= time.monotonic() - began < 30
    assert stream.closed.is_set()


def test_what_the_consumer_does_in_between_is_not_counted():
    messages = stream_with_timeout(Stream(0, 0, 0).items(), timeout_s=0.2)
    assert next(messages) == 1
    threading.Event().wait(0.4)
    assert list(messages) == [2, 3]


@pytest.mark.parametrize("error", [ConnectionResetError("reset"), TimeoutError("the client's own")])
def test_an_error_of_the_stream_comes_unchanged_behind_its_items(error):
    messages = stream_with_timeout(Stream(0, error=error).items(), timeout_s=60)
    assert next(messages) == 1
    with pytest.raises(type(error)) as caught:
        next(messages)
    assert caught.value is error


def test_a_consumer_inside_an_event_loop_is_served_too():
    async def read():
        return list(stream_with_timeout(Stream(0, 0).items(), timeout_s=60))

    assert asyncio.run(read()) == [1, 2]


def test_many_streams_dally_at_once_without_holding_one_another_up():
    def give_up(stream):
        with pytest.raises(StreamTimeout):
            list(stream_with_timeout(stream.items(), timeout_s=2))

    threads = [threading.Thread(target=give_up, args=(Stream(600),)) for _ in range(40)]
    for thread in threads:
        thread.start()
    assert list(stream_with_timeout(Stream(0, 0).items(), timeout_s=60)) == [1, 2]
    assert all(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join()
