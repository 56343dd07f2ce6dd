"""A search carried out over a library, wherever that is kept: which PMIDs it finds, remembered until something changes.

Abstracts are read one by one, but only those that the years, PMIDs and labels of a search leave over.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cached_property
from itertools import islice
from typing import Protocol

from index.analysis.abbreviations import key
from index.analysis.synonyms import Synonyms
from index.errors import InputError
from index.records import Abstract, Filters, parse_pmids
from index.search.mentions import descriptor_forms
from index.search.pubmed.dates import read_dates
from index.search.pubmed.matching import Meanings, matches, names_in, value_pattern, words
from index.search.pubmed.syntax import Combination, Expression, SearchTerm, parse_search, terms_of
from index.search.pubmed.thesaurus import heading_of, narrower_than, other_names
from index.search.pubmed.translation import Translation, translate

_REMEMBERED = 8
"""Searches whose PMIDs are kept."""
_AT_ONCE = 500
"""Abstracts that are read at once."""
_NEAREST = 3
_KINDS = {"pt": "type", "ta": "journal"}
"""The labels of a library that hold the values of a field."""


class Shelf(Protocol):
    """Protocol of what a search asks a library's backend for."""

    @property
    def digest(self) -> str:
        """A SHA-256 of content and settings."""

    @property
    def synonyms(self) -> Synonyms:
        """The library's own synonyms."""

    def pmids(self, filters: Filters, *, holding: str = "") -> list[str]:
        """Return the PMIDs that the filters allow, newest first."""

    def get(self, pmids: Sequence[str]) -> dict[str, Abstract]:
        """Return those of these abstracts that the library holds, by PMID."""

    def mentioning(self, text: str) -> list[str]:
        """Return the PMIDs of the abstracts that mention a thing in title, text or MeSH descriptors."""

    def label_values(self, kind: str) -> list[str]:
        """Return the values of one kind of label, most frequent first."""

    def has_label(self, kind: str, value: str) -> bool:
        """Return True if an abstract has this label, without regard to case."""


class BooleanSearches:
    """Searches in PubMed's syntax over one library. It may be used from many threads."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._found: OrderedDict[tuple[str, str], tuple[str, ...]] = OrderedDict()
        self._finding = threading.Lock()
        self._words: tuple[str, _LibraryWords] = ("", _LibraryWords(shelf))

    def translation(self, text: str) -> Translation:
        """Return a search as it is carried out. Raises InputError with the place of what cannot be understood."""
        return translate(parse_search(text), self._library_words(), text=text)

    def resolved(self, filters: Filters) -> Filters | None:
        """Return filters with the PMIDs that their search finds in its place; None where nothing is left.

        MeSH terms stand under their descriptors' names, with those below them if they are exploded. Raises InputError
        for one that there is none of.
        """
        if filters.mesh:
            headings = [self._library_words().term(name) for name in filters.mesh]
            below = (each for heading in headings for each in narrower_than(heading)) if filters.explode else ()
            filters = replace(filters, mesh=tuple(dict.fromkeys([*headings, *below])))
        if not filters.where:
            return filters
        found, wanted = self.pmids(filters.where), frozenset(filters.pmids)
        pmids = tuple(pmid for pmid in found if not wanted or pmid in wanted)
        return replace(filters, where="", pmids=pmids) if pmids else None

    def _library_words(self) -> _LibraryWords:
        """Return what the library knows of words, until it changes."""
        digest = self._shelf.digest
        if self._words[0] != digest:
            self._words = digest, _LibraryWords(self._shelf)
        return self._words[1]

    def pmids(self, text: str) -> tuple[str, ...]:
        """Return the PMIDs of all abstracts that a search finds, retracted ones among them, newest first."""
        key = (self._shelf.digest, text)
        with self._finding:
            if key not in self._found:
                self._found[key] = tuple(_find(self.translation(text).expression, self._shelf))
                while len(self._found) > _REMEMBERED:
                    self._found.popitem(last=False)
            self._found.move_to_end(key)
            return self._found[key]


def _find(expression: Expression, shelf: Shelf) -> Iterator[str]:
    named = {words(term.text): term.text for term in terms_of(expression) if names_in(term)}
    broad = {term.text.casefold().partition("/")[0].strip() for term in terms_of(expression) if _is_exploded(term)}
    meanings = Meanings(
        narrower={heading: narrower_than(heading) for heading in broad},
        mentioning={key: frozenset(shelf.mentioning(text)) for key, text in named.items()},
    )
    narrowed = _narrowed(expression, shelf, meanings)
    candidates = iter(shelf.pmids(narrowed) if narrowed else ())
    while some := list(islice(candidates, _AT_ONCE)):
        abstracts = shelf.get(some)
        yield from (pmid for pmid in some if pmid in abstracts and matches(expression, abstracts[pmid], meanings))


def _is_exploded(term: SearchTerm) -> bool:
    return term.searched.kind == "mesh" and not term.is_alone


def _narrowed(expression: Expression, shelf: Shelf, meanings: Meanings) -> Filters | None:
    """Return filters that let through all that a search can find, and as little else as they can; None for nothing."""
    narrowed = Filters(include_retracted=True)
    for term in _demanded(expression):
        if term.searched.kind == "date" and (span := read_dates(term.text)):
            (first, _, _), (last, _, _) = span
            old_first, old_last = narrowed.years or (first, last)
            years = (max(first, old_first or 0), min(last, old_last or 0))
            if years[0] > years[1]:
                return None
            narrowed = replace(narrowed, years=years)
        elif term.searched.kind == "pmid" and not narrowed.pmids:
            narrowed = replace(narrowed, pmids=tuple(parse_pmids(term.text)[0]))
        elif term.searched.kind == "mesh" and "*" not in term.text and not narrowed.mesh:
            name = term.text.casefold().partition("/")[0].strip()
            narrowed = replace(narrowed, mesh=(name, *(() if term.is_alone else meanings.narrower.get(name, ()))))
        elif term.searched.tag in _KINDS:
            values = _values_of(term, shelf)
            if not values:
                return None
            if term.searched.tag == "pt" and not narrowed.types:
                narrowed = replace(narrowed, types=values)
            elif term.searched.tag == "ta" and not narrowed.journals:
                narrowed = replace(narrowed, journals=values)
    return narrowed


def _demanded(expression: Expression) -> Iterator[SearchTerm]:
    """Yield terms that everything a search finds must hold."""
    while isinstance(expression, Combination):
        if expression.operator == "OR":
            return
        if expression.operator == "AND":
            yield from _demanded(expression.right)
        expression = expression.left
    yield expression


def _values_of(term: SearchTerm, shelf: Shelf) -> tuple[str, ...]:
    """Return the values of a library's labels that a term means."""
    pattern = value_pattern(term)
    return tuple(value for value in shelf.label_values(_KINDS[term.searched.tag]) if pattern.fullmatch(words(value)))


class _LibraryWords:
    """What a library's records, its own synonyms and the lexicon know of words, as of one state of the library."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    @cached_property
    def _mesh(self) -> frozenset[str]:
        return frozenset(self._shelf.label_values("mesh"))

    @cached_property
    def _journals(self) -> frozenset[str]:
        return frozenset(self._shelf.label_values("journal"))

    def heading(self, name: str) -> str:
        forms = (name.casefold(), *descriptor_forms(name))
        return next((form for form in forms if form in self._mesh), "") or heading_of(name)

    def term(self, name: str) -> str:
        """Return a MeSH term as the labels of abstracts have it. Raises InputError where there is none like it."""
        if self._shelf.has_label("mesh", name):
            return name
        descriptor, slash, qualifier = name.partition("/")
        if heading := self.heading(descriptor.strip()):
            return f"{heading}{slash}{qualifier}"
        raise InputError(self.nothing_of("mesh", descriptor))

    def names(self, name: str) -> Sequence[str]:
        own = [abbreviation.long for abbreviation in self._shelf.synonyms.of(key(name))]
        return own or other_names(name)

    def is_journal(self, name: str) -> bool:
        return name.casefold() in self._journals

    def why_nothing(self, term: SearchTerm) -> str:
        kind = "mesh" if term.searched.kind == "mesh" else _KINDS.get(term.searched.tag)
        if kind is None or "*" in term.text:
            return ""
        descriptor = term.text.partition("/")[0].strip()
        if self.heading(descriptor) if kind == "mesh" else _values_of(term, self._shelf):
            return ""
        return self.nothing_of(kind, descriptor)

    def nothing_of(self, kind: str, descriptor: str) -> str:
        """Return the sentence that no abstract has a MeSH term, type or journal, with the nearest that some have."""
        values = [value for value in self._shelf.label_values(kind) if "/" not in value]
        near = get_close_matches(descriptor.casefold(), values, n=_NEAREST, cutoff=0.6)
        what = {"mesh": "the MeSH term", "type": "the publication type", "journal": "the journal"}[kind]
        nearest = f"; the nearest that some have: {', '.join(f'“{value}”' for value in near)}" if near else ""
        return f"no abstract of this library has {what} “{descriptor}”{nearest}"
