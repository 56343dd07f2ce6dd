"""Questions out of findings, kept where the library answers them by the abstract that they are from."""

import pytest

from index import Abstract, Section
from qa import Assistant
from ui.libraries import Libraries
from ui.library.overview import Overviews
from ui.library.questions import answered_questions, question_of, questions_of

TEXT = "We gave metformin to women."


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Metformin extends the life of mice", "Does metformin extend the life of mice?"),
        # A word that the text writes small nowhere may be a name.
        ("Zeta-7 suppresses the growth of moss.", "Does Zeta-7 suppress the growth of moss?"),
        ("IL-32 and TNF induce inflammation in joints.", "Do IL-32 and TNF induce inflammation in joints?"),
        # What was found and what may be, with what leads in and what follows.
        (
            "In conclusion, our results suggest that metformin significantly reduced body weight (P<0.05).",
            "Did metformin reduce body weight?",
        ),
        ("We conclude that zinc may prevent sore throats.", "Can zinc prevent sore throats?"),
        ("Metformin did not improve survival, compared with placebo.", "Did metformin improve survival?"),
        ("Coffee intake was inversely associated with liver cancer.", "Is Coffee intake associated with liver cancer?"),
        ("Smoking and drinking are linked with gout in men.", "Are Smoking and drinking linked with gout in men?"),
        ("Metformin raises GDF15 and lowers appetite in volunteers", "Does metformin raise GDF15?"),
        # No finding, or none that can be asked without its sentence.
        ("Metformin and the life span of mice", ""),
        ("Metformin: what reduces weight?", ""),
        ("It reduces body weight.", ""),
        ("After 12 weeks metformin reduced body weight.", ""),
        ("Weight was reduced by metformin.", ""),
        ("The size of this fragment varies between affected siblings.", ""),
        ("Reperfusion did not elicit increased levels of mRNA.", ""),
        ("Mortality increased in women.", ""),
        ("Both cell lines exhibited increased calcium exchange when stirred.", ""),
        ("Cell lines A and B exhibit increased calcium exchange when stirred.", ""),
        ("Zinc reduced the size of nodes when given early.", ""),
        ("Saliva inhibited sodium uptake to the extent of 2.5%.", ""),
        ("The drug that we gave reduces body weight.", ""),
        (f"Metformin reduces {'very ' * 30}high weight.", ""),
        ("", ""),
    ],
)
def test_a_finding_gives_a_question(sentence, expected):
    assert question_of(sentence, TEXT) == expected


def test_an_abstract_is_asked_for_its_title_first():
    one = Abstract(
        "90000051",
        "Effect of vitamin D on falls in older women: a randomised trial",
        (
            Section("RESULTS", "RESULTS", "Vitamin D reduced falls in older women (P=0.01)."),
            Section("CONCLUSIONS", "CONCLUSIONS", "Vitamin D prevents falls."),
        ),
    )
    assert list(questions_of(one)) == [
        "What is the effect of vitamin D on falls in older women?",
        "Does Vitamin D prevent falls?",
        "Did Vitamin D reduce falls in older women?",
    ]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Association between smoking and gout: a cohort study", ["Is smoking associated with gout?"]),
        # No verb, but a word that describes.
        ("Mast cell mediated reactions of the skin", []),
    ],
)
def test_a_title_tells_what_was_studied(title, expected):
    assert list(questions_of(Abstract("1", title))) == expected


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
    assert list(answered_questions(told, Assistant(told))) == [
        "Does zeta-7 increase the growth of moss?",
        "Did IL-32β induce VEGF in breast cancer cells?",
    ]


def test_an_overview_is_worked_out_once_and_kept_with_the_library(told, tmp_path):
    folder = tmp_path / "libraries"
    told.close()
    folder.mkdir()
    told.path.rename(folder / "moss")
    libraries = Libraries(folder, first=folder / "moss")
    overviews = Overviews(libraries)
    while not overviews.html("moss", "")[2]:
        pass
    asks, holds, _ = overviews.html("moss", "")
    assert "Does zeta-7 increase the growth of moss?" in asks
    assert "J Test <span>2</span>" in holds
    assert Overviews(libraries).of("moss") == overviews.of("moss")
    libraries.close()
