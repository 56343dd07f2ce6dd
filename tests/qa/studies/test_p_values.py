"""Which P value belongs to which result of a sentence."""

import pytest

from index import Abstract, Section
from qa.studies.p_values import p_values_of
from qa.studies.reading import read_study


def p_of(text):
    """Return the P value of each result of a sentence, by its value."""
    sections = (Section("RESULTS", "RESULTS", text), Section("METHODS", "METHODS", "x."))
    return {effect.value: effect.p for effect in read_study(Abstract("1", "T", sections)).effects}


@pytest.mark.parametrize(
    ("text", "p_values"),
    [
        ("Zinc and copper rose by 12% and 18% (P = .01 and .03, respectively).", {12: "0.01", 18: "0.03"}),
        (
            "Smoking (OR 2.3) and obesity (OR 1.8) predicted it (P = .01 and P = .02, respectively).",
            {2.3: "0.01", 1.8: "0.02"},
        ),
        ("It was 88% versus 71% and 93% versus 90% (p < 0.01 and p = 0.3).", {88: "<0.01", 93: "0.3"}),
        (
            "The hazard ratios for death and stroke were 0.71 and 0.84 (P = 0.003 and 0.21, respectively).",
            {0.71: "0.003", 0.84: "0.21"},
        ),
        ("Cure was 45%, 62% and 70% (P = .01 and .03, respectively).", {45: "", 62: "", 70: ""}),
    ],
)
def test_a_list_of_p_values_goes_to_as_many_results(text, p_values):
    assert p_of(text) == p_values


@pytest.mark.parametrize(
    ("text", "p_values"),
    [
        ("Deaths were 4% vs 9% and returns 12% vs 20% (P < .01 for both).", {4: "<0.01", 12: "<0.01"}),
        ("Age (OR 1.4) and smoking (OR 3.3) told it (all P < 0.001).", {1.4: "<0.001", 3.3: "<0.001"}),
        ("Zinc was 34 ± 8 vs 51 ± 9 ng/ml and iron 12 ± 3 vs 19 ± 4 nM (P<.05, all).", {34: "<0.05", 12: "<0.05"}),
        ("It was 8 ± 1 vs. 11 ± 2; 16 ± 3 vs. 12 ± 2 pg/ml, respectively; P<0.001.", {8: "<0.001", 16: "<0.001"}),
        ("Survival by stage was 91%, 74% and 40% (P < .001).", {91: "<0.001", 74: "<0.001", 40: "<0.001"}),
        ("Survival: 71% (95% CI, 66-76) in women and 58% (95% CI, 52-64) in men (P = .01).", {71: "0.01", 58: "0.01"}),
    ],
)  # fmt: skip
def test_one_p_value_can_be_of_all_results_before_it(text, p_values):
    assert p_of(text) == p_values


@pytest.mark.parametrize(
    ("text", "p_values"),
    [
        ("Pain was significantly lower (P < .001) with zinc than with placebo (3.2 vs 4.5).", {3.2: "<0.001"}),
        ("Zinc reduced fever significantly (P = 0.004): 12% versus 25%.", {12: "0.004"}),
        ("Stay was shorter (P = .02; 4.1 vs 5.2 days).", {4.1: "0.02"}),
        ("It differed (44.7% versus 40.3%, P = 0.033, OR = 1.2).", {44.7: "0.033", 1.2: "0.033"}),
        ("Death was rarer (4.1% vs. 6.2%; HR 0.66; P = 0.003).", {4.1: "0.003", 0.66: "0.003"}),
        ("Relapse was linked with age (P = .01), and 34% of all patients relapsed.", {34: ""}),
        ("Relations were clear (P < .01): more load went with a rise of 0.4 ± 0.1 mmHg.", {0.4: ""}),
    ],
)
def test_a_p_value_can_stand_before_its_result(text, p_values):
    assert p_of(text) == p_values


@pytest.mark.parametrize(
    ("text", "p_values"),
    [
        ("Cure was 80% with zinc, and age was linked with fever (P = .03).", {80: ""}),
        ("Cure was 80% with zinc; age did not matter (P = 0.5).", {80: ""}),
        ("A disc with a bright zone (87%) correlated with pain (P<0.01).", {87: ""}),
        ("Of all, 45% were women, and age told death (HR 1.03; P = .004).", {45: "", 1.03: "0.004"}),
        ("It was alike (14 ± 2 vs. 15 ± 2; P = NS), and fell (8 ± 1 vs. 11 ± 2; P<0.001).", {14: "", 8: "<0.001"}),
        ("The loss was 3.1 ± 1 kg in the first year, and the index fell (P<.001).", {3.1: ""}),
    ],
)  # fmt: skip
def test_the_p_value_of_something_else_is_left_to_it(text, p_values):
    assert p_of(text) == p_values


@pytest.mark.parametrize(
    ("behind", "p"),
    [
        ("This difference was significant (P = 0.02).", "0.02"),
        ("The difference did not reach significance (P = .08).", "0.08"),
        ("This was statistically significant (p<0.05).", "<0.05"),
        ("Women had more pain (P = .03).", ""),
        ("There was no link with age (P=0.3).", ""),
    ],
)
def test_the_next_sentence_can_tell_no_more_than_the_p_value(behind, p):
    assert p_of(f"Mean stay was 4.1 vs 5.2 days. {behind}") == {4.1: p}


@pytest.mark.parametrize(
    ("text", "p_values"),
    [
        ("It rose (P = .01, .03 and 0.5, respectively).", ["0.01", "0.03", "0.5"]),
        ("It rose (p=0.01 and p<0.001).", ["0.01", "<0.001"]),
        ("It rose (P<0.01, r=0.3).", ["<0.01"]),
        ("It rose (P ≤ 0·01) and fell (NS).", ["≤0.01", ""]),
        ("The map = 0.5 was drawn.", []),
    ],
)
def test_p_values_of_a_sentence(text, p_values):
    assert [p.text for p in p_values_of(text)] == p_values
