"""A session's questions: screens as the answer grows, follow-ups, problems as sentences, filters."""

from __future__ import annotations

import pytest

from index import Filters
from index.errors import AskAbstractsError, InputError
from qa import Assistant
from ui.chat import (
    EXAMPLES,
    SHOWN_EXCHANGES,
    FilterFields,
    Session,
    about_search,
    as_sentence,
    ask,
    empty_screen,
    library_line,
    mesh_choices,
)
from ui.conversation import Exchange
from ui.libraries import Libraries


@pytest.fixture
def libraries(library, tmp_path):
    made = Libraries(tmp_path / "libraries", first=library.path)
    yield made
    made.close()


def final(question, session, libraries, fields=None):
    *_, (session, screen) = ask(question, session, fields or FilterFields(), libraries=libraries)
    return session, screen


def test_the_question_stands_there_at_once_and_the_answer_grows_below_it(libraries):
    steps = list(
        ask("What does IL-32β induce in breast cancer cells?", Session("library"), FilterFields(), libraries=libraries)
    )
    first, last = steps[0][1], steps[-1][1]
    assert "What does IL-32β induce in breast cancer cells?</h2>" in first.present
    assert "Reading the abstracts" in first.present
    assert first.present_sources == ""
    assert "IL-32β induced VEGF in breast cancer cells." in last.present
    assert "PMID 90000001 ↗" in last.present_sources


def test_the_session_keeps_what_was_answered_for_follow_ups_and_shows_it_above(libraries):
    session, _ = final("What does IL-32β induce in breast cancer cells?", Session("library"), libraries)
    assert [turn.question for turn in session.turns] == ["What does IL-32β induce in breast cancer cells?"]
    session, screen = final("Does metformin lengthen the life of mice?", session, libraries)
    assert [exchange.number for exchange in session.exchanges] == [1, 2]
    assert 'id="turn-1"' in screen.earlier
    assert 'data-turn="1" aria-label="Sources of answer 1" hidden>' in screen.earlier_sources
    assert 'id="turn-2"' in screen.present


def test_the_cards_show_the_studies_that_the_library_keeps(libraries, monkeypatch):
    kept = libraries.library("library").studies.of(["90000001"])
    monkeypatch.setattr("ui.cards.read_study", lambda abstract: pytest.fail(f"{abstract.pmid} was read anew"))
    session, screen = final("What does IL-32β induce in breast cancer cells?", Session("library"), libraries)
    assert session.exchanges[-1].studies["90000001"].design == kept["90000001"].design
    assert "PMID 90000001 ↗" in screen.present_sources


@pytest.mark.parametrize(
    ("question", "fields", "expected"),
    [
        # A year that is none.
        ("Does metformin work?", FilterFields(first_year="12"), "“12” is not a year; give one such as 2015"),
        ("Does metformin work?", FilterFields(last_year="two"), "“two” is not a year"),
        # Years that run backwards, which the library says.
        ("Does metformin work?", FilterFields("2015", "2010"), "run backwards"),
    ],
)
def test_a_problem_is_a_sentence_where_the_answer_would_stand(question, fields, expected, libraries):
    session, screen = final(question, Session("library"), libraries, fields)
    assert '<p class="aa-notice" role="alert" dir="auto" data-said>' in screen.present
    assert expected in screen.present
    assert session.turns == ()


def test_an_empty_question_and_one_too_long_are_refused_in_a_sentence(libraries):
    for question in ("", " \n ", "x" * 10_001):
        _, screen = final(question, Session("library"), libraries)
        assert '<p class="aa-notice" role="alert" dir="auto" data-said>' in screen.present


def test_a_library_that_is_gone_is_said_to_be_so(libraries):
    _, screen = final("What?", Session("elsewhere"), libraries)
    assert "There is no library called “elsewhere” here; choose one from the list." in screen.present
    assert "no library called" in empty_screen(Session("elsewhere"), libraries).present


def test_a_session_forgets_what_the_page_no_longer_shows():
    session = Session("library")
    for number in range(1, SHOWN_EXCHANGES + 3):
        session = session.with_exchange(Exchange(number, "?"))
    assert (session.exchanges[0].number, session.next_number) == (3, SHOWN_EXCHANGES + 3)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (FilterFields(), Filters()),
        (FilterFields(None, None, None, None), Filters()),  # the row was never opened
        (FilterFields(" 2010 ", ""), Filters(years=(2010, None))),
        (FilterFields(mesh=["mice"], where="a[ti]"), Filters(mesh=("mice",), where="a[ti]")),
        (FilterFields("", "2020", ["Review"], True), Filters((None, 2020), ("Review",), include_retracted=True)),
    ],
)
def test_filter_fields(fields, expected):
    assert fields.filters() == expected


@pytest.mark.parametrize("text", ["99999", "201", "-200", "20.5", "２０１５", "²⁰¹⁵"])
def test_what_is_no_year_is_an_input_error(text):
    with pytest.raises(InputError, match="is not a year"):
        FilterFields(text).filters()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("the search is empty", "The search is empty."),
        ("libraries/x is busy", "libraries/x is busy."),  # a path keeps its letters
        ("Done!", "Done!"),
        ("", "Something went wrong."),
    ],
)
def test_sentence(message, expected):
    assert as_sentence(AskAbstractsError(message)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (FilterFields(where=" "), []),
        (FilterFields(first_year="12"), []),  # still being typed
        (FilterFields(where="IL-32[ti]"), ["<strong>2 abstracts</strong>", "<code>&#34;il-32&#34;[Title]</code>"]),
        (FilterFields(where="IL-32[ti]", mesh=["interleukins"]), ["<strong>1 abstract</strong>"]),
        (
            FilterFields(where="metfomin[mh]"),
            ["0 abstracts", "No abstract of this library has the MeSH term “metfomin”"],
        ),
        (FilterFields(where="IL-32[ti"), ["This bracket is not closed, at character 6 of the search: IL-32^[ti."]),
        (FilterFields(where="<b>[ti]"), ["&lt;b&gt;"]),
    ],
)
def test_a_search_is_explained(fields, expected, libraries):
    shown = about_search(fields, Session("library"), libraries)
    assert all(part in shown for part in expected) and bool(shown) is bool(expected)


def test_mesh_terms_are_offered_with_their_counts(libraries, tmp_path):
    assert ("Metformin (1)", "metformin") in mesh_choices(libraries, "library")
    assert mesh_choices(libraries, "library", "neo") == [("Breast neoplasms (1)", "breast neoplasms")]
    assert mesh_choices(libraries, "library", "Glucophage") == [("Glucophage: Metformin (1)", "metformin")]
    chosen = mesh_choices(libraries, "library", "neo", ["metformin"])  # what is chosen stays among the choices
    assert chosen == [("Metformin", "metformin"), ("Breast neoplasms (1)", "breast neoplasms")]
    assert mesh_choices(Libraries(tmp_path, first=tmp_path / "gone"), "gone") == []


def test_the_sample_answers_every_example(samples):
    assistant = Assistant(samples)
    assert [example for example in EXAMPLES if not assistant.ask(example).sources] == []


def test_the_line_on_a_library(library):
    assert library_line(library.info()) == "5 abstracts · 1975–2016 · 1 retracted"


def test_only_the_abstracts_chosen_on_the_map_are_asked(libraries):
    session = Session("library", chosen=("90000003",))
    *_, (_, screen) = ask(
        "What does IL-32β induce in breast cancer cells?", session, FilterFields(), libraries=libraries
    )
    assert "No answer in this library" in screen.present
    *_, (_, screen) = ask("What does metformin do to mice?", session, FilterFields(), libraries=libraries)
    assert "PMID 90000003" in screen.present_sources


def test_studies_are_filtered_by_design_subjects_and_size():
    filters = FilterFields(designs=["cohort"], subjects=["humans"], min_n="1,200").filters()
    assert (filters.designs, filters.subjects, filters.min_n) == (("cohort",), ("humans",), 1200)
    assert FilterFields(min_n=None).filters().min_n is None
    with pytest.raises(InputError, match="is not a number of participants; give one such as 100"):
        FilterFields(min_n="many").filters()


def test_names_are_searched_for_as_they_are_written_where_that_is_wished(libraries):
    question = "Does interleukin-32 induce TNF?"
    asked, literal = (
        final(question, Session("library"), libraries, FilterFields(is_literal=is_literal))[0].turns[0].answer
        for is_literal in (False, True)
    )
    assert [concept.written for concept in asked.concepts] and not literal.concepts
