"""Which routes are answered at all: those of the page, and with a password none of them to strangers."""

from __future__ import annotations

import pytest

from ui.gate import _foreign_host, refusal


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
