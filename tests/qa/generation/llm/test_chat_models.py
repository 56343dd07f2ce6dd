import json
import socket
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from langchain_core.language_models import FakeListChatModel

from index.errors import ModelError
from qa.generation.llm.chat_models import load_chat_model, provider_errors

KEY = "sk-invented-0123456789"
HELLO = (
    b'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m",'
    b'"choices":[{"index":0,"delta":{"content":"Hello"}}]}\n\n'
)


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_API_BASE", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def server(*, status=200, kind="application/json", body=b"", promised=None, silent_s=0.0):
    """A language model's server that always answers alike; gives its address, and the paths and keys that came."""
    came = []
    done = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            came.append((self.path, self.headers["Authorization"]))
            done.wait(silent_s)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(promised or len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{httpd.server_port}", came
        finally:
            done.set()
            httpd.shutdown()
            thread.join()


def closed_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def ask(model):
    with provider_errors(model):
        return "".join(piece.text for piece in model.stream("Hi"))


def error_of(model):
    with pytest.raises(ModelError) as caught:
        ask(model)
    message = str(caught.value)
    assert "\n" not in message
    return message


# name, url -> class, the model's own name, its address
LOADED = [
    ("openai:gpt-4o-mini", None, "ChatOpenAI", "gpt-4o-mini", None),
    ("anthropic:claude-haiku-4-5", None, "ChatAnthropic", "claude-haiku-4-5", "https://api.anthropic.com"),
    # a colon in the model's own name
    ("ollama:llama3.1:8b", None, "ChatOllama", "llama3.1:8b", None),
    ("openai:local", "http://127.0.0.1:8080/v1", "ChatOpenAI", "local", "http://127.0.0.1:8080/v1"),
    # no provider: an OpenAI-compatible server's model
    ("local", "http://127.0.0.1:8080/v1", "ChatOpenAI", "local", "http://127.0.0.1:8080/v1"),
    ("qwen3:4b", "http://127.0.0.1:8080/v1/", "ChatOpenAI", "qwen3:4b", "http://127.0.0.1:8080/v1/"),
    # an address without a path: the interface is under /v1
    ("local", "http://127.0.0.1:8080/", "ChatOpenAI", "local", "http://127.0.0.1:8080/v1"),
    # Ollama's own interface, elsewhere
    ("ollama:qwen3", "http://192.0.2.7:11434", "ChatOllama", "qwen3", "http://192.0.2.7:11434"),
    ("anthropic:claude-haiku-4-5", "http://127.0.0.1:1", "ChatAnthropic", "claude-haiku-4-5", "http://127.0.0.1:1"),
]


@pytest.mark.parametrize(("name", "url", "kind", "model_name", "address"), LOADED)
def test_a_name_gives_the_providers_model_at_temperature_zero(name, url, kind, model_name, address, monkeypatch):
    if url is None:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    model = load_chat_model(name, url=url, timeout_s=7)
    assert type(model).__name__ == kind
    assert (getattr(model, "model_name", None) or model.model) == model_name
    places = {"ChatOpenAI": "openai_api_base", "ChatAnthropic": "anthropic_api_url", "ChatOllama": "base_url"}
    assert getattr(model, places[kind]) == address
    assert model.temperature == 0


@pytest.mark.parametrize("name", ["openai:o3-mini", "anthropic:claude-sonnet-5-5"])
def test_a_model_that_takes_no_temperature_is_given_none(name):
    assert load_chat_model(name, url="http://127.0.0.1:1").temperature is None


# name, url -> what the sentence says
REFUSED = [
    ("", None, '"" names no language model that is known'),
    ("gpt-4o", None, "give it as openai:NAME, ollama:NAME or anthropic:NAME"),
    ("mistral:large", None, '"mistral:large" names no language model that is known'),
    ("openai:", None, '"openai:" names no language model that is known'),
    # a provider's name alone is no model, with an address either
    ("openai:", "http://127.0.0.1:8080/v1", '"openai:" names no language model that is known'),
    ("ollama", "http://127.0.0.1:8080/v1", '"ollama" names no language model that is known'),
    ("openai:gpt-4o-mini", None, '"openai:gpt-4o-mini" needs an API key; set the environment variable OPENAI_API_KEY'),
    ("anthropic:claude-haiku-4-5", None, "set the environment variable ANTHROPIC_API_KEY"),
    ("local", "127.0.0.1:8080", '"127.0.0.1:8080" is no address of a language model server; it looks like http://'),
    ("local", "ftp://127.0.0.1/v1", "is no address of a language model server"),
    ("local", "", '"" is no address of a language model server'),
]


@pytest.mark.parametrize(("name", "url", "said"), REFUSED)
def test_what_cannot_be_loaded_is_said_with_the_cure(name, url, said):
    with pytest.raises(ModelError) as caught:
        load_chat_model(name, url=url)
    assert said in str(caught.value)


@pytest.mark.parametrize("provider", ["openai", "ollama", "anthropic"])
def test_a_package_that_is_not_installed_is_named(provider, monkeypatch):
    monkeypatch.setitem(sys.modules, f"langchain_{provider}", None)
    with pytest.raises(ModelError, match=f"not installed; run: pip install langchain-{provider}$"):
        load_chat_model(f"{provider}:x")


def test_a_server_by_address_is_asked_without_a_key_of_ours():
    with server(kind="text/event-stream", body=HELLO + b"data: [DONE]\n\n") as (url, came):
        assert ask(load_chat_model("local", url=url)) == "Hello"
    assert came == [("/v1/chat/completions", "Bearer no-key-needed")]


def test_a_server_by_address_is_given_the_key_that_is_set(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with server(kind="text/event-stream", body=HELLO + b"data: [DONE]\n\n") as (url, came):
        ask(load_chat_model("openai:local", url=url))
    assert came == [("/v1/chat/completions", f"Bearer {KEY}")]


@pytest.mark.parametrize("name", ["local", "ollama:local", "anthropic:local"])
def test_a_closed_port_is_said_within_seconds(name):
    url = f"http://127.0.0.1:{closed_port()}"
    started = time.monotonic()
    message = error_of(load_chat_model(name, url=url))
    assert message.startswith(f'the language model "local" at {url}')
    assert message.endswith("could not be reached or broke off; check that the server runs, and its address")
    assert time.monotonic() - started < 20  # the bound that is promised, far above what it takes


@pytest.mark.parametrize("name", ["local", "ollama:local", "anthropic:local"])
def test_a_silent_server_is_a_time_out(name):
    with server(silent_s=30) as (url, _):
        message = error_of(load_chat_model(name, url=url, timeout_s=0.2))
    assert "did not answer in time; try again, or choose a smaller model" in message


# provider, status -> what the sentence says after the model's name and address
STATUSES = [
    ("openai:local", 400, "refused the request (HTTP 400): no good: "),
    ("openai:local", 401, "refused the API key (HTTP 401); check OPENAI_API_KEY"),
    ("openai:local", 403, "refused the API key (HTTP 403); check OPENAI_API_KEY"),
    ("openai:local", 404, "is not there (HTTP 404); check the model's name and the server's address"),
    ("openai:local", 429, "takes no more requests for now (HTTP 429); wait a little, or check the account's limits"),
    ("openai:local", 500, "failed on its own side (HTTP 500): no good: "),
    ("anthropic:local", 400, "refused the request (HTTP 400): no good: "),
    ("anthropic:local", 401, "refused the API key (HTTP 401); check ANTHROPIC_API_KEY"),
    ("anthropic:local", 404, "is not there (HTTP 404); check the model's name and the server's address"),
    ("anthropic:local", 529, "failed on its own side (HTTP 529): no good: "),
    ("ollama:local", 401, "refused the API key (HTTP 401); check OLLAMA_API_KEY"),
    ("ollama:local", 404, "check the model's name and the server's address, or run: ollama pull local"),
    ("ollama:local", 500, "failed on its own side (HTTP 500): no good: "),
]


@pytest.mark.parametrize(("name", "status", "said"), STATUSES)
def test_a_refusal_is_said_with_the_cure_and_without_the_key(name, status, said, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "another-invented-key")
    words = f"no good: {KEY}, another-invented-key, or sk-inv***6789"
    body = json.dumps({"error": {"message": words, "type": "invented"}}).encode()
    with server(status=status, body=body) as (url, _):
        message = error_of(load_chat_model(name, url=url))
    assert said in message
    assert not [key for key in (KEY, "another-invented-key", "sk-inv") if key in message]


# what the server sends -> what the sentence says
BROKEN = [
    # cut off in mid-stream: fewer bytes than promised
    ({"body": HELLO, "promised": 5000}, "could not be reached or broke off"),
    ({"body": HELLO + b"data: {oops\n\n"}, "gave an answer that could not be read"),
    # a byte that is no UTF-8
    ({"body": HELLO.replace(b"Hello", b"\xff\xfe")}, "gave an answer that could not be read"),
    # an error told in the stream itself
    ({"body": HELLO + b'data: {"error": {"message": "out of memory"}}\n\n'}, "(out of memory)"),
    # a web page, no stream: the wrong address
    ({"body": b"<html>hello</html>", "kind": "text/html"}, "gave an answer that could not be read"),
]


@pytest.mark.parametrize(("sent", "said"), BROKEN)
def test_a_broken_stream_is_said(sent, said):
    with server(**{"kind": "text/event-stream", **sent}) as (url, _):
        assert said in error_of(load_chat_model("local", url=url))


def test_user_and_password_of_an_address_are_not_repeated():
    message = error_of(load_chat_model("local", url=f"http://anna:secret@127.0.0.1:{closed_port()}/v1?k=1"))
    assert "at http://127.0.0.1:" in message
    assert "secret" not in message


def test_an_error_of_our_own_passes_unchanged():
    mistake = KeyError("ours")
    with pytest.raises(KeyError) as caught, provider_errors(FakeListChatModel(responses=[])):
        raise mistake
    assert caught.value is mistake
