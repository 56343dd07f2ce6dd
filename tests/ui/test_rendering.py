"""Templates: every value is escaped, a missing one is an error, and nothing is marked safe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from ui.rendering import render

UI = Path(__file__).parents[2] / "ui"


def test_values_are_escaped():
    assert render("notice.html", message="<b>\"'&") == (
        '<p class="aa-notice" role="alert" dir="auto" data-said>&lt;b&gt;&#34;&#39;&amp;</p>'
    )


def test_a_missing_value_is_an_error():
    with pytest.raises(UndefinedError, match="'message' is undefined"):
        render("notice.html")


@pytest.mark.parametrize("path", [*UI.glob("*.py"), *UI.glob("templates/*.html")], ids=lambda path: path.name)
def test_nothing_is_marked_safe(path):
    assert not re.search(r"\|\s*safe\b|\bMarkup\b|autoescape (?:false|False)", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [*UI.glob("templates/*.html")], ids=lambda path: path.name)
def test_every_attribute_with_a_value_is_quoted(path):
    assert not re.search(r"=\{\{|='[^']*\{\{", path.read_text(encoding="utf-8"))
