"""Responses of E-utilities: a record set, a page of a search, or one of NCBI's many refusals.

The refusals come with any status, 200 among them, as JSON, XML, plain text or a web page. Here each becomes a
RequestError that says whether asking again may help. Nothing here touches the network.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit
from xml.parsers import expat

from index.records import parse_pmid

RECORD_SETS = ("PubmedArticleSet", "PubmedBookArticleSet", "MedlineCitationSet")

API_KEY_CURE = "correct or unset ASKABSTRACTS_NCBI_API_KEY"
URL_CURE = "check ASKABSTRACTS_EUTILS_URL"
IDS_CURE = "check the PMIDs"
LATER_CURE = "run the same command again later"


class RequestError(Exception):
    """A response that cannot be used, or none. Its text holds no key and no e-mail.

    `retryable`: asking again may help; `about_ids`: asking for fewer ids may help; `bad_ids`: the ids are said to be at
    fault; `rate_limited`: we asked too often; `unreachable`: there was no connection at all.
    """

    def __init__(
        self,
        why: str,
        *,
        cure: str = LATER_CURE,
        retryable: bool = False,
        about_ids: bool = False,
        bad_ids: bool = False,
        rate_limited: bool = False,
        unreachable: bool = False,
        retry_after_s: float = 0.0,
    ) -> None:
        super().__init__(why)
        self.why = why
        self.cure = cure
        self.retryable = retryable
        self.about_ids = about_ids or bad_ids
        self.bad_ids = bad_ids
        self.rate_limited = rate_limited
        self.unreachable = unreachable
        self.retry_after_s = retry_after_s
        self.tries = 1


_SECRET = re.compile(r"""((?:api[-_]?key|e?mail)["']?\s*[=:]\s*["']?)[^"'&\s,;]+""", re.IGNORECASE)
"""A key or an e-mail as requests and answers name them: found even where it is cut short or written otherwise."""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response, and the secrets that no message may repeat (NCBI echoes a key that it rejects)."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str = ""
    location: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def quoted(self, text: str) -> str:
        """Return the server's words in a form fit for a message: one line, short, without secrets."""
        text = " ".join(self.without_secrets(re.sub(r"<[^>]*>", " ", text)).split())
        return text if len(text) <= 200 else text[:199] + "…"

    def without_secrets(self, text: str) -> str:
        """Return the text with the key and the e-mail blotted out, in whatever form or pieces they were echoed."""
        text = _SECRET.sub(r"\1***", html.unescape(text))
        for secret in filter(None, self.secrets):
            for form in (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]):
                text = re.sub(re.escape(form), "***", text, flags=re.IGNORECASE)
            text = _WORD.sub(partial(_blotted, secret.lower()), text)
        return text


_WORD = re.compile(r"[^\W_]{6,}")


def _blotted(secret: str, word: re.Match[str]) -> str:
    """Return a word, or stars where it is a piece of the secret."""
    return "***" if word[0].lower() in secret else word[0]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A search or a page of one: PubMed's count of hits, the PMIDs in its order, and its remarks in sentences."""

    total: int
    pmids: tuple[str, ...]
    notes: tuple[str, ...] = ()


def parse_record_set(response: Response) -> bytes:
    """Return the XML of an efetch answer, whole and well-formed; raise RequestError for all else."""
    _refuse_errors(response)
    body = _trimmed(response.body)
    if not body:
        raise RequestError("the answer was empty", retryable=True, about_ids=True)
    if not body.startswith((b"<", *_UTF_16)):
        raise RequestError(f"what came is not XML but “{response.quoted(_text(response))}”", retryable=True)
    root = _root_of(body)
    if root.lower() == "html":
        raise _web_page(response)
    if root not in RECORD_SETS:
        raise RequestError(f"what came is no set of records but <{root[:40]}>", retryable=True)
    return body


def parse_search_page(response: Response) -> SearchPage:
    """Return the page of an esearch answer, JSON or XML; raise RequestError for all else."""
    _refuse_errors(response)
    body = _trimmed(response.body)
    if not body:
        raise RequestError("the answer was empty", retryable=True)
    if _is_web_page(body):
        raise _web_page(response)
    try:
        page = _page_from_json(_json(body)) if body.startswith(b"{") else _page_from_xml(body)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RuntimeError):
        raise RequestError(
            f"what came is no whole search result: “{response.quoted(_text(response))}”", retryable=True
        ) from None
    if not all(map(parse_pmid, page.pmids)):
        raise RequestError("the search brought ids that are not PMIDs", retryable=True)
    return replace(page, notes=tuple(map(response.quoted, page.notes)))


def parse_links(response: Response, *, asked: Sequence[str], link_name: str) -> dict[str, tuple[str, ...]]:
    """Return the links of an elink answer, by each PMID asked for; raise RequestError for all else.

    Links with a score come by it, the others in NCBI's order. A PMID that NCBI does not know has none.
    """
    _refuse_errors(response)
    body = _trimmed(response.body)
    if not body:
        raise RequestError("the answer was empty", retryable=True, about_ids=True)
    if _is_web_page(body):
        raise _web_page(response)
    try:
        links = _links_from_xml(body, link_name)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RuntimeError):
        why = f"what came are no whole links: “{response.quoted(_text(response))}”"
        raise RequestError(why, retryable=True) from None
    if missing := [pmid for pmid in asked if pmid not in links]:
        raise RequestError(f"the answer has nothing on PMID {missing[0]}", retryable=True, about_ids=True)
    return {pmid: links[pmid] for pmid in asked}


# --- refusals

_RETRY_AFTER_MAX_S = 120.0
"""The longest that a server's Retry-After is obeyed: beyond it people would rather be told."""

_BAD_IDS = r"id list is empty|id parameter is empty|no correct ids|invalid u?id"
_LASTING = (
    # what NCBI said, what to say before it, the cure
    (r"api[ _-]?key", "NCBI refused the API key", API_KEY_CURE),
    (_BAD_IDS, "NCBI took no id for a PMID", IDS_CURE),
    (r"empty term", "NCBI saw no term in the search", "give a term"),
    (r"retstart", "NCBI refused to page so far", "narrow the search"),
    (r"invalid db name", "the server has no PubMed", URL_CURE),
)

_PASSING = re.compile(
    r"forwarding request|cannot get document summary|backend failed|address table|resolve #|unable to obtain query"
    r"|temporar|timed? ?out|try again|unavailable|internal|overload|busy",
    re.IGNORECASE,
)
"""Errors that go away, though NCBI sends some of them with status 400."""

_STATUS_CURES = {
    401: API_KEY_CURE,
    403: "NCBI may have blocked this address: wait, or write to eutilities@ncbi.nlm.nih.gov",
    407: "check the proxy's settings (https_proxy)",
}


def _refuse_errors(response: Response) -> None:
    """Raise the RequestError that the answer's status or words amount to, if any."""
    status, message = response.status, _error_message(response)
    words = f"HTTP {status}" + (f": {response.quoted(message)}" if message else "")
    retry_after_s = _retry_after_s(response)
    if status == 429 or (message and "rate limit" in message.lower()):
        why = f"NCBI asks for fewer requests ({words})"
        cure = "wait some minutes, or set ASKABSTRACTS_NCBI_API_KEY, which allows more"
        raise RequestError(why, cure=cure, retryable=True, rate_limited=True, retry_after_s=retry_after_s)
    for pattern, why, cure in _LASTING:
        if message and re.search(pattern, message, re.IGNORECASE):
            raise RequestError(f"{why} ({words})", cure=cure, bad_ids=pattern is _BAD_IDS)
    if status >= 500 or status in (408, 425):
        why = f"the server is in trouble ({words})"
        # Fewer ids may be less to carry than a batch, or be without the one that brings the server down.
        raise RequestError(why, retryable=True, about_ids=status not in (503, 511), retry_after_s=retry_after_s)
    if message and (status == 200 or _PASSING.search(message)):
        why = f"NCBI reported an error ({words})"
        raise RequestError(why, retryable=True, about_ids=True, retry_after_s=retry_after_s)
    if 200 < status < 300:
        raise RequestError(f"the server sent no whole answer ({words})", retryable=True, retry_after_s=retry_after_s)
    if 300 <= status < 400 and response.location:
        raise RequestError(f"the server sends elsewhere (HTTP {status}: {_elsewhere(response)})", cure=URL_CURE)
    if status != 200:
        cure = _STATUS_CURES.get(status, URL_CURE)
        # 400: one id may be to blame. 413, 414: there were too many.
        raise RequestError(f"the request was refused ({words})", cure=cure, about_ids=status in (400, 413, 414))


def _error_message(response: Response) -> str | None:
    """Return the error message in an answer of any form, None when there is none."""
    body = _trimmed(response.body)
    if body.startswith(b"{"):
        return _json_error(body)
    if b"<ERROR" in body:
        body = _NOT_SAID.sub(b"", body)
    if element := re.search(rb"<ERROR\b[^>]*?(?:/>|>(.*?)(?:</ERROR>|$))", body, re.DOTALL):
        return html.unescape((element[1] or b"without words").decode("utf-8", "replace"))
    if response.status == 200:
        return None
    if title := re.search(rb"<title>(.*?)</title>", body, re.DOTALL | re.IGNORECASE):
        return title[1].decode("utf-8", "replace")
    if body.startswith(b"<"):
        return None
    return response.without_secrets(_text(response)).replace("+", " ")  # "ID+list+is+empty!"


_NOT_SAID = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->", re.DOTALL)
"""Places where "<ERROR" is no element: a record may quote it."""


def _elsewhere(response: Response) -> str:
    """Return the address of a redirect without its query, which may repeat the request."""
    try:
        parts = urlsplit(response.location)
    except ValueError:
        return "no usable address"
    return response.quoted(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl())


def _json_error(body: bytes) -> str | None:
    try:
        answer = _json(body)
    except ValueError:
        return None
    result = answer.get("esearchresult")
    for place in (answer, result if isinstance(result, dict) else {}):
        for name in ("error", "ERROR"):
            if place.get(name):
                return str(place[name])
    return None


def _retry_after_s(response: Response) -> float:
    """Return the seconds that Retry-After asks for (a number or a date), bounded; 0 when it asks for nothing usable."""
    value = response.retry_after.strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]*)?", value):
        seconds = float(value)
    else:
        try:
            seconds = (parsedate_to_datetime(value).astimezone(UTC) - datetime.now(UTC)).total_seconds()
        except (ValueError, OverflowError):
            return 0.0
    return min(max(seconds, 0.0), _RETRY_AFTER_MAX_S)


# --- forms

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def _trimmed(body: bytes) -> bytes:
    """Return a body without the white space around it and the mark that says UTF-8."""
    if body.startswith(_UTF_16):
        return body  # whose last byte may be half a character
    return body.strip().removeprefix(b"\xef\xbb\xbf").lstrip()


def _text(response: Response) -> str:
    return response.body[:2000].decode("utf-8", "replace")


def _json(body: bytes) -> dict[str, Any]:
    """Return the JSON object; NCBI leaves raw line ends inside strings, which a strict parser refuses."""
    try:
        answer = json.loads(body.decode("utf-8", "replace"), strict=False)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(answer, dict):
        raise ValueError("not an object")
    return answer


_WEB_PAGE = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)


def _is_web_page(body: bytes) -> bool:
    return _WEB_PAGE.match(body, 0, 2000) is not None


def _web_page(response: Response) -> RequestError:
    title = re.search(r"<title>(.*?)</title>", _text(response), re.DOTALL | re.IGNORECASE)
    named = f" (“{response.quoted(title[1])}”)" if title and title[1].strip() else ""
    cure = f"see that no log-in page or proxy stands between, and {URL_CURE}"
    return RequestError(f"a web page{named} came in place of an answer", cure=cure, retryable=True)


def _root_of(body: bytes) -> str:
    """Return the name of the outermost element of a whole, well-formed body."""
    if _is_web_page(body):
        return "html"  # seldom well-formed
    names: list[str] = []
    parser = expat.ParserCreate()

    def see_first(name: str, _attributes: dict[str, str]) -> None:
        names.append(name)
        parser.StartElementHandler = None  # type: ignore[assignment]

    parser.StartElementHandler = see_first
    try:
        parser.Parse(body, True)
    except LookupError:
        raise RequestError("the answer is in an encoding that nobody knows", retryable=True, about_ids=True) from None
    except expat.ExpatError as error:
        if error.code in _BREAKS_OFF:
            raise RequestError(
                f"the answer breaks off after {len(body):,} bytes", retryable=True, about_ids=True
            ) from None
        why = f"the answer is not well-formed XML ({expat.ErrorString(error.code)} in line {error.lineno})"
        raise RequestError(why, retryable=True, about_ids=True) from None
    return names[0]


_BREAKS_OFF = {
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}

_NOTES: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    # the element's name in XML, the list's name in JSON, the sentence
    ("PhraseNotFound", "phrasesnotfound", lambda remark: f"PubMed does not know “{remark}” and searched without it"),
    ("FieldNotFound", "fieldsnotfound", lambda remark: f"PubMed has no field “{remark}”"),
    ("PhraseIgnored", "phrasesignored", lambda remark: f"PubMed ignored “{remark}”"),
    ("QuotedPhraseNotFound", "quotedphrasesnotfound", lambda remark: f"PubMed found {remark} nowhere as a phrase"),
    ("OutputMessage", "outputmessages", lambda remark: f"PubMed remarks: {remark.rstrip('.')}"),
)

_Remarks = dict[str, Any]

_SEARCH_DTD = "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd"
_LINK_DTD = "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20101123/elink.dtd"


def _page_from_xml(body: bytes) -> SearchPage:
    result = _read(body, "eSearchResult", _SEARCH_DTD)
    return _page(result["Count"], result["IdList"], result.get("ErrorList"), result.get("WarningList"))


def _links_from_xml(body: bytes, link_name: str) -> dict[str, tuple[str, ...]]:
    links: dict[str, tuple[str, ...]] = {}
    for link_set in _read(body, "eLinkResult", _LINK_DTD):
        (pmid,) = link_set["IdList"]  # one alone: of several it would not be known which has the links
        named = [part for part in link_set["LinkSetDb"] if part["LinkName"] == link_name]
        found = [(-int(link.get("Score", 0)), str(link["Id"])) for part in named for link in part["Link"]]
        links[str(pmid)] = tuple(other for _, other in sorted(found, key=itemgetter(0)) if other != pmid)
    if not all(map(parse_pmid, (pmid for found in links.values() for pmid in found))):
        raise ValueError("links to what are no PMIDs")
    return links


def _read(body: bytes, root: str, dtd: str) -> Any:  # noqa: ANN401 (Bio.Entrez's own containers)
    from Bio import Entrez

    # Bio.Entrez knows results by the DTD that they name: it fetches one that it does not know, and keeps such in the
    # person's home. So every result is read by the DTD that comes with Biopython, and is kept where that lies.
    Entrez.local_cache = Entrez.local_cache or str(Path(Entrez.__file__).parents[2])
    head = f'<?xml version="1.0"?><!DOCTYPE {root} SYSTEM "{dtd}">'.encode()
    return Entrez.read(BytesIO(head + body[body.index(f"<{root}".encode()) :]), validate=False)  # type: ignore[no-untyped-call]


def _page_from_json(record: dict[str, Any]) -> SearchPage:
    result = record["esearchresult"]
    return _page(result["count"], result["idlist"], result.get("errorlist"), result.get("warninglist"))


def _page(count: object, pmids: list[object], errors: _Remarks | None, warnings: _Remarks | None) -> SearchPage:
    remarks = {**(errors or {}), **(warnings or {})}
    notes = tuple(
        sentence(remark)
        for in_xml, in_json, sentence in _NOTES
        for remark in _remarks(remarks.get(in_xml) or remarks.get(in_json))
    )
    return SearchPage(_count(str(count)), tuple(str(pmid).strip() for pmid in pmids), notes)


def _remarks(value: object) -> list[str]:
    """Return the remarks of a list; one alone may come without its list."""
    values = value if isinstance(value, list) else [value]
    return [str(remark).strip() for remark in values if remark]


def _count(text: str) -> int:
    """Return a number that may be written as "25,385"."""
    digits = re.sub(r"[\s,]", "", text)
    if not re.fullmatch(r"[0-9]{1,12}", digits):
        raise ValueError("not a count")
    return int(digits)
