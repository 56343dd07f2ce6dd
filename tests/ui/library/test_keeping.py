"""The keeping of a library: jobs with their accounts, renaming with its conversations, deleting what is meant."""

import time

import pytest

from index import Abstract, Section
from index.errors import InputError
from index.ingest.batches import Progress
from index.records import Filters
from ui.api.jobs import Jobs
from ui.building import BuildRequest
from ui.libraries import Libraries
from ui.library.downloads import Downloads
from ui.library.job_list import is_busy, jobs_html
from ui.library.keeping import Keeper


@pytest.fixture
def keeper(library, tmp_path, monkeypatch):
    folder = tmp_path / "libraries"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    library.close()
    library.path.rename(folder / "moss")
    libraries = Libraries(folder, first=tmp_path / "first")
    made = Keeper(libraries, Jobs(), Downloads())
    yield made
    made.jobs.close()
    libraries.close()


def ended(keeper):
    while is_busy(keeper.jobs):
        time.sleep(0.01)
    return keeper.jobs.all()[0]


def told(keeper):
    return jobs_html(keeper.jobs, keeper.libraries)


def test_a_check_tells_that_nothing_is_wrong(keeper):
    assert keeper.does("moss", {"do": "check"}) == "moss"
    assert (ended(keeper).state, ended(keeper).account) == ("done", {"findings": []})
    assert "nothing wrong" in told(keeper)


def test_a_damaged_index_is_mended_while_nobody_has_it_open(keeper):
    before = keeper.libraries.library("moss").digest
    (keeper.libraries.folder / "moss" / "vectors.faiss").write_bytes(b"damaged")
    keeper.does("moss", {"do": "repair"})
    job = ended(keeper)
    assert [one["repaired"] for one in job.account["findings"]] == [True]
    assert keeper.libraries.library("moss").digest == before
    assert "<span>mended</span>" in told(keeper)


def test_a_copy_and_an_export_are_taken_in_again(keeper):
    keeper.does("moss", {"do": "copy", "name": "fern"})
    assert ended(keeper).account["added"] == 5
    keeper.does("fern", {"do": "export"})
    job = ended(keeper)
    assert job.address in told(keeper)
    response = keeper._downloads.response(job.address)
    assert response.status_code == 200
    file = next(keeper.libraries.folder.parent.rglob("export-*.zip"))
    with pytest.raises(InputError, match="only who runs the server takes in files"):
        keeper.take_in_from(str(file), "sedge", runs_server=False)
    with pytest.raises(InputError, match="there is no file"):
        keeper.take_in_from(f"{file}x", "sedge", runs_server=True)
    keeper.take_in_from(f'"{file}"', "sedge", runs_server=True)
    assert (ended(keeper).state, file.exists()) == ("done", True)
    keeper.take_in(file, "lichen")
    assert (ended(keeper).state, file.exists()) == ("done", False)  # which was an upload
    digests = {keeper.libraries.library(name).digest for name in ("moss", "fern", "sedge", "lichen")}
    assert len(digests) == 1


def test_a_library_is_filled_by_a_job_that_tells_what_it_holds(keeper, json_lines):
    file = json_lines([Abstract("90000050", "Moss & <b>fern</b>", (Section("", "", "Moss grows."),))])
    with file.open("a") as opened:
        opened.write("no JSON\n")
    job = keeper.fill(BuildRequest(files=[file]), "moss", "fern")
    assert ended(keeper) is job
    assert (job.kind, job.library, job.account["added"]) == ("add", "fern", 1)
    html = told(keeper)
    assert "It now holds 1 abstract." in html
    assert "What could not be taken in, and why" in html
    assert 'data-do="ask" data-name="fern"' in html


def test_an_account_is_shown_after_the_servers_end(keeper, tmp_path):
    kept = Jobs(tmp_path / "jobs")
    kept.run("add", "moss", lambda job, tell: {"added": 1240, "failed": {"7": "is gone"}}).thread.join(30)
    kept.run("add", "moss", tell_and_stop).thread.join(30)
    before = jobs_html(kept, keeper.libraries)
    assert "<b>1,240 added</b>" in before
    assert "Stopped after" in before
    kept.close()
    assert jobs_html(Jobs(tmp_path / "jobs"), keeper.libraries) == before
    keeper.does("moss", {"do": "export"})
    job = ended(keeper)
    assert "Its file went with the server" not in told(keeper)
    job.address = ""  # which is not kept
    assert "Its file went with the server that made it; export again." in told(keeper)


def tell_and_stop(job, tell):
    job.stopping.set()
    tell(Progress(1, 2, "embedding"))


def test_a_new_library_that_came_to_nothing_leaves_its_name_free(keeper, tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.write_text("no JSON\n")
    for _ in range(2):
        keeper.fill(BuildRequest(files=[empty]), "moss", "fern")
        ended(keeper)
        assert "fern" not in keeper.libraries.names()
    assert "It now holds" not in told(keeper)


@pytest.mark.parametrize(
    ("order", "new", "expected"),
    [(BuildRequest(), "fern", "nothing to take in"), (BuildRequest("1"), "../up", "give another")],
)
def test_what_cannot_be_filled_is_refused(keeper, order, new, expected):
    with pytest.raises(InputError, match=expected):
        keeper.fill(order, "moss", new)


def test_abstracts_are_added_to_another_library_in_batches(keeper, monkeypatch):
    monkeypatch.setattr("ui.library.keeping._AT_ONCE", 2)
    moss = keeper.libraries.library("moss")
    pmids = moss.pmids(Filters(include_retracted=True))
    keeper.put(keeper.libraries.new("fern"), moss, pmids[:3])
    assert ended(keeper).account["added"] == 3
    keeper.put("fern", moss, pmids)
    account = ended(keeper).account
    assert (account["added"], account["updated"] + account["unchanged"]) == (len(pmids) - 3, 3)
    assert keeper.libraries.library("fern").digest == moss.digest


def test_only_who_runs_the_server_names_another_encoder(keeper):
    asked = {"do": "rebuild", "encoder": "some/other"}
    with pytest.raises(InputError, match="only who runs the server rebuilds with another encoder"):
        keeper.does("moss", asked, runs_server=False)
    keeper.does("moss", asked, runs_server=True)
    job = ended(keeper)
    assert (job.state, "some/other" in job.problem) == ("failed", True)
    assert 'list="aa-encoders"' in keeper.html("moss", runs_server=True)
    assert "<select" in keeper.html("moss", runs_server=False)


def test_a_rename_takes_the_conversations_along(keeper):
    conversations = keeper.libraries.conversations
    conversations.start("", "moss", "What grows?")
    assert keeper.does("moss", {"do": "rename", "name": "fern"}) == "fern"
    assert [line.library for line in conversations.lines("")] == ["fern"]
    assert keeper.libraries.names()[1:] == ["fern"]


def test_a_library_is_deleted_by_its_name_only(keeper):
    with pytest.raises(InputError, match="nothing was deleted"):
        keeper.does("moss", {"do": "delete", "typed": "mos"})
    assert keeper.does("moss", {"do": "delete", "typed": "moss"}) == "first"
    assert not keeper.libraries.is_there("moss")
    assert not list(keeper.libraries.folder.glob("*/library.db"))


@pytest.mark.parametrize("asked", [{"do": "rename", "name": "fern"}, {"do": "delete", "typed": "moss"}])
def test_only_who_runs_the_server_takes_a_library_from_the_others(keeper, asked):
    with pytest.raises(InputError, match="who runs the server"):
        keeper.does("moss", asked, runs_server=False)
    assert keeper.libraries.is_there("moss")


@pytest.mark.parametrize("name", ["../up", "a/b", "<script>", "x" * 10_000, "moss", ""])
def test_a_name_that_cannot_be_is_refused(keeper, name):
    for asked in ({"do": "copy", "name": name}, {"do": "rename", "name": name}):
        with pytest.raises(InputError, match="give another"):
            keeper.does("moss", asked)


def test_a_library_at_work_is_neither_renamed_nor_deleted_and_its_job_can_be_stopped(keeper):
    def work(job, tell):
        while True:
            tell(Progress(3, 10, "waiting"))
            time.sleep(0.01)

    job = keeper.jobs.run("refresh", "moss", work)
    for asked in ({"do": "rename", "name": "fern"}, {"do": "delete", "typed": "moss"}, {"do": "check"}):
        with pytest.raises(InputError, match="job is at work"):
            keeper.does("moss", asked)
    assert "3 of 10 abstracts" in told(keeper)
    keeper.does("moss", {"do": "stop", "id": job.id})
    assert ended(keeper).state == "stopped"
    assert "what was done is kept" in told(keeper)


def test_a_vanished_library_is_told_of(keeper):
    (keeper.libraries.folder / "moss" / "library.db").unlink()
    with pytest.raises(InputError, match="no longer here"):
        keeper.does("moss", {"do": "refresh"})
