"""A disk that is full at any step of a writer: a sentence, and a library that is whole once there is room again."""

import os
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT, SCRIPTS
from crash import assert_whole, commands, records, use_hash_encoder, write_records

from index import Library

SCRIPT = f"""
import sys, resource
sys.path.insert(0, {str(SCRIPTS)!r})
from crash import *
from index.cli import run
use_hash_encoder()
index.ingest.batches.BATCH_SIZE = 4
path, inputs = Path(sys.argv[1]), Path(sys.argv[2])

def with_limit(command):
    if int(sys.argv[4]):  # bytes to a file; Python turns the signal that would end it into an error
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
    return run(lambda: (command(path), 0)[1])

if sys.argv[3] == "start":
    code = with_limit(lambda path: Library.build(path, files=[inputs / "start.jsonl"], passage_tokens=24))
else:
    code = with_limit(commands(inputs)[sys.argv[3]])
sys.exit(code)
"""


def run(path, inputs, command, limit=0):
    arguments = [sys.executable, "-c", SCRIPT, path, inputs, command, str(limit)]
    return subprocess.run(list(map(str, arguments)), capture_output=True, text=True, cwd=ROOT)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """The folder with the files that the commands read, and a library of twenty abstracts."""
    folder = tmp_path_factory.mktemp("inputs")
    write_records(folder / "start.jsonl", records(1, 20))
    commands(folder)
    done = run(folder / "base", folder, "start")
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def assert_said_in_a_sentence(done):
    assert "Traceback" not in done.stderr, done.stderr
    assert "panicked" not in done.stderr, done.stderr
    if done.returncode:
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert done.stderr.strip()


def digest(path):
    """Return the digest of a library that is whole."""
    with pytest.MonkeyPatch.context() as patch:
        use_hash_encoder(patch.setattr)
        with Library.open(path) as library:
            library.search("VEGF in mice")
            assert_whole(library)
            return library.digest


def assert_mended(path, inputs, command, whole):
    """Assert that the library opens, is whole, and that the same command brings it to its end."""
    if (path / "library.db").exists():
        digest(path)
    done = run(path, inputs, command)
    assert (done.returncode, done.stderr) == (0, "")
    assert digest(path) == whole


@pytest.fixture(scope="module")
def whole(inputs, tmp_path_factory):
    """The digests that the commands end in."""
    ends = {}
    for command in ("create", "add", "rebuild"):
        path = tmp_path_factory.mktemp("whole") / "library"
        if command != "create":
            shutil.copytree(inputs / "base", path)
        assert run(path, inputs, command).returncode == 0
        ends[command] = digest(path)
    return ends


SOME_LIMITS = [("create", 3_000), ("add", 30_000), ("rebuild", 30_000)]
ALL_LIMITS = [(command, limit) for command in ("create", "add", "rebuild") for limit in (1, 3_000, 30_000, 70_000)]


@pytest.mark.parametrize(
    ("command", "limit"),
    [
        *SOME_LIMITS,
        *(pytest.param(*one, marks=pytest.mark.slow) for one in ALL_LIMITS if one not in SOME_LIMITS),
    ],
)
def test_a_limit_to_the_size_of_a_file(tmp_path, inputs, whole, command, limit):
    path = tmp_path / "library"
    if command != "create":
        shutil.copytree(inputs / "base", path)
    done = run(path, inputs, command, limit)
    assert_said_in_a_sentence(done)
    assert done.returncode == 2 or limit == 70_000
    assert_mended(path, inputs, command, whole[command])


@pytest.fixture
def small_disk(tmp_path):
    """Mount a small disk, and give the function that sets its size in KB."""
    where = tmp_path / "disk"
    where.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(where)], capture_output=True
    )
    if not mounted or mounted.returncode:
        pytest.skip("mounting a small disk needs root")

    def resize(kilobytes):
        subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(where)], check=True)

    yield where, resize
    subprocess.run(["umount", "-l", str(where)], check=True)


def used_kb(path):
    """Return what the files take on a disk that gives pages of 4 KB."""
    return sum(-(-os.stat(file).st_size // 4096) * 4 for file in path.rglob("*") if file.is_file())


def fill_up(small_disk, inputs, whole, command, room_kb):
    """Run a command with so much room left, then with more, and tell whether there was too little."""
    where, resize = small_disk
    path = where / "library"
    resize(64_000)
    shutil.rmtree(path, ignore_errors=True)
    if command != "create":
        shutil.copytree(inputs / "base", path)
    resize(max(used_kb(where) + room_kb, 4))
    done = run(path, inputs, command)
    assert_said_in_a_sentence(done)
    resize(64_000)
    assert_mended(path, inputs, command, whole[command])
    return done.returncode == 2


@pytest.mark.parametrize(("command", "room_kb"), [("create", 60), ("add", 40), ("rebuild", 150)])
def test_a_full_disk(small_disk, inputs, whole, command, room_kb):
    assert fill_up(small_disk, inputs, whole, command, room_kb)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["create", "add", "rebuild"])
def test_a_disk_of_every_size(small_disk, inputs, whole, command):
    full = [fill_up(small_disk, inputs, whole, command, room_kb) for room_kb in (*range(4, 400, 30), 4_000)]
    assert full[0]
    assert not full[-1]
