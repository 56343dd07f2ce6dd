"""Markup to plain text that means the same: super- and subscripts, MathML, tags and entities that came escaped.

10<sup>6</sup> is 10⁶ and never 106. What Unicode has no superscript for follows a "^": 10^1.5, BRAF^V600E. Letters
below the line stand on it, as in Vmax and pKa.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.entities import html5
from xml.etree.ElementTree import Element

from index.analysis.section_labels import is_label
from index.ingest.formats.cleaning import ENTITY, collapse_whitespace, unescape_once

_SIGNS = "+-−–‐‑=()"
_RAISED = str.maketrans(
    f"0123456789{_SIGNS}abcdefghijklmnoprstuvwxyzβγδθφχ", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵝᵞᵟᶿᵠᵡ"
)
_LOWERED = str.maketrans(f"0123456789{_SIGNS}", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₋₋₌₍₎")
_LOWERED_LETTERS = str.maketrans("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_LOWERED_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_WORD = re.compile(r"[^\W\d_]{2}")
_GENOTYPE = re.compile(r"[-+−–](?:[/,;] ?[-+−–])+")
_CITED = re.compile(r"\d+(?: ?[,;–-] ?\d+)+")
# Marks, and endings of ordinals: on the line they mean the same.
_ON_THE_LINE = re.compile(r"[^\w\s+=()−–‐‑-]+|st|nd|rd|th")
_ONE_EXPONENT = re.compile(r"[-+−–]?[\w.]+|[^\W\d_][\w/.-]*")
_IS_RAISED = re.compile("[⁰¹²³⁴-⁾]+")
_WRITTEN_SMALL = {"o": "°", "º": "°", "TM": "™", "SM": "℠"}


def superscript(text: str, before: str = "") -> str:
    """Return a superscript behind a text as plain characters.

    >>> [superscript(text, "10") for text in ("6", "-8", "n", "-1.5", "a + b")]
    ['⁶', '⁻⁸', 'ⁿ', '^-1.5', '^(a + b)']
    >>> superscript("2+"), superscript("-/-"), superscript("V600E"), superscript("high")
    ('²⁺', '⁻/⁻', '^V600E', '^high')
    """
    if not text or text in _WRITTEN_SMALL or _ON_THE_LINE.fullmatch(text) or _IS_RAISED.fullmatch(text):
        return _WRITTEN_SMALL.get(text, text)
    raised = text.translate(_RAISED)
    if not _WORD.search(text) and not any(sign in raised for sign in text):
        return raised
    if _GENOTYPE.fullmatch(text) or (_CITED.fullmatch(text) and not before[-1:].isdigit()):
        return raised
    return f"^{text}" if _ONE_EXPONENT.fullmatch(text) else f"^({text})"


def subscript(text: str, before: str = "") -> str:
    """Return a subscript behind a text as plain characters.

    >>> [subscript(text, "X") for text in ("2", "50", "2.5", "max", "2max", "0-24", "1c")]
    ['₂', '₅₀', '₂.₅', 'max', '₂max', '₀₋₂₄', '₁c']
    """
    lowered = text.translate(_LOWERED_DIGITS if _WORD.search(text) else _LOWERED)
    if "₌" in lowered:  # the beginning of a sum
        lowered = lowered.translate(_LOWERED_LETTERS)
    return f"_{lowered}" if before[-1:].isdigit() and lowered[:1] == text[:1] else lowered


_SCRIPTS = {"sup": superscript, "sub": subscript}
_BOLD = ("b", "bold", "strong", "title", "h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = (
    "p",
    "div",
    "br",
    "break",
    "sec",
    "title",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ul",
    "ol",
    "list",
    "list-item",
)
_INLINE = ("i", "u", "em", "italic", "underline", "sc", "small", "span", "font", "a")
_TAGS = "|".join(sorted({*_SCRIPTS, *_BOLD, *_BLOCKS, *_INLINE}, key=len, reverse=True))
_TAG = rf"</?(?:jats:)?(?:{_TAGS})(?:\s[^<>]*)?/?>"
_ANY_TAG = re.compile(_TAG, re.I)
_PAIR = re.compile(
    rf"<(?P<tag>(?:jats:)?(?P<name>{_TAGS}))(?:\s[^<>]*)?>(?P<inner>(?:(?!{_TAG}).)*)</(?P=tag)>", re.I | re.DOTALL
)
# Not what else may follow a ten: 10 ¹⁸F scans, in 10 ¹.
_APART_FROM_10 = re.compile(r"(?<=[x×·*] 10) (?=[⁺⁻]?[⁰¹²³⁴-⁹])|(?<=\b10) (?=[⁺⁻][⁰¹²³⁴-⁹]+(?!\w)|[²³⁴-⁹](?![\w,]))")
_EMPTY = re.compile(r"<(?:jats:)?(?:br|break|p)\s*/?>", re.I)
_MAX_DEPTH = 8
"""Tags within tags that are understood; PubMed has two or three."""

# Edges that become a blank, or nothing, once it is known what stands beside them; a joint is one between two words.
_OPEN_BOLD, _CLOSE_BOLD, _JOINT = "\x01", "\x02", "\x03"
_EDGE = re.compile(f"[{_OPEN_BOLD}{_CLOSE_BOLD}{_JOINT}]")
_BLANK_AT = re.compile(
    rf"(?<=[.;:!?)\]%]){_OPEN_BOLD}(?=\w)|(?<=[a-z]){_OPEN_BOLD}(?=[A-Z][A-Za-z]{{2}})"
    rf"|(?<=[.;:!?]){_CLOSE_BOLD}(?=[\w(])|(?<=\w{{3}}){_CLOSE_BOLD}(?=[A-Z][a-z ])|(?<=[a-z]{{3}}){_CLOSE_BOLD}(?=\d)"
    rf"|(?<=\w){_JOINT}(?=\w)"
)
_BOLD_LABEL = re.compile(rf"{_OPEN_BOLD}([^{_OPEN_BOLD}{_CLOSE_BOLD}]{{3,60}}){_CLOSE_BOLD}(?=\w)")


def plain_text(text: str) -> str:
    """Return text with white space collapsed, and without tags such as <i> where they stand in pairs.

    >>> plain_text("10<sup>6</sup> <i>E. coli</i>, p < 0.05"), plain_text("<b>Aims:</b>To see.<br/>And")
    ('10⁶ E. coli, p < 0.05', 'Aims: To see. And')
    """
    if "<" in text and _ANY_TAG.search(text):
        for _depth in range(_MAX_DEPTH):
            text = _PAIR.sub(_untagged, text)
        text = _EMPTY.sub(" ", text)
    text = collapse_whitespace(text if text.isprintable() else _without_edges(text))
    return text if text.isascii() else _APART_FROM_10.sub("", text)


def _untagged(match: re.Match[str]) -> str:
    name, inner = match["name"].lower(), match["inner"]
    if name in _SCRIPTS:
        return _script(name, inner, match.string[max(0, match.start() - 9) : match.start()])
    inner = f"{_OPEN_BOLD}{inner}{_CLOSE_BOLD}" if name in _BOLD else inner
    return f" {inner} " if name in _BLOCKS else inner


def _script(name: str, inner: str, before: str) -> str:
    """Return a super- or subscript; a blank at its end stays behind it."""
    written = _SCRIPTS[name](_without_edges(inner).strip(), before)
    return written + (" " if inner[-1:].isspace() else _JOINT if written.startswith("^") else "")


def _without_edges(text: str) -> str:
    if not _EDGE.search(text):
        return text
    text = _BOLD_LABEL.sub(lambda match: f"{match[0]} " if is_label(match[1].upper()) else match[0], text)
    return _EDGE.sub("", _BLANK_AT.sub(" ", text))


# ---- elements

_XML_SPACE = " \t\r\n"
_SPACED = ("mtable", "mtr", "matrix", "matrixrow")
"""Elements whose children are kept apart by a space."""
_APART = ("DispFormula", "mspace", *_BLOCKS)
"""Elements that are kept apart from what is around them."""
_LEFT_OUT = ("annotation", "annotation-xml")
"""The same formula once more, in another language."""
_MATH = (
    "msup",
    "msub",
    "msubsup",
    "mfrac",
    "msqrt",
    "mroot",
    "mover",
    "munder",
    "munderover",
    "mmultiscripts",
    "mfenced",
)
_ACCENTS = {
    "¯": "\u0304", "‾": "\u0304", "ˉ": "\u0304", "_": "\u0304", "−": "\u0304", "-": "\u0304", "^": "\u0302",
    "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303", "∼": "\u0303", "˙": "\u0307", ".": "\u0307", "→": "\u20d7",
}  # fmt: skip
_INVISIBLE = dict.fromkeys(range(0x2061, 0x2065))


@dataclass(slots=True)
class _Composed:
    """An element that is written by its own rule once all its parts are: where these begin, and their tags."""

    element: Element
    tag: str
    start: int
    starts: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Part:
    """The beginning of a part of a composed element."""

    of: _Composed


def element_text(element: Element | None) -> str:
    """Return all text of an element as plain text, that of the elements inside included."""
    if element is None:
        return ""
    return plain_text(_joined(element) if len(element) else element.text or "")


def _joined(root: Element) -> str:
    """Return the strings of an element in their order, joined. In MathML white space is only layout.

    Without recursion, as nothing keeps elements from being nested a million deep.
    """
    parts: list[str] = []
    waiting: list[str | _Composed | _Part | tuple[Element, bool, int]] = [(root, False, 0)]  # the next one last
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            parts.append(item)
        elif isinstance(item, _Part):
            item.of.starts.append(len(parts))
        elif isinstance(item, _Composed):
            _compose(item, parts)
        else:
            _unfold(*item, parts, waiting)
    return "".join(parts)


def _unfold(
    element: Element,
    in_math: bool,
    depth: int,
    parts: list[str],
    waiting: list[str | _Composed | _Part | tuple[Element, bool, int]],
) -> None:
    """Put off the element's children and what stands between them."""
    tag = _local(element)
    if tag in _LEFT_OUT:
        return
    in_math = in_math or tag == "math"
    layout = _XML_SPACE if in_math else ""
    composed = _Composed(element, tag, len(parts)) if depth < _MAX_DEPTH and tag in (*_SCRIPTS, *_MATH) else None
    waiting += [composed] if composed else [_CLOSE_BOLD] if tag in _BOLD else []
    parts += [_OPEN_BOLD] if tag in _BOLD else []
    parts.append(_stripped(element.text, layout))
    for child in reversed(element):
        space = " " if tag in _SPACED or _local(child) in _APART else ""
        waiting += [_stripped(child.tail, layout), space, (child, in_math, depth + (composed is not None)), space]
        waiting += [_Part(composed)] if composed else []


def _stripped(text: str | None, layout: str) -> str:
    return (text or "").strip(layout).translate(_INVISIBLE) if layout else text or ""


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _compose(composed: _Composed, parts: list[str]) -> None:
    """Replace the parts of an element by what it is written as."""
    before = next((part for part in reversed(parts[max(0, composed.start - 9) : composed.start]) if part), "")
    if composed.tag in _SCRIPTS:
        written = _script(composed.tag, "".join(parts[composed.start :]), before)
    else:
        ends = [*composed.starts[1:], len(parts)]
        texts = ["".join(parts[start:end]) for start, end in zip(composed.starts, ends, strict=True)]
        written = _formula(composed, [_without_edges(text).strip() for text in texts])
    parts[composed.start :] = [written]


def _formula(composed: _Composed, texts: list[str]) -> str:
    """Return a MathML element as text; one with other parts than it must have as these in a row."""
    match composed.tag, texts:
        case "msup", [base, upper]:
            return base + superscript(upper, base)
        case "msub", [base, lower]:
            return base + subscript(lower, base)
        case "msubsup" | "munderover", [base, lower, upper]:
            return base + subscript(lower, base) + superscript(upper)
        case "mfrac", [upper, lower]:
            return f"{_JOINT}{_grouped(upper)}/{_grouped(lower)}{_JOINT}"
        case "msqrt", _:
            return f"√{_grouped(''.join(texts))}"
        case "mroot", [base, index]:
            return f"{superscript(index)}√{_grouped(base)}"
        case "mover", [base, over]:
            accent = _ACCENTS.get(over) if len(base) == 1 else None
            return unicodedata.normalize("NFC", base + accent) if accent else base + superscript(over, base)
        case "munder", [base, under]:
            return base + subscript(under, base)
        case "mfenced", _:
            element = composed.element
            inner = element.get("separators", ",").strip()[:1].join(texts)
            return f"{element.get('open', '(')}{inner}{element.get('close', ')')}"
        case "mmultiscripts", [base, *scripts]:
            return _multiscripts(base, scripts, [_local(child) for child in composed.element][1:])
    return " ".join(texts)


def _grouped(text: str) -> str:
    """Return a part of a formula, in parentheses where it is more than one number, name or call."""
    return text if re.fullmatch(r"[\w.,%°]*|\([^()]*\)|\w+\([^()]*\)", text) else f"({text})"


def _multiscripts(base: str, scripts: list[str], tags: list[str]) -> str:
    """Return a base with pairs of scripts behind it and, after <mprescripts/>, before it: ¹⁴₆C."""
    middle = tags.index("mprescripts") if "mprescripts" in tags else len(tags)
    after, ahead = scripts[:middle], scripts[middle + 1 :]
    behind = "".join(map(subscript, after[::2])) + "".join(map(superscript, after[1::2]))
    return "".join(map(superscript, ahead[1::2])) + "".join(map(subscript, ahead[::2])) + base + behind


# ---- entities that were escaped twice

_BARE = re.compile(rf"&(?!(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]+);)|<(?!{_TAG[1:]})", re.I)


def is_escaped_twice(texts: Iterable[str]) -> bool:
    """Return True if entities stand in texts that were unescaped already, and no "&" or "<" that was escaped once.

    >>> is_escaped_twice(["P&lt;0.05", "37&#xb0;C"]), is_escaped_twice(["the entity &lt;", "R&D"])
    (True, False)
    """
    has_any = False
    for text in texts:
        if "&" in text or "<" in text:
            if _BARE.search(text):
                return False
            has_any = has_any or any(_is_known(match[0]) for match in ENTITY.finditer(text))
    return has_any


def _is_known(entity: str) -> bool:
    return entity[1] == "#" or entity[1:] in html5


def unescape_element(record: Element) -> None:
    """Unescape all texts of a record once more, where the whole of it was escaped twice. What it cites is no part."""
    own = list(_own(record))
    texts = [text for element in own for text in (element.text, element.tail, *element.attrib.values()) if text]
    if not is_escaped_twice(texts):
        return
    for element in own:
        element.text, element.tail = unescape_once(element.text or ""), unescape_once(element.tail or "")
        element.attrib.update({name: unescape_once(value) for name, value in element.attrib.items()})


def _own(record: Element) -> Iterable[Element]:
    """Yield the elements of a record but for its references."""
    waiting = [record]
    while waiting:
        element = waiting.pop()
        yield element
        waiting += [child for child in element if child.tag != "ReferenceList"]
