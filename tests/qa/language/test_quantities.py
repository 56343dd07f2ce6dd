"""Numbers with their units."""

import pytest

from qa.language.quantities import quantities, unsaid


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
    ],
)
def test_what_a_quote_does_not_give(text, quote, expected):
    assert [one.value for one in unsaid(text, quote)] == expected
