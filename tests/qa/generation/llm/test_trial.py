"""A trial of a language model: what its server takes, whether it cites and quotes."""

import json
import re

import pytest
from chat_server import Raw, Said, chat_server
from llama_server import llama_server, why_not

from qa.__main__ import main

CITED = Said(
    "Quillaxin lowered systolic blood pressure by 9 mmHg in adults over 65 ",
    '[1: "quillaxin 20 mg daily lowered systolic blood pressure by 9 mmHg"]. It did nothing in students ',
    '[2: "no effect whatever"].',
)


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch):
    for name in ("ASKABSTRACTS_LLM", "ASKABSTRACTS_LLM_URL", "OPENAI_API_KEY", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_a_model_that_cites_and_quotes(capsys):
    with chat_server(CITED) as server:
        assert main(["models", "--llm", "local", "--llm-url", server.url]) == 0
    name, *lines = capsys.readouterr().out.splitlines()
    facts = dict(line.strip().split(maxsplit=1) for line in lines if not line.strip().startswith(("system", "wrote")))
    assert name == "local"
    assert facts["citations"] == "2 of 2 sentences name their source"
    assert facts["quotes"] == "1 of 2 sentences give words that stand in it"
    assert facts["streams"] == "yes"
    assert facts["temperature"] == "0"
    assert facts["JSON"] == "no: a JSON schema is refused or not kept to"
    assert facts["window"] == "not known until it is too small"
    assert "  wrote        It did nothing in students. [2]" in lines


# the flags, and what the server refuses first -> how the model was asked, and what is said of JSON
STRUCTURED = [
    ([], [], "text", "yes, by a schema: --llm-format json uses it"),
    (["--llm-format", "json"], [], "json", "yes, by a schema, and used"),
    (["--llm-format", "json"], [Raw(400, {"error": {"message": "no response_format"}})], "text", "yes, by a schema"),
]


@pytest.mark.parametrize(("flags", "refusals", "form", "said"), STRUCTURED)
def test_a_model_that_keeps_to_a_json_schema(flags, refusals, form, said, capsys):
    cited = {"number": 2, "quote": "had no effect on blood pressure in 48 healthy students"}
    reply = {"sentences": [{"text": "It did nothing in students.", "sources": [cited]}], "not_in_these_abstracts": ""}
    with chat_server(*refusals, Said(json.dumps(reply))) as server:
        assert main(["models", "--llm", "local", "--llm-url", server.url, *flags]) == 0
    told = capsys.readouterr().out
    assert re.search(rf"^  JSON +{said}", told, re.MULTILINE)
    assert "1 of 1 sentences give words that stand in it" in told
    assert ["response_format" in body for body in server.asked] == [*[True for _ in refusals], form == "json", True]


def test_a_server_with_habits_and_a_model_that_does_not_cite(capsys):
    refusal = Raw(400, {"error": {"message": "System role not supported"}})
    with chat_server(refusal, Said("It works well. It always did."), window=4096) as server:
        assert main(["models", "--llm", "ollama:tiny", "--llm-url", server.url, "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["model"], told["takes_system"], told["window_tokens"]) == ("ollama:tiny", False, 4096)
    assert (told["cited"], told["quoted"], len(told["sentences"])) == (0, 0, 2)


def test_a_server_that_is_not_there_and_no_name(capsys):
    assert main(["models", "--llm", "local", "--llm-url", "http://127.0.0.1:9"]) == 2
    assert "could not be reached" in capsys.readouterr().err
    assert main(["models"]) == 2
    assert "no language model was named: give --llm PROVIDER:MODEL" in capsys.readouterr().err


def test_a_real_model_can_be_tried(capsys):
    if reason := why_not():
        pytest.skip(reason)
    with llama_server() as url:
        code = main(["models", "--llm", "smollm2", "--llm-url", url, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == (0 if 2 * told["cited"] > len(told["sentences"]) else 3)
    assert told["streams"]
    assert told["takes_system"]
    assert told["sentences"] or told["notes"]
