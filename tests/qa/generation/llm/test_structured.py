"""Answers as JSON by a schema: how they are asked for, read as they stream, refused and broken off."""

import json

import pytest
from chat_server import Raw, Said, chat_server, whole
from llama_server import llama_server, why_not

from index.records import Abstract, Section
from qa.answer import Source
from qa.assistant import Assistant
from qa.generation.llm.chat_models import load_chat_model
from qa.generation.llm.citations import Cited
from qa.generation.llm.drafts import CutOff
from qa.generation.llm.generative import Aside, NotAnswered, compose
from qa.generation.llm.prompts import load_prompt
from qa.generation.llm.replies import LanguageModel
from qa.generation.llm.structured import SCHEMA, read_structured
from qa.grounding import DraftSentence

QUESTION = "What does zorbin do?"
SOURCES = [
    Source(1, Abstract("90000001", "Zorbin.", (Section("", "", 'Calcium, the "rise", rose in snails.'),))),
    Source(2, Abstract("90000002", "Sleep.", (Section("", "", "Snails slept for longer."),))),
]
ROSE = DraftSentence("Calcium rose.", (1,), quotes=((1, 'the "rise", rose in snails'),))
SLEPT = DraftSentence("Snails slept (P < 0.05) in E. coli broth.", (2, 1), quotes=((2, "slept for longer"),))
SENTENCES = [
    {"text": "Calcium rose.", "sources": [{"number": 1, "quote": 'the "rise", rose in snails'}]},
    {
        "text": SLEPT.text,
        "sources": [{"number": 2, "quote": "slept for longer"}, {"number": 1, "quote": ""}],
    },
]
MISSING = Aside("Not in these abstracts, says the language model: the dose")
BROKEN = "The language model's answer is not whole: its JSON could not be read to the end."


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch):
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def prompt():
    return load_prompt("answer")


def written(sentences=SENTENCES, missing="", **changes):
    return json.dumps({"sentences": sentences, "not_in_these_abstracts": missing}, ensure_ascii=False, **changes)


def in_pieces(text, size):
    return [text[start : start + size] for start in range(0, len(text), size)]


def model_at(server, name="local", form="json"):
    return LanguageModel(load_chat_model(name, url=server.url), form)


def said_by(model, prompt):
    return list(compose(QUESTION, SOURCES, model=model, prompt=prompt))


# a reply -> what is said
REPLIES = [
    (written(), [ROSE, SLEPT]),
    (written(missing="the dose", indent=2), [ROSE, SLEPT, MISSING]),
    # the other order, a fence, words before and after: from servers that hold no model to the schema
    (json.dumps({"not_in_these_abstracts": "the dose", "sentences": SENTENCES}), [ROSE, SLEPT, MISSING]),
    (f"Here is the JSON:\n```json\n{written()}\n```\nI hope this helps!", [ROSE, SLEPT]),
    (f"<think>Is it {{1}}?</think>{written()}", [ROSE, SLEPT]),
    # nothing is missing, in words; two parts are one aside
    (written(missing="None."), [ROSE, SLEPT]),
    (written(missing="Not in these abstracts: the dose. The cost"),
     [ROSE, SLEPT, Aside("Not in these abstracts, says the language model: the dose; The cost")]),
    # no sentence is a refusal
    (written([], "all of it"), [NotAnswered("The language model found no answer in these abstracts.", refused=True)]),
    # a source that was not given is dropped and counted; one without any has none, not the next one's
    (written([{"text": "Iron fell.", "sources": []}, {"text": "Zinc fell.", "sources": [{"number": 7, "quote": "x"}]},
              SENTENCES[0]]),
     [DraftSentence("Iron fell.", ()), DraftSentence("Zinc fell.", (), 1), ROSE]),
    # other shapes: numbers as text, numbers alone, brackets in a text
    (written([{"text": "Calcium rose.", "sources": ["1", 2]}, "Sleep grew [2].", 5, {"text": " "}]),
     [DraftSentence("Calcium rose.", (1, 2)), DraftSentence("Sleep grew.", (2,))]),
    # signs that JSON can hide: control characters, marks of our own, half a surrogate pair, ends of lines
    (r'{"sentences": [{"text": "Calcium\u0000 \ue000rose\n \ud83d.", "sources": [{"number": 1}]}], "not_in_these_abs',
     [DraftSentence("Calcium rose ?.", (1,))]),
    # broken before its end: what was whole stays, a sentence with the sources that came
    (written()[:-60], [ROSE, DraftSentence(SLEPT.text, (2,), quotes=SLEPT.quotes), Aside(BROKEN)]),
    # malformed: marks and commas that are wrong or missing, a list that does not end; reading goes on behind them
    *((f'{{"sentences": [{malformed}, {json.dumps(SENTENCES[0])}], "not_in_these_abstracts": "the dose"}}',
       [slept, ROSE, MISSING]) for malformed, slept in (
        ('{"text": "Snails "slept" long.", "sources": [{"number": 2, "quote": "they "slept" for long"}]}',
         DraftSentence('Snails "slept" long.', (2,), quotes=((2, 'they "slept" for long'),))),
        ('{"text": "Snails slept." "sources": [{"number": 2 "quote": "slept for longer"}]}',
         DraftSentence("Snails slept.", (2,), quotes=SLEPT.quotes)),
        ('{"text": "Snails slept.", "sources": [{"number": 2, "quote": "slept for longer"},],}',
         DraftSentence("Snails slept.", (2,), quotes=SLEPT.quotes)),
        ('{"text": "Snails slept 5\\% more.", "sources": [{"number": 2, "quote": ""}]}',
         DraftSentence("Snails slept 5\\% more.", (2,))),
    )),
    ('{"sentences": [' + json.dumps(SENTENCES[0]) + ', {"text": "Snails "slept" long.", "sources": []}]}',
     [ROSE, DraftSentence('Snails "slept" long.', ())]),
    ('{"sentences": [' + json.dumps(SENTENCES[0]) + '}, "not_in_these_abstracts": "the dose"}', [ROSE, MISSING]),
    ('{"sentences": [{"text": Snails slept}, ' + json.dumps(SENTENCES[0]) + "]}", [ROSE, Aside(BROKEN)]),
    # the list alone; a source that is null
    (f"```json\n{json.dumps(SENTENCES)}\n```", [ROSE, SLEPT]),
    (written([{"text": "Iron fell.", "sources": None}, SENTENCES[0]]), [DraftSentence("Iron fell.", ()), ROSE]),
    ('{"sentences": [{"text": "Calcium ro', [NotAnswered(
        "The language model wrote no answer: its JSON could not be read to the end.", refused=False
    )]),
    # no JSON after all
    ("Calcium rose [1]. It used {braces} and `code` [2].",
     [DraftSentence("Calcium rose.", (1,)), DraftSentence("It used {braces} and code.", (2,))]),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "said"), REPLIES)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_json_becomes_sentences_however_it_is_cut(reply, said, size, prompt):
    with chat_server(Said(*in_pieces(reply, size))) as server:
        assert said_by(model_at(server), prompt) == said


def test_a_sentence_comes_as_soon_as_its_object_is_closed():
    first = written()[: written().index("}]}") + 3]

    def pieces():
        yield first
        raise AssertionError("read on")

    read = read_structured(pieces())
    assert [next(read) for _ in range(3)] == ["Calcium rose.", Cited((("1", 'the "rise", rose in snails'),)), "\n"]
    stopped = CutOff("it was stopped")
    assert [one for one in read_structured([first, stopped]) if isinstance(one, CutOff)] == [stopped]


# a model by name -> where its protocol has the schema
ASKED = {
    "local": lambda body: body["response_format"]["json_schema"]["schema"],
    "ollama:local": lambda body: body["format"],
    "anthropic:local": lambda body: body["output_config"]["format"]["schema"],
}


@pytest.mark.parametrize("name", ASKED)
def test_each_protocol_is_asked_in_its_own_way_and_with_the_prompt_of_the_form(name, prompt):
    with chat_server(Said(*in_pieces(written(), 9))) as server:
        assert said_by(model_at(server, name), prompt) == [ROSE, SLEPT]
        assert said_by(model_at(server, name, "text"), prompt) == [ROSE, SLEPT]
    json_form, text_form = server.asked
    assert ASKED[name](json_form)["required"] == SCHEMA["required"]
    assert '"not_in_these_abstracts": "all of it"}' in json_form["messages"][-1]["content"]
    assert not {"response_format", "output_config"} & text_form.keys() and not text_form.get("format")
    assert "JSON" not in json.dumps(text_form["messages"])


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."),
        (400, "This response_format type is unavailable now"),
        (422, "Extra inputs are not permitted"),
        (500, "failed to parse grammar"),
    ],
)
def test_a_server_that_refuses_a_schema_is_asked_for_text_and_that_is_remembered(status, words, prompt):
    refusal = Raw(status, {"error": {"message": words, "type": "invalid_request_error"}})
    with chat_server(refusal, Said("Calcium rose [1].")) as server:
        model = model_at(server)
        assert said_by(model, prompt) == [DraftSentence("Calcium rose.", (1,))]
        assert said_by(model, prompt) == [DraftSentence("Calcium rose.", (1,))]
    assert ["response_format" in body for body in server.asked] == [True, False, False]
    assert "JSON" not in json.dumps(server.asked[1]["messages"])


def test_json_in_one_piece_that_was_cut_off_keeps_its_whole_sentences(prompt):
    with chat_server(Raw(body=whole(written()[:-60], "length"))) as server:
        assert said_by(model_at(server), prompt) == [
            ROSE,
            Aside("The language model's answer is not whole: it reached its limit of length."),
        ]


@pytest.mark.parametrize("name", ASKED)
def test_a_stream_of_json_that_breaks_off_keeps_its_whole_sentences_and_says_so(name, prompt):
    with chat_server(Said(*in_pieces(written()[:-60], 9), is_broken_off=True)) as server:
        rose, aside = said_by(model_at(server, name), prompt)
    assert rose == ROSE
    assert aside.text.endswith("could not be reached or broke off.")


@pytest.mark.parametrize(("form", "reply"), [("json", written()), ("text", "Calcium rose [1].")])
def test_an_answer_keeps_the_form_in_which_it_was_asked_for(form, reply, library):
    with chat_server(Said(reply)) as server:
        asked = Assistant(library, llm="local", llm_url=server.url, llm_format=form, reranker="none")
        assert asked.ask("What does IL-32β induce in breast cancer cells?").settings["reply_form"] == form


def test_a_refused_form_is_not_the_one_that_is_kept(library):
    refusal = Raw(400, {"error": {"message": "response_format is not supported"}})
    with chat_server(refusal, Said("Calcium rose [1].")) as server:
        asked = Assistant(library, llm="local", llm_url=server.url, llm_format="json", reranker="none")
        assert asked.ask("What does IL-32β induce in breast cancer cells?").settings["reply_form"] == "text"


def test_json_is_the_default_where_the_provider_is_known_to_keep_to_a_schema():
    models = {
        "openai:gpt-4o": "json",
        "openai:gpt-4": "text",
        "anthropic:claude-sonnet-4-5": "json",
        "ollama:any": "json",
        "some-name": "text",
    }
    url = "http://127.0.0.1:9/v1"
    assert {name: LanguageModel(load_chat_model(name, url=url)).form for name in models} == models


def test_a_real_server_holds_a_small_model_to_the_schema(prompt):
    """The 135M model invents: only what holds whatever it writes is asserted."""
    if reason := why_not():
        pytest.skip(reason)
    with llama_server() as url:
        model = LanguageModel(load_chat_model("smollm2", url=url, timeout_s=120), "json")
        said = said_by(model, prompt)
    assert model.form == "json"
    drafts = [one for one in said if isinstance(one, DraftSentence)]
    assert drafts or isinstance(said[-1], NotAnswered)
    assert {number for draft in drafts for number in draft.sources} <= {1, 2}
    assert not any(sign in draft.text for draft in drafts for sign in '{}"')
