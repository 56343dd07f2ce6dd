"""Which numbers behind a value are its confidence interval."""

import pytest

from index import Abstract, Section
from qa.studies.reading import read_study


def intervals_of(text):
    """Return the interval of each result, by its value."""
    sections = (Section("RESULTS", "RESULTS", text), Section("METHODS", "METHODS", "x."))
    return {effect.value: effect.ci for effect in read_study(Abstract("1", "T", sections)).effects}


@pytest.mark.parametrize(
    ("text", "value", "interval"),
    [
        ("The mean difference was 1.1 (95% CI: -1.2, 3.4).", 1.1, (-1.2, 3.4)),
        ("OR 2.1 (1.3-3.4, 95% CI).", 2.1, (1.3, 3.4)),
        ("RR 1.4 (95% CI 1.1 through 1.8).", 1.4, (1.1, 1.8)),
        ("OR, 2.1; 95 per cent confidence limits, 1.3 and 3.4.", 2.1, (1.3, 3.4)),
        ("Odds were higher (aOR=2·6 [95% CI=1·4–4·9]).", 2.6, (1.4, 4.9)),
        ("OR\u20091.8 (95%\u2009CI\u20091.2\u2009to\u20092.7).", 1.8, (1.2, 2.7)),
        ("HbA1c changed by \u22120.7% (95% CI \u22121.0% to \u22120.4%).", -0.7, (-1.0, -0.4)),
        ("It fell by 45% (SD +/- 22%, 95% CI = 22% to 69%).", 45, (22, 69)),
        ("Cost fell by $1,234 (95% CI, $1,010 to $1,460).", 1234, (1010, 1460)),
        ("Savings were €2,350 (95% CI −1,200 to 5,900).", 2350, (-1200, 5900)),
        ("Steps rose by 1,850 (95% CI: 1,200, 2,500; p<0.001).", 1850, (1200, 2500)),
        ("The rate was 1,020 per 100,000 person-years (95% CI, 980-1,060).", 1020, (980, 1060)),
        ("Weight was 71 kg, and the loss was 3.1 kg (95% CI 2.2-4.0).", 3.1, (2.2, 4.0)),
        ("At 12 weeks the change in pain was -2.4 (95% CI, -3.0 to -1.8).", -2.4, (-3.0, -1.8)),
        ("Risk rose, OR=1.5 (1.2;1.9).", 1.5, (1.2, 1.9)),
        ("HR 3.2 (1.4 - 7.1, p = 0.005) for men.", 3.2, (1.4, 7.1)),
        ("Odds ratios (95% CI) were 1.4 (1.1-1.8) for beer and 0.9 (0.7-1.2) for wine.", 0.9, (0.7, 1.2)),
    ],
)
def test_intervals_however_they_are_printed(text, value, interval):
    assert intervals_of(text)[value] == interval


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The median stay was 5 days (range 2-14).", 5),
        ("The mean score was 12.3 (3 to 27) after a year.", 12.3),
        ("Blood loss was a median of 200 (50-900) ml.", 200),
        ("Time was longer (212 [180-251] vs 165 [140-198] min; P<.001).", 212),
        ("The median (IQR) share was 40% (30%-45%). At the end it was 63% (60%-69%).", 63),
        ("Teeth numbered a mean of 2.6 (2.1, 3.1) compared to 1.9 (1.5, 2.4 p<0.01).", 2.6),
        ("A loss of 80% (12%-30%) was seen.", 80),
    ],
)
def test_ranges_and_intervals_of_others_are_none(text, value):
    assert intervals_of(text)[value] is None


def test_a_spread_is_no_result_and_years_are_no_values():
    assert list(intervals_of("It fell by 45% (SD +/- 22%).")) == [45]
    assert list(intervals_of("Follow-up improved from 40.3% in 2005 to 55.1% in 2009.")) == [40.3, 55.1]


def test_before_and_after_are_one_result_with_the_value_after():
    assert list(intervals_of("Scores improved (P<0.001) from 14.2 ± 3.1 to 9.8 ± 2.9.")) == [9.8]


def test_a_further_value_of_a_measure_begins_at_its_figures():
    text = "Hazard ratios were 0.70 (95% CI 0.54-0.92) for oil and 0.72 (95% CI 0.54-0.96) for nuts."
    effects = read_study(Abstract("1", "T", (Section("RESULTS", "RESULTS", text),))).effects
    assert [(effect.measure, effect.span.text) for effect in effects] == [
        ("HR", "Hazard ratios were 0.70 (95% CI 0.54-0.92)"),
        ("HR", "0.72 (95% CI 0.54-0.96)"),
    ]
