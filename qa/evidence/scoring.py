"""The sentences of the sources, each with how well it bears on the question."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

import numpy as np

from index import Library
from index.analysis.abbreviations import Abbreviation, with_both_forms
from index.analysis.section_labels import section_category
from index.analysis.sentences import sentence_spans
from index.analysis.terms import canonical, content_words, isoforms, names, terms
from index.embedding.cache import RememberedVectors
from index.embedding.encoder import Encoder, Vectors
from index.records import TITLE, Abstract, Section
from qa.answer import Citation, Source
from qa.language.discourse import announces, only_tells_what_was_done
from qa.language.entailment import Act
from qa.language.roles import asked_act, is_turned_round
from qa.language.stop_words import general_terms
from qa.reranking.protocol import Reading

_SECTION_BONUS = {
    "RESULTS": 0.06,
    "CONCLUSIONS": 0.08,
    "BACKGROUND": -0.12,
    "OBJECTIVE": -0.12,
    "METHODS": -0.12,
    TITLE: -0.02,
}
"""Findings before what led to them; on the scale of a cosine."""

_FIRST, _LAST = -0.12, 0.08
"""What the first and the last sentence of an abstract without sections gain: most begin with the background."""
_LONGEST_ABSTRACT = 8_000
"""Characters; in a longer text, an article, the place says nothing."""
_ANNOUNCING = -0.2
_ONLY_DONE = -0.1
_ASKED_FOR = 0.08
_TURNED_ROUND = -0.25
"""What a sentence loses in which what should act is acted upon."""

_ASKS_FOR = (
    (
        re.compile(r"\bmethods?\b|\bstudy design\b|\bhow (?:was|were|did (?:they|the authors))\b|\bmeasured\b", re.I),
        frozenset({"METHODS"}),
    ),
    (
        re.compile(r"\bbackground\b|\b(?:aims?|purpose|objectives?|goals?|hypothes[ie]s) of\b", re.I),
        frozenset({"BACKGROUND", "OBJECTIVE"}),
    ),
)
"""Questions that ask for what led to the findings, and the sections that tell it."""

_COSINE_WEIGHT = 0.6
_COVERAGE_WEIGHT = 0.4


_ASKS_A_NUMBER = re.compile(
    r"\bhow (?:many|much|often)\b"
    r"|\b(?:what|which) (?:\w+ )?(?:percentage|proportion|number|dose|ratio|rate|prevalence|incidence)\b",
    re.I,
)
_NUMBER_OR_WORD = re.compile(
    r"(?<![\w-])\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice|half|quarter|third)\b|fold\b",
    re.I,
)
_NUMBER = re.compile(r"(?<![\w.-])\d+(?:[.,]\d+)*")
_OTHER_NUMBERS = 0.08
"""What a sentence loses for lacking a number that the question gives: "from 3 months" is not "from 9 months"."""
_TECHNICAL_PIECES = 3
_MAX_WHOLE_CHARACTERS = 30_000
"""The longest text that is weighed whole; of a longer one, many times an abstract, only the passages found are."""
_REMEMBERED = 1_024
"""Texts of sections of which the sentences are remembered, some 3 MB."""
_LONG_WORD = re.compile(r"[^\W\d_][\w'-]{3,}")
_SENTENCES = RememberedVectors("passage")
"""Of all libraries: an encoder is known by its weights."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """One sentence of a source, at `start:end` of its abstract's text.

    `cosine` is its similarity to the question; `coverage` the share of the question's words, weighted by how telling
    they are, that the sentence holds; `missing_names` are named things of the question that the abstract never names,
    or for which the sentence names another isoform; `missing_words` are subject words that the abstract never uses.
    `score` orders evidence, higher is better; `confidence` is how likely, from 0 to 1, it answers the question.
    `reading` is what the reader made of it, if one read it: see `qa.evidence.reranked`.
    """

    source: Source
    start: int
    end: int
    text: str
    section: str
    vector: Vectors
    cosine: float
    coverage: float
    missing_names: tuple[str, ...]
    missing_words: tuple[str, ...]
    score: float
    confidence: float
    reading: Reading | None = None

    @property
    def citation(self) -> Citation:
        """The citation that quotes this sentence."""
        return Citation(self.source.number, self.source.abstract.pmid, self.start, self.end, self.text)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as evidence is held against it: its vector, its words with their weights, its subject words.

    `text` is as the library understands it, `abbreviations` are those of it that the library defines, `sections` are
    those that it asks for, if it asks for what led to the findings, and `act` is what it asks to act on what.
    """

    text: str
    vector: Vectors
    words: Mapping[str, float]
    subject: tuple[str, ...]
    abbreviations: tuple[Abbreviation, ...] = ()
    sections: frozenset[str] = frozenset()
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class _Context:
    """What a whole abstract holds of the question: the share of its words, the names and words that are not there.

    `abstract` is the source's, or of one that is very long a stand-in with what was found in it.
    """

    source: Source
    abstract: Abstract
    coverage: float
    missing_names: tuple[str, ...]
    missing_words: tuple[str, ...]


def _context(asked: _Asked, source: Source) -> _Context:
    abstract = _within_reach(source)
    known = asked.abbreviations
    return _Context(
        source,
        abstract,
        coverage(asked.words, abstract.text, known),
        missing_names(asked.text, abstract, known),
        missing_words(asked.subject, abstract, known),
    )


def _is_very_long(abstract: Abstract) -> bool:
    return len(abstract.text) > _MAX_WHOLE_CHARACTERS


def _within_reach(source: Source) -> Abstract:
    if not _is_very_long(source.abstract):
        return source.abstract
    return replace(source.abstract, sections=tuple(Section("", "", hit.passage.text) for hit in source.hits))


def gather(question: str, sources: Sequence[Source], *, library: Library, focus: str = "") -> list[Evidence]:
    """Return the sentences of the sources, best first: all of an abstract's text, or its title where there is none.

    `focus` is the follow-up within a question that was made to stand alone: what is new in it counts twice.
    """
    spans = [(source, start, end) for source in sources for start, end in _spans(source)]
    if not spans:
        return []
    encoder = library.encoder
    by_abstract = [list(each) for _, each in groupby(spans, key=lambda span: span[0].number)]
    vectors = _SENTENCES.of(
        ([source.abstract.text[start:end] for source, start, end in each] for each in by_abstract), encoder
    )
    understood = library.understood(question)
    text = understood.text
    subject = subject_words(text, library, encoder)
    asked = _Asked(
        text,
        _direction(text, canonical(focus), library),
        telling_words(text, library, subject),
        subject,
        understood.abbreviations,
        frozenset(kind for asks, kinds in _ASKS_FOR if asks.search(text) for kind in kinds),
        asked_act(text),
    )
    contexts = {source.number: _context(asked, source) for source in sources}
    found = [
        _evidence(asked, contexts[source.number], (start, end), vector=vector)
        for (source, start, end), vector in zip(spans, vectors, strict=True)
    ]
    return sorted(found, key=lambda one: (-one.score, one.source.number, one.start))


def _direction(question: str, focus: str, library: Library) -> Vectors:
    """Return the vector of a question, drawn halfway towards its focus when it has one."""
    asked = library.query_vector(question)
    drawn = asked + library.query_vector(focus) if focus else asked
    direction: Vectors = drawn / np.linalg.norm(drawn)
    return direction


def technical_words(text: str, encoder: Encoder) -> tuple[str, ...]:
    """Return the words of a text that the encoder's vocabulary, that of everyday English, knows in pieces only.

    "tamoxifen" comes in four pieces, "receptor" in one. Named things such as IL-32β are left to `names`.
    """
    words = [word for word in _LONG_WORD.findall(text.lower()) if not names(word)]
    return tuple(
        word for word, count in zip(words, encoder.count_tokens(words), strict=True) if count >= _TECHNICAL_PIECES
    )


def telling_words(text: str, library: Library, technical: Sequence[str]) -> dict[str, float]:
    """Return the words and names of a text with their weights; one that the library never uses weighs the most.

    General words ("tightly", "good or bad") that the library never uses are left out.
    """
    words = content_words(text)
    special = {*names(text), *(term for word in technical for term in terms(word))}
    return library.term_weights(
        words, absent=[word for word in words if word in special or word not in general_terms()]
    )


def subject_words(text: str, library: Library, encoder: Encoder) -> tuple[str, ...]:
    """Return the words that an answer can hardly do without: technical ones, and those that the library never uses."""
    technical = technical_words(text, encoder)
    words = {word: terms(word) for word in _LONG_WORD.findall(text.lower()) if not names(word)}
    known = library.term_weights([term for forms in words.values() for term in forms])
    absent = [word for word, forms in words.items() if forms and not set(forms) & (known.keys() | general_terms())]
    return tuple(dict.fromkeys([*technical, *absent]))


def coverage(
    words: Mapping[str, float],
    text: str,
    abbreviations: Sequence[Abbreviation] = (),
    *,
    said_otherwise: Collection[str] = (),
) -> float:
    """Return the share of the weighted words that a text holds, from 0 to 1; 1 when there are no words.

    Who holds one form of an abbreviation holds the other; words that are `said_otherwise` are held too.
    """
    total = sum(words.values())
    if not total:
        return 1.0
    held = {*terms(with_both_forms(text, abbreviations)), *said_otherwise}
    return sum(weight for word, weight in words.items() if word in held) / total


def missing_names(question: str, abstract: Abstract, abbreviations: Sequence[Abbreviation] = ()) -> tuple[str, ...]:
    """Return the named things of the question that the abstract does not name; an isoform is not its family."""
    held = set(terms(with_both_forms(abstract.text, abbreviations)))
    return tuple(name for name in names(question) if name not in held)


def other_isoforms(question: str, sentence: str, abstract: Abstract) -> tuple[str, ...]:
    """Return the isoforms that the question names and the sentence leaves open or names another of.

    A sentence on the family at large speaks for an isoform only in an abstract that names no other isoform of it.
    """
    told, held = isoforms(sentence), set(terms(sentence))
    named = isoforms(abstract.text)
    return tuple(
        isoform
        for isoform, family in isoforms(question).items()
        if isoform not in told and family in held and any(named[one] == family for one in named if one != isoform)
    )


def missing_words(
    words: Sequence[str], abstract: Abstract, abbreviations: Sequence[Abbreviation] = ()
) -> tuple[str, ...]:
    """Return the words whose beginnings stand nowhere in the abstract, so that endings do not matter."""
    if not words:
        return ()
    text = canonical(with_both_forms(abstract.text, abbreviations)).lower()
    return tuple(word for word in words if word[: max(5, len(word) - 4)] not in text)


def numbers(text: str) -> set[str]:
    """Return the numbers of a text as written, "0.05" and "1,200" whole, but not those within names."""
    return set(_NUMBER.findall(text))


def section_kind(abstract: Abstract, start: int) -> str:
    """Return RESULTS, METHODS … for a place in an abstract, "" if neither its category nor its label tells.

    The label is for records that were stored before every format had its categories.
    """
    section = abstract.section_at(start)
    category = section_category(section.label, section.category)
    return category if category in _SECTION_BONUS else ""


_NOTICES = frozenset({"Retraction of Publication", "Retraction Notice", "Expression of Concern", "Published Erratum"})


def _evidence(asked: _Asked, context: _Context, span: tuple[int, int], *, vector: Vectors) -> Evidence:
    source, (start, end) = context.source, span
    text = source.abstract.text[start:end]
    section = section_kind(source.abstract, start)
    cosine = float(np.dot(vector, asked.vector))
    covered = coverage(asked.words, text, asked.abbreviations)
    absent = context.missing_names or other_isoforms(asked.text, text, context.abstract)
    numbers_asked = numbers(asked.text)
    score = _COSINE_WEIGHT * cosine + _COVERAGE_WEIGHT * covered
    score += _standing(asked.sections, section, source.abstract, start, text)
    score -= _OTHER_NUMBERS * bool(numbers_asked and numbers_asked - numbers(canonical(text)))
    score += _TURNED_ROUND * is_turned_round(asked.act, text)
    confidence = _confidence(asked, context, text, cosine=cosine, is_absent=bool(absent))
    return Evidence(
        source, start, end, text, section, vector, cosine, covered, absent, context.missing_words, score, confidence
    )


def _standing(wanted: Collection[str], section: str, abstract: Abstract, start: int, sentence: str) -> float:
    """Return what a sentence gains by its section, or by its place where there are no sections, and by what it does.

    Background and methods are for those who ask for them; so is what only announces a question or tells what was done.
    The gain by place was fitted on SciFact's rationales, the gains of sections' ends are taken as its ends.
    """
    if section in wanted:
        return _ASKED_FOR
    gain = _SECTION_BONUS.get(section, 0.0) if section else _by_place(abstract, start)
    if wanted:
        return gain
    return gain + (_ANNOUNCING if announces(sentence) else _ONLY_DONE * only_tells_what_was_done(sentence))


def _by_place(abstract: Abstract, start: int) -> float:
    begin = len(abstract.title) + 1
    length = len(abstract.text) - begin
    if not 0 < length <= _LONGEST_ABSTRACT or any(section.label for section in abstract.sections):
        return 0.0
    return _FIRST + (_LAST - _FIRST) * (start - begin) / length


def _confidence(asked: _Asked, context: _Context, text: str, *, cosine: float, is_absent: bool) -> float:
    """Return the chance that a sentence answers, by a logistic regression.

    Fitted on BioASQ's development questions, asked with their relevant abstracts in the library and taken out of it;
    moved, for the cosines of the default encoder, so that precision and recall of refusing meet at `grounding.ANSWERS`
    on those to tune by.
    What counts beside the sentence's cosine is what of the question its whole abstract holds. A question for a number
    is hardly answered by a sentence without one.
    """
    share_unused = len(context.missing_words) / max(len(asked.subject), 1)
    odds = 4.6 * cosine + 3.7 * context.coverage - 1.8 * is_absent - 1.2 * share_unused - 4.65
    if _ASKS_A_NUMBER.search(asked.text) and not _NUMBER_OR_WORD.search(text):
        odds -= 2.0
    return 1 / (1 + math.exp(-odds))


def _sentences(text: str) -> Sequence[tuple[int, int]]:
    return _remembered_spans(text) if len(text) <= _LONGEST_ABSTRACT else sentence_spans(text)


@lru_cache(maxsize=_REMEMBERED)
def _remembered_spans(text: str) -> Sequence[tuple[int, int]]:
    return tuple(sentence_spans(text))


def _spans(source: Source) -> Iterable[tuple[int, int]]:
    """Yield the spans of an abstract's sentences, section by section; the title's when there is nothing else.

    Of a very long one, those of the passages found. A notice about another abstract (a retraction, an erratum, an
    expression of concern) has no findings of its own.
    """
    abstract = source.abstract
    if _NOTICES & set(abstract.types):
        return
    if abstract.sections and _is_very_long(abstract):
        for passage in (hit.passage for hit in source.hits if hit.passage.section != TITLE):
            yield from ((passage.start + start, passage.start + end) for start, end in _sentences(passage.text))
        return
    offset = len(abstract.title) + 1
    for section in abstract.sections:
        yield from ((offset + start, offset + end) for start, end in _sentences(section.text))
        offset += len(section.text) + 1
    if not abstract.sections and abstract.title:
        yield 0, len(abstract.title)
