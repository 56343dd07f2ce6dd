"""Lines over sizes as an SVG: panels side by side, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 420, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 110, 40, 44
_COLOURS = ("#1f6f8b", "#c8553d", "#6a994e", "#7d5ba6")

Points = Mapping[float, float]


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines by their names, each its values by size."""

    title: str
    lines: Mapping[str, Points]


def picture(panels: Sequence[Panel], sizes: Sequence[float], *, below: str) -> str:
    """Return panels as one SVG; `below` says what the sizes are."""
    drawn = "".join(
        f'<g transform="translate({number * WIDTH},0)">{_drawn(panel, sizes, below)}</g>'
        for number, panel in enumerate(panels)
    )
    width = WIDTH * len(panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" '
        f'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>{drawn}</svg>\n'
    )


def _drawn(panel: Panel, sizes: Sequence[float], below: str) -> str:
    values = [value for points in panel.lines.values() for value in points.values()]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def x(size: float) -> float:
        return _placed(size, math.log10(min(sizes)), math.log10(max(sizes)), _LEFT, WIDTH - _RIGHT)

    def y(value: float) -> float:
        return _placed(value, low, max(high, low + 1), HEIGHT - _BOTTOM, _TOP)

    parts = [_text(_LEFT, 20, panel.title, weight="bold"), _text(_LEFT, HEIGHT - 8, below)]
    for power in range(low, max(high, low + 1) + 1):
        at = y(10.0**power)
        parts.append(f'<path d="M{_LEFT} {at:.1f}H{WIDTH - _RIGHT}" stroke="#ddd"/>')
        parts.append(_text(_LEFT - 6, at + 4, f"{10.0**power:,g}", anchor="end"))
    parts += [_text(x(size), HEIGHT - 26, f"{size:,.0f}", anchor="middle") for size in sizes]
    ends = _apart({name: y(points[max(points)]) for name, points in panel.lines.items()})
    for colour, (name, points) in zip(_COLOURS, panel.lines.items(), strict=False):
        places = [(x(size), y(value)) for size, value in sorted(points.items())]
        path = " ".join(f"{across:.1f},{down:.1f}" for across, down in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3" fill="{colour}"/>' for across, down in places]
        parts.append(_text(places[-1][0] + 8, ends[name] + 4, name, colour=colour))
    return "".join(parts)


def _placed(value: float, low: float, high: float, first: float, last: float) -> float:
    return first + (math.log10(value) - low) / (high - low) * (last - first)


def _apart(ends: Mapping[str, float]) -> dict[str, float]:
    """Return where names stand, so that none stands on another."""
    placed: dict[str, float] = {}
    for name, at in sorted(ends.items(), key=lambda end: end[1]):
        placed[name] = max(at, max(placed.values(), default=-math.inf) + 13)
    return placed


def _text(x: float, y: float, text: str, *, anchor: str = "start", colour: str = "#333", weight: str = "normal") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )
