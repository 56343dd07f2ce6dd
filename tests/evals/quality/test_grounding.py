import pytest

from evals.quality.grounding import Judged, Pair, by_kind, figures, halves, scifact_pairs

ROWS = [{"id": "7", "title": "Aspirin", "sentences": ["Aspirin was given.", "Fever fell.", "All slept."]}]
CLAIMS = [
    {
        "claim": "Aspirin lowers fever.",
        "cited_doc_ids": ["7"],
        "evidence": {"7": [{"sentences": [0, 1], "label": "SUPPORT"}]},
    },
    {"claim": "Aspirin keeps awake.", "cited_doc_ids": ["7"], "evidence": {}},
]


def test_a_rationale_is_one_quote_and_so_is_a_drawn_sentence_where_nothing_was_marked():
    pairs = scifact_pairs(ROWS, CLAIMS)
    assert [pair.kind for pair in pairs] == ["SUPPORT", "not enough"]
    assert pairs[0].quote == "Aspirin was given. Fever fell."
    assert pairs[1].quote in ROWS[0]["sentences"]
    assert scifact_pairs(ROWS, CLAIMS) == pairs
    assert pairs[0].context == "Aspirin\nAspirin was given. Fever fell. All slept."


def test_the_halves_are_the_same_every_time_and_share_nothing():
    pairs = [Pair("number", str(number), "", "") for number in range(9)]
    first, second = halves(pairs).values()
    assert (len(first), len(second)) == (4, 5)
    assert {pair.statement for pair in first + second} == {str(number) for number in range(9)}
    assert halves(pairs) == halves(pairs)


JUDGED = [
    Judged("paraphrase", True, 0.9, 0.9),
    Judged("paraphrase", False, 0.7, 0.7),
    Judged("number", False, 0.95, 0.95),
    Judged("number", True, 0.8, 0.8),
    Judged("drug", False, 0.5, 0.5),
]


def test_figures():
    shown = figures(JUDGED, "paraphrase")
    assert (shown["right"], shown["accepted"], shown["wrong"]) == (2, 0.5, 3)
    assert shown["rejected"] == pytest.approx(2 / 3)
    assert shown["cosine rejects"] == pytest.approx(2 / 3)  # at .9, where the cosine accepts one paraphrase too
    assert shown["cosine AUROC"] == pytest.approx(3 / 6)


def test_by_kind():
    assert by_kind(JUDGED, "paraphrase") == {
        "drug": {"pairs": 1, "right": 1.0},
        "number": {"pairs": 2, "right": 0.5},
        "paraphrase": {"pairs": 2, "right": 0.5},
    }
