"""Questions out of titles, kept where the library answers them by the abstract that they are from."""

import pytest

from index import Abstract, Section
from qa import Assistant
from ui.libraries import Libraries
from ui.library.overview import Overviews
from ui.library.questions import answered_questions, question_of


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Metformin extends the life of mice", "", "Does Metformin extend the life of mice?"),
        # A word that the text writes small is no name.
        ("Metformin extends the life of mice", "We gave metformin.", "Does metformin extend the life of mice?"),
        ("IL-32 and TNF induce inflammation in joints.", "", "Do IL-32 and TNF induce inflammation in joints?"),
        ("Metformin and the life span of mice", "", ""),
        ("Metformin: what reduces weight?", "", ""),
        ("", "", ""),
    ],
)
def test_a_title_that_tells_a_finding_gives_a_question(title, text, expected):
    assert question_of(Abstract("1", title, (Section("", "", text),))) == expected


@pytest.fixture
def told(library, json_lines):
    one = Abstract(
        "90000050",
        "Zeta-7 increases the growth of moss",
        (Section("", "", "We grew moss with zeta-7. Zeta-7 increased the growth of moss by 40% in the shade."),),
        year=2024,
    )
    library.add(files=[json_lines([one])])
    return library


def test_only_what_is_answered_is_offered(told):
    assert list(answered_questions(told, Assistant(told))) == ["Does zeta-7 increase the growth of moss?"]


def test_an_overview_is_worked_out_once_and_kept_with_the_library(told, tmp_path):
    folder = tmp_path / "libraries"
    told.close()
    folder.mkdir()
    told.path.rename(folder / "moss")
    libraries = Libraries(folder, first=folder / "moss")
    overviews = Overviews(libraries)
    while not overviews.html("moss", "")[1]:
        pass
    html, _ = overviews.html("moss", "")
    assert "Does zeta-7 increase the growth of moss?" in html
    assert "J Test <span>2</span>" in html
    assert Overviews(libraries).of("moss") == overviews.of("moss")
    libraries.close()
