"""The sample's abstracts and questions are whole, agree with each other, and say what they are."""

import json
import re
from pathlib import Path

import pytest

from index.analysis.sentences import sentence_spans

SAMPLES = Path(__file__).parents[1] / "samples"
NOTE = "Restated for the sample, not the published abstract."
ORDER = ["BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS"]


def read(name):
    return [json.loads(line) for line in (SAMPLES / name).read_text(encoding="utf-8").splitlines()]


ABSTRACTS = {row["pmid"]: row for row in read("abstracts.jsonl")}
QUESTIONS = read("questions.jsonl")

each_abstract = pytest.mark.parametrize("row", ABSTRACTS.values(), ids=ABSTRACTS)


def sentences(row):
    return [section["text"][start:end] for section in row["sections"] for start, end in sentence_spans(section["text"])]


def test_every_abstract_is_there_once():
    assert [row["pmid"] for row in read("abstracts.jsonl")] == list(ABSTRACTS)
    assert (len(ABSTRACTS), sum(len(sentences(row)) for row in ABSTRACTS.values())) == (58, 330)


@each_abstract
def test_a_row_says_that_it_is_restated(row):
    assert row["note"] == NOTE


@each_abstract
def test_a_row_has_the_fields_of_a_record(row):
    assert set(row) == {
        *("pmid", "title", "sections", "journal", "year", "authors", "doi"),
        *("types", "mesh", "is_retracted", "corrections", "note"),
    }
    assert re.fullmatch(r"[1-9]\d{6,7}", row["pmid"])
    assert 1996 <= row["year"] <= 2023
    assert row["title"] == row["title"].strip() != ""
    assert not any(" / " in term for term in row["mesh"])  # "Aging/drug effects"


@each_abstract
def test_sections_are_named_and_in_order(row):
    labels = [section["label"] for section in row["sections"]]
    assert labels == [label for label in ORDER if label in labels]
    assert labels == [section["category"] for section in row["sections"]]


@each_abstract
def test_each_sentence_is_whole_and_stands_alone(row):
    for sentence in sentences(row):
        assert sentence.endswith("."), sentence
        assert sentence[0].isupper(), sentence
        # A quoted sentence has no sentence before it to point to.
        assert not re.match(r"(?:It|They|These|Those|Such|Its|Their|He|She|Them)\b", sentence), sentence
        assert not re.search(r"(?:articles?|papers?)\b", sentence), sentence
        assert 30 <= len(sentence) <= 250, sentence


@each_abstract
def test_no_row_is_too_long(row):
    assert len(" ".join(sentences(row))) <= 1500
    assert len(sentences(row)) <= 8


@each_abstract
def test_retraction_flag_types_and_corrections_agree(row):
    is_withdrawn = any(correction["ref_type"] == "RetractionIn" for correction in row["corrections"])
    assert row["is_retracted"] == is_withdrawn == ("Retracted Publication" in row["types"])


def test_the_retracted_are_these_with_these_notices():
    notices = {
        pmid: [one["pmid"] for one in row["corrections"] if one["ref_type"] == "RetractionIn"]
        for pmid, row in ABSTRACTS.items()
        if row["is_retracted"]
    }
    assert notices == {
        "32450107": ["32511943"],
        "32356626": ["32501665"],
        "23432189": ["29897867"],
        "28253329": [""],  # the notice exists; its PMID was not seen
        "35269852": [""],
        "8655018": ["9867474"],
    }


def test_errata_and_expressions_of_concern():
    found = {
        (pmid, one["ref_type"], one["pmid"])
        for pmid, row in ABSTRACTS.items()
        for one in row["corrections"]
        if one["ref_type"] in ("ErratumIn", "ExpressionOfConcernIn")
    }
    assert found == {
        ("32450107", "ErratumIn", "32485145"),
        ("32450107", "ExpressionOfConcernIn", "32504543"),
        ("32356626", "ExpressionOfConcernIn", "32484612"),
        ("23432189", "ErratumIn", ""),
        ("9742977", "ErratumIn", ""),
    }


def test_corrections_between_two_rows_are_said_on_both():
    other_way = {
        "RetractionIn": "RetractionOf",
        "ErratumIn": "ErratumFor",
        "ExpressionOfConcernIn": "ExpressionOfConcernFor",
        "CorrectedandRepublishedIn": "CorrectedandRepublishedFrom",
    }
    said = {
        (pmid, one["ref_type"], one["pmid"])
        for pmid, row in ABSTRACTS.items()
        for one in row["corrections"]
        if one["pmid"] in ABSTRACTS
    }
    forth = {(pmid, kind, to) for pmid, kind, to in said if kind in other_way}
    assert {(to, other_way[kind], pmid) for pmid, kind, to in forth} == said - forth
    assert forth == {
        ("32450107", "ErratumIn", "32485145"),
        ("32450107", "ExpressionOfConcernIn", "32504543"),
        ("32450107", "RetractionIn", "32511943"),
        ("23432189", "CorrectedandRepublishedIn", "29897866"),
    }


@pytest.mark.parametrize("pmid", [pmid for pmid, row in ABSTRACTS.items() if row["is_retracted"]])
def test_results_of_a_retracted_row_are_told_as_claims(pmid):
    told = [one["text"] for one in ABSTRACTS[pmid]["sections"] if one["label"] in ("RESULTS", "CONCLUSIONS")]
    claims = [text[start:end] for text in told for start, end in sentence_spans(text)]
    assert told != []
    assert [claim for claim in claims if not claim.startswith("The retracted ")] == []


@each_abstract
def test_isoforms_are_written_with_greek_letters(row):
    for sentence in sentences(row):
        assert not re.search(r"IL-?32\s?-?(?:alpha|beta|gamma|theta|[abgd]\b)", sentence), sentence
        assert not re.search(r"\b(?:TNF|IFN)[αγβ]", sentence), sentence  # TNF-α, IFN-γ throughout


@pytest.mark.parametrize("number", range(len(QUESTIONS)), ids=[row["question"] for row in QUESTIONS])
def test_a_question_names_abstracts_that_are_there(number):
    row = QUESTIONS[number]
    assert set(row) == {"question", "kind", "pmids", "answer"}
    assert row["question"].endswith("?")
    assert row["answer"].endswith(".")
    assert [pmid for pmid in row["pmids"] if pmid not in ABSTRACTS] == []
    assert (row["pmids"] == []) == (row["kind"] == "unanswerable")
    # A retracted abstract answers nothing but the questions that are about retraction.
    assert any(ABSTRACTS[pmid]["is_retracted"] for pmid in row["pmids"]) == (row["kind"] == "retracted")
    if row["kind"] == "followup":
        before = QUESTIONS[number - 1]
        assert before["kind"] not in ("followup", "unanswerable")
        assert set(row["pmids"]) <= set(before["pmids"])


def test_questions_of_each_kind():
    kinds = [row["kind"] for row in QUESTIONS]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "fact": 5,
        "isoform": 5,
        "yesno": 4,
        "contradiction": 5,
        "followup": 2,
        "unanswerable": 6,
        "retracted": 3,
    }


def test_the_readme_says_what_the_sample_is():
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert "These are restated facts, not the published abstracts." in readme
    assert {pmid for pmid, row in ABSTRACTS.items() if row["is_retracted"]} <= set(re.findall(r"\d{7,8}", readme))
