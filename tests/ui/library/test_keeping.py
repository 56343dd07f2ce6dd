"""The keeping of a library: jobs with their accounts, renaming with its conversations, deleting what is meant."""

import time

import pytest

from index.errors import InputError
from index.ingest.batches import Progress
from ui.api.jobs import Jobs
from ui.libraries import Libraries
from ui.library.downloads import Downloads
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
    while keeper.is_busy():
        time.sleep(0.01)
    return keeper.jobs.all()[0]


def test_a_check_tells_that_nothing_is_wrong(keeper):
    assert keeper.does("moss", {"do": "check"}) == "moss"
    assert (ended(keeper).state, ended(keeper).account) == ("done", {"findings": []})
    assert "nothing wrong" in keeper.html("moss")


def test_a_damaged_index_is_mended_while_nobody_has_it_open(keeper):
    before = keeper.libraries.library("moss").digest
    (keeper.libraries.folder / "moss" / "vectors.faiss").write_bytes(b"damaged")
    keeper.does("moss", {"do": "repair"})
    job = ended(keeper)
    assert [one["repaired"] for one in job.account["findings"]] == [True]
    assert keeper.libraries.library("moss").digest == before
    assert ": mended" in keeper.html("moss")


def test_a_copy_and_an_export_are_taken_in_again(keeper):
    keeper.does("moss", {"do": "copy", "name": "fern"})
    assert ended(keeper).account["added"] == 5
    keeper.does("fern", {"do": "export"})
    job = ended(keeper)
    assert job.address in keeper.html("fern")
    response = keeper._downloads.response(job.address)
    assert response.status_code == 200
    file = next(keeper.libraries.folder.parent.rglob("export-*.zip"))
    keeper.take_in(file, "lichen")
    assert ended(keeper).state == "done"
    digests = {keeper.libraries.library(name).digest for name in ("moss", "fern", "lichen")}
    assert len(digests) == 1


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
    assert "3 of 10 abstracts" in keeper.html("moss")
    keeper.does("moss", {"do": "stop", "id": job.id})
    assert ended(keeper).state == "stopped"
    assert "what was done is kept" in keeper.html("moss")


def test_a_vanished_library_is_told_of(keeper):
    (keeper.libraries.folder / "moss" / "library.db").unlink()
    with pytest.raises(InputError, match="no longer here"):
        keeper.does("moss", {"do": "refresh"})
