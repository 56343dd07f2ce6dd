"""A library after kill -9 at any step, beside other processes, and with each of its files damaged: whole or said so."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys

import pytest
from conftest import SCRIPTS
from crash import HashEncoder, assert_whole, records, use_hash_encoder, write_records

from index import Library
from index.errors import LibraryBusyError, LibraryDamagedError, LibraryError
from index.storage.folder.lock import LOCK, WRITER, writing
from index.storage.schema import FORMAT

CRASH = SCRIPTS / "crash.py"
HELPER = f"""
import sys, time
sys.path.insert(0, {str(CRASH.parent)!r})
from pathlib import Path
from crash import *
use_hash_encoder()
index.ingest.batches.BATCH_SIZE = 4
"""
QUERY = "VEGF raised in mice"


@pytest.fixture(autouse=True)
def hash_encoder(monkeypatch):
    use_hash_encoder(monkeypatch.setattr)
    monkeypatch.setattr("index.ingest.batches.BATCH_SIZE", 4)


@pytest.fixture
def path(tmp_path):
    """The folder of a library of twelve abstracts, of which some were removed again; closed."""
    return built(tmp_path, "library")


def built(tmp_path, name, *, first=1, count=12, seed=0):
    file = write_records(tmp_path / f"{name}.jsonl", records(first, count, seed=seed))
    Library.build(tmp_path / name, files=[file], passage_tokens=24)
    with Library.open(tmp_path / name) as library:
        library.remove([str(first + 1), str(first + 2)])
    return tmp_path / name


def process(script, *arguments):
    """Start a process that may use what crash.py holds."""
    command = [sys.executable, "-c", HELPER + script, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def sweep(folder, *flags):
    done = subprocess.run([sys.executable, CRASH, folder, *flags], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def found(library, mode="hybrid"):
    return [(hit.passage, round(hit.score, 4)) for hit in library.search(QUERY, top=5, mode=mode)]


# ---- kills


def test_a_kill_at_some_steps_of_every_command_loses_nothing(tmp_path):
    result = sweep(tmp_path / "sweep", "--points", "2")
    assert result["lost"] == []
    assert set(result["tried"].values()) == {2}


def test_a_kill_while_studies_are_kept_leaves_none_that_is_wrong(tmp_path):
    result = sweep(tmp_path / "sweep", "--only", "studies", "--points", "9")
    assert (result["lost"], result["tried"]) == ([], {"studies": 9})
    assert result["steps"]["studies"] > 9


@pytest.mark.slow
def test_a_kill_at_any_step_and_at_random_moments_loses_nothing(tmp_path):
    result = sweep(tmp_path / "sweep", "--random", "30")
    assert result["lost"] == []
    assert result["tried"] == {name: steps + 30 for name, steps in result["steps"].items()}


# ---- two writers, and a reader beside a writer


def test_a_second_writer_is_told_of_the_first_until_that_is_killed(path):
    with process("from index.storage.folder.lock import writing\nwith writing(Path(sys.argv[1])):"
                 " print('in'); sys.stdout.flush(); sys.stdin.read()", path) as first:  # fmt: skip
        assert first.stdout.readline() == "in\n"
        with Library.open(path) as library:
            with pytest.raises(LibraryBusyError, match=f"is being written by process {first.pid} on .* since 20"):
                library.remove(["1"])
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
            assert (path / WRITER).exists()  # the dead one's
            assert library.remove(["1"]).removed == 1
    assert not (path / WRITER).exists()


def test_a_writer_that_was_killed_is_not_named_as_the_one_at_work(path):
    dead = process("pass")
    dead.communicate()
    with Library.open(path) as library, writing(path):
        holder = json.loads((path / WRITER).read_text())
        (path / WRITER).write_text(json.dumps(holder | {"process": dead.pid}))
        with pytest.raises(LibraryBusyError, match="is being written by another process; try again"):
            library.remove(["1"])


@pytest.mark.parametrize("left", [LOCK, WRITER])
def test_what_a_killed_writer_left_does_not_keep_a_library_from_being_made(tmp_path, left):
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / left).write_text("")
    (folder / "library.new").write_text("half a file")
    with Library.open(folder, create=True) as library:
        assert library.info().abstracts == 0
    assert not (folder / "library.new").exists()


def test_two_hundred_searches_while_another_process_writes(path, tmp_path):
    write_records(tmp_path / "many.jsonl", records(100, 200))
    write_records(tmp_path / "changed.jsonl", records(100, 200, seed=1))
    script = """
path, folder = map(Path, sys.argv[1:])
with Library.open(path) as library:
    for name in ("many", "changed"):
        library.add(files=[folder / f"{name}.jsonl"])
    library.remove([str(number) for number in range(100, 250)])
"""
    with process(script, path, tmp_path) as writer, Library.open(path) as reader:
        searches = 0
        while writer.poll() is None or searches < 200:
            for hit in reader.search("metformin STAT3", top=10, mode=("hybrid", "dense", "lexical")[searches % 3]):
                abstract = reader.get(hit.passage.pmid)
                assert abstract is None or hit.passage.pmid == abstract.pmid
            reader.info()
            searches += 1
        assert writer.returncode == 0
        assert_whole(reader)
        assert reader.info().abstracts == 10 + 50


def test_a_reader_of_a_library_that_is_being_filled_for_the_first_time(tmp_path):
    with Library.open(tmp_path / "new", create=True, passage_tokens=24) as reader, writing(tmp_path / "new"):
        assert reader.search(QUERY) == []
        assert reader.search(QUERY, mode="lexical") == []
        assert not (tmp_path / "new" / "lexical").exists()  # a reader beside a writer writes nothing


def test_a_library_that_two_have_open_counts_each_passage_once(path, tmp_path):
    with Library.open(path) as one, Library.open(path) as two:
        found(one)
        two.add(files=[write_records(tmp_path / "a.jsonl", records(50, 5))])
        one.add(files=[write_records(tmp_path / "b.jsonl", records(60, 5))])
        two.remove(["51"])
        one.remove(["61"])
        assert_whole(one)
        assert_whole(two)


# ---- damage


def flip(file, at):
    damaged = bytearray(file.read_bytes())
    damaged[at] ^= 1 << (at % 8)
    file.write_bytes(damaged)


def cache_files(path):
    return [path / "vectors.faiss", *sorted(file for file in (path / "lexical").iterdir() if file.suffix != ".lock")]


def assert_comes_back(path, before, what):
    """Assert that a check finds the damage, and that the next search brings the caches back with nothing embedded."""
    with Library.open(path) as library:
        damaged = {one.file for one in library.check()}
        assert damaged and damaged <= {"vectors.faiss", "lexical"}, what
        assert {mode: found(library, mode) for mode in before} == before, what
        assert library.check() == [], what


def answers(path):
    """Return what is found with caches made anew, in which no removed passage weighs any more."""
    with Library.open(path) as library:
        library.backend.caches.delete()
        return {mode: found(library, mode) for mode in ("dense", "hybrid")}


def damages(file):
    """Yield ways to damage a file, named."""
    size = file.stat().st_size
    for at in sorted({0, size // 2, size - 1}):
        yield f"flip {at}", lambda file, at=at: flip(file, at)
    for keep in sorted({0, size - 1}):
        yield f"truncate {keep}", lambda file, keep=keep: os.truncate(file, keep)
    yield "delete", lambda file: file.unlink()
    yield "lengthen", lambda file: file.write_bytes(file.read_bytes() + b"\0")
    yield "a folder", lambda file: (file.unlink(), file.mkdir())


def test_every_damage_to_a_cache_is_found_and_mended_with_nothing_embedded(path, tmp_path, monkeypatch):
    before = answers(path)
    whole = tmp_path / "whole"
    shutil.copytree(path, whole)
    monkeypatch.setattr("index.ingest.batches._entries", None)  # whoever embeds passages calls it
    names = [file.relative_to(path) for file in cache_files(path)]
    assert len(names) > 8
    for name in names:
        for what, damage in damages(whole / name):
            shutil.rmtree(path)
            shutil.copytree(whole, path)
            damage(path / name)
            assert_comes_back(path, before, f"{name}: {what}")


def test_caches_of_another_library_are_not_taken_up(path, tmp_path):
    before = answers(path)
    others = [
        built(tmp_path, "same", first=100),  # as many passages and commits
        built(tmp_path, "later", first=200, count=30),
        built(tmp_path, "earlier", first=300, count=4),
    ]
    for other in others:
        answers(other)
        for name in ("vectors.faiss", "lexical"):
            ours, theirs = path / name, other / name
            shutil.rmtree(ours) if ours.is_dir() else ours.unlink()
            shutil.copytree(theirs, ours) if theirs.is_dir() else shutil.copy(theirs, ours)
            assert_comes_back(path, before, f"{name} of {other.name}")
        for theirs in cache_files(other)[1:]:  # one file of the lexical index in the place of ours of that kind
            ours = [file for file in cache_files(path)[1:] if file.suffix == theirs.suffix]
            if ours and ours[0].read_bytes() != theirs.read_bytes():
                ours[0].unlink()  # what is mapped into memory must not be written over
                shutil.copy(theirs, ours[0])
                assert_comes_back(path, before, f"{theirs.name} of {other.name}")


def test_caches_of_a_copy_that_went_on_by_itself_are_not_taken_up(path, tmp_path):
    copy = tmp_path / "copy"
    answers(path)
    shutil.copytree(path, copy)
    for where, seed in ((path, 1), (copy, 2)):  # the same generation and ids, other texts
        with Library.open(where) as library:
            library.add(files=[write_records(tmp_path / f"{seed}.jsonl", records(50, 4, seed=seed))])
    before = answers(path)
    with Library.open(path) as library:  # the truth goes on, so the copy's caches look older than it
        for name in ("vectors.faiss", "lexical"):
            kept = path / name
            shutil.rmtree(kept) if kept.is_dir() else kept.unlink()
            (copy / name).rename(kept)
    assert_comes_back(path, before, "of a copy")


def test_damage_to_the_truth_is_found_and_a_search_says_so(path, tmp_path):
    """Flip a bit every some bytes of library.db: what neither the check nor any reader sees must change nothing."""
    whole = tmp_path / "whole"
    with Library.open(path) as library:
        library.backend.caches.delete()
        found(library)
        expected = {one.pmid: one for one in library.backend.store.abstracts()}, found(library)
        assert_whole(library)
    shutil.copytree(path, whole)
    size = (path / "library.db").stat().st_size
    unseen = []
    for at in range(0, size, 997):
        shutil.copyfile(whole / "library.db", path / "library.db")
        flip(path / "library.db", at)
        try:
            with Library.open(path) as library:
                now = {one.pmid: one for one in library.backend.store.abstracts()}, found(library)
                if not library.check() and now != expected:
                    unseen.append(at)
        except LibraryError:
            pass
    assert unseen == []


@pytest.mark.parametrize(
    ("sql", "finding"),
    [  # what SQLite itself finds in order
        ("UPDATE abstracts SET year = 1900 WHERE pmid = '5'", "holds PMID 5 damaged"),
        ("UPDATE abstracts SET is_retracted = 1 WHERE pmid = '5'", "holds PMID 5 damaged"),
        ("UPDATE abstracts SET record = zeroblob(9) WHERE pmid = '5'", "holds PMID 5 damaged"),
        ("UPDATE abstracts SET digest = CAST(x'61ff' AS TEXT) WHERE pmid = '5'", "holds PMID 5 damaged"),
        ("UPDATE abstracts SET raw = zeroblob(9) WHERE pmid = '5'", "holds PMID 5 damaged"),
        ("UPDATE passages SET start = start + 1 WHERE id = 9", "holds PMID 3 damaged"),
        ("UPDATE passages SET end = end - 1 WHERE id = 9", "holds PMID 3 damaged"),
        ("UPDATE labels SET value = 'x' WHERE value = ''", "damaged"),
        ("DELETE FROM abstracts WHERE pmid = '5'", "holds other abstracts than were added"),
        ("UPDATE passages SET vector = zeroblob(32) WHERE id = 9", "and vectors.faiss differ in 1 vectors"),
    ],
)
def test_rows_that_are_not_as_they_were_written_are_found(tmp_path, sql, finding):
    file = write_records(tmp_path / "one.jsonl", records(1, 6))
    Library.build(tmp_path / "one", files=[file], passage_tokens=24)
    db = sqlite3.connect(tmp_path / "one" / "library.db")
    assert db.execute(sql).rowcount > 0
    db.commit()
    db.close()
    with Library.open(tmp_path / "one") as library:
        assert finding in "; ".join(one.what for one in library.check())


def test_a_record_that_cannot_be_read_is_said_to_be_damaged(path):
    db = sqlite3.connect(path / "library.db")
    db.execute("UPDATE abstracts SET record = zeroblob(9)")
    db.commit()
    db.close()
    with Library.open(path) as library, pytest.raises(LibraryDamagedError, match="python -m index check"):
        library.search(QUERY)


def test_a_write_ahead_log_that_is_damaged_gives_an_earlier_batch(path, tmp_path):
    digests = []
    script = """
library = Library.open(sys.argv[1])
for pmid in ("4", "5", "6"):
    library.backend.store.put([], remove=[pmid])
    print(library.digest)
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""
    with Library.open(path) as library:
        digests.append(library.digest)
    with process(script, path) as writer:
        digests += writer.stdout.read().split()
    log = path / "library.db-wal"
    whole = {file: file.read_bytes() for file in path.iterdir() if file.is_file()}
    seen = set()
    for damage in [lambda file, at=at: flip(file, at) for at in range(0, log.stat().st_size, 9001)] + [
        lambda file: os.truncate(file, file.stat().st_size // 2), lambda file: file.unlink()
    ]:  # fmt: skip
        for file, content in whole.items():
            file.write_bytes(content)
        damage(log)
        with Library.open(path) as library:
            seen.add(library.digest)
            library.search(QUERY)
            assert_whole(library)
    assert seen <= set(digests)


# ---- an older format


def test_a_library_of_the_first_format_is_brought_to_the_present_one(path):
    before = answers(path)
    with Library.open(path) as library:
        content = {pmid: library.get(pmid) for pmid in library.backend.store.pmids()}
    db = sqlite3.connect(path / "library.db")
    db.executescript(
        "DROP TABLE marks; DROP TABLE job; DROP TABLE job_pmids; DROP TABLE job_said; PRAGMA user_version = 1;"
    )
    db.close()
    with Library.open(path) as library:
        assert library.backend.store._row("PRAGMA user_version") == (FORMAT,)
        assert {mode: found(library, mode) for mode in before} == before
        assert {pmid: library.get(pmid) for pmid in library.backend.store.pmids()} == content
        assert_whole(library)


def test_the_encoder_of_these_tests_gives_vectors_of_length_1():
    vectors = HashEncoder().encode(["VEGF in mice", "STAT3"], kind="query")
    assert (vectors**2).sum(axis=1) == pytest.approx([1, 1], abs=1e-5)
