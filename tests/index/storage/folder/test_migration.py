"""A library of an older format becomes one of the present format with nothing lost, or stays as it was."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SCRIPTS
from crash import assert_whole, records, use_hash_encoder, write_records

from index import Library
from index.__main__ import main
from index.errors import LibraryError
from index.repair.repair import check_library
from index.storage.schema import FORMAT

OF_THE_FIRST_FORMAT = {"settings", "abstracts", "labels", "passages", "removals", "sqlite_sequence"}


@pytest.fixture(autouse=True)
def hash_encoder(monkeypatch):
    use_hash_encoder(monkeypatch.setattr)


@pytest.fixture
def old(tmp_path):
    """The folder of a library of the first format, and what it held."""
    path = tmp_path / "old"
    Library.build(path, files=[write_records(tmp_path / "some.jsonl", records(1, 12))], passage_tokens=24)
    with Library.open(path) as library:
        library.remove(["3"])
    held = content(path)
    db = sqlite3.connect(path / "library.db")
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for name in set(tables) - OF_THE_FIRST_FORMAT:
        db.execute(f"DROP TABLE {name}")
    db.execute("DELETE FROM settings WHERE name = 'settings_sha256'")
    db.execute("PRAGMA user_version = 1")
    db.commit()
    db.close()
    return path, held


def content(path):
    """Return what a library.db of any format holds, read without our code."""
    db = sqlite3.connect(path / "library.db")
    rows = [
        db.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall()
        for table in ("abstracts", "labels", "passages")
    ]
    rows.append(db.execute("SELECT value FROM settings WHERE name IN ('content', 'generation')").fetchall())
    db.close()
    return rows


def format_of(path):
    db = sqlite3.connect(path / "library.db")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    db.close()
    return version


def test_an_older_library_is_migrated_with_its_content_as_it_was(old):
    path, held = old
    assert check_library(path, repair=True).is_whole
    assert (format_of(path), content(path)) == (FORMAT, held)
    with Library.open(path) as library:
        assert_whole(library)
        assert library.search("VEGF in mice")


def test_a_migration_that_fails_leaves_the_library_as_it_was(old, monkeypatch):
    path, held = old
    statements = ("CREATE TABLE marks (mark INTEGER PRIMARY KEY)", "DELETE FROM abstracts", "no SQL")
    monkeypatch.setattr("index.storage.folder.database.MIGRATIONS", dict.fromkeys(range(1, FORMAT), statements))
    with pytest.raises(LibraryError):
        Library.open(path)
    assert (format_of(path), content(path)) == (1, held)


KILLS = f"""
import sys
sys.path.insert(0, {str(SCRIPTS)!r})
from crash import *
use_hash_encoder()
path = Path(sys.argv[1])

def steps_of(path):
    steps = Steps()
    steps.hook()
    Library.open(path).close()
    return steps.names

def migrate(path):
    Library.open(path).close()

def version(path):
    db = sqlite3.connect(path / "library.db")
    return db.execute("PRAGMA user_version").fetchone()[0]

def look(path):
    left = version(path)
    with Library.open(path) as library:
        return [left, library.digest, library.info().abstracts]

copy = path.parent / "copy"
shutil.copytree(path, copy)
names = forked(lambda: steps_of(copy))[1]["result"]
digests, left = set(), set()
for at in range(len(names)):
    shutil.rmtree(copy)
    shutil.copytree(path, copy)
    died, _ = forked(lambda: killed(migrate, copy, at=at))
    assert died
    version_left, *held = forked(lambda: look(copy))[1]["result"]
    digests.add(tuple(held))
    left.add(version_left)
print(json.dumps({{"steps": len(names), "digests": len(digests), "left": sorted(left)}}))
"""


def test_a_kill_at_any_step_of_a_migration_leaves_the_older_or_the_present_format(old):
    path, _ = old
    done = subprocess.run([sys.executable, "-c", KILLS, path], capture_output=True, text=True, check=False)
    said = json.loads(done.stdout or f'{{"error": {json.dumps(done.stderr)}}}')
    assert said == {"steps": said["steps"], "digests": 1, "left": [1, FORMAT]}
    assert said["steps"] >= 10


READ_ONLY = f"""
import sys
sys.path.insert(0, {str(SCRIPTS)!r})
import filelock, tqdm, index.repair.repair  # which that user may not be able to read
from crash import *
from index.__main__ import main

def as_nobody(path):
    if os.geteuid() == 0:  # who may write anywhere
        os.setuid(65534)
    return main(["check", "--library", str(path)])

print(forked(lambda: as_nobody(Path(sys.argv[1]))))
"""


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_an_older_library_that_may_not_be_written_to_is_a_sentence(old):
    path, held = old
    folder = Path("/tmp") / f"read-only-{os.getpid()}"  # pytest's own folders are closed to other users
    shutil.copytree(path, folder)
    for file in folder.rglob("*"):
        file.chmod(0o555 if file.is_dir() else 0o444)
    folder.chmod(0o555)
    try:
        done = subprocess.run([sys.executable, "-c", READ_ONLY, folder], capture_output=True, text=True, check=False)
    finally:
        folder.chmod(0o755)
        kept = (format_of(folder), content(folder))
        for file in folder.rglob("*"):
            file.chmod(0o755)
        shutil.rmtree(folder)
    assert done.stdout == "(False, {'result': 2})\n", done.stderr
    assert done.stderr.startswith(f"{folder / 'library.db'} cannot be used: ")
    assert done.stderr.count("\n") == 1
    assert kept == (1, held)


def test_a_newer_library_is_refused_in_a_sentence_and_left_as_it_is(old, capsys):
    path, held = old
    db = sqlite3.connect(path / "library.db")
    db.execute(f"PRAGMA user_version = {FORMAT + 1}")
    db.close()
    for flags in ((), ("--repair",)):
        assert main(["check", *flags, "--library", str(path)]) == 2
        assert f"has format {FORMAT + 1}, made by a newer AskAbstracts" in capsys.readouterr().err
    assert (format_of(path), content(path)) == (FORMAT + 1, held)
