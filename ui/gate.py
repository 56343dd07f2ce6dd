"""What the server answers at all: the routes that the page uses, and with a password none of them to strangers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import SimpleCookie
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_OPEN = re.compile(
    r"/(login/?|logout|config/?|theme\.css|favicon\.ico|robots\.txt|manifest\.json|(static|assets|svelte)/.*)?"
    r"|/gradio_api/(startup-events|login_check/?|user/?|app_id/?|theme\.css)"
)
"""Routes that show nothing to strangers, or that Gradio itself guards (config)."""

_GUARDED = re.compile(
    r"/gradio_api/(info/?|queue/(join|data)/?|upload|upload_progress|cancel|reset/?|heartbeat/[A-Za-z0-9]+)"
)
"""Routes that the page works by. Gradio leaves heartbeat, cancel and reset open even where a password is set."""

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
"""The browser itself sees to it that the page talks to nobody but this server."""

_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


class Gate:
    """An ASGI middleware around Gradio's application.

    Gradio opens some ninety routes: files of the machine, a proxy, monitoring, an editor. The page needs a dozen; every
    other one is answered with 404.
    """

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        """Stand before an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, with headers that keep the page to itself, or turn it away."""
        if scope["type"] != "http":
            # The lifespan messages of the server; a web socket is nothing that the page opens.
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        status = refusal(scope["path"], is_let_in=_is_let_in(scope)) or _of_another_host(scope)
        if status:
            await _refuse(send, status)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def refusal(path: str, *, is_let_in: bool) -> int:
    """Return the status to turn a request away with, 0 to let it through."""
    if ".." in path.split("/") or "\\" in path or "\0" in path:
        return 404
    if _OPEN.fullmatch(path):
        return 0
    if _GUARDED.fullmatch(path):
        return 0 if is_let_in else 401
    return 404


def _of_another_host(scope: Scope) -> int:
    """Return 403 when a request that came to the loopback address calls this machine by a name of the web.

    Such a name, led to 127.0.0.1 by its owner's DNS, would let any page in the browser read and drive the chat.
    """
    server = scope.get("server") or ("", 0)
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").rsplit(":", 1)[0]
    is_local = server[0] in ("127.0.0.1", "::1")
    return 403 if is_local and host and host not in ("127.0.0.1", "localhost", "[::1]") else 0


def _is_let_in(scope: Scope) -> bool:
    """Say whether the request comes from somebody logged in, or nobody has to be."""
    app = scope["app"]
    if app.auth is None:
        return True
    cookies = SimpleCookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
    names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return any(name in cookies and cookies[name].value in app.tokens for name in names)


async def _refuse(send: Send, status: int) -> None:
    body = {401: b"Log in first.", 403: b"Call this page by 127.0.0.1 or localhost."}.get(status, b"Not found.")
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
