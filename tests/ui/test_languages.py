"""The page's labels in other languages: whole, with the same names in them, and none that the page does not have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ui.languages import catalogues, parse_po

UI = Path(__file__).parents[2] / "ui"
ALL = catalogues()
SOURCES = " ".join(
    " ".join(path.read_text(encoding="utf-8").split())
    for path in sorted(UI.rglob("*"))
    if path.suffix in {".py", ".js", ".html"}
)


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


def test_no_label_is_translated_that_the_page_does_not_have():
    def is_there(label):
        pieces = [piece.strip(" :;,()✓") for piece in re.split(r"\{\w+\}|; | of ", label)]
        return all(piece in SOURCES for piece in pieces if piece)

    assert [label for label in ALL["de"] if not is_there(label)] == []


def test_a_po_file_is_read():
    header = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n\n'
    text = header + '# why\nmsgid "a \\"b\\""\nmsgstr ""\n"eins "\n"zwei"\n\nmsgid "c"\nmsgstr ""\n'
    assert parse_po(text) == {'a "b"': "eins zwei"}
