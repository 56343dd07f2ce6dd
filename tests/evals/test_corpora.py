import gzip
import json
from pathlib import Path

import pytest

from evals import corpora
from evals.corpora import (
    bioasq_from,
    bioasq_passages_from,
    build_library,
    cystic_fibrosis_from,
    own,
    read_rows,
    scifact,
    scifact_from,
    with_background,
)
from index import Library
from index.errors import FileError

SHARED = Path(__file__).parents[2].parent / "shared" / "data"

SCIFACT = [
    {"id": "77", "title": "Aspirin and fever", "sentences": ["Aspirin was given.", "Fever fell."]},
    {"id": "5", "title": "Rest and fever", "sentences": ["Nothing changed."]},
]
CLAIMS = [
    {"id": "1", "part": "dev", "claim": "Aspirin lowers fever.", "cited_doc_ids": ["77"]},
    {"id": "2", "part": "train", "claim": "Rest lowers fever.", "cited_doc_ids": ["5"]},
]


def passage(pmid, section, start, text):
    place = {"section": section, "start": start, "end": start + len(text)}
    return {"id": f"{pmid}-{start}", "pmid": pmid, "text": text, **place}


PASSAGES = [
    passage("90000001", "abstract", 40, "Fever fell."),
    passage("90000001", "abstract", 0, "Aspirin was given."),
    passage("90000001", "title", 0, "Aspirin and fever"),
    passage("90000002", "abstract", 0, "Nothing changed."),
    passage("90000003", "title", 0, "A third record"),
]
ASKED = [
    {"id": "b", "question": "What lowers fever?", "pmids": ["90000001", "90000009"]},  # the second has no passage
    {"id": "a", "question": "What is not here?", "pmids": ["90000009"]},  # none has one
]


def test_our_own_set_asks_what_can_be_answered_alone():
    corpus = own()
    held = {one.pmid for one in corpus.abstracts}
    assert len(held) > 50 and len(corpus.questions) > 15
    assert all(one.relevant and set(one.relevant) <= held for one in corpus.questions)


def test_bioasq_by_passage_has_a_record_for_each_passage_of_the_same_sample():
    asked = [{**ASKED[0], "passages": ["90000001-40", "90000001-99"]}, ASKED[1]]
    corpus = bioasq_passages_from(PASSAGES, asked, sample=9, background=1)
    [question] = corpus.questions
    assert (question.id, question.relevant) == ("b", {"1": 1})
    assert [one.pmid for one in corpus.abstracts if one.text.strip() == "Fever fell."] == ["1"]
    assert len(corpus.abstracts) == 4  # three of the relevant record, one of one other


def test_a_corpus_among_others_keeps_its_own_records_and_its_library_grows_from_theirs(tmp_path):
    (tmp_path / "abstracts").mkdir()
    rows = [
        {"pmid": "1", "title": "Another record of this number", "abstract": "Nothing here."},
        {"pmid": "90000007", "title": "Ferns", "abstract": None},
    ]
    with gzip.open(tmp_path / "abstracts" / "abstracts.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("".join(json.dumps(row) + "\n" for row in rows))
    corpus = with_background(scifact_from(SCIFACT, CLAIMS), tmp_path)
    with Library.open(build_library(corpus, tmp_path / "work")) as library:
        assert library.info().abstracts == 3
        assert library.get("1").title == "Aspirin and fever"
        assert library.get("90000007").title == "Ferns"


def test_scifact_takes_the_dev_part_and_numbers_its_rows():
    corpus = scifact_from(SCIFACT, CLAIMS)
    assert [(one.pmid, one.text) for one in corpus.abstracts] == [
        ("1", "Aspirin and fever\nAspirin was given. Fever fell."),
        ("2", "Rest and fever\nNothing changed."),
    ]
    assert [(one.id, one.text, one.relevant) for one in corpus.questions] == [("1", "Aspirin lowers fever.", {"1": 1})]


def test_cystic_fibrosis_keeps_its_grades():
    rows = [{"id": "12", "title": "Sweat", "abstract": ""}, {"id": "7", "title": "Lungs", "abstract": "Mucus."}]
    asked = [{"id": "cf-1", "question": "What of mucus?", "relevance": {"7": 5, "12": 0}}]
    corpus = cystic_fibrosis_from(rows, asked)
    assert [one.text for one in corpus.abstracts] == ["Sweat", "Lungs\nMucus."]  # without an abstract: no section
    assert corpus.questions[0].relevant == {"2": 5}  # a grade of nought is not relevant


@pytest.mark.parametrize(
    ("background", "pmids"),
    [
        (0, ["90000001"]),  # what is relevant only
        (9, ["90000001", "90000002", "90000003"]),  # all there are
    ],
)
def test_bioasq_joins_the_passages_of_a_record(background, pmids):
    corpus = bioasq_from(PASSAGES, ASKED, sample=5, background=background)
    assert [one.pmid for one in corpus.abstracts] == pmids
    assert corpus.abstracts[0].text == "Aspirin and fever\nAspirin was given. Fever fell."
    assert [(one.id, one.relevant) for one in corpus.questions] == [("b", {"90000001": 1})]


def test_bioasq_draws_the_same_every_time():
    asked = [{"id": f"q{number}", "question": "?", "pmids": ["90000001"]} for number in range(50)]
    draws = [bioasq_from(PASSAGES, asked, sample=5, background=1) for _ in range(2)]
    assert draws[0] == draws[1]
    assert len({one.id for one in draws[0].questions}) == 5


def test_rows_are_read_gzipped_or_plain(tmp_path):
    with gzip.open(tmp_path / "rows.jsonl.gz", "wt") as file:
        file.write('{"id": 1}\n{"id": 2}\n')
    (tmp_path / "rows.jsonl").write_text('{"id": 3}\n')
    assert read_rows(tmp_path / "rows.jsonl.gz") == [{"id": 1}, {"id": 2}]
    assert read_rows(tmp_path / "rows.jsonl") == [{"id": 3}]


def test_a_missing_set_says_the_cure(tmp_path):
    with pytest.raises(FileError, match="name the folder that holds it by --data"):
        scifact(tmp_path)


def test_a_library_is_built_once(tmp_path, monkeypatch):
    corpus = scifact_from(SCIFACT, CLAIMS)
    folder = build_library(corpus, tmp_path)
    with Library.open(folder) as library:
        assert library.search("aspirin fever", mode="lexical")[0].passage.pmid == "1"
    monkeypatch.setattr(corpora.Library, "add", None)  # adding again would fail
    assert build_library(corpus, tmp_path) == folder
    with Library.open(folder) as library:  # the lexical side has come back
        assert library.search("aspirin fever", mode="lexical")[0].passage.pmid == "1"


def test_other_texts_make_another_library(tmp_path):
    other = json.loads(json.dumps(SCIFACT).replace("Aspirin", "Paracetamol"))
    paths = {corpora._making(str(rows)) for rows in (SCIFACT, other)}
    assert len(paths) == 2


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared test sets are not here")
def test_scifact_has_the_claims_that_beir_has():
    corpus = scifact(SHARED)
    assert (len(corpus.abstracts), len(corpus.questions)) == (5183, 149)
    assert {grade for one in corpus.questions for grade in one.relevant.values()} == {1}
