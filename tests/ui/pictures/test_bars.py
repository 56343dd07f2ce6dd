"""Counts as bars: where they stand, what they are called, and their figures."""

from __future__ import annotations

import pytest

from ui.pictures.bars import Bar, Bars, columns, rows, tick
from ui.pictures.drawing import Figures

BY_YEAR = Bars("years", "By year", "Year", ("trials", "cases"), (Bar("2001", (3, 1)), Bar("2002", (0, 0))))


@pytest.mark.parametrize(("most", "expected"), [(1, 1), (4, 1), (5, 2), (9, 5), (40, 10), (41, 20), (1234, 500)])
def test_an_axis_has_steps_of_one_two_or_five(most, expected):
    assert tick(most) == expected


def test_columns_are_stacked_to_the_height_of_their_sum():
    picture = columns(BY_YEAR)
    stacked = [box for box in picture.boxes if box.tip]
    assert [(box.tip, box.colour) for box in stacked] == [("2001, trials: 3", 1), ("2001, cases: 1", 2)]
    below, above = stacked
    assert above.y + above.height == pytest.approx(below.y)
    assert below.height == pytest.approx(3 * above.height)
    assert [label.text for label in picture.labels if label.anchor == "middle"] == ["2001", "2002"]
    assert [label.text for label in picture.labels if label.anchor == "end"] == ["0", "1", "2", "3", "4"]


def test_the_figures_of_columns_have_each_part_and_the_sum():
    assert BY_YEAR.figures == Figures(
        ("Year", "trials", "cases", "All"), (("2001", "3", "1", "4"), ("2002", "0", "0", "0"))
    )


def test_names_of_many_columns_are_thinned_out():
    many = Bars("y", "Y", "Year", ("all",), tuple(Bar(str(year), (1,)) for year in range(1970, 2000)))
    shown = [label.text for label in columns(many).labels if label.anchor == "middle"]
    assert shown[:2] == ["1970", "1973"]


def test_rows_are_as_long_as_their_share_of_the_longest():
    picture = rows(Bars("j", "Journals", "Journal", ("Abstracts",), (Bar("J Moss", (1200,)), Bar("J Fern", (300,)))))
    assert picture.boxes[0].width == pytest.approx(4 * picture.boxes[1].width)
    assert [label.text for label in picture.labels] == ["J Moss", "1,200", "J Fern", "300"]
    assert picture.figures.rows == (("J Moss", "1,200"), ("J Fern", "300"))
