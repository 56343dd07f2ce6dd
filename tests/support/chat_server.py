"""A language model's server on loopback that speaks OpenAI's, Ollama's and Anthropic's protocols from a script.

Each request gets the next thing of the script (the last one again and again): text in pieces, or a raw answer.

    with chat_server(Said("Zinc rose [1]. ", "Iron fell [2].")) as server:
        load_chat_model("local", url=server.url)
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Said:
    """A reply in pieces of these very words, one event each; `end` is why it ended, None where the server says none."""

    pieces: tuple[str, ...]
    end: str | None = "stop"
    is_broken_off: bool = False

    def __init__(self, *pieces: str, end: str | None = "stop", is_broken_off: bool = False) -> None:
        object.__setattr__(self, "pieces", pieces)
        object.__setattr__(self, "end", end)
        object.__setattr__(self, "is_broken_off", is_broken_off)


@dataclass(frozen=True)
class Raw:
    """An answer as it is: its status, headers and body; a body that is no bytes is sent as JSON."""

    status: int = 200
    body: Any = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class ChatServer:
    """The server's address, and the body of each request so far."""

    url: str
    asked: list[dict[str, Any]]


@contextmanager
def chat_server(*script: Said | Raw, window: int = 8192) -> Iterator[ChatServer]:
    """Start the server, and stop it; Ollama's models hold `window` tokens."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/api/show":
                return self._raw(Raw(body={"model_info": {"tiny.context_length": window}}))
            asked.append(body)
            step = script[min(len(asked), len(script)) - 1]
            self._raw(step) if isinstance(step, Raw) else self._said(step, streams=body.get("stream", False))

        def _raw(self, raw: Raw) -> None:
            body = raw.body if isinstance(raw.body, bytes) else json.dumps(raw.body).encode()
            self.send_response(raw.status)
            for name, value in {"Content-Type": raw.kind, **raw.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def _said(self, said: Said, *, streams: bool) -> None:
            if not streams and "/chat/completions" in self.path:
                return self._raw(Raw(body=whole("".join(said.pieces), said.end)))
            events = [*self._events(said)]
            if said.is_broken_off:
                events = events[: len(said.pieces)]
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            if said.is_broken_off:
                self.send_header("Content-Length", "100000")
            self.end_headers()
            for event in events:
                self.wfile.write(event)
            self.close_connection = True

        def _events(self, said: Said) -> Iterator[bytes]:
            if self.path == "/api/chat":
                for piece in said.pieces:
                    yield _line({"message": {"role": "assistant", "content": piece}, "done": False})
                yield _line({"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": said.end})
                return
            if self.path == "/v1/messages":
                yield from _anthropic_events(said)
                return
            for piece in said.pieces:
                yield _event(_chunk({"content": piece}))
            if said.end:
                yield _event(_chunk({}, said.end))
                yield b"data: [DONE]\n\n"

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:  # the client went away, as it may
            pass

    with Server(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield ChatServer(f"http://127.0.0.1:{httpd.server_port}", asked)
        finally:
            with suppress(OSError):
                httpd.shutdown()
            thread.join()


def whole(text: str, end: str | None = "stop") -> dict[str, Any]:
    """Return a whole reply of OpenAI's protocol."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": end}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def _chunk(delta: dict[str, str], end: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": end}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def _anthropic_events(said: Said) -> Iterator[bytes]:
    """Yield a reply of Anthropic's protocol; the first event holds what the beginning of a text needs."""
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {"id": "1", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}
    begin = _typed("message_start", message=message)
    begin += _typed("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for piece in said.pieces:
        yield begin + _typed("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
        begin = b""
    yield _typed("content_block_stop", index=0)
    yield _typed("message_delta", delta={"stop_reason": said.end, "stop_sequence": None}, usage=usage)
    yield _typed("message_stop")


def _typed(kind: str, **body: Any) -> bytes:
    return f"event: {kind}\n".encode() + _event({"type": kind, **body})


def _event(body: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def _line(body: dict[str, Any]) -> bytes:
    return json.dumps({"model": "m", "created_at": "2026-01-01T00:00:00Z", **body}).encode() + b"\n"
