"""The size of a study as a short answer: "How many patients were in PMID 123?"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from index.analysis.terms import terms
from qa.answer import Citation, ShortAnswer
from qa.evidence.scoring import Evidence
from qa.generation.short_answers.asked import OF_A_STUDY, PEOPLE, AskedFor
from qa.language.word_tokens import tokens_of
from qa.studies.reading import read_study
from qa.studies.records import Cell

_ANYBODY = frozenset(terms("patients participants subjects people persons individuals volunteers"))


def study_size(asked: AskedFor, evidence: Sequence[Evidence]) -> tuple[ShortAnswer, ...]:
    """Return the words that tell the size of the best sentence's study, groups side by side in one; () for none.

    Only where the question is for the whole study, by nothing but people and words for taking part, and the people are
    those that the study is told to have.
    """
    if not (asked.asked == "count" and asked.counts_people) or asked.stems - asked.counted - _asked_anyway():
        return ()
    best = evidence[0].source
    size = read_study(best.abstract).n
    if size is None or not _are_meant(asked, size.spans):
        return ()
    sentences = [sentence for sentence in evidence if sentence.source is best]
    return tuple(_short_answer(cells, sentence) for sentence, cells in _by_sentence(size.spans, sentences))


def _asked_anyway() -> frozenset[str]:
    return OF_A_STUDY | PEOPLE | frozenset(terms("many number total"))


def _are_meant(asked: AskedFor, spans: Sequence[Cell]) -> bool:
    """Return True unless the question is for others: children, where the study tells of adults."""
    particular = asked.counted & asked.stems - _ANYBODY
    stems = frozenset(token.stem for span in spans for token in tokens_of(span.text))
    return not particular or not particular.isdisjoint(stems)


def _by_sentence(spans: Sequence[Cell], evidence: Sequence[Evidence]) -> Iterator[tuple[Evidence, list[Cell]]]:
    """Yield the words of the groups that one sentence tells, with it."""

    def place(span: Cell) -> int:
        return next(
            (at for at, sentence in enumerate(evidence) if sentence.start <= span.start and span.end <= sentence.end),
            -1,
        )

    for at, cells in groupby(sorted(spans, key=lambda span: span.start), key=place):
        if at >= 0:
            yield evidence[at], list(cells)


def _short_answer(cells: Sequence[Cell], sentence: Evidence) -> ShortAnswer:
    source, start, end = sentence.source, cells[0].start, cells[-1].end
    quote = source.abstract.text[start:end]
    return ShortAnswer(quote, (Citation(source.number, source.abstract.pmid, start, end, quote),), 1)
