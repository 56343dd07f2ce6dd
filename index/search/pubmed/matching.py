"""Evaluate a tree of search terms on abstracts; each is read only as far as the terms need it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from index.analysis.inflection import american, singular
from index.analysis.normalization import GREEK, plain_letters
from index.analysis.terms import names, terms
from index.records import Abstract, parse_pmids
from index.search.mentions import phrases
from index.search.pubmed.dates import day_of, read_dates
from index.search.pubmed.syntax import Combination, Expression, SearchTerm
from index.search.pubmed.tags import SearchField

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_NO_LETTER = re.compile(r"\W")
_SIGNS = str.maketrans({sign: " " for sign in map(chr, range(128)) if not (sign.isalnum() or sign == "|")})
_BETWEEN_TEXTS = " | "
"""Between the texts of a field, so that no phrase runs from one into the next."""
_GREEK = str.maketrans(GREEK)
_LANGUAGES = {"english": "eng", "german": "ger", "french": "fre", "spanish": "spa", "italian": "ita", "chinese": "chi",
              "japanese": "jpn", "russian": "rus", "portuguese": "por", "polish": "pol", "dutch": "dut",
              "czech": "cze", "korean": "kor", "turkish": "tur", "hungarian": "hun", "swedish": "swe",
              "danish": "dan", "norwegian": "nor", "persian": "per", "arabic": "ara", "greek": "gre",
              "romanian": "rum", "croatian": "hrv", "serbian": "srp", "ukrainian": "ukr", "hebrew": "heb",
              "finnish": "fin", "bulgarian": "bul", "slovak": "slo", "thai": "tha"}  # fmt: skip
"""Languages and MEDLINE's codes for them."""
_NARROWER_TYPES = {
    "clinical trial": (
        "adaptive clinical trial", "clinical trial, phase i", "clinical trial, phase ii", "clinical trial, phase iii",
        "clinical trial, phase iv", "controlled clinical trial", "randomized controlled trial", "equivalence trial",
        "pragmatic clinical trial",
    ),
    "controlled clinical trial": ("randomized controlled trial", "equivalence trial", "pragmatic clinical trial"),
    "randomized controlled trial": ("equivalence trial", "pragmatic clinical trial"),
    "clinical study": (
        "clinical trial", "observational study", "adaptive clinical trial", "clinical trial, phase i",
        "clinical trial, phase ii", "clinical trial, phase iii", "clinical trial, phase iv",
        "controlled clinical trial", "randomized controlled trial", "equivalence trial", "pragmatic clinical trial",
        "observational study, veterinary", "clinical trial, veterinary",
    ),
    "review": ("systematic review", "scientific integrity review"),
    "guideline": ("practice guideline",),
    "meta-analysis": ("network meta-analysis",),
}  # fmt: skip
"""Publication types and the narrower ones that PubMed finds with them."""


@dataclass(frozen=True, slots=True)
class Meanings:
    """What a search needs to know of the library and its vocabulary to be held against abstracts.

    `narrower` gives the MeSH terms below each term of the search, itself among them, and `mentioning` the PMIDs that
    mention each of its names in whatever written form; both by the text of the term in small letters.
    """

    narrower: Mapping[str, Collection[str]] = field(default_factory=dict)
    mentioning: Mapping[str, Collection[str]] = field(default_factory=dict)


class _Reading:
    """An abstract with the words of its fields, each read once."""

    def __init__(self, abstract: Abstract) -> None:
        self.abstract = abstract
        self._words: dict[tuple[str, str], str] = {}

    def words(self, search_field: SearchField, form: Callable[[str], str]) -> str:
        """Return the words of a field in a form, with a blank before and behind each."""
        key = (search_field.tag, form.__name__)
        if key not in self._words:
            texts = _BETWEEN_TEXTS.join(filter(None, search_field.texts(self.abstract)))
            self._words[key] = f" {form(texts)} "
        return self._words[key]


def matches(expression: Expression, abstract: Abstract, meanings: Meanings = Meanings()) -> bool:
    """Return True if an abstract is one that a search asks for."""
    return _holds(expression, _Reading(abstract), meanings)


def _holds(expression: Expression, reading: _Reading, meanings: Meanings) -> bool:
    steps = []
    while isinstance(expression, Combination):  # a long search leans to the left, and is no recursion
        steps.append((expression.operator, expression.right))
        expression = expression.left
    held = _term_holds(expression, reading, meanings)
    for operator, right in reversed(steps):
        if operator == "OR":
            held = held or _holds(right, reading, meanings)
        else:
            held = held and _holds(right, reading, meanings) is (operator == "AND")
    return held


def _term_holds(term: SearchTerm, reading: _Reading, meanings: Meanings) -> bool:
    search_field, abstract = term.searched, reading.abstract
    match search_field.kind:
        case "words":
            return _words_hold(term, reading, meanings)
        case "date":
            day, span = day_of(abstract), read_dates(term.text)
            return bool(day and span and span[0] <= day <= span[1])
        case "pmid":
            return abstract.pmid in parse_pmids(term.text)[0]
        case "author":
            pattern = author_pattern(term)
            return any(pattern.fullmatch(words(name)) for name in search_field.texts(abstract))
        case "mesh":
            return _mesh_holds(term, search_field.texts(abstract), meanings)
    pattern = value_pattern(term)
    return any(pattern.fullmatch(words(value)) for value in search_field.texts(abstract) if value)


# ---- words


def words(text: str) -> str:
    """Return the words of a text in small letters, without accents, Greek letters in words, signs as blanks.

    >>> words("Interleukin-32β, naïve")
    'interleukin 32beta naive'
    """
    return " ".join(letters(text).translate(_SIGNS).split())


def letters(text: str) -> str:
    """Return a text in small letters without accents, Greek letters in words; signs stay."""
    return text.casefold() if text.isascii() else _NOT_ASCII.sub(lambda run: _plain(run[0]), text).casefold()


@lru_cache(maxsize=20_000)
def _plain(run: str) -> str:
    return _NO_LETTER.sub(" ", plain_letters(run).translate(_GREEK))


def roots(text: str) -> str:
    """Return the words of a text in the singular and in American spelling."""
    return " ".join(map(_root, words(text).split()))


def index_terms(text: str) -> str:
    """Return the index terms of a text, in which a name is one in all its written forms."""
    return _BETWEEN_TEXTS.join(" ".join(terms(part)) for part in text.split(_BETWEEN_TEXTS))


@lru_cache(maxsize=100_000)
def _root(word: str) -> str:
    return singular(american(word))


def _words_hold(term: SearchTerm, reading: _Reading, meanings: Meanings) -> bool:
    search_field = term.searched
    if _anchor(term.text) in reading.words(search_field, letters) and _is_written(
        term, reading.words(search_field, words)
    ):
        return True
    if term.is_quoted or term.distance is not None or "*" in term.text:
        return False
    if term.field is None and f" {roots(term.text)} " in reading.words(search_field, roots):
        return True
    if reading.abstract.pmid not in meanings.mentioning.get(words(term.text), ()):
        return False
    held = reading.words(search_field, index_terms)
    return any(phrase.stands_in(held) and f" {phrase.words[0]} " in held for phrase in phrases(term.text))


@lru_cache(maxsize=1_000)
def _anchor(text: str) -> str:
    """Return the longest word of a term, which a text that holds it must hold: whole fields are read only for that."""
    return max(re.split(r"[ *]", words(text.replace("*", " ")) or " "), key=len)


def _is_written(term: SearchTerm, written: str) -> bool:
    """Return True if a term stands among words as it is written."""
    if term.distance is not None:
        texts = (text.split() for text in written.split(_BETWEEN_TEXTS))
        return any(_are_near(words(term.text).split(), text, term.distance) for text in texts)
    if "*" in term.text:
        return bool(_truncated(term.text).search(written))
    return f" {words(term.text)} " in written


@lru_cache(maxsize=1_000)
def _truncated(text: str) -> re.Pattern[str]:
    return re.compile(f" {_starred(text)} ")


def _starred(text: str, any_letters: str = r"\w*") -> str:
    """Return the pattern of words in which a * stands for any letters of a word."""
    return any_letters.join(re.escape(words(part)) for part in text.split("*"))


def _are_near(wanted: list[str], written: list[str], distance: int) -> bool:
    """Return True if words stand together in any order with at most so many others between them."""
    span = len(wanted) + distance
    places = [place for place, word in enumerate(written) if word in wanted]
    return any(set(wanted) <= set(written[place : place + span]) for place in places)


def names_in(term: SearchTerm) -> bool:
    """Return True if a term holds a name that has several written forms, and is not in quotation marks."""
    return term.searched.kind == "words" and not term.is_quoted and "*" not in term.text and bool(names(term.text))


# ---- whole values


@lru_cache(maxsize=1_000)
def value_pattern(term: SearchTerm) -> re.Pattern[str]:
    """Return the pattern of the whole values that a term means, in words: itself, a code, narrower types."""
    wanted = [_starred(term.text, ".*")]
    plain = words(term.text)
    if term.searched.tag == "la":
        wanted.append(_LANGUAGES.get(plain, plain))
    if term.searched.tag == "pt" and not term.is_alone:
        wanted += [re.escape(words(narrower)) for narrower in _NARROWER_TYPES.get(term.text.casefold().strip(), ())]
    return re.compile("|".join(wanted))


@lru_cache(maxsize=1_000)
def author_pattern(term: SearchTerm) -> re.Pattern[str]:
    """Return the pattern of an author's name: without initials any, with the first of them all that begin so.

    "smith j" finds Smith JA as well, in quotation marks only Smith J; a given name counts by its first letter.
    """
    family, comma, forenames = term.text.partition(",")
    parts = words(term.text).split()
    if comma and forenames.strip():
        return _named(words(family), words(forenames)[:1], rest=r"\w*( .*)?")
    if "*" in term.text or len(parts) == 1:
        return re.compile(rf"{_starred(term.text)}( .*)?")
    *of_family, last = parts
    if len(last) <= 2 or term.text.split()[-1].isupper():
        return _named(" ".join(of_family), last, rest="" if term.is_quoted else r"\w*( .*)?")
    by_given = _named(last, parts[0][:1], rest=r"\w*( .*)?").pattern  # "Jane Smith"
    return re.compile(rf"{by_given}|{re.escape(' '.join(parts))}( .*)?")


def _named(family: str, initials: str, *, rest: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(family)} {re.escape(initials)}{rest}")


# ---- MeSH


def _mesh_holds(term: SearchTerm, headings: Iterable[str], meanings: Meanings) -> bool:
    descriptor, _, qualifier = (part.strip() for part in term.text.casefold().partition("/"))
    if "*" in descriptor:
        pattern = re.compile(_starred(descriptor, ".*"))
        return any(pattern.fullmatch(words(heading.partition("/")[0])) for heading in headings)
    wanted = {descriptor} if term.is_alone else {descriptor, *meanings.narrower.get(descriptor, ())}
    for heading in headings:
        held, _, held_qualifier = heading.casefold().partition("/")
        if held in wanted and (not qualifier or held_qualifier == qualifier):
            return True
    return False
