"""Questions of several parts: a comparison taken apart, and the answers to parts joined into one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa.answer import Answer, Sentence, ShortAnswer, Source
from qa.question.records import QuestionAnalysis


def join(blank: Answer, answers: Sequence[Answer]) -> Answer:
    """Return one answer of the sentences of several, in their order; a message says which part has none.

    It abstains where all do, with the nearest abstracts of all.
    """
    sources, numbers = _numbered([source for answer in answers for source in answer.sources])
    sentences: dict[str, Sentence] = {}
    for answer in answers:
        for sentence in answer.sentences:
            cited = (replace(citation, source=numbers[citation.pmid]) for citation in sentence.citations)
            sentences.setdefault(sentence.text, replace(sentence, citations=tuple(cited)))
    messages = dict.fromkeys(answer.message for answer in answers if answer.message)
    nearest, _ = _numbered([source for answer in answers for source in answer.nearest])
    abstained = all(answer.abstained for answer in answers)
    return replace(
        blank,
        sentences=tuple(sentences.values()),
        sources=sources,
        short=_short(answers, numbers),
        abstained=abstained,
        message="\n".join([*filter(None, [blank.message]), *messages]),
        nearest=nearest[:3] if abstained else (),
        model=answers[0].model,
        prompt_sha256=answers[0].prompt_sha256,
        dropped_citations=sum(answer.dropped_citations for answer in answers),
        concepts=tuple(dict.fromkeys(concept for answer in answers for concept in answer.concepts)),
        headline=answers[0].headline if len(answers) == 1 else None,
    )


def _short(answers: Sequence[Answer], numbers: Mapping[str, int]) -> tuple[ShortAnswer, ...]:
    return tuple(
        replace(span, citations=tuple(replace(cited, source=numbers[cited.pmid]) for cited in span.citations))
        for answer in answers
        for span in answer.short
    )


def _numbered(sources: Sequence[Source]) -> tuple[tuple[Source, ...], dict[str, int]]:
    """Return sources, each abstract once, numbered from 1, and their numbers by PMID."""
    by_pmid: dict[str, Source] = {}
    for source in sources:
        by_pmid.setdefault(source.abstract.pmid, source)
    numbers = {pmid: number for number, pmid in enumerate(by_pmid, start=1)}
    return tuple(replace(source, number=numbers[pmid]) for pmid, source in by_pmid.items()), numbers


_COMPARES = re.compile(
    r"^(?:please )?(?:compare|contrast)\b|^how (?:do|does|did)\b|\bdiffers?\b"
    r"|\b(?:the )?differences? (?:between|in)\b",
    re.I,
)
_AROUND = re.compile(r"^[\s:,;]+|\bwith (?:regard|respect) to\b|\bwhich (?:one|of them)\b", re.I)
_JOINS = r"(?:versus|vs\.?|from|compared (?:with|to)|and|or|with|than|against|,)"


def each_side(analysis: QuestionAnalysis) -> tuple[str, ...]:
    """Return a comparison as a question on each side: what it asks of both stays, the other side goes.

    "Compare zinc and iron in croup" becomes "zinc in croup" and "iron in croup".
    """
    text = _COMPARES.sub(" ", analysis.text)
    questions = []
    for side, other in (analysis.sides, analysis.sides[::-1]):
        joined = rf"\s*{_JOINS}?\s*(?:those of )?{re.escape(other)}\s*(?:{_JOINS}(?=\s))?"
        rest = _AROUND.sub(" ", re.sub(joined, " ", text, count=1, flags=re.I))
        rest = " ".join(rest.split())
        questions.append(rest if side.lower() in rest.lower() else f"{side} {rest}")
    return tuple(questions)
