"""A language model's server that never comes to an end: given up after the set time, and the abstracts speak."""

import gc
import json
import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest
from conftest import ABSTRACTS, abstract

from index import Library
from index.environment import Variable
from index.errors import InputError
from index.records import to_json
from qa import Assistant
from qa.generation.llm.chat_models import DEFAULT_TIMEOUT_S, load_chat_model, reply_timeout_s

# httpx ends a stream that was broken off by a generator of its own, which may be collected while another thread of it
# still winds up; Python says so and goes on. Here it is looked for and let pass, so that no later test hears of it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

QUESTION = "What does IL-32β induce in breast cancer cells?"
LIMIT_S = 1.0
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


def piece(text):
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: " + json.dumps(chunk | {"choices": [{"index": 0, "delta": {"content": text}}]}).encode() + b"\n\n"


def nothing(_, gone):
    """Take the request and never answer."""
    gone.wait()


def drip_head(connection, gone):
    """Send the head of the answer, byte by byte, without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not gone.wait(0.05):
        connection.sendall(b"a")


def drip_comments(connection, gone):
    """Keep the stream alive without ever a word, as some servers do while they load."""
    connection.sendall(HEAD)
    while not gone.wait(0.05):
        connection.sendall(b": wait\n\n")


def drip_bytes(connection, gone):
    """Send an event byte by byte: it is never complete."""
    connection.sendall(HEAD + b"data: ")
    while not gone.wait(0.05):
        connection.sendall(b"x")


def fall_silent(connection, gone):
    """Say a true sentence, and never another word."""
    connection.sendall(HEAD + piece("IL-32β induced VEGF in breast cancer cells [1]. And"))
    gone.wait()


def think_slowly(connection, gone):
    """Think aloud without an end, too slowly for the limit on characters."""
    connection.sendall(HEAD + piece("<think>"))
    while not gone.wait(0.05):
        connection.sendall(piece("hm "))


def rave(connection, gone):
    """Send as fast as can be, without an end."""
    connection.sendall(HEAD)
    while not gone.is_set():
        connection.sendall(piece("and so on "))


@contextmanager
def stalling(behave):
    """A server on a raw socket, each connection of which behaves so; gives its address and who has been let go."""
    listener = socket.create_server(("127.0.0.1", 0))
    let_go = []

    def serve(connection):
        gone = threading.Event()
        let_go.append(gone)

        def watch():
            with connection:
                try:
                    while connection.recv(1 << 16):
                        pass
                except OSError:
                    pass
                gone.set()

        threading.Thread(target=watch, daemon=True).start()
        with suppress(OSError):
            behave(connection, gone)

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", let_go


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The library of five abstracts, once for all: nothing here changes it."""
    folder = tmp_path_factory.mktemp("stalling")
    lines = "".join(json.dumps(to_json(one)) + "\n" for one in ABSTRACTS)
    (folder / "abstracts.jsonl").write_text(lines, encoding="utf-8")
    with Library.open(folder / "library", create=True) as opened:
        opened.add(files=[folder / "abstracts.jsonl"])
        yield opened


@pytest.fixture(scope="module", autouse=True)
def frozen():
    """Keep what is there before from being looked through at each collection: after other tests it is millions."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def collected(frozen):
    """Have whatever a test leaves collected by its end."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def limit(monkeypatch):
    monkeypatch.setenv(Variable.LLM_TIMEOUT, str(LIMIT_S))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


STALLING = [
    ("local", nothing),
    ("ollama:local", nothing),
    ("anthropic:local", nothing),
    ("local", drip_head),
    ("ollama:local", drip_head),
    ("anthropic:local", drip_head),
    ("local", drip_comments),
    ("anthropic:local", drip_comments),
    ("local", drip_bytes),
    ("local", think_slowly),
]


@pytest.mark.parametrize(("name", "behave"), STALLING, ids=lambda each: getattr(each, "__name__", each))
def test_a_server_that_stalls_is_given_up_and_the_abstracts_answer(name, behave, library):
    with stalling(behave) as (url, let_go):
        assistant = Assistant(library, llm=name, llm_url=url)
        began = time.monotonic()
        answer = assistant.ask(QUESTION)
        seconds = time.monotonic() - began
        assert LIMIT_S <= seconds < DEFAULT_TIMEOUT_S  # the machine may be busy
        assert all(gone.wait(10) for gone in let_go)
    assert let_go
    plain = Assistant(library).ask(QUESTION)
    assert (answer.model, answer.text) == ("extractive", plain.text)
    assert f'he language model "local" at {url}' in answer.message
    assert "had not finished its reply after 1 seconds" in answer.message
    assert answer.message.endswith("The abstracts' own sentences are shown instead.")


def test_a_server_that_falls_silent_within_its_answer_keeps_what_it_said(library):
    with stalling(fall_silent) as (url, let_go):
        answer = Assistant(library, llm="local", llm_url=url).ask(QUESTION)
        assert all(gone.wait(10) for gone in let_go)
    assert [sentence.text for sentence in answer.sentences] == ["IL-32β induced VEGF in breast cancer cells."]
    assert answer.model == "local"
    assert answer.message.startswith("The language model's answer is not whole: ")
    assert answer.message.endswith("had not finished its reply after 1 seconds.")


def test_a_server_that_raves_without_an_end_is_cut_off(library):
    with stalling(rave) as (url, let_go):
        answer = Assistant(library, llm="local", llm_url=url).ask(QUESTION)
        assert all(gone.wait(10) for gone in let_go)
    assert answer.model == "extractive"
    assert answer.message.endswith("The abstracts' own sentences are shown instead.")


def test_a_follow_up_waits_for_its_rewriting_only_a_part_of_the_time(library):
    plain = Assistant(library)
    turns = [plain_turn(plain)]
    with stalling(nothing) as (url, let_go):
        began = time.monotonic()
        answer = Assistant(library, llm="local", llm_url=url).ask("And what did that activate?", turns=turns)
        assert time.monotonic() - began < DEFAULT_TIMEOUT_S
        assert len(let_go) == 2  # once to rewrite, once to answer
    assert answer.standalone_question == plain.ask("And what did that activate?", turns=turns).standalone_question


def plain_turn(assistant):
    from qa import Turn

    return Turn(QUESTION, assistant.ask(QUESTION))


def test_many_ask_a_server_that_hangs_and_none_waits_behind_another(library):
    waiting = []

    def count_who_waits(_, gone):
        waiting.append(sum(not one.is_set() for one in let_go))
        gone.wait()

    with stalling(count_who_waits) as (url, let_go):
        assistant = Assistant(library, llm="local", llm_url=url)
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(assistant.ask(QUESTION))) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert max(waiting) > 1
    assert [answer.model for answer in answers] == ["extractive"] * 10


def test_the_limit_is_a_setting(monkeypatch):
    assert reply_timeout_s() == LIMIT_S
    monkeypatch.setenv(Variable.LLM_TIMEOUT, " ")
    assert reply_timeout_s() == DEFAULT_TIMEOUT_S


@pytest.mark.parametrize("text", ["soon", "0", "-3", "nan", "inf", "1e9"])
def test_a_limit_that_is_none_is_refused(text, monkeypatch):
    monkeypatch.setenv(Variable.LLM_TIMEOUT, text)
    with pytest.raises(InputError, match=f'{Variable.LLM_TIMEOUT} is "{text}"; give the seconds'):
        load_chat_model("local", url="http://127.0.0.1:1")


def test_a_library_with_no_answer_does_not_ask_the_server_at_all(tmp_path, json_lines):
    with Library.open(tmp_path / "moss", create=True) as library, stalling(nothing) as (url, let_go):
        library.add(files=[json_lines([abstract("90000009", "Moss", "Moss is green.")], "moss.jsonl")])
        answer = Assistant(library, llm="local", llm_url=url).ask(QUESTION)
    assert answer.abstained
    assert let_go == []
