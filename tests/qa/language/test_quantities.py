"""Numbers with their units."""

import pytest

from qa.language.quantities import are_rounded, labels, quantities, unsaid


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IL-32 in MDA-MB-231 cells", []),  # digits within names
        ("5 mg, 5 milligrams and 5mg", [(5, "mg", "")] * 3),
        ("5 µg or 5 mcg", [(5, "ug", "")] * 2),
        ("57%, 57 percent, 57 per cent", [(57, "%", "")] * 3),
        ("fourfold, four-fold, 4-fold, four times", [(4, "fold", "")] * 4),
        ("six-month survival at 6 months", [(6, "month", "")] * 2),
        ("P < .05 and p=0.05", [(0.05, "p", "<"), (0.05, "p", "=")]),
        ("1,704 patients", [(1704, "", "")]),
        ("one in four", [(25, "%", "")]),
        ("10⁶, 10^6 and 10(6) cells", [(1e6, "", "")] * 3),
        ("5 × 10³ IU, p = 2.1 x 10⁻⁸", [(5000, "IU", ""), (2.1e-8, "p", "=")]),
        ("IC₅₀ at 75 mL per 1.73 m²", [(75, "ml", ""), (1.73, "", "")]),
        ("2.65 nM and 2.65 mM", [(2.65, "nM", ""), (2.65, "mM", "")]),
        ("a double-blind, double-dummy phase 2 trial in type II diabetes", []),  # labels, no quantities
        ("5, 10 and 20 mg", [(5, "mg", ""), (10, "mg", ""), (20, "mg", "")]),  # the unit at the end is that of the list
        ("from 3 to 5 years; 4.1 vs 5.2%", [(3, "year", ""), (5, "year", ""), (4.1, "%", ""), (5.2, "%", "")]),
        ("Seventy-three patients, nineteenfold", [(73, "", ""), (19, "fold", "")]),
        ("25 777 people; 0·41", [(25777, "", ""), (0.41, "", "")]),
        ("OR 1.47, 95% CI 1.04-2.08", [(1.47, "", ""), (95, "%", ""), (1.04, "", ""), (2.08, "", "")]),  # no list
        ("half of 160", [(50, "%", ""), (160, "", "")]),
        ("two thirds of the mice, nine in ten men", [(200 / 3, "%", ""), (90, "%", "")]),
    ],
)
def test_quantities(text, expected):
    assert [(one.value, one.unit, one.sign) for one in quantities(text)] == expected


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("25 patients", "25% of patients", [25]),
        ("5 mg", "between 5 mg and 10 mg", []),
        ("P < 0.4", "P = 0.4", [0.4]),
        ("P = 0.4", "a P value of 0.4", []),
        ("106 cells", "10⁶ cells", [106]),
        ("10^6 cells", "10⁶ cells", []),
        ("P < 0.05", "P = 0.022", []),  # what is less than a hundredth is less than that
        ("30%", "29.6%", []),  # rounded within the printed precision
        ("29.6%", "30%", [29.6]),  # more precise than what is printed
        ("25%", "29.6%", [25]),
        ("about a third of them", "35.2% of patients", []),
        ("about a third of them", "48% of patients", [100 / 3]),
        ("nearly tenfold", "9.6-fold", []),
        ("almost 28 days or two hours", "4 weeks; 120 min", []),  # one quantity in two units
        ("5 mg and 10 mg", "5, 10 and 20 mg", []),
        ("half of 160", "80 of 160 patients", []),  # the share that two counts make
        ("18%", "70 of 388 patients", []),
        ("28%", "70 of 388 patients", [28]),
        ("0.5%", "0. 5%", []),  # as some records print it
    ],
)
def test_what_a_quote_does_not_give(text, quote, expected):
    assert [one.value for one in unsaid(text, quote)] == expected


def test_labels_are_told_apart_by_their_numbers():
    assert labels("A phase II trial in type 2 diabetes") == {("phase", "2"), ("type", "2")}


@pytest.mark.parametrize(
    ("text", "is_rounded"),
    [("32% of them", False), ("About a third", True), ("33%", False), ("Half of 160", True), ("They slept", False)],
)
def test_a_number_that_is_not_as_printed_is_rounded(text, is_rounded):
    assert are_rounded(text, "32% of them, or 80 of 160") == is_rounded
