"""Exchanges with NCBI's own E-utilities as they were recorded, served again over real HTTP."""

import gzip
import re
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from conftest import SHARED
from eutils_clients import EMAIL, KEY, failed_in, make_client, pmids_in
from eutils_recordings import read_recordings, read_refusals
from eutils_refusals import LASTS, NO_ERROR, REFUSALS
from eutils_server import EutilsServer, Fault

from index.errors import EutilsError

RECORDINGS = read_recordings(SHARED / "eutils-http" / "exchanges.jsonl")
KNOWN = read_refusals(SHARED / "eutils-http" / "errors.jsonl")
each_recording = pytest.mark.parametrize("recording", RECORDINGS, ids=lambda one: one.id)
each_known = pytest.mark.parametrize("row", KNOWN.values(), ids=KNOWN.keys())
needs_recordings = pytest.mark.skipif(not RECORDINGS, reason="the recorded exchanges are not here")


@pytest.fixture
def server():
    with EutilsServer() as running:
        yield running


@needs_recordings
def test_all_31_exchanges_are_here_and_each_of_the_28_refusals_has_a_version_of_ours():
    assert (len(RECORDINGS), len(KNOWN)) == (31, 28)
    assert set(KNOWN) == set(REFUSALS)
    assert {name: KNOWN[name]["status"] for name in KNOWN} == {name: REFUSALS[name].fault.status for name in KNOWN}


@needs_recordings
@each_recording
def test_the_standin_serves_each_exchange_as_it_was_recorded(server, recording):
    server.recordings.append(recording)
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    headers = {"Accept-Encoding": "gzip", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(recording.method, recording.path, recording.form, headers)
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Content-Type"]) == (recording.status, recording.type)
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert gzip.decompress(answer.read()) == recording.body
    connection.close()


@needs_recordings
@each_recording
def test_the_client_asks_anew_and_gets_what_was_recorded(server, recording):
    if recording.params.get("db") != "pubmed" or not (recording.params["id"] or recording.params.get("term")):
        return  # nothing that this client would ask: another database, or no id at all; see the next test
    server.recordings.append(recording)
    client = make_client(server)
    if recording.endpoint == "esearch":
        if "reldate" in recording.params:
            return
        result = client.search(recording.params["term"])
        assert list(result.pmids) == re.findall(r"<Id>(\d+)</Id>", recording.body.decode())
        assert result.total == int(re.search(rb"<Count>(\d+)</Count>", recording.body)[1])
    else:
        batches = list(client.fetch(recording.params["id"].split(",")))
        assert [batch.xml for batch in batches] == [recording.body.strip()]
    assert client.slept == []


@needs_recordings
@each_recording
def test_every_recorded_answer_is_read_or_refused_in_a_sentence(server, recording):
    # The recorded headers say gzip, the recorded bodies are unpacked: as some servers do.
    server.faults.append(Fault(recording.status, recording.headers, recording.body, times=99))
    client = make_client(server)
    if recording.endpoint == "esearch":
        result = client.search("anything")
        assert list(result.pmids) == re.findall(r"<Id>(\d+)</Id>", recording.body.decode())
    elif recording.body.rstrip().endswith(b"</PubmedArticleSet>"):
        [batch] = client.fetch(["12529422"])
        assert batch.xml == recording.body.strip()
    else:  # elink, einfo, esummary, another database, an empty list of ids
        try:
            came = failed_in(client.fetch(["12529422"]))["12529422"]
        except EutilsError as error:
            came = str(error)
        assert re.search("what came is no set of records but <|Supplied id parameter is empty", came)


def ask(client, endpoint):
    """Search, or fetch one record; return the PMIDs that came or the reason why not."""
    try:
        if endpoint == "esearch":
            return client.search("colitis").pmids
        batches = list(client.fetch(["90000005"]))
        return failed_in(batches).get("90000005") or tuple(pmids_in(batches))
    except EutilsError as error:
        return str(error)


def fault_of(row, times):
    return Fault(row["status"], row["headers"], row["body"].replace("<the key that was sent>", KEY), times=times)


@needs_recordings
@each_known
@pytest.mark.parametrize("endpoint", ["efetch", "esearch"])
def test_every_known_refusal_is_survived_or_said_as_our_version_of_it_is(server, row, endpoint):
    refusal = REFUSALS[row["name"]]
    if row["endpoint"] in ("efetch", "esearch") and endpoint != row["endpoint"]:
        return
    server.faults.append(fault_of(row, times=1))
    came = ask(make_client(server, api_key=KEY), endpoint)
    if refusal.outcome == LASTS:
        assert refusal.said.partition(" (HTTP")[0] in came
        assert len(server.requests) == 1
    elif refusal.outcome != NO_ERROR:
        assert came == ("90000005",)
        assert len(server.requests) == 2


@needs_recordings
@each_known
def test_every_known_refusal_that_does_not_end_is_one_sentence(server, row):
    refusal = REFUSALS[row["name"]]
    if refusal.outcome == NO_ERROR:
        return
    server.faults.append(fault_of(row, times=99))
    came = ask(make_client(server, api_key=KEY), row["endpoint"])
    assert re.fullmatch(r"(PubMed at|was not fetched:) [^\n]{20,500}", came)
    assert [secret for secret in (KEY, EMAIL, "203.0.113.7") if secret in came] == []
    assert len(server.requests) == (1 if refusal.outcome == LASTS else 6)


@needs_recordings
def test_what_is_no_error_is_told_as_it_is(server):
    unknown = ("PubMed does not know “zqxjvkplmwtt” and searched without it",)
    for name, expected in {
        "esearch-no-hits": ((), 0, (*unknown, "PubMed remarks: No items found")),
        "esearch-no-hits-json": ((), 0, (*unknown, "PubMed remarks: No items found")),
        "esearch-partly-unknown-phrase": (("42742084",), 245385, (*unknown, "PubMed remarks: Quoted phrase not found")),
    }.items():
        server.faults.append(fault_of(KNOWN[name], times=1))
        result = make_client(server).search("zqxjvkplmwtt", limit=1)
        assert (result.pmids, result.total, result.notes) == expected
    server.faults.append(fault_of(KNOWN["efetch-unknown-pmid"], times=1))
    assert pmids_in(make_client(server).fetch(["999999999"])) == []
