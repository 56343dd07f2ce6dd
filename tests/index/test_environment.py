"""The CPUs at hand: those that the process may run on, within its container's quota and ASKABSTRACTS_THREADS."""

import os
import subprocess
import sys

import pytest

from index import environment
from index.environment import control_groups, cpu_quota, thread_limit
from index.errors import InputError


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({"cpu__max": "150000 100000\n"}, 1.5),
        ({"cpu__max": "max 100000\n"}, None),
        ({"cpu__cfs_quota_us": "50000\n", "cpu__cfs_period_us": "100000\n"}, 0.5),
        ({"cpu__cfs_quota_us": "-1\n", "cpu__cfs_period_us": "100000\n"}, None),
        ({"cpu__cfs_quota_us": "50000\n"}, None),
        ({"cpu__max": "150000 0\n"}, None),
        ({}, None),
    ],
)
def test_the_quota_of_a_group(tmp_path, files, cpus):
    assert cpu_quota(write(tmp_path / "group", **files)) == cpus


@pytest.mark.parametrize(
    ("listing", "groups"),
    [
        ("0::/a/b\n", ["a/b", "a", "."]),
        ("0::/\n", ["."]),
        ("7:blkio:/x\n3:cpu,cpuacct:/a\n2:cpuset:/y\n", ["cpu,cpuacct/a", "cpu,cpuacct"]),
        ("nonsense\n", ["."]),
    ],
)
def test_the_groups_of_a_process_from_the_innermost_outwards(tmp_path, listing, groups):
    (tmp_path / "cgroup").write_text(listing, encoding="utf-8")
    found = control_groups(tmp_path / "cgroup", tmp_path)
    assert [folder.relative_to(tmp_path).as_posix() for folder in found] == groups


def test_without_control_groups_there_is_no_quota(tmp_path):
    assert list(control_groups(tmp_path / "none", tmp_path)) == []


@pytest.mark.parametrize(
    ("asked", "allowed", "quota", "threads"),
    [("", 8, None, 8), ("3", 8, None, 3), ("", 8, 1.5, 2), ("", 8, 0.2, 1), ("4", 8, 2.0, 2), (" 2 ", 1, None, 1)],
)
def test_the_smallest_of_what_is_asked_allowed_and_granted_counts(monkeypatch, asked, allowed, quota, threads):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(allowed)), raising=False)
    monkeypatch.setattr(environment, "control_groups", lambda: iter(["one"]))
    monkeypatch.setattr(environment, "cpu_quota", lambda _: quota)
    monkeypatch.setenv("ASKABSTRACTS_THREADS", asked)
    assert thread_limit() == threads


def test_more_than_there_is_is_said_once(monkeypatch, caplog):
    monkeypatch.setenv("ASKABSTRACTS_THREADS", "54321")
    assert thread_limit() == thread_limit() < 54321
    assert caplog.messages == [f"ASKABSTRACTS_THREADS asks for 54321 threads, but {thread_limit()} CPUs are at hand"]


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5"])
def test_what_is_no_number_of_threads_is_refused(monkeypatch, text):
    monkeypatch.setenv("ASKABSTRACTS_THREADS", text)
    with pytest.raises(InputError, match=f'is "{text}"; give a number of threads, such as 2, or unset it'):
        thread_limit()


@pytest.mark.parametrize(
    ("cpuinfo", "held", "named"),
    [
        (
            "model name\t: EPYC\nflags\t\t: avx2 avx512f avx512_vnni\n\nmodel name: x",
            "",
            "EPYC with AVX2, AVX-512, VNNI",
        ),
        ("model name\t: i5\nflags\t\t: fpu avx2\n", "AVX2", "i5 with AVX2, held to AVX2"),
        ("model name\t: Old\nflags\t\t: fpu sse4_2\n", "default", "Old"),
    ],
)
def test_the_name_of_a_processor(tmp_path, monkeypatch, cpuinfo, held, named):
    (tmp_path / "cpuinfo").write_text(cpuinfo, encoding="utf-8")
    monkeypatch.setattr(environment, "_CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", held)
    assert environment.processor() == named


def test_a_processor_that_does_not_tell_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "_CPUINFO", tmp_path / "none")
    assert environment.processor()


def test_every_library_is_held_to_the_limit():
    """In a process of its own, as libraries read their variables once; another's own choice of one stands."""
    code = (
        "import os\n"
        "from index.embedding.encoder import load_encoder\n"
        "encoder = load_encoder()\n"
        "encoder.encode(['IL-32β induced VEGF.'] * 9, kind='passage')\n"
        "network = encoder._network._queue[0].get_compiled_model()\n"
        "names = ('INFERENCE_NUM_THREADS', 'NUM_STREAMS', 'ENABLE_CPU_PINNING')\n"
        "print(*map(network.get_property, names), os.environ['RAYON_NUM_THREADS'], os.environ['OMP_NUM_THREADS'])\n"
    )
    own = os.environ | {"ASKABSTRACTS_THREADS": "1", "OMP_NUM_THREADS": "5"}
    own.pop("RAYON_NUM_THREADS", None)
    done = subprocess.run([sys.executable, "-c", code], env=own, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "1", "False", "1", "5"]
