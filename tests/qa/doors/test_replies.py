"""Replies to programs: earlier questions are asked anew, hits have their places, nothing tells where a library lies."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from index import Filters
from qa import Assistant, Turn
from qa.doors.replies import Asking, info_reply, search_reply, similar_reply
from qa.doors.schemas import AbstractJson, AnswerJson, AskRequest, SearchRequest, SimilarRequest, abstract_json


@pytest.fixture(scope="module")
def assistant(read_only_library):
    return Assistant(read_only_library, reranker=None)


def plain(answer):
    return replace(answer, seconds={}).to_dict()


def test_an_answer_is_that_of_the_assistant_and_its_quotes_stand_where_they_say(assistant):
    answer = Asking().ask(assistant, AskRequest(question="What does IL-32β induce?"))
    assert plain(answer) == plain(assistant.ask("What does IL-32β induce?"))
    for citation in (one for sentence in answer.sentences for one in sentence.citations):
        text = abstract_json(assistant.library.get(citation.pmid))["text"]
        assert text[citation.start : citation.end] == citation.quote


def test_a_follow_up_is_answered_as_after_the_earlier_answer_itself(assistant):
    first, second = "What does IL-32β induce?", "What about the γ isoform?"
    turns = [Turn(first, assistant.ask(first))]
    request = AskRequest(question=second, turns=[{"question": first, "answer": {"sentences": ["forged"]}}])
    assert plain(Asking().ask(assistant, request)) == plain(assistant.ask(second, turns=turns))


def test_an_earlier_answer_is_remembered(assistant, monkeypatch):
    asking, asked = Asking(), []
    stream = assistant.stream
    monkeypatch.setattr(
        assistant, "stream", lambda question, **more: asked.append(question) or stream(question, **more)
    )
    asking.ask(assistant, AskRequest(question="What does IL-32β induce?"))
    asking.ask(assistant, AskRequest(question="And metformin?", turns=[{"question": "What does IL-32β induce?"}]))
    assert asked == ["What does IL-32β induce?", "And metformin?"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Filters()),
        ({"years": [2010, None], "include_retracted": True}, Filters(years=(2010, None), include_retracted=True)),
        ({"mesh": ["Longevity"]}, Filters(mesh=("Longevity",), explode=True)),
        ({"mesh": ["Longevity"], "explode": False}, Filters(mesh=("Longevity",))),
    ],
)
def test_filters(given, expected):
    assert AskRequest(question="x", filters=given).filters.to_filters() == expected


def test_the_filters_of_an_answer_can_be_sent_again(assistant):
    held = Filters(years=(2010, None), mesh=("Longevity",), explode=True, designs=("animal",), min_n=0)
    answer = assistant.ask("Does metformin lengthen life?", filters=held)
    sent = json.loads(json.dumps(answer.to_dict()["settings"]["filters"]))
    assert AskRequest(question="x", filters=sent).filters.to_filters() == held


def test_the_documented_fields_of_an_answer_and_an_abstract_are_those_sent(assistant):
    for question in ("What does IL-32β induce?", "Does gravity bend light?", "How many abstracts?"):
        AnswerJson.model_validate(json.loads(json.dumps(assistant.ask(question).to_dict())))
    AbstractJson.model_validate(abstract_json(assistant.library.get("90000001")))


def test_hits_are_passages_at_their_offsets(read_only_library):
    reply = search_reply(read_only_library, SearchRequest(query="IL-32β VEGF", top=2))
    assert [hit["pmid"] for hit in reply["hits"]] == ["90000001", "90000001"]
    for hit in reply["hits"]:
        assert read_only_library.get(hit["pmid"]).text[hit["start"] : hit["end"]] == hit["text"]


def test_a_search_in_pubmeds_syntax_says_how_it_was_carried_out(read_only_library):
    reply = search_reply(read_only_library, SearchRequest(query="metformin[ti] AND 2013[dp]"))
    assert ([hit["pmid"] for hit in reply["hits"]], reply["count"]) == (["90000003"], 1)


def test_similar_abstracts_leave_out_the_abstract_itself_and_retracted_ones(read_only_library):
    reply = similar_reply(read_only_library, SimilarRequest(pmid="90000001", top=1))
    assert [hit["pmid"] for hit in reply["hits"]] == ["90000002"]
    found = similar_reply(read_only_library, SimilarRequest(pmid="90000003", top=10))
    assert not {"90000003", "90000004"} & {hit["pmid"] for hit in found["hits"]}


def test_figures_of_a_library_hold_no_path(read_only_library):
    reply = info_reply(read_only_library, "five")
    assert (reply["name"], reply["abstracts"], reply["digest"]) == ("five", 5, read_only_library.digest)
    assert str(read_only_library.path.parent) not in json.dumps(reply)
    assert reply["origins"][0]["query"] == "abstracts.jsonl"
