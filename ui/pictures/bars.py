"""Counts as bars: columns that are stacked by a second division, and rows with their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui.pictures.drawing import Box, Figures, Label, Line, Picture, shortened, width_of

_WIDTH = 520
_LEFT, _RIGHT, _PLOT, _FOOT = 44, 8, 190, 26
_ROW, _NAMES = 24, 235
_TICKS = 4
_KEY = 20
"""The height of a line of the key to the colours."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A name with its counts, one for each part of the bar."""

    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """The length of the whole bar."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars under a title: `what` names what each stands for, `parts` what its counts are of."""

    name: str
    title: str
    what: str
    parts: tuple[str, ...]
    bars: tuple[Bar, ...]
    note: str = ""

    @property
    def figures(self) -> Figures:
        """The counts as a table, with the sum of each bar where it has several parts."""
        has_sum = len(self.parts) > 1
        columns = (self.what, *self.parts, *(("All",) if has_sum else ()))
        rows = tuple(
            (bar.name, *(f"{count:,}" for count in bar.counts), *((f"{bar.total:,}",) if has_sum else ()))
            for bar in self.bars
        )
        return Figures(columns, rows)


def columns(of: Bars) -> Picture:
    """Return bars that stand side by side, in their order, each stacked of its parts, with a key to the colours."""
    key_boxes, key_labels, top = key_of(of.parts)
    step = tick(max((bar.total for bar in of.bars), default=1))
    highest = step * max(1, -(-max((bar.total for bar in of.bars), default=1) // step))
    bottom, wide = top + _PLOT, (_WIDTH - _LEFT - _RIGHT) / max(1, len(of.bars))
    boxes, labels, lines = list(key_boxes), list(key_labels), []
    for value in range(0, highest + 1, step):
        y = bottom - _PLOT * value / highest
        lines.append(Line(_LEFT, y, _WIDTH - _RIGHT, y))
        labels.append(Label(_LEFT - 6, y + 4, f"{value:,}", "end"))
    for number, bar in enumerate(of.bars):
        x, y = _LEFT + number * wide, bottom
        for colour, (part, count) in enumerate(zip(of.parts, bar.counts, strict=True), start=1):
            height = _PLOT * count / highest
            y -= height
            if count:
                boxes.append(Box(x + wide * 0.1, y, wide * 0.8, height, colour, f"{bar.name}, {part}: {count:,}"))
    labels += _names_below(of.bars, wide, bottom)
    size = bottom + _FOOT
    return Picture(of.name, of.title, _WIDTH, size, of.figures, tuple(boxes), tuple(lines), (), tuple(labels), of.note)


def rows(of: Bars) -> Picture:
    """Return bars under each other, in their order, each with its name before it and its count behind it."""
    most = max((bar.total for bar in of.bars), default=1)
    room = _WIDTH - _NAMES - 60
    boxes, labels = [], []
    for number, bar in enumerate(of.bars):
        y, length = number * _ROW, room * bar.total / most
        boxes.append(Box(_NAMES, y + 3, max(1.0, length), _ROW - 8, 1, f"{bar.name}: {bar.total:,}"))
        labels.append(Label(_NAMES - 8, y + 15, shortened(bar.name, _NAMES - 12), "end"))
        labels.append(Label(_NAMES + length + 6, y + 15, f"{bar.total:,}"))
    height = len(of.bars) * _ROW + 4
    return Picture(of.name, of.title, _WIDTH, height, of.figures, tuple(boxes), (), (), tuple(labels), of.note)


def tick(most: int) -> int:
    """Return the step of an axis up to a number: 1, 2 or 5 times a power of ten.

    >>> [tick(most) for most in (3, 9, 40, 1234)]
    [1, 5, 10, 500]
    """
    for power in range(12):
        for step in (int(first * 10**power) for first in (1, 2, 5)):
            if most <= step * _TICKS:
                return step
    return most


def key_of(parts: Sequence[str]) -> tuple[list[Box], list[Label], float]:
    """Return the key to the colours, in as many lines as it needs, and where the bars may begin."""
    if len(parts) < 2:
        return [], [], 10
    boxes, labels = [], []
    x, y = float(_LEFT), 4.0
    for colour, part in enumerate(parts, start=1):
        width = 18 + width_of(part) + 14
        if x + width > _WIDTH and x > _LEFT:
            x, y = _LEFT, y + _KEY
        boxes.append(Box(x, y, 12, 12, colour))
        labels.append(Label(x + 18, y + 10, part))
        x += width
    return boxes, labels, y + _KEY + 10


def _names_below(bars: Sequence[Bar], wide: float, bottom: float) -> list[Label]:
    """Return the names below columns: of every so many, where there is no room for all."""
    widest = max((width_of(bar.name) for bar in bars), default=0) + 10
    every = max(1, -int(-widest // wide))
    return [
        Label(_LEFT + (number + 0.5) * wide, bottom + 18, bar.name, "middle")
        for number, bar in enumerate(bars)
        if number % every == 0
    ]
