"""A picture as shapes and as a table of the same figures, and its HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from ui.rendering import render

Anchor = Literal["start", "middle", "end"]
_CHARACTER = 6.6
"""The mean width of a character of a label, of 12 units' height."""


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle of a numbered colour, with the text that is shown when a pointer rests on it."""

    x: float
    y: float
    width: float
    height: float
    colour: int = 1
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line: one of the frame, or a strong one of the figures themselves."""

    x1: float
    y1: float
    x2: float
    y2: float
    is_strong: bool = False
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A circle of a numbered colour; with a PMID it opens that abstract."""

    x: float
    y: float
    radius: float = 3.5
    colour: int = 1
    tip: str = ""
    pmid: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A text that begins, ends or has its middle at a place; with `href` it leads to a cell's words in a card."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    is_strong: bool = False
    href: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a picture as a table: the first cell of each row names it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with its title and a note on what it shows, and its figures. `name` is that of its saved file."""

    name: str
    title: str
    width: float
    height: float
    figures: Figures
    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    labels: tuple[Label, ...] = ()
    note: str = ""

    @property
    def is_linked(self) -> bool:
        """True if something of it can be followed, so that it is no mere image."""
        return any(label.href for label in self.labels)


def pictures_html(pictures: Sequence[Picture]) -> str:
    """Return pictures, each with its note, its figures as a table, and links to save it as SVG and PNG."""
    return render("pictures/pictures.html", pictures=pictures, address_of=address_of)


def address_of(picture: Picture) -> str:
    """Return a data URL of a picture as SVG that stands alone."""
    alone = render("pictures/drawing.svg", picture=picture, is_alone=True)
    return f"data:image/svg+xml;charset=utf-8,{quote(alone, safe='')}"


def shortened(text: str, width: float) -> str:
    """Return a label that fits into a width, cut off with "…" where it is longer."""
    most = max(4, int(width / _CHARACTER))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def width_of(text: str) -> float:
    """Return about how wide a label is."""
    return len(text) * _CHARACTER
