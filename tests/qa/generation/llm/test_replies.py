"""Servers as they are: each refusal, wait, limit and fault over HTTP, in OpenAI's and in Ollama's protocol."""

import time
from types import SimpleNamespace

import pytest
from chat_server import Raw, Said, chat_server, whole

from index.errors import ModelError
from index.records import Abstract, Section
from qa.__main__ import main
from qa.answer import Source
from qa.generation.llm.chat_models import load_chat_model
from qa.generation.llm.generative import Aside, NotAnswered, compose
from qa.generation.llm.prompts import load_prompt
from qa.generation.llm.replies import LanguageModel, PromptTooLongError, Waiting
from qa.grounding import DraftSentence

SOURCES = [
    Source(
        number, Abstract(f"9000000{number}", f"Zorbin {number}", (Section("", "", "Snails slept for longer. " * 60),))
    )
    for number in (1, 2, 3, 4)
]
ROSE, SLEPT = DraftSentence("Calcium rose.", (1,)), DraftSentence("Sleep grew.", (2,))
REPLY = Said("Calcium ro", "se [", "1]. Sleep gr", "ew [2].")
NAMES = ("local", "ollama:local", "anthropic:local")


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch):
    for name in (
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def prompt():
    return load_prompt("answer")


@pytest.fixture
def slept(monkeypatch):
    """The seconds that somebody wanted to sleep before asking again, and did not."""
    seconds = []
    idle = SimpleNamespace(**vars(time) | {"sleep": seconds.append})
    monkeypatch.setattr("qa.generation.llm.replies.time", idle)
    return seconds


def model_at(server, name="local"):
    return LanguageModel(load_chat_model(name, url=server.url))


def said_by(model, prompt, sources=SOURCES[:2]):
    return list(compose("What does zorbin do?", sources, model=model, prompt=prompt))


def error(status, message, **headers):
    return Raw(status, {"error": {"message": message, "type": "invalid_request_error"}}, headers=headers)


@pytest.mark.parametrize("name", NAMES)
def test_a_reply_streams_in_sentences(name, prompt):
    with chat_server(REPLY) as server:
        assert said_by(model_at(server, name), prompt) == [ROSE, SLEPT]
    roles = [message["role"] for message in server.asked[0]["messages"]]
    assert roles == (["user"] if "anthropic" in name else ["system", "user"])


@pytest.mark.parametrize(
    "words",
    [
        "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
        "`temperature` is deprecated for this model.",
    ],
)
def test_a_model_that_refuses_a_temperature_is_asked_again_without_and_remembered(words, prompt):
    with chat_server(error(400, words), REPLY) as server:
        model = model_at(server)
        assert said_by(model, prompt) == [ROSE, SLEPT]
        assert said_by(model, prompt) == [ROSE, SLEPT]
    assert [asked.get("temperature") for asked in server.asked] == [0, None, None]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "System role not supported"),
        (400, "Unsupported value: 'messages[0].role' does not support 'system' with this model."),
        (400, "Developer instruction is not enabled for models/gemma-3-27b-it"),
        (500, "Conversation roles must alternate user/assistant/user/assistant/..."),
    ],
)
def test_a_model_that_refuses_the_system_role_is_asked_again_without(status, words, prompt):
    with chat_server(error(status, words), REPLY) as server:
        assert said_by(model_at(server), prompt) == [ROSE, SLEPT]
    (first, second) = (asked["messages"] for asked in server.asked)
    assert [message["role"] for message in second] == ["user"]
    assert second[0]["content"] == "\n\n".join(message["content"] for message in first)


def test_a_model_may_refuse_both(prompt):
    with chat_server(error(400, "no temperature"), error(400, "System role not supported"), REPLY) as server:
        assert said_by(model_at(server), prompt) == [ROSE, SLEPT]
    assert len(server.asked) == 3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_to_wait_is_waited_for_and_that_is_shown(name, status, prompt, slept):
    with chat_server(error(status, "slow down", **{"Retry-After": "2"}), REPLY) as server:
        said = said_by(model_at(server, name), prompt)
    assert said[2:] == [ROSE, SLEPT]
    assert [type(one) for one in said[:2]] == [Waiting, Waiting]
    assert f"(HTTP {status})" in said[0].reason
    assert said[0].reason.endswith("; asking again in 2 seconds …")
    assert said[1].reason.endswith("; asking again in 1 second …")
    assert slept == [1, 1]


def test_a_wait_that_is_too_long_is_left_to_the_person(prompt):
    with chat_server(error(429, "slow down", **{"Retry-After": "3600"})) as server, pytest.raises(ModelError) as caught:
        said_by(model_at(server), prompt)
    assert str(caught.value).endswith("(HTTP 429); it asks to wait for 3,600 seconds: try again then")
    assert len(server.asked) == 1


def test_a_wait_until_a_date_long_past_is_a_second(prompt, slept):
    with chat_server(error(503, "-", **{"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}), REPLY) as server:
        assert [type(one) for one in said_by(model_at(server), prompt)][:2] == [Waiting, DraftSentence]


def test_a_fault_of_the_server_is_tried_once_more(prompt, slept):
    with chat_server(error(500, "CUDA out of memory"), REPLY) as server:
        assert said_by(model_at(server), prompt)[1:] == [ROSE, SLEPT]
    with chat_server(error(500, "CUDA out of memory")) as server, pytest.raises(ModelError, match="CUDA out of memory"):
        said_by(model_at(server), prompt)
    assert len(server.asked) == 2


# what a server that does not stream sends -> what is said
UNSTREAMED = [
    (Raw(body=whole("Calcium rose [1]. Sleep grew [2].")), [ROSE, SLEPT]),
    (Raw(body=whole("Calcium rose [1]. Sleep gr", "length")),
     [ROSE, Aside("The language model's answer is not whole: it reached its limit of length.")]),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "said"), UNSTREAMED)
def test_one_json_in_place_of_a_stream_is_read(raw, said, prompt):
    with chat_server(raw) as server:
        model = model_at(server)
        assert said_by(model, prompt) == said
        assert said_by(model, prompt) == said
    assert [asked.get("stream", False) for asked in server.asked] == [True, False, False]


# an error with the status 200 -> the server's words
TOLD = [
    ("local", Raw(body={"error": {"message": "model 'zorb' not loaded", "code": 5}})),
    ("local", Raw(body=b'data: {"error": {"message": "model \'zorb\' not loaded"}}\n\n', kind="text/event-stream")),
    ("ollama:local", Raw(body={"error": "model 'zorb' not loaded"})),
]


@pytest.mark.parametrize(("name", "raw"), TOLD)
def test_an_error_in_a_200_keeps_the_servers_words(name, raw, prompt):
    with chat_server(raw) as server, pytest.raises(ModelError) as caught:
        said_by(model_at(server, name), prompt)
    assert str(caught.value).endswith(
        "reported an error (model 'zorb' not loaded); try again, or look into the server's log"
    )


def test_a_plain_error_in_a_200_keeps_the_servers_words_too(prompt):
    with chat_server(Raw(body={"error": "model 'zorb' not loaded"})) as server, pytest.raises(ModelError) as caught:
        said_by(model_at(server), prompt)
    assert "(model 'zorb' not loaded)" in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Said("Calcium rose [1]. Sleep gr", end="length"), "it reached its limit of length"),
        (Said("Calcium rose [1]. Sleep gr", end="content_filter"), "the provider's content filter stopped it"),
        (Said("Calcium rose [1]. Sleep grew [2", end=None), "the connection ended within a sentence"),
    ],
)
def test_an_answer_that_was_cut_off_says_so(reply, reason, prompt):
    with chat_server(reply) as server:
        assert said_by(model_at(server), prompt) == [
            ROSE,
            Aside(f"The language model's answer is not whole: {reason}."),
        ]


@pytest.mark.parametrize(("name", "end"), [("ollama:local", "length"), ("anthropic:local", "max_tokens")])
def test_a_reply_of_another_protocol_that_was_cut_off_says_so(name, end, prompt):
    with chat_server(Said("Calcium rose [1]. Sleep gr", end=end)) as server:
        assert said_by(model_at(server, name), prompt) == [ROSE, Aside(
            "The language model's answer is not whole: it reached its limit of length."
        )]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_stream_that_breaks_off_keeps_what_was_written_and_says_so(name, prompt):
    with chat_server(Said("Calcium rose [1]. Sleep gr", is_broken_off=True)) as server:
        rose, aside = said_by(model_at(server, name), prompt)
    assert rose == ROSE
    assert aside.text.startswith('The language model\'s answer is not whole: the language model "local" at http://')
    assert aside.text.endswith("could not be reached or broke off.")


def test_a_reply_cut_off_before_its_first_sentence_is_no_answer(prompt):
    with chat_server(Said("Calcium ro", end="length")) as server:
        assert said_by(model_at(server), prompt) == [
            NotAnswered("The language model wrote no answer: it reached its limit of length.", refused=False)
        ]


def test_a_server_that_says_no_end_may_end_well(prompt):
    with chat_server(Said("Calcium rose [1]. ", "Sleep grew [2]", end=None)) as server:
        assert said_by(model_at(server), prompt) == [ROSE, DraftSentence("Sleep grew", (2,))]


def test_ollama_is_asked_for_a_window_that_holds_the_prompt(prompt):
    with chat_server(REPLY, window=131_072) as server:
        model = model_at(server, "ollama:local")
        said_by(model, prompt, SOURCES[:1])
        said_by(model, prompt, SOURCES * 4)
    small, large = (asked["options"]["num_ctx"] for asked in server.asked)
    assert small == 4096
    chars = sum(len(message["content"]) for message in server.asked[1]["messages"])
    assert large % 2048 == 0
    assert chars / 3 + 2048 <= large < chars / 3 + 2048 + 2048


def test_a_window_known_to_be_too_small_takes_fewer_abstracts_and_says_so(prompt):
    with chat_server(REPLY, window=2700) as server:
        said = said_by(model_at(server, "ollama:local"), prompt, SOURCES)
    assert said[0] == Aside(
        "The language model's window of 2,700 tokens holds 2 of the 4 abstracts found: it was given no more."
    )
    assert said[1:] == [ROSE, SLEPT]
    assert server.asked[0]["options"]["num_ctx"] == 2700
    assert "<<<ABSTRACT 2>>>" in server.asked[0]["messages"][1]["content"]
    assert "<<<ABSTRACT 3>>>" not in server.asked[0]["messages"][1]["content"]


# how servers say that a prompt is too long -> the abstracts of four that they are given then, and the window
TOO_LONG = [
    (400, "This model's maximum context length is 3000 tokens. However, you requested 3100 tokens (2600 in the"
     " messages, 500 in the completion).", 2, " of 3,000 tokens"),
    (400, "request (3100 tokens) exceeds the available context size (3000 tokens), try increasing it",
     2, " of 3,000 tokens"),
    (400, "prompt is too long: 3100 tokens > 3000 maximum", 2, ""),
    (400, "The prompt is too long", 2, ""),
]  # fmt: skip


@pytest.mark.parametrize(("status", "words", "count", "window"), TOO_LONG)
def test_a_prompt_refused_as_too_long_is_sent_with_fewer_abstracts(status, words, count, window, prompt):
    with chat_server(error(status, words), REPLY) as server:
        said = said_by(model_at(server), prompt, SOURCES)
    assert said[0] == Aside(
        f"The language model's window{window} holds {count} of the 4 abstracts found: it was given no more."
    )
    assert said[1:] == [ROSE, SLEPT]
    assert len(server.asked) == 2
    assert f"<<<ABSTRACT {count}>>>" in server.asked[1]["messages"][1]["content"]
    assert f"<<<ABSTRACT {count + 1}>>>" not in server.asked[1]["messages"][1]["content"]


def test_a_window_that_does_not_hold_one_abstract_is_an_error(prompt):
    with chat_server(error(400, "The prompt is too long")) as server, pytest.raises(PromptTooLongError):
        said_by(model_at(server), prompt, SOURCES)
    assert len(server.asked) == 3


def test_the_command_line_says_once_what_it_waits_for(library, capsys):
    with chat_server(error(429, "slow", **{"Retry-After": "2"}), Said("IL-32β induced VEGF [1].")) as server:
        flags = ["--library", str(library.path), "--llm", "local", "--llm-url", server.url]
        assert main(["ask", "What does IL-32β induce in breast cancer cells?", *flags]) == 0
    told = capsys.readouterr().err
    assert told.count("asking again in 2 seconds …") == 1
    assert "asking again in 1 second" not in told
