"""What is supported by what: quotes checked letter by letter, sentences held against them, and when to abstain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from index import Library
from index.analysis.terms import as_written
from index.embedding.encoder import Encoder, Vectors
from qa.answer import Answer, Citation, Sentence, Source
from qa.evidence.scoring import Evidence, coverage, technical_words, telling_words
from qa.language.entailment import difference
from qa.language.synonyms import everyday_words, near_terms
from qa.reranking.protocol import Candidate, Reranker

if TYPE_CHECKING:
    from qa.generation.generative import DraftSentence

ANSWERS = 0.56
"""The confidence from which a sentence may answer: precision and recall of refusing meet there on development data."""
SUPPORTS_COSINE = 0.6
SUPPORTS_COVERAGE = 0.6
_READS_AS_SUPPORT = 0.7
"""The chance, by the reranker, that a quote supports a statement in other words, from which that is believed. Chosen on
SciFact's claims to tune by, where twice as many supported ones are accepted, and as few others."""
_WORTH_READING = 0.4
"""The cosine from which it is read at all: none of those below was ever read as support."""
_GIVES_ORDERS = re.compile(
    r"<\||\|>|<<<|>>>|^\s*(?:system|assistant|user):|\b(?:ignore|forget|disregard) (?:\w+ ){0,3}instructions\b",
    re.I | re.M,
)
"""Marks of chat templates and of our prompts, and what is said to a model: an order is no finding."""
_NOT_SAID = "its source does not say it"
_OBJECTIONS = {
    "number": "its source does not give its numbers",
    "name": "it names something that its source does not",
    "kind": "its source is on another species or age",
    "side": "its source says it of the opposite",
    "with": "its source has with what it has without, or the other way round",
    "direction": "it goes up or down otherwise than in its source",
    "denial": "it denies what its source asserts, or asserts what that denies",
    "order": "it turns round who acts on whom, or what is compared with what",
}
"""For each rule of `qa.language.entailment.difference`, what it says of a sentence."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A sentence as it is held against quotes: its vector, and its telling words with their weights.

    `everyday` are those of its words, by index term, that another word may stand for; `reranker` scores it with quotes.
    """

    text: str
    vector: Vectors
    words: Mapping[str, float]
    everyday: Mapping[str, str]
    encoder: Encoder
    reranker: Reranker | None = None

    @classmethod
    def of(cls, text: str, library: Library, reranker: Reranker | None = None) -> Statement:
        """Return the statement of a text, its words weighed by a library."""
        encoder = library.encoder
        technical = technical_words(text, encoder)
        vector = encoder.encode([text], kind="passage")[0]
        words = telling_words(text, library, technical)
        return cls(text, vector, words, everyday_words(text, technical), encoder, reranker)

    def is_covered(self, text: str) -> bool:
        """Tell whether a text has most of the statement's words, or everyday words near to them."""
        if coverage(self.words, text) >= SUPPORTS_COVERAGE:
            return True
        telling = {term: word for term, word in self.everyday.items() if term in self.words}
        near = near_terms(telling, text, self.encoder)
        return coverage(self.words, text, said_otherwise=near) >= SUPPORTS_COVERAGE

    def is_near(self, quote: str, title: str, *, vector: Vectors) -> bool:
        """Tell whether a quote is near in meaning and has most of the words, or the reranker takes it for support."""
        cosine = float(np.dot(vector, self.vector))
        if cosine >= SUPPORTS_COSINE and self.is_covered(f"{title} {quote}"):
            return True
        if self.reranker is None or cosine < _WORTH_READING:
            return False
        (reading,) = self.reranker.score(self.text, [Candidate(quote, title)])
        return reading.stance is not None and reading.stance[0] >= _READS_AS_SUPPORT


def objection(quote: str, statement: Statement, *, vector: Vectors, context: str) -> str:
    """Return why a quote does not bear a statement out, or "" when it does.

    It does when it is near in meaning and has most of the statement's words or words near to them, or the reranker
    takes it for support, and the statement says nothing else; one that gives orders to a language model bears nothing
    out. `vector` is the quote's, `context` the text of its abstract, title first. What may differ:
    `qa.language.entailment`.
    """
    if _GIVES_ORDERS.search(quote):
        return _NOT_SAID
    if not statement.is_near(quote, context.partition(chr(10))[0], vector=vector):
        return _NOT_SAID
    rule = difference(statement.text, quote, context)
    return _OBJECTIONS[rule] if rule else ""


def bears_out(quote: str, statement: Statement, *, vector: Vectors, context: str) -> bool:
    """Tell whether a quote says what a statement says, as `objection` has it."""
    return not objection(quote, statement, vector=vector, context=context)


def ground(
    draft: DraftSentence, evidence: Sequence[Evidence], *, library: Library, reranker: Reranker | None = None
) -> Sentence:
    """Return a language model's sentence with, for each cited source, the quote that bears it out.

    A sentence that no cited source supports comes back with `supported` false, no citations, and the objection to it.
    """
    statement = Statement.of(draft.text, library, reranker)
    citations, objections = [], ["it cites none of the sources"]
    for number in draft.sources:
        of_source = sorted(
            (one for one in evidence if one.source.number == number),
            key=lambda one: (-float(np.dot(one.vector, statement.vector)), one.start),
        )
        judged = [(one, _objection(one, statement)) for one in of_source]
        objections += [why for _, why in judged[:1]]
        citations += [one.citation for one, why in judged if not why][:1]
    return Sentence(draft.text, tuple(citations), bool(citations), "" if citations else objections[-1])


def _objection(one: Evidence, statement: Statement) -> str:
    return objection(one.text, statement, vector=one.vector, context=one.source.abstract.text)


def check_quotes(growing: Iterable[Answer], sources: Sequence[Source], library: Library) -> Iterator[Answer]:
    """Yield each answer with every quote compared with the stored abstract; a quote that differs supports nothing.

    The abstracts of the sources are read once, when the first answer cites any.
    """
    texts: dict[str, str] = {}
    for answer in growing:
        if answer.sources and not texts:
            stored = library.get_many([source.abstract.pmid for source in sources])
            texts = {pmid: abstract.text for pmid, abstract in stored.items()}
        yield replace(answer, sentences=tuple(_checked(sentence, texts) for sentence in answer.sentences))


def _checked(sentence: Sentence, texts: Mapping[str, str]) -> Sentence:
    kept = tuple(one for one in sentence.citations if _is_verbatim(one, texts))
    if sentence.supported and not kept:
        return replace(sentence, citations=(), supported=False, objection="its quote stands otherwise in the abstract")
    return replace(sentence, citations=kept)


def _is_verbatim(citation: Citation, texts: Mapping[str, str]) -> bool:
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
