"""Known PMIDs fetched again: what changed at PubMed is taken up, named, and embedded only where the text changed."""

import dataclasses

import pytest
from conftest import abstract
from crash import CountingEncoder, assert_whole, use_hash_encoder
from eutils_server import EutilsServer, Fault, record_set

from index import Library, Section
from index.ingest.changes import changes_between
from index.ingest.eutils.client import EutilsClient
from index.records import Correction

RECORDS = [
    abstract(str(number), f"Record {number}", f"Sentence {number} on VEGF.", year=2001) for number in range(1, 13)
]


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    encoder = CountingEncoder()
    use_hash_encoder(monkeypatch.setattr, encoder)
    return encoder.embedded


@pytest.fixture
def server():
    with EutilsServer(RECORDS) as running:
        yield running


@pytest.fixture
def client(server):
    return EutilsClient(url=server.url, api_key="k", batch_size=20, max_tries=1, sleep=lambda seconds: None)


@pytest.fixture
def library(tmp_path, client, embedded):
    Library.build(tmp_path / "library", pmids=[one.pmid for one in RECORDS], client=client, passage_tokens=24)
    embedded.clear()
    with Library.open(tmp_path / "library") as opened:
        yield opened


def change(server, pmid, **fields):
    server.records[pmid] = dataclasses.replace(server.records[pmid], **fields)


def test_nothing_new_costs_nothing(library, client, embedded):
    digest, generation = library.digest, library.info().generation
    report = library.refresh(client=client)
    assert (report.unchanged, report.updated, report.changes, embedded) == (12, 0, {}, [])
    assert (library.digest, library.info().generation) == (digest, generation)


def test_retractions_concerns_and_errata_are_marked_and_named_without_embedding(library, server, client, embedded):
    change(
        server,
        "3",
        types=("Journal Article", "Retracted Publication"),
        corrections=(Correction("RetractionIn", "99", "J Test. 2002;1:1"),),
        is_retracted=True,
    )
    change(server, "4", corrections=(Correction("ExpressionOfConcernIn", "", "J Test. 2002;1:2"),))
    change(server, "5", corrections=(Correction("ErratumIn", "98", ""), Correction("CommentIn", "97", "")))
    change(server, "6", mesh=("Neoplasms",))
    report = library.refresh(client=client)
    assert report.changes == {
        "3": "was retracted (PMID 99)",
        "4": "has an expression of concern (J Test. 2002;1:2)",
        "5": "has an erratum (PMID 98)",
    }
    assert (report.updated, report.unchanged, embedded) == (4, 8, [])
    assert library.get("3").is_retracted
    assert "3" not in {hit.passage.pmid for hit in library.search("VEGF", top=50)}
    assert library.label_values("mesh") == ["neoplasms"]
    assert_whole(library)


def test_a_changed_text_is_embedded_again_and_no_other(library, server, client, embedded):
    change(server, "7", sections=(Section("", "", "Another sentence on vimentin."),))
    report = library.refresh(client=client)
    assert (report.updated, report.changes) == (1, {"7": "has another text"})
    assert embedded == ["Record 7", "Record 7\nAnother sentence on vimentin."]
    assert [hit.passage.pmid for hit in library.search("vimentin", mode="lexical")] == ["7"]
    assert_whole(library)


def test_what_pubmed_deleted_or_merged_is_followed(library, server, client):
    del server.records["8"], server.records["9"]
    server.merged["9"] = "10"
    server.merged["11"] = "500"
    server.records["500"] = dataclasses.replace(server.records.pop("11"), pmid="500")
    report = library.refresh(client=client)
    assert report.changes == {
        "8": "was deleted by PubMed",
        "9": "was merged into PMID 10, which stands in its place",
        "11": "was merged into PMID 500, which stands in its place",
    }
    assert (report.removed, report.added, report.failed) == (3, 1, {})
    assert [library.get(pmid) is None for pmid in ("8", "9", "10", "11", "500")] == [True, True, False, True, False]
    assert_whole(library)


def test_an_abstract_from_a_file_that_pubmed_never_had_is_kept(library, client, json_lines):
    library.add(files=[json_lines([abstract("700", "Mine", "It is not at PubMed.")])])
    report = library.refresh(client=client)
    assert report.failed == {"700": "PubMed has no record with this PMID; the abstract came from a file and was kept"}
    assert library.get("700") is not None


def test_an_empty_answer_is_not_taken_for_the_end_of_all_records(library, server, client):
    empty = record_set([])
    server.faults.extend([Fault(status=200, body=empty), Fault(status=200, body=empty)])
    report = library.refresh(client=client)
    assert library.info().abstracts == 12
    assert set(report.failed.values()) == {
        "PubMed sent none of the records asked for together with this one; it was kept"
    }


def test_a_refresh_goes_on_where_it_was_broken_off(library, server):
    client = EutilsClient(url=server.url, api_key="k", batch_size=4, max_tries=1, sleep=lambda seconds: None)
    change(server, "1", is_retracted=True, types=("Retracted Publication",))

    def break_off(progress):
        if progress.done >= 8 and not server.faults:
            server.faults.append(Fault(status=500, times=999))

    broken = library.refresh(client=client, on_progress=break_off)
    server.faults.clear()
    assert (broken.unchanged, broken.updated, sorted(broken.failed, key=int)) == (7, 1, ["9", "10", "11", "12"])
    server.requests.clear()
    report = library.refresh(client=client)
    assert (report.unchanged, report.updated, report.failed) == (11, 1, {})
    assert report.changes == {"1": "was retracted"}
    assert [one.params["id"] for one in server.requests] == ["9,10,11,12"]


ERRATUM = Correction("ErratumIn", "2", "")
RETRACTION = Correction("RetractionIn", "3", "")
NOTICE = Correction("RetractionOf", "4", "")


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ({}, {}, ""),
        ({}, {"is_retracted": True}, "was retracted"),
        ({"is_retracted": True}, {}, "is no longer marked as retracted"),
        (
            {},
            {"corrections": (ERRATUM, RETRACTION), "is_retracted": True},
            "was retracted (PMID 3); has an erratum (PMID 2)",  # the gravest first
        ),
        ({}, {"corrections": (NOTICE,)}, ""),  # a notice is not itself retracted
        ({"corrections": (ERRATUM,)}, {"corrections": (ERRATUM,)}, ""),
        ({}, {"title": "Record one"}, "has another text"),
        ({}, {"mesh": ("Mice",)}, ""),
    ],
)
def test_changes_between(old, new, change):
    assert changes_between(dataclasses.replace(RECORDS[0], **old), dataclasses.replace(RECORDS[0], **new)) == change
