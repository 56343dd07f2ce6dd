"""Citations in HTML, LaTeX, Markdown and other brackets, written anew as [1] or as superscript digits.

Whatever is no citation stays as it is; a citation that is not whole yet does too.
"""

from __future__ import annotations

import re

MARK = "[\ue000-\uf8ff]"
"""The characters that stand for citations."""
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
RAISED = rf"[{SUPERSCRIPTS}]+(?:[ ]?[,⁻–-]?[ ]?[{SUPERSCRIPTS}]+)*"
TO_DIGITS = str.maketrans(SUPERSCRIPTS, "0123456789")

_TO_RAISED = str.maketrans("0123456789+-−", SUPERSCRIPTS + "⁺⁻⁻")
_BRACKETS = str.maketrans("［］〔〕⟦⟧〖〗（）", "[][][][]()", "⁽⁾")
_PUBMED_URL = r"https?://(?:www\.|m\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(\d{1,9})/?"
_DIGITS = r"\d[\d,;\s–-]{0,30}"
_TAG = r"(?:ref|cite|citation|sources?|co|sup)"

_NOISE = re.compile(
    r"\[cite_(?:start|end)\]\s?|</(?:cite|citation|ref|c)>|<(?:cite|citation|ref|c)>(?!\s*(?:\d|$))|<co:[^<>\n]{0,30}>|<!--[^\n]*?-->",
    re.I,
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_PUBMED_LINK = re.compile(rf"\[[^\[\]\n]{{0,200}}\]\({_PUBMED_URL}[^)\s]*\)|<?{_PUBMED_URL}[^\s)\]>]*>?(?=[\s)\]>])")
_LINKED_NUMBER = re.compile(
    r"\[(\[?[^\[\]\n]*?\d[^\[\]\n]*?\]?)\]\((?:(?:https?://|www\.|#)[^)\s]*|[\w./]+[-#/][\w./#-]*)\)"
)
# what a tag holds, what its attribute names, and what its end names: <ref>1</ref>, <cite id="1"/>, </co: 1>
_TAGGED = re.compile(
    rf"<(?P<tag>ref|cite|citation|sources?|co|a)\b[^<>\n]*>\s*\[?(?P<held>{_DIGITS})\]?\s*</(?P=tag)\s*>"
    rf"|<(?:ref|cite|citation|source)\b[^<>\n]*?[\"'=:\s](?P<named>{_DIGITS})[\"']?\s*(?:/>|>\s*</\w+>)"
    rf"|</co:\s*(?P<ended>{_DIGITS})>",
    re.IGNORECASE,
)
_RAISING = re.compile(
    rf"<sup>\s*([^<\n]{{1,60}}?)\s*</sup>|(?:\$|\\\()\s*\^\{{?\[?({_DIGITS})\]?\}}?\s*(?:\$|\\\))"
    rf"|(?:\\textsuperscript|(?<!\$)\^)\{{({_DIGITS})\}}|(?<=[^\W\d]|[.,)])[ ]?\^\[?({_DIGITS})\]?\^"
    rf"|\^(\[{_DIGITS}\])(?=[^\^])",
    re.IGNORECASE,
)
_BOXED_DIGITS = re.compile(rf"[\[(]\s*({RAISED})\s*[\])]")
_ESCAPED = re.compile(r"\\([\[\]])")
_EMPHASISED = re.compile(
    r"([*_`]{1,3})(\(\s*\d[^()\n]{0,60}\))\1|([\[(])[*_`]{1,3}(\d[^\[\]()*_`\n]{0,60})[*_`]{1,3}([\])])"
)
_MARKS = f"{MARK}+"
_AROUND = re.compile(
    rf"(?P<sign>[*_`]{{1,3}})[ \t]*(?P<a>{_MARKS})[ \t]*(?P=sign)(?=\W|$)|\$\^\{{?(?P<b>{_MARKS})\}}?\$"
    rf"|(?<!\$)\^(?:(?P<c>{_MARKS})(?:\^|(?=[^\^]))|\{{(?P<d>{_MARKS})\}})"
)


def plainly_written(text: str) -> str:
    """Return the text with the citations that are written in another notation as plain ones.

    >>> plainly_written("Zinc<ref>1</ref> rose <sup>2</sup>［3］.")
    'Zinc[1] rose ²[3].'
    """
    text = _TAGGED.sub(lambda tag: f"[{(tag['held'] or tag['named'] or tag['ended']).strip()}]", text)
    text = _BREAK.sub(" ", text)
    text = _ESCAPED.sub(r"\1", _NOISE.sub("", text)).translate(_BRACKETS)
    text = _PUBMED_LINK.sub(lambda link: f"[PMID {link[1] or link[2]}]", text)
    text = _LINKED_NUMBER.sub(lambda link: f"[{link[1].strip('[]')}]", text)
    text = _RAISING.sub(_raised, text)
    text = _BOXED_DIGITS.sub(lambda boxed: f"[{boxed[1].translate(TO_DIGITS)}]", text)
    return _EMPHASISED.sub(lambda found: found[2] or f"{found[3]}{found[4]}{found[5]}", text)


def without_emphasis(text: str) -> str:
    """Return a text of which the citations are marks already, without emphasis or raising signs around them."""
    return _AROUND.sub(lambda found: next(filter(None, found.group(*"abcd"))), text)


def _raised(found: re.Match[str]) -> str:
    """Return superscript digits for those that are raised; a bracketed citation is left as it is."""
    inside = str(next(filter(None, found.groups()))).strip()
    digits = inside.strip("()")
    return inside if re.search(r"[\[\]A-Za-z]", inside) else digits.translate(_TO_RAISED)
