"""Every door of the running server, tried from outside: each route that Gradio opens, with ways out of its folders."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from served_app import APP, serving

from ui.accounts import TRIES_AT_ONCE

MARK = "zq-not-for-strangers-zq"
RECORD = {"pmid": "90000099", "title": "Moss", "abstract": "Moss is green."}
ROUTES = """
import json, pathlib, sys
from gradio.routes import App
from ui.libraries import Libraries
from ui.page import build_page

def routes(given):
    for route in given:
        if hasattr(route, "effective_candidates"):  # a router within the router
            yield from routes(route.effective_candidates())
        else:
            yield from ((method, route.path) for method in route.methods or ("GET",))

first = pathlib.Path(sys.argv[1])
page = build_page(Libraries(first.parent, first=first))
print(json.dumps(sorted(set(routes(App.create_app(page).routes)))))
"""
LINE = json.dumps(RECORD).encode() + b"\n"


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    """A file of the machine, which is nobody's business; a library could even be made of it."""
    path = tmp_path_factory.mktemp("elsewhere") / "secret.jsonl"
    path.write_text(json.dumps(RECORD | {"title": MARK}) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture(scope="module")
def free(samples, shelf):
    """The application over the sample library, open to everybody on this machine."""
    with serving("--library", samples.path, "--libraries", shelf) as app:
        yield app
    assert "Traceback" not in app.process.said


@pytest.fixture(scope="module")
def guarded(samples, shelf):
    with serving("--library", samples.path, "--libraries", shelf, "--auth", "ada:secret") as app:
        yield app


@pytest.fixture(scope="module")
def templates(samples):
    """Every route that Gradio opens for our page, as (method, path with its parameters)."""
    # In a process of its own: Gradio leaves an event loop behind.
    done = subprocess.run(
        [sys.executable, "-c", ROUTES, str(samples.path)], cwd=APP.parent, capture_output=True, text=True, check=True
    )
    found = [tuple(each) for each in json.loads(done.stdout)]
    assert len(found) > 70
    assert ("GET", "/gradio_api/file={path_or_url:path}") in found
    return found


def ways_to(path):
    """Return ways to write a file's path where a route expects something of its own."""
    plain = str(path)
    bare = plain.lstrip("/")
    up = 14
    return [
        plain,
        "/" + plain,
        bare,
        quote(plain, safe=""),
        "../" * up + bare,
        "..%2f" * up + bare,
        "%2e%2e/" * up + bare,
        "%2e%2e%2f" * up + quote(bare, safe=""),
        "%252e%252e%252f" * up + quote(quote(bare, safe=""), safe=""),
        "..\\" * up + bare,
        "..%5c" * up + bare,
        "....//" * up + bare,
        "..;/" * up + bare,
        "%c0%ae%c0%ae/" * up + bare,
        f"{plain}%00",
        f"{plain}%00.css",
        f"a%00/{'../' * up}{bare}",
        f"file={plain}",
        f"file://{plain}",
        f"~{plain}",
        f"{plain}?download=1",
        f"{plain}%23.css",
    ]


def filled(template, value):
    """Return a route's path with the value in each of its parameters; behind it where it has none."""
    if "{" in template:
        return re.sub(r"\{[^}]*\}", lambda _: value, template)
    return f"{template}/{value}"


def shows_a_file(reply, *contents):
    return any(content in reply.body for content in (MARK.encode(), b"root:x:0:", b"SQLite format 3", *contents))


def test_no_file_of_the_machine_comes_out_of_any_route(templates, free, guarded, secret, samples):
    """Everybody may ask the free server, and here somebody logged in asks the guarded one."""
    uploaded = json.loads(free.upload(json.dumps(RECORD | {"title": MARK}).encode(), "mine.jsonl").body)[0]
    assert Path(uploaded).is_file()
    source = APP.read_bytes()[:60]
    targets = [secret, uploaded, samples.path / "library.db", APP, "/etc/passwd"]
    tried, out = 0, []
    for method, template in templates:
        for target in targets if method == "GET" and "path" in template else targets[:2]:
            for way in ways_to(target):
                reply = free.request(method, filled(template, way))
                tried += 1
                if shows_a_file(reply, source):
                    out.append((method, filled(template, way), reply.status))
    assert out == []
    assert tried > 3000
    for way in ways_to(secret):  # with a password, past it: the same few that matter
        for template in ("/gradio_api/file={path}", "/static/{path}", "/assets/{path}", "/svelte/{path}"):
            assert not shows_a_file(guarded.logged_in("ada", "secret").request("GET", filled(template, way)), source)


@pytest.mark.parametrize(
    "path",
    [
        b"/static/../../../../../../../../../../etc/passwd",
        b"/static/..\\..\\..\\..\\etc\\passwd",
        b"/assets/\x00/../../../../etc/passwd",
        b"/gradio_api/file=/etc/passwd\x00.png",
        b"/gradio_api/file=\xff\xfe/etc/passwd",
        b"//etc/passwd",
        b"http://127.0.0.1/gradio_api/file=/etc/passwd",
        b"file:///etc/passwd",
        b"*",
        b"/static/" + b"../" * 8000 + b"etc/passwd",
    ],
)
def test_paths_that_no_client_would_send(free, path):
    reply = free.raw(b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert 400 <= reply.status < 500
    assert not shows_a_file(reply)
    assert free.request("GET", "/").status == 200  # it goes on serving


PARAMETERS = {
    "path": "x.js",
    "url_path": "https://example.org",
    "path_or_url": "x",
    "size": "64",
    "key": "k",
    "ext": "ts",
}


def ordinary(template):
    """Return a route's path with something harmless in each of its parameters."""
    return re.sub(r"\{(\w+)[^}]*\}", lambda match: PARAMETERS.get(match[1], "abc"), template)


def test_strangers_are_answered_by_the_login_only(templates, guarded):
    """A table of what a stranger gets from each route: refused, but for Gradio's own public files and the login."""
    bodies = {"POST": b"{}"}
    answers = {
        (method, template): guarded.request(method, ordinary(template), bodies.get(method, b"")).status
        for method, template in templates
    }
    let_in = {route for route, status in answers.items() if status < 400}
    assert let_in == {
        ("GET", "/"),  # the login form
        ("GET", "/logout"),
        ("GET", "/favicon.ico"),
        ("GET", "/manifest.json"),
        ("GET", "/robots.txt"),
        ("GET", "/theme.css"),
        ("GET", "/gradio_api/theme.css"),
        ("GET", "/gradio_api/startup-events"),  # says true or false
    } | {("HEAD", "/")}
    assert {status for status in answers.values() if status >= 400} <= {400, 401, 404, 405, 422}
    page = guarded.request("GET", "/").body
    assert b"aa-present" not in page
    assert b'"auth_required":true' in page.replace(b" ", b"")


def test_a_stranger_gets_nothing_by_a_cookie_made_up(guarded):
    friend = guarded.logged_in("ada", "secret")
    assert friend.request("GET", "/config").status == 200
    name, _, value = friend.cookie.partition("=")
    for forged in (f"{name}=", f"{name}={value[:-1]}", f"{name}=None", f"{name}-x={value}", "x", f"{name}={value}x"):
        assert guarded.request("GET", "/config", Cookie=forged).status == 401
        assert guarded.request("POST", "/gradio_api/queue/join", b"{}", Cookie=forged).status == 401


def test_passwords_are_not_tried_by_the_thousand(guarded):
    assert "your address has one try a minute" in guarded.request("GET", "/").body.decode()  # above the form

    def tried(name, password="wrong"):
        form = f"username=+{name}&password={password}".encode()
        return guarded.request("POST", "/login", form, Content_Type="application/x-www-form-urlencoded")

    replies = [tried("eve") for _ in range(3 * TRIES_AT_ONCE)]  # a few more than ten where that takes minutes
    refused = [reply for reply in replies if b"too many wrong passwords for this account" in reply.body]
    assert {reply.status for reply in replies} == {400}
    assert refused
    assert tried("ada", "secret").status == 200  # whose account it is not


def test_nobody_listens_but_on_loopback(free):
    listening = {
        socket.inet_ntoa(bytes.fromhex(line.split()[1].split(":")[0])[::-1])
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if int(line.split()[1].split(":")[1], 16) == free.port and line.split()[3] == "0A"
    }
    assert listening == {"127.0.0.1"}


def test_another_name_or_another_site_is_turned_away(free):
    by_name = b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert free.raw(by_name).status == 403
    assert free.request("POST", "/gradio_api/cancel", b"{}", Sec_Fetch_Site="cross-site").status == 403
    assert free.request("GET", "/", Sec_Fetch_Site="cross-site").status == 200  # a link to the page


# what is passed off as an uploaded file -> the status
def forged(secret, address):
    meta = {"_type": "gradio.FileData"}
    return [
        {"path": str(secret), "meta": meta},
        {"path": "/etc/passwd"},
        {"path": f"/tmp/../{secret}", "meta": meta},
        {"path": "secret.jsonl", "meta": meta},
        {"path": "", "meta": meta},
        {"path": "/", "meta": meta},
        {"path": str(secret) + "\0", "meta": meta},
        {"path": "/" + "x" * 10_000, "meta": meta},
        {"path": address, "url": address, "meta": meta},
        {"path": "https://example.org/x.xml", "meta": meta},
        {"path": str(secret), "meta": meta, "is_stream": True},
        {"path": str(secret), "url": None, "orig_name": "../../x", "mime_type": "image/svg+xml", "meta": meta},
        {"path": ["/etc/passwd"], "meta": meta},
        {"a": [{"b": {"path": str(secret), "meta": meta}}]},
    ]


def test_only_an_upload_is_taken_for_an_upload(free, secret, shelf):
    """The page's own event, with other files of the machine and addresses where its upload should be."""
    build = free.event("aa-build", "click")
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.5)
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/x.jsonl"
        for number, file in enumerate(forged(secret, address)):
            for fields in (["", "", "", [], 500, [file]], [file, "", "", [], 500, None], ["", file, "", [], 500, file]):
                values = [*fields, "A new library", f"stolen{number}", None]
                reply = free.post(
                    "/gradio_api/queue/join", {"data": values, "fn_index": build, "session_hash": "thief"}
                )
                assert (reply.status, b"was not uploaded here" in reply.body) == (400, True), file
        with pytest.raises(TimeoutError):
            elsewhere.accept()
    assert not list(shelf.glob("stolen*"))


def test_an_upload_is_taken_in_by_the_event_that_the_page_sends(free, shelf):
    """The counterpart of the forgeries: the same event with a real upload builds a library."""
    [path] = json.loads(free.upload(LINE, "moss.jsonl").body)
    file = {"path": path, "orig_name": "moss.jsonl", "size": len(LINE), "meta": {"_type": "gradio.FileData"}}
    event = {"data": ["", "", "", [], 500, [file], "A new library", "honest", None], "session_hash": "honest"}
    event["fn_index"] = free.event("aa-build", "click")
    assert free.post("/gradio_api/queue/join", event).status == 200
    import urllib.request

    told = f"http://127.0.0.1:{free.port}/gradio_api/queue/data?session_hash=honest"
    with urllib.request.urlopen(told, timeout=120) as stream:
        assert b"data-state=" in stream.read()  # the job, which goes on
    while (job := json.loads(free.request("GET", "/api/v1/jobs").body)["jobs"][0])["state"] == "running":
        pass
    assert (job["kind"], job["library"], job["account"]["added"]) == ("add", "honest", 1)
    assert (shelf / "honest" / "library.db").is_file()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe\x00", b'{"data": NaN', b"[" * 3_000_000, b'"' + b"x" * 3_000_000]
)
def test_what_is_no_event_is_refused(free, body):
    assert free.request("POST", "/gradio_api/queue/join", body, Content_Type="application/json").status == 400


NAMES = [
    "../../up.xml",
    "..\\..\\up.xml",
    "/etc/up.xml",
    "C:\\up.xml",
    "%2e%2e%2fup.xml",
    "up\0.xml",
    "a" * 5000 + ".xml",
    "ü" * 2000,
    "\N{RIGHT-TO-LEFT OVERRIDE}lmx.exe",
    "<img src=x onerror=alert(1)>.xml",
    ".",
    "..",
    "",
    " ",
    "CON",
    ".bashrc",
    "-rf",
    "\N{PILE OF POO}\N{ZERO WIDTH JOINER}.xml",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_file_lands_in_the_folder_of_the_uploads_whatever_it_is_called(free, name):
    [home] = [Path(json.loads(free.upload(LINE, "home.jsonl").body)[0]).parents[1]]
    reply = free.upload(LINE + name.encode(), name)
    if reply.status == 200 and (paths := json.loads(reply.body)):
        [path] = map(Path, paths)
        assert path.resolve().is_relative_to(home)
        assert path.is_file()
    else:
        assert reply.status in (200, 400, 413)  # no file: no name, or one too long for the head of its part
    assert {path.name for path in home.parent.glob("*up.xml")} == set()
    assert not list(home.glob("*.xml"))  # nothing but under the folder of its content


def test_uploads_are_limited_in_size(free):
    big = {"Content_Type": "multipart/form-data; boundary=edge"}
    reply = free.request("POST", "/gradio_api/upload", b"", Content_Length="500000001", **big)
    assert (reply.status, reply.body) == (413, b"This is too large; files may have 500 MB together.")
    reply = free.request("POST", "/gradio_api/upload", b"0\r\n\r\n", Transfer_Encoding="chunked", **big)
    assert reply.status == 411
    assert free.request("POST", "/gradio_api/queue/join", b"", Content_Length="4000001").status == 413
    assert free.request("POST", "/login", b"", Content_Length="100001").status == 413
    assert free.request("POST", "/gradio_api/upload", b"", Content_Length="-1", **big).status == 400


def test_one_file_beyond_its_limit_is_refused_and_leaves_nothing(free):
    [kept] = json.loads(free.upload(LINE, "kept.jsonl").body)
    home = Path(kept).parents[1]
    before = sorted(home.rglob("*"))
    reply = free.upload(bytes(200 * 1024**2 + 1), "zeros.xml")
    assert reply.status == 413
    assert b"exceeded maximum allowed size" in reply.body
    assert sorted(home.rglob("*")) == before


def test_the_rest_interface_stands_beside_the_page(free, guarded):
    asked = free.post("/api/v1/libraries/sample/ask", {"question": "What does IL-32β induce?"})
    assert json.loads(asked.body)["sources"]
    assert guarded.request("GET", "/api/v1/libraries").status == 401
    assert json.loads(guarded.logged_in("ada", "secret").request("GET", "/api/v1/libraries").body)["libraries"]


def test_fifty_streams_at_once_all_come_to_their_end(free):
    from concurrent.futures import ThreadPoolExecutor
    from urllib.request import Request, urlopen

    def events(_):
        request = Request(
            f"http://127.0.0.1:{free.port}/api/v1/libraries/sample/ask",
            json.dumps({"question": "What does IL-32β induce?"}).encode(),
            {"Content-Type": "application/json", "Accept": "text/event-stream"},
        )
        with urlopen(request, timeout=120) as reply:
            return reply.read().decode().strip().split("\n\n")

    with ThreadPoolExecutor(50) as pool:
        streams = list(pool.map(events, range(50)))
    answers = [json.loads(stream[-1].partition("event: answer\ndata: ")[2]) | {"seconds": {}} for stream in streams]
    assert answers == [answers[0]] * 50
    assert answers[0]["sentences"]


def test_a_client_that_hangs_up_and_one_that_sends_50_mb_harm_nobody(free):
    path = "/api/v1/libraries/sample/ask"
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{free.port}\r\nContent-Type: application/json\r\n"
    body = json.dumps({"question": "What does IL-32β induce?"}).encode()
    for kept in (len(body) // 2, len(body)):  # before the body's end, and before the answer
        with socket.create_connection(("127.0.0.1", free.port)) as connection:
            connection.sendall(
                f"{head}Accept: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:kept]
            )
    assert free.raw(f"{head}Content-Length: 50000000\r\n\r\n".encode()).status == 413
    assert free.request("GET", "/api/v1/libraries").status == 200


def test_agents_ask_over_http_behind_the_same_keys(free, guarded):
    import asyncio

    from mcp.client import Client

    async def ask():
        async with Client(f"http://127.0.0.1:{free.port}/mcp") as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            return tools, await client.call_tool("ask", {"question": "What does IL-32β induce?"})

    tools, result = asyncio.run(ask())
    assert "ask" in tools and "add_pmids" not in tools
    assert result.structured_content["sentences"]
    assert guarded.post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).status == 401
    assert free.request("POST", "/mcp", b"{}", Host="evil.example").status in (400, 403)
