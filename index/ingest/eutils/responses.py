"""What E-utilities answered: a record set, a page of a search, or one of the many ways in which NCBI says no.

NCBI's refusals come with any status, 200 among them, as JSON, XML, plain text or a web page. Here each becomes a
`Trouble` that says whether asking again may help. Nothing here touches the network.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from io import BytesIO
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


class Trouble(Exception):
    """An answer that cannot be used, or none. Its text holds no key and no e-mail.

    `passing`: asking again may help; `about_ids`: asking for fewer ids may help; `bad_ids`: the ids are said to be at
    fault; `slow_down`: we asked too often; `unreachable`: there was no connection at all.
    """

    def __init__(
        self,
        why: str,
        *,
        cure: str = LATER_CURE,
        passing: bool = False,
        about_ids: bool = False,
        bad_ids: bool = False,
        slow_down: bool = False,
        unreachable: bool = False,
        retry_after_s: float = 0.0,
    ) -> None:
        """Keep all that the caller needs to decide and to tell."""
        super().__init__(why)
        self.why = why
        self.cure = cure
        self.passing = passing
        self.about_ids = about_ids or bad_ids
        self.bad_ids = bad_ids
        self.slow_down = slow_down
        self.unreachable = unreachable
        self.retry_after_s = retry_after_s
        self.tries = 1


_SECRET = re.compile(r"""((?:api[-_]?key|e?mail)["']?\s*[=:]\s*["']?)[^"'&\s,;]+""", re.IGNORECASE)
"""A key or an e-mail as requests and answers name them: found even where it is cut short or written otherwise."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it came, and the secrets that no message may repeat (NCBI echoes a key that it rejects)."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str = ""
    location: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def quoted(self, text: str) -> str:
        """Return what the server said in a form fit for a message: one line, short, without secrets."""
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
    """One page of a search: how many hits there are in all, the PMIDs of this page, and what PubMed remarked."""

    total: int
    pmids: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_record_set(answer: Answer) -> bytes:
    """Return the XML of an efetch answer, whole and well-formed; raise `Trouble` for all else."""
    _refuse_errors(answer)
    body = _trimmed(answer.body)
    if not body:
        raise Trouble("the answer was empty", passing=True, about_ids=True)
    if not body.startswith((b"<", *_UTF_16)):
        raise Trouble(f"what came is not XML but “{answer.quoted(_text(answer))}”", passing=True)
    root = _root_of(body)
    if root.lower() == "html":
        raise _web_page(answer)
    if root not in RECORD_SETS:
        raise Trouble(f"what came is no set of records but <{root[:40]}>", passing=True)
    return body


def read_search_page(answer: Answer) -> SearchPage:
    """Return the page of an esearch answer, JSON or XML; raise `Trouble` for all else."""
    _refuse_errors(answer)
    body = _trimmed(answer.body)
    if not body:
        raise Trouble("the answer was empty", passing=True)
    if _is_web_page(body):
        raise _web_page(answer)
    try:
        page = _page_from_json(_json(body)) if body.startswith(b"{") else _page_from_xml(body)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RuntimeError):
        raise Trouble(f"what came is no whole search result: “{answer.quoted(_text(answer))}”", passing=True) from None
    if not all(map(parse_pmid, page.pmids)):
        raise Trouble("the search brought ids that are not PMIDs", passing=True)
    return replace(page, notes=tuple(map(answer.quoted, page.notes)))


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


def _refuse_errors(answer: Answer) -> None:
    """Raise the `Trouble` that the answer's status or words amount to, if any."""
    status, said = answer.status, _error_said(answer)
    words = f"HTTP {status}" + (f": {answer.quoted(said)}" if said else "")
    retry_after_s = _retry_after_s(answer)
    if status == 429 or (said and "rate limit" in said.lower()):
        why = f"NCBI asks for fewer requests ({words})"
        cure = "wait some minutes, or set ASKABSTRACTS_NCBI_API_KEY, which allows more"
        raise Trouble(why, cure=cure, passing=True, slow_down=True, retry_after_s=retry_after_s)
    for pattern, why, cure in _LASTING:
        if said and re.search(pattern, said, re.IGNORECASE):
            raise Trouble(f"{why} ({words})", cure=cure, bad_ids=pattern is _BAD_IDS)
    if status >= 500 or status in (408, 425):
        why = f"the server is in trouble ({words})"
        # Fewer ids may be less to carry than a batch, or be without the one that brings the server down.
        raise Trouble(why, passing=True, about_ids=status not in (503, 511), retry_after_s=retry_after_s)
    if said and (status == 200 or _PASSING.search(said)):
        why = f"NCBI reported an error ({words})"
        raise Trouble(why, passing=True, about_ids=True, retry_after_s=retry_after_s)
    if 200 < status < 300:
        raise Trouble(f"the server sent no whole answer ({words})", passing=True, retry_after_s=retry_after_s)
    if 300 <= status < 400 and answer.location:
        raise Trouble(f"the server sends elsewhere (HTTP {status}: {_elsewhere(answer)})", cure=URL_CURE)
    if status != 200:
        cure = _STATUS_CURES.get(status, URL_CURE)
        # 400: one id may be to blame. 413, 414: there were too many.
        raise Trouble(f"the request was refused ({words})", cure=cure, about_ids=status in (400, 413, 414))


def _error_said(answer: Answer) -> str | None:
    """Return the error message in an answer of any form, None when there is none."""
    body = _trimmed(answer.body)
    if body.startswith(b"{"):
        return _json_error(body)
    if b"<ERROR" in body:
        body = _NOT_SAID.sub(b"", body)
    if found := re.search(rb"<ERROR\b[^>]*?(?:/>|>(.*?)(?:</ERROR>|$))", body, re.DOTALL):
        return html.unescape((found[1] or b"without words").decode("utf-8", "replace"))
    if answer.status == 200:
        return None
    if title := re.search(rb"<title>(.*?)</title>", body, re.DOTALL | re.IGNORECASE):
        return title[1].decode("utf-8", "replace")
    if body.startswith(b"<"):
        return None
    return answer.without_secrets(_text(answer)).replace("+", " ")  # "ID+list+is+empty!"


_NOT_SAID = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->", re.DOTALL)
"""Where "<ERROR" is no element: a record may quote it."""


def _elsewhere(answer: Answer) -> str:
    """Return where the server sends us, without the query, which may repeat what we sent."""
    try:
        parts = urlsplit(answer.location)
    except ValueError:
        return "no usable address"
    return answer.quoted(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl())


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


def _retry_after_s(answer: Answer) -> float:
    """Return the seconds that Retry-After asks for (a number or a date), bounded; 0 when it asks for nothing usable."""
    value = answer.retry_after.strip()
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


def _text(answer: Answer) -> str:
    return answer.body[:2000].decode("utf-8", "replace")


def _json(body: bytes) -> dict[str, Any]:
    """Return the JSON object; NCBI leaves raw line ends inside strings, which a strict reader refuses."""
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


def _web_page(answer: Answer) -> Trouble:
    title = re.search(r"<title>(.*?)</title>", _text(answer), re.DOTALL | re.IGNORECASE)
    named = f" (“{answer.quoted(title[1])}”)" if title and title[1].strip() else ""
    cure = f"see that no log-in page or proxy stands between, and {URL_CURE}"
    return Trouble(f"a web page{named} came in place of an answer", cure=cure, passing=True)


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
        raise Trouble("the answer is in an encoding that nobody knows", passing=True, about_ids=True) from None
    except expat.ExpatError as error:
        if error.code in _BREAKS_OFF:
            raise Trouble(f"the answer breaks off after {len(body):,} bytes", passing=True, about_ids=True) from None
        why = f"the answer is not well-formed XML ({expat.ErrorString(error.code)} in line {error.lineno})"
        raise Trouble(why, passing=True, about_ids=True) from None
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
    ("PhraseNotFound", "phrasesnotfound", lambda said: f"PubMed does not know “{said}” and searched without it"),
    ("FieldNotFound", "fieldsnotfound", lambda said: f"PubMed has no field “{said}”"),
    ("PhraseIgnored", "phrasesignored", lambda said: f"PubMed ignored “{said}”"),
    ("QuotedPhraseNotFound", "quotedphrasesnotfound", lambda said: f"PubMed found {said} nowhere as a phrase"),
    ("OutputMessage", "outputmessages", lambda said: f"PubMed remarks: {said.rstrip('.')}"),
)

_Remarks = dict[str, Any]

_SEARCH_DTD = "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd"
_SEARCH_HEAD = f'<?xml version="1.0"?><!DOCTYPE eSearchResult SYSTEM "{_SEARCH_DTD}">'.encode()


def _page_from_xml(body: bytes) -> SearchPage:
    from Bio import Entrez

    # Bio.Entrez knows results by the DTD that they name: it fetches one that it does not know, and keeps such in the
    # person's home. So every result is read by the DTD that comes with Biopython, and is kept where that lies.
    Entrez.local_cache = Entrez.local_cache or str(Path(Entrez.__file__).parents[2])
    result = Entrez.read(BytesIO(_SEARCH_HEAD + body[body.index(b"<eSearchResult") :]), validate=False)  # type: ignore[no-untyped-call]
    return _page(result["Count"], result["IdList"], result.get("ErrorList"), result.get("WarningList"))


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
