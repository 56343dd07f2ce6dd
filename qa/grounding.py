"""What is supported by what: quotes checked letter by letter, sentences held against them, and when to abstain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from index import Library
from index.terms import names, terms
from qa.answer import Answer, Citation, Sentence, Source
from qa.evidence import Evidence, coverage, numbers, technical_words, telling_words
from qa.generative import DraftSentence

_ANSWERS = 0.5
"""The confidence from which a sentence may answer: precision and recall of refusing meet there on development data."""
_SUPPORTS_COSINE = 0.6
_SUPPORTS_COVERAGE = 0.6


def answering(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence that may answer: its abstract names all that the question names, and it fits well enough."""
    return [one for one in evidence if not one.missing_names and one.confidence >= _ANSWERS]


def refusal(question: str, evidence: Sequence[Evidence]) -> str:
    """Return the sentence that says why there is no answer, naming what of the question no abstract speaks of."""
    if evidence:
        absent = [name for name in evidence[0].missing_names if all(name in one.missing_names for one in evidence)]
        if absent:
            return f"Not in these abstracts: none of those found names {_as_written(absent[0], question)}."
        unused = [word for word in evidence[0].missing_words if all(word in one.missing_words for one in evidence)]
        if unused:
            return f"Not in these abstracts: none of those found speaks of “{unused[0]}”."
    return "Not in these abstracts: none of those found holds a sentence that answers this."


def _as_written(name: str, question: str) -> str:
    """Return a name as the question writes it, over one word or two."""
    words = question.split()
    for width in (1, 2, 3):
        for first in range(len(words) - width + 1):
            written = " ".join(words[first : first + width]).strip("?.,;:!()")
            if names(written) == [name]:
                return written
    return name


def ground(draft: DraftSentence, evidence: Sequence[Evidence], *, library: Library) -> Sentence:
    """Return a language model's sentence with, for each cited source, the quote that bears it out.

    A source supports a sentence when one of its own sentences is near in meaning, holds most of its telling words, and
    the numbers and named things of the sentence all stand in the quoted sentence or its abstract's title. A sentence
    that no cited source supports comes back with `supported` false and no citations.
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
    return (
        float(np.dot(one.vector, vector)) >= _SUPPORTS_COSINE
        and coverage(words, quoted) >= _SUPPORTS_COVERAGE
        and told <= set(terms(quoted)) | numbers(quoted)
    )


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
