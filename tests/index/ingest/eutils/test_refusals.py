"""Every way in which E-utilities is known to say no, and their neighbours, over real HTTP."""

import gzip
import json
import logging
import re
import socket
import threading
import traceback
from contextlib import suppress
from dataclasses import replace
from http.client import HTTPConnection
from types import SimpleNamespace

import pytest
from eutils_clients import EMAIL, KEY, failed_in, make_client, pmids_in
from eutils_refusals import LASTS, NO_ERROR, PASSES, REFUSALS
from eutils_server import RECORDS, EutilsServer, Fault, record_set

from index.errors import EutilsError

ERROR_XML = '<?xml version="1.0" encoding="UTF-8" ?>\n<eFetchResult>\n\t<ERROR>{}</ERROR>\n</eFetchResult>\n'
ALL = [record.pmid for record in RECORDS]


@pytest.fixture
def server():
    with EutilsServer() as running:
        yield running


def ask(client, endpoint):
    """Search, or fetch one record; return the PMIDs that came or the reason why not."""
    if endpoint == "esearch":
        return list(client.search("colitis").pmids)
    batches = list(client.fetch(["90000005"]))
    return failed_in(batches).get("90000005") or pmids_in(batches)


def endpoints(refusal):
    return ("efetch", "esearch") if refusal.endpoint == "any" else (refusal.endpoint,)


def cases(*outcomes):
    return [
        pytest.param(refusal, endpoint, id=f"{name}-{endpoint}")
        for name, refusal in REFUSALS.items()
        for endpoint in endpoints(refusal)
        if refusal.outcome in outcomes
    ]


def test_there_are_28():
    assert len(REFUSALS) == 28


@pytest.mark.parametrize(("refusal", "endpoint"), cases(PASSES))
def test_what_passes_is_tried_again_with_growing_waits_and_nothing_is_lost(server, refusal, endpoint):
    server.faults.append(replace(refusal.fault, times=3))
    client = make_client(server, api_key=KEY)
    assert ask(client, endpoint) == ["90000005"]
    assert len(server.requests) == 4
    assert len(client.slept) == 3
    for least, waited in zip([1, 2, 4], client.slept, strict=True):
        assert 0.75 * least <= waited <= max(1.25 * least, 2.2)  # 2 s is what one Retry-After asks for


@pytest.mark.parametrize(("refusal", "endpoint"), cases(PASSES))
def test_what_does_not_pass_is_given_up_after_six_tries_in_one_sentence(server, refusal, endpoint):
    server.faults.append(refusal.lasting)
    with pytest.raises(EutilsError) as caught:
        ask(make_client(server, api_key=KEY), endpoint)
    assert re.fullmatch(
        r"PubMed at 127\.0\.0\.1:\d+ did not [^\n]{20,400}, 6 times over; [^\n]{10,120}", str(caught.value)
    )
    assert len(server.requests) == 6


@pytest.mark.parametrize(("refusal", "endpoint"), cases(LASTS))
def test_what_lasts_is_said_at_once(server, refusal, endpoint):
    server.faults.append(refusal.lasting)
    try:
        came = ask(make_client(server, api_key=KEY), endpoint)
    except EutilsError as error:
        came = str(error)
    assert re.fullmatch(rf"(PubMed at .+ did not .+|was not fetched): {re.escape(refusal.said)}", came)
    assert len(server.requests) == 1


@pytest.mark.parametrize(("refusal", "endpoint"), cases(NO_ERROR))
def test_what_is_no_error_is_taken_as_it_is(server, refusal, endpoint):
    server.faults.append(refusal.fault)
    client = make_client(server)
    if endpoint == "efetch":
        [batch] = client.fetch(["999999999"])
        assert (pmids_in([batch]), batch.failed) == ([], {})  # the account names what did not come
    else:
        result = client.search("qqzzx")
        assert len(result.pmids) == result.total
        assert result.notes[0] == "PubMed does not know “qqzzx” and searched without it"
    assert (client.slept, len(server.requests)) == ([], 1)


@pytest.mark.parametrize("name", [name for name, refusal in REFUSALS.items() if refusal.endpoint in ("any", "efetch")])
def test_a_refusal_in_the_middle_of_a_long_fetch_costs_nothing_that_came(server, name):
    refusal = REFUSALS[name]
    server.faults.append(replace(refusal.lasting, pmid="90000007"))
    kept, lost = [], {}
    try:
        for batch in make_client(server, api_key=KEY, batch_size=4).fetch(ALL):
            kept += pmids_in([batch])
            lost |= batch.failed
    except EutilsError as error:
        assert "90000007" in str(error) or "abstracts (PMID 90000005 to 90000008)" in str(error)
    assert kept[:4] == ALL[:4]
    if refusal.outcome is NO_ERROR:
        assert kept == ALL[:4] + ALL[8:]  # a whole batch that NCBI says it does not have
    elif lost:
        assert set(lost) <= {"90000005", "90000006", "90000007", "90000008"}
        assert sorted(kept + list(lost)) == ALL


# --- neighbours


BOMB = (
    '<!DOCTYPE a [<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    + "]><PubmedArticleSet>&a8;</PubmedArticleSet>"
)
WITH_ERROR = record_set(RECORDS[:1]).replace("</PubmedArticleSet>", "<ERROR>uid 3</ERROR></PubmedArticleSet>")

PASSING = {
    "429-html": Fault(429, body="<html><title>Too Many Requests</title></html>"),
    "429-empty": Fault(429),
    "429-xml": Fault(429, body="<eSearchResult><ERROR>API rate limit exceeded</ERROR></eSearchResult>"),
    "200-rate-limit-in-xml": Fault(200, body=ERROR_XML.format("API Rate Limit Exceeded, slow down")),
    "200-rate-limit-inside-esearchresult": Fault(200, body='{"esearchresult":{"ERROR":"API rate limit exceeded"}}'),
    "200-json-without-error": Fault(200, {"Content-Type": "application/json"}, '{"result":{"uids":[]}}'),
    "200-json-nested-without-end": Fault(200, body='{"a":' * 50_000),
    "200-json-cut": Fault(200, body='{"esearchresult":{"count":"1","idlist":["90000005"'),
    "200-json-list": Fault(200, body='["90000005"]'),
    "200-error-as-an-object": Fault(200, body='{"error":{"message":"backend gone"}}'),
    "200-error-without-words": Fault(200, body="<eFetchResult><ERROR/></eFetchResult>"),
    "200-error-after-the-records": Fault(
        200, body=record_set(RECORDS[4:5]).replace("</PubmedArticleSet>", "<ERROR>gone</ERROR></PubmedArticleSet>")
    ),
    "200-error-after-the-set": Fault(200, body=record_set(RECORDS[4:5]) + "<ERROR>gone</ERROR>"),
    "200-error-with-attributes": Fault(200, body='<eFetchResult><ERROR code="7">gone</ERROR></eFetchResult>'),
    "200-error-cut": Fault(200, body="<eFetchResult><ERROR>go"),
    "200-html-after-a-comment-and-a-mark": Fault(200, body="\ufeff<!-- cache --><!DOCTYPE HTML><HTML><P>x</HTML>"),
    "200-html-with-a-cause": Fault(200, {"Content-Type": "text/xml"}, "<html><head><title>Sign in</title></head>"),
    "200-white-space": Fault(200, body="\r\n\r\n"),
    "200-only-a-declaration": Fault(200, body='<?xml version="1.0"?>'),
    "200-bad-declaration": Fault(200, body='<?xml encoding="UTF-8"?><PubmedArticleSet/>'),
    "200-unknown-encoding": Fault(200, body='<?xml version="1.0" encoding="x-nonsense"?><PubmedArticleSet/>'),
    "200-wrong-charset": Fault(200, body=b'<?xml version="1.0"?><PubmedArticleSet>Stra\xdfe</PubmedArticleSet>'),
    "200-null-bytes": Fault(200, body=b"\0" * 50),
    "200-entity-bomb": Fault(200, body=BOMB),
    "204": Fault(204),
    "206-part": Fault(206, body=record_set(RECORDS[4:5])[:400]),
    "408": Fault(408),
    "425": Fault(425),
    "501": Fault(501),
    "502-json": Fault(502, body='{"error":"bad gateway"}'),
    "503-retry-after": Fault(503, {"Retry-After": "1"}),
    "504-html": Fault(504, body="<html><head><title>504 Gateway Time-out</title></head></html>"),
    "520": Fault(520, body="<html><title>Web server is returning an unknown error</title></html>"),
    "400-that-passes": Fault(400, body=ERROR_XML.format("Search Backend failed: temporarily unavailable")),
    "length-too-long": Fault(200, body=record_set(RECORDS[4:5]), length=99_999),
    "length-too-short": Fault(200, body=record_set(RECORDS[4:5]), length=200),
    "length-0": Fault(200, body=record_set(RECORDS[4:5]), length=0),
    "length-negative": Fault(200, body=record_set(RECORDS[4:5])[:300], length=-5, cut_after=300),
    "no-length-cut": Fault(200, body=record_set(RECORDS[4:5]), framing="close", cut_after=500),
    "chunked-cut-inside": Fault(200, body=record_set(RECORDS[4:5]), framing="chunked", cut_after=700),
    "chunked-cut-between": Fault(200, body=record_set(RECORDS[4:5])[:1000], framing="chunked", cut_after=1007),
    "chunked-cut-in-a-size": Fault(200, body=record_set(RECORDS[4:5]), framing="chunked", cut_after=2),
    "gzip-cut": Fault(200, body=gzip.compress(record_set(RECORDS[4:5]).encode())[:-9], framing="close"),
    "gzip-cut-in-its-head": Fault(200, body=gzip.compress(b"<PubmedArticleSet/>")[:6]),
    "gzip-damaged": Fault(200, body=gzip.compress(b"<PubmedArticleSet/>")[:-8] + b"12345678"),
    "gzip-twice-the-second-cut": Fault(200, body=gzip.compress(b"<PubmedArticleSet>") + gzip.compress(b"</Pub")[:-3]),
    "reset-before-the-head": Fault(is_dropped=True, is_reset=True),
    "reset-after-the-head": Fault(200, body=record_set(RECORDS[4:5]), cut_after=0, is_reset=True),
    "reset-in-the-body": Fault(200, body=record_set(RECORDS[4:5]), cut_after=900, is_reset=True),
    "closed-after-the-head": Fault(200, body=record_set(RECORDS[4:5]), cut_after=0),
}  # fmt: skip


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
@pytest.mark.parametrize("endpoint", ["efetch", "esearch"])
def test_neighbours_that_pass_are_tried_again(server, fault, endpoint):
    server.faults.append(fault)
    client = make_client(server, api_key=KEY)
    assert ask(client, endpoint) == ["90000005"]
    assert (len(server.requests), len(client.slept)) == (2, 1)


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_neighbours_that_do_not_pass_end_in_one_sentence(server, fault):
    server.faults.append(replace(fault, times=99))
    with pytest.raises(EutilsError) as caught:
        ask(make_client(server, api_key=KEY), "efetch")
    assert re.fullmatch(r"PubMed (at|could not be reached at) [^\n]{20,500}", str(caught.value))
    assert len(server.requests) in (3, 6)  # 3: nothing ever answered


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(301, {"Location": "https://moved.test/entrez/eutils/efetch.fcgi?api_key=" + KEY}),
         "the server sends elsewhere (HTTP 301: https://moved.test/entrez/eutils/efetch.fcgi); "
         "check ASKABSTRACTS_EUTILS_URL"),
        (Fault(307, {"Location": f"http://{EMAIL}@example.org/{KEY}"}),
         "the server sends elsewhere (HTTP 307: http://***.org/***); check ASKABSTRACTS_EUTILS_URL"),
        (Fault(308, {"Location": "http://[nonsense"}),
         "the server sends elsewhere (HTTP 308: no usable address); check ASKABSTRACTS_EUTILS_URL"),
        (Fault(303), "the request was refused (HTTP 303); check ASKABSTRACTS_EUTILS_URL"),
        (Fault(401, body="no"), "the request was refused (HTTP 401: no); correct or unset ASKABSTRACTS_NCBI_API_KEY"),
        (Fault(407), "the request was refused (HTTP 407); check the proxy's settings (https_proxy)"),
        (Fault(200, body='{"error":"API key not wanted","api-key":"x"}'),
         "NCBI refused the API key (HTTP 200: API key not wanted); correct or unset ASKABSTRACTS_NCBI_API_KEY"),
        (Fault(414, body="x" * 5000),
         f"the request was refused (HTTP 414: {'x' * 199}…); check ASKABSTRACTS_EUTILS_URL"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("endpoint", ["efetch", "esearch"])
def test_neighbours_that_last_are_said_at_once(server, fault, said, endpoint):
    server.faults.append(replace(fault, times=9))
    with pytest.raises(EutilsError) as caught:
        ask(make_client(server, api_key=KEY), endpoint)
    assert str(caught.value).endswith(f": {said}")
    assert len(server.requests) == 1


@pytest.mark.parametrize("said", ["Invalid uid 90000003 at position=2", "Invalid id 90000003", "ID list is empty!"])
@pytest.mark.parametrize("status", [200, 400])
def test_one_bad_id_among_many_fails_alone_and_at_once(server, status, said):
    server.faults.append(Fault(status, body=ERROR_XML.format(said), pmid="90000003", times=99))
    client = make_client(server)
    batches = list(client.fetch(ALL))
    assert pmids_in(batches) == [pmid for pmid in ALL if pmid != "90000003"]
    assert list(failed_in(batches)) == ["90000003"]
    assert client.slept == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500, body="<html><title>500</title></html>"),
        Fault(502),
        Fault(504),
        Fault(200),
        Fault(200, body=ERROR_XML.format("cannot get document summary")),
        Fault(200, body="<PubmedArticleSet><PubmedArticle>"),
        Fault(is_dropped=True),
        Fault(200, body=WITH_ERROR),
    ],
)  # fmt: skip
@pytest.mark.parametrize("spoilers", [["90000001"], ["90000003"], ["90000001", "90000002"], ["90000009", "90000016"]])
def test_records_that_bring_the_server_down_fail_alone(server, fault, spoilers):
    server.faults.extend(replace(fault, pmid=pmid, times=999) for pmid in spoilers)
    batches = list(make_client(server).fetch(ALL))
    assert pmids_in(batches) == [pmid for pmid in ALL if pmid not in spoilers]
    assert list(failed_in(batches)) == spoilers
    assert all(why.startswith("was not fetched: ") for why in failed_in(batches).values())


@pytest.mark.parametrize("fault", [Fault(500), Fault(200), Fault(is_dropped=True)])
def test_a_server_that_is_down_is_not_asked_for_every_record(server, fault):
    server.records = {str(1000 + n): replace(RECORDS[0], pmid=str(1000 + n)) for n in range(200)}
    server.faults.append(replace(fault, times=9999))
    client = make_client(server)
    with pytest.raises(EutilsError, match=r"200 abstracts \(PMID 1000 to 1199\)|could not be reached"):
        list(client.fetch(list(server.records)))
    assert len(server.requests) < 50
    assert sum(client.slept) < 120


def test_a_set_with_fewer_records_with_doubles_and_with_others_comes_as_it_is(server):
    odd = [RECORDS[0], RECORDS[0], RECORDS[8]]
    server.faults.append(Fault(200, body=record_set(odd)))
    [batch] = make_client(server).fetch(["90000001", "90000002"])
    assert batch.pmids == ("90000001", "90000002")  # so that the account can name what did not come
    assert pmids_in([batch]) == ["90000001", "90000001", "90000009"]


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(record_set(RECORDS[:1]).encode()[:500]) + gzip.compress(record_set(RECORDS[:1]).encode()[500:]),
        "\ufeff \n" + record_set(RECORDS[:1]),
        record_set(RECORDS[:1]).replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode("utf-16"),
        record_set(RECORDS[:1]).replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode("utf-16-be")
        .join([b"\xfe\xff", b""]),
        record_set(RECORDS[:1]).replace("</PubmedArticleSet>", "<!-- <ERROR>quoted</ERROR> --></PubmedArticleSet>"),
        record_set(RECORDS[:1]).replace("<ArticleTitle>", "<ArticleTitle><![CDATA[<ERROR>quoted</ERROR>]]> "),
    ],
    ids=["two wrappings", "mark", "UTF-16", "UTF-16 BE", "comment", "CDATA"],
)  # fmt: skip
@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_odd_forms_of_right_answers_are_read(server, body, framing):
    server.faults.append(Fault(200, body=body, framing=framing, chunk=7))
    client = make_client(server)
    assert pmids_in(client.fetch(["90000001"])) == ["90000001"]
    assert client.slept == []


@pytest.mark.parametrize(
    ("body", "pmids", "total", "notes"),
    [
        ("<eSearchResult><Count> 2 </Count><IdList><Id> 5 </Id><Id>6</Id></IdList></eSearchResult>", ("5", "6"), 2, ()),
        ('\ufeff{"esearchresult":{"count":1,"idlist":[5],"ERROR":null}}', ("5",), 1, ()),
        ('{"esearchresult":{"count":"1","idlist":["5"],"errorlist":null,"warninglist":{"outputmessages":"slow"}}}',
         ("5",), 1, ("PubMed remarks: slow",)),
        ('{"esearchresult":{"count":"0","idlist":[]}}', (), 0, ()),
    ],
)  # fmt: skip
def test_odd_forms_of_search_results_are_read(server, body, pmids, total, notes):
    server.faults.append(Fault(200, body=body))
    result = make_client(server).search("il-32")
    assert (result.pmids, result.total, result.notes) == (pmids, total, notes)


def listed(total, *pmids):
    ids = "".join(f"<Id>{pmid}</Id>" for pmid in pmids)
    return Fault(200, body=f"<eSearchResult><Count>{total}</Count><IdList>{ids}</IdList></eSearchResult>")


def test_a_count_with_commas_is_a_number(server):
    server.faults.append(listed("25,385", "7"))
    assert make_client(server).search("il-32", limit=1).total == 25_385


@pytest.mark.parametrize("count", ["", "many", "-1", "NaN", "1.5", "9" * 5000])
def test_a_count_that_is_none_is_tried_again(server, count):
    server.faults.append(listed(count, "7"))
    assert make_client(server).search("colitis").pmids == ("90000005",)


def test_a_search_that_lists_a_pmid_twice_brings_it_once(server):
    server.faults.append(listed(3, 7, 8, 7))
    result = make_client(server).search("il-32")
    assert result.pmids == ("7", "8")
    assert result.notes == ("PubMed counted 3 hits but listed only 2",)


def test_a_count_that_grows_between_pages_has_the_list_read_again(server):
    server.faults.extend([listed(4, 4, 3), *(rest := [listed(5, 3, 2), listed(5, 1)]), listed(5, 5, 4), *rest])
    result = make_client(server).search("il-32")
    assert result.pmids == ("5", "4", "3", "2", "1")
    assert (result.total, result.notes) == (5, ())


def test_a_count_that_shrinks_between_pages_has_the_list_read_again(server):
    # Hit 5 is withdrawn between the pages, so that 3 slips to the first page after that was read.
    server.faults.extend([listed(4, 5, 4), listed(3, 2), listed(3, 4, 3), listed(3, 2)])
    result = make_client(server).search("il-32")
    assert set(result.pmids) >= {"4", "3", "2"}
    assert result.total == 3


def test_a_list_that_stops_short_is_read_again_and_then_told(server):
    server.faults.extend([listed(3, 3, 2), listed(3)] * 3)
    result = make_client(server).search("il-32")
    assert result.pmids == ("3", "2")
    assert result.notes == ("PubMed counted 3 hits but listed only 2",)


@pytest.mark.parametrize("is_head_slow", [False, True])
def test_an_answer_that_trickles_without_end_is_given_up(server, monkeypatch, is_head_slow):
    monkeypatch.setattr("index.ingest.eutils.connection._TOTAL_TIMEOUT_FACTOR", 0.5)
    server.faults.append(Fault(200, body="<" * 900, trickle_s=0.05, is_head_slow=is_head_slow))
    heard = []
    client = make_client(server, timeout_s=1, on_wait=lambda why, _: heard.append(why))
    assert pmids_in(client.fetch(["90000001"])) == ["90000001"]
    assert heard == ["the answer came too slowly"]


RAW = {
    "nothing": b"",
    "not HTTP": b"ICY 200 OK\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00",
    "no status": b"HTTP/1.1 abc OK\r\n\r\n",
    "another protocol": b"HTTP/9.9 200 OK\r\n\r\n",
    "a head without end": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200,
    "a line without end": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000,
    "a length of 5,000 digits": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n<a/>",
    "a chunk that is none": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a chunk of the size of the world": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc",
    "another packing": b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n\x8b\x02\x80abc",
}


@pytest.mark.parametrize("answer", RAW.values(), ids=RAW.keys())
def test_what_hardly_is_http_is_said_in_one_sentence(answer):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            for _ in range(2):
                connection, _address = listening.accept()
                with connection, suppress(OSError):  # the client may hang up in the middle of it
                    connection.recv(65_536)
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)
                    connection.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        server = SimpleNamespace(url=f"http://127.0.0.1:{listening.getsockname()[1]}/eutils")
        with pytest.raises(EutilsError) as caught:
            list(make_client(server, api_key=KEY, max_tries=2).fetch(["90000005"]))
        thread.join(timeout=10)
    assert re.fullmatch(
        r"PubMed at \S+ did not bring PMID 90000005: [^\n]{10,200}, 2 times over; .+", str(caught.value)
    )


# --- secrets


@pytest.fixture
def everything_said(caplog, capsys, monkeypatch):
    """Return all that was logged at DEBUG, printed, or said by an error and its chain."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(HTTPConnection, "debuglevel", 1)

    def tell(error, *more):
        said = [record.getMessage() + repr(record.args) for record in caplog.records]
        said += [*capsys.readouterr(), *map(str, more)]
        while error is not None:
            said += ["".join(traceback.format_exception(error)), repr(error), repr(error.args), repr(vars(error))]
            error = error.__cause__ or error.__context__
        return "\n".join(said).lower()

    return tell


ECHOES = {
    "whole": f"bad key {KEY} of {EMAIL}",
    "half of each": f"key {KEY[:18]}... and {KEY[20:]} of user curator at example dot org",
    "as a form": f"api_key={KEY}&email=curator%2Bil32%40example.org",
    "upper case": f"{KEY.upper()} CURATOR+IL32&#64;EXAMPLE.ORG",
    "in tags": f"<b>{KEY[:12]}</b>{KEY[12:]} &lt;{EMAIL}&gt;",
    "escaped": KEY.replace("0", "&#48;") + EMAIL.replace("@", "&amp;#64;"),
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES.keys())
@pytest.mark.parametrize(
    ("status", "form"),
    [
        (200, ERROR_XML),
        (400, ERROR_XML),
        (400, '{{"error":"{}"}}'),
        (429, '{{"error":"API rate limit exceeded: {}"}}'),
        (500, "<html><head><title>{}</title></head></html>"),
        (403, "{}"),
        (200, "<html><head><title>{}</title></head></html>"),
        (200, "<eSearchResult><Count>{}</Count><IdList/></eSearchResult>"),
    ],
)
@pytest.mark.parametrize("endpoint", ["efetch", "esearch"])
def test_no_echo_of_key_or_email_is_told(server, everything_said, endpoint, status, form, echo):
    server.faults.append(Fault(status, body=form.format(echo), times=99))
    heard = []
    client = make_client(server, api_key=KEY, on_wait=lambda why, _: heard.append(why))
    told = str(None)
    try:
        told = ask(client, endpoint)
        error = None
    except EutilsError as caught:
        error = caught
    told = everything_said(error, told, heard, repr(client), repr(client._connection))
    pieces = (KEY[:6], KEY[6:12], KEY[-6:], "curator", "example.org", "example dot")
    assert [piece for piece in pieces if piece in told] == []


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_no_trouble_with_the_connection_tells_key_or_email(server, everything_said, fault):
    server.faults.append(replace(fault, times=99))
    client = make_client(server, api_key=KEY)
    with pytest.raises(EutilsError) as caught:
        ask(client, "efetch")
    told = everything_said(caught.value)
    assert [secret for secret in (KEY, KEY[:12], "curator", "example.org") if secret in told] == []


def test_a_note_of_a_search_tells_no_key(server):
    body = {"count": "0", "idlist": [], "errorlist": {"phrasesnotfound": [f"{KEY} {EMAIL}"]}}
    server.faults.append(Fault(200, body=json.dumps({"esearchresult": body})))
    [note] = make_client(server, api_key=KEY).search("il-32").notes
    assert note == "PubMed does not know “*** ***” and searched without it"
