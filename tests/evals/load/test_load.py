"""The load table: its figures, and a few people who ask a real server for a few seconds."""

import pytest

from evals.load.load import MARKS, PATIENCE_S, Tally, _problem, figures, run, sample_questions, serving


def test_figures_count_waiting_errors_and_fairness():
    tally = Tally([[1.0, 3.0], [2.0], []])
    tally.errors["HTTP 503"] = 2
    assert figures(tally) == {
        "requests": 5,
        "errors": 2,
        "median s": 2.0,
        "p95 s": pytest.approx(2.9),
        "max s": 3.0,
        "fewest": 0,
        "most": 2,
    }


def test_figures_of_nobody_who_was_answered():
    assert figures(Tally([[], []])) | {"requests": 0} == dict.fromkeys(figures(Tally([[1.0]])), 0)


@pytest.mark.parametrize(
    ("success", "shown", "problem"),
    [
        (True, '<p class="aa-how">', ""),
        (True, "", "no answer was shown"),
        (True, '<p class="aa-notice"> <p class="aa-how">', "no answer was shown"),
        (False, '<p class="aa-how">', "the event failed"),
    ],
)
def test_only_a_whole_answer_counts_as_one(success, shown, problem):
    assert _problem({"success": success}, shown) == problem


def test_a_few_people_are_all_answered(samples, tmp_path):
    with serving("--library", str(samples.path), "--libraries", str(tmp_path)) as served:
        assert served.url.startswith("http://127.0.0.1:")
        result, tables = run(served, sample_questions(), people=3, seconds=3)
    row = result["figures"]
    assert (row["errors"], result["errors by kind"]) == (0, {})
    assert row["fewest"] >= 1
    assert 0 < row["median s"] <= row["max s"] < PATIENCE_S
    assert list(result["server memory, MB"]) == list(MARKS)
    assert all(100 < mb < 2000 for mb in result["server memory, MB"].values())
    assert "3 people asking for 3 s" in tables
