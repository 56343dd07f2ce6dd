"""A session and the file of conversations: what is saved when, who goes on where, what has changed since."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from markupsafe import escape

from index import Filters
from index.errors import InputError
from ui.chat import FilterFields, Session, ask, reopened_screen
from ui.history.keeping import digest_today, filters_of, keep, keep_mark, note_on, reopened
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
    assert again == replace(session, model="extractive")
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
    assert "IL-32β" not in lines_html(libraries, "eve", "", Session("library"))
    assert asked(libraries, "What is IL-32γ?", session, account="eve").conversation != session.conversation


def test_a_library_that_has_changed_or_is_gone_is_told(libraries, library):
    session = asked(libraries)
    library.remove(["90000005"])
    kept = saved(libraries, session)
    assert "has changed since" in note_on(kept, libraries)
    screen = reopened_screen(reopened(kept, libraries), library_digest=digest_today(kept, libraries))
    assert 'The library has changed since this answer. <button type="button" data-again="1">' in screen.present
    screen = reopened_screen(session, library_digest=session.exchanges[0].answer.library_digest)
    assert "has changed" not in screen.present
    *_, (again, screen) = ask(QUESTION, session, FilterFields(), libraries=libraries, again_of=1)
    assert all(f"data-said>{one}<" in screen.present for one in ("the library has changed", "the same answer"))
    assert (again.exchanges[-1].again_of, screen.present.count('<div class="aa-answer')) == (1, 2)
    libraries.conversations.start("", "gone", "Q")
    [line] = [one for one in libraries.conversations.lines("") if one.library == "gone"]
    gone = libraries.conversations.read("", line.id)
    assert "no longer here" in note_on(gone, libraries)
    assert digest_today(gone, libraries) == ""


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


def test_a_file_of_a_newer_version_is_told_in_the_list_and_the_answer_stays(libraries):
    session = asked(libraries)
    libraries.close()
    with closing(sqlite3.connect(libraries.folder / "conversations.db")) as db:
        db.execute("PRAGMA user_version = 99")
    assert "made by a newer AskAbstracts" in lines_html(libraries, "", "", session)
    kept, problem = keep(session, libraries, "")
    assert kept == session
    assert "made by a newer AskAbstracts" in problem


def test_nothing_in_a_name_runs(libraries):
    hostile = "<script>alert(1)</script>\"'&{{7*7}}/../"
    session = asked(libraries)
    libraries.conversations.rename("", session.conversation, hostile)
    html = lines_html(libraries, "", "", session)
    assert "<script" not in html
    assert str(escape(hostile)) in html
    assert 'aria-current="true"' in html
    libraries.conversations.rename("", session.conversation, "x" * 10_000)
    assert len(libraries.conversations.lines("")[0].name) == 120


def test_what_a_person_thinks_of_an_answer_is_kept_with_it(libraries):
    session = asked(libraries)
    session, problem = keep_mark(session, libraries, "", number=1, mark=7, remark="x" * 3000)
    assert (problem, session.exchanges[0].mark, len(session.exchanges[0].remark)) == ("", 1, 2000)
    [exchange] = saved(libraries, session).exchanges
    assert exchange == session.exchanges[0]
    assert 'data-rate="1" data-turn="1" aria-pressed="true"' in reopened_screen(session).present
    _, problem = keep_mark(session, libraries, "eve", number=1, mark=1, remark="")
    assert "no such conversation" in problem
    _, problem = keep_mark(session, libraries, "", number=9, mark=1, remark="")
    assert "no longer on the page" in problem


def test_a_question_asked_again_is_a_follow_up_of_what_came_before_it(libraries):
    session = asked(libraries, "And in mice?", asked(libraries, "Does metformin lengthen life?"))
    session = asked(libraries, "What is IL-32γ?", session)
    *_, (again, _) = ask("And in mice?", session, FilterFields(), libraries=libraries, again_of=2)
    assert again.exchanges[-1].answer.standalone_question == session.exchanges[1].answer.standalone_question
