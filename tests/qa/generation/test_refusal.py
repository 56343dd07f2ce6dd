"""Refusals that are true, and spellings that the library knows."""

import json

import pytest

from index import Filters, Library
from qa.generation.refusal import refusal
from qa.generation.spelling import respelled
from qa.question.records import QuestionAnalysis

NOT_HERE = "Not in these abstracts: "
UNANSWERED = "none of the sentences read answers this."
OLD = Filters(years=(None, 2000))


def why(library, *subjects, filters=Filters(), **fields):
    return refusal(QuestionAnalysis("", "yes/no", "", subjects=subjects, filters=filters, **fields), library).message


@pytest.mark.parametrize(
    ("subjects", "filters", "message"),
    [
        ((), Filters(), UNANSWERED),
        (("asthma",), Filters(), f"2 abstracts mention asthma; {UNANSWERED}"),
        (("tezepelumab",), Filters(), f"1 abstract mentions tezepelumab; {UNANSWERED}"),
        (("IL-6",), Filters(), f"2 abstracts mention IL-6; {UNANSWERED}"),
        (("BRCA1",), Filters(), "no abstract mentions BRCA1."),
        (("malaria", "asthma"), Filters(), "no abstract mentions malaria; 2 abstracts mention asthma."),
        (("malaria", "cholera"), Filters(), "no abstract mentions malaria or cholera."),
        (("asthma", "tezepelumab"), Filters(), f"1 abstract mentions asthma and tezepelumab; {UNANSWERED}"),
        (("asthma", "antivenom"), Filters(),
         "2 abstracts mention asthma and 1 mentions antivenom, but no abstract mentions both."),
        (("asthma", "antivenom", "COPD"), Filters(),
         "2 abstracts mention asthma, 1 mentions antivenom and 3 mention COPD, but no abstract mentions all of them."),
        (("gout",), Filters(),
         f"2 abstracts mention gout; {UNANSWERED} One more was not read, as it was retracted (PMID 70000006)."),
        (("gout",), Filters(include_retracted=True), f"3 abstracts mention gout; {UNANSWERED}"),
        (("coffee", "gout"), Filters(),
         "1 abstract mentions coffee and 2 mention gout, but no abstract mentions both. One more was not read, as it"
         " was retracted (PMID 70000006)."),
        (("coffee abolishes",), Filters(),
         "1 abstract mentions coffee abolishes, but it was retracted (PMID 70000006)."),
        (("tezepelumab leave",), Filters(), "no abstract mentions leave; 1 abstract mentions tezepelumab."),
        (("asthma",), OLD, "2 abstracts mention asthma, but none of them passes the filters (until 2000)."),
        (("antivenom",), OLD, f"1 abstract mentions antivenom within the filters (until 2000); {UNANSWERED}"),
        (("asthma",), Filters(years=(1900, 1901)), "none of them passes the filters (1900 to 1901)."),
        (("asthma",), Filters(journals=("Snake Cases",)),
         "2 abstracts mention asthma, but none of them passes the filters (in Snake Cases)."),
        (("asthma",), Filters(pmids=("70000003",)), "PMID 70000003 does not mention asthma."),
        (("gout",), Filters(pmids=("70000003",)), "none of the sentences read in PMID 70000003 answers this."),
    ],
)  # fmt: skip
def test_why_there_is_no_answer(invented, subjects, filters, message):
    assert why(invented, *subjects, filters=filters) == NOT_HERE + message


def test_what_only_a_heading_says_is_not_said_to_stand_in_the_text(tmp_path):
    told = {"pmid": "1", "title": "Snakes", "abstract": "Gout was seen in snakes.", "mesh": ["Gout", "Snakes"]}
    headed = {"pmid": "2", "title": "Joints", "abstract": "Joints swelled.", "mesh": ["Gout", "Joints"]}
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in (told, headed)), encoding="utf-8")
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(files=[tmp_path / "a.jsonl"])
        assert why(library, "gout") == f"{NOT_HERE}2 abstracts mention gout (1 as a MeSH heading only); {UNANSWERED}"
        library.remove(["1"])
        assert why(library, "gout") == f"{NOT_HERE}1 abstract has gout as a MeSH heading only; {UNANSWERED}"


def test_the_abstracts_that_mention_a_subject_come_along(invented):
    (asthma,) = refusal(QuestionAnalysis("", "list", "", subjects=("asthma",)), invented).mentions
    assert asthma.pmids == ("70000002", "70000001")


def test_the_search_s_own_filters_go_before_the_question_s(invented):
    asked = QuestionAnalysis("", "list", "", subjects=("asthma",))
    assert refusal(asked, invented, OLD).message.endswith("none of them passes the filters (until 2000).")


def test_another_language_is_named(invented):
    german = "The question seems to be in German, and only English is read here: please ask it in English."
    assert why(invented, language="German") == german
    assert why(invented, "Gout", language="German") == f"{german} 3 abstracts mention Gout."
    assert (
        why(invented, language="")
        == "The question is not in English, and only English is read here: please ask it in English."
    )


def test_small_libraries(lonely, vacant):
    assert why(vacant, "asthma") == f"{NOT_HERE}this library is empty; add abstracts to it first."
    assert why(lonely, "asthma") == f"{NOT_HERE}1 abstract mentions asthma; {UNANSWERED}"
    assert why(lonely, filters=OLD) == f"{NOT_HERE}the one there is does not pass the filters (until 2000)."


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Does tezepelumb help?", "Does tezepelumab help?"),  # a letter too few
        ("Does tezzepelumab help?", "Does tezepelumab help?"),  # a letter too many
        ("Does tezepalumab help?", "Does tezepelumab help?"),  # another letter
        ("Does tezeeplumab help?", "Does tezepelumab help?"),  # two letters that changed places
        ("Is Febuxostatt safe in hart failure?", "Is febuxostat safe in heart failure?"),  # a phrase
        ("Is coffee good for rhumatoid arthritis?", "Is coffee good for rheumatoid arthritis?"),
        ("Is tiotropium for chronik obstructive disease?", "Is tiotropium for chronic obstructive disease?"),
    ],
)
def test_a_misspelt_word_is_spelled_as_the_library_does(invented, written, text):
    assert respelled(written, invented).text == text


def test_what_was_respelled_is_said(invented):
    respelling = respelled("Does alopurinol help, or febuxosat?", invented)
    assert respelling.words == (("alopurinol", "allopurinol"), ("febuxosat", "febuxostat"))
    assert respelling.message == (
        "No abstract mentions “alopurinol” or “febuxosat”; searched for allopurinol and febuxostat instead."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Does tezepelumab help?",  # known
        "Does reslizumab help?",  # another drug
        "Does mepolizamub help?",  # two letters apart
        "Is a boy better than a toy?",  # too short
        "Does IL-7 help?",  # a name, and no misspelling of IL-6
        "Does the river help?",  # an everyday word, next to "liver" and "viper"
        "",
    ],
)
def test_what_is_no_misspelling_stays(invented, text):
    assert respelled(text, invented) is None


def test_nothing_is_known_to_an_empty_library(vacant):
    assert respelled("Does tezepelumb help?", vacant) is None
