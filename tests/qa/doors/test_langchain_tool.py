"""The LangChain tool: quoted text for the model, the whole answer as its artifact."""

from __future__ import annotations

import pytest

from index import Filters
from qa import Assistant


@pytest.fixture(scope="module")
def assistant(read_only_library):
    return Assistant(read_only_library, reranker=None)


def call(tool, question):
    return tool.invoke({"type": "tool_call", "id": "1", "name": tool.name, "args": {"question": question}})


def test_the_model_reads_quoted_text_and_the_program_the_answer(assistant, read_only_library):
    from qa.doors.langchain_tool import answer_tool

    message = call(answer_tool(assistant), "What does IL-32β induce?")
    assert message.content.startswith("backed [1]: <<<ABSTRACT 1>>> IL-32β induced VEGF")
    citation = message.artifact["sentences"][0]["citations"][0]
    text = read_only_library.get(citation["pmid"]).text
    assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_filters_hold_and_a_question_that_cannot_be_asked_is_said_to_be(assistant):
    from qa.doors.langchain_tool import answer_tool

    tool = answer_tool(assistant, filters=Filters(years=(2020, None)))
    assert call(tool, "What does IL-32β induce?").artifact["abstained"]
    assert "nothing to search for" in call(tool, "?!").content


def test_the_retriever_keeps_scores_offsets_and_filters(read_only_library):
    from qa.langchain_retriever import LibraryRetriever

    retriever = LibraryRetriever(library=read_only_library, top=3, filters=Filters(years=(2013, 2013)))
    documents = retriever.invoke("IL-32β VEGF")
    hits = read_only_library.search("IL-32β VEGF", top=3, filters=Filters(years=(2013, 2013)))
    assert [one.metadata["score"] for one in documents] == [hit.score for hit in hits]
    for document in documents:
        place = document.metadata
        text = read_only_library.get(place["pmid"]).text
        assert (text[place["start"] : place["end"]], place["year"]) == (document.page_content, 2013)
