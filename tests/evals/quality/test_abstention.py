import pytest

from evals.corpora import Question
from evals.quality.abstention import Asked, ask, citing, refusing, thresholds, without
from index import Abstract
from qa.reranking.reranker import load_reranker
from qa.retrieval import RankedAbstract


def asked(is_in, confidence, *, refused=False, cited=(), relevant=("1",)):
    return Asked(is_in, confidence, refused, cited, frozenset(relevant), found=1)


def test_refusing_is_right_when_the_relevant_are_out():
    figures = refusing(
        [
            asked(True, 0.9),
            asked(True, 0.4, refused=True),  # refused wrongly
            asked(False, 0.3, refused=True),
            asked(False, 0.2, refused=True),
            asked(False, 0.6),  # answered wrongly
        ]
    )
    assert figures["precision"] == pytest.approx(2 / 3)
    assert figures["recall"] == pytest.approx(2 / 3)
    assert figures["AUROC"] == pytest.approx(5 / 6)  # of the six pairs one is the wrong way round: .4 in, .6 out
    assert (figures["refused, in"], figures["refused, out"]) == (1, 2)


def test_citing_counts_answers_with_the_relevant_in():
    figures = citing(
        [
            asked(True, 0.9, cited=("1", "2")),
            asked(True, 0.9, cited=("3",)),
            asked(True, 0.1, refused=True),  # nothing cited: no answer
            asked(False, 0.9, cited=("4",)),  # asked with the relevant out: not counted
        ]
    )
    assert figures == {
        "answered": 2,
        "first cited": 0.5,
        "all cited": pytest.approx(1 / 3),
        "cited a question": 1.5,
    }


def test_where_precision_meets_recall():
    meeting = thresholds([asked(True, 0.9), asked(True, 0.4), asked(False, 0.6), asked(False, 0.3)])
    assert meeting == {"confidence": 0.6, "precision": 0.5, "recall": 0.5}


def test_what_is_found_loses_the_relevant():
    found = [RankedAbstract(Abstract(str(number), "A title"), (), 1.0) for number in range(1, 5)]
    assert [one.abstract.pmid for one in without(found, frozenset({"1", "3"}))] == ["2", "4"]


@pytest.mark.parametrize("reranker", ["none", "reranker"])
def test_a_question_is_asked_with_its_abstract_and_without(library, reranker):
    question = Question("q", "What does IL-32β induce in breast cancer cells?", {"90000001": 1})
    inside, outside = ask(library, question, load_reranker(reranker))
    assert (inside.is_refused, inside.cited, inside.found) == (False, ("90000001",), 1)
    assert (outside.is_refused, outside.cited, outside.found) == (True, (), 0)
    assert outside.confidence < inside.confidence
