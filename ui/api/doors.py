"""What stands beside the page: the REST interface, and the server for agents at /mcp, imported beside the start."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import AskAbstractsError
from ui.api.problems import MEDIA_TYPE, Problem, problem_of
from ui.api.service import Service

if TYPE_CHECKING:
    from qa.doors.mcp_server import HttpServer


class Doors:
    """An ASGI application that leads to REST and MCP; `lifespan` is to be entered while the server runs."""

    def __init__(self, rest: ASGIApp, service: Service) -> None:
        self._rest, self._service = rest, service
        self._mcp: ASGIApp | None = None

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Serve MCP as long as the server runs; its SDK, which takes a second to import, keeps nobody else waiting."""
        ended = anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(self._serve_mcp, ended)
            yield
            ended.set()

    async def _serve_mcp(self, ended: anyio.Event) -> None:
        server = await anyio.to_thread.run_sync(_mcp_application, self._service)
        async with server.running():
            self._mcp = server.application
            await ended.wait()
            self._mcp = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["path"].startswith("/mcp"):
            await self._to_mcp(scope, receive, send)
        else:
            await self._rest(scope, receive, send)

    async def _to_mcp(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if self._mcp is None:
                raise Problem("not-ready", "the server is starting; try again in a while", headers={"Retry-After": "5"})
            self._service.access.admit(scope, Headers(scope=scope), "read")
        except AskAbstractsError as error:
            await _send_problem(send, problem_of(error))
        except Problem as problem:
            await _send_problem(send, problem)
        else:
            await self._mcp({**scope, "path": "/mcp", "raw_path": b"/mcp"}, receive, send)


def _mcp_application(service: Service) -> HttpServer:
    from qa.doors.mcp_server import http_server

    return http_server(service.libraries)


async def _send_problem(send: Send, problem: Problem) -> None:
    body = problem.body()
    headers = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
    headers += [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
