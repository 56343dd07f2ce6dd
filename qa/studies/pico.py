"""Population, intervention, comparator and outcomes (PICO: Richardson et al. 1995), cut out of the stated aim first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qa.studies.pico_cues import (
    AGAINST,
    ANIMALS,
    ARMS,
    ASKED,
    BY,
    CELLS,
    CLAUSE,
    CONTROLS,
    DANGLING,
    DOES,
    EFFECT_ON,
    FACTORS,
    FOR,
    GIVEN,
    INDUCED,
    MARKER,
    MEASURED,
    NAMED,
    NO_COMPARATOR,
    NO_OUTCOME,
    NOTHING,
    POPULATION,
    RELATIONS,
    STATES,
    THAN,
    TITLED,
    TRIM_FRONT,
    USING,
    VERSUS,
)
from qa.studies.ranking import ranked
from qa.studies.records import Cell, Design
from qa.studies.sentences import StudySentence

_WITHOUT: frozenset[Design] = frozenset(
    (
        "case report",
        "case series",
        "qualitative or survey",
        "review",
        "systematic review",
        "not a study",
        "other",
        "modelling or economic",
    )
)
"""Designs that seldom compare: a comparator is read there from the aim only."""


class Question(NamedTuple):
    """The four parts of a study's question."""

    population: Cell | None
    intervention: Cell | None
    comparator: Cell | None
    outcomes: tuple[Cell, ...]

    def cells(self) -> dict[str, tuple[Cell, ...]]:
        """Return the words of each part."""
        single = {name: (cell,) if (cell := getattr(self, name)) else () for name in self._fields[:3]}
        return single | {"outcomes": self.outcomes}


def read_question(sentences: Sequence[StudySentence], design: Design) -> Question:
    """Return population, intervention, comparator and outcomes, each None or empty where nothing tells it."""
    question = by_rules(sentences, design)
    population, intervention = ranked(sentences, question.cells())
    return question._replace(population=population, intervention=intervention)


def by_rules(sentences: Sequence[StudySentence], design: Design) -> Question:
    """Return the four parts as the phrasings of `pico_cues` tell them."""
    aims = [sentence for sentence in sentences if sentence.part == "aim"] + [
        sentence for sentence in sentences if sentence.part == "title"
    ]
    rest = [sentence for sentence in sentences if sentence.part in ("methods", "background")] + [
        sentence for sentence in sentences if sentence.part in ("results", "conclusions")
    ]
    intervention, outcome, comparator = _relation(aims, rest)
    comparator = comparator or _comparator(sentences, design)
    if comparator is None and design in ("randomised controlled trial", "non-randomised trial"):
        comparator = _other_arm(sentences, intervention) or (
            _baseline(sentences) if design == "non-randomised trial" else None
        )
    return Question(
        _population(sentences, design),
        intervention,
        comparator,
        outcome or _measured([*aims, *rest]),
    )


def _relation(
    aims: Sequence[StudySentence], rest: Sequence[StudySentence]
) -> tuple[Cell | None, tuple[Cell, ...], Cell | None]:
    own_sentences = [sentence for sentence in rest if sentence.part != "background"]
    titles = [sentence for sentence in aims if sentence.part == "title"]
    stated = sorted(
        (sentence for sentence in aims if sentence.part == "aim"), key=lambda sentence: not STATES.search(sentence.text)
    )
    tries: tuple[tuple[Sequence[StudySentence], tuple[re.Pattern[str], ...]], ...] = (
        (titles, (EFFECT_ON, BY, DOES, NAMED, TITLED)),
        (stated, (*RELATIONS, BY)),
        (titles, (*RELATIONS, FOR, INDUCED)),
        (stated, (VERSUS,)),
        ((*aims, *own_sentences), (ARMS,)),
        (stated, (ASKED, USING)),
        (own_sentences[:3], RELATIONS),
        (rest[:3], RELATIONS),
        ((*aims, *rest), (GIVEN,)),
        ((*aims, *rest), (FACTORS,)),
        ((*aims, *rest), (INDUCED, MARKER)),
    )
    for sentences, patterns in tries:
        for pattern in patterns:
            for sentence, match in _all(pattern, sentences):
                if cell := _phrase(sentence, match, _subject_of(match)):
                    groups = match.groupdict()
                    outcomes = _listed(sentence, *match.span("y")) if groups.get("y") else ()
                    return cell, outcomes, _phrase(sentence, match, "c") if groups.get("c") else None
    return None, (), None


def _subject_of(match: re.Match[str]) -> str:
    """Return the name of the group that holds what is studied."""
    groups = match.groupdict()
    return next(name for name in ("x", "treatment", "drug") if groups.get(name))


def _all(pattern: re.Pattern[str], sentences: Sequence[StudySentence]) -> Iterator[tuple[StudySentence, re.Match[str]]]:
    """Yield the matches in sentences, but for those that name no thing: "the two groups", "those"."""
    for sentence in sentences:
        for match in pattern.finditer(sentence.text):
            if not NOTHING.search(match[_subject_of(match)]):
                yield sentence, match


def _phrase(sentence: StudySentence, match: re.Match[str], group: str) -> Cell | None:
    cell = _trimmed(sentence, *match.span(group))
    return None if cell and group != "c" and NOTHING.search(cell.text) else cell


def _trimmed(sentence: StudySentence, start: int, end: int, words: int = 9) -> Cell | None:
    text = sentence.text[start:end]
    if front := TRIM_FRONT.match(text):
        start, text = start + front.end(), text[front.end() :]
    text = CLAUSE.sub("", re.sub(r" (?:in|on|with) (?:their|its|his|her)\b.*$", "", text))
    text = " ".join(text.split(" ")[:words])
    text = DANGLING.sub("", text)
    return sentence.cell(start, start + len(text)) if len(text.strip(" .,;:")) > 2 else None


def _listed(sentence: StudySentence, start: int, end: int) -> tuple[Cell, ...]:
    """Split a list of outcomes at its commas and its "and"; at most four."""
    text = CLAUSE.sub("", sentence.text[start:end])
    text = re.sub(
        r" (?:(?:in|among) (?:[\w-]+ ){0,4}|of (?:the )?(?:[\w-]+ )?)(?:patients|women|men|children|adults"
        r"|subjects|people|infants"
        r"|individuals|rats|mice)\b.*$",
        "",
        text,
        flags=re.I,
    )
    cells, at = [], start
    for piece in re.split(r"(, and |, | and | or )", text):
        if piece.strip(" ,") not in ("and", "or", "") and (cell := _trimmed(sentence, at, at + len(piece))):
            cells.append(cell)
        at += len(piece)
    return tuple(cells[:4])


def _measured(sentences: Sequence[StudySentence]) -> tuple[Cell, ...]:
    for sentence in sentences:
        for match in MEASURED.finditer(sentence.text):
            if not NO_OUTCOME.match(match["y"]) and (cells := _listed(sentence, *match.span("y"))):
                return cells
    return ()


def _population(sentences: Sequence[StudySentence], design: Design) -> Cell | None:
    if design == "modelling or economic":
        return None
    candidates = list(_populations(sentences, design))
    return max(candidates, key=lambda pair: pair[0])[1] if candidates else None


def _populations(sentences: Sequence[StudySentence], design: Design) -> Iterator[tuple[float, Cell]]:
    parts = {"title": 1.5, "aim": 2.2, "methods": 2.2, "results": 1.0, "background": 0.6, "conclusions": 0.6}
    for place, sentence in enumerate(sentences):
        for match in POPULATION.finditer(sentence.text):
            unit, start, end = match["unit"], match.start(), match.end("unit")
            kind = (
                "cells"
                if re.fullmatch(CELLS, unit, re.I)
                else "animals"
                if re.fullmatch(ANIMALS, unit, re.I)
                else "people"
            )
            wanted = {"animal": "animals", "in vitro": "cells"}.get(design, "people")
            if match["after"]:
                lead = re.match(r" (?:who )?\w+", match["after"])[0]  # type: ignore[index]
                after = lead + CLAUSE.sub("", match["after"][len(lead) :])
                after = " ".join(after.split(" ")[:9])
                end += len(DANGLING.sub("", after))
            cell = sentence.cell(start, end)
            words = cell.text.split()
            score = parts[sentence.part] - 0.02 * place
            score += 2.0 if kind == wanted else -1.0
            score += 1.6 if end > match.end("unit") else 0.0
            score += 0.5 * min(2, match.start("unit") - start > 0) - 0.3 * max(0, len(words) - 9)
            score -= 1.5 * bool(
                re.fullmatch(r"controls?|cases|males?|females?|men|women|group", unit, re.I) and len(words) < 3
            )
            score -= 1.5 * bool(
                re.fullmatch(
                    r"patient|nurse|physician|doctor|surgeon|individual|teacher|subject|participant|person|member",
                    unit,
                    re.I,
                )
                and design != "case report"
            )
            score -= 1.0 * bool(
                re.fullmatch(r"(?:the |study )?(?:participants?|subjects|respondents|patients)", cell.text, re.I)
            )
            score -= 2.0 * bool(re.search(r"\b(?:control|healthy|normal|placebo)\b", cell.text, re.I))
            score -= 1.5 * bool(re.search(r"\b(?:groups?|arm|versus)\b|^(?:study|single)\b", cell.text, re.I))
            yield score, cell


def _other_arm(sentences: Sequence[StudySentence], intervention: Cell | None) -> Cell | None:
    """Return the arm of a trial that the intervention is held against."""
    for sentence, match in _all(
        ARMS, [sentence for sentence in sentences if sentence.part in ("aim", "methods", "title")]
    ):
        first, second = _phrase(sentence, match, "x"), _phrase(sentence, match, "c")
        is_second = intervention and second and second.text.casefold() in intervention.text.casefold()
        if arm := first if is_second else second:
            return arm
    for sentence in sentences:
        than = THAN.search(sentence.text) if sentence.part == "results" else None
        if than and not NO_COMPARATOR.match(than["c"]):
            return _phrase(sentence, than, "c")
    return None


def _baseline(sentences: Sequence[StudySentence]) -> Cell | None:
    """Return the word "baseline" where a trial without groups names it."""
    return next(
        (
            sentence.cell(*match.span())
            for sentence in sentences
            if (match := re.search(r"\bbaseline\b", sentence.text, re.I))
        ),
        None,
    )


def _comparator(sentences: Sequence[StudySentence], design: Design) -> Cell | None:
    seldom = design in _WITHOUT
    for part in ("aim", "title", "methods", "results"):
        if seldom and part in ("methods", "results"):
            continue
        for sentence in sentences:
            if sentence.part != part:
                continue
            if match := CONTROLS.search(sentence.text):
                return sentence.cell(*match.span())
            is_result = part == "results"
            if (match := AGAINST.search(sentence.text)) and not _names_no_comparator(match["c"], is_result=is_result):
                return _phrase(sentence, match, "c")
    return None


def _names_no_comparator(text: str, *, is_result: bool) -> bool:
    return bool(NO_COMPARATOR.match(text)) or (is_result and "significant" in text)
