"""What the sources of an answer found: ratios and differences as forest plots, and yes or no over the years."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.analysis.terms import terms
from index.records import Abstract
from qa.answer import Answer, Source
from qa.studies.records import Cell, Effect, Study
from qa.studies.sentences import StudySentence, told_sentences
from ui.cards import QuotedSpan, study_of
from ui.pictures.bars import key_of, tick
from ui.pictures.designs import FAMILIES, FAMILY_OF
from ui.pictures.drawing import Box, Dot, Figures, Label, Line, Picture

StudyOf = Callable[[Abstract], Study]
RATIOS = ("OR", "RR", "HR")
_DIFFERENCE = "mean difference"
_LEAST = 2
"""Effects of a kind from which on they are drawn."""
_MOST = 30
_OTHER = "Outcome not told apart"
_WIDTH, _LEFT, _PLOT, _ROW = 520, 66, 250, 22
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_NOT_POOLED = (
    "Not pooled: the studies differ in whom, what and how they studied, and an abstract tells only some of its results,"
    " so that a mean of these would claim more than is known. A dot without a line has no interval in its abstract."
)


@dataclass(frozen=True, slots=True)
class PlacedEffect:
    """An effect of a source with its outcome, "" where none is told apart; `cell` names its words in the card."""

    source: Source
    study: Study
    effect: Effect
    outcome: str
    cell: str

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval; None where there is none, or where it cannot be this value's."""
        ci = self.effect.ci
        return ci if ci and ci[0] <= self.effect.value <= ci[1] else None

    @property
    def told(self) -> str:
        """The effect in words: "HR 0.70 (0.55 to 0.90)"."""
        name = self.effect.measure if self.effect.measure in RATIOS else ""
        ci = f"({self.interval[0]:g} to {self.interval[1]:g})" if self.interval else ""
        return " ".join(part for part in (name, f"{self.effect.value:g}", self.effect.unit, ci) if part)


def effect_spans(study: Study) -> list[QuotedSpan]:
    """Return the words of the effects of a study, by the names that a picture leads to them with."""
    return [
        QuotedSpan(effect.span.start, effect.span.end, cell=f"effect-{number}")
        for number, effect in enumerate(study.effects)
    ]


def answer_pictures(answer: Answer, turn: int, study_of: StudyOf = study_of) -> list[Picture]:
    """Return what can be drawn of an answer: its verdict over the years, and effects of which there are two or more."""
    effects = [effect for source in answer.sources for effect in _placed(source, study_of(source.abstract))]
    ratios = [placed for placed in effects if placed.effect.measure in RATIOS and placed.effect.value > 0]
    differences: dict[str, list[PlacedEffect]] = {}
    for placed in effects:
        if placed.effect.measure == _DIFFERENCE:
            differences.setdefault(placed.effect.unit, []).append(placed)
    drawn = [_forest("ratios", "Ratios that the sources tell", ratios, turn, is_ratio=True)] if ratios else []
    for unit, some in sorted(differences.items()):
        title = f"Differences that the sources tell{f', in {unit}' if unit else ''}"
        drawn.append(_forest("differences", title, some, turn, is_ratio=False))
    made = [_verdict(answer, study_of), *drawn]
    return [picture for picture in made if picture is not None and len(picture.figures.rows) >= _LEAST]


def _placed(source: Source, study: Study) -> Iterator[PlacedEffect]:
    for number, effect in enumerate(study.effects):
        if effect.measure in (*RATIOS, _DIFFERENCE):
            yield PlacedEffect(source, study, effect, _outcome(source, study, effect), f"effect-{number}")


def _outcome(source: Source, study: Study, effect: Effect) -> str:
    """Return the outcome named nearest to an effect in its sentence, with no other effect between; "" for none."""
    sentence = next(
        (candidate for candidate in told_sentences(source.abstract) if _holds(candidate, effect.span)), None
    )
    if sentence is None:
        return ""
    at = effect.span.start - sentence.start
    others = [other_effect.span.start - sentence.start for other_effect in study.effects if other_effect is not effect]
    near = [
        (abs(at - found.start()), outcome.text)
        for outcome in study.outcomes
        for found in re.finditer(re.escape(outcome.text), sentence.as_stored, re.I)
        if not any(min(at, found.start()) < other < max(at, found.start()) for other in others)
    ]
    return min(near)[1] if near else ""


def _holds(sentence: StudySentence, cell: Cell) -> bool:
    return sentence.start <= cell.start < sentence.start + len(sentence.as_stored)


def by_outcome(effects: Iterable[PlacedEffect]) -> dict[str, list[PlacedEffect]]:
    """Return effects by their outcomes; one whose words another one has too is of the same: mortality, early mortality.

    Those without an outcome of their own come last.
    """
    groups: list[tuple[set[str], list[PlacedEffect]]] = []
    for placed in effects:
        words = set(terms(placed.outcome))
        same = (group for known, group in groups if known <= words or words <= known) if words else iter(())
        if (group := next(same, None)) is not None:
            group.append(placed)
        elif words:
            groups.append((words, [placed]))
    named = {min((placed.outcome for placed in group), key=len): group for _, group in groups}
    others = [placed for placed in effects if not terms(placed.outcome)]
    return named | ({_OTHER: others} if others else {})


def _forest(name: str, title: str, effects: Sequence[PlacedEffect], turn: int, *, is_ratio: bool) -> Picture:
    groups = by_outcome(effects[:_MOST])
    place, marks, middle = _axis([placed for group in groups.values() for placed in group], is_ratio=is_ratio)
    boxes: list[Box] = []
    dots: list[Dot] = []
    lines: list[Line] = []
    labels: list[Label] = []
    y = 4.0
    for outcome, group in groups.items():
        labels.append(Label(0, y + 15, outcome[:1].upper() + outcome[1:], is_strong=True))
        y += _ROW
        for placed in group:
            at, year = place(placed.effect.value), placed.source.abstract.year
            tip = f"[{placed.source.number}] {placed.effect.span.text}"
            if placed.interval:
                lines.append(Line(place(placed.interval[0]), y + 11, place(placed.interval[1]), y + 11, is_strong=True))
                boxes.append(Box(at - 4, y + 7, 8, 8, 1, tip))
            else:
                dots.append(Dot(at, y + 11, 3.5, 1, tip))
            href = f"#card-{turn}-{placed.source.number}"
            labels.append(Label(0, y + 15, f"[{placed.source.number}] {year or ''}", href=href, cell=placed.cell))
            labels.append(Label(_LEFT + _PLOT + 14, y + 15, placed.told))
            y += _ROW
    frame = [Line(place(value), 0, place(value), y) for value in marks]
    labels += [Label(place(value), y + 16, f"{value:g}", "middle") for value in marks]
    none = Line(place(middle), 0, place(middle), y, is_strong=True, is_dashed=True)
    more = f" {len(effects) - _MOST} more are not drawn." if len(effects) > _MOST else ""
    return Picture(
        name, title, _WIDTH, y + 24, _figures(groups), tuple(boxes), (*frame, none, *lines), tuple(dots),
        tuple(labels), _NOT_POOLED + more,
    )  # fmt: skip


def _axis(
    effects: Sequence[PlacedEffect], *, is_ratio: bool
) -> tuple[Callable[[float], float], Sequence[float], float]:
    """Return where a value stands, the values that are marked, and the one that means no difference."""
    values = [value for placed in effects for value in (placed.effect.value, *(placed.interval or ()))]
    if is_ratio:
        low = max((mark for mark in _TICKS if mark <= min(*values, 1)), default=_TICKS[0])
        high = min((mark for mark in _TICKS if mark >= max(*values, 1)), default=_TICKS[-1])
        marks: list[float] = [mark for mark in _TICKS if low <= mark <= high]
        scale: Callable[[float], float] = math.log
    else:
        step = tick(math.ceil(max(map(abs, values))) or 1)
        low, high = step * math.floor(min(*values, 0) / step), step * math.ceil(max(*values, 0) / step)
        marks = [low + number * step for number in range(round((high - low) / step) + 1)]
        scale = float
    if low == high:
        low, high = low - 1 if not is_ratio else 0.5, high + 1 if not is_ratio else 2
    first, width = scale(low), scale(high) - scale(low)

    def place(value: float) -> float:
        return _LEFT + _PLOT * (scale(min(max(value, low), high)) - first) / width

    return place, marks, 1.0 if is_ratio else 0.0


def _figures(groups: dict[str, list[PlacedEffect]]) -> Figures:
    columns = ("Source", "Year", "Design", "Outcome", "Measure", "Value", "Interval", "P")
    return Figures(
        columns,
        tuple(
            (
                f"[{placed.source.number}]", str(placed.source.abstract.year or ""), placed.study.design,
                placed.outcome, placed.effect.measure, f"{placed.effect.value:g} {placed.effect.unit}".strip(),
                f"{placed.interval[0]:g} to {placed.interval[1]:g}" if placed.interval else "", placed.effect.p,
            )
            for group in groups.values() for placed in group
        ),
    )  # fmt: skip


def _verdict(answer: Answer, study_of: StudyOf) -> Picture | None:
    """Return the sources for and against what a question of yes or no asks, by year and design; None without years."""
    if answer.headline is None:
        return None
    sides = (("for", answer.headline.supporting), ("against", answer.headline.against))
    by_number = {source.number: source for source in answer.sources}
    voted = [
        (year, name, by_number[number])
        for name, numbers in sides
        for number in numbers
        if number in by_number and (year := by_number[number].abstract.year)
    ]
    if not voted:
        return None
    families = {source.number: FAMILY_OF[study_of(source.abstract).design] for _, _, source in voted}
    parts = [family for family in FAMILIES if family in families.values()]
    boxes, labels, top = key_of(parts)
    first, last = min(year for year, *_ in voted), max(year for year, *_ in voted)
    heights, dots, used = {"for": top + 34, "against": top + 84}, [], dict[tuple[int, str], int]()
    for year, name, source in sorted(voted, key=lambda vote: (vote[0], vote[2].number)):
        x = _LEFT + (_WIDTH - _LEFT - 40) * (year - first + 0.5) / (last - first + 1)
        y = heights[name] - 13 * used.get((year, name), 0)
        used[year, name] = used.get((year, name), 0) + 1
        family = families[source.number]
        tip = f"[{source.number}] {year}, {study_of(source.abstract).design}: {name}"
        dots.append(Dot(x, y, 5.5, parts.index(family) + 1, tip))
    years = sorted({first, last} | {year for year, *_ in voted})
    at = {year: _LEFT + (_WIDTH - _LEFT - 40) * (year - first + 0.5) / (last - first + 1) for year in years}
    shown: list[int] = []
    for year in years:
        if not shown or at[year] - at[shown[-1]] > 36:
            shown.append(year)
    labels += [Label(at[year], top + 116, str(year), "middle") for year in shown]
    labels += [Label(0, height + 4, name.capitalize(), is_strong=True) for name, height in heights.items()]
    lines = tuple(Line(_LEFT, height + 10, _WIDTH - 20, height + 10) for height in heights.values())
    rows = tuple(
        (f"[{source.number}]", str(year), study_of(source.abstract).design, name)
        for year, name, source in sorted(voted, key=lambda vote: (vote[0], vote[2].number))
    )
    figures = Figures(("Source", "Year", "Design", "For or against"), rows)
    title = "For and against over the years"
    return Picture("verdict", title, _WIDTH, top + 126, figures, tuple(boxes), lines, tuple(dots), tuple(labels))
