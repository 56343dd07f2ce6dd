"""The page's look where it can be computed: contrast by day and by night, and a theme that asks no other host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "ui" / "page.css").read_text(encoding="utf-8")


def colours(selector: str) -> dict[str, str]:
    block = CSS[CSS.index(selector) :]
    return dict(re.findall(r"--aa-([a-z-]+): (#[0-9a-f]{6});", block[: block.index("}")]))


DAY, NIGHT = colours(":root"), colours(".dark, .dark .gradio-container")


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [DAY, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "page"), ("ink", "surface"), ("ink", "sunken"), ("ink", "accent-wash"), ("ink", "red-wash"),
        ("soft", "page"), ("soft", "surface"), ("soft", "sunken"),
        ("accent", "surface"), ("accent", "page"), ("accent", "accent-wash"), ("accent-ink", "accent"),
        ("accent-ink", "accent-hover"), ("mark-ink", "mark"), ("red", "red-wash"), ("surface", "red"),
        ("amber", "amber-wash"), ("amber", "surface"), ("green", "surface"),
    ],
)  # fmt: skip
def test_text_can_be_read(ink, ground, scheme):
    assert contrast(scheme[ink], scheme[ground]) >= 4.5  # WCAG 2 AA


def test_both_schemes_name_the_same_colours_and_the_theme_only_those():
    from ui.page import COLOURS

    assert set(DAY) == set(NIGHT)
    assert set(COLOURS.values()) <= set(DAY)


def test_nothing_of_the_theme_comes_from_another_host():
    from ui.page import launch_options

    options = launch_options()
    assert options["theme"]._stylesheets == []
    assert not re.search(r"https?:|//[a-z]", options["css"] + re.sub(r"(?m)^ *//.*$", "", options["js"]))
