"""A small stand-in for NCBI's E-utilities over real HTTP, with invented records and with faults on demand.

    with eutils_server() as server:
        server.faults.append(Fault(status=429, headers={"Retry-After": "2"}))
        client = EutilsClient(url=server.url)
        ...
        assert [request.params["id"] for request in server.requests] == ["90000001", "90000001"]

By hand, to try the page without a network:  python tests/support/eutils_server.py --port 8765
The same with 20,000 records more:           python tests/support/eutils_server.py --port 8765 --records 20000
"""

from __future__ import annotations

import argparse
import gzip
import json
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

sys.path.append(str(Path(__file__).parents[2]))  # where this is started by hand

from eutils_recordings import Recording, read_recordings  # noqa: E402
from pubmed_records import (  # noqa: E402
    FIRST_INVENTED,
    INVENTED_JOURNAL,
    invented,
    joined_records,
    pubmed_xml,
    read_invented,
    record_set,
)
from pubmed_search import Hits, Searcher  # noqa: E402

from index.records import Abstract  # noqa: E402

__all__ = ["RECORDS", "EutilsServer", "Fault", "Request", "eutils_server", "invented", "pubmed_xml", "record_set"]

RECORDS = read_invented()
LIMIT = 9_999
_XML_HEAD = '<?xml version="1.0" encoding="UTF-8" ?>\n'
_LINK_HEAD = f"""{_XML_HEAD}<!DOCTYPE eLinkResult PUBLIC "-//NLM//DTD elink 20101123//EN" \
"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20101123/elink.dtd">
"""


@dataclass(frozen=True)
class Fault:
    """An answer that is served in place of the right one, to the next `times` requests.

    `endpoint` and `pmid` limit it to requests of one endpoint, or for one record.
    `cut_after` breaks the connection off after so many bytes of the body, `is_dropped` before any; `delay_s` comes
    first, `trickle_s` after each byte (of the head too with `is_head_slow`). With `status=None` the right answer is
    served, cut or late. The body goes with its length, or with a wrong one (`length`); with `framing="chunked"` in
    chunks of `chunk` bytes, and with "close" up to the connection's end. `is_reset` ends it as a crashed host does.
    """

    status: int | None = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | bytes = b""
    endpoint: str | None = None
    pmid: str | None = None
    times: int = 1
    cut_after: int | None = None
    is_dropped: bool = False
    delay_s: float = 0.0
    trickle_s: float = 0.0
    is_head_slow: bool = False
    is_reset: bool = False
    framing: str = "length"
    length: int | None = None
    chunk: int = 1000


@dataclass(frozen=True)
class Request:
    """A request as it came: when (monotonic seconds), by which method, where to, with what."""

    time: float
    method: str
    path: str
    endpoint: str
    query: Mapping[str, str]
    params: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class _Reply:
    status: int
    type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class EutilsServer:
    """The stand-in.

    `records` (by PMID), `merged` (old PMID to new), `entry_dates` and `change_dates` (by PMID, else the day of print),
    `links` (by NCBI's name of them, then by PMID, nearest first), `recordings` and `faults` may be changed while it
    runs. A request that was recorded gets the recorded answer; all others are answered from the records.
    """

    def __init__(
        self,
        records: Iterable[Abstract] = RECORDS,
        *,
        port: int = 0,
        entry_dates: Mapping[str, date] | None = None,
        page_limit: int = LIMIT,
        rate_limit: bool = False,
    ) -> None:
        self.records = {abstract.pmid: abstract for abstract in records}
        self.merged: dict[str, str] = {}
        self.entry_dates = dict(entry_dates or {})
        self.change_dates: dict[str, date] = {}
        self.links: dict[str, dict[str, Sequence[str]]] = {}
        self.recordings: list[Recording] = []
        self.faults: deque[Fault] = deque()
        self.requests: list[Request] = []
        self.page_limit = page_limit
        self.rate_limit = rate_limit
        self._histories: dict[str, list[list[str]]] = {}
        self._written: dict[str, tuple[Abstract, str]] = {}
        self._searcher = Searcher(self.records, self.entry_dates, self.change_dates)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._http = _Http(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/entrez/eutils"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> EutilsServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def busiest(self, window_s: float = 1.0) -> int:
        """Return the largest number of requests that came within any window of so many seconds."""
        times = sorted(request.time for request in self.requests)
        return max((sum(start <= time < start + window_s for time in times) for start in times), default=0)

    def answer(self, request: Request) -> tuple[_Reply, Fault | None]:
        """Note the request and return what to answer, and the fault with which to do so."""
        with self._lock:
            self.requests.append(request)
            fault = self._next_fault(request)
            if fault and fault.status is not None:
                body = fault.body.encode() if isinstance(fault.body, str) else fault.body
                return _Reply(fault.status, "text/xml; charset=UTF-8", body, fault.headers), fault
            if self.rate_limit and (reply := self._too_fast(request)):
                return reply, None
            for recording in self.recordings:
                if recording.answers(request.endpoint, request.params):
                    return _Reply(recording.status, recording.type, recording.body, recording.headers), fault
            serve = getattr(self, f"_{request.endpoint}", None) if request.endpoint in _ENDPOINTS else None
            return (serve(request.params) if serve else _not_found()), fault

    def pause(self, seconds: float) -> None:
        """Wait, but not past the server's end."""
        self._closing.wait(seconds)

    def _next_fault(self, request: Request) -> Fault | None:
        for position, fault in enumerate(self.faults):
            is_meant = fault.endpoint in (None, request.endpoint)
            if is_meant and (fault.pmid is None or fault.pmid in _ids(request.params)):
                del self.faults[position]
                if fault.times > 1:
                    self.faults.insert(position, replace(fault, times=fault.times - 1))
                return fault
        return None

    def _too_fast(self, request: Request) -> _Reply | None:
        """Refuse as NCBI does; only requests of the last second count, those that were refused among them."""
        limit = 10 if request.params.get("api_key") else 3
        count = sum(request.time - other.time < 1.0 for other in self.requests[-2 * limit :])
        if count <= limit:
            return None
        error = {"error": "API rate limit exceeded", "api-key": "127.0.0.1", "count": str(count), "limit": str(limit)}
        return _Reply(429, "application/json", json.dumps(error).encode(), {"Retry-After": "2"})

    # --- endpoints

    def _esearch(self, params: Mapping[str, str]) -> _Reply:
        is_json = params.get("retmode") == "json"
        start, size = int(params.get("retstart", 0)), int(params.get("retmax", 20))
        if not params.get("term", "").strip():
            return _search_error("Empty term and query_key - nothing todo", is_json)
        if start > LIMIT - 1:
            said = f"Search Backend failed: Exception:\n'retstart' cannot be larger than {LIMIT - 1}."
            return _search_error(said, is_json)
        hits = self._searcher.search(
            params["term"], params.get("datetype", "pdat"), params.get("mindate"), params.get("maxdate")
        )
        page = hits.pmids[start : min(start + min(size, self.page_limit), LIMIT)]
        history = self._remember(hits.pmids, params.get("WebEnv")) if params.get("usehistory") == "y" else None
        return _search_json(hits, page, start, history) if is_json else _search_xml(hits, page, start, history)

    def _epost(self, params: Mapping[str, str]) -> _Reply:
        pmids = _ids(params)
        if not pmids:
            return _xml("<ePostResult>\n\t<ERROR>Wrong UIDs in the list</ERROR>\n</ePostResult>\n", status=400)
        web_env, key = self._remember(pmids, params.get("WebEnv"))
        return _xml(f"<ePostResult><QueryKey>{key}</QueryKey><WebEnv>{web_env}</WebEnv></ePostResult>\n")

    def _efetch(self, params: Mapping[str, str]) -> _Reply:
        if params.get("retmode", "xml") != "xml":
            return _xml(
                "<eFetchResult>\n\t<ERROR>Only retmode=xml is served here</ERROR>\n</eFetchResult>\n", status=400
            )
        if "WebEnv" in params:
            key = int(params.get("query_key", 1))
            lists = self._histories.get(params["WebEnv"], [])
            if not 0 < key <= len(lists):
                return _xml(f"<eFetchResult>\n\t<ERROR>Unable to obtain query #{key}</ERROR>\n</eFetchResult>\n")
            start = int(params.get("retstart", 0))
            pmids = lists[key - 1][start : start + int(params.get("retmax", LIMIT))]
        else:
            pmids = _ids(params)
        if not pmids:
            said = "ID list is empty! Possibly it has no correct IDs."
            return _xml(f"<eFetchResult>\n\t<ERROR>{said}</ERROR>\n</eFetchResult>\n", status=400)
        known = dict.fromkeys(self.merged.get(pmid, pmid) for pmid in pmids[:LIMIT])
        body = joined_records(self._record(self.records[pmid]) for pmid in known if pmid in self.records)
        return _Reply(200, "text/xml; charset=UTF-8", body.encode())

    def _elink(self, params: Mapping[str, str]) -> _Reply:
        """Answer ids that come as parameters of their own one by one, and a list of ids as one, as NCBI does."""
        name, command = params.get("linkname", "pubmed_pubmed"), params.get("cmd", "neighbor")
        asked = [ids.split(",") for ids in params.get("ids", params.get("id", "")).split()]
        if not asked:
            return _xml("<eLinkResult>\n\t<ERROR>Empty id list</ERROR>\n</eLinkResult>\n", status=400)
        sets = "".join(self._link_set(ids, name, has_scores=command == "neighbor_score") for ids in asked)
        return _Reply(200, "text/xml; charset=UTF-8", f"{_LINK_HEAD}<eLinkResult>\n{sets}</eLinkResult>\n".encode())

    def _link_set(self, ids: list[str], name: str, *, has_scores: bool) -> str:
        """Return the links of ids, newest first, each with its score if asked: what is linked first has the highest."""
        near: dict[str, int] = {}
        for pmid in ids:
            linked = list(self.links.get(name, {}).get(pmid, ()))
            linked = [pmid, *linked] if linked and name == "pubmed_pubmed" else linked  # NCBI's has the paper itself
            near |= {other: 40_000_000 - 1_000 * place for place, other in enumerate(linked)}
        score = "<Score>{}</Score>" if has_scores else ""
        links = "".join(
            f"\t\t<Link>\n\t\t\t<Id>{other}</Id>{score.format(near[other])}\n\t\t</Link>\n"
            for other in sorted(near, key=int, reverse=True)
        )
        head = f"<DbTo>pubmed</DbTo>\n\t\t<LinkName>{name}</LinkName>\n"
        found = f"\t<LinkSetDb>\n\t\t{head}{links}\t</LinkSetDb>\n" if near else ""
        listed = "".join(f"\t\t<Id>{pmid}</Id>\n" for pmid in ids)
        return f"<LinkSet>\n\t<DbFrom>pubmed</DbFrom>\n\t<IdList>\n{listed}\t</IdList>\n{found}</LinkSet>\n"

    def _record(self, abstract: Abstract) -> str:
        """Return the abstract as XML, written once for as long as it stays the same."""
        known = self._written.get(abstract.pmid)
        if known is None or known[0] is not abstract:
            known = self._written[abstract.pmid] = abstract, pubmed_xml(abstract)
        return known[1]

    def _remember(self, pmids: list[str], web_env: str | None) -> tuple[str, int]:
        web_env = web_env if web_env in self._histories else f"MCID_{len(self._histories) + 1:024x}"
        lists = self._histories.setdefault(web_env or "", [])
        lists.append(pmids)
        return web_env or "", len(lists)


_ENDPOINTS = ("esearch", "epost", "efetch", "elink")


@contextmanager
def eutils_server(records: Iterable[Abstract] = RECORDS, **settings: Any) -> Iterator[EutilsServer]:
    """Run a stand-in with these records for the length of a block."""
    with EutilsServer(records, **settings) as server:
        yield server


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], eutils: EutilsServer) -> None:
        super().__init__(address, _Handler)
        self.eutils = eutils

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client may go away; anything else is a fault of ours
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _serve(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        query, form = _fields(parts.query), _fields(body.decode())
        endpoint = parts.path.rsplit("/", 1)[-1].removesuffix(".fcgi")
        request = Request(
            time.monotonic(), self.command, parts.path, endpoint, query, {**query, **form}, dict(self.headers)
        )
        reply, fault = self.server.eutils.answer(request)
        if fault:
            self.server.eutils.pause(fault.delay_s)
            if fault.is_dropped:
                self._end(fault)
                return
        self._send(reply, fault or Fault(status=None, framing="chunked"))

    def _send(self, reply: _Reply, fault: Fault) -> None:
        """Send a right answer packed and in chunks, as NCBI does, and a scripted one as it is."""
        is_right = fault.status is None
        headers = {"Content-Type": reply.type, **reply.headers}
        body = reply.body
        if is_right and "gzip" in self.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"], body = "gzip", gzip.compress(body, 1)
        framing = "chunked" if is_right else fault.framing
        if framing == "chunked":
            headers["Transfer-Encoding"] = "chunked"
        elif framing == "length":
            headers["Content-Length"] = str(len(body) if fault.length is None else fault.length)
        else:
            headers["Connection"] = "close"
        self._send_head(reply.status, headers, fault)
        framed = _chunked(body, len(body) if is_right else fault.chunk) if framing == "chunked" else body
        self._write(framed[: fault.cut_after], fault.trickle_s)
        if framing == "close" or fault.cut_after is not None or fault.is_reset:
            self._end(fault)

    def _send_head(self, status: int, headers: Mapping[str, str], fault: Fault) -> None:
        if fault.is_head_slow:
            self._write(b"HTTP/1.1 200 OK\r\n" + b"X-Wait: 1\r\n" * 90, fault.trickle_s)
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _write(self, framed: bytes, trickle_s: float) -> None:
        if not trickle_s:
            self.wfile.write(framed)
            return
        for byte in framed:
            self.wfile.write(bytes([byte]))
            self.server.eutils.pause(trickle_s)

    def _end(self, fault: Fault) -> None:
        self.close_connection = True
        if fault.is_reset:  # unsent data is thrown away and the other side told so
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _chunked(body: bytes, size: int) -> bytes:
    pieces = (body[start : start + size] for start in range(0, len(body), size or 1))
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _fields(form: str) -> dict[str, str]:
    """Return the fields of a form; ids may come as one field or as several, which elink tells apart."""
    pairs = parse_qsl(form, keep_blank_values=True)
    ids = [value.replace(" ", "") for name, value in pairs if name == "id" and value]
    several = {"ids": " ".join(ids)} if len(ids) > 1 else {}
    return dict(pairs) | ({"id": ",".join(ids)} if ids else {}) | several


def _ids(params: Mapping[str, str]) -> list[str]:
    return [each for each in params.get("id", "").replace(" ", "").split(",") if each.isdecimal() and int(each)]


def _xml(body: str, *, status: int = 200) -> _Reply:
    return _Reply(status, "text/xml; charset=UTF-8", (_XML_HEAD + body).encode())


def _json(answer: Mapping[str, Any]) -> _Reply:
    body = {"header": {"type": "esearch", "version": "0.3"}, "esearchresult": answer}
    return _Reply(200, "application/json", json.dumps(body).encode())


def _not_found() -> _Reply:
    return _Reply(404, "text/html; charset=UTF-8", b"<html><head><title>404 Not Found</title></head></html>")


def _search_error(said: str, is_json: bool) -> _Reply:
    return (
        _json({"ERROR": said})
        if is_json
        else _xml(f"<eSearchResult>\n\t<ERROR>{escape(said)}</ERROR>\n</eSearchResult>\n")
    )


def _search_xml(hits: Hits, page: list[str], start: int, history: tuple[str, int] | None) -> _Reply:
    kept = f"<QueryKey>{history[1]}</QueryKey><WebEnv>{history[0]}</WebEnv>" if history else ""
    ids = "".join(f"<Id>{pmid}</Id>\n" for pmid in page)
    errors = "".join(f"<PhraseNotFound>{escape(each)}</PhraseNotFound>" for each in hits.unknown)
    errors += "".join(f"<FieldNotFound>{escape(each)}</FieldNotFound>" for each in hits.unknown_fields)
    remarks = "" if hits.pmids else "<OutputMessage>No items found.</OutputMessage>"
    return _xml(
        f"<eSearchResult><Count>{len(hits.pmids)}</Count><RetMax>{len(page)}</RetMax><RetStart>{start}</RetStart>{kept}"
        f"<IdList>\n{ids}</IdList><TranslationSet/><QueryTranslation>{escape(hits.term)}</QueryTranslation>"
        + (f"<ErrorList>{errors}</ErrorList>" if errors else "")
        + (f"<WarningList>{remarks}</WarningList>" if remarks else "")
        + "</eSearchResult>\n"
    )


def _search_json(hits: Hits, page: list[str], start: int, history: tuple[str, int] | None) -> _Reply:
    answer: dict[str, Any] = {
        "count": str(len(hits.pmids)),
        "retmax": str(len(page)),
        "retstart": str(start),
        "idlist": page,
    }
    if history:
        answer |= {"webenv": history[0], "querykey": str(history[1])}
    answer |= {"translationset": [], "querytranslation": hits.term}
    if hits.unknown or hits.unknown_fields or not hits.pmids:
        answer["errorlist"] = {"phrasesnotfound": list(hits.unknown), "fieldsnotfound": list(hits.unknown_fields)}
        remarks = [] if hits.pmids else ["No items found."]
        answer["warninglist"] = {"phrasesignored": [], "quotedphrasesnotfound": [], "outputmessages": remarks}
    return _json(answer)


def main() -> None:
    """Serve the invented records until interrupted."""
    parser = argparse.ArgumentParser(prog="python tests/support/eutils_server.py", description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes any that is free")
    parser.add_argument("--records", type=int, default=0, metavar="N", help=f"serve N more, from PMID {FIRST_INVENTED}")
    parser.add_argument("--recordings", type=Path, metavar="FILE", help="serve recorded exchanges too (JSON Lines)")
    arguments = parser.parse_args()
    records = RECORDS + invented(arguments.records)
    with EutilsServer(records, port=arguments.port, rate_limit=True) as server:
        server.recordings += read_recordings(arguments.recordings) if arguments.recordings else []
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        sys.stderr.write(f"set ASKABSTRACTS_EUTILS_URL to it; PMIDs {_ranges(records)}; Ctrl-C ends\n")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


def _ranges(records: tuple[Abstract, ...]) -> str:
    more = records[len(RECORDS) :]
    told = f"{RECORDS[0].pmid} to {RECORDS[-1].pmid}"
    return told + (f', {more[0].pmid} to {more[-1].pmid} (search: "{INVENTED_JOURNAL}"[ta])' if more else "")


if __name__ == "__main__":
    main()
