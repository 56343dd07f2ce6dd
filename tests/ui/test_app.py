"""Starting the web chat: flags, the sample library, what is refused, the password, and a clean end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

import app
from index import Abstract, Library, Section
from index.cli import AnswerOptions, answer_options, named_library
from index.errors import InputError
from index.records import to_json

ROOT = Path(__file__).parents[2]


def start(*flags, **environment):
    """Start the real application; its standard error goes to the test's."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), *map(str, flags)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, None), ("ada:secret", ("ada", "secret")), ("ada:a:b", ("ada", "a:b"))],
)
def test_credentials(text, expected):
    assert app.credentials(text) == expected


@pytest.mark.parametrize("text", ["", "ada", "ada:", ":secret", " :x"])
def test_a_password_without_its_name_is_refused(text):
    with pytest.raises(InputError, match="--auth USER:PASSWORD"):
        app.credentials(text)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.168.0.7", False),
        ("example.org", False),
    ],
)
def test_is_loopback(host, expected):
    assert app.is_loopback(host) is expected


@pytest.mark.parametrize(("text", "expected"), [("", ""), ("/", ""), ("abstracts", "/abstracts"), ("/a/b/", "/a/b")])
def test_root_path(text, expected):
    assert app.root_path(text) == expected


@pytest.mark.parametrize("text", ["http://example.org", "/a b", "/a//b", "/a?b", "/<x>"])
def test_what_is_no_root_path_is_refused(text):
    with pytest.raises(InputError, match="--root-path"):
        app.root_path(text)


def test_a_port_is_free_or_refused_with_another_to_try():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} of 127.0.0.1 cannot be had.*--port {port + 1}"):
            app.free_port("127.0.0.1", port)
        assert app.free_port("127.0.0.1", 0) != port
    assert app.free_port("127.0.0.1", port) == port


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", -1), ("127.0.0.1", 65536), ("no such host", 0), ("192.0.2.1", 0)]
)
def test_an_address_that_cannot_be_had_is_refused(host, port):
    with pytest.raises(InputError):
        app.free_port(host, port)


def test_the_environment_stands_in_for_flags(monkeypatch):
    monkeypatch.setenv("ASKABSTRACTS_LIBRARY", "some/where")
    monkeypatch.setenv("ASKABSTRACTS_LLM", "ollama:x")
    monkeypatch.setenv("ASKABSTRACTS_LLM_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("ASKABSTRACTS_RERANKER", "a/reranker")
    flags = app.parser().parse_args([])
    assert named_library(flags) == "some/where"
    assert answer_options(flags) == AnswerOptions("ollama:x", "http://127.0.0.1:1/v1", False, False, "a/reranker")
    flags = app.parser().parse_args(["--library", "here", "--llm", "openai:y"])
    assert (named_library(flags), answer_options(flags).llm) == ("here", "openai:y")


def samples_of(path, *titles):
    lines = [
        to_json(Abstract(str(90000001 + at), title, (Section("", "", f"{title}."),))) for at, title in enumerate(titles)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_the_sample_is_built_once_and_again_when_the_samples_change(tmp_path, capsys):
    folder, samples = tmp_path / "libraries" / "sample", samples_of(tmp_path / "samples.jsonl", "Moss", "Fern")
    app.build_sample(folder, samples)
    app.build_sample(folder, samples)
    assert capsys.readouterr().err.count("Building the sample library") == 1
    samples_of(samples, "Fern")
    app.build_sample(folder, samples)
    with Library.open(folder) as library:
        assert [library.get("90000001").title, library.get("90000002")] == ["Fern", None]


def test_a_sample_broken_off_half_way_is_built_again(tmp_path):
    folder, samples = tmp_path / "sample", samples_of(tmp_path / "samples.jsonl", "Moss")
    Library.open(folder, create=True).close()
    (tmp_path / "sample.sha256").write_text("unfinished\n")
    app.build_sample(folder, samples)
    with Library.open(folder) as library:
        assert library.get("90000001").title == "Moss"


def test_a_library_of_ones_own_in_the_samples_place_is_left_alone(tmp_path):
    Library.open(tmp_path / "sample", create=True).close()
    with pytest.raises(InputError, match="a library of your own"):
        app.build_sample(tmp_path / "sample", samples_of(tmp_path / "samples.jsonl", "Moss"))
    with Library.open(tmp_path / "sample") as library:
        assert library.info().abstracts == 0


def test_missing_samples_are_said_to_be_missing(tmp_path):
    with pytest.raises(InputError, match="are missing; give a library with --library"):
        app.build_sample(tmp_path / "sample", tmp_path / "none.jsonl")


def refused(*flags):
    """Return what a start that is refused says, after a look at its exit code and that it says it in one line."""
    with start(*flags) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, len(err.splitlines())) == (2, "", 1)
    return err


def test_what_cannot_be_started_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "folder").mkdir()
    assert "folder is not a library" in refused("--library", tmp_path / "folder", "--port", 0)
    assert "does not exist" in refused("--library", tmp_path / "none", "--port", 0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port} of 127.0.0.1 cannot be had" in refused("--port", port, "--libraries", tmp_path)
    assert "--auth USER:PASSWORD" in refused("--auth", "nobody")
    assert "cannot be read as a file of accounts" in refused("--auth-file", tmp_path / "none", "--port", 0)
    assert refused("--reader", "none") == "--reader is now called --reranker; see: app.py --help\n"


def fetch(url, *, body=None, cookie=""):
    """Return (status, text, cookies) of a request."""
    request = urllib.request.Request(url, data=body, headers={"Cookie": cookie} if cookie else {})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            cookies = "; ".join(each.split(";")[0] for each in reply.headers.get_all("Set-Cookie") or ())
            return reply.status, reply.read().decode("utf-8", "replace"), cookies
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode("utf-8", "replace"), ""


@pytest.fixture(scope="module")
def guarded(made, tmp_path_factory):
    """The application with a password, over a library of five abstracts; at its end it must have kept quiet."""
    shelf = tmp_path_factory.mktemp("shelf")
    flags = ("--library", made, "--libraries", shelf, "--port", 0, "--auth", "ada:secret")
    # A proxy that nobody answers at, as in a company's network: the page must start without it.
    process = start(*flags, HTTP_PROXY="http://127.0.0.1:9", HTTPS_PROXY="http://127.0.0.1:9", NO_PROXY="", no_proxy="")
    url = re.search(r"http\S+", process.stdout.readline())[0].rstrip("/")
    yield url
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "")
    assert err == ""


JOIN = json.dumps({"data": [], "fn_index": 0, "session_hash": "abc"}).encode()


def test_a_password_guards_the_page_its_api_and_its_files(guarded, made):
    strangers = {
        "/config": 401,
        "/gradio_api/info": 401,
        "/gradio_api/heartbeat/abc": 401,
        "/gradio_api/queue/data?session_hash=abc": 401,
        f"/gradio_api/file={made / 'library.db'}": 404,
        f"/gradio_api/file={ROOT / 'app.py'}": 404,
        "/assets/..%2f..%2f..%2f..%2fpackage.json": 404,
        "/static/%2e%2e/%2e%2e/package.json": 404,
    }
    assert {path: fetch(guarded + path)[0] for path in strangers} == strangers
    assert fetch(guarded + "/gradio_api/queue/join", body=JOIN)[0] == 401
    assert fetch(guarded + "/gradio_api/upload", body=b"x")[0] == 401
    assert fetch(guarded + "/gradio_api/cancel", body=b"{}")[0] == 401
    page = fetch(guarded + "/")[1]
    assert '"auth_required":true' in page.replace(" ", "")
    assert "aa-present" not in page


def test_the_password_opens_the_page_but_no_file(guarded, made):
    def login(password):
        return fetch(
            guarded + "/login", body=urllib.parse.urlencode({"username": "ada", "password": password}).encode()
        )

    assert login("wrong")[0] == 400
    status, _, cookie = login("secret")
    assert status == 200
    assert "aa-present" in fetch(guarded + "/config", cookie=cookie)[1]
    assert fetch(guarded + f"/gradio_api/file={made / 'library.db'}", cookie=cookie)[0] == 404
    assert fetch(guarded + "/config", cookie=cookie.replace("=", "=x"))[0] == 401


def test_the_page_may_talk_to_its_own_server_only(guarded):
    with urllib.request.urlopen(guarded + "/", timeout=20) as reply:
        policy = reply.headers["Content-Security-Policy"]
        assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'self';" in policy
    assert "connect-src 'self' data: blob:;" in policy
    assert "http" not in policy
