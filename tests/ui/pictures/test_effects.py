"""Forest plots of what sources found: which effects are drawn, under which outcome, and never a mean of them."""

from __future__ import annotations

import pytest

from index.records import Abstract, Section
from qa.answer import Answer, Headline, Source
from ui.cards import study_of
from ui.pictures.effects import answer_pictures, effect_spans


def source(number, results, year=2001, title="Zeta-7 in adults with asthma: a randomised controlled trial"):
    return Source(number, Abstract(str(number), title, (Section("RESULTS", "RESULTS", results),), year=year))


def answer(*sources, headline=None):
    return Answer("Does zeta-7 help?", sources=sources, headline=headline)


FIRST = source(1, "Zeta-7 reduced mortality (RR 0.50, 95% CI 0.25 to 1.00; P = 0.04).")
SECOND = source(2, "Zeta-7 did not change mortality (HR 2.00, 95% CI 1.50 to 3.00).", year=2005)


def test_ratios_stand_on_a_logarithmic_axis_with_their_intervals_and_figures():
    [picture] = answer_pictures(answer(FIRST, SECOND), turn=3)
    half, double = picture.boxes
    [none] = [line for line in picture.lines if line.is_dashed]
    middle = none.x1
    assert middle - half.x - 4 == pytest.approx(double.x + 4 - middle)
    first, second = [line for line in picture.lines if line.is_strong and not line.is_dashed]
    assert first.x2 == pytest.approx(middle)  # 1.00 is the end of its interval
    assert second.x1 < double.x + 4 < second.x2
    assert [row[0] + row[4] + " " + row[5] for row in picture.figures.rows] == ["[1]RR 0.5", "[2]HR 2"]
    assert [row[6] for row in picture.figures.rows] == ["0.25 to 1", "1.5 to 3"]
    assert "Not pooled" in picture.note


def test_each_row_leads_to_the_words_of_its_effect():
    [picture] = answer_pictures(answer(FIRST, SECOND), turn=3)
    links = [(label.href, label.cell) for label in picture.labels if label.href]
    assert links == [("#card-3-1", "effect-0"), ("#card-3-2", "effect-0")]
    [span] = effect_spans(study_of(FIRST.abstract))
    assert FIRST.abstract.text[span.start : span.end].startswith("RR 0.50")


def test_one_effect_is_no_picture_and_an_interval_that_cannot_be_its_own_is_not_drawn():
    assert answer_pictures(answer(FIRST), turn=1) == []
    odd = source(2, "Zeta-7 did not change mortality (HR 2.00, 95% CI 2.50 to 3.00).")
    [picture] = answer_pictures(answer(FIRST, odd), turn=1)
    assert (len(picture.boxes), len(picture.dots)) == (1, 1)
    assert picture.figures.rows[1][6] == ""


def test_effects_of_the_same_outcome_stand_together_and_those_of_none_come_last():
    title = "Effect of zeta-7 on mortality: a randomised controlled trial"
    one = source(1, "It lowered mortality (RR 0.50). In women there was less pain (RR 0.80).", title=title)
    other = source(2, "Early mortality rose (RR 1.50) and so did bleeding (RR 3.00).", title=title)
    [picture] = answer_pictures(answer(one, other), turn=1)
    assert [row[3] for row in picture.figures.rows] == ["mortality", "mortality", "", ""]
    assert [row[5] for row in picture.figures.rows] == ["0.5", "1.5", "0.8", "3"]
    assert [label.text for label in picture.labels if label.is_strong] == ["Mortality", "Outcome not told apart"]


def test_differences_stand_by_their_unit_around_zero():
    one = source(1, "The mean difference in weight was -2.0 kg (95% CI -3.0 to -1.0).")
    other = source(2, "The mean difference in weight was 1.0 kg (95% CI 0.5 to 1.5).")
    [picture] = answer_pictures(answer(one, other), turn=1)
    assert picture.title == "Differences that the sources tell, in kg"
    [none] = [line for line in picture.lines if line.is_dashed]
    assert picture.boxes[0].x + 4 < none.x1 < picture.boxes[1].x + 4


def test_a_verdict_is_drawn_over_the_years_with_the_designs():
    verdict = Headline("mixed", supporting=(1,), against=(2,))
    picture, _ = answer_pictures(answer(FIRST, SECOND, headline=verdict), turn=1)
    assert picture.figures.rows == (
        ("[1]", "2001", "randomised controlled trial", "for"),
        ("[2]", "2005", "randomised controlled trial", "against"),
    )
    one, other = picture.dots
    assert (one.x < other.x, one.y < other.y) == (True, True)


def test_sources_without_a_year_make_no_picture_over_years():
    undated = [source(number, "Zeta-7 helped.", year=None) for number in (1, 2)]
    assert answer_pictures(answer(*undated, headline=Headline("yes", supporting=(1, 2))), turn=1) == []
