"""What is supported by what: quotes checked letter by letter, sentences held against them, and when to abstain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from index import Library
from index.terms import as_written, names, terms
from qa.answer import Answer, Citation, Sentence, Source
from qa.evidence import Evidence, coverage, numbers, technical_words, telling_words
from qa.generative import DraftSentence

ANSWERS = 0.5
"""The confidence from which a sentence may answer: precision and recall of refusing meet there on development data."""
SUPPORTS_COSINE = 0.6
SUPPORTS_COVERAGE = 0.6

_WORD = re.compile(r"[a-z]+(?:'t)?")
_DENIALS = frozenset(
    "not no nor neither never none only without cannot fail failed fails lack lacked lacks n't".split()
)
_UP = (
    "rais", "rise", "rose", "increas", "elevat", "enhanc", "higher", "more", "promot", "induc", "activat", "upregulat",
    "stimulat", "lengthen", "prolong", "longer", "augment", "worsen", "accelerat", "gain",
)  # fmt: skip
_DOWN = (
    "lower", "fall", "fell", "decreas", "reduc", "diminish", "less", "fewer", "inhibit", "suppress", "downregulat",
    "block", "shorten", "shorter", "attenuat", "improv", "slow", "declin", "drop", "prevent", "protect", "hinder",
    "loss", "lost",
)  # fmt: skip
"""Beginnings of words that say in which direction a thing went."""


def answering(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence that may answer: its abstract names all that the question names, and it fits well enough."""
    return [one for one in evidence if not one.missing_names and one.confidence >= ANSWERS]


def refusal(question: str, evidence: Sequence[Evidence]) -> str:
    """Return the sentence that says why there is no answer, naming what of the question no abstract speaks of."""
    if evidence:
        absent = [name for name in evidence[0].missing_names if all(name in one.missing_names for one in evidence)]
        if absent:
            return f"Not in these abstracts: none of those found names {as_written(absent[0], question)}."
        unused = [word for word in evidence[0].missing_words if all(word in one.missing_words for one in evidence)]
        if unused:
            listed = " or ".join(f"“{word}”" for word in unused[:3])
            return f"Not in these abstracts: none of those found speaks of {listed}."
    return "Not in these abstracts: none of those found holds a sentence that answers this."


def ground(draft: DraftSentence, evidence: Sequence[Evidence], *, library: Library) -> Sentence:
    """Return a language model's sentence with, for each cited source, the quote that bears it out.

    A source supports a sentence when one of its own sentences is near in meaning, holds most of its telling words, says
    it in the same direction, and has the numbers and named things of the sentence, in the same order, with its
    abstract's title. A sentence that no cited source supports comes back with `supported` false and no citations.
    """
    vector = library.encoder.encode([draft.text], kind="passage")[0]
    words = telling_words(draft.text, library, technical_words(draft.text, library.encoder))
    citations = []
    for number in draft.sources:
        of_source = [one for one in evidence if one.source.number == number]
        supporting = [one for one in of_source if _supports(one, draft.text, vector, words)]
        if supporting:
            best = max(supporting, key=lambda one: (float(np.dot(one.vector, vector)), -one.start))
            citations.append(best.citation)
    return Sentence(draft.text, tuple(citations), supported=bool(citations))


def _supports(one: Evidence, text: str, vector: np.ndarray, words: dict[str, float]) -> bool:
    quoted = f"{one.source.abstract.title} {one.text}"
    told = set(names(text)) | numbers(text)
    if not goes_the_same_way(text, one.text) or not _in_same_order(names(text), names(one.text)):
        return False
    return (
        float(np.dot(one.vector, vector)) >= SUPPORTS_COSINE
        and coverage(words, quoted) >= SUPPORTS_COVERAGE
        and told <= set(terms(quoted)) | numbers(quoted)
    )


def goes_the_same_way(text: str, quote: str) -> bool:
    """Tell whether a sentence says nothing up or down that the quote does not, and denies where the quote denies.

    >>> goes_the_same_way("Metformin did not raise IL-10", "Metformin raised IL-10")
    False
    """
    said, quoted = (_WORD.findall(one.lower()) for one in (text, quote))
    return (
        _says(said, _UP) <= _says(quoted, _UP)
        and _says(said, _DOWN) <= _says(quoted, _DOWN)
        and _denies(said) == _denies(quoted)
    )


def _says(words: Sequence[str], beginnings: tuple[str, ...]) -> bool:
    return any(word.startswith(beginnings) for word in words)


def _denies(words: Sequence[str]) -> bool:
    return sum(word in _DENIALS for word in words) % 2 == 1


def _in_same_order(some: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether the names that both lists hold stand in one order: who acts on whom."""
    ours = [name for name in some if name in others]
    return ours == [name for name in others if name in ours]


def check_quotes(answer: Answer, library: Library) -> Answer:
    """Return the answer with every quote compared with the stored abstract; a quote that differs supports nothing."""
    stored = library.get_many([source.abstract.pmid for source in answer.sources])
    texts = {pmid: abstract.text for pmid, abstract in stored.items()}
    return replace(answer, sentences=tuple(_checked(sentence, texts) for sentence in answer.sentences))


def _checked(sentence: Sentence, texts: dict[str, str]) -> Sentence:
    kept = tuple(one for one in sentence.citations if _is_verbatim(one, texts))
    return replace(sentence, citations=kept, supported=sentence.supported and bool(kept))


def _is_verbatim(citation: Citation, texts: dict[str, str]) -> bool:
    return bool(citation.quote) and texts.get(citation.pmid, "")[citation.start : citation.end] == citation.quote


def cited_only(sentences: Sequence[Sentence], sources: Sequence[Source]) -> tuple[list[Sentence], list[Source]]:
    """Return the sentences and only the sources that they cite, renumbered from 1 in the order of first citation."""
    order = list(dict.fromkeys(citation.source for sentence in sentences for citation in sentence.citations))
    number = {old: new for new, old in enumerate(order, start=1)}
    by_number = {source.number: source for source in sources}
    renumbered = [
        replace(one, citations=tuple(replace(citation, source=number[citation.source]) for citation in one.citations))
        for one in sentences
    ]
    return renumbered, [replace(by_number[old], number=number[old]) for old in order]
