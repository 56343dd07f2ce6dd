"""LaTeX that plain pdflatex takes: none of it but letters is beyond ASCII."""

import pytest

from qa.export.latex import latex


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CO₂, Na⁺, 10⁻⁶", "CO{$_{2}$}, Na{$^{+}$}, 10{$^{-6}$}"),
        ("5′ ≈ ∼3 µM ± 1 × 2", r"5{$'$} {$\approx$} {$\sim$}3 {$\mu$}M {$\pm$} 1 {$\times$} 2"),
        ("α‐stone ↑ ½ ﬁ ℃", r"{$\alpha$}-stone {$\uparrow$} {$1/2$} fi {$^\circ$}C"),
        (r"{5%} & _max #1 ~ \a ^", r"\textbraceleft{}5\%\textbraceright{} \& \_max \#1 \textasciitilde{} "
         r"\textbackslash{}a \textasciicircum{}"),
        ("Müller-Łoś Søn Şafak", "Müller-Łoś Søn Şafak"),  # as they are
        ("Dąb Đỗ", r"D{\fontencoding{T1}\selectfont ą}b {\fontencoding{T1}\selectfont Đ}{\~{\^{o}}}"),
        ("x̄ ế ị", r"{\={x}} {\'{\^{e}}} {\d{i}}"),
        ("ΑΒ 𝛽 \u200bx", r"AB {$\beta$} x"),
    ],
)  # fmt: skip
def test_latex(text, expected):
    assert latex(text) == expected
