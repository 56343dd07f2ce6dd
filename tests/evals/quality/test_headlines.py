"""Our own questions of yes or no: each has one part by its topic, and the figures count what is wrong."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from evals.corpora import read_rows
from evals.quality.headlines import INVENTED, QUESTIONS, Verdict, by_kind, figures

pytestmark = pytest.mark.skipif(
    find_spec("sklearn") is None, reason="the figures are scikit-learn's, which only the evals need"
)


def test_a_topic_is_in_one_part_and_every_verdict_is_known() -> None:
    rows = read_rows(QUESTIONS)
    parts = {(row["topic"], row["part"]) for row in rows}
    assert len(parts) == len({topic for topic, _ in parts})
    assert {row["verdict"] for row in rows} == {"yes", "no", "mixed", "none"}
    assert len({row["question"] for row in rows}) == len(rows) > 400


def test_invented_abstracts_are_asked_about() -> None:
    asked = {pmid for row in read_rows(QUESTIONS) for pmid in row["pmids"]}
    assert {row["pmid"] for row in read_rows(INVENTED)} <= asked


def test_a_verdict_is_wrong_where_another_one_or_none_is_due() -> None:
    verdicts = [
        Verdict("plain", "a", "yes", "yes"),
        Verdict("plain", "b", "no", "yes"),
        Verdict("plain", "c", "no", "none"),
        Verdict("none due", "d", "none", "no"),
        Verdict("none due", "e", "none", "none"),
    ]
    row = figures(verdicts)
    assert (row["due"], row["shown"], row["wrong"]) == (3, 3, 2)
    assert (row["wrong of shown"], row["right of due"]) == pytest.approx((2 / 3, 1 / 3))
    assert {kind: figures["wrong"] for kind, figures in by_kind(verdicts).items()} == {
        "plain": 1,
        "none due": 1,
        "all": 2,
    }
