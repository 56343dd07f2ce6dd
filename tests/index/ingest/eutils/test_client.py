"""The E-utilities client against the stand-in server: what is sent, how fast, and what comes of every way to say no."""

import asyncio
import gzip
import json
import re
import socket
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from Bio import Entrez
from eutils_clients import EMAIL, KEY, FakeTime, failed_in, make_client, pmids_in
from eutils_server import RECORDS, EutilsServer, Fault, invented, pubmed_xml, record_set

from index.errors import EutilsError, InputError
from index.ingest.eutils.client import SEARCH_LIMIT, EutilsClient, FetchedBatch
from index.ingest.eutils.rate_limit import RateLimiter
from index.ingest.formats.pubmed_xml import parse_pubmed_xml
from index.records import Abstract

ERROR_XML = '<?xml version="1.0" encoding="UTF-8" ?>\n<eFetchResult>\n\t<ERROR>{}</ERROR>\n</eFetchResult>\n'


@pytest.fixture
def server():
    with EutilsServer() as running:
        yield running


# --- searching


@pytest.mark.parametrize(
    ("term", "pmids"),
    [
        ("interleukin-32[Title]", ["90000010", "90000007", "90000004"]),  # a field; a hyphen counts as a space
        ("interleukin-32[Title] AND 2010:2017[dp]", ["90000007", "90000004"]),  # years, both included
        ('("2022/01/01"[dp] : "2023"[dp]) AND metformin', ["90000013", "90000012"]),  # as PubMed's page writes dates
        ('"vitamin B12"', ["90000012"]),  # a phrase
        ("metformin mice OR sepsis[ti]", ["90000011", "90000009", "90000008"]),  # left to right, AND between words
        ("metformin NOT (trial[ti] OR mice)", ["90000016", "90000015", "90000014", "90000013"]),  # brackets
        ("Randomized Controlled Trial[pt]", ["90000012"]),  # several words before a field
        ("IL-32β  \n sepsis", ["90000009", "90000008"]),  # Greek; white space is folded
        ("P < 0.01 & invasion", ["90000001"]),  # characters with a meaning in forms and XML
    ],
)
def test_search_brings_the_pmids_newest_first(server, term, pmids):
    result = make_client(server).search(term)
    assert (list(result.pmids), result.total, result.notes) == (pmids, len(pmids), ())


def test_search_with_a_limit_asks_for_no_more_and_tells_the_total(server):
    result = make_client(server).search("metformin", limit=2)
    assert (result.pmids, result.total) == (("90000016", "90000015"), 6)
    assert [request.params["retmax"] for request in server.requests] == ["2"]


def test_a_search_that_finds_nothing_says_what_is_unknown(server):
    result = make_client(server).search("zqxjvk")
    assert (result.pmids, result.total) == ((), 0)
    assert result.notes == ("PubMed does not know “zqxjvk” and searched without it", "PubMed remarks: No items found")


def test_a_partly_unknown_search_keeps_its_hits_and_warns(server):
    result = make_client(server).search("colitis AND zqxjvk AND severity[nonsense]")
    assert result.pmids == ("90000005",)
    assert result.notes == (
        "PubMed does not know “zqxjvk” and searched without it",
        "PubMed has no field “nonsense”",
    )


@pytest.mark.parametrize(
    ("term", "limit", "said"),
    [
        ("", None, "the search is empty"),
        (" \n\t ", None, "the search is empty"),
        ("il-32\x00", None, "control characters or broken text"),
        ("il-32 \udcff", None, "control characters or broken text"),  # an argument that was not UTF-8
        ("il-32", 0, "the limit is 0; it must be at least 1"),
    ],
)
def test_a_search_that_cannot_be_sent_is_not_sent(server, term, limit, said):
    with pytest.raises(InputError, match=said):
        make_client(server).search(term, limit=limit)
    assert server.requests == []


def test_a_json_answer_to_a_search_is_read_as_well(server):
    body = {
        "esearchresult": {"count": "2", "idlist": ["90000002", "90000001"], "warninglist": {"phrasesignored": ["the"]}}
    }
    server.faults.append(Fault(status=200, body=json.dumps(body)))
    result = make_client(server).search("anything")
    assert (result.pmids, result.total, result.notes) == (("90000002", "90000001"), 2, ("PubMed ignored “the”",))


def test_a_mirror_with_small_pages_is_paged(server):
    server.page_limit = 4
    assert make_client(server).search("metformin").pmids == tuple(str(90000016 - i) for i in range(6))
    assert [(request.params["retstart"], request.params["retmax"]) for request in server.requests] == [
        ("0", "9999"),
        ("4", "2"),
    ]


def many(count, first_day=date(2001, 1, 1), days=9000):
    """Return so many slim records and their entry dates, spread over the days, the newest with the highest PMID."""
    records = [Abstract(str(10_000_000 + n), "Aneurysm", year=1990 + n % 30) for n in range(count)]
    entered = {record.pmid: first_day + timedelta(days=n * days // count) for n, record in enumerate(records)}
    return records, entered


def newest_first(records, count=None):
    return tuple(sorted((record.pmid for record in records), reverse=True)[:count])


@pytest.fixture(scope="module")
def server_of_25_000():
    records, entered = many(25_000)
    with EutilsServer(records, entry_dates=entered) as running:
        yield running


@pytest.mark.parametrize("limit", [None, 12_000, SEARCH_LIMIT])
def test_a_search_with_25_000_hits_brings_25_000_or_the_limit(limit, server_of_25_000):
    result = make_client(server_of_25_000).search("aneurysm", limit=limit)
    assert result.total == 25_000
    assert result.pmids == newest_first(server_of_25_000.records.values(), limit)
    assert result.notes == ()
    assert all(
        int(request.params["retstart"]) + int(request.params["retmax"]) <= 9_999
        for request in server_of_25_000.requests
    )


def test_a_day_with_more_entries_than_can_be_listed_is_split_by_date_of_print():
    records, entered = many(12_000, days=1)
    with EutilsServer(records, entry_dates=entered) as server:
        result = make_client(server).search("aneurysm")
        assert set(result.pmids) == set(newest_first(records))
        assert {request.params.get("datetype") for request in server.requests} == {None, "edat", "pdat"}


@pytest.fixture(scope="module")
def server_with_a_full_day():
    """Of 25,000 records 12,000 have one day of entry, but thirty years of print."""
    records, entered = many(25_000)
    entered |= {record.pmid: entered[records[5_000].pmid] for record in records[5_000:17_000]}
    with EutilsServer(records, entry_dates=entered) as running:
        yield running


@pytest.mark.parametrize("limit", [None, 24_000])
def test_25_000_hits_of_which_12_000_came_on_one_day_all_come(limit, server_with_a_full_day):
    result = make_client(server_with_a_full_day).search("aneurysm", limit=limit)
    assert (len(set(result.pmids)), len(result.pmids), result.total) == (limit or 25_000, limit or 25_000, 25_000)
    assert result.notes == ()


def test_a_day_of_entry_that_is_one_day_of_print_too_is_split_by_pmid():
    records = [Abstract(str(10_000_000 + n), "Aneurysm", year=2001) for n in range(10_500)]
    with EutilsServer(records) as server:
        result = make_client(server).search("aneurysm OR nosuchword")
        assert (len(set(result.pmids)), result.total) == (10_500, 10_500)
        assert not [note for note in result.notes if "listed only" in note]


def test_hits_that_no_split_can_reach_are_counted_in_a_note(monkeypatch):
    records = [Abstract(str(10_000_000 + n), "Aneurysm", year=2001) for n in range(10_500)]
    monkeypatch.setattr("pubmed_search._PMID_RANGE", re.compile("never"))  # a mirror that knows none
    with EutilsServer(records) as server:
        result = make_client(server).search("aneurysm")
        assert (len(result.pmids), result.total) == (9_999, 10_500)
        assert result.notes == ("PubMed counted 10,500 hits but listed only 9,999",)


# --- fetching


def test_ids_go_by_post_in_batches_with_email_tool_and_key(server):
    client = make_client(server, api_key=KEY, batch_size=2)
    batches = list(client.fetch(["90000001", "90000002", "90000001", "90000003"]))
    assert [batch.pmids for batch in batches] == [("90000001", "90000002"), ("90000003",)]
    assert pmids_in(batches) == ["90000001", "90000002", "90000003"]
    assert [(request.method, request.path, dict(request.query)) for request in server.requests] == [
        ("POST", "/entrez/eutils/efetch.fcgi", {})
    ] * 2
    assert server.requests[0].params == {
        "db": "pubmed",
        "id": "90000001,90000002",
        "retmode": "xml",
        "tool": "AskAbstracts",
        "email": EMAIL,
        "api_key": KEY,
    }


def test_without_email_and_key_none_is_made_up(server, recwarn):
    list(make_client(server, email=None).fetch(["90000001"]))
    assert server.requests[0].params["email"] == ""
    assert "api_key" not in server.requests[0].params
    assert list(recwarn) == []


def test_clients_do_not_share_settings(server):
    for email, key in (("a@example.org", "key-a"), ("b@example.org", None)):
        make_client(server, email=email, api_key=key).search("il-32")
    assert [(request.params["email"], request.params.get("api_key")) for request in server.requests] == [
        ("a@example.org", "key-a"),
        ("b@example.org", None),
    ]


def test_records_come_as_the_server_sent_them(server):
    [batch] = make_client(server).fetch(["90000008", "90000010"])
    assert batch == FetchedBatch(("90000008", "90000010"), record_set([RECORDS[7], RECORDS[9]]).strip().encode())


def test_unknown_and_merged_pmids_are_left_to_the_caller(server):
    server.merged["90000099"] = "90000002"
    [batch] = make_client(server).fetch(["999999999", "90000099"])
    assert (batch.pmids, pmids_in([batch]), batch.failed) == (("999999999", "90000099"), ["90000002"], {})


def test_what_is_no_pmid_fails_and_is_not_sent(server):
    batches = list(make_client(server).fetch(["90000001", "0", "il-32", "-5", "9" * 11, ""]))
    assert failed_in(batches) == dict.fromkeys(
        ["0", "il-32", "-5", "9" * 11, ""], "is not a PMID: a PMID is a number of 1 to 10 digits"
    )
    assert pmids_in(batches) == ["90000001"]
    assert [request.params["id"] for request in server.requests] == ["90000001"]


def test_nothing_asked_sends_nothing(server):
    assert list(make_client(server).fetch([])) == []
    assert server.requests == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(
            status=400, body="<html><title>Bad Request</title></html>", pmid="90000003", times=99
        ),  # for no reason given
        Fault(status=400, body=ERROR_XML.format("Invalid uid 90000003"), pmid="90000003", times=99),  # the id is named
        Fault(status=200, body="<PubmedArticleSet><a></b></PubmedArticleSet>", pmid="90000003", times=99),  # ill-formed
    ],
)
def test_one_pmid_that_spoils_its_batch_fails_alone(server, fault):
    server.faults.append(fault)
    wanted = [record.pmid for record in RECORDS]
    batches = list(make_client(server).fetch(wanted))
    assert pmids_in(batches) == [pmid for pmid in wanted if pmid != "90000003"]
    assert list(failed_in(batches)) == ["90000003"]
    assert sorted(pmid for batch in batches for pmid in batch.pmids) == wanted


def test_ids_of_which_none_is_a_pmid_all_fail_with_the_reason(server):
    server.faults.append(
        Fault(status=400, body=ERROR_XML.format("ID list is empty! Possibly it has no correct IDs."), times=99)
    )
    [batch] = make_client(server).fetch(["1", "2", "3"])
    said = "HTTP 400: ID list is empty! Possibly it has no correct IDs."
    why = f"was not fetched: NCBI took no id for a PMID ({said}); check the PMIDs"
    assert batch.failed == {"1": why, "2": why, "3": why}


def test_a_server_that_refuses_everything_is_not_blamed_on_the_pmids(server):
    server.faults.append(Fault(status=400, body="no", times=999))
    with pytest.raises(EutilsError, match=r"the request was refused \(HTTP 400: no\); check ASKABSTRACTS_EUTILS_URL"):
        list(make_client(server).fetch([str(pmid) for pmid in range(1, 201)]))
    assert len(server.requests) < 80


def test_batches_before_a_lasting_trouble_are_kept(server):
    server.faults.append(Fault(status=503, pmid="90000003", times=99))
    kept = []
    with pytest.raises(EutilsError, match=r"did not bring 2 abstracts \(PMID 90000003 to 90000004\)"):
        for batch in make_client(server, batch_size=2).fetch([record.pmid for record in RECORDS]):
            kept.append(batch.pmids)
    assert kept == [("90000001", "90000002")]


# --- trouble

PASSING = [
    Fault(status=429, headers={"Retry-After": "2"}, body='{"error":"API rate limit exceeded"}'),
    Fault(status=200, body='{"error":"API rate limit exceeded","api-key":"192.0.2.1"}'),
    Fault(status=500, body='{"error":"error forwarding request","type":"ip"}'),
    Fault(status=500),
    Fault(status=502, body="<html><head><title>502 Proxy Error</title></head></html>"),
    Fault(status=503, headers={"Retry-After": "nonsense"}),
    Fault(status=408),
    Fault(status=400, body=ERROR_XML.format(" Error occurred: cannot get document summary")),  # a 400 that passes
    Fault(status=200, body=ERROR_XML.format("Unable to obtain query #1")),
    Fault(status=200, body=ERROR_XML.format("something new &amp; strange")),
    Fault(status=200, body='{"esearchresult":{"ERROR":"Search Backend failed:\n gone"}}'),  # with a raw line end
    Fault(status=200, body="<!DOCTYPE html>\n<html><head><title>Log in</title></head><p>unclosed</html>"),
    Fault(status=200, body='<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'),
    Fault(status=200, body=""),
    Fault(status=200, body=" \n"),
    Fault(status=200, body="upstream gone"),
    Fault(status=200, body="[1, 2]"),
    Fault(status=200, body="{"),
    Fault(status=200, body="<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PM"),  # ends in the middle
    Fault(status=200, body="<PubmedArticleSet><PubmedArticle/>"),  # no closing tag
    Fault(status=200, body="<PubmedArticleSet/><html/>"),  # something more after the end
    Fault(status=200, body=b"<PubmedArticleSet>\xff</PubmedArticleSet>"),  # not UTF-8
    Fault(status=200, body="<eSummaryResult/>"),  # another endpoint's answer
    Fault(status=200, body=gzip.compress(b"<PubmedArticleSet/>")[:-6]),  # packed, and cut
    Fault(status=200, body=b"\x1f\x8bnot packed at all"),
    Fault(status=None, cut_after=100),  # in the middle of a piece
    Fault(status=200, body="<PubmedArticleSet/>    ", cut_after=19),  # fewer bytes than Content-Length says
    Fault(is_dropped=True),  # closed before any answer
    Fault(status=None, delay_s=9),  # longer than the client waits
]


@pytest.mark.parametrize("fault", PASSING, ids=range(len(PASSING)))
@pytest.mark.parametrize("endpoint", ["efetch", "esearch"])
def test_what_passes_is_tried_again_and_nothing_is_lost(server, fault, endpoint):
    server.faults.append(fault)
    heard = []
    timeout_s = 1 if fault.delay_s else 20
    client = make_client(server, timeout_s=timeout_s, on_wait=lambda why, seconds: heard.append((why, seconds)))
    if endpoint == "efetch":
        assert pmids_in(client.fetch(["90000001", "90000002"])) == ["90000001", "90000002"]
    else:
        assert client.search("colitis").pmids == ("90000005",)
    assert len(server.requests) == 2
    [(why, seconds)] = heard
    assert client.slept == [seconds]
    assert re.fullmatch(r"[^\n]{10,300}", why)


def test_an_answer_that_is_never_silent_and_never_done_is_given_up(server, monkeypatch):
    monkeypatch.setattr("index.ingest.eutils.connection._TOTAL_TIMEOUT_FACTOR", 1)
    server.faults.append(Fault(status=200, body=" " * 999, trickle_s=0.1))
    heard = []
    client = make_client(server, timeout_s=2, on_wait=lambda why, _: heard.append(why))
    assert pmids_in(client.fetch(["90000001"])) == ["90000001"]
    assert heard == ["the answer came too slowly"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            Fault(
                status=400,
                body=f'{{"error":"API key invalid","api-key":"{KEY}","type":"invalid",\n"status":"unknown"}}',
            ),
            "NCBI refused the API key (HTTP 400: API key invalid); correct or unset ASKABSTRACTS_NCBI_API_KEY",
        ),
        (
            Fault(status=200, body=f'{{"error":"API key invalid","api-key":"{KEY}"}}'),
            "NCBI refused the API key (HTTP 200: API key invalid); correct or unset ASKABSTRACTS_NCBI_API_KEY",
        ),
        (
            Fault(status=403, body="<html><head><title>Access denied</title></head></html>"),
            "the request was refused (HTTP 403: Access denied); "
            "NCBI may have blocked this address: wait, or write to eutilities@ncbi.nlm.nih.gov",
        ),
        (Fault(status=404), "the request was refused (HTTP 404); check ASKABSTRACTS_EUTILS_URL"),
        (
            Fault(status=302, headers={"Location": "http://127.0.0.1:9/login"}),  # never followed
            "the server sends elsewhere (HTTP 302: http://127.0.0.1:9/login); check ASKABSTRACTS_EUTILS_URL",
        ),
        (
            Fault(status=200, body=ERROR_XML.format("Invalid db name specified: pubmed").replace("eFetch", "ePost")),
            "the server has no PubMed (HTTP 200: Invalid db name specified: pubmed); check ASKABSTRACTS_EUTILS_URL",
        ),
    ],
)
def test_what_lasts_is_said_in_one_sentence_at_once(server, fault, said):
    server.faults.append(fault)
    host = server.url.split("/")[2]
    with pytest.raises(EutilsError) as caught:
        list(make_client(server, api_key=KEY).fetch(["90000001"]))
    assert str(caught.value) == f"PubMed at {host} did not bring PMID 90000001: {said}"
    assert len(server.requests) == 1


def test_waits_grow_and_end_after_six_tries(server):
    server.faults.append(Fault(status=503, times=99))
    client = make_client(server)
    with pytest.raises(EutilsError, match=r"the server is in trouble \(HTTP 503\), 6 times over; run the same command"):
        client.search("il-32")
    assert len(server.requests) == 6
    for expected, waited in zip([1, 2, 4, 8, 16], client.slept, strict=True):
        assert 0.75 * expected <= waited <= 1.25 * expected


def http_date(seconds):
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [
        ("7", 7, 7.7),
        ("0", 0.75, 1.25),  # never less than our own wait
        ("100000", 120, 132),  # nobody waits for a day
        pytest.param(http_date(3600), 120, 132, id="in an hour"),
        pytest.param(http_date(-3600), 0.75, 1.25, id="an hour ago"),
        ("soon", 0.75, 1.25),
        ("-5", 0.75, 1.25),
        ("2.5", 2.5, 2.75),
        ("9" * 400, 120, 132),
        ("Wed, 99 Foo 2026 25:61:61 GMT", 0.75, 1.25),
    ],
)
def test_retry_after_is_obeyed_within_reason(server, retry_after, least, most):
    server.faults.append(Fault(status=429, headers={"Retry-After": retry_after}))
    client = make_client(server)
    client.search("il-32")
    assert least <= client.slept[0] <= most


def test_a_rate_limit_holds_the_other_threads_too(server):
    time = FakeTime()
    client = make_client(server, rate_limiter=RateLimiter(3, clock=time.clock, sleep=time.sleep))
    server.faults.append(Fault(status=429, headers={"Retry-After": "7"}))
    client.search("il-32")
    assert time.now >= 7


def test_what_on_wait_raises_ends_the_call(server):
    def stop(why, seconds):
        raise KeyboardInterrupt

    server.faults.append(Fault(status=503))
    with pytest.raises(KeyboardInterrupt):
        make_client(server, on_wait=stop).search("il-32")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"error": f"bad key {KEY} of {EMAIL}"}),
        f"<html><head><title>no {KEY} {EMAIL}</title></head></html>",
        ERROR_XML.format(f"unknown parameter api_key={KEY}&amp;email=curator%2Bil32%40example.org"),
        f"db=pubmed&email=curator%2Bil32%40example.org&api_key={KEY}",
        f"{KEY.upper()} curator+il32&#64;example.org",
    ],
)
@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_key_and_email_are_in_no_message(server, status, body):
    server.faults.append(Fault(status=status, body=body, times=99))
    heard = []
    client = make_client(server, api_key=KEY, on_wait=lambda why, _: heard.append(why))
    with pytest.raises(EutilsError) as caught:
        client.search("il-32")
    told = "\n".join(
        [*traceback.format_exception(caught.value), *heard, repr(client), repr(client._connection)]
    ).lower()
    assert [secret for secret in (KEY, "curator", "example.org") if secret in told] == []


def test_no_network_is_told_soon():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    waits = FakeTime()
    client = EutilsClient(url=f"http://127.0.0.1:{port}/eutils", sleep=waits.sleep)
    with pytest.raises(EutilsError) as caught:
        client.search("il-32")
    assert str(caught.value) == (
        f"PubMed could not be reached at 127.0.0.1:{port}: Connection refused; "
        "check the network, or set ASKABSTRACTS_EUTILS_URL"
    )
    assert len(waits.slept) == 2


def test_a_server_that_was_there_is_waited_for_longer():
    with EutilsServer() as server:
        client = make_client(server)
        client.search("il-32")
    with pytest.raises(EutilsError, match="could not be reached"):
        client.search("il-32")
    assert len(client.slept) == 5


def test_a_client_may_be_used_where_an_event_loop_runs(server):
    async def notebook():
        return make_client(server).search("colitis").pmids

    assert asyncio.run(notebook()) == ("90000005",)


def test_requests_go_by_the_proxy_of_the_environment(server, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url.removeprefix("http://").partition("/")[0])
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:9")  # not for this scheme
    assert make_client(SimpleNamespace(url="http://pubmed.test/eutils")).search("colitis").pmids == ("90000005",)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert make_client(server).search("colitis").pmids == ("90000005",)


def test_a_proxy_that_cannot_be_used_is_said_at_once(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:9")
    with pytest.raises(EutilsError, match=r"the proxy is of a kind that cannot be used; check the proxy's settings"):
        make_client(server).search("colitis")


def test_reading_a_search_fetches_no_dtd_and_leaves_the_home_alone(server):
    body = '<?xml version="1.0"?><!DOCTYPE eSearchResult SYSTEM "https://eutils.ncbi.nlm.nih.gov/new.dtd">'
    body += "<eSearchResult><Count>1</Count><IdList><Id>5</Id></IdList><NewThing><X/></NewThing></eSearchResult>"
    server.faults.append(Fault(status=200, body=body))
    assert make_client(server).search("colitis").pmids == ("5",)
    from Bio.Entrez.Parser import DataHandler  # importing it is what makes folders

    assert Path(DataHandler.directory) == Path(Entrez.__file__).parents[2]


# --- settings


@pytest.mark.parametrize(
    "url",
    [
        "eutils.ncbi.nlm.nih.gov",  # no scheme
        "ftp://host/x",
        "file:///etc/passwd",
        "http://",
        "http://host:port/",
        "http://ho st/",
        "http://me:secret@host/",
        "http://host/?api_key=secret",
    ],
)
def test_an_address_that_cannot_work_is_refused_without_repeating_it(monkeypatch, url):
    monkeypatch.setenv("ASKABSTRACTS_EUTILS_URL", url)
    with pytest.raises(InputError, match="correct ASKABSTRACTS_EUTILS_URL") as caught:
        EutilsClient.from_environment()
    assert "secret" not in str(caught.value)


def test_the_environment_is_read(monkeypatch):
    monkeypatch.setenv("ASKABSTRACTS_EUTILS_URL", " http://127.0.0.1:9/eutils/ ")
    monkeypatch.setenv("ASKABSTRACTS_EMAIL", EMAIL)
    monkeypatch.setenv("ASKABSTRACTS_NCBI_API_KEY", KEY)
    client = EutilsClient.from_environment()
    assert (client.url, client.email, client.api_key) == ("http://127.0.0.1:9/eutils/", EMAIL, KEY)


def test_blank_variables_count_as_not_set(monkeypatch):
    for name in ("EUTILS_URL", "EMAIL", "NCBI_API_KEY"):
        monkeypatch.setenv(f"ASKABSTRACTS_{name}", " ")
    assert EutilsClient.from_environment() == EutilsClient()
    assert EutilsClient().url == "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"email": "nobody"}, "ASKABSTRACTS_EMAIL"),
        ({"api_key": "two words"}, "ASKABSTRACTS_NCBI_API_KEY"),
        ({"api_key": "new\nline"}, "ASKABSTRACTS_NCBI_API_KEY"),
        ({"batch_size": 0}, "batch_size is 0; it must be between 1 and 9,999"),
        ({"max_tries": 0}, "max_tries is 0; it must be at least 1"),
        ({"timeout_s": 0}, "timeout_s is 0; it must be more than 0"),
    ],
)
def test_settings_out_of_bounds_are_refused(settings, said):
    with pytest.raises(InputError, match=said):
        EutilsClient(**settings)


# --- rate limit


@pytest.mark.parametrize(("key", "limit", "requests"), [(None, 3, 11), (KEY, 10, 25)])
def test_the_server_never_sees_more_than_it_allows_however_many_threads(server, key, limit, requests):
    server.rate_limit = True
    clients = [EutilsClient(url=server.url, email=EMAIL, api_key=key) for _ in range(4)]  # no pace of their own
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda n: clients[n % 4].search("metformin", limit=1).pmids, range(requests)))
    assert found == [("90000016",)] * requests
    assert len(server.requests) == requests
    assert server.busiest() <= limit


def test_threads_do_not_mix_up_their_answers(server):
    client = make_client(server)
    wanted = [record.pmid for record in RECORDS] * 5
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda pmid: pmids_in(client.fetch([pmid])), wanted)) == [[pmid] for pmid in wanted]


# --- the stand-in itself


def test_the_standin_refuses_more_than_three_requests_a_second(server):
    server.rate_limit = True
    free = RateLimiter(1000)
    client = EutilsClient(url=server.url, rate_limiter=free, max_tries=1)
    gate = threading.Barrier(4)

    def search(_):
        gate.wait()
        try:
            return client.search("colitis").total
        except EutilsError as error:
            return re.search(r"HTTP \d+: [\w ]+", str(error))[0]

    with ThreadPoolExecutor(4) as threads:
        assert sorted(map(str, threads.map(search, range(4)))) == ["1", "1", "1", "HTTP 429: API rate limit exceeded"]


@pytest.mark.parametrize("abstract", RECORDS, ids=lambda abstract: abstract.pmid)
def test_the_standin_writes_records_that_read_as_they_were(abstract):
    (read,) = parse_pubmed_xml(BytesIO(record_set([abstract]).encode()), name="test")
    assert replace(read, author_records=()) == abstract  # which has its authors as names only
    assert pubmed_xml(abstract).startswith("<PubmedArticle>")


def test_the_standin_serves_any_number_of_invented_records_and_quickly():
    records = invented(450)
    assert (len({record.pmid for record in records}), len({record.text for record in records})) == (450, 450)
    assert invented(450) == records
    with EutilsServer(records) as server:
        client = make_client(server)
        result = client.search('"J Invented Results"[ta]')
        assert sorted(result.pmids) == [record.pmid for record in records]
        began = time.process_time()
        batches = list(client.fetch([record.pmid for record in records]))
        assert time.process_time() - began < 3 * 0.5  # 0.05 s a batch where nothing else runs
    came = [record for batch in batches for record in parse_pubmed_xml(BytesIO(batch.xml), name="test")]
    assert [replace(one, author_records=()) for one in came] == list(records)


# ---- links


def test_links_come_nearest_first_without_the_paper_itself_and_by_each_paper(server):
    server.links |= {
        "pubmed_pubmed": {"90000001": ("90000003", "90000009", "90000002")},
        "pubmed_pubmed_citedin": {"90000001": ("90000002", "90000004")},
    }
    client = make_client(server)
    asked = ["90000001", "90000005"]
    assert client.links(asked, "similar_to") == {"90000001": ("90000003", "90000009", "90000002"), "90000005": ()}
    assert client.links(asked, "cited_by") == {"90000001": ("90000004", "90000002"), "90000005": ()}  # NCBI's order
    assert client.links([], "references_of") == {}
    assert [one.params["linkname"] for one in server.requests] == ["pubmed_pubmed", "pubmed_pubmed_citedin"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<eLinkResult><ERROR>Link backend failed</ERROR></eLinkResult>", "NCBI reported an error"),
        ("<eLinkResult></eLinkResult>", "the answer has nothing on PMID 90000001"),
        ("<eLinkResult><LinkSet><DbFrom>pubmed</DbFrom><IdList><Id>90000001</Id><Id>2</Id></IdList></LinkSet>"
         "</eLinkResult>", "what came are no whole links"),
        ("<eLinkResult><LinkSet>", "what came are no whole links"),
        ("", "the answer was empty"),
        ("<!DOCTYPE html><html><title>Log in</title></html>", "a web page"),
    ],
)  # fmt: skip
def test_what_are_no_links_is_asked_for_again_and_then_said(server, body, said):
    server.links["pubmed_pubmed"] = {"90000001": ("90000003",)}
    server.faults.append(Fault(status=200, body=body, endpoint="elink"))
    assert make_client(server).links(["90000001"], "similar_to") == {"90000001": ("90000003",)}
    server.faults.append(Fault(status=200, body=body, endpoint="elink", times=9))
    with pytest.raises(EutilsError, match=said):
        make_client(server, max_tries=2).links(["90000001"], "similar_to")
