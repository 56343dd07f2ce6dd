"""The table of neighbours: tasks one by one and at once, the better of two runs."""

import threading

from evals.speed import neighbours


def test_all_tasks_run_one_by_one_or_at_once(monkeypatch):
    running, most, lock = [], [], threading.Lock()
    meeting = threading.Barrier(3, timeout=10)

    def started(name, wait):
        with lock:
            running.append(name)
            most.append(len(running))
        if wait:
            meeting.wait()
        with lock:
            running.remove(name)

    monkeypatch.setattr(neighbours, "started", started)
    neighbours.taken([(name, False) for name in "abc"], at_once=False)
    assert most == [1, 1, 1]
    neighbours.taken([(name, True) for name in "abc"], at_once=True)  # the barrier opens when all three are there
    assert max(most) == 3


def test_a_row_has_the_better_of_two_runs(monkeypatch):
    runs = iter([(10.0, 9.0), (12.0, 9.9), (8.0, 9.5), (11.0, 9.4)])
    monkeypatch.setattr(neighbours, "taken", lambda tasks, at_once: next(runs))
    assert list(neighbours.row([]).values()) == [8.0, 11.0, 11.0 / 8.0, 9.0, 9.4, 9.4 / 9.0]
