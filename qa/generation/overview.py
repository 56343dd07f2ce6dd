"""Overviews and look-ups: what abstracts found, each by its own conclusions and results."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from index.analysis.terms import content_words, terms
from qa.answer import Sentence
from qa.evidence.scoring import Evidence
from qa.language.discourse import announces, gives_orders, only_tells_what_was_done
from qa.question.records import QuestionAnalysis

MOST_SENTENCES = 12
_SECTIONS = {"CONCLUSIONS": 0, "RESULTS": 1, "": 2}
"""Sections that tell findings, best first; an abstract without labels has its findings anywhere."""


def overview(evidence: Sequence[Evidence], *, of_each: int = 1) -> list[Sentence]:
    """Return up to a dozen findings, the best `of_each` source; the source with the best sentence comes first."""
    by_source: dict[int, list[Evidence]] = {}
    for sentence in sorted(evidence, key=attrgetter("rank")):
        by_source.setdefault(sentence.source.number, []).append(sentence)
    chosen = [finding for sentences in by_source.values() for finding in _findings(sentences)[:of_each]]
    return [Sentence(finding.text, (finding.citation,)) for finding in chosen[:MOST_SENTENCES]]


def on_topic(analysis: QuestionAnalysis, evidence: Sequence[Evidence], *, beside: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence that is not in `beside`, of abstracts whose title names the topic: they say "it" of it."""
    asked, known = set(content_words(analysis.text)), {id(sentence) for sentence in beside}
    return [
        sentence
        for sentence in evidence
        if id(sentence) not in known and asked and asked <= set(terms(sentence.source.abstract.title))
    ]


def _findings(sentences: Sequence[Evidence]) -> list[Evidence]:
    """Return what one abstract found: conclusions before results, without what was planned or done.

    Without labels its best sentences stand first; where nothing is a finding, its best sentence of any kind does.
    """
    findings = [sentence for sentence in sentences if _is_finding(sentence)]
    ranked = sorted(findings, key=lambda sentence: (_SECTIONS[sentence.section], -sentence.score, sentence.start))
    return ranked or [sentence for sentence in sentences if not gives_orders(sentence.text)]


def _is_finding(sentence: Evidence) -> bool:
    text = sentence.text
    is_plain = not (announces(text) or only_tells_what_was_done(text) or gives_orders(text))
    return sentence.start > 0 and sentence.section in _SECTIONS and is_plain
