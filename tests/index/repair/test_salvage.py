"""A damaged library.db: what is whole of it is salvaged, what is not is named, and nothing is thrown away."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import zlib

import pytest
from conftest import SCRIPTS
from crash import HashEncoder, assert_whole, records, use_hash_encoder, write_records

from index import Library
from index.__main__ import main
from index.errors import LibraryDamagedError, LibraryError
from index.repair.repair import check_library
from index.storage.folder.lock import LOCK
from index.storage.origins import Origin, origin_rows
from index.storage.schema import pack

KILLS = SCRIPTS / "salvage_kills.py"
PAGE = 4096


@pytest.fixture(autouse=True)
def hash_encoder(monkeypatch):
    use_hash_encoder(monkeypatch.setattr)
    monkeypatch.setattr("index.repair.repair.load_encoder", lambda name="hash": HashEncoder())


@pytest.fixture
def no_embedding(monkeypatch):
    """Let nothing be embedded: whoever does calls this."""

    def refuse(*_, **__):
        raise AssertionError("something is embedded")

    return lambda: monkeypatch.setattr("index.repair.repair.write_all", refuse)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A library of sixty abstracts and two that were removed again, with its caches; and one whose log holds more."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        use_hash_encoder(patch.setattr)
        file = write_records(folder / "some.jsonl", records(101, 62))
        Library.build(folder / "library", files=[file], passage_tokens=24)
        with Library.open(folder / "library") as library:
            library.remove(["102", "103"])
            assert_whole(library)
    shutil.copytree(folder / "library", folder / "logged")
    killed_writer(folder / "logged", write_records(folder / "more.jsonl", records(300, 12)))
    return folder


@pytest.fixture
def path(made, tmp_path):
    """The folder of a library of sixty abstracts, two of which were removed again; its caches are whole."""
    return shutil.copytree(made / "library", tmp_path / "library")


def contents(path):
    with Library.open(path) as library:
        return {one.pmid: one for one in library.backend.store.abstracts()}, library.digest


def change(path, sql, *values):
    db = sqlite3.connect(path / "library.db")
    assert db.execute(sql, values).rowcount > 0
    db.commit()
    db.close()


def overwrite(path, at, data):
    with (path / "library.db").open("r+b") as file:
        file.seek(at)
        file.write(data)


def pages(path, kind):
    """Return where the pages of a table or index begin in library.db."""
    db = sqlite3.connect(path / "library.db")
    numbers = [number for (number,) in db.execute("SELECT pageno FROM dbstat WHERE name = ?", (kind,))]
    db.close()
    return [(number - 1) * PAGE for number in numbers]


def assert_accounted(path, before, account):
    """Assert that each abstract is there as it was, or listed, or counted."""
    after, _ = contents(path)
    assert {pmid: one for pmid, one in before.items() if pmid in after} == after
    gone = set(before) - set(after)
    assert set(account.lost) <= gone
    assert len(gone) - len(account.lost) <= account.unnamed
    assert account.salvaged == len(after)


# ---- damages that lose nothing


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: overwrite(path, 0, b"\0"),
        lambda path: overwrite(path, 0, bytes(PAGE)),
        lambda path: overwrite(path, 60, b"\x7f"),
        lambda path: overwrite(path, 68, b"\0"),
        lambda path: overwrite(path, 18, b"\1\1"),
        lambda path: [overwrite(path, at, bytes(PAGE)) for at in pages(path, "labels")],
        lambda path: [overwrite(path, at, bytes(PAGE)) for at in pages(path, "sqlite_autoindex_abstracts_1")],
        lambda path: overwrite(path, pages(path, "abstracts")[0], bytes(12)),  # the root
        lambda path: change(path, "UPDATE settings SET value = '25' WHERE name = 'passage_tokens'"),
        lambda path: change(path, "UPDATE settings SET value = value + 8 WHERE name = 'generation'"),
        lambda path: change(path, "UPDATE passages SET vector = zeroblob(32) WHERE id % 3 = 0"),
        lambda path: change(
            path, "UPDATE passages SET vector = CAST(x'01' || substr(vector, 2) AS BLOB) WHERE id = 20"
        ),
        lambda path: change(path, "UPDATE abstracts SET year = 1900, is_retracted = 1, digest = 'x'"),
        lambda path: change(path, "DELETE FROM labels WHERE value = ''"),
    ],
)
def test_damage_beside_the_abstracts_is_mended_with_nothing_embedded(path, damage, no_embedding, monkeypatch):
    monkeypatch.setattr("index.repair.repair._usual", lambda encoder: index_settings(path, tokens=24))
    before = contents(path)
    damage(path)
    damaged = (path / "library.db").read_bytes()
    assert not check_library(path).is_whole
    no_embedding()
    checked = check_library(path, repair=True)
    assert checked.is_whole
    with Library.open(path) as library:
        assert_whole(library)
    assert (checked.account.salvaged, checked.account.embedded, checked.account.lost) == (60, 0, ())
    assert contents(path) == before
    assert (path / "library.db.damaged-1").read_bytes() == damaged
    assert check_library(path).findings == []


def index_settings(path, *, tokens):
    from index.storage.schema import Settings

    return Settings("hash", "0" * 64, 16, tokens)


def test_settings_that_are_gone_are_as_usual_and_all_is_embedded_again(path):
    before, _ = contents(path)
    change(path, "DELETE FROM settings")
    account = check_library(path, repair=True).account
    assert (account.salvaged, account.embedded, account.lost) == (60, 60, ())
    assert contents(path)[0] == before
    with Library.open(path) as library:
        assert library.info().passage_tokens == 128


def test_without_the_sum_over_the_abstracts_it_cannot_be_told_that_none_is_lost(path, capsys):
    before, _ = contents(path)
    change(path, "UPDATE settings SET value = value || '0' WHERE name = 'content'")
    assert main(["check", "--repair", "--library", str(path)]) == 3
    assert "more may be lost of which nothing is left" in capsys.readouterr().out
    assert contents(path)[0] == before
    assert check_library(path).is_whole


# ---- single rows


def test_a_record_that_is_damaged_is_read_again_from_the_raw_one(path):
    before = contents(path)
    change(path, "UPDATE abstracts SET record = zeroblob(9) WHERE pmid = '110'")
    checked = check_library(path, repair=True)
    assert [one.what for one in checked.findings] == ["holds PMID 110 damaged"]
    assert (checked.account.reread, checked.account.embedded, checked.account.lost) == (1, 0, ())
    assert contents(path) == before


def test_a_record_that_is_not_its_digest_s_gives_way_to_the_raw_one(path):
    before = contents(path)
    other = pack(records(110, 1, seed=9)[0])
    change(path, "UPDATE abstracts SET record = ? WHERE pmid = '110'", other)
    assert check_library(path, repair=True).account.reread == 1
    assert contents(path) == before


def test_a_raw_record_that_is_damaged_costs_only_itself(path):
    before = contents(path)
    change(path, "UPDATE abstracts SET raw = zeroblob(9) WHERE pmid = '110'")
    checked = check_library(path, repair=True)
    assert (checked.account.without_raw, checked.account.embedded, checked.is_whole) == (1, 0, True)
    assert contents(path) == before


def test_an_abstract_with_damaged_passages_is_embedded_again_and_no_other(path, monkeypatch):
    before = contents(path)
    change(path, "UPDATE passages SET start = start + 1 WHERE id = (SELECT max(id) FROM passages)")
    (path / "vectors.faiss").unlink()
    account = check_library(path, repair=True).account
    assert (account.salvaged, account.embedded) == (60, 1)
    assert contents(path) == before


def test_an_abstract_of_which_nothing_can_be_read_is_named(path):
    before, _ = contents(path)
    change(path, "UPDATE abstracts SET record = zeroblob(9), raw = zeroblob(9) WHERE pmid IN ('110', '111')")
    checked = check_library(path, repair=True)
    assert checked.account.lost == ("110", "111")
    assert (path / "lost-pmids.txt").read_text() == "110\n111\n"
    assert_accounted(path, before, checked.account)
    assert all(one.repaired for one in checked.findings)
    assert not checked.is_whole


def test_the_searches_of_a_library_are_salvaged_and_one_that_is_damaged_is_not_made_up(path):
    origin = Origin("search", "VEGF", 50, "2020-01-10T06:00:00+00:00")
    with Library.open(path) as library:
        library.backend.store.remember(origin_rows(origin))
        library.backend.store.remember({"origin/0": json.dumps({"kind": "search", "query": "STAT3"})})
        assert [one.what for one in library.check()] == ["holds damaged searches"]
    check_library(path, repair=True)
    with Library.open(path) as library:
        assert library.check() == []
        assert [one.name for one in library.info().origins] == ["VEGF", "files some.jsonl"]
        assert origin in library.info().origins


def test_a_reader_that_is_open_takes_up_rows_that_were_mended(path):
    with Library.open(path) as reader:
        before = len(reader.search("VEGF", top=5))
        change(path, "UPDATE abstracts SET record = zeroblob(9) WHERE pmid = '110'")
        done = subprocess.run([sys.executable, "-c", MENDING, str(path)], capture_output=True, text=True, check=False)
        assert done.stdout == "(1, True)\n", done.stderr
        assert reader.get("110").pmid == "110"
        assert len(reader.search("VEGF", top=5)) == before


MENDING = f"""
import sys
sys.path.insert(0, {str(KILLS.parent)!r})
from salvage_kills import *
use_hash_encoder()
index.repair.repair.load_encoder = lambda name="hash": HashEncoder()
checked = repair(Path(sys.argv[1]))
print((checked.account.reread, checked.is_whole))
"""


def test_a_file_that_another_process_has_open_is_not_replaced_under_it(path):
    overwrite(path, pages(path, "labels")[0], bytes(PAGE))
    damaged = (path / "library.db").read_bytes()
    with Library.open(path) as reader:
        assert reader.info().abstracts == 60
        done = subprocess.run([sys.executable, "-c", MENDING, str(path)], capture_output=True, text=True, check=False)
    assert "LibraryBusyError: another process has" in done.stderr
    assert (path / "library.db").read_bytes() == damaged


# ---- files cut off, overwritten, of another kind


@pytest.mark.parametrize("share", [0.75, 0.85, 0.95])
def test_of_a_file_that_was_cut_off_the_rest_is_salvaged(path, share):
    before, _ = contents(path)
    os.truncate(path / "library.db", int((path / "library.db").stat().st_size * share))
    account = check_library(path, repair=True).account
    assert 0 < account.salvaged < 60
    assert_accounted(path, before, account)
    assert len(account.lost) == 60 - account.salvaged  # the index over the PMIDs stands at the file's beginning


def test_an_abstract_without_a_trace_is_counted(path):
    before, _ = contents(path)
    overwrite(path, pages(path, "abstracts")[2], bytes(PAGE))
    for at in pages(path, "sqlite_autoindex_abstracts_1"):
        overwrite(path, at, bytes(PAGE))
    account = check_library(path, repair=True).account
    assert account.lost == ()
    assert 0 < account.unnamed == 60 - account.salvaged
    assert_accounted(path, before, account)


@pytest.mark.parametrize("seed", [*range(16), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(16, 300))])
def test_flipped_bits_and_zeroed_pages_cost_at_most_what_is_accounted_for(path, seed):
    before, digest = contents(path)
    draw = random.Random(seed)
    damaged = bytearray((path / "library.db").read_bytes())
    for _ in range(draw.choice((1, 1, 1, 8, 64))):
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
    if seed % 4 == 0:
        at = draw.randrange(len(damaged) // PAGE) * PAGE
        damaged[at : at + PAGE] = bytes(PAGE)
    (path / "library.db").write_bytes(damaged)
    checked = check_library(path, repair=True)
    if checked.account:
        assert_accounted(path, before, checked.account)
    else:  # then it was harmless
        assert contents(path) == (before, digest)
    assert check_library(path).findings == []


def test_removed_abstracts_are_not_brought_back_from_free_pages(path):
    with Library.open(path) as library:
        library.remove([str(pmid) for pmid in range(110, 150)])
    before, _ = contents(path)
    overwrite(path, 0, bytes(PAGE))  # and with it the list of free pages
    account = check_library(path, repair=True).account
    after, _ = contents(path)
    assert after == before
    assert not account.may_hold_removed  # as their number says


@pytest.mark.parametrize("content", [b"", b"not a database at all\n" * 400, b"\0" * 8192])
def test_nothing_is_changed_when_nothing_can_be_salvaged(path, content):
    (path / "library.db").write_bytes(content)
    files = {file.name for file in path.iterdir()}
    assert not check_library(path).is_whole
    if content:
        with pytest.raises(LibraryDamagedError, match="nothing of .* could be salvaged but 0 PMIDs, and it was not"):
            check_library(path, repair=True)
    else:
        assert [one.repaired for one in check_library(path, repair=True).findings] == [False]
    assert (path / "library.db").read_bytes() == content
    assert {file.name for file in path.iterdir()} == files


def test_another_program_s_database_is_left_as_it_is(path):
    (path / "library.db").unlink()
    db = sqlite3.connect(path / "library.db")
    db.execute("CREATE TABLE abstracts (id INTEGER PRIMARY KEY, title TEXT)")
    db.execute("INSERT INTO abstracts VALUES (1, 'mine')")
    db.commit()
    db.close()
    content = (path / "library.db").read_bytes()
    assert "another program's database" in check_library(path).findings[0].what
    with pytest.raises(LibraryDamagedError):
        check_library(path, repair=True)
    assert (path / "library.db").read_bytes() == content


def test_another_library_s_file_is_a_library_with_caches_to_be_made(path, tmp_path):
    Library.build(tmp_path / "other", files=[write_records(tmp_path / "other.jsonl", records(900, 9))])
    shutil.copy(tmp_path / "other" / "library.db", path / "library.db")
    assert {one.what for one in check_library(path).findings} == {"is another library's"}
    assert check_library(path, repair=True).is_whole
    assert len(contents(path)[0]) == 9


# ---- the write-ahead log


def killed_writer(path, more):
    """Add abstracts in batches in a process that is killed before SQLite has moved them into the file."""
    script = f"""
import sys
sys.path.insert(0, {str(KILLS.parent)!r})
from crash import *
use_hash_encoder()
index.ingest.batches.BATCH_SIZE = 4
with Library.open(Path(sys.argv[1])) as library:
    library.add(files=[sys.argv[2]])
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", script, str(path), str(more)], check=False)
    assert (path / "library.db-wal").stat().st_size > 0


@pytest.fixture
def logged(made, path):
    """A library whose last twelve abstracts are in its log only."""
    before, _ = contents(path)
    shutil.rmtree(path)
    shutil.copytree(made / "logged", path)
    return path, before | {one.pmid: one for one in records(300, 12)}


def test_a_log_that_is_whole_is_no_finding(logged):
    path, before = logged
    assert check_library(path).findings == []
    assert contents(path)[0] == before


@pytest.mark.parametrize("share", [0, 0.001, 0.2, 0.5, 0.8, 0.95])
def test_batches_behind_a_damage_to_the_log_are_salvaged_or_named(logged, share):
    path, before = logged
    log = bytearray((path / "library.db-wal").read_bytes())
    log[int(share * len(log)) + 8] ^= 4
    (path / "library.db-wal").write_bytes(log)
    found = check_library(path).findings
    assert [one.file for one in found] == ["library.db-wal"]
    assert (path / "library.db-wal").read_bytes() == log  # SQLite would have deleted it
    checked = check_library(path, repair=True)
    assert (path / "library.db.damaged-1-wal").read_bytes() == log
    assert_accounted(path, before, checked.account)
    assert check_library(path).findings == []


def test_a_log_that_was_cut_off_or_lost_is_found_by_the_caches(logged):
    path, before = logged
    (path / "library.db-wal").unlink()
    found = check_library(path).findings
    assert "has lost its last batches" in found[0].what
    assert not found[0].repaired
    assert not check_library(path, repair=True).is_whole
    assert set(contents(path)[0]) < set(before)


def test_a_log_of_another_library_is_not_taken_for_ours(path, tmp_path):
    before = contents(path)
    other = tmp_path / "other"
    Library.build(other, files=[write_records(tmp_path / "other.jsonl", records(900, 50))], passage_tokens=24)
    killed_writer(other, write_records(tmp_path / "others.jsonl", records(1000, 12)))
    shutil.copy(other / "library.db-wal", path / "library.db-wal")
    assert [one.what for one in check_library(path).findings] == ["is another database's"]
    assert check_library(path, repair=True).is_whole
    assert contents(path) == before


def test_a_log_of_text_is_put_away(path):
    before = contents(path)
    (path / "library.db-wal").write_text("notes\n" * 1000)
    assert "is no write-ahead log" in check_library(path).findings[0].what
    assert check_library(path, repair=True).is_whole
    assert contents(path) == before


@pytest.mark.parametrize("name", ["library.db-shm", LOCK, "writer.json"])
def test_damage_to_what_holds_nothing_is_harmless(logged, name):
    path, before = logged
    for content in (b"", b"notes\n" * 1000, bytes(32768), None):
        copy = path.parent / "copy"
        shutil.copytree(path, copy)
        file = copy / name
        file.write_bytes(content) if content is not None else file.unlink(missing_ok=True)
        assert check_library(copy).findings == []
        assert contents(copy)[0] == before
        shutil.rmtree(copy)


# ---- the command line


def test_the_command_line_says_what_was_found_and_what_to_fetch_again(path, capsys):
    change(path, "UPDATE abstracts SET record = zeroblob(9), raw = zeroblob(9) WHERE pmid = '110'")
    overwrite(path, 0, b"\0")
    assert main(["check", "--library", str(path)]) == 3
    said = capsys.readouterr().out
    assert said.splitlines()[0] == (
        "library.db is of another kind, or damaged at its start -> "
        f"save what is whole with: python -m index check --repair --library {path}"
    )
    assert main(["check", "--repair", "--library", str(path)]) == 3
    said = capsys.readouterr().out
    assert "59 abstracts salvaged (0 embedded again" in said
    assert f"fetch again: python -m index add --library {path} --pmids 110\n" in said
    assert main(["check", "--library", str(path)]) == 0


def test_the_account_as_json(path, capsys):
    change(path, "UPDATE abstracts SET record = zeroblob(9), raw = zeroblob(9) WHERE pmid = '110'")
    assert main(["check", "--repair", "--json", "--library", str(path)]) == 3
    said = json.loads(capsys.readouterr().out)
    assert list(said) == ["library", "findings", "lost", "salvaged"]
    assert said["lost"] == ["110"]
    assert (said["salvaged"]["salvaged"], said["salvaged"]["kept"]) == (59, "library.db.damaged-1")


@pytest.mark.parametrize("content", [b"", b"x", b"garbage" * 1000, zlib.compress(b"x" * 9999)])
def test_a_check_of_whatever_library_db_is_gives_findings_and_no_traceback(path, content, capsys):
    (path / "library.db").write_bytes(content)
    assert main(["check", "--library", str(path)]) == 3
    assert main(["check", "--repair", "--library", str(path)]) in (2, 3)
    assert "Traceback" not in capsys.readouterr().err


def test_a_library_db_that_is_gone_is_a_finding_and_an_empty_folder_is_none(path, tmp_path, capsys):
    (path / "library.db").unlink()
    assert main(["check", "--library", str(path)]) == 3
    assert "library.db is missing -> put it back from a copy" in capsys.readouterr().out
    (tmp_path / "empty").mkdir()
    assert main(["check", "--library", str(tmp_path / "empty")]) == 2


def test_other_commands_name_the_repair(path):
    overwrite(path, 100, b"\0" * 50)
    with pytest.raises(LibraryError, match="save what is whole with: python -m index check --repair --library"):
        Library.open(path)


# ---- kills


def kill_sweep(folder, *flags):
    done = subprocess.run([sys.executable, KILLS, folder, *flags], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_a_kill_at_some_steps_of_a_repair_loses_nothing(tmp_path):
    result = kill_sweep(tmp_path / "sweep", "--points", "4")
    assert result["lost_pmids"]
    assert (result["tried"], result["wrong"]) == (4, [])


@pytest.mark.slow
def test_a_kill_at_any_step_of_a_repair_loses_nothing(tmp_path):
    assert kill_sweep(tmp_path / "sweep")["wrong"] == []
