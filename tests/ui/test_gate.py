"""Which routes are answered at all: those of the page, and with a password none of them to strangers."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest

from ui.gate import Gate, _foreign_host, refusal


@pytest.mark.parametrize(
    ("path", "stranger", "let_in"),
    [
        # The page and what it is made of; Gradio shows strangers a login form there.
        ("/", 0, 0),
        ("/login", 0, 0),
        ("/config", 0, 0),
        ("/theme.css", 0, 0),
        ("/assets/index-abc.js", 0, 0),
        ("/static/img/logo.svg", 0, 0),
        # What the page works by.
        ("/gradio_api/queue/join", 401, 0),
        ("/gradio_api/queue/data", 401, 0),
        ("/gradio_api/upload", 401, 0),
        ("/gradio_api/heartbeat/ab12", 401, 0),
        ("/gradio_api/cancel", 401, 0),
        ("/gradio_api/app_id", 401, 0),
        ("/gradio_api/user", 401, 0),
        # Conversations as files; which are whose is looked up later.
        ("/conversations/Ab_c-1.md", 401, 0),
        ("/conversations/Ab_c-1.exe", 404, 404),
        ("/conversations/../x.md", 404, 404),
        # Files, however they are asked for: uploads too are read by the library only.
        ("/gradio_api/file=/etc/passwd", 404, 404),
        ("/gradio_api/file/etc/passwd", 404, 404),
        ("/gradio_api/file=http://127.0.0.1:1/", 404, 404),
        ("/file=app.py", 404, 404),
        # Ways to other machines, to the inside, and to call functions past the page.
        ("/gradio_api/proxy=https://example.org", 404, 404),
        ("/monitoring", 404, 404),
        ("/monitoring/summary", 404, 404),
        ("/gradio_api/call/answer", 404, 404),
        ("/gradio_api/run/predict", 404, 404),
        ("/gradio_api/runs", 404, 404),
        ("/gradio_api/vibe-edit", 404, 404),
        ("/gradio_api/stream/1/2/3/playlist-file", 404, 404),
        ("/gradio_api/deep_link", 404, 404),
        ("/custom_component/a/client/b/c", 404, 404),
        # Out of the folders that are served.
        ("/assets/../../app.py", 404, 404),
        ("/static/..\\..\\app.py", 404, 404),
        ("/static/a\0.css", 404, 404),
        ("//etc/passwd", 404, 404),
    ],
)
def test_refusal(path, stranger, let_in):
    assert (refusal(path, is_logged_in=False), refusal(path, is_logged_in=True)) == (stranger, let_in)


@pytest.mark.parametrize(
    ("server", "host", "status"),
    [
        ("127.0.0.1", b"127.0.0.1:7860", 0),
        ("127.0.0.1", b"localhost:7860", 0),
        ("::1", b"[::1]:7860", 0),
        ("127.0.0.1", b"evil.example", 403),  # a name of the web, led to this machine
        ("127.0.0.1", b"evil.example:7860", 403),
        ("192.0.2.7", b"chat.example", 0),  # served to others on purpose
    ],
)
def test_the_loopback_address_answers_to_its_own_names_only(server, host, status):
    scope = {"server": (server, 7860), "headers": [(b"host", host)]}
    assert _foreign_host(scope) == status


@pytest.fixture
def gated():
    """Send a request through the gate, and return its status, its problem's type, and which application got it."""
    import asyncio
    from types import SimpleNamespace

    def send(path, *, has_api=True, auth=None, method="POST", **headers):
        reached, sent = [], []

        def application(name):
            async def reply(scope, receive, send):
                reached.append(name if scope.get("askabstracts.logged_in", True) else f"{name} with a key only")
                await send({"type": "http.response.start", "status": 200, "headers": []})

            return reply

        scope = {
            "type": "http",
            "path": path,
            "method": method,
            "server": ("127.0.0.1", 7860),
            "app": SimpleNamespace(auth=auth, tokens={}, cookie_id="x"),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }

        async def note(message):
            sent.append(message)

        gate = Gate(application("page"), api=application("api") if has_api else None)
        asyncio.run(gate(scope, None, note))
        body = sent[1]["body"] if len(sent) > 1 else b"{}"
        return sent[0]["status"], json.loads(body).get("type", "").rpartition(":")[2], reached

    return send


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, (200, "", ["api"])),
        ({"has_api": False}, (404, "not-found", [])),
        ({"auth": {"ada": "secret"}}, (200, "", ["api with a key only"])),
        ({"host": "evil.example"}, (403, "forbidden", [])),
        ({"sec_fetch_site": "cross-site"}, (403, "forbidden", [])),
        ({"content_length": "1000000"}, (200, "", ["api"])),
        ({"content_length": "50000000"}, (413, "too-large", [])),
        ({"transfer_encoding": "chunked"}, (411, "length-required", [])),
    ],
)
def test_the_rest_interface_lies_behind_the_gate_too(gated, request_, expected):
    assert gated("/api/v1/libraries/sample/ask", **request_) == expected


def test_a_path_with_a_line_end_is_the_interfaces_too(gated):
    assert gated("/api/v1/libraries/a\nb") == (200, "", ["api"])


def test_a_login_is_counted_by_name_and_address_and_the_sentence_says_when_to_try_again():
    import asyncio
    from types import SimpleNamespace

    async def application(scope, receive, send):
        is_right = b"right" in (await receive())["body"]
        await send({"type": "http.response.start", "status": 200 if is_right else 400, "headers": []})
        await send({"type": "http.response.body", "body": b"Gradio's"})

    gate = Gate(application)

    def log_in(body, address="192.0.2.1", kind=b"application/x-www-form-urlencoded"):
        messages, sent = [{"type": "http.request", "body": body, "more_body": False}], []

        async def receive():
            return messages.pop(0)

        async def note(message):
            sent.append(message)

        scope = {
            "type": "http", "path": "/login", "method": "POST", "server": ("192.0.2.9", 7860), "client": (address, 1),
            "app": SimpleNamespace(auth=1, tokens={}, cookie_id="x"), "query_string": b"",
            "headers": [(b"content-length", str(len(body)).encode()), (b"content-type", kind)],
        }  # fmt: skip
        asyncio.run(gate(scope, receive, note))
        return sent[0]["status"], sent[1]["body"]

    wrong = b"username=+ada&password=wrong"
    assert {log_in(wrong) for _ in range(10)} == {(400, b"Gradio's")}
    status, body = log_in(b"username=ada&password=right")
    assert (status, json.loads(body)["detail"]) == (
        400,
        "There were too many wrong passwords for this account from your address; try again in 60 seconds.",
    )
    assert log_in(b"username=ada&password=right", "192.0.2.2") == (200, b"Gradio's")
    assert log_in(b"username=bob&password=right") == (200, b"Gradio's")
    assert log_in(b"\0", kind=b"multipart/form-data; boundary=x") == (400, b"Gradio's")


@pytest.mark.parametrize(("path", "expected"), [("/gradio_api/cancel", [200]), ("/gradio_api/reset", [])])
def test_what_ended_while_it_was_cancelled_is_cancelled(path, expected):
    import asyncio
    from types import SimpleNamespace

    async def application(scope, receive, send):
        raise KeyError("an event that Gradio has dropped already")

    sent = []

    async def note(message):
        sent.append(message)

    scope = {"type": "http", "path": path, "method": "POST", "server": ("127.0.0.1", 7860), "headers": []}
    scope["app"] = SimpleNamespace(auth=None, tokens={}, cookie_id="x")
    with nullcontext() if expected else pytest.raises(KeyError):
        asyncio.run(Gate(application)(scope, None, note))
    assert [message["status"] for message in sent if "status" in message] == expected
