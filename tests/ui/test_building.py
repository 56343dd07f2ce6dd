"""A build that is watched: its states, its stop, and the account at its end."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from index import Progress, Report
from index.errors import InputError
from ui.building import Build, BuildRequest, BuildState, account_html, duration, progress_html


@dataclass
class Scripted:
    """Stands in for a library: `add` reports the progress given, then returns or raises its outcome."""

    progress: Iterable[Progress]
    outcome: Report | Exception
    inputs: dict = field(default_factory=dict)

    def add(self, *, on_progress, **inputs):
        self.inputs = inputs
        for each in self.progress:
            on_progress(each)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


HALF, WHOLE = Progress(1, 2, "embedding"), Progress(2, 2, "embedding")


def test_a_build_tells_its_progress_and_ends_with_the_account():
    library = Scripted([HALF, WHOLE], Report(added=2))
    states = list(Build(library, BuildRequest("1 2", " moss[Title] ", 50)).states())
    told = [state.progress for state in states if not state.is_over]
    assert [each for each in told if each in (HALF, WHOLE)] == [HALF, WHOLE]
    assert [state.report for state in states if state.is_over] == [Report(added=2)]
    assert library.inputs == {"files": [], "pmids": ["1 2"], "pmids_from": [], "search": "moss[Title]", "limit": 50}


def test_an_uploaded_list_is_fetched_and_records_are_read(tmp_path):
    listed, records = tmp_path / "list.csv", tmp_path / "moss.jsonl"
    listed.write_text("PMID,Year\n90000099,2015\n")
    records.write_text('{"pmid": "90000099", "title": "Moss"}\n')
    library = Scripted([], Report(added=2))
    list(Build(library, BuildRequest(files=(listed, records))).states())
    assert (library.inputs["files"], library.inputs["pmids_from"]) == ([records], [listed])


def test_papers_and_their_links_go_to_the_library_and_an_update_has_no_inputs():
    library = Scripted([], Report(added=2))
    list(Build(library, BuildRequest(limit=9, papers="7 8", links=("cited_by", "similar_to"))).states())
    assert {name: value for name, value in library.inputs.items() if value} == {
        "limit": 9, "cited_by": ["7 8"], "similar_to": ["7 8"],
    }  # fmt: skip
    assert BuildRequest(links=("cited_by",)).is_empty
    library.update = lambda *, on_progress: Report(new={"7": "Moss"})
    assert list(Build(library, BuildRequest(is_update=True)).states())[-1].report.new == {"7": "Moss"}


def test_an_error_ends_a_build_with_its_sentence():
    *_, last = Build(Scripted([HALF], InputError("the search is empty")), BuildRequest("1")).states()
    assert (last.problem, last.report, last.was_stopped) == ("The search is empty.", None, False)


def test_a_stop_ends_a_build_at_its_next_batch():
    def progress():
        yield HALF
        build.stop()
        yield WHOLE
        raise AssertionError("the build went on")

    build = Build(Scripted(progress(), Report(added=2)), BuildRequest("1"))
    *_, last = build.states()
    assert (last.was_stopped, last.report, last.problem) == (True, None, "")


def test_a_page_that_is_closed_stops_its_build():
    build = Build(Scripted([HALF], Report()), BuildRequest("1"))
    states = build.states()
    next(states)
    states.close()
    assert build.is_stopping


def test_an_error_that_nobody_foresaw_goes_to_the_log_and_ends_the_waiting(monkeypatch):
    logged = []
    monkeypatch.setattr(threading, "excepthook", lambda error: logged.append(error.exc_type))
    *_, last = Build(Scripted([], ZeroDivisionError()), BuildRequest("1")).states()
    for thread in threading.enumerate():
        if thread.name == "building":
            thread.join()
    assert last.problem == "The build broke off for a reason that the server's log gives; what was done is kept."
    assert logged == [ZeroDivisionError]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (BuildRequest(), True),
        (BuildRequest(" \n", "\t"), True),
        (BuildRequest("1"), False),
        (BuildRequest(search="moss"), False),
        (BuildRequest(files=("a.xml",)), False),
    ],
)
def test_a_request_is_empty_when_every_field_is_blank(request_, expected):
    assert request_.is_empty is expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.2, "0 s"),
        (59.4, "59 s"),
        (185, "3 min 5 s"),
        (3600, "1 h 0 min"),
        (7860, "2 h 11 min"),
        (-1, "0 s"),
    ],
)
def test_duration(seconds, expected):
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("state", "bar", "words"),
    [
        # Half way: what is done, the rate, the time left.
        (
            BuildState(Progress(500, 1000, "embedding"), seconds=50),
            ' value="500" max="1000">',
            "500 of 1,000 abstracts · 10.0 a second · 50 s left · 50 s so far",
        ),
        # How many there will be is not known yet: a bar without an end.
        (
            BuildState(Progress(64, None, "embedding"), seconds=8),
            '"Abstracts done"></progress>',
            "64 abstracts · 8.0 a second · 8 s so far",
        ),
        # What an earlier run had done counts as done, but not for the rate.
        (
            BuildState(Progress(500, 1000, "embedding"), seconds=50, earlier=400),
            ' value="500" max="1000">',
            "500 of 1,000 abstracts · 2.0 a second · 4 min 10 s left · 50 s so far",
        ),
        # Nothing done yet.
        (BuildState(Progress(0, 9, "asking PubMed")), '"Abstracts done"></progress>', "0 of 9 abstracts · 0 s so far"),
    ],
)
def test_progress(state, bar, words):
    html = progress_html(state)
    assert bar in html
    assert f"<p>{words}</p>" in html
    assert f"{state.progress.doing}…</p>" in html


def test_progress_says_that_it_is_stopping():
    assert "stopping after the batch at hand…</p>" in progress_html(BuildState(HALF, 1.0), is_stopping=True)


def test_the_account_counts_and_names_what_failed_as_text(library):
    report = Report(added=2, unchanged=1, failed={"<b>x</b>": "is not a PMID", "9": "not <at> PubMed"})
    html = account_html(BuildState(report=report, seconds=12), library)
    assert "<h3>Done in 12 s</h3>" in html
    assert [f"<b>{count}</b> {word}" in html for count, word in ((2, "added"), (0, "updated"), (1, "unchanged"))] == [
        True
    ] * 3
    assert "<b>2</b> failed" in html
    assert '<tr><th scope="row" dir="auto">&lt;b&gt;x&lt;/b&gt;</th><td dir="auto">is not a PMID</td></tr>' in html
    assert '<td dir="auto">not &lt;at&gt; PubMed</td>' in html
    assert "“library” now holds 5 abstracts · 1975–2016 · 1 retracted." in html


def test_the_account_says_what_has_become_of_abstracts(library):
    report = Report(updated=1, changes={"7": "was retracted (PMID <9>)"}, notes=("went on with what was left",))
    html = account_html(BuildState(report=report, seconds=12), library)
    assert '<p dir="auto">Went on with what was left.</p>' in html
    assert '<tr><th scope="row" dir="auto">7</th><td dir="auto">was retracted (PMID &lt;9&gt;)</td></tr>' in html


def test_a_stopped_build_says_that_nothing_is_lost(library):
    html = account_html(BuildState(was_stopped=True), library)
    assert re.search(r"<h3>Stopped</h3>\s*<p>Nothing is lost:", html)
    assert "now holds 5 abstracts" in html
