"""One request to E-utilities and the response to it, at NCBI's pace and within a time limit."""

from __future__ import annotations

import os
import re
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import anyio
import httpx
from anyio.from_thread import start_blocking_portal

from index.errors import InputError
from index.ingest.eutils.rate_limit import RateLimiter, shared_rate_limiter
from index.ingest.eutils.responses import RequestError, Response

NCBI_URL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
TOOL = "AskAbstracts"
Params = Mapping[str, str | Sequence[str]]
"""Parameters of a request; a sequence is sent as one parameter several times over."""

_MAX_RESPONSE_BYTES = 256 * 2**20
_TOTAL_TIMEOUT_FACTOR = 10
"""A whole answer may take so many times as long as one wait for a piece of it."""


@dataclass(frozen=True, kw_only=True)
class Connection:
    """The address of E-utilities and the account that asks them; safe to share between threads."""

    url: str
    email: str | None = field(repr=False)
    api_key: str | None = field(repr=False)
    timeout_s: float
    rate_limiter: RateLimiter | None = field(default=None, repr=False)
    answered: threading.Event = field(init=False, repr=False, compare=False, default_factory=threading.Event)
    """Set by the first response: from then on a server that is out of reach is more likely to come back."""

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

    def ask(self, endpoint: str, params: Params) -> Response:
        """Return the response of "esearch", "efetch" …, whatever it says; raise RequestError when none came whole."""
        try:
            with ExitStack() as turn:  # ends when the answer begins
                turn.enter_context(self._limiter.turn())
                # A thread with an event loop of its own: callers may have one in theirs, as in a notebook.
                with start_blocking_portal() as portal:
                    response = portal.call(self._exchange, endpoint, params, turn.close)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError, RequestError) as error:
            failure = _connection_error(error)
        else:
            self.answered.set()
            return response
        raise failure  # with no chain: what the connection choked on may repeat what we sent

    def hold(self, seconds: float) -> None:
        """Make all threads that ask this server wait."""
        self._limiter.hold(seconds)

    async def _exchange(self, endpoint: str, params: Params, on_answer: Callable[[], None]) -> Response:
        """Send a request and return the whole answer; call `on_answer` as it begins."""
        url = f"{self.url.rstrip('/')}/{endpoint}.fcgi"
        who = {"tool": TOOL, "email": self.email or ""} | ({"api_key": self.api_key} if self.api_key else {})
        form = {"db": "pubmed", **params, **who}
        # By POST, so that the key is in no proxy's log; httpx follows no redirect with it in hand. Its own time limit
        # starts anew with each byte that trickles in.
        with anyio.fail_after(_TOTAL_TIMEOUT_FACTOR * self.timeout_s):
            async with self._client() as client, client.stream("POST", url, data=form) as response:
                on_answer()
                body = await _body(response)
        retry_after, location = (response.headers.get(name, "") for name in ("Retry-After", "Location"))
        return Response(response.status_code, body, retry_after, location, self._secrets)

    def _client(self) -> httpx.AsyncClient:
        """Return a client that trusts this machine's certificates and goes by its proxies, as urllib knows them."""
        scheme, proxy = urlsplit(self.url).scheme, None
        if not proxy_bypass(self.host):
            proxy = getproxies().get(scheme)
            proxy = f"http://{proxy}" if proxy and "://" not in proxy else proxy
        headers = {"User-Agent": TOOL, "Accept-Encoding": "gzip", "Connection": "close"}
        return httpx.AsyncClient(headers=headers, timeout=self.timeout_s, verify=_tls(), proxy=proxy, trust_env=False)

    @property
    def _limiter(self) -> RateLimiter:
        return self.rate_limiter or shared_rate_limiter(self.host, self.api_key)

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


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _connection_error(error: Exception) -> RequestError:
    """Translate an error of the connection, in words that repeat nothing of the request or the response."""
    if isinstance(error, RequestError):
        return error
    if isinstance(error, TimeoutError):
        return RequestError("the answer came too slowly", retryable=True, about_ids=True)
    if isinstance(error, ImportError):
        return RequestError(
            "the proxy is of a kind that cannot be used", cure="check the proxy's settings (https_proxy)"
        )
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = f"its certificate could not be verified ({cause.verify_message})"
            return RequestError(why, cure="check this machine's clock and certificates")
    why = _in_words(causes)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError | httpx.InvalidURL):
        return RequestError(why, retryable=True, unreachable=True)
    return RequestError(f"the connection broke off ({why})", retryable=True, about_ids=True)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its chain of causes; of several addresses tried, for the first."""
    while error is not None:
        yield error
        group = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
        error = group[0] if group else error.__cause__ or error.__context__


def _in_words(causes: list[BaseException]) -> str:
    error = causes[0]
    if isinstance(error, httpx.TimeoutException):
        return "it timed out"
    if isinstance(error, httpx.ProtocolError | ValueError):
        return next((words for start, words in _BROKEN_OFF if str(error).startswith(start)), _NO_HTTP)
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return "the encryption failed"
    for cause in causes:
        if isinstance(cause, OSError) and cause.errno:  # of names that are not known it is negative
            return os.strerror(cause.errno) if cause.errno > 0 else str(cause.strerror)
    return type(error).__name__


_NO_HTTP = "what answered does not speak HTTP"
_BROKEN_OFF = (
    # how httpx begins to say it, and how we do
    ("Server disconnected", "the server closed it before an answer"),
    ("peer closed", "in the middle of the answer"),
)


async def _body(response: httpx.Response) -> bytes:
    """Return the whole body, unpacked."""
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > _MAX_RESPONSE_BYTES:
            raise _too_large()
    return _unpacked(bytes(body))


def _unpacked(body: bytes) -> bytes:
    """Return the body out of its gzip wrapping, which is known by its first bytes: a header may be wrong."""
    plain = bytearray()
    while body.startswith(b"\x1f\x8b"):  # one wrapping after the other is one body
        unpacker = zlib.decompressobj(wbits=31)
        try:
            plain += unpacker.decompress(body, _MAX_RESPONSE_BYTES - len(plain) + 1)
        except zlib.error:
            raise RequestError("the answer came damaged", retryable=True, about_ids=True) from None
        if len(plain) > _MAX_RESPONSE_BYTES:
            raise _too_large()
        if not unpacker.eof:
            raise RequestError(f"the answer breaks off after {len(plain):,} bytes", retryable=True, about_ids=True)
        body = unpacker.unused_data
    return bytes(plain) or body


def _too_large() -> RequestError:
    return RequestError(f"the answer is larger than {_MAX_RESPONSE_BYTES // 2**20} MiB", about_ids=True)
