"""PMIDs, searches and files to one stream."""

import dataclasses

import pytest
from conftest import ABSTRACTS
from eutils_server import Fault

from index.errors import EutilsError, InputError
from index.eutils import EutilsClient
from index.ingest import Inputs, fetch_pmids, parse_pmids, read_inputs
from index.records import Abstract, Failure


@pytest.mark.parametrize(
    ("text", "pmids", "failed"),
    [
        ("24114327 25435980", ["24114327", "25435980"], []),
        ("24114327,25435980;26824417\n35281008\t", ["24114327", "25435980", "26824417", "35281008"], []),  # separators
        ("24114327 24114327", ["24114327"], []),  # each once
        ("PMID: 24114327 pmid:25435980", ["24114327", "25435980"], []),  # as people write it
        ("https://pubmed.ncbi.nlm.nih.gov/24114327/", ["24114327"], []),  # as the address bar has it
        ("00024114327", ["24114327"], []),  # leading zeros
        ("IL-32 0 -5 12345678901 1.5", [], ["IL-32", "0", "-5", "12345678901", "1.5"]),  # none of these is one
        ("", [], []),
    ],
)
def test_parse_pmids(text, pmids, failed):
    found, not_found = parse_pmids(text)
    assert (found, list(not_found)) == (pmids, failed)


def test_all_inputs_come_as_one_stream(eutils, json_lines):
    asked = list(eutils.records)[:2]
    inputs = Inputs(files=[json_lines(ABSTRACTS[:1])], pmids=[f"{asked[0]}, {asked[1]}"])
    reading = read_inputs(inputs)
    assert [read.pmid for read in reading.reads] == ["90000001", *asked]
    assert reading.total is None


def test_what_pubmed_does_not_send_is_named(eutils):
    known = next(iter(eutils.records))
    reads = list(read_inputs(Inputs(pmids=[known, "99999999"])).reads)
    assert [type(read) for read in reads] == [Abstract, Failure]
    assert reads[1] == Failure("99999999", "PubMed has no record with this PMID: it may be mistyped, deleted or merged")


def test_a_break_half_way_fails_only_what_was_not_fetched(eutils):
    asked = list(eutils.records)[:4]
    client = EutilsClient(url=eutils.url, batch_size=2, max_tries=1, sleep=lambda seconds: None)
    reads = fetch_pmids(asked, client=client)
    first = [next(reads), next(reads)]
    eutils.faults.extend([Fault(status=500, times=9)])
    rest = list(reads)
    assert [read.pmid for read in first] == asked[:2]
    assert [(type(read), read.what) for read in rest] == [(Failure, asked[2]), (Failure, asked[3])]
    assert "was not fetched" in rest[0].why


def test_a_break_at_the_start_is_an_error(eutils):
    eutils.faults.extend([Fault(status=500, times=99)])
    client = EutilsClient(url=eutils.url, max_tries=2, sleep=lambda seconds: None)
    with pytest.raises(EutilsError):
        list(fetch_pmids(["90000001"], client=client))


def test_a_fetched_record_is_the_one_the_server_holds(eutils):
    (fetched,) = read_inputs(Inputs(pmids=list(eutils.records)[:1])).reads
    held = next(iter(eutils.records.values()))
    assert dataclasses.replace(fetched, raw=b"") == dataclasses.replace(held, raw=b"")
    assert fetched.raw.startswith(b"<PubmedArticle")


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        (Inputs(), "nothing to read"),
        (Inputs(files=["nowhere.xml"]), "there is no file nowhere.xml"),
        (Inputs(search="x", limit=-1), "the limit is -1"),
    ],
)
def test_what_cannot_be_begun_is_said_at_once(inputs, says):
    with pytest.raises(InputError, match=says):
        read_inputs(inputs)
