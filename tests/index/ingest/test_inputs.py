"""PMIDs, searches and files to one stream."""

import dataclasses

import pytest
from conftest import ABSTRACTS
from eutils_server import Fault, record_set

from index.errors import EutilsError, InputError
from index.ingest.eutils.client import EutilsClient
from index.ingest.inputs import Inputs, Shard, checked_inputs, parse_shard
from index.ingest.sources import fetch_pmids, make_plan, read_files
from index.records import Abstract, Deletion, Failure, parse_pmids


@pytest.mark.parametrize(
    ("text", "pmids", "failed"),
    [
        ("24114327 25435980", ["24114327", "25435980"], []),
        ("24114327,25435980;26824417\n35281008\t", ["24114327", "25435980", "26824417", "35281008"], []),  # separators
        ("24114327 24114327", ["24114327"], []),  # each once
        ("pmid 24114327 PMID", ["24114327"], []),  # a heading is no PMID, and no failure
        ("PMID: 24114327 pmid:25435980", ["24114327", "25435980"], []),  # as people write it
        ("https://pubmed.ncbi.nlm.nih.gov/24114327/", ["24114327"], []),  # as the address bar has it
        ("00024114327", ["24114327"], []),  # leading zeros
        ("11467664.0 '24114327' \"25435980\"", ["11467664", "24114327", "25435980"], []),  # as tables write them
        ("PMID : 91000120\nPMID91000121\nPubMed: 91000122", ["91000120", "91000121", "91000122"], []),  # any label
        ("91000120.\n(91000121)\n- 91000122", ["91000120", "91000121", "91000122"], []),  # with marks
        ("1. 91000120\n2. 91000121", ["91000120", "91000121"], []),  # the list's own numbers are none
        ("https://pubmed.ncbi.nlm.nih.gov/91000126/?format=abstract", ["91000126"], []),
        (
            "www.ncbi.nlm.nih.gov/pubmed/91000126 https://europepmc.org/article/MED/91000127",
            ["91000126", "91000127"],
            [],
        ),
        ("see PMIDs 91000120, 91000121 and 91000122 of 2015", ["91000120", "91000121", "91000122"], []),  # prose
        ("J Stone Res. 2015 Mar;12(3):11-19. PMID: 91000120.\nIn 12 adults.", ["91000120"], []),
        ("91000120\t10.5555/a.2015;12345678-x\tPMC999", ["91000120"], []),  # other ids of the same paper
        ("1.1467664E7", ["11467664"], []),
        ("PMIDs: 1, 2 and 3; PMID: 91000120, 2015", ["1", "2", "3", "91000120"], []),
        ("# 12 papers\n24114327", ["24114327"], []),
        ("[PubMed:91000123] pmid = {91000124}", ["91000123", "91000124"], []),
        ("91000121 Zelotrine 2015", [], ["91000121 Zelotrine 2015"]),  # which of the two?
        ("We searched PubMed: 1966 to 2015", [], ["We searched PubMed: 1966 to 2015"]),
        ("PMC3531190\n10.5555/a(12)\n1.1E+07", [], ["PMC3531190", "10.5555/a(12)", "1.1E+07"]),
        ("24114327\nwrong", ["24114327"], ["wrong"]),
        ("IL-32 0 -5 12345678901 1.5", [], ["IL-32", "0", "-5", "12345678901", "1.5"]),  # none of these is one
        ("", [], []),
    ],
)
def test_parse_pmids(text, pmids, failed):
    found, not_found = parse_pmids(text)
    assert (found, list(not_found)) == (pmids, failed)


def fetched(pmids, client):
    return [read for group in fetch_pmids(pmids, client=client) for read in group.reads]


@pytest.fixture
def client(eutils):
    return EutilsClient(url=eutils.url, batch_size=4, max_tries=1, sleep=lambda seconds: None)


def test_files_come_as_one_group_from_where_they_were_left(json_lines):
    files = [json_lines(ABSTRACTS[:2]), json_lines(ABSTRACTS[2:], "more.jsonl")]
    assert [read.pmid for read in read_files(files).reads] == [one.pmid for one in ABSTRACTS]
    assert [read.pmid for read in read_files(files, skip=3).reads] == [one.pmid for one in ABSTRACTS[3:]]


def test_a_plan_holds_what_is_to_be_fetched(eutils, client):
    asked = list(eutils.records)[:2]
    inputs = Inputs(pmids=[f"{asked[1]}, {asked[0]} IL-32"], search="interleukin-32", limit=3)
    plan = make_plan(inputs, client=client)
    assert plan.pmids[:2] == (asked[1], asked[0])
    assert set(plan.pmids[2:]) <= set(client.search("interleukin-32").pmids)
    assert (list(plan.failed), plan.total) == (["IL-32"], len(plan.pmids) + 1)
    assert make_plan(Inputs(search="zzz"), client=client).notes[-1] == "PubMed's search found nothing"


def test_each_answer_of_pubmed_is_a_group(eutils, client):
    asked = list(eutils.records)[:6]
    groups = list(fetch_pmids(asked, client=client))
    assert [[read.pmid for read in group.reads] for group in groups] == [asked[:4], asked[4:]]
    assert all(group.is_fetched for group in groups)


def test_what_pubmed_does_not_send_is_named(eutils, client):
    known = next(iter(eutils.records))
    assert [type(read) for read in fetched([known, "99999999"], client)] == [Abstract, Failure]
    why = "PubMed has no record with this PMID: it may be mistyped or deleted"
    assert fetched(["99999999"], client) == [Failure("99999999", why, is_unknown=True)]


def test_a_merged_pmid_is_named_with_the_one_that_it_became(eutils, client):
    first, second, third = list(eutils.records)[:3]
    eutils.merged |= {"80000001": first, "80000002": second}
    # Alone, beside others that went another way, and beside the record that it became part of.
    assert fetched(["80000001"], client)[-1] == Deletion("80000001", merged_into=first)
    reads = fetched(["80000001", third, "99999999", "80000002"], client)
    assert [read for read in reads if isinstance(read, Deletion)] == [
        Deletion("80000001", merged_into=first),
        Deletion("80000002", merged_into=second),
    ]
    assert {read.pmid for read in reads if isinstance(read, Abstract)} == {first, second, third}
    assert fetched([first, "80000001"], client)[-1] == Deletion("80000001", merged_into=first)


def test_a_record_that_an_answer_lacks_is_asked_for_again(eutils, client):
    first, second = list(eutils.records)[:2]
    eutils.faults.append(Fault(status=200, body=record_set([eutils.records[first]])))
    assert [read.pmid for read in fetched([first, second], client)] == [first, second]


def test_a_break_half_way_leaves_the_groups_before_it(eutils, client):
    asked = list(eutils.records)[:6]
    groups = fetch_pmids(asked, client=client)
    assert [read.pmid for read in next(groups).reads] == asked[:4]
    eutils.faults.extend([Fault(status=500, times=9)])
    with pytest.raises(EutilsError):
        next(groups)


def test_a_fetched_record_is_the_one_the_server_holds(eutils, client):
    (read,) = fetched(list(eutils.records)[:1], client)
    held = next(iter(eutils.records.values()))
    assert dataclasses.replace(read, author_records=()) == held  # which has its authors as names only
    assert read.raw.startswith(b"<PubmedArticle")


def test_the_key_of_a_command_is_that_of_its_inputs(json_lines):
    file = json_lines(ABSTRACTS)
    key = Inputs(files=[file], pmids=["1 2"]).key("add")
    assert Inputs(files=[str(file)], pmids=["1", "2"]).key("add") == key
    others = [Inputs(files=[file], pmids=["1 3"]).key("add"), Inputs(files=[file], pmids=["1 2"]).key("build", None)]
    file.write_text(file.read_text() + "\n")
    others.append(Inputs(files=[file], pmids=["1 2"]).key("add"))
    assert len({key, *others}) == 4


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({}, "nothing to read"),
        ({"files": ["nowhere.xml"]}, "there is no file nowhere.xml"),
        ({"search": "x", "limit": -1}, "the limit is -1"),
        ({"search": "x", "shard": "4/3"}, "'4/3' is no share"),
    ],
)
def test_what_cannot_be_begun_is_said_at_once(inputs, says):
    with pytest.raises(InputError, match=says):
        checked_inputs(**inputs)


# ---- shares


def test_each_file_and_pmid_falls_to_one_share(tmp_path):
    files = [tmp_path / name for name in ("here/a.xml", "there/a.xml", "b.xml", "c.xml", "d.xml")]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.touch()
    pmids = ["1 2 3 4 5 6 7 8 9 10", "wrong"]
    shares = [checked_inputs(files=files, pmids=pmids, shard=f"{number}/3") for number in (1, 2, 3)]
    plans = [make_plan(share, client=None) for share in shares]
    assert sorted(file for share in shares for file in share.files) == sorted(files)
    assert any(set(files[:2]) <= set(share.files) for share in shares)  # mounts may differ
    assert sorted((pmid for plan in plans for pmid in plan.pmids), key=int) == [str(pmid) for pmid in range(1, 11)]
    assert [list(plan.failed) for plan in plans] == [["wrong"], [], []]  # said once
    assert len({dataclasses.replace(share, files=[]).key("add") for share in shares}) == 3


def test_a_share_of_nothing_says_so():
    number = next(number for number in range(1, 10) if not Shard(number, 9).has("1"))
    plan = make_plan(Inputs(pmids=["1"], shard=Shard(number, 9)), client=None)
    assert (plan.pmids, plan.notes) == ((), (f"nothing falls to the share {number}/9",))


@pytest.mark.parametrize("text", ["", "3", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b", "1.5/2", "١/٢"])
def test_what_is_no_share(text):
    with pytest.raises(InputError, match="is no share of the inputs: write it as 3/64"):
        parse_shard(text)


def test_shares_are_written_as_they_are_read():
    assert str(parse_shard(" 3 / 64 ")) == "3/64"
