"""Text as plain pdflatex takes it, with no package: signs with a meaning in LaTeX, Greek letters, scripts, symbols."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from qa.export.fields import line

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi - pi rho varsigma sigma tau upsilon phi"
    " chi psi omega"
).split()
_CAPITALS = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()
_MATH = {
    **{chr(ord("α") + place): f"\\{name}" for place, name in enumerate(_GREEK) if name != "-"},  # LaTeX has no omicron
    **{letter: f"\\{name}" for letter, name in zip("ΓΔΘΛΞΠΣΥΦΨΩ", _CAPITALS, strict=True)},
    "\N{MICRO SIGN}": r"\mu", "ϕ": r"\phi", "ϵ": r"\epsilon", "ϑ": r"\vartheta",
    "<": "<", ">": ">", "≤": r"\leq", "≥": r"\geq", "⩽": r"\leq", "⩾": r"\geq", "≪": r"\ll", "≫": r"\gg",
    "≠": r"\neq", "≈": r"\approx", "≅": r"\cong", "≃": r"\simeq", "∼": r"\sim", "≡": r"\equiv", "∝": r"\propto",
    "−": "-", "±": r"\pm", "∓": r"\mp", "×": r"\times", "÷": r"\div", "·": r"\cdot", "∙": r"\cdot", "⋅": r"\cdot",
    "∗": "*", "∕": "/", "√": r"\surd", "∞": r"\infty", "∑": r"\sum", "∏": r"\prod", "∫": r"\int", "∂": r"\partial",
    "∆": r"\Delta", "∇": r"\nabla", "∈": r"\in", "∉": r"\notin", "∩": r"\cap", "∪": r"\cup", "⊂": r"\subset",
    "⊆": r"\subseteq", "∧": r"\wedge", "∨": r"\vee", "¬": r"\neg", "∀": r"\forall", "∃": r"\exists", "∅": r"\emptyset",
    "→": r"\rightarrow", "←": r"\leftarrow", "↔": r"\leftrightarrow", "↑": r"\uparrow", "↓": r"\downarrow",
    "⇒": r"\Rightarrow", "⇐": r"\Leftarrow", "⇔": r"\Leftrightarrow", "⇌": r"\rightleftharpoons",
    "⊥": r"\perp", "∥": r"\parallel", "∠": r"\angle", "⊕": r"\oplus", "⊗": r"\otimes", "△": r"\triangle",
    "°": r"^\circ", "′": "'", "″": "''", "‴": "'''", "ℓ": r"\ell", "ℏ": r"\hbar", "∘": r"\circ", "★": r"\star",
    "•": r"\bullet", "●": r"\bullet", "◦": r"\circ", "†": r"\dagger", "‡": r"\ddagger",
    "⋯": r"\cdots", "⋮": r"\vdots", "⊖": r"\ominus", "⊙": r"\odot", "○": r"\bigcirc", "▽": r"\bigtriangledown",
    "◊": r"\diamond", "♠": r"\spadesuit", "♣": r"\clubsuit", "♥": r"\heartsuit", "♦": r"\diamondsuit", "♯": r"\sharp",
    "⊢": r"\vdash", "⊤": r"\top", "∣": r"\mid", "≺": r"\prec", "≻": r"\succ", "≍": r"\asymp", "⊃": r"\supset",
    "≦": r"\leq", "≧": r"\geq", "≲": r"\stackrel{<}{\sim}", "≳": r"\stackrel{>}{\sim}", "∶": ":", "⋆": r"\star",
    "∖": r"\setminus", "∋": r"\ni", "⊇": r"\supseteq", "∮": r"\oint", "⟨": r"\langle", "⟩": r"\rangle",
    "⇑": r"\Uparrow", "⇓": r"\Downarrow", "↗": r"\nearrow", "↘": r"\searrow", "⇄": r"\rightleftharpoons",
    "¼": "1/4", "½": "1/2", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8",
}  # fmt: skip
_TEXT = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # \{ would still count when braces are paired
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "%&_#$"},
    **dict.fromkeys("‐‑﹣－", "-"), "‒": "--", "―": "---", "‚": ",", "„": ",,",
    "«": r"{$\ll$}", "»": r"{$\gg$}", "‹": "{$<$}", "›": "{$>$}", "‛": "`", "‟": "``", "ħ": r"{$\hbar$}",
    **dict.fromkeys("ʹʼ＇", "'"), "ʻ": "`", "ſ": "s", "ο": "o",
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True)),
}  # fmt: skip
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0323": "d", "\u0327": "c", "\u0331": "b",
}  # fmt: skip
_IN_T1_ONLY = frozenset("ĄąĘęĮįŲųǪǫĐđÐðÞþŊŋ")
"""Letters that the usual font encoding lacks; T1 is part of LaTeX itself."""
_RAISED = "²³¹⁰ⁱ⁴-ⁿᴬᴮᴰᴱᴳ-ᴾᴿᵀ-ᵂᵃᵇᵈᵉᵍᵏᵐᵒᵖᵗᵘᵛᵝ-ᵡᶜᶠᶻʰʲˡʳˢʷˣʸⱽ"
_LOWERED = "₀-₎ₐ-ₜᵢ-ᵪⱼ"
_PIECE = re.compile(
    rf"(?P<raised>[{_RAISED}]+)|(?P<lowered>[{_LOWERED}]+)|(?P<marked>\w[\u0300-\u036f\u20d7]+)|[^\x00-\x7f]|[\\{{}}~^%&_#$<>]",
    re.DOTALL,
)


def latex(text: str) -> str:
    r"""Return text on one line as LaTeX; letters that it takes as they are stay, and so does what it has no sign for.

    >>> print(latex("CO₂_max: 5% ≈ 10⁻³"), latex("Müller-Łoś, Nguyễn"))
    CO{$_{2}$}\_max: 5\% {$\approx$} 10{$^{-3}$} Müller-Łoś, Nguy{\~{\^{e}}}n
    """
    return _PIECE.sub(_piece, line(text))


def _piece(match: re.Match[str]) -> str:
    if match["raised"] or match["lowered"]:
        inner = unicodedata.normalize("NFKC", match[0]).replace("−", "-")
        return f"{{${'^' if match['raised'] else '_'}{{{''.join(_MATH.get(sign, sign) for sign in inner)}}}$}}"
    return _marked(match[0]) if match["marked"] else _sign(match[0])


@lru_cache(maxsize=1024)
def _sign(sign: str) -> str:
    if sign in _TEXT:
        return _TEXT[sign]
    if sign in _MATH:
        return f"{{${_MATH[sign]}$}}"
    if sign in _IN_T1_ONLY:
        return f"{{\\fontencoding{{T1}}\\selectfont {sign}}}"
    if sign <= "\u017f" or unicodedata.category(sign) == "Cf":
        return sign if sign <= "\u017f" else ""
    if (plain := unicodedata.normalize("NFKC", sign)) != sign:
        return latex(plain)
    return _marked(sign)


def _marked(letter: str) -> str:
    """Return a letter with its accents, each around it: {\\~{\\^{e}}}. Those that LaTeX lacks are left out."""
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if not marks:
        return letter
    if not base.isascii():
        return _sign(base)
    is_above = _ACCENTS.get(marks[0], "") not in ("d", "c", "b", "")
    written = {"i": r"\i", "j": r"\j"}.get(base, base) if is_above else base
    for mark in marks:
        written = f"\\{_ACCENTS[mark]}{{{written}}}" if mark in _ACCENTS else written
    return f"{{{written}}}"
