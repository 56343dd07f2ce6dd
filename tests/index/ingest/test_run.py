"""Runs that are broken off and gone on with: what was fetched is not fetched again, what was embedded not embedded."""

import dataclasses
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter

import pytest
from breaking_off import Stopped, stop_at
from conftest import ROOT, SCRIPTS, abstract
from crash import CountingEncoder, use_hash_encoder
from eutils_server import EutilsServer, Fault

from index import Library
from index.errors import EutilsError, LibraryError
from index.ingest.eutils.client import EutilsClient

MANY = [abstract(str(number), f"Record {number}", "It has a sentence.", year=2001) for number in range(1, 41)]
PMIDS = [one.pmid for one in MANY]


def raises(error):
    """Return a function that takes anything and raises an error."""

    def raising(*_):
        raise error

    return raising


def break_at(server, count):
    """Return an `on_progress` that has the server fail from then on that so many abstracts are done."""

    def on_progress(progress):
        if progress.done >= count and not server.faults:
            server.faults.append(Fault(status=500, times=999))

    return on_progress


@pytest.fixture(autouse=True)
def counted_encoder(monkeypatch):
    """An encoder without a model, and the list of the texts that it was given as passages."""
    encoder = CountingEncoder()
    use_hash_encoder(monkeypatch.setattr, encoder)
    monkeypatch.setattr("index.ingest.batches.BATCH_SIZE", 4)
    return encoder.embedded


@pytest.fixture
def server():
    with EutilsServer(MANY) as running:
        yield running


@pytest.fixture
def client(server):
    return EutilsClient(url=server.url, api_key="k", batch_size=10, max_tries=1, sleep=lambda seconds: None)


def fetched(server):
    """Return how often each PMID was asked for."""
    return Counter(pmid for one in server.requests if one.endpoint == "efetch" for pmid in one.params["id"].split(","))


def undisturbed(tmp_path, client):
    Library.build(tmp_path / "undisturbed", pmids=PMIDS, client=client, passage_tokens=24)
    with Library.open(tmp_path / "undisturbed") as library:
        return library.digest


def build(path, client, **named):
    return Library.build(path, pmids=PMIDS, client=client, passage_tokens=24, **named)


def test_a_build_goes_on_where_it_was_broken_off(tmp_path, server, client, counted_encoder):
    digest = undisturbed(tmp_path, client)
    server.requests.clear()
    counted_encoder.clear()
    for count in (6, 7, 30):
        with pytest.raises(Stopped):
            build(tmp_path / "new", client, on_progress=stop_at(count))
    with Library.open(tmp_path / "new") as library:
        assert library.info().unfinished.endswith("had done 32 of 40 abstracts; the same command goes on with it")
    report = build(tmp_path / "new", client)
    assert (report.added, report.failed, len(report.notes)) == (40, {}, 1)
    assert report.notes[0].startswith("went on with what an earlier run had left when the build begun at 20")
    with Library.open(tmp_path / "new") as library:
        assert (library.digest, library.info().unfinished) == (digest, "")
    assert len(counted_encoder) == len(set(counted_encoder))  # no passage was embedded twice
    times = fetched(server)
    assert set(times) == set(PMIDS)
    assert sum(times.values()) - len(PMIDS) <= 3 * 10  # the batch in flight, at each of three breaks


def test_a_search_is_not_made_again(tmp_path, server, client):
    with pytest.raises(Stopped), Library.open(tmp_path / "new", create=True) as library:
        library.add(search="record", client=client, on_progress=stop_at(8))
    searches = [one for one in server.requests if one.endpoint == "esearch"]
    server.records["77"] = dataclasses.replace(MANY[0], pmid="77")  # what a new search would find
    with Library.open(tmp_path / "new") as library:
        report = library.add(search="record", client=client)
        assert (report.added, library.get("77")) == (40, None)
        assert [one for one in server.requests if one.endpoint == "esearch"] == searches
        assert library.add(search="record", client=client).added == 1  # done: the next one is a new run


def test_another_command_is_not_taken_for_the_one_broken_off(tmp_path, server, client):
    with Library.open(tmp_path / "new", create=True) as library:
        with pytest.raises(Stopped):
            library.add(pmids=PMIDS, client=client, on_progress=stop_at(8))
        report = library.add(pmids=PMIDS[:9], client=client)
        assert (report.added, report.unchanged) == (1, 8)
        assert report.notes[0].startswith("another run was unfinished and is not remembered any more")
        assert report.notes[0].endswith("had done 8 of 40 abstracts")
        assert library.info().unfinished == ""


def test_when_pubmed_breaks_off_the_rest_is_named_and_fetched_by_the_same_command(tmp_path, server, client):
    with Library.open(tmp_path / "new", create=True) as library:
        report = library.add(pmids=PMIDS, client=client, on_progress=break_at(server, 20))
        assert (report.added, list(report.failed)) == (20, PMIDS[20:])
        assert "was not fetched: PubMed at 127.0.0.1" in report.failed["21"]
        assert report.notes == ("20 abstracts were not fetched; the same command goes on with them",)
        with pytest.raises(EutilsError):  # and nothing at all could be done
            library.add(pmids=PMIDS, client=client)
        server.faults.clear()
        server.requests.clear()
        report = library.add(pmids=PMIDS, client=client)
        assert (report.added, report.failed) == (40, {})
        assert set(fetched(server)) == set(PMIDS[20:])


def test_a_library_that_is_built_over_goes_on_too_and_keeps_the_old_one_until_then(tmp_path, server, client):
    digest = undisturbed(tmp_path, client)
    path = tmp_path / "over"
    Library.build(path, pmids=PMIDS[:3], client=client)
    server.requests.clear()
    report = build(path, client, on_progress=break_at(server, 30))
    server.faults.clear()
    assert report.notes[-1] == f"the library in {path} stays as it was until the build is whole"
    with Library.open(path) as library:
        assert library.info().abstracts == 3
    with pytest.raises(Stopped):
        build(path, client, on_progress=stop_at(36))
    assert build(path, client).added == 40
    with Library.open(path) as library:
        assert library.digest == digest
    assert sorted(one.name for one in path.iterdir()) == ["lexical", "library.db", "vectors.faiss", "writer.lock"]
    assert {fetched(server)[pmid] for pmid in PMIDS[:30]} == {1}  # of the others the server was asked in vain


def test_a_rebuild_goes_on_with_what_it_has_embedded(tmp_path, client, counted_encoder):
    build(tmp_path / "new", client)
    with Library.open(tmp_path / "new") as library:
        counted_encoder.clear()
        with pytest.raises(Stopped):
            library.rebuild(passage_tokens=16, on_progress=stop_at(20))
        assert library.info().passage_tokens == 24
        assert library.rebuild(passage_tokens=16).updated == 40
        assert library.info().passage_tokens == 16
        assert len(counted_encoder) == len(set(counted_encoder))


@pytest.mark.parametrize("act", ["new", "over", "rebuild"])
def test_a_run_that_breaks_off_when_only_the_indexes_are_left_is_not_done_again(
    tmp_path, server, client, counted_encoder, monkeypatch, act
):
    path = tmp_path / "library"
    if act != "new":
        Library.build(path, pmids=PMIDS[:3] if act == "over" else PMIDS, client=client, passage_tokens=24)

    def command():
        if act != "rebuild":
            return build(path, client).added
        with Library.open(path) as library:
            return library.rebuild(passage_tokens=16).updated

    with monkeypatch.context() as patched:
        patched.setattr("index.storage.folder.index_caches.Caches.write", raises(Stopped))
        with pytest.raises(Stopped):
            command()
    requests, texts = len(server.requests), len(counted_encoder)
    assert command() == 40
    assert (len(server.requests), len(counted_encoder)) == (requests, texts)
    with Library.open(path) as library:
        assert (library.info().unfinished, library.check()) == ("", [])
    assert not list(path.glob("building*"))


def test_what_another_build_left_staged_is_not_gone_on_with(tmp_path, client):
    path = tmp_path / "new"
    build(path, client)
    with pytest.raises(Stopped):
        Library.build(path, pmids=PMIDS[:20], client=client, on_progress=stop_at(8))
    assert (path / "building.db").exists()
    assert Library.build(path, pmids=PMIDS[10:], client=client).added == 30
    with Library.open(path) as library:
        assert library.info().abstracts == 30
    (path / "building.db").write_bytes(b"garbage")
    assert Library.build(path, pmids=PMIDS[:5], client=client).added == 5


def test_files_are_taken_up_behind_the_last_batch(tmp_path, json_lines, counted_encoder):
    file = json_lines(MANY)
    with file.open("a") as opened:
        opened.write("not JSON\n")
    with Library.open(tmp_path / "new", create=True) as library:
        with pytest.raises(Stopped):
            library.add(files=[file], on_progress=stop_at(20))
        counted_encoder.clear()
        report = library.add(files=[file])
        assert (report.added, report.unchanged, len(report.failed)) == (40, 0, 1)
        assert len(counted_encoder) == 2 * 20  # a title and a sentence each


def test_what_pubmed_is_waited_for_is_told(tmp_path, server):
    told = []
    server.faults.append(Fault(status=429, headers={"Retry-After": "1"}))
    client = EutilsClient(url=server.url, api_key="k", sleep=lambda seconds: None)
    build(tmp_path / "new", client, on_progress=lambda progress: told.append(progress.doing))
    (waiting,) = {doing for doing in told if doing.startswith("waiting")}
    assert waiting.startswith("waiting 1 s for PubMed: NCBI asks for fewer requests (HTTP 429")
    assert {"reading", "embedding"} <= set(told)


SCRIPT = """
import os, sys, signal
sys.path.insert(0, {tests!r})
from crash import use_hash_encoder
import index.ingest.batches, index.ingest.eutils.client
from index import Library
from index.ingest.eutils.client import EutilsClient
use_hash_encoder()
index.ingest.batches.BATCH_SIZE = 4
def on_progress(progress):
    if progress.done >= int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
client = EutilsClient(url=sys.argv[2], batch_size=10, api_key="k")
pmids = [str(number) for number in range(1, 41)]
print(Library.build(sys.argv[1], pmids=pmids, passage_tokens=24, client=client, on_progress=on_progress).added)
"""


def test_a_build_that_is_killed_again_and_again(tmp_path, server, client):
    digest = undisturbed(tmp_path, client)
    server.requests.clear()
    script = SCRIPT.format(tests=str(SCRIPTS))
    for count in (0, 1, 13, 26, 39, 99):
        arguments = [sys.executable, "-c", script, tmp_path / "new", server.url, count]
        done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == (0 if count == 99 else -signal.SIGKILL), done.stderr
    assert done.stdout == "40\n"
    with Library.open(tmp_path / "new") as library:
        assert library.digest == digest
    assert sum(fetched(server).values()) - len(PMIDS) <= 5 * 10


def test_a_library_of_the_second_format_gets_room_for_jobs(tmp_path, client):
    build(tmp_path / "new", client)
    db = sqlite3.connect(tmp_path / "new" / "library.db")
    db.executescript("DROP TABLE job; DROP TABLE job_pmids; DROP TABLE job_said; PRAGMA user_version = 2;")
    db.close()
    with Library.open(tmp_path / "new") as library:
        assert library.info().abstracts == 40
        assert library.add(pmids=["1"], client=client).unchanged == 1


def test_a_build_of_which_nothing_came_leaves_what_it_has_to_do(tmp_path, server, client):
    server.faults.append(Fault(status=500, endpoint="efetch", times=999))
    with pytest.raises(EutilsError):
        Library.build(tmp_path / "new", search="record", client=client)
    server.faults.clear()
    assert Library.build(tmp_path / "new", search="record", client=client).added == 40
    assert len([one for one in server.requests if one.endpoint == "esearch"]) == 1
    with pytest.raises(LibraryError, match="nothing could be read"):
        Library.build(tmp_path / "other", pmids=["999"], client=client)
    assert not os.path.exists(tmp_path / "other")


@pytest.mark.slow
def test_a_build_of_20_000_pmids_that_is_killed_20_times(tmp_path):
    script = SCRIPTS / "kill_build.py"
    done = subprocess.run([sys.executable, script, tmp_path / "kill"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
