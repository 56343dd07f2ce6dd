"""The real application in a process of its own, and requests to it that no client library tidies up.

with serving("--library", folder) as app:      # app.port, app.pid
    app.request("GET", "/gradio_api/file=/%2e%2e/secret")
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

APP = Path(__file__).parents[2] / "app.py"
_WAIT_S = 30


@dataclass(frozen=True)
class Reply:
    """Status, headers by lower-case name, and the body as far as it came at once."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class ServedApp:
    """A running application on loopback; `cookie` is of somebody who logged in."""

    port: int
    process: subprocess.Popen
    cookie: str = ""

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        """Send a request with its path as it stands; a header's name is written with underscores for hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close"]
        lines += [f"Cookie: {self.cookie}"] if self.cookie else []
        lines += [f"Content-Length: {len(body)}"] if "Content-Length" not in sent and method == "POST" else []
        lines += [f"{name}: {value}" for name, value in sent.items()]
        return self.raw("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def raw(self, message: bytes) -> Reply:
        """Send bytes and return what comes back; of a stream that has no end, its beginning."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=_WAIT_S) as connection:
            connection.sendall(message)
            reply = http.client.HTTPResponse(connection, method=message.split(b" ", 1)[0].decode())
            reply.begin()
            headers = {name.lower(): value for name, value in reply.getheaders()}
            is_endless = headers.get("content-type", "").startswith("text/event-stream")
            body = reply.read1(1 << 16) if is_endless else reply.read()
            reply.close()
            return Reply(reply.status, headers, body)

    def post(self, path: str, payload: object) -> Reply:
        """Send JSON."""
        return self.request("POST", path, json.dumps(payload).encode(), Content_Type="application/json")

    def upload(self, content: bytes, name: str) -> Reply:
        """Send a file as the page does, under any name."""
        head = f'--edge\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        return self.request(
            "POST",
            "/gradio_api/upload",
            head + content + b"\r\n--edge--\r\n",
            Content_Type="multipart/form-data; boundary=edge",
        )

    def logged_in(self, user: str, password: str) -> ServedApp:
        """Return the application as somebody sees it who has logged in."""
        form = urllib.parse.urlencode({"username": user, "password": password}).encode()
        reply = self.request("POST", "/login", form, Content_Type="application/x-www-form-urlencoded")
        if reply.status != 200:
            raise AssertionError(reply)
        return ServedApp(self.port, self.process, reply.headers["set-cookie"].split(";")[0])

    def event(self, element: str, trigger: str) -> int:
        """Return the number by which the page calls the event of an element."""
        config = json.loads(self.request("GET", "/config").body)
        target = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == element)
        return next(each["id"] for each in config["dependencies"] if [target, trigger] in each["targets"])


@contextmanager
def serving(*flags: object, **environment: str) -> Iterator[ServedApp]:
    """Start app.py on a free port and stop it; what it said to its standard error is in `process.said`."""
    process = subprocess.Popen(
        [sys.executable, str(APP), "--port", "0", *map(str, flags)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | environment,
    )
    try:
        address = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
        if address is None:
            raise RuntimeError(process.stderr.read())
        yield ServedApp(int(address[1]), process)
    finally:
        process.send_signal(signal.SIGINT)
        _, process.said = process.communicate(timeout=60)
