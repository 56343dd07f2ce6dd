"""One request to E-utilities and the answer to it: formed by Bio.Entrez, sent by us at NCBI's pace."""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse, IncompleteRead, RemoteDisconnected
from ssl import SSLCertVerificationError, SSLError
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPErrorProcessor, OpenerDirector, Request, build_opener

from index.errors import InputError
from index.ingest.eutils.deadline import Deadline, TimedHTTPHandler, TimedHTTPSHandler
from index.ingest.eutils.rate_limit import Pace, shared_pace
from index.ingest.eutils.responses import Answer, Trouble

NCBI_URL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
TOOL = "AskAbstracts"

_ANSWER_MAX_BYTES = 256 * 2**20
_SLOWEST = 10
"""A whole answer may take so many times as long as one wait for a piece of it."""


class _AsItCame(HTTPErrorProcessor):
    """Hands over each answer as it came: no status raises, and no redirect is followed with our key in hand."""

    def http_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        return response

    https_response = http_response


_HANDLERS = (_AsItCame, TimedHTTPHandler, TimedHTTPSHandler)


@dataclass(frozen=True, kw_only=True)
class Connection:
    """Where E-utilities are and who asks them; safe to share between threads."""

    url: str
    email: str | None = field(repr=False)
    api_key: str | None = field(repr=False)
    timeout_s: float
    pace: Pace | None = field(default=None, repr=False)
    answered: threading.Event = field(init=False, repr=False, compare=False, default_factory=threading.Event)
    """Set once an answer came: from then on a server that is out of reach is more likely to come back."""

    _opener: OpenerDirector = field(
        init=False, repr=False, compare=False, default_factory=lambda: build_opener(*_HANDLERS)
    )

    def __post_init__(self) -> None:
        """Refuse settings that cannot work; none is repeated, as each may hold a secret."""
        if not _is_usable(self.url):
            form = f"{NCBI_URL} (without user name, query and fragment)"
            raise InputError(
                f"the address of E-utilities is not of a form like {form}; correct ASKABSTRACTS_EUTILS_URL"
            )
        if self.email and not re.fullmatch(r"[^\s@]+@[^\s@]+", self.email):
            raise InputError("the e-mail for NCBI is no address; correct or unset ASKABSTRACTS_EMAIL")
        if self.api_key and not re.fullmatch(r"[!-~]+", self.api_key):
            raise InputError("no NCBI API key has such characters; correct or unset ASKABSTRACTS_NCBI_API_KEY")
        if self.timeout_s <= 0:
            raise InputError(f"timeout_s is {self.timeout_s}; it must be more than 0")

    @property
    def host(self) -> str:
        """The server's name and port, as messages give it."""
        return urlsplit(self.url).netloc

    def ask(self, endpoint: str, params: Mapping[str, str]) -> Answer:
        """Return the answer of "esearch", "efetch" …, whatever it says; raise `Trouble` when none came whole."""
        request = self._request(endpoint, params)
        deadline = Deadline(_SLOWEST * self.timeout_s)
        try:
            with self._turns.turn():
                response = deadline.open(self._opener, request, timeout_s=self.timeout_s)
            with deadline, response:
                body = _body(response)
        except (OSError, HTTPException, UnicodeError, Trouble) as error:
            trouble = _too_slow() if deadline.is_over else _connection_trouble(error)
        else:
            self.answered.set()
            return self._answer(response, body)
        raise trouble  # with no chain: what the connection choked on may repeat what we sent

    def _answer(self, response: HTTPResponse, body: bytes) -> Answer:
        retry_after, location = (response.headers.get(name, "") for name in ("Retry-After", "Location"))
        return Answer(response.status, body, retry_after, location, self._secrets)

    def hold(self, seconds: float) -> None:
        """Make all threads that ask this server wait."""
        self._turns.hold(seconds)

    def _request(self, endpoint: str, params: Mapping[str, str]) -> Request:
        from Bio import Entrez

        # The public calls of Bio.Entrez know NCBI's address only, send short requests by GET (and so the key into every
        # proxy's log), wait without end for an answer, and keep pace, key and e-mail in globals that threads would
        # share. So Bio.Entrez forms the request, from arguments and none of its globals, and we send it. An e-mail that
        # is not set goes as an empty one: left out, Bio.Entrez would warn on each request.
        url = f"{self.url.rstrip('/')}/{endpoint}.fcgi"
        who = {"tool": TOOL, "email": self.email or "", "api_key": self.api_key}
        request: Request = Entrez._build_request(url, {"db": "pubmed", **params, **who}, post=True)  # type: ignore[no-untyped-call]
        request.add_header("User-Agent", TOOL)
        request.add_header("Accept-Encoding", "gzip")
        return request

    @property
    def _turns(self) -> Pace:
        return self.pace or shared_pace(self.host, self.api_key)

    @property
    def _secrets(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.api_key, self.email)))


def _is_usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_address and re.fullmatch(r"[!-~]+", url) is not None and not re.search(r"[@?#]", url)


def _connection_trouble(error: Exception) -> Trouble:
    """Say what became of the connection: never made, or broken off in the middle."""
    if isinstance(error, Trouble):
        return error
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, SSLCertVerificationError):
        why = f"its certificate could not be verified ({reason.verify_message})"
        return Trouble(why, cure="check this machine's clock and certificates")
    why = _said(reason)
    if isinstance(error, URLError | UnicodeError):
        return Trouble(why, passing=True, unreachable=True)
    return Trouble(f"the connection broke off ({why})", passing=True, about_ids=True)


def _said(reason: object) -> str:
    """Return what happened in words that repeat nothing of what was sent or came."""
    for kind, words in _IN_WORDS:
        if isinstance(reason, kind):
            return words
    return str(getattr(reason, "strerror", None) or type(reason).__name__)


_IN_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "it timed out"),
    (RemoteDisconnected, "the server closed it before an answer"),
    (IncompleteRead, "in the middle of the answer"),
    (HTTPException, "what answered does not speak HTTP"),
    (SSLError, "the encryption failed"),
)


def _body(response: HTTPResponse) -> bytes:
    """Return the whole body, unpacked."""
    expected = response.length  # None for a body in chunks, or up to the connection's end
    body = bytearray()
    while expected is None or len(body) < expected:
        piece = response.read1(65536)
        if not piece:
            break
        body += piece
        if len(body) > _ANSWER_MAX_BYTES:
            raise _too_large()
    if expected is not None and len(body) < expected:
        raise _broken_off(len(body))
    return _unpacked(bytes(body))


def _unpacked(body: bytes) -> bytes:
    """Return the body out of its gzip wrapping, which is known by its first bytes: a header may say what is not so."""
    plain = bytearray()
    while body.startswith(b"\x1f\x8b"):  # one wrapping after the other is one body
        unpacker = zlib.decompressobj(wbits=31)
        try:
            plain += unpacker.decompress(body, _ANSWER_MAX_BYTES - len(plain) + 1)
        except zlib.error:
            raise Trouble("the answer came damaged", passing=True, about_ids=True) from None
        if len(plain) > _ANSWER_MAX_BYTES:
            raise _too_large()
        if not unpacker.eof:
            raise _broken_off(len(plain))
        body = unpacker.unused_data
    return bytes(plain) or body


def _too_large() -> Trouble:
    return Trouble(f"the answer is larger than {_ANSWER_MAX_BYTES // 2**20} MiB", about_ids=True)


def _too_slow() -> Trouble:
    return Trouble("the answer came too slowly", passing=True, about_ids=True)


def _broken_off(length: int) -> Trouble:
    return Trouble(f"the answer breaks off after {length:,} bytes", passing=True, about_ids=True)
