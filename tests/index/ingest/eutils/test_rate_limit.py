"""The rate limit that all threads of a process and all processes of this machine share."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from eutils_clients import KEY, FakeTime
from eutils_server import EutilsServer
from filelock import FileLock

from index.ingest.eutils.rate_limit import RateLimiter, shared_rate_limiter

ROOT = Path(__file__).parents[4]


def slots(folder, time, *, account="host", limit=2):
    file = folder / "pace.json"
    return RateLimiter(limit, window_s=1.0, clock=time.clock, sleep=time.sleep, file=file, account=account)


def turns(limiter, time, count):
    """Take so many turns, each of no length; return when each began."""
    began = []
    for _ in range(count):
        with limiter.turn():
            began.append(time.now)
    return began


@pytest.fixture
def time():
    clock = FakeTime()
    clock.now = 1_000.0
    return clock


def test_a_limiter_lets_three_through_and_then_one_for_each_that_is_a_window_old():
    time = FakeTime()
    limiter = RateLimiter(3, window_s=1.0, clock=time.clock, sleep=time.sleep)
    began = []
    for took in (0.25, 0, 0, 0.5, 0, 0, 0):
        with limiter.turn():
            began.append(time.now)
            time.now += took  # the server's answer begins so much later
    assert began == [0, 0.25, 0.25, 1.25, 1.75, 1.75, 2.75]


def test_one_limiter_is_shared_by_all_clients_of_one_host_and_key():
    assert shared_rate_limiter("host:1", None) is shared_rate_limiter("host:1", None)
    assert shared_rate_limiter("host:1", None) is not shared_rate_limiter("host:1", KEY)


def test_a_hold_ends_when_it_should_also_by_a_clock_that_was_set_back(tmp_path, time):
    limiter = slots(tmp_path, time)
    limiter.hold(7)
    assert turns(limiter, time, 1) == [1007]
    limiter.hold(7)
    time.now -= 500
    assert turns(limiter, time, 1) == [507]


def test_a_request_in_flight_keeps_its_slot_for_as_long_as_its_process_lives(tmp_path, time):
    limiter = slots(tmp_path, time, limit=1)
    with limiter.turn():
        time.now += 3600
        assert limiter._with_slots(lambda taken: limiter._take("another", taken)) > 0
    assert turns(limiter, time, 1) == [1000 + 3600 + 1]


def test_two_processes_share_the_slots(tmp_path, time):
    first, second = slots(tmp_path, time), slots(tmp_path, time)
    began = turns(first, time, 1) + turns(second, time, 1) + turns(first, time, 1) + turns(second, time, 2)
    assert began == [1000, 1000, 1001, 1001, 1002]


def test_another_host_or_key_has_slots_of_its_own(tmp_path, time):
    for one in (slots(tmp_path, time), slots(tmp_path, time, account="b"), slots(tmp_path, time, account=KEY)):
        assert turns(one, time, 2) == [1000, 1000]


def test_a_slot_is_kept_until_a_window_after_the_answer(tmp_path, time):
    one = slots(tmp_path, time, limit=1)
    with one.turn():
        time.now += 0.5
    assert turns(slots(tmp_path, time, limit=1), time, 1) == [1001.5]


def test_a_slot_that_comes_free_while_the_file_is_read_is_not_taken_twice(tmp_path, time):
    """What was read as taken is asked for again, by a clock that goes on between any two looks at it."""
    turns(slots(tmp_path, time, limit=1), time, 1)
    looks = iter([1_001.0 - 1e-6, 1_001.0 + 1e-6])
    one = slots(tmp_path, time, limit=1)
    one._clock = lambda: next(looks)
    assert one._with_slots(lambda taken: one._take("too early", taken)) > 0


def test_a_killed_process_gives_its_slot_back_by_itself(tmp_path, time):
    killed = slots(tmp_path, time, limit=1).turn()
    killed.__enter__()  # and never left
    assert turns(slots(tmp_path, time, limit=1), time, 1) == [1006]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[1]", '{"a": 1}', '{"a": {"b": "soon"}}', '{"a": {"b": null}}', "\0\0"],
)
def test_a_damaged_file_is_begun_anew(tmp_path, time, content):
    (tmp_path / "pace.json").write_text(content)
    one = slots(tmp_path, time)
    assert turns(one, time, 3) == [1000, 1000, 1001]


def test_a_clock_that_was_set_back_does_not_block(tmp_path, time):
    turns(slots(tmp_path, time), time, 2)
    time.now -= 500
    assert turns(slots(tmp_path, time), time, 1) == [500]


def test_the_file_holds_no_key_and_stays_small(tmp_path, time):
    for number in range(50):
        turns(slots(tmp_path, time, account=f"host{number} {KEY}"), time, 1)
        time.now += 2
    content = (tmp_path / "pace.json").read_text()
    assert KEY not in content
    assert [len(taken) for taken in json.loads(content).values()] == [1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pace.json", "pace.json.lock"]


def test_where_nothing_can_be_written_each_process_has_its_own_pace(tmp_path, time):
    (tmp_path / "file").write_text("")
    one = slots(tmp_path / "file" / "folder", time)
    assert turns(one, time, 5) == [1000, 1000, 1001, 1001, 1002]


def test_a_process_that_froze_with_the_lock_does_not_block(tmp_path, time, monkeypatch):
    monkeypatch.setattr("index.ingest.eutils.rate_limit._LOCK_WAIT_S", 0.01)
    with FileLock(tmp_path / "pace.json.lock"):
        assert turns(slots(tmp_path, time), time, 3) == [1000, 1000, 1001]


SEARCHES = """
import sys
from concurrent.futures import ThreadPoolExecutor
from index.ingest.eutils.client import EutilsClient
client = EutilsClient(url=sys.argv[1], api_key=sys.argv[2] or None)
with ThreadPoolExecutor(8) as threads:
    print(sum(threads.map(lambda _: client.search("colitis").total, range(int(sys.argv[3])))))
"""


@pytest.mark.parametrize(("key", "limit", "requests"), [("", 3, 5), (KEY, 10, 14)])
def test_the_server_sees_two_processes_of_eight_threads_as_one(tmp_path, monkeypatch, key, limit, requests):
    monkeypatch.setenv("ASKABSTRACTS_CACHE", str(tmp_path))
    with EutilsServer(rate_limit=True) as server:
        command = [sys.executable, "-c", SEARCHES, server.url, key, str(requests)]
        running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        assert [process.communicate(timeout=120)[0] for process in running] == [f"{requests}\n"] * 2
        assert len(server.requests) == 2 * requests  # none was refused and sent again
        assert server.busiest() <= limit
