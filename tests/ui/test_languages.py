"""The page's labels in other languages: whole, with the same names in them, and none that the page does not have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ui.languages import catalogues, parse_po

ROOT = Path(__file__).parents[2]
ALL = catalogues()
SOURCES = " ".join(
    re.sub(r'"\s+(?:\w+=)?f?"', "", " ".join(path.read_text(encoding="utf-8").split()))
    for folder in ("ui", "qa", "index")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".js", ".html"}
).casefold()
SOURCES += re.sub(r" ?\{[^{}]*\}", "", SOURCES)  # what stands around something that may be nothing
NO_WORDS = {
    "AskAbstracts",
    "English",
    "Deutsch",
    "Français",
    "Español",
    "Markdown",
    "HTML",
    "JSON",
    "PNG",
    "中文",
    "PMID",
    "as HTML",
    "as JSON",
}
"""What stands in templates and is the same in every language."""


def test_there_are_four_beside_english_with_the_same_labels():
    assert set(ALL) == {"de", "fr", "es", "zh"}
    assert len({tuple(labels) for labels in ALL.values()}) == 1


@pytest.mark.parametrize("language", ALL)
def test_what_stands_in_a_label_stands_in_its_translation(language):
    names = re.compile(r"\{\w+\}")
    wrong = [
        source for source, text in ALL[language].items() if sorted(names.findall(source)) != sorted(names.findall(text))
    ]
    assert wrong == []


def test_nothing_is_translated_that_the_page_does_not_say():
    def is_there(label):
        pieces = [
            piece.strip(" .:;,()✓×")
            for piece in re.split(r"\{\w+\}|, and |[;:,] | of | in | and | is | are | was | were | as |“", label)
        ]
        return all(piece.casefold() in SOURCES for piece in pieces if piece)

    assert [label for label in ALL["de"] if not is_there(label)] == []


def texts_of(template):
    """Return the texts and labels of a template, cut where something stands in them."""
    html = re.sub(r"\{#.*?#\}|<(code|pre|kbd)\b.*?</\1>|\{%.*?%\}", "¶", template, flags=re.S)
    html = re.sub(r"\{\{.*?\}\}", "¶", html, flags=re.S)
    labels = re.findall(r'(?:aria-label|placeholder|title)="([^"]*)"', html)
    texts = [part for text in (*re.split(r"<[^>]*>", html), *labels) for part in re.split(r"¶|\s·\s", text)]
    return {" ".join(text.split()).strip(" ·…×↗:;,“”") for text in texts if re.search(r"[^\W\d_]{2}", text)}


def says(label, text):
    return "{" in label and re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(label)), text)


@pytest.mark.parametrize("path", sorted((ROOT / "ui" / "templates").rglob("*.html")), ids=lambda path: path.stem)
def test_what_a_template_says_is_translated(path):
    if path.name != "saved.html":  # a conversation as a file, which is read without the page
        said = texts_of(path.read_text(encoding="utf-8")) - NO_WORDS
        assert [text for text in said if not any(text in label or says(label, text) for label in ALL["de"])] == []


def test_a_po_file_is_read():
    header = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n\n'
    text = header + '# why\nmsgid "a \\"b\\""\nmsgstr ""\n"eins "\n"zwei"\n\nmsgid "c"\nmsgstr ""\n'
    assert parse_po(text) == {'a "b"': "eins zwei"}
