"""A retracted abstract is never cited unless asked for, and then marked: one test a path."""

import io
import json

import pytest
from conftest import ABSTRACTS, abstract
from langchain_core.language_models import FakeListChatModel

from index import Filters, Library
from index.__main__ import main as index_main
from index.records import Correction, to_json
from qa import Assistant, Turn
from qa.__main__ import main as qa_main
from qa.export import to_bibtex, to_csl_json, to_ris
from qa.langchain_retriever import LibraryRetriever
from ui.conversation import Exchange, exchange_html, sources_html

QUESTION = "Did metformin double the life span of mice in every strain?"
RETRACTED = "90000004"
DOUBTED = abstract(
    "90000006",
    "Zorbin and sleep",
    "Zorbin doubled the sleep of snails.",
    journal="Snail Test",
    year=2019,
    corrections=(Correction("ExpressionOfConcernIn", "90000007", ""), Correction("ErratumIn", "90000008", "")),
)
ASKED_FOR = Filters(include_retracted=True)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("retracted")
    file = folder / "abstracts.jsonl"
    lines = [json.dumps(to_json(one)) + "\n" for one in (*ABSTRACTS, DOUBTED)]
    file.write_text("".join(lines), encoding="utf-8")
    with Library.open(folder / "library", create=True) as opened:
        opened.add(files=[file])
        yield opened


@pytest.fixture(scope="module")
def without(library):
    """The answer to somebody who did not ask for retracted abstracts."""
    return Assistant(library).ask(QUESTION)


@pytest.fixture(scope="module")
def asked_for(library):
    """The answer to somebody who did: its first source is the retracted one."""
    answer = Assistant(library).ask(QUESTION, filters=ASKED_FOR)
    assert answer.sources[0].abstract.pmid == RETRACTED
    return answer


def cited(answer):
    sources = {source.abstract.pmid for source in answer.sources}
    return sources | {citation.pmid for sentence in answer.sentences for citation in sentence.citations}


def source_named(text, pmid):
    """Return the line that names an abstract."""
    return next(line for line in text.splitlines() if f"PMID {pmid}" in line and not line.startswith(">"))


# --- search


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_search_leaves_it_out_unless_asked(library, mode):
    found = {hit.passage.pmid for hit in library.search(QUESTION, mode=mode)}
    assert (RETRACTED in found, "90000003" in found) == (False, True)
    assert RETRACTED in {hit.passage.pmid for hit in library.search(QUESTION, mode=mode, filters=ASKED_FOR)}


def test_search_by_its_own_pmid_leaves_it_out_too(library):
    assert library.search(QUESTION, filters=Filters(pmids=(RETRACTED,))) == []


def test_the_search_command_marks_it_in_text_and_json(library, capsys):
    def search(*more):
        assert index_main(["search", QUESTION, "--library", str(library.path), *more]) == 0
        return capsys.readouterr().out

    assert RETRACTED not in search()
    assert source_named(search("--include-retracted"), RETRACTED).endswith(f"PMID {RETRACTED} RETRACTED")
    assert source_named(search("--include-retracted"), "90000003").endswith("PMID 90000003")
    assert RETRACTED not in [hit["pmid"] for hit in json.loads(search("--json"))["hits"]]
    marked = {hit["pmid"]: hit["retracted"] for hit in json.loads(search("--json", "--include-retracted"))["hits"]}
    assert (marked[RETRACTED], marked["90000003"]) == (True, False)


def test_the_retriever_says_so_in_the_metadata(library):
    def find(filters):
        found = LibraryRetriever(library=library, filters=filters).invoke(QUESTION)
        return {one.metadata["pmid"]: one.metadata["retracted"] for one in found}

    assert RETRACTED not in find(Filters())
    assert find(ASKED_FOR)[RETRACTED] is True
    assert find(ASKED_FOR)["90000003"] is False


# --- answers


def test_the_extractive_answer_never_cites_it_unasked(without, asked_for):
    assert RETRACTED not in cited(without)
    assert RETRACTED in cited(asked_for)


@pytest.mark.parametrize(
    "reply",
    [
        "Metformin doubled the life span of mice in every strain [PMID 90000004].",
        "Metformin doubled the life span of mice in every strain [2].",
        "Metformin doubled the life span of mice in every strain [1][2][90000004].",
        'Metformin doubled the life span of mice in every strain [<a href="x">1</a>].',
    ],
)
def test_a_language_model_that_would_cite_it_cannot(library, reply):
    assistant = Assistant(library, FakeListChatModel(responses=[reply]))
    answer = assistant.ask(QUESTION)
    assert RETRACTED not in cited(answer)
    assert not any(one.supported for one in answer.sentences if "doubled the life span" in one.text)
    assert "doubled the life span" not in answer.text or "in every strain. [no quote found]" in answer.text


def test_a_language_model_cites_it_when_asked_to(library):
    reply = "Metformin doubled the life span of mice in every strain [1]."
    answer = Assistant(library, FakeListChatModel(responses=[reply])).ask(QUESTION, filters=ASKED_FOR)
    assert cited(answer) == {RETRACTED}
    assert answer.sources[0].abstract.marks == ("RETRACTED",)


@pytest.mark.parametrize("llm", [None, "model"])
def test_a_follow_up_without_the_filter_does_not_take_it_over(library, asked_for, llm):
    replies = ["Did metformin double the life of mice in every strain?", "It doubled the life span of mice [1]."]
    assistant = Assistant(library, FakeListChatModel(responses=replies) if llm else None)
    answer = assistant.ask("And in every strain of them?", turns=[Turn(QUESTION, asked_for)])
    assert RETRACTED not in cited(answer)
    answer = assistant.ask("And in every strain of them?", turns=[Turn(QUESTION, asked_for)], filters=ASKED_FOR)
    assert RETRACTED in cited(answer)


# --- what is shown


def test_the_terminal_marks_it(library, capsys):
    def ask(*more):
        assert qa_main(["ask", QUESTION, "--library", str(library.path), *more]) == 0
        return capsys.readouterr().out

    assert RETRACTED not in ask().split("Nearest, not used:")[0]
    assert source_named(ask("--include-retracted"), RETRACTED).endswith(" RETRACTED")


def test_the_terminal_chat_marks_it(library, capsys, monkeypatch):
    def chat(*more):
        monkeypatch.setattr("sys.stdin", io.StringIO(QUESTION + "\n"))
        assert qa_main(["chat", "--library", str(library.path), *more]) == 0
        return capsys.readouterr().out

    assert RETRACTED not in chat().split("Nearest, not used:")[0]
    assert source_named(chat("--include-retracted"), RETRACTED).endswith(" RETRACTED")


def test_the_page_marks_its_card_and_every_link_to_it(without, asked_for):
    plain = exchange_html(Exchange(1, QUESTION, without)) + sources_html(Exchange(1, QUESTION, without), is_shown=True)
    assert "aa-cite-retracted" not in plain
    shown = exchange_html(Exchange(1, QUESTION, asked_for))
    links = shown.count('href="#card-1-1"')
    said = shown.count("[1] <span data-said>retracted</span></a>")
    assert links == shown.count('class="aa-cite aa-cite-retracted"') == said > 0
    cards = sources_html(Exchange(1, QUESTION, asked_for), is_shown=True).split("<article")[1:]
    assert [('class="aa-retracted">Retracted<' in card) for card in cards] == [
        source.abstract.is_retracted for source in asked_for.sources
    ]


def test_the_page_marks_it_among_the_nearest(library):
    answer = Assistant(library).ask("Does metformin at any dose double the hearing of whales?")
    assert (answer.abstained, RETRACTED in [source.abstract.pmid for source in answer.nearest]) == (True, True)
    cards = sources_html(Exchange(1, QUESTION, answer), is_shown=True).split("<article")[1:]
    [card] = [card for card in cards if f"PMID {RETRACTED}" in card]
    assert 'class="aa-retracted">Retracted<' in card
    assert "aa-nearest" in card


def test_markdown_marks_its_quotes_and_its_source(without, asked_for):
    assert "RETRACTED" not in without.to_markdown().split("### Nearest")[0]
    text = asked_for.to_markdown()
    quotes = [line for line in text.splitlines() if line.startswith(">") and f"PMID {RETRACTED}" in line]
    assert quotes
    assert all(line.endswith(" **RETRACTED**") for line in quotes)
    assert source_named(text, RETRACTED).endswith(" **RETRACTED**")


def test_json_marks_it(without, asked_for):
    assert RETRACTED not in json.dumps(without.to_dict()["sources"] + without.to_dict()["sentences"])
    marked = {source["pmid"]: source["retracted"] for source in asked_for.to_dict()["sources"]}
    assert marked[RETRACTED] is True
    assert [value for pmid, value in marked.items() if pmid != RETRACTED] == [False] * (len(marked) - 1)


@pytest.mark.parametrize(
    ("form", "mark"),
    [
        (to_ris, "KW  - RETRACTED\n"),
        (to_ris, "N1  - RETRACTED\n"),
        (to_bibtex, "note = {RETRACTED}"),
        (to_csl_json, '"note": "RETRACTED"'),
    ],
)
def test_reference_managers_are_told(without, asked_for, form, mark):
    assert RETRACTED not in form(without.sources)
    assert form(asked_for.sources).count(mark) == 1
    assert mark in form(asked_for.sources[:1])


# --- doubts short of a retraction

SLEEP = "What did zorbin do to the sleep of snails?"
DOUBTS = ["Expression of concern", "Erratum published"]


def test_doubts_are_marked_wherever_an_abstract_is_shown(library, capsys):
    answer = Assistant(library).ask(SLEEP)
    assert [source.abstract.pmid for source in answer.sources] == [DOUBTED.pmid]
    assert answer.to_dict()["sources"][0]["warnings"] == DOUBTS
    assert source_named(answer.to_markdown(), DOUBTED.pmid).endswith(f" **{DOUBTS[0]}** **{DOUBTS[1]}**")
    card = sources_html(Exchange(1, SLEEP, answer), is_shown=True)
    assert [f'class="aa-warned">{doubt}<' in card for doubt in DOUBTS] == [True, True]
    for form in (to_ris, to_bibtex, to_csl_json):
        assert all(doubt in form(answer.sources) for doubt in DOUBTS)
    for main, command in ((qa_main, "ask"), (index_main, "search")):
        assert main([command, SLEEP, "--library", str(library.path)]) == 0
        assert source_named(capsys.readouterr().out, DOUBTED.pmid).endswith(f" {DOUBTS[0]} {DOUBTS[1]}")
    assert index_main(["search", SLEEP, "--library", str(library.path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["hits"][0]["warnings"] == DOUBTS
    [found] = LibraryRetriever(library=library, top=1).invoke(SLEEP)
    assert found.metadata["warnings"] == DOUBTS
