"""A time by which an answer has to be there whole: urllib's own timeout starts anew with each byte that trickles in."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from functools import partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import cast
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, Request


class Deadline:
    """Cuts a connection off after so many seconds, unless its block, which reads the answer, is through before."""

    def __init__(self, seconds: float) -> None:
        """Start no clock yet: `open` does."""
        self.is_over = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def open(self, opener: OpenerDirector, request: Request, *, timeout_s: float) -> HTTPResponse:
        """Send the request and return the answer as it begins; the clock goes on until the block's end."""
        request.deadline = self  # type: ignore[attr-defined]
        self._timer.start()
        try:
            return cast(HTTPResponse, opener.open(request, timeout=timeout_s))
        except BaseException:
            self._timer.cancel()
            raise

    def __enter__(self) -> Deadline:
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, connected: socket.socket) -> None:
        """Take this connection for the one to cut."""
        self._socket = connected

    def _cut(self) -> None:
        self.is_over = True
        if self._socket:
            with suppress(OSError):  # it is closed already
                # Past TLS, whose own shutdown would disturb the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _Timed:
    """A connection that its deadline may cut."""

    deadline: Deadline
    sock: socket.socket

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self.deadline.watch(self.sock)


class _TimedHTTPConnection(_Timed, HTTPConnection):
    pass


class _TimedHTTPSConnection(_Timed, HTTPSConnection):
    pass


def _timed(kind: type[HTTPConnection], request: Request, host: str, *, timeout: float) -> HTTPConnection:
    connection = kind(host, timeout=timeout)
    connection.deadline = request.deadline  # type: ignore[attr-defined]
    return connection


class TimedHTTPHandler(HTTPHandler):
    """Opens http addresses under the request's deadline; never prints what is sent, whatever http.client is set to."""

    def __init__(self) -> None:
        super().__init__(debuglevel=0)

    def http_open(self, req: Request) -> HTTPResponse:
        """Open one request."""
        return self.do_open(partial(_timed, _TimedHTTPConnection, req), req)  # type: ignore[arg-type]


class TimedHTTPSHandler(HTTPSHandler):
    """The same for https addresses."""

    def __init__(self) -> None:
        super().__init__(debuglevel=0)

    def https_open(self, req: Request) -> HTTPResponse:
        """Open one request."""
        return self.do_open(partial(_timed, _TimedHTTPSConnection, req), req)  # type: ignore[arg-type]
