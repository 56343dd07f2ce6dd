"""What a build is ordered with, and how far it is in words."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from index import Progress, Report
from ui.building import BuildRequest, duration, figures_of, progress_html


@dataclass
class Noting:
    """Stands in for a library: `add` notes what it was given."""

    inputs: dict = field(default_factory=dict)

    def add(self, *, on_progress, **inputs):
        self.inputs = {name: value for name, value in inputs.items() if value}
        return Report(added=2)


def ordered(request):
    library, told = Noting(), []
    assert request.add_to(library, told.append) == Report(added=2)
    return library.inputs, [one.doing for one in told]


def test_what_was_typed_goes_to_the_library():
    order = BuildRequest("1 2", " moss[Title] ", 50)
    assert ordered(order) == ({"pmids": ["1 2"], "search": "moss[Title]", "limit": 50}, ["waiting for PubMed"])


def test_an_uploaded_list_is_fetched_and_records_are_read(tmp_path):
    listed, records = tmp_path / "list.csv", tmp_path / "moss.jsonl"
    listed.write_text("PMID,Year\n90000099,2015\n")
    records.write_text('{"pmid": "90000099", "title": "Moss"}\n')
    order = BuildRequest(files=(listed, records))
    assert ordered(order) == ({"files": [records], "pmids_from": [listed]}, ["reading the files"])


def test_papers_go_with_their_links_only():
    order = BuildRequest(limit=9, papers="7 8", links=("cited_by", "similar_to"))
    assert ordered(order)[0] == {"limit": 9, "cited_by": ["7 8"], "similar_to": ["7 8"]}
    assert BuildRequest(links=("cited_by",)).is_empty


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
    ("progress", "seconds", "earlier", "words"),
    [
        # Half way: what is done, the rate, the time left.
        (Progress(500, 1000, ""), 50, 0, "500 of 1,000 abstracts · 10.0 a second · 50 s left · 50 s so far"),
        # How many there will be is not known yet.
        (Progress(64, None, ""), 8, 0, "64 abstracts · 8.0 a second · 8 s so far"),
        # What an earlier run had done counts as done, but not for the rate.
        (Progress(500, 1000, ""), 50, 400, "500 of 1,000 abstracts · 2.0 a second · 4 min 10 s left · 50 s so far"),
        # Nothing done yet, and no end known.
        (Progress(0, 9, ""), 0, 0, "0 of 9 abstracts · 0 s so far"),
        (Progress(0, None, ""), 3, 0, "3 s so far"),
    ],
)
def test_figures(progress, seconds, earlier, words):
    assert " · ".join(figures_of(progress, seconds, earlier=earlier)) == words


@pytest.mark.parametrize(
    ("progress", "bar"),
    [(Progress(5, 10, "embedding"), ' value="5" max="10">'), (Progress(64, None, "embedding"), 'done"></progress>')],
)
def test_a_bar_has_an_end_where_one_is_known(progress, bar):
    html = progress_html(progress, 8)
    assert bar in html
    assert "<span>embedding</span>" in html
