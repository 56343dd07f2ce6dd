"""Jobs outlast the server: their accounts are there after its end, and one that a kill broke off says so."""

import logging
import os
import subprocess
import sys

from index import Progress
from ui.api import jobs as module
from ui.api.jobs import Jobs

KILLED = """
import os, sys
from pathlib import Path
from index import Progress
from ui.api.jobs import Jobs
jobs = Jobs(Path(sys.argv[1]))
def work(job, tell):
    tell(Progress(3, 10, "embedding"))
    os.kill(os.getpid(), 9)
jobs.run("add", "moss", work).thread.join()
"""


def ended(job):
    job.thread.join(30)
    return job


def test_an_account_is_there_after_the_servers_end(tmp_path, caplog):
    caplog.set_level(logging.CRITICAL, logger=module.__name__)
    jobs = Jobs(tmp_path / "jobs")
    first = ended(jobs.run("add", "moss", lambda job, tell: {"added": 2, "failed": {"7": "is “gone”"}}))
    second = ended(jobs.run("check", "moss", lambda job, tell: 1 / 0))
    jobs.close()
    again = Jobs(tmp_path / "jobs").all()
    assert [one.to_dict() for one in again] == [second.to_dict(), first.to_dict()]
    assert (again[1].account, again[1].lasted_s) == ({"added": 2, "failed": {"7": "is “gone”"}}, first.seconds)


def test_a_job_that_a_kill_broke_off_says_so(tmp_path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], env=environment, check=False)
    assert done.returncode == -9
    [job] = Jobs(tmp_path).all()
    assert (job.kind, job.library, job.state, job.account) == ("add", "moss", "failed", None)
    assert job.problem == "the server ended while this was at work; what was committed is kept; begin it again to go on"


def test_a_job_that_was_stopped_too_late_says_so_after_the_servers_end_too(tmp_path):
    def work(job, tell):
        tell(Progress(1, 2, "embedding"))
        job.stopping.set()  # after its last look
        return {"added": 2}

    jobs = Jobs(tmp_path)
    job, other = ended(jobs.run("add", "moss", work)), ended(jobs.run("check", "moss", lambda job, tell: {}))
    jobs.close()  # which asks all to stop
    for one in (job, Jobs(tmp_path).get(job.id)):
        assert (one.state, one.account, one.is_stopped_late) == ("done", {"added": 2}, True)
    assert not other.is_stopped_late
    assert not Jobs(tmp_path).get(other.id).is_stopped_late


def test_what_is_no_job_is_left_alone_and_the_oldest_are_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_KEPT", 3)
    (tmp_path / "0.json").write_text("no JSON")
    (tmp_path / "1.json").write_text('{"id": "x", "kind": "dance"}')
    jobs = Jobs(tmp_path)
    made = [ended(jobs.run("check", str(number), lambda job, tell: {"findings": []})).id for number in range(5)]
    assert [one.id for one in jobs.all()] == made[:1:-1]
    assert [one.id for one in Jobs(tmp_path).all()] == made[:1:-1]
    assert (tmp_path / "0.json").exists()


def test_a_disk_that_takes_no_file_stops_no_job(tmp_path, caplog):
    (tmp_path / "jobs").write_text("in the way")
    job = ended(
        Jobs(tmp_path / "jobs").run("check", "moss", lambda job, tell: tell(Progress(1, 1, "")) or {"findings": []})
    )
    assert (job.state, job.account) == ("done", {"findings": []})
    assert "is not kept in" in caplog.text
