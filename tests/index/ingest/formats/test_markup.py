"""Super- and subscripts, MathML and tags as plain text that means the same."""

from xml.etree import ElementTree

import pytest

from index.ingest.formats.markup import element_text, plain_text


def text_of(inner):
    return element_text(ElementTree.fromstring(f"<t>{inner}</t>"))


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("5 × 10<sup>3</sup> IU, 2.1 × 10<sup>−8</sup>", "5 × 10³ IU, 2.1 × 10⁻⁸"),
        ("10<sup> 6 </sup>per mL", "10⁶ per mL"),
        ("1.6 x 10 <sup>-19</sup>", "1.6 x 10⁻¹⁹"),
        ("10 <sup>6</sup> cells, 10 <sup>-3</sup> M, 10 <sup>18</sup>F scans", "10⁶ cells, 10⁻³ M, 10 ¹⁸F scans"),
        ("10<sup>1.5</sup> and 2<sup>a + b</sup>", "10^1.5 and 2^(a + b)"),
        ("CO<sub>2</sub>, IC<sub>50</sub>, Ca<sup>2+</sup>", "CO₂, IC₅₀, Ca²⁺"),
        ("SO<sub>4</sub><sup>2-</sup>", "SO₄²⁻"),
        ("m<sup>2</sup>, kg<sup>-1</sup>, kg<sup>0.75</sup>", "m², kg⁻¹, kg^0.75"),
        ("<sup>99m</sup>Tc, 10<sup><i>n</i></sup>", "⁹⁹ᵐTc, 10ⁿ"),
        ("Foxp3<sup>-/-</sup>, CD25<sup>high</sup>Foxp3<sup>+</sup>", "Foxp3⁻/⁻, CD25^high Foxp3⁺"),
        ("BRAF<sup>V600E</sup>", "BRAF^V600E"),
        ("4<sup>th</sup>, 37<sup>o</sup>C, X<sup>®</sup>, Y<sup>TM</sup>", "4th, 37°C, X®, Y™"),
        ("K<sub>d</sub>, V<sub>max</sub>, VO<sub>2max</sub>", "Kd, Vmax, VO₂max"),
        ("PM<sub>2.5</sub>, AUC<sub>0-∞</sub>, x1<sub>a</sub>", "PM₂.₅, AUC₀₋∞, x1_a"),
        ("risk<sup>1,2</sup> since 2010<sup>3,4</sup>", "risk¹,² since 2010^(3,4)"),
        ("x<sup>a<sub>2</sub></sup>, <sup/>b", "x^a₂, b"),
        # as text
        ("10&lt;sup&gt;6&lt;/sup&gt; H&lt;sub&gt;2&lt;/sub&gt;O", "10⁶ H₂O"),
        ("&lt;jats:p&gt;One.&lt;/jats:p&gt;&lt;jats:p&gt;Two.&lt;/jats:p&gt;", "One. Two."),
    ],
)
def test_scripts(inner, expected):
    assert text_of(inner) == expected


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<b>Aims:</b>To see.<br/>We saw.<b>Results</b>Snails", "Aims: To see. We saw. Results Snails"),
        ("adults<b>METHODS</b>We saw", "adults METHODS We saw"),
        ("<b>Results</b>zelotrine", "Results zelotrine"),  # a label of a section
        ("<b>A</b>bstract, IL-<b>32</b>β, <b>PRO</b>spective", "Abstract, IL-32β, PROspective"),
    ],
)
def test_bold_type_and_line_breaks_leave_a_blank(inner, expected):
    assert text_of(inner) == expected


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<msup><mn>10</mn><mrow><mo>−</mo><mn>8</mn></mrow></msup>", "10⁻⁸"),
        ("<msup><mrow/><mn>18</mn></msup><mi>F</mi>", "¹⁸F"),
        ("<msubsup><mi>R</mi><mn>1</mn><mn>2</mn></msubsup>", "R₁²"),
        ("<mn>1</mn><mfrac><mn>1</mn><mn>2</mn></mfrac>", "1 1/2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>", "(a+b)/c"),
        ("<mover><mi>x</mi><mo>¯</mo></mover><mo>=</mo><msqrt><mn>2</mn></msqrt>", "x̄=√2"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "³√x"),
        ("<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>", "∑ᵢ₌₁ⁿ"),
        ("<mmultiscripts><mi>C</mi><mprescripts/><mn>6</mn><mn>14</mn></mmultiscripts>", "¹⁴₆C"),
        ("<mn>2</mn><mo>&#x2062;</mo><mi>x</mi><annotation>2x</annotation>", "2x"),
        ("<msup><mn>10</mn></msup>", "10"),  # a part is missing
    ],
)
def test_mathml(inner, expected):
    assert text_of(f"<math>{inner}</math>") == expected


def test_scripts_a_hundred_thousand_deep_are_text_all_the_same():
    depth = 100_000
    assert text_of("".join("<sup>" for _ in range(depth)) + "6" + "</sup>" * depth) == "⁶"


def test_text_without_tags_stays_as_it_is():
    assert plain_text("if p < 0.05 and <b> c > 3") == "if p < 0.05 and <b> c > 3"
