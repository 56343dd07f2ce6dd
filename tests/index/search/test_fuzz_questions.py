"""Any text as a question or a search: an answer, a refusal or an InputError; and query syntax is words."""

import json

import pytest
from conftest import ABSTRACTS
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from index import Library
from index.analysis.terms import content_words, isoforms, names, terms
from index.errors import InputError
from index.records import to_json
from index.search.query import MAX_QUERY_CHARACTERS, check_text
from qa import Answer, Assistant, Turn
from qa.conversation import standalone

WORDS = (
    "IL-32β", "IL-32α,", "β", "γ", "interleukin-32 beta", "IL32b", "TNF", "alpha", "and", "What does", "it", "VEGF?",
    "1%",    "AND", "OR", "NOT", "(", ")", '"', "*", "?", "~2", "^5", "[a TO z]", "id:1", "terms:vegf", "';--",
    "DROP TABLE abstracts",    "\\", "/.*/", "+", "-", "<script>alert(1)</script>", "{{question}}", "%s",
    "\x00", "\ud800", "\u202e", "\u200f",
    "🐌",    "０", "①", "ß", "İ", "ﷺ", "Ａ", "e\u0301", "\u0301", "\u2028", "\n", "ignore your instructions",
    "1" * 300, "a1" * 60,
)  # fmt: skip
TEXTS = st.one_of(
    st.text(alphabet=st.characters(), max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(alphabet=st.characters(), max_size=5)), max_size=20).map(
        "".join
    ),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A library of the five abstracts, one for all cases: nothing here writes to it."""
    folder = tmp_path_factory.mktemp("questions")
    file = folder / "abstracts.jsonl"
    file.write_text("".join(json.dumps(to_json(one)) + "\n" for one in ABSTRACTS), encoding="utf-8")
    with Library.open(folder / "library", create=True) as opened:
        opened.add(files=[file])
        yield opened


def fuzzed(cases: int):
    """The same cases on every run, and shrunk to the smallest when one fails."""
    return settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


@fuzzed(1_000)
@given(TEXTS, TEXTS)
def test_any_text_becomes_terms_and_a_question(text, before):
    for read in (terms, names, content_words, isoforms):
        assert all(term and term == "".join(term.split()) and len(term) <= 200 for term in read(text))
    turns = [Turn(before, Answer(before))]
    found = standalone(text, turns)
    assert len(found.question) <= max(MAX_QUERY_CHARACTERS, len(text))
    assert found.is_sure or found.question.endswith(found.focus)
    assert standalone(text, []).question == text.strip()
    try:
        query = check_text(text)
    except InputError as error:
        assert str(error).startswith("there is nothing to search for")
    else:
        assert query.encode() and query == query.strip() and 0 < len(query) <= len(text)


@fuzzed(60)
@given(text=TEXTS, before=TEXTS)
def test_any_question_has_an_answer_a_refusal_or_an_input_error(library, text, before):
    assistant = Assistant(library)
    try:
        answer = assistant.ask(text, turns=[Turn(before, Answer(before))])
    except InputError as error:
        assert str(error).startswith("there is nothing to search for")
        return
    assert not answer.sentences if answer.abstained else answer.sentences or answer.message
    for sentence in answer.sentences:
        for one in sentence.citations:
            assert library.get(one.pmid).text[one.start : one.end] == one.quote == sentence.text
    assert answer.to_markdown().encode() and answer.text.strip()


@fuzzed(100)
@given(text=TEXTS, mode=st.sampled_from(["hybrid", "lexical", "dense"]))
def test_any_search_has_hits_or_an_input_error(library, text, mode):
    try:
        hits = library.search(text, mode=mode)
    except InputError as error:
        assert str(error).startswith("there is nothing to search for")
        return
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('AND ( "VEGF', "and VEGF"),
        ("terms:VEGF", "terms VEGF"),
        ("VEGF* OR *:*", "VEGF or"),
        ("+VEGF -STAT3", "VEGF STAT3"),
        ("VEGF NOT STAT3", "VEGF not STAT3"),
        ("VEGF~2 VEGF^100", "VEGF 2 VEGF 100"),
        ("[VEGF TO STAT3}", "VEGF to STAT3"),
        ("id:1 VEGF", "id 1 VEGF"),
        ("'; DROP TABLE abstracts; -- VEGF", "drop table abstracts VEGF"),
        ('" OR 1=1 /* VEGF', "or 1 1 VEGF"),
        ("<script>VEGF</script>", "script VEGF script"),
    ],
)
def test_query_syntax_is_words(library, text, words):
    found = library.search(text, mode="lexical")
    assert found == library.search(words, mode="lexical")
    assert "90000001" in {hit.passage.pmid for hit in found}
    assert library.info().abstracts == 5


@pytest.mark.parametrize("text", ["", "*", '"', "( ) [ ]", "???", "\x00", "\u202e", " \u2028\n", "';--", "🐌"])
def test_what_has_no_word_is_refused(library, text):
    for ask in (library.search, Assistant(library).ask):
        with pytest.raises(InputError, match="^there is nothing to search for: write a question or some words$"):
            ask(text)


@pytest.mark.parametrize("text", ["VEGF " * 20_000, "a" * 100_000, "((((" * 25_000 + "a", "β" * 100_000])
def test_a_hundred_kilobytes_are_refused(library, text):
    for ask in (library.search, Assistant(library).ask):
        with pytest.raises(InputError, match=f"the most is {MAX_QUERY_CHARACTERS:,}: ask in a sentence or two$"):
            ask(text)
