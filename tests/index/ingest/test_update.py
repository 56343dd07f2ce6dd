"""update, over a folder and over a Milvus: what is new comes once, what changed is taken up, and nothing is lost."""

import dataclasses
from datetime import date

import pytest
from breaking_off import Stopped, held, stop_at
from conftest import abstract
from crash import use_hash_encoder
from eutils_clients import make_client
from eutils_server import EutilsServer, Fault

from index import Library
from index.errors import EutilsError, InputError, LibraryBusyError, LibraryError
from index.storage.folder.lock import writing
from index.storage.origins import CHECKED, Origin, origin_rows, origins_of

OLD = [abstract(str(number), f"Record {number}", f"Sentence {number} on VEGF.", year=2001) for number in range(1, 9)]
ASKED = "2020-01-10T06:00:00+00:00"
"""When the searches of the library under test were last asked; what enters later is new."""
RETRACTED = {"types": ("Retracted Publication",), "is_retracted": True}


@pytest.fixture
def server():
    with EutilsServer(OLD) as running:
        yield running


@pytest.fixture
def client(server):
    return make_client(server, batch_size=4, max_tries=1)


@pytest.fixture(autouse=True)
def hash_encoder(monkeypatch):
    use_hash_encoder(monkeypatch.setattr)


@pytest.fixture
def eight(tmp_path, client):
    """A library of the eight records, by a search that was asked in 2020."""
    yield from built(tmp_path / "eight", client)


@pytest.fixture
def eight_anywhere(place, client):
    """The same in a folder and on a Milvus: for what the two remember in ways of their own."""
    yield from built(place("eight"), client)


def built(address, client):
    Library.build(address, search="record", client=client, passage_tokens=24)
    with Library.open(address) as opened:
        asked_at(opened, ASKED)
        yield opened


def asked_at(library, time):
    """Have every search and the last look for changes be of this time."""
    store = library.backend.store_of_a_run()
    for origin in origins_of(store.memory()):
        store.remember(origin_rows(dataclasses.replace(origin, asked=time)))
    store.remember({CHECKED: time})


def enter(server, *pmids, on=date(2020, 2, 1), title="Record {}"):
    """Have records enter PubMed on a day."""
    for pmid in pmids:
        server.records[pmid] = abstract(pmid, title.format(pmid), f"Sentence {pmid} on VEGF.", year=2001)
        server.entry_dates[pmid] = on


def fetched(server):
    return [pmid for one in server.requests if one.endpoint == "efetch" for pmid in one.params["id"].split(",")]


def pmids(*numbers):
    return [str(number) for number in numbers]


# ---- what is new, and what changed


def test_an_update_adds_what_entered_and_refreshes_what_changed_and_fetches_nothing_else(
    eight_anywhere, server, client
):
    enter(server, "21", "22")
    enter(server, "23", title="Another subject {}")
    server.records["3"] = dataclasses.replace(OLD[2], **RETRACTED)
    server.change_dates["3"] = date(2020, 3, 1)
    server.change_dates["4"] = date(2019, 3, 1)
    server.requests.clear()
    report = eight_anywhere.update(client=client)
    assert (report.added, report.updated, report.unchanged, report.failed) == (2, 1, 0, {})
    assert (report.new, report.changes) == ({"22": "Record 22", "21": "Record 21"}, {"3": "was retracted"})
    assert sorted(fetched(server), key=int) == pmids(3, 21, 22)
    assert held(eight_anywhere) == pmids(*range(1, 9), 21, 22)
    info = eight_anywhere.info()
    assert (info.new, info.unfinished, info.updated == info.origins[0].asked > ASKED) == (2, "", True)
    assert eight_anywhere.new_pmids() == pmids(22, 21)


def test_a_second_update_finds_nothing_new_and_forgets_what_was(eight_anywhere, server, client):
    enter(server, "21")
    eight_anywhere.update(client=client)
    server.requests.clear()
    report = eight_anywhere.update(client=client)
    assert (report.added, report.new, fetched(server), report.notes) == (0, {}, [], ())
    assert (eight_anywhere.info().new, eight_anywhere.new_pmids()) == (0, [])


def test_what_was_entered_shortly_before_the_last_time_is_asked_for_again(eight, server, client):
    enter(server, "21", on=date(2020, 1, 4))  # listed late: not when the search was last asked
    enter(server, "22", on=date(2019, 12, 1))
    assert list(eight.update(client=client).new) == ["21"]


def test_what_was_removed_does_not_come_back(eight_anywhere, server, client):
    enter(server, "21", "22")
    eight_anywhere.update(client=client)
    eight_anywhere.remove(["21"])
    asked_at(eight_anywhere, ASKED)
    assert eight_anywhere.update(client=client).new == {}
    assert held(eight_anywhere) == pmids(*range(1, 9), 22)


def test_several_searches_bring_what_both_find_once(eight, server, client):
    eight.add(search="VEGF", client=client)
    asked_at(eight, ASKED)
    enter(server, "21")
    enter(server, "22", title="Another {}")
    report = eight.update(client=client)
    assert (report.added, sorted(report.new)) == (2, ["21", "22"])


def test_of_more_than_its_limit_a_search_leaves_the_rest_for_the_next_time(tmp_path, server, client):
    with Library.open(tmp_path / "new", create=True) as library:
        library.add(search="record", limit=3, client=client)
        asked_at(library, ASKED)
        enter(server, *pmids(*range(21, 26)))
        report = library.update(client=client)
        assert (report.added, report.notes) == (
            3, ("“record” has 5 new abstracts; 2 wait for the next update, as its limit says",),
        )  # fmt: skip
        assert library.update(client=client).added == 2
        assert library.update(client=client).added == 0


def test_more_new_hits_than_pubmed_lists_are_asked_for_in_windows(tmp_path, server, client, monkeypatch):
    monkeypatch.setattr("index.ingest.eutils.client.SEARCH_LIMIT", 4)
    with Library.open(tmp_path / "new", create=True) as library:
        library.add(search="record", client=client)
        asked_at(library, ASKED)
        for day in range(1, 11):
            enter(server, str(20 + day), on=date(2020, 2, day))
        assert sorted(library.update(client=client).new, key=int) == pmids(*range(21, 31))


# ---- what the last look for changes was


def test_what_came_from_a_file_is_looked_at_whole_by_the_next_update(eight, server, client, json_lines):
    server.records["9"] = dataclasses.replace(OLD[0], pmid="9", title="Nine", **RETRACTED)
    eight.add(files=[json_lines([abstract("9", "Nine", "Sentence 1 on VEGF.", year=2001)])])
    report = eight.update(client=client)
    assert (report.changes, report.unchanged, report.new) == ({"9": "was retracted"}, 8, {})
    server.requests.clear()
    eight.update(client=client)
    assert fetched(server) == []


def test_a_refresh_is_a_look_for_changes_too(eight, server, client, json_lines):
    eight.add(files=[json_lines([abstract("1", "Record 1", "Sentence 1 on VEGF.", year=2001)])])
    eight.refresh(client=client)
    server.requests.clear()
    eight.update(client=client)
    assert fetched(server) == []


# ---- broken off


@pytest.mark.parametrize("batch", [4, 8])
def test_an_update_goes_on_where_it_was_broken_off_and_says_all_that_is_new(eight_anywhere, server, client, batch):
    enter(server, *pmids(*range(21, 33)))
    with pytest.raises(Stopped):
        eight_anywhere.update(client=client, on_progress=stop_at(batch))
    server.requests.clear()
    enter(server, "40", on=date(2999, 1, 1))
    report = eight_anywhere.update(client=client)
    more = (40,) if hasattr(eight_anywhere.backend, "register") else ()  # a Milvus remembers no run: it asks again
    assert sorted(report.new, key=int) == pmids(*range(21, 33), *more)
    assert len(fetched(server)) == (12 + len(more) if more else 12 - batch)
    assert held(eight_anywhere) == pmids(*range(1, 9), *range(21, 33), *more)
    assert eight_anywhere.info().new == 12 + len(more)
    assert list(eight_anywhere.update(client=client).new) == ([] if more else ["40"])


def test_an_update_that_another_command_took_the_place_of_loses_nothing_of_what_is_new(eight_anywhere, server, client):
    enter(server, *pmids(*range(21, 33)))
    with pytest.raises(Stopped):
        eight_anywhere.update(client=client, on_progress=stop_at(4))
    eight_anywhere.add(pmids=["1"], client=client)
    report = eight_anywhere.update(client=client)
    assert sorted(report.new, key=int) == pmids(*range(21, 33))
    assert (report.added, report.unchanged) == (8, 4)


def test_an_update_goes_on_with_an_add_that_was_broken_off(eight, server, client):
    enter(server, *pmids(*range(21, 33)), on=date(2001, 1, 1), title="Another {}")
    with pytest.raises(Stopped):
        eight.add(search="another", client=client, on_progress=stop_at(4))
    enter(server, "40")
    report = eight.update(client=client)
    assert (report.added, report.new) == (9, {"40": "Record 40"})
    assert report.notes[0].startswith("went on with what an earlier run had left when the add begun at")
    assert sorted(origin.name for origin in eight.info().origins) == ["another", "record"]
    assert held(eight) == pmids(*range(1, 9), *range(21, 33), 40)


def test_when_pubmed_breaks_off_the_rest_comes_with_the_same_command(eight, server, client):
    enter(server, *pmids(*range(21, 33)))

    def break_off(progress):
        if progress.done >= 4 and not server.faults:
            server.faults.append(Fault(status=500, times=999))

    report = eight.update(client=client, on_progress=break_off)
    assert (len(report.new), len(report.failed), eight.info().updated) == (4, 8, "")
    server.faults.clear()
    assert len(eight.update(client=client).new) == 12


# ---- searches that cannot be asked


def test_a_search_that_is_refused_is_named_and_asked_again_from_the_same_time(eight, server, client):
    store = eight.backend.store_of_a_run()
    store.remember(origin_rows(Origin("search", "broken", None, ASKED)))
    enter(server, "21")
    refused = Fault(status=400, body="<eSearchResult><ERROR>Invalid query</ERROR></eSearchResult>", endpoint="esearch")
    server.faults.append(refused)
    report = eight.update(client=client)
    assert list(report.failed) == ["broken"]
    assert "was not asked: PubMed at 127.0.0.1" in report.failed["broken"]
    assert list(report.new) == ["21"]
    assert [origin.asked == ASKED for origin in eight.info().origins] == [True, False]


def test_when_all_searches_are_refused_the_library_stays_as_it_was(eight, server, client):
    server.faults.append(Fault(status=500, times=999))
    with pytest.raises(EutilsError, match="did not search for “record”"):
        eight.update(client=client)
    assert (eight.info().updated, eight.info().unfinished) == ("", "")


def test_a_library_of_files_only_says_that_it_has_no_search(tmp_path, json_lines, client):
    with Library.open(tmp_path / "new", create=True) as library:
        with pytest.raises(LibraryError, match="remembers no search that could be asked again; give it one with: "):
            library.update(client=client)
        library.add(files=[json_lines(OLD)])
        with pytest.raises(LibraryError, match=r"again and was built from files abstracts\.jsonl; give it one with: "):
            library.update(client=client)


def test_a_search_that_is_forgotten_is_asked_no_more(eight, server, client):
    eight.add(search="nothing to be found", client=client)
    with pytest.raises(InputError, match="does not remember “VEGF”; what it remembers is: “record”; “nothing to be"):
        eight.forget("VEGF")
    eight.forget("  Record ")
    assert [origin.name for origin in eight.info().origins] == ["nothing to be found"]
    enter(server, "21")
    assert eight.update(client=client).new == {}


def test_a_clock_that_was_set_back_loses_nothing(eight, server, client):
    asked_at(eight, "2999-01-01T00:00:00+00:00")
    enter(server, "21", on=date(2002, 1, 1))
    report = eight.update(client=client)
    assert (report.added, report.unchanged) == (1, 8)
    assert report.notes == (
        "“record” was last asked at 2999-01-01T00:00:00+00:00, which the clock has still to reach; it was asked whole",
    )
    assert eight.info().origins[0].asked < "2999"


def test_two_updates_at_once_are_one_and_a_sentence(tmp_path, server, client, monkeypatch):
    monkeypatch.setattr("index.storage.folder.lock.PATIENCE_S", 0.01)
    Library.build(tmp_path / "new", search="record", client=client)
    with Library.open(tmp_path / "new") as library, writing(tmp_path / "new"):
        with pytest.raises(LibraryBusyError, match="is being written by process"):
            library.update(client=client)
        with pytest.raises(LibraryBusyError, match="is being written by process"):
            library.forget("record")


# ---- what else becomes of the memory


def test_a_rebuild_keeps_the_searches_and_a_build_has_its_own(eight_anywhere, client):
    eight_anywhere.rebuild(passage_tokens=16)
    assert [origin.name for origin in eight_anywhere.info().origins] == ["record"]
    Library.build(eight_anywhere.address, search="VEGF", client=client)
    assert [origin.name for origin in eight_anywhere.info().origins] == ["VEGF"]


# ---- links


def test_a_library_grows_from_a_paper(eight_anywhere, server, client):
    enter(server, *pmids(*range(21, 30)), on=date(2001, 1, 1))
    server.links |= {
        "pubmed_pubmed": {"1": pmids(25, 22, 3), "2": pmids(29)},
        "pubmed_pubmed_citedin": {"1": pmids(21)},
        "pubmed_pubmed_refs": {"2": pmids(27)},
    }
    report = eight_anywhere.add(
        similar_to=["1", "PMID: 2"], cited_by=["1", "2"], references_of=["2"], limit=2, client=client
    )
    assert report.notes == ("PubMed knows nothing that cites PMID 2",)
    assert held(eight_anywhere) == pmids(*range(1, 9), 21, 25, 27, 29)
    assert [(origin.name, origin.limit) for origin in eight_anywhere.info().origins][1:] == [
        ("citing PMID 1, 2", 2),
        ("references of PMID 2", 2),
        ("similar to PMID 1, 2", 2),
    ]
    assert [one.params.get("ids") for one in server.requests if one.endpoint == "elink"] == ["1 2", "1 2", None]


def test_an_update_follows_the_links_again(eight, server, client):
    server.links["pubmed_pubmed_citedin"] = {"1": ["5"]}
    assert eight.add(cited_by=["1", "2"], client=client).notes == ("PubMed knows nothing that cites PMID 2",)
    enter(server, "21", on=date(2001, 1, 1))
    server.links["pubmed_pubmed_citedin"]["1"] = pmids(21, 5)
    report = eight.update(client=client)
    assert (report.new, report.notes) == ({"21": "Record 21"}, ())  # what was said once is not said each night
    eight.forget("citing PMID 1, 2")
    assert [origin.name for origin in eight.info().origins] == ["record"]


def test_a_paper_without_links_is_said_to_have_none(tmp_path, client):
    with pytest.raises(LibraryError, match="nothing could be read, so no library was made in .*: PubMed knows nothing "
                                           "similar to PMID 77"):  # fmt: skip
        Library.build(tmp_path / "new", similar_to=["77"], client=client)


def test_links_from_what_is_no_pmid_are_refused(eight):
    with pytest.raises(InputError, match="links are followed from PMIDs, and 'il32' is not a PMID"):
        eight.add(cited_by=["1", "il32"])
