"""The first library in the making, beside the page."""

import threading

import pytest

from index import Progress
from index.errors import AskAbstractsError, InputError
from ui.preparation import Preparation


def test_a_question_waits_and_the_progress_is_told():
    go_on = threading.Event()

    def work(on_progress):
        on_progress(Progress(3, 8, "embedding"))
        go_on.wait(30)

    preparation = Preparation(work)
    preparation.start()
    states = preparation.states()
    told = [next(states)[0] for _ in range(2)]
    assert told[-1] == Progress(3, 8, "embedding")
    waiting = threading.Thread(target=preparation.wait)
    waiting.start()
    assert waiting.is_alive()
    go_on.set()
    waiting.join(30)
    assert not waiting.is_alive()
    assert list(states) == []


@pytest.mark.parametrize(
    ("error", "says"), [(InputError("the disk is full; free some"), "the disk is full"), (RuntimeError(), "log")]
)
def test_a_failure_is_told_to_all_that_wait(monkeypatch, error, says):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def work(_):
        raise error

    failed = threading.Event()
    preparation = Preparation(work)
    preparation.start(on_failure=failed.set)
    with pytest.raises(AskAbstractsError, match=says):
        preparation.wait()
    assert failed.wait(30)
    preparation.stop()  # its thread has ended before the next test


def test_it_ends_after_the_batch_at_hand_when_told_to():
    begun, failed = threading.Event(), threading.Event()

    def work(on_progress):
        while True:
            on_progress(Progress(1, None, "embedding"))
            begun.set()

    preparation = Preparation(work)
    preparation.start(on_failure=failed.set)
    begun.wait(30)
    preparation.stop()
    assert list(preparation.states()) == []
    assert not failed.is_set()
