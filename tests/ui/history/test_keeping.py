"""A session and the file of conversations: what is saved when, who goes on where, what has changed since."""

from __future__ import annotations

import pytest
from markupsafe import escape

from index import Filters
from index.errors import InputError
from ui.chat import FilterFields, Session, ask, reopened_screen
from ui.history.keeping import filters_of, keep, note_on, reopened
from ui.history.listing import lines_html
from ui.libraries import Libraries

QUESTION = "What does IL-32β induce in breast cancer cells?"


@pytest.fixture
def libraries(library, tmp_path):
    made = Libraries(tmp_path / "libraries", first=library.path)
    yield made
    made.close()


def asked(libraries, question=QUESTION, session=Session("library"), account="", **fields):  # noqa: B008
    *_, (session, _) = ask(question, session, FilterFields(**fields), libraries=libraries)
    session, problem = keep(session, libraries, account)
    assert problem == ""
    return session


def saved(libraries, session, account=""):
    return libraries.conversations.read(account, session.conversation)


def test_each_turn_is_saved_and_opened_again_as_it_was(libraries):
    session = asked(libraries, "And in mice?", asked(libraries))
    assert [one.question for one in saved(libraries, session).exchanges] == [QUESTION, "And in mice?"]
    again = reopened(saved(libraries, session), libraries)
    assert again == session
    screen = reopened_screen(again)
    assert ("IL-32β induce" in screen.earlier, "And in mice?" in screen.present) == (True, True)
    assert note_on(saved(libraries, session), libraries) == ""


def test_of_two_tabs_the_second_goes_on_in_a_copy(libraries):
    first = asked(libraries)
    mine = asked(libraries, "Does metformin lengthen the life of mice?", first)
    theirs = asked(libraries, "What is IL-32γ?", first)
    assert mine.conversation == first.conversation != theirs.conversation
    assert [one.question for one in saved(libraries, mine).exchanges][1] == "Does metformin lengthen the life of mice?"
    assert [one.question for one in saved(libraries, theirs).exchanges] == [QUESTION, "What is IL-32γ?"]


def test_one_that_was_deleted_meanwhile_is_begun_anew(libraries):
    first = asked(libraries)
    libraries.conversations.delete("", first.conversation)
    assert asked(libraries, "What is IL-32γ?", first).conversation != first.conversation


def test_an_account_has_none_of_another_s(libraries):
    session = asked(libraries, account="ada")
    with pytest.raises(InputError, match="no such conversation"):
        saved(libraries, session, account="eve")
    html = lines_html(libraries, "eve", "", Session("library"), saved=session.conversation)
    assert "There is no such conversation" in html
    assert "IL-32β" not in html
    assert asked(libraries, "What is IL-32γ?", session, account="eve").conversation != session.conversation


def test_a_library_that_has_changed_or_is_gone_is_told(libraries, library):
    session = asked(libraries)
    library.remove(["90000005"])
    assert "has changed since" in note_on(saved(libraries, session), libraries)
    libraries.conversations.start("", "gone", "Q")
    [line] = [one for one in libraries.conversations.lines("") if one.library == "gone"]
    assert "no longer here" in note_on(libraries.conversations.read("", line.id), libraries)


def test_the_filters_are_as_they_were_but_for_those_that_were_said(libraries):
    session = asked(libraries, first_year="2010", mesh=("Longevity",), include_retracted=True)
    assert filters_of(saved(libraries, session)) == ["2010", "", [], True, False, [], [], "", False, ["Longevity"], ""]
    answer = session.exchanges[-1].answer
    assert answer.filters == Filters(years=(2010, None), mesh=("Longevity",), include_retracted=True)


def test_a_file_that_cannot_be_written_is_told_and_the_answer_stays(libraries):
    libraries.folder.mkdir()
    (libraries.folder / "conversations.db").write_text("no database, but a text of some length")
    *_, (session, _) = ask(QUESTION, Session("library"), FilterFields(), libraries=libraries)
    kept, problem = keep(session, libraries, "")
    assert kept == session
    assert "conversations.db" in problem


def test_nothing_in_a_name_runs(libraries):
    hostile = "<script>alert(1)</script>\"'&{{7*7}}/../"
    session = asked(libraries)
    libraries.conversations.rename("", session.conversation, hostile)
    html = lines_html(libraries, "", "", session, saved=session.conversation)
    assert "<script" not in html
    assert str(escape(hostile)) in html
    assert 'aria-current="true"' in html
    libraries.conversations.rename("", session.conversation, "x" * 10_000)
    assert len(libraries.conversations.lines("")[0].name) == 120
