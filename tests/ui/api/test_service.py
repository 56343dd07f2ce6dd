"""The REST interface: what each route gives, and errors as RFC 9457 says, each with its type."""

from __future__ import annotations

import json
import shutil
import threading

import pytest
from conftest import abstract

from index import Library
from index.errors import LibraryBusyError


@pytest.fixture
def shelf(library, tmp_path):
    from ui.libraries import Libraries

    made = Libraries(tmp_path / "shelf", first=library.path, assistant=_assistant)
    yield made
    made.close()


def _assistant(library):
    from qa import Assistant

    return Assistant(library, reranker=None)


@pytest.fixture
def service(shelf):
    from index.storage.keys import Keys
    from ui.api.access import Access
    from ui.api.service import Service

    made = Service(shelf, access=Access(Keys(shelf.folder.parent / "keys.json")))
    yield made
    made.jobs.close()


@pytest.fixture
def client(service):
    from starlette.testclient import TestClient

    from ui.api.service import build_api

    api, here = build_api(service), ("127.0.0.1", 50_000)
    with TestClient(api, "http://127.0.0.1/api/v1", client=here, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def stranger(service):
    from starlette.testclient import TestClient

    from ui.api.service import build_api

    return TestClient(build_api(service), "http://example.org/api/v1", client=("192.0.2.7", 50_000))


def problem(reply):
    assert reply.headers["content-type"] == "application/problem+json"
    body = reply.json()
    assert body["status"] == reply.status_code
    return reply.status_code, body["type"].removeprefix("urn:askabstracts:problem:")


def ended(client, reply):
    """Wait for a job that was started, and return it."""
    assert reply.status_code == 202, reply.text
    path = "/" + reply.headers["location"].removeprefix("../../")
    thread = next((one for one in threading.enumerate() if one.name == f"job {reply.json()['id']}"), None)
    if thread:
        thread.join(60)
    return client.get(path).json()


def test_libraries_are_listed_by_name_and_told_of(client, library):
    assert client.get("/libraries").json() == {"libraries": ["library"]}
    info = client.get("/libraries/library").json()
    assert (info["abstracts"], info["digest"]) == (5, library.digest)
    assert "path" not in info


def test_an_answer_is_what_the_command_line_prints(client, library):
    reply = client.post("/libraries/library/ask", json={"question": "What does IL-32β induce?"})
    expected = _assistant(library).ask("What does IL-32β induce?").to_dict()
    assert reply.json() | {"seconds": {}} == json.loads(json.dumps(expected | {"seconds": {}}))


def test_an_answer_grows_in_events_and_ends_whole(client):
    body = {"question": "What does IL-32β induce?"}
    whole = client.post("/libraries/library/ask", json=body).json()
    reply = client.post("/libraries/library/ask", json=body, headers={"Accept": "text/event-stream"})
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = [one.split("\ndata: ") for one in reply.text.strip().split("\n\n")]
    assert [name for name, _ in events][-2:] == ["event: growing", "event: answer"]
    assert json.loads(events[-1][1]) | {"seconds": {}} == whole | {"seconds": {}}


def test_a_table_is_what_the_command_line_prints(client, library):
    asked = {"question": "Does metformin lengthen life?", "columns": ["pmid", "answer"], "top": 3}
    reply = client.post("/libraries/library/table", json=asked)
    expected = _assistant(library).table("Does metformin lengthen life?", top=3, columns=("pmid", "answer")).to_dict()
    assert reply.json() == json.loads(json.dumps(expected))
    assert reply.json()["rows"][0]["pmid"] == "90000003"


def test_filters_and_earlier_questions_count(client):
    asked = {"question": "Does metformin lengthen life?", "filters": {"years": [2016, None], "include_retracted": True}}
    found = client.post("/libraries/library/ask", json=asked).json()
    assert {source["pmid"] for source in found["sources"]} <= {"90000004"}
    follow_up = {"question": "What about the γ isoform?", "turns": [{"question": "What does IL-32β induce?"}]}
    assert client.post("/libraries/library/ask", json=follow_up).json()["standalone_question"] == (
        "What does IL-32γ induce?"
    )


def test_search_similar_and_abstracts(client):
    hits = client.post("/libraries/library/search", json={"query": "VEGF", "top": 1}).json()["hits"]
    assert [hit["pmid"] for hit in hits] == ["90000001"]
    near = client.post("/libraries/library/similar", json={"pmid": "90000001", "top": 1}).json()["hits"]
    assert [hit["pmid"] for hit in near] == ["90000002"]
    abstract = client.get("/libraries/library/abstracts/90000001").json()
    section = abstract["sections"][2]
    assert section["label"] == "RESULTS"
    assert abstract["text"][section["start"] : section["end"]].startswith("IL-32β induced VEGF")


@pytest.mark.parametrize(
    ("form", "kind", "start"),
    [("ris", "application/x-research-info-systems", "TY  - JOUR"), ("csv", "text/csv", "PMID")],
)
def test_export(client, form, kind, start):
    reply = client.post("/libraries/library/export", json={"format": form, "filters": {"years": [2013, 2013]}})
    assert reply.headers["content-type"].partition(";")[0] == kind
    assert reply.text.lstrip("\ufeff").lower().startswith(start.lower())
    assert "90000003" in reply.text and "90000002" not in reply.text


@pytest.mark.parametrize(
    ("path", "body", "expected", "place"),
    [
        ("/libraries/library/ask", {"question": "x", "fliters": {}}, (422, "invalid"), "/fliters"),
        ("/libraries/library/ask", {"question": "x", "filters": {"year": 1}}, (422, "invalid"), "/filters/year"),
        ("/libraries/library/ask", {"question": 5}, (422, "invalid"), "/question"),
        ("/libraries/library/ask", {"question": "?!"}, (422, "invalid"), None),
        ("/libraries/library/ask", {"question": "x", "filters": {"years": [2020, 2010]}}, (422, "invalid"), None),
        ("/libraries/library/ask", {"question": "x", "filters": {"where": "(a["}}, (422, "invalid"), None),
        ("/libraries/library/search", {"query": "x", "top": 0}, (422, "invalid"), "/top"),
        ("/libraries/nowhere/ask", {"question": "x"}, (404, "not-found"), None),
        ("/libraries/library/similar", {"pmid": "1"}, (404, "not-found"), None),
        ("/libraries/library/export", {"format": "docx"}, (422, "invalid"), "/format"),
        ("/libraries/library/jobs", {"kind": "add"}, (422, "invalid"), ""),
        ("/libraries/library/jobs", {"kind": "check", "limit": 3}, (422, "invalid"), "/limit"),
        ("/libraries/library/search", {"query": "x", "top": "3"}, (422, "invalid"), "/top"),
        ("/libraries/library/search", {"query": "x", "literal": 1}, (422, "invalid"), "/literal"),
        ("/libraries", {"name": "Library"}, (409, "exists"), None),
        ("/libraries", {"name": "../up"}, (422, "invalid"), None),
        ("/nothing", {}, (404, "not-found"), None),
        ("/jobs", {}, (405, "method"), None),
    ],
)
def test_problems(client, path, body, expected, place):
    reply = client.post(path, json=body)
    assert problem(reply) == expected
    if expected[0] == 405:
        assert reply.headers["allow"] == "GET"
    assert [one["pointer"] for one in reply.json().get("errors", [])] == ([] if place is None else [place])


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"question": NaN', b"[" * 50_000, b"1" * 5_000])
def test_what_is_no_json_is_said_to_be(client, body):
    reply = client.post("/libraries/library/ask", content=body, headers={"Content-Type": "application/json"})
    assert problem(reply) in ((400, "bad-json"), (422, "invalid"))


def test_half_a_surrogate_pair_is_refused(client):
    body = rb'{"question": "\ud800"}'
    reply = client.post("/libraries/library/ask", content=body, headers={"Content-Type": "application/json"})
    assert problem(reply) == (422, "invalid")


def test_a_library_that_vanishes_is_gone_and_one_in_its_place_is_found(client, shelf, tmp_path):
    assert client.post("/libraries", json={"name": "brief"}).status_code == 201
    assert client.get("/libraries/brief").json()["abstracts"] == 0
    shutil.move(shelf.folder / "brief", tmp_path / "away")
    assert problem(client.post("/libraries/brief/search", json={"query": "x"})) == (404, "not-found")
    shutil.copytree(shelf.path("library"), shelf.folder / "brief")
    assert client.get("/libraries/brief").json()["abstracts"] == 5


def test_a_job_adds_and_gives_its_account(client, eutils, json_lines):
    eutils.records["90000077"] = abstract("90000077", "Moss", "Moss is green.")
    job = ended(client, client.post("/libraries/library/jobs", json={"kind": "add", "pmids": ["90000077", "90000078"]}))
    assert (job["state"], job["account"]["added"], set(job["account"]["failed"])) == ("done", 1, {"90000078"})
    assert client.get("/libraries/library/abstracts/90000077").json()["title"] == "Moss"
    assert client.get("/jobs").json()["jobs"] == [job]


def test_checking_finds_nothing_wrong_and_updating_has_nothing_to_ask(client):
    job = ended(client, client.post("/libraries/library/jobs", json={"kind": "check"}))
    assert (job["state"], job["account"]) == ("done", {"findings": []})
    job = ended(client, client.post("/libraries/library/jobs", json={"kind": "update"}))
    assert job["state"] == "failed"
    assert job["problem"]


def test_of_two_jobs_on_one_library_the_second_is_refused_and_the_first_can_be_stopped(client, service, monkeypatch):
    from index import Progress

    begun, go_on = threading.Event(), threading.Event()

    def slow(_self, *, on_progress):
        begun.set()
        go_on.wait(60)
        on_progress(Progress(1, 2, "fetching"))

    monkeypatch.setattr(Library, "refresh", slow)
    first = client.post("/libraries/library/jobs", json={"kind": "refresh"})
    begun.wait(60)
    second = client.post("/libraries/library/jobs", json={"kind": "check"})
    assert problem(second) == (409, "busy")
    assert first.json()["id"] in second.json()["detail"]
    client.post(f"/jobs/{first.json()['id']}/stop")
    go_on.set()
    assert ended(client, first)["state"] == "stopped"


def test_a_job_that_another_process_is_in_the_way_of_fails_with_its_sentence(client, monkeypatch):
    def busy(_self, *, on_progress):
        raise LibraryBusyError("another process is writing here; try again")

    monkeypatch.setattr(Library, "refresh", busy)
    job = ended(client, client.post("/libraries/library/jobs", json={"kind": "refresh"}))
    assert (job["state"], job["problem"]) == ("failed", "another process is writing here; try again")


def test_the_sample_is_not_written_to(library, tmp_path):
    from starlette.testclient import TestClient

    from ui.api.service import Service, build_api
    from ui.libraries import Libraries

    shutil.copytree(library.path, tmp_path / "shelf" / "sample")
    shelf = Libraries(tmp_path / "shelf", first=tmp_path / "shelf" / "sample", assistant=_assistant)
    client = TestClient(build_api(Service(shelf)), "http://127.0.0.1/api/v1", client=("127.0.0.1", 50_000))
    assert problem(client.post("/libraries/sample/jobs", json={"kind": "refresh"})) == (403, "forbidden")
    shelf.close()


def test_while_the_first_library_is_made_ready_it_is_said_to_be(client, service):
    service.is_ready = lambda: False
    reply = client.get("/libraries/library")
    assert problem(reply) == (503, "not-ready")
    assert reply.headers["retry-after"] == "5"


def test_what_breaks_tells_a_stranger_nothing(client, monkeypatch, caplog):
    monkeypatch.setattr(Library, "info", lambda self: 1 / 0)
    reply = client.get("/libraries/library")
    assert problem(reply) == (500, "internal")
    assert "ZeroDivision" not in reply.text
    assert "ZeroDivisionError" in caplog.text


ROUTES = [
    ("GET", "/libraries", None, "read"),
    ("GET", "/libraries/library", None, "read"),
    ("POST", "/libraries/library/ask", {"question": "hello"}, "read"),
    ("POST", "/libraries/library/search", {"query": "VEGF", "mode": "lexical"}, "read"),
    ("POST", "/libraries/library/table", {"question": "VEGF?", "top": 1}, "read"),
    ("POST", "/libraries/library/similar", {"pmid": "90000001"}, "read"),
    ("POST", "/libraries/library/export", {"format": "csv"}, "read"),
    ("GET", "/libraries/library/abstracts/90000001", None, "read"),
    ("GET", "/jobs", None, "read"),
    ("POST", "/libraries/library/jobs", {"kind": "check"}, "write"),
    ("POST", "/libraries", {"name": "made"}, "admin"),
]


@pytest.mark.parametrize(("method", "path", "body", "scope"), ROUTES, ids=lambda value: str(value)[:40])
def test_from_elsewhere_each_route_needs_a_key_of_its_scope(stranger, service, method, path, body, scope):
    def status(token=""):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return stranger.request(method, path, json=body, headers=headers).status_code

    order = ["read", "write", "admin"]
    assert (status(), status("aa_12345678_x")) == (401, 401)
    allowed = {held: status(service.access.keys.create(held, held)[1]) < 300 for held in order}
    assert allowed == {held: order.index(held) >= order.index(scope) for held in order}


def test_on_this_machine_none_is_needed_until_there_are_keys_and_then_to_write(client, service):
    check = {"kind": "check"}
    assert ended(client, client.post("/libraries/library/jobs", json=check))["state"] == "done"
    service.access.keys.create("notebook", "read")
    assert problem(client.post("/libraries/library/jobs", json=check)) == (401, "unauthorized")
    assert client.get("/libraries").status_code == 200
    wrong = client.get("/libraries", headers={"Authorization": "Bearer aa_0_0"})
    assert problem(wrong) == (401, "unauthorized")
    forwarded = client.get("/libraries", headers={"X-Forwarded-For": "192.0.2.7"})
    assert problem(forwarded) == (401, "unauthorized")


def test_where_the_page_has_a_password_this_machine_needs_a_key_too(client, service):
    service.access.has_password = True
    assert problem(client.get("/libraries")) == (401, "unauthorized")


def test_a_key_has_so_many_requests_a_minute(stranger, service):
    from ui.api.access import RateLimit

    now = [0.0]
    service.access.limit = RateLimit(2, clock=lambda: now[0])
    headers = {"Authorization": f"Bearer {service.access.keys.create('notebook')[1]}"}
    assert [stranger.get("/jobs", headers=headers).status_code for _ in range(3)] == [200, 200, 429]
    reply = stranger.get("/jobs", headers=headers)
    assert (problem(reply), reply.headers["retry-after"]) == ((429, "too-many-requests"), "31")
    now[0] = 31
    assert stranger.get("/jobs", headers=headers).status_code == 200


def test_a_key_that_is_revoked_ends_its_stream(stranger, service, library, monkeypatch):
    key, token = service.access.keys.create("notebook")
    assistant, more = service.libraries.assistant("library"), threading.Event()
    whole = assistant.ask("What does IL-32β induce?")

    def stream(question, **_):
        yield whole
        service.access.keys.revoke(key.id)
        yield whole
        more.set()
        yield whole

    monkeypatch.setattr(assistant, "stream", stream)
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {token}"}
    reply = stranger.post("/libraries/library/ask", json={"question": "x"}, headers=headers)
    names = [event.partition("\n")[0] for event in reply.text.strip().split("\n\n")]
    assert names == ["event: growing", "event: problem"]
    assert reply.text.strip().split("\n\n")[-1].count("problem:revoked") == 1
    assert not more.is_set()


def test_every_route_is_described_with_its_problems(client):
    schema = client.get("/openapi.json").json()
    assert len(schema["paths"]) == 12
    for path, methods in schema["paths"].items():
        assert path.startswith("/api/v1/")
        for operation in methods.values():
            failures = {code: reply for code, reply in operation["responses"].items() if code >= "400"}
            assert {"401", "403", "429", "500"} <= set(failures)
            assert all(list(reply["content"]) == ["application/problem+json"] for reply in failures.values())
    assert "HTTPValidationError" not in json.dumps(schema)


def test_health_and_readiness_are_told_to_all(stranger, service):
    def status(path):
        return stranger.get(f"http://example.org{path}").status_code

    assert (status("/healthz"), status("/readyz"), status("/metrics")) == (200, 200, 401)
    service.is_ready = lambda: False
    assert (status("/healthz"), status("/readyz")) == (200, 503)


def test_metrics_count_answers_jobs_and_refusals_and_hold_no_question(client, service, monkeypatch):
    from ui.api.metrics import CountedAssistant

    monkeypatch.setattr(CountedAssistant, "metrics", service.metrics)
    monkeypatch.setattr(service.libraries, "_assistant", lambda library: CountedAssistant(library, reranker=None))
    for question in ("What does IL-32β induce?", "Does gravity bend light?"):
        client.post("/libraries/library/ask", json={"question": question})
    client.post("/libraries/library/ask", json={"question": "?!"})
    ended(client, client.post("/libraries/library/jobs", json={"kind": "check"}))
    text = client.get("http://127.0.0.1/metrics").text
    for line in (
        'askabstracts_answers_total{outcome="answered"} 1.0',
        'askabstracts_answers_total{outcome="abstained"} 1.0',
        'askabstracts_answers_total{outcome="refused"} 1.0',
        'askabstracts_answers_total{outcome="broken off"} 0.0',
        "askabstracts_answer_seconds_count 2.0",
        "askabstracts_answers_growing 0.0",
        'askabstracts_requests_refused_total{status="422"} 1.0',
        'askabstracts_jobs{state="done"} 1.0',
    ):
        assert line in text.splitlines()
    assert "process_resident_memory_bytes" in text
    assert "IL-32" not in text and "gravity" not in text


def test_a_server_that_stops_ends_its_streams_with_a_problem(client, service, library, monkeypatch):
    assistant = service.libraries.assistant("library")
    whole = assistant.ask("What does IL-32β induce?")

    def stream(question, **_):
        yield whole
        service.is_stopping.set()
        yield whole

    monkeypatch.setattr(assistant, "stream", stream)
    headers = {"Accept": "text/event-stream"}
    reply = client.post("/libraries/library/ask", json={"question": "x"}, headers=headers)
    assert "urn:askabstracts:problem:stopping" in reply.text.strip().split("\n\n")[-1]


def test_a_loop_that_ends_leaves_an_answer_to_the_thread_that_makes_it():
    import asyncio

    import anyio

    from ui.api.streams import answer_events

    begun, go_on, faults = threading.Event(), threading.Event(), []

    def answers():
        begun.set()
        go_on.wait(60)
        yield None

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
        events = answer_events(answers(), limiter=anyio.CapacityLimiter(1))
        asked = asyncio.ensure_future(anext(events))
        await asyncio.to_thread(begun.wait, 60)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:  # as asyncio.run does at its end
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        assert asked.cancelled()
        go_on.set()

    asyncio.run(main())
    assert faults == []


REPLACED = {"null": None, "number": 1.5, "minus": -1, "text": "\x00", "list": [], "object": {}, "true": True}


def operations(schema):
    """Yield each operation that takes a body: its path, its description, and a body that fits."""
    for path, methods in schema["paths"].items():
        if "requestBody" in methods.get("post", {}):
            [content] = methods["post"]["requestBody"]["content"].values()
            yield path, methods["post"], content["schema"]


def test_whatever_a_field_is_replaced_by_the_reply_is_one_that_the_schema_names(client, eutils):
    """What schemathesis does by the thousand (python -m evals contract), a few hundred times."""
    schema = client.get("/openapi.json").json()
    bodies = {
        "name": "library",
        "question": "x y",
        "query": "VEGF",
        "pmid": "90000001",
        "format": "csv",
        "kind": "check",
    }
    tried = 0
    for path, operation, body in operations(schema):
        models = [schema["components"]["schemas"][one["$ref"].rpartition("/")[2]] for one in body.get("oneOf", [body])]
        fields = {name for model in models for name in model["properties"]} | {"unknown"}
        fitting = {name: bodies[name] for name in fields & set(bodies)}
        for name in sorted(fields):
            for value in REPLACED.values():
                reply = client.post(f"http://127.0.0.1{path.format(name='library')}", json={**fitting, name: value})
                tried += 1
                assert str(reply.status_code) in operation["responses"], (path, name, value, reply.text)
                content = operation["responses"][str(reply.status_code)]["content"]
                assert reply.headers["content-type"].partition(";")[0] in content, (path, name, value)
                assert reply.status_code < 500, (path, name, value, reply.text)
                if name == "unknown":
                    assert [fault["pointer"] for fault in reply.json()["errors"]] == ["/unknown"]
    assert tried > 200


def test_the_access_log_tells_no_question(client, service, capsys):
    import asyncio

    from ui.api.access_log import AccessLog

    async def reply(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"abc"})

    async def sink(message):
        pass

    scope = {"type": "http", "method": "POST", "path": "/api/v1/x", "query_string": b"q=secret"}
    asyncio.run(AccessLog(reply)(scope, None, sink))
    line = json.loads(capsys.readouterr().err)
    assert set(line) == {"time", "method", "path", "status", "seconds", "bytes"}
    assert (line["method"], line["path"], line["status"], line["bytes"]) == ("POST", "/api/v1/x", 200, 3)
