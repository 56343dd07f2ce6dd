"""Access control: only the routes that the page uses are answered, and with a password none of them to strangers."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from http.cookies import SimpleCookie
from typing import Any

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import Request

from index.errors import AskAbstractsError
from ui import uploads
from ui.accounts import Accounts, LoginTries
from ui.api.access import LOGGED_IN
from ui.api.problems import MEDIA_TYPE, problem_with
from ui.history import served
from ui.history.store import ConversationStore
from ui.library.downloads import PATH as DOWNLOADS
from ui.library.downloads import Downloads

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_OPEN = re.compile(
    r"/(login/?|logout|config/?|theme\.css|favicon\.ico|robots\.txt|manifest\.json|(static|assets|svelte)/.*)?"
    r"|/gradio_api/(startup-events|login_check/?|theme\.css)"
)
"""Routes that show nothing to strangers, or that Gradio itself guards (config). It calls startup-events itself."""

_JOIN, _UPLOAD = "/gradio_api/queue/join", "/gradio_api/upload"
_CANCEL = "/gradio_api/cancel"
_LOGIN = ("/login", "/login/")

_GUARDED = re.compile(
    rf"{_JOIN}|{_UPLOAD}|/gradio_api/(info/?|queue/data|upload_progress|cancel|reset/?|user/?|app_id/?"
    r"|heartbeat/[A-Za-z0-9]+)"
    rf"|{served.ADDRESS.pattern}"
)
"""Routes that the page needs. Gradio leaves heartbeat, cancel and reset open even where a password is set."""

_DOWNLOAD = re.compile(rf"{DOWNLOADS}[A-Za-z0-9_-]{{22}}")
"""Addresses of the files that the page offers to save."""

_API = re.compile(r"(?s:/api/.*)|/mcp/?|/healthz|/readyz|/metrics")
"""Routes of the REST interface, MCP and monitoring, which are no part of Gradio's application."""

_BODY_LIMITS = {_JOIN: 4_000_000, _UPLOAD: uploads.REQUEST_LIMIT}
_BODY_LIMIT, _API_BODY_LIMIT = 100_000, 1_000_000
"""Largest bodies in bytes: of an event of the page, of uploads, of everything else, such as a login, and of the API."""

_SENTENCES = {
    400: "This request names a file that was not uploaded here, or is no JSON.",
    401: "Log in first.",
    403: "Call this page by 127.0.0.1 or localhost, and not from within another page.",
    404: "Not found.",
    411: "Say how long the request is (Content-Length).",
    413: f"This is too large; files may have {uploads.REQUEST_LIMIT // 1_000_000} MB together.",
    507: "There is no room for more files now; wait for a few hours, or use the command line.",
}
_TOO_MANY_TRIES = "There were too many wrong passwords for this account from your address; try again in {} seconds."
_NO_CONVERSATION = "There is no such conversation here; choose one from the list of the page."

_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Gradio starts itself from inline scripts and compiles its templates in the browser.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
"""Content security policy: the browser lets the page talk to this server only."""

_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


class Gate:
    """An ASGI middleware around Gradio's application.

    Gradio opens some ninety routes: files of the machine, a proxy, monitoring, an editor. The page needs a dozen; all
    others are answered with 404. `api` is the application of the REST interface, None to leave it out; `lifespan` is
    what has to be entered while the server runs. `accounts` are those that may log in, None where no password is asked
    for. A request that names one of `conversations` which its account does not have is answered with 404 too.
    `downloads` are the files that the page offers.
    """

    def __init__(
        self,
        app: Application,
        api: Application | None = None,
        lifespan: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
        *,
        accounts: Accounts | None = None,
        conversations: Callable[[], ConversationStore] | None = None,
        downloads: Downloads | None = None,
    ) -> None:
        self._app = app
        self._api = api
        self._lifespan = lifespan
        self._accounts = accounts
        self._conversations = conversations
        self._downloads = downloads or Downloads()
        self._tries = LoginTries()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, with headers that keep the page to itself, or turn it away."""
        if scope["type"] != "http":
            # The lifespan messages of the server; a web socket is nothing that the page opens.
            if scope["type"] == "lifespan":
                async with self._lifespan():
                    await self._app(scope, receive, send)
            return
        if _API.fullmatch(scope["path"]):
            await self._to_api(scope, receive, send)
            return
        account = self._account(scope)
        status = refusal(scope["path"], is_logged_in=account is not None) or _misuse(scope)
        if status:
            await _refuse(send, status)
            return
        asked_for = served.asked_for(scope.get("query_string", b"")) if scope["path"] == "/" else ""
        if served.ADDRESS.fullmatch(scope["path"]):
            await self._send_conversation(send, scope["path"], account or "")
            return
        if scope["path"] == _JOIN:
            body = await _read(receive)
            event = _event(body)
            if body is None or event is None:
                await _refuse(send, 400)
                return
            receive = _replayed(body, receive)
            asked_for = served.named_in(event)
        if scope["path"] in _LOGIN and scope["method"] == "POST":
            await self._log_in(scope, receive, send)
            return
        if asked_for and account is not None and not await self._has_conversation(account, asked_for):
            await _refuse(send, 404, sentence=_NO_CONVERSATION)
            return

        is_file = scope["method"] == "GET" and _DOWNLOAD.fullmatch(scope["path"])
        app = self._downloads.response(scope["path"]) if is_file else self._app
        try:
            await app(scope, receive, _with_headers(send))
        except KeyError:  # Gradio drops an event twice where it ends by itself while it is being cancelled
            if scope["path"] != _CANCEL:
                raise
            await _send_json(send, {"success": True})

    async def _log_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a try to log in through, unless there were too many from the address to the account."""
        body = await _read(receive) or b""
        name, address = await _user_name(scope, body, receive), (scope.get("client") or ("",))[0]
        if wait_s := self._tries.wait_s(name, address):
            # Gradio's page takes this for a wrong password: any other refusal leaves it without a word.
            reply = {"detail": _TOO_MANY_TRIES.format(math.ceil(wait_s))}
            await _send_json(send, reply, status=400, headers=[(b"retry-after", str(math.ceil(wait_s)).encode())])
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                self._tries.succeeded(name, address)
            await send(message)

        await self._app(scope, _replayed(body, receive), _with_headers(noting))

    async def _to_api(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._api is None:
            await _refuse(send, 404, as_problem=True)
        elif status := _misuse(scope):
            await _refuse(send, status, as_problem=True, rest_of=receive if status == 413 else None)
        else:  # which has keys of its own
            await self._api({**scope, LOGGED_IN: self._account(scope) is not None}, receive, send)

    def _account(self, scope: Scope) -> str | None:
        """Return the account that a client has logged in to, "" where no password is asked for; None for strangers."""
        app = scope["app"]
        if app.auth is None:
            return ""
        cookies = SimpleCookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
        names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
        tokens = (cookies[name].value for name in names if name in cookies)
        account = next((str(app.tokens[token]) for token in tokens if token in app.tokens), None)
        return account if account is not None and self._is_known(account) else None

    def _is_known(self, account: str) -> bool:
        """Return False for an account that was taken out since it logged in."""
        try:
            return self._accounts is None or self._accounts.is_known(account)
        except AskAbstractsError:  # which logging in tells
            return False

    async def _has_conversation(self, account: str, id_: str) -> bool:
        if self._conversations is None:
            return False
        try:
            return await anyio.to_thread.run_sync(lambda: self._store().is_of(account, id_))
        except AskAbstractsError:  # the page says why the file cannot be read
            return True

    async def _send_conversation(self, send: Send, path: str, account: str) -> None:
        try:
            file = await anyio.to_thread.run_sync(lambda: served.conversation_file(self._store(), account, path))
        except AskAbstractsError:
            await _refuse(send, 404, sentence=_NO_CONVERSATION)
            return
        length = (b"content-length", str(len(file.content)).encode())
        headers = [*file.headers, length, *_HEADERS]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": file.content})

    def _store(self) -> ConversationStore:
        assert self._conversations is not None
        return self._conversations()


def refusal(path: str, *, is_logged_in: bool) -> int:
    """Return the status to refuse a request with; 0 to let it through."""
    if ".." in path.split("/") or "\\" in path or "\0" in path:
        return 404
    if _OPEN.fullmatch(path):
        return 0
    if _GUARDED.fullmatch(path) or _DOWNLOAD.fullmatch(path):
        return 0 if is_logged_in else 401
    return 404


def _misuse(scope: Scope) -> int:
    """Return the status for a request by a foreign name, from a foreign page or with too large a body; 0 otherwise."""
    return _foreign_host(scope) or _foreign_page(scope) or _too_large(scope)


def _foreign_host(scope: Scope) -> int:
    """Return 403 when a request that came to the loopback address calls this machine by a name of the web.

    Such a name, led to 127.0.0.1 by its owner's DNS, would let any page in the browser read and drive the chat.
    """
    server = scope.get("server") or ("", 0)
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").rsplit(":", 1)[0]
    is_local = server[0] in ("127.0.0.1", "::1")
    return 403 if is_local and host and host not in ("127.0.0.1", "localhost", "[::1]") else 0


def _foreign_page(scope: Scope) -> int:
    """Return 403 when the browser says that a page of another site sends this: it may link here, and do nothing."""
    is_sent = scope["method"] not in ("GET", "HEAD", "OPTIONS")
    return 403 if is_sent and dict(scope["headers"]).get(b"sec-fetch-site") == b"cross-site" else 0


def _too_large(scope: Scope) -> int:
    """Return the status for a body that is too large or of no stated length; 0 if it is neither."""
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return 411
    # The server under us cuts a body off at its stated length.
    length = int(headers.get(b"content-length", b"0"))
    limit = _API_BODY_LIMIT if _API.fullmatch(scope["path"]) else _BODY_LIMIT
    if length > _BODY_LIMITS.get(scope["path"], limit):
        return 413
    return 507 if scope["path"] == _UPLOAD and not uploads.has_room(length) else 0


def _with_headers(send: Send) -> Send:
    """Return a `send` that adds the headers which keep the page to itself."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *_HEADERS]
        await send(message)

    return send_with_headers


async def _user_name(scope: Scope, body: bytes, receive: Receive) -> str:
    """Return the name in a form of logging in; "" where there is none."""
    try:
        form = await Request(scope, _replayed(body, receive)).form()
    except (HTTPException, ValueError):  # which Gradio refuses
        return ""
    return str(form.get("username", "")).strip()


async def _send_json(
    send: Send, reply: Mapping[str, Any], *, status: int = 200, headers: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    body = json.dumps(reply).encode()
    about = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*about, *headers, *_HEADERS]})
    await send({"type": "http.response.body", "body": body})


async def _read(receive: Receive) -> bytes | None:
    """Return a request's whole body; None when the client disconnects before its end."""
    body, is_more = bytearray(), True
    while is_more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        is_more = message.get("more_body", False)
    return bytes(body)


def _event(body: bytes | None) -> Any:  # noqa: ANN401 (whatever JSON holds)
    """Return what an event of the page says; None for one that is forged."""
    try:
        event = json.loads(body or b"")
        return None if uploads.names_other_file(event) else event
    except (ValueError, RecursionError):  # no JSON, no text, or nested without an end
        return None


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that replays a body before later messages."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_replayed() -> Message:
        return messages.pop() if messages else await receive()

    return receive_replayed


async def _refuse(
    send: Send, status: int, *, as_problem: bool = False, rest_of: Receive | None = None, sentence: str = ""
) -> None:
    """Send a refusal; then let the rest of a body pass by: a proxy takes one that is cut off for a broken server."""
    if as_problem:
        detail = f"The body may have {_API_BODY_LIMIT:,} bytes." if status == 413 else _SENTENCES[status]
        kind, body = MEDIA_TYPE.encode(), problem_with(status, detail).body()
    else:
        kind, body = b"text/plain", (sentence or _SENTENCES[status]).encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if rest_of is not None:
        await send({"type": "http.response.body", "body": body, "more_body": True})
        while (await rest_of()).get("more_body", False):
            pass
        body = b""
    await send({"type": "http.response.body", "body": body})
