"""The sentences of the sources, scored for a question."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

import numpy as np

from index import Library
from index.analysis.abbreviations import Abbreviation, with_both_forms
from index.analysis.inflection import american, american_text, singular
from index.analysis.lexicon import Concept, default_lexicon, name_key
from index.analysis.normalization import normalize
from index.analysis.section_labels import section_category
from index.analysis.sentences import sentence_spans
from index.analysis.terms import canonical, content_words, isoforms, names, terms
from index.embedding.cache import RememberedVectors
from index.embedding.encoder import Encoder, Vectors
from index.records import TITLE, Abstract, Section
from index.search.concepts import QueryConcept, is_another_there, is_symbol, names_concept
from index.search.query import Query, parsed
from qa.answer import Citation, Source
from qa.evidence.relation import ANY_RELATION, SoughtRelation
from qa.language.discourse import announces, only_tells_what_was_done
from qa.language.entailment import Act
from qa.language.other_sides import other_sides
from qa.language.roles import asked_act, is_turned_round
from qa.language.stop_words import general_terms
from qa.reranking.entailment import Entailed
from qa.reranking.protocol import PairScore

_SECTION_BONUS = {
    "RESULTS": 0.06,
    "CONCLUSIONS": 0.08,
    "BACKGROUND": -0.12,
    "OBJECTIVE": -0.12,
    "METHODS": -0.12,
    TITLE: -0.02,
}
"""Gain by section: findings before background and methods; on the scale of a cosine."""

_FIRST, _LAST = -0.12, 0.08
"""Gain of the first and the last sentence of an abstract without sections: most begin with the background."""
_LONGEST_ABSTRACT = 8_000
"""Characters; in a longer text, an article, a sentence's place tells nothing."""
_ANNOUNCING = -0.2
_ONLY_DONE = -0.1
_ASKED_FOR = 0.08
_TURNED_ROUND = -0.25
"""Loss of a sentence with agent and patient exchanged."""
_UNTOLD, _UNTOLD_ODDS = -0.15, 0.7
"""Loss of a sentence that does not tell the relation asked for, of its score and of its log-odds to answer."""

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
"""Questions on background and methods, and the sections that answer them."""

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
_DOSE = re.compile(r"\d+(?:mg|g|kg|ml|mcg|ug|µg|μg|iu|mmol|h|d)")
"""A quantity written in one word, "400mg", which is no name."""
_NUMBER = re.compile(r"(?<![\w.-])\d+(?:[.,]\d+)*")
_OTHER_NUMBERS = 0.08
"""Loss of a sentence that lacks a number of the question: "from 3 months" is not "from 9 months"."""
_OF_A_STUDY = frozenset(
    terms("compared tested studied examined evaluated investigated assessed trial study used given")
)
"""Words of "Which drugs were compared in the trial?" that the sentence which names the drugs seldom has."""
_TECHNICAL_PIECES = 3
_SAID_OTHERWISE = 0.5
"""Weight of an everyday word that the library never uses, beside that of any other such word."""
_MAX_WHOLE_CHARACTERS = 30_000
"""The longest text that is scored whole; of a longer one, many times an abstract, only the hits are."""
_OTHERS = tuple(f"{before}{sign}" for sign in ("", "-") for before in ("ant", "anti", "pro", "pseudo", "non"))
"""What before a word makes it another thing: procalcitonin, pseudogout, an antagonist."""
_REMEMBERED = 1_024
"""Sections whose sentence spans are cached, some 3 MB."""
_THINGS = frozenset({"chemical", "disease", "organism", "procedure", "phenomenon", "anatomy"})
"""Kinds of the lexicon's things that a plain word names: "rest" is no gene, and "role" no thing."""
_LONG_WORD = re.compile(r"[^\W\d_][\w'-]{3,}")
_SENTENCES = RememberedVectors("passage")
"""Shared by all libraries: an encoder is known by its weights."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """One sentence of a source, at `start:end` of its abstract's text.

    `cosine` is its similarity to the question; `coverage` the share of the question's words, weighted by how telling
    they are, that the sentence holds; `missing_names` are named things of the question that the abstract never names,
    or for which the sentence names another isoform; `missing_words` are subject words that the abstract never uses, and
    genes, drugs and diseases that it does not name. `score` orders evidence, higher is better; `confidence` is the
    chance, from 0 to 1, that it answers the question. `pair_score` is the reranker's, `entailed` what the entailment
    network takes it to say of a question of yes or no, None where they read nothing: see `qa.evidence.reranked`.
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
    pair_score: PairScore | None = None
    entailed: Entailed | None = None

    @property
    def rank(self) -> tuple[float, int, int]:
        """The key that sorts evidence best first."""
        return (-self.score, self.source.number, self.start)

    @property
    def citation(self) -> Citation:
        """The citation that quotes this sentence."""
        return Citation(self.source.number, self.source.abstract.pmid, self.start, self.end, self.text)


@dataclass(frozen=True, slots=True)
class _AskedClass:
    """A class of which the question asks for members: its words as index terms, and the members' names."""

    words: frozenset[str] = frozenset()
    members: re.Pattern[str] | None = None

    def is_named_in(self, text: str) -> bool:
        return self.members is not None and bool(self.members.search(text))


_NO_CLASS = _AskedClass()


@dataclass(frozen=True, slots=True)
class _Features:
    """Features of a question for comparing evidence: its vector, its words with their weights, its subject words.

    `text` is normalised, `written` too, but with the names that the person wrote. `abbreviations` are pairs of names of
    one thing, `concepts` what the question names that the lexicon knows, `sections` are those that a question on
    background or methods asks for, and `act` is its agent, verb and patient.
    """

    text: str
    vector: Vectors
    words: Mapping[str, float]
    subject: tuple[str, ...]
    abbreviations: tuple[Abbreviation, ...] = ()
    concepts: tuple[QueryConcept, ...] = ()
    sections: frozenset[str] = frozenset()
    act: Act | None = None
    sought: SoughtRelation = ANY_RELATION
    asked_class: _AskedClass = _NO_CLASS
    written: str = ""

    def needed_in(self, text: str) -> tuple[str, ...]:
        """Return the subject words that an abstract has to have: none of a class of which it names a thing."""
        met = self.asked_class.words if self.asked_class.is_named_in(text) else frozenset()
        return tuple(word for word in self.subject if not met.intersection(terms(word)))

    def told(self, text: str) -> Collection[str]:
        """Return the words that a text need not have, since it tells the relation or names a thing of the class."""
        sought = self.sought
        by_relation = sought.words if not sought.is_any and sought.is_told(text) else frozenset()
        return by_relation | self.asked_class.words if self.asked_class.is_named_in(text) else by_relation


@dataclass(frozen=True, slots=True)
class _Context:
    """A whole abstract compared with the question: the share of its words, and the names and words it lacks.

    `abstract` is the source's, or of one that is very long a stand-in with what was found in it.
    """

    source: Source
    abstract: Abstract
    coverage: float
    missing_names: tuple[str, ...]
    missing_words: tuple[str, ...]
    missing_things: tuple[str, ...]


def _context(features: _Features, source: Source) -> _Context:
    abstract = _within_reach(source)
    known = features.abbreviations
    return _Context(
        source,
        abstract,
        coverage(features.words, abstract.text, known, said_otherwise=features.told(abstract.text)),
        (
            *missing_names(features.text, abstract, known),
            *_unnamed(features.concepts, abstract),
            *_unmet_states(features.text, abstract.text),
            *other_sides(features.written, abstract.text),
        ),
        missing_words(features.needed_in(abstract.text), abstract, known),
        _named_elsewhere(features.concepts, abstract, known),
    )


def _is_very_long(abstract: Abstract) -> bool:
    return len(abstract.text) > _MAX_WHOLE_CHARACTERS


def _within_reach(source: Source) -> Abstract:
    if not _is_very_long(source.abstract):
        return source.abstract
    return replace(source.abstract, sections=tuple(Section("", "", hit.passage.text) for hit in source.hits))


def gather(
    question: str | Query,
    sources: Sequence[Source],
    *,
    library: Library,
    focus: str = "",
    sought: SoughtRelation = ANY_RELATION,
) -> list[Evidence]:
    """Return the sentences of the sources, best first: all of an abstract's text, or its title where there is none.

    `focus` is the follow-up within a question that was made to stand alone: what is new in it counts twice. `sought` is
    the relation that an answer must tell.
    """
    spans = [(source, start, end) for source in sources for start, end in _spans(source)]
    if not spans:
        return []
    encoder = library.encoder
    by_abstract = groupby(spans, key=lambda span: span[0].number)
    vectors = _SENTENCES.of(
        ([american_text(source.abstract.text[start:end]) for source, start, end in group] for _, group in by_abstract),
        encoder,
    )
    query = parsed(question, library.parse)
    text = query.normalized
    asked_class = _asked_class(query, sought.asked)
    used = library.term_weights(list(sought.asked)).keys()
    absent = sought.asked - asked_class.words - used
    unneeded = sought.noun | absent | (_OF_A_STUDY if used else frozenset())
    subject = tuple(
        word
        for word in subject_words(text, library, encoder)
        if not (sought.words | unneeded).intersection(terms(word))
    )
    words = _asked_words(text, library, encoder, subject)
    words = {word: weight for word, weight in words.items() if word not in unneeded} or words
    features = _Features(
        text,
        _direction(text, canonical(focus), library, encoder),
        words,
        subject,
        query.equivalents,
        tuple(concept for concept in query.concepts if _is_named(concept, sought.asked)),
        frozenset(kind for asks, kinds in _ASKS_FOR if asks.search(text) for kind in kinds),
        asked_act(text),
        sought,
        asked_class,
        american_text(normalize(query.text)),
    )
    contexts = {source.number: _context(features, source) for source in sources}
    evidence = [
        _evidence(features, contexts[source.number], (start, end), vector=vector)
        for (source, start, end), vector in zip(spans, vectors, strict=True)
    ]
    return sorted(evidence, key=attrgetter("rank"))


def _direction(question: str, focus: str, library: Library, encoder: Encoder) -> Vectors:
    """Return the vector of a question, moved halfway towards its focus if there is one."""
    vector = library.query_vector(question, encoder=encoder)
    if focus:
        vector = vector + library.query_vector(focus, encoder=encoder)
    direction: Vectors = vector / np.linalg.norm(vector)
    return direction


def technical_words(text: str, encoder: Encoder) -> tuple[str, ...]:
    """Return the words of a text that the encoder's vocabulary, of everyday English, has only in pieces.

    "tamoxifen" comes in four pieces, "receptor" in one. Named things such as IL-32β are left to `names`, and a word of
    which another form is everyday is so too: "unmask", "enlarge".
    """
    words = [word for word in _LONG_WORD.findall(text.lower()) if not names(word)]
    pieces = _pieces(words, encoder)
    return tuple(word for word in words if pieces[word] >= _TECHNICAL_PIECES)


def _pieces(words: Sequence[str], encoder: Encoder) -> dict[str, int]:
    """Return into how many pieces the encoder's vocabulary takes each word, or the form of it that has the fewest."""
    forms = {word: _forms(word) for word in words}
    flat = list(dict.fromkeys(form for each in forms.values() for form in each))
    counts = dict(zip(flat, encoder.count_tokens(flat), strict=True)) if flat else {}
    return {word: min(counts[form] for form in each) for word, each in forms.items()}


@lru_cache(maxsize=4_096)
def _forms(word: str) -> tuple[str, ...]:
    """Return a word with the other forms that it would have as a verb or an adjective.

    >>> _forms("deleting")
    ('deleting', 'deleted', 'delete', 'delet')
    """
    base = word.removeprefix("un")
    bare = re.sub(r"(?:ing|ed|s)\Z", "", base)
    verb = bare.removesuffix("e")
    return tuple(dict.fromkeys((word, *(form for form in (base, f"{verb}ed", f"{verb}e", bare) if len(form) > 3))))


def telling_words(text: str, library: Library, technical: Sequence[str]) -> dict[str, float]:
    """Return the words and names of a text with their weights, the highest for those that the library never uses.

    General words ("tightly", "good or bad") that the library never uses are left out.
    """
    words = content_words(text)
    special = {*names(text), *(term for word in technical for term in terms(word))}
    return library.term_weights(
        words, absent=[word for word in words if word in special or word not in general_terms()]
    )


def _asked_words(text: str, library: Library, encoder: Encoder, subject: Sequence[str]) -> dict[str, float]:
    """Return a question's telling words; everyday ones that the library never uses weigh half, being said otherwise."""
    words = telling_words(text, library, subject)
    everyday = everyday_words(_LONG_WORD.findall(text.lower()), encoder)
    stems = {term for word in everyday for term in terms(word)}
    stems -= library.term_weights(list(stems)).keys()
    return {word: weight * (_SAID_OTHERWISE if word in stems else 1) for word, weight in words.items()}


def subject_words(text: str, library: Library, encoder: Encoder) -> tuple[str, ...]:
    """Return the words that an answer needs: technical ones, and those that the library never uses."""
    text = _COMPOUND.sub(" ", _ALTERNATIVES.sub(_without_plain_ones, text.lower()))
    technical = [word for word in technical_words(text, encoder) if not general_terms().issuperset(terms(word))]
    words = {word: terms(word) for word in _LONG_WORD.findall(text) if not names(word)}
    known = library.term_weights([term for forms in words.values() for term in forms])
    absent = [word for word, forms in words.items() if forms and not set(forms) & (known.keys() | general_terms())]
    everyday = everyday_words(absent, encoder)
    return tuple(dict.fromkeys([*technical, *(word for word in absent if word not in everyday)]))


_COMPOUND = re.compile(r"(?<=[^\W\d_]{4})-(?=[^\W\d_]{4})")
"""What joins two words that an abstract may have apart: "cholesterol-regulated"."""
_ALTERNATIVES = re.compile(r"(?<![\w/-])[^\W\d_][\w-]*(?:/[^\W\d_][\w-]*)+(?![\w/-])")


def _without_plain_ones(alternatives: re.Match[str]) -> str:
    """Return those of "antiporter/exchanger" that name one thing; of groups and plain words one will do, whichever."""
    words = {word: _plain_thing(word) for word in alternatives[0].split("/")}
    return " ".join(word for word, thing in words.items() if thing and singular(thing.name) == thing.name)


def everyday_words(words: Sequence[str], encoder: Encoder) -> frozenset[str]:
    """Return the words that the encoder has nearly whole and that name no thing: others may say the same otherwise.

    "sight" and "gentler" are such; "gout" is a disease's name, "unstained" comes in three pieces.
    """
    pieces = _pieces(words, encoder)
    return frozenset(word for word in words if pieces[word] < _TECHNICAL_PIECES and _plain_thing(word) is None)


def _is_named(concept: QueryConcept, asked: frozenset[str]) -> bool:
    """Return True if a question means the thing itself: not "vitamins" of "Which vitamins", nor "lead" of "lead to"."""
    stems = terms(concept.written)
    if asked.intersection(stems) or general_terms().issuperset(stems):
        return False
    if " " in concept.written or not concept.written.islower():
        return True
    if plain := _plain_thing(concept.written):  # a bed is no chemical that goes by "Bed"
        return plain.name == concept.concept.name
    return any(terms(name) == stems and not is_symbol(name) for name in concept.concept.names)  # plasmin, fibrinolysin


@lru_cache(maxsize=4_096)
def _plain_thing(word: str) -> Concept | None:
    """Return what the lexicon calls so first of all: "zinc", but none for "kids", which is KIF22.

    It is that word and no other form of it: "draw" is no Drawing, "settle" no tumour of that acronym.
    """
    written = singular(american(word.lower()))
    return next(
        (
            concept
            for concept in default_lexicon().concepts(word)[:2]
            if concept.kind in _THINGS
            and all(singular(american(name.lower())) == written for name in _first_names(concept))
        ),
        None,
    )


def _first_names(concept: Concept) -> tuple[str, str]:
    return concept.name, concept.names[0]


def coverage(
    words: Mapping[str, float],
    text: str,
    abbreviations: Sequence[Abbreviation] = (),
    *,
    said_otherwise: Collection[str] = (),
) -> float:
    """Return the share of the weighted words that a text holds, from 0 to 1; 1 when there are no words.

    A text with one form of an abbreviation holds both; words that are `said_otherwise` count as held.
    """
    total = sum(words.values())
    if not total:
        return 1.0
    held = {*terms(with_both_forms(text, abbreviations)), *said_otherwise}
    return sum(weight for word, weight in words.items() if word in held) / total


def missing_names(question: str, abstract: Abstract, abbreviations: Sequence[Abbreviation] = ()) -> tuple[str, ...]:
    """Return the named things of the question that the abstract does not name; an isoform is not its family."""
    held = set(terms(with_both_forms(abstract.text, abbreviations)))
    return tuple(name for name in names(question) if name not in held and not _DOSE.fullmatch(name))


def _unnamed(concepts: Sequence[QueryConcept], abstract: Abstract) -> tuple[str, ...]:
    """Return what the question names and the abstract does not: no abstract does, or only within another's name."""
    lexicon = default_lexicon()
    held = set(terms(abstract.text))
    return tuple(
        concept.shown
        for concept in concepts
        if (
            concept.is_required
            and concept.is_absent
            and not names_concept(abstract.text, concept, held)
            and not _is_told_of_those_who_have(concept, abstract)
        )
        or is_another_there(concept, abstract.text, lexicon)
    )


def _named_elsewhere(
    concepts: Sequence[QueryConcept], abstract: Abstract, abbreviations: Sequence[Abbreviation]
) -> tuple[str, ...]:
    """Return the genes, drugs and diseases of the question that this abstract names in no way, and others do."""
    wanted = [concept for concept in concepts if concept.is_required and not concept.is_absent]
    if not wanted:
        return ()
    text = with_both_forms(abstract.text, abbreviations)
    held, key = set(terms(text)), f" {name_key(text)} "
    return tuple(
        concept.shown
        for concept in wanted
        if not names_concept(text, concept, held)
        and not any(
            f" {name_key(name)} " in key for name in (*concept.names, *concept.concept.names, *concept.narrower)
        )
        and not _is_told_of_those_who_have(concept, abstract)
    )


def _is_told_of_those_who_have(concept: QueryConcept, abstract: Abstract) -> bool:
    """Return True if an abstract has a disease of one word in another form: schizophrenic, leukaemic."""
    word = american(concept.written.lower())
    return concept.concept.kind == "disease" and word.isalpha() and not missing_words((word,), abstract)


_STATES = {
    "pregnancy": (
        re.compile(r"\b(?:pregnan\w*|trimesters?|gestation\w*)\b", re.I),
        re.compile(
            r"pregnan|trimester|gestation|f(?:o?e)tal|f(?:o?e)tus|in utero|antenatal|prenatal|perinatal|maternal|mother"
            r"|births?\b|teratogen|malformation|birth defect|in the womb|obstetric|eclampsia|preterm"
            r"|congenital|newborn|neonat",
            re.I,
        ),
    ),
    "breastfeeding": (
        re.compile(r"\b(?:breast-?fe(?:d|eding)|breast milk|lactat(?:ing|ion)|nursing mothers?)\b", re.I),
        re.compile(r"breast-?fe|breast milk|lactat|nursing|milk|human milk|mother", re.I),
    ),
}
"""States of which an answer must speak where the question does: how they are asked for, and how abstracts name them."""


def _unmet_states(question: str, text: str) -> tuple[str, ...]:
    """Return the states of a question of which an abstract says nothing: a drug may be safe, but in pregnancy?"""
    return tuple(
        state for state, (asked, mention) in _STATES.items() if asked.search(question) and not mention.search(text)
    )


def other_isoforms(question: str, sentence: str, abstract: Abstract) -> tuple[str, ...]:
    """Return the isoforms of the question for which the sentence names another one, or only the family.

    A sentence on the family at large speaks for an isoform only in an abstract that names no other isoform of it.
    """
    stated, held = isoforms(sentence), set(terms(sentence))
    named = isoforms(abstract.text)
    return tuple(
        isoform
        for isoform, family in isoforms(question).items()
        if isoform not in stated
        and family in held
        and any(named[other] == family for other in named if other != isoform)
    )


def missing_words(
    words: Sequence[str], abstract: Abstract, abbreviations: Sequence[Abbreviation] = ()
) -> tuple[str, ...]:
    """Return the words whose stems stand nowhere in the abstract."""
    if not words:
        return ()
    written = with_both_forms(abstract.text, abbreviations)
    text, held = canonical(written).lower(), set(terms(written))  # a term has one spelling, British or American
    return tuple(
        word for word in words if not _begins_in(text, word[: max(5, len(word) - 4)]) and held.isdisjoint(terms(word))
    )


def _begins_in(text: str, stem: str) -> bool:
    """Return True if a text has a stem, though not only behind what makes another thing of it: antagonist."""
    return stem in text and any(not text.endswith(_OTHERS, 0, at) for at in _places(text, stem))


def _places(text: str, stem: str) -> Iterator[int]:
    at = text.find(stem)
    while at >= 0:
        yield at
        at = text.find(stem, at + 1)


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


def _evidence(features: _Features, context: _Context, span: tuple[int, int], *, vector: Vectors) -> Evidence:
    source, (start, end) = context.source, span
    text = source.abstract.text[start:end]
    section = section_kind(source.abstract, start)
    cosine = float(np.dot(vector, features.vector))
    covered = coverage(features.words, text, features.abbreviations, said_otherwise=features.told(text))
    absent = context.missing_names or other_isoforms(features.text, text, context.abstract)
    numbers_wanted = numbers(features.text)
    score = _COSINE_WEIGHT * cosine + _COVERAGE_WEIGHT * covered
    score += _standing(features.sections, section, source.abstract, start, text)
    score -= _OTHER_NUMBERS * bool(numbers_wanted and numbers_wanted - numbers(canonical(text)))
    score += _TURNED_ROUND * is_turned_round(features.act, text) + _UNTOLD * (not features.sought.is_told(text))
    confidence = _confidence(features, context, text, cosine=cosine, is_absent=bool(absent))
    missing = tuple(dict.fromkeys((*context.missing_words, *context.missing_things)))
    return Evidence(source, start, end, text, section, vector, cosine, covered, absent, missing, score, confidence)


def _standing(wanted: Collection[str], section: str, abstract: Abstract, start: int, sentence: str) -> float:
    """Return a sentence's gain by its section, or by its place where there are no sections, and by its kind.

    Background, methods, and sentences that announce a question or tell what was done count for questions on them only.
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


def _confidence(features: _Features, context: _Context, text: str, *, cosine: float, is_absent: bool) -> float:
    """Return the chance that a sentence answers, by a logistic regression.

    Fitted on BioASQ's development questions, asked with their relevant abstracts in the library and taken out of it;
    moved, for the cosines of the default encoder, so that precision and recall of refusing meet at `grounding.ANSWERS`
    on those to tune by.
    The sentence's cosine counts, and how much of the question its whole abstract holds. A sentence without a number
    hardly answers a question for one.
    """
    share_unused = len(context.missing_words) / max(len(features.subject), 1)
    odds = 4.6 * cosine + 3.7 * context.coverage - 1.8 * is_absent - 1.2 * share_unused - 4.65
    odds -= _UNTOLD_ODDS * (not features.sought.is_told(text))
    if _ASKS_A_NUMBER.search(features.text) and not _NUMBER_OR_WORD.search(text):
        odds -= 2.0
    return 1 / (1 + math.exp(-odds))


def _asked_class(query: Query, asked: frozenset[str]) -> _AskedClass:
    """Return the class that a question asks for: with olanzapine and others for "Which antipsychotics"."""
    classes = [concept for concept in query.concepts if concept.narrower and asked.intersection(terms(concept.written))]
    names = [re.escape(name) for concept in classes for name in concept.narrower]
    words = frozenset(term for concept in classes for term in terms(concept.written))
    return _AskedClass(words, re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)", re.I)) if names else _NO_CLASS


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
    for offset, section in abstract.placed_sections():
        yield from ((offset + start, offset + end) for start, end in _sentences(section.text))
    if not abstract.sections and abstract.title:
        yield 0, len(abstract.title)
