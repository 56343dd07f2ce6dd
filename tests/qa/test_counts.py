"""An answer asks little of its library: parses, looks whether the indexes are behind, SQL statements and reads."""

import sqlite3
from collections import Counter

import pytest
from langchain_core.language_models import FakeListChatModel

from index import Library
from index.storage.folder.index_caches import Caches
from qa import Assistant, Turn

QUESTION = "What does IL-32β induce?"
WRITTEN = "IL-32β induces VEGF [1]. VEGF activates STAT3 [1]. IL-32β makes cells migrate [2]."


@pytest.fixture
def counts():
    """What an answer has done so far: its parses, looks at the indexes, SQL statements, and reads of each PMID."""
    return Counter()


@pytest.fixture
def counted(samples, counts, monkeypatch):
    """The sample library, opened so that what is asked of it is counted."""

    def count(owner, name, what=None):
        called = getattr(owner, name)

        def counting(*arguments, **keywords):
            counts.update(what(*arguments) if what else [name])
            return called(*arguments, **keywords)

        monkeypatch.setattr(owner, name, counting)

    def connect(*arguments, connecting=sqlite3.connect, **keywords):
        database = connecting(*arguments, **keywords)
        database.set_trace_callback(lambda statement: counts.update(["SQL"]))
        return database

    monkeypatch.setattr(sqlite3, "connect", connect)
    count(Library, "get_many", lambda library, pmids: [f"PMID {pmid}" for pmid in pmids])
    count(Library, "parse")
    count(Caches, "load")
    with Library.open(samples.path) as library:
        yield library


def reads(counts):
    """Return how often the abstract that was read most often was read."""
    return max(times for what, times in counts.items() if what.startswith("PMID"))


def test_an_answer_parses_its_question_once(counted, counts):
    assistant = Assistant(counted)
    assistant.ask(QUESTION)  # loads the indexes
    counts.clear()
    *growing, answer = assistant.stream(QUESTION)
    assert len(answer.sentences) == len(growing) + 1 > 3
    assert (counts["parse"], counts["load"]) == (1, 2)
    assert counts["SQL"] <= 12
    assert reads(counts) == 2  # to rank it, and to hold the quotes against it


def test_the_first_answer_asks_little_more(counted, counts):
    assistant = Assistant(counted)
    counts.clear()
    assistant.ask(QUESTION)
    assert counts["parse"] == 1
    assert counts["load"] <= 3
    assert counts["SQL"] <= 14  # loading the encoder reads the settings too


def test_a_follow_up_asks_as_little(counted, counts):
    assistant = Assistant(counted)
    turns = [Turn(QUESTION, assistant.ask(QUESTION))]
    counts.clear()
    assert assistant.ask("And what does it do in mice?", turns=turns).sentences
    assert (counts["parse"], counts["load"]) == (1, 2)
    assert counts["SQL"] <= 12


def test_an_answer_that_abstains_searches_twice(counted, counts):
    assistant = Assistant(counted)
    assistant.ask(QUESTION)
    counts.clear()
    assert assistant.ask("What does tamoxifen do?").abstained
    assert (counts["parse"], counts["load"]) == (1, 4)  # the fourth counts the abstracts that mention the subject
    assert counts["SQL"] <= 24, counts


def test_each_sentence_of_a_language_model_asks_for_the_encoder_only(counted, counts):
    assistant = Assistant(counted, FakeListChatModel(responses=[WRITTEN]), reranker=None)
    assistant.ask(QUESTION)
    counts.clear()
    *_, answer = assistant.stream(QUESTION)
    assert answer.sentences
    assert (counts["parse"], counts["load"], counts["SQL"]) == (1, 2, 11 + 3)
    assert reads(counts) == 2
