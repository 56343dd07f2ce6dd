"""A question or search text, checked and parsed once for both indexes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from index.analysis.abbreviations import LONGEST_FORM, Abbreviation, dominant, key
from index.analysis.lexicon import Lexicon
from index.analysis.normalization import normalize
from index.analysis.synonyms import Synonyms
from index.analysis.terms import canonical, families, is_short, terms
from index.errors import InputError
from index.search.concepts import OF_A_GROUP, QueryConcept, Uses, query_concepts, renamed

Mode = Literal["hybrid", "dense", "lexical"]
_NO_SYNONYMS = Synonyms()
Definitions = Callable[[str], Iterable[Abbreviation]]
"""The abbreviations that a library defines with a form of this key, one for each time it does."""

OTHER_NAME = 0.2
"""The weight of a term of another name beside a name's own terms: half cost cystic fibrosis .003 nDCG@10."""
NARROWER = 0.1
"""The weight of a term of a narrower thing's name: ibuprofen, where NSAIDs are asked for."""
_SEARCHED = 3
"""Other names of a thing whose terms are searched for beside the name's own."""
MAX_QUERY_CHARACTERS = 2_000
MAX_TOP = 10_000
_MOST_WORDS = 100
"""Words of a question in which abbreviations are looked for."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question or search text, parsed once.

    `text` is as the person wrote it, trimmed; `normalized` is what both indexes read: names in one written form,
    abbreviations in both forms, and names that the library does not use as it calls the thing. `abbreviations` are
    those of it that the library defines, `concepts` what it names that the lexicon knows. `renamed` is the text with
    the library's names, else as written.
    """

    text: str
    normalized: str
    abbreviations: tuple[Abbreviation, ...] = ()
    concepts: tuple[QueryConcept, ...] = ()
    renamed: str = ""

    @property
    def weighted_terms(self) -> Mapping[str, float]:
        """The index terms of the query with their weights: how often each stands there, less for other names' terms.

        Least of all weigh those of narrower things.
        """
        counts: dict[str, float] = dict(Counter(self.terms))
        others = terms(
            " ".join(name for concept in self.concepts if concept.is_used for name in concept.names[:_SEARCHED])
        )
        narrower = terms(" ".join(name for concept in self.concepts for name in concept.narrower))
        return {**dict.fromkeys(narrower, NARROWER), **dict.fromkeys(others, OTHER_NAME), **counts}

    @property
    def heading_terms(self) -> Mapping[str, float]:
        """The terms that are searched for among MeSH headings: the query's, and those of its concepts' headings."""
        headings = terms(
            " . ".join(concept.concept.descriptor for concept in self.concepts if concept.concept.descriptor)
        )
        return {**dict.fromkeys(headings, OTHER_NAME), **self.weighted_terms}

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the question that the lexicon knows, as written and as they are searched for."""
        return tuple(name for concept in self.concepts for name in (concept.written, concept.shown))

    @property
    def also_searched(self) -> tuple[str, ...]:
        """The other names of what the question names that are searched for, each once, and narrower things."""
        return tuple(dict.fromkeys(name for concept in self.concepts for name in (*concept.names, *concept.narrower)))

    @property
    def also_searched_told(self) -> str:
        """What else is searched for in words, or "": "Also searched for: ibuprofen, naproxen (NSAIDs)."."""
        return also_searched_told(self.concepts)

    @property
    def equivalents(self) -> tuple[Abbreviation, ...]:
        """The pairs of names of one thing: the library's abbreviations, and each other name with what is written."""
        pairs = (
            Abbreviation(concept.shown, name)
            for concept in self.concepts
            for name in concept.names
            if name != concept.shown
        )
        return (*self.abbreviations, *pairs)

    @property
    def terms(self) -> list[str]:
        """The index terms of the query, repeats kept."""
        return terms(self.normalized)

    @property
    def families(self) -> Mapping[str, str]:
        """The names in the query, and how the family of each begins."""
        return families(self.normalized)


def also_searched_told(concepts: Iterable[QueryConcept]) -> str:
    """Return the other names and the narrower things that are searched for in words, or ""."""
    some = list(concepts)
    names = dict.fromkeys(name for concept in some for name in concept.names)
    groups = dict.fromkeys(f"{', '.join(concept.narrower)} ({concept.written})" for concept in some if concept.narrower)
    return f"Also searched for: {'; '.join(filter(None, (', '.join(names), *groups)))}." if names or groups else ""


def parse_query(
    text: str,
    definitions: Definitions,
    synonyms: Synonyms = _NO_SYNONYMS,
    *,
    uses: Uses | None = None,
    lexicon: Lexicon | None = None,
    of_a_group: int = OF_A_GROUP,
) -> Query:
    """Normalise names and expand abbreviations, once, for both indexes. Raises InputError as `check_text` does.

    `synonyms` are the library's own: they stand above its texts' definitions, and are always written out. With a
    lexicon, and what names the library uses, what the question names is searched for by its other names too, and of a
    group up to `of_a_group` narrower things are looked up.
    """
    checked = check_text(text)
    normalized = normalize(checked)
    found = query_concepts(normalized, lexicon, uses, definitions, of_a_group=of_a_group) if lexicon and uses else []
    found = [(mention, concept) for mention, concept in found if not synonyms.of(key(mention.text))]
    own = renamed(normalized, found)
    own = checked if own == normalized else own
    expanded, abbreviations = _expand_abbreviations(own, definitions, synonyms)
    return Query(
        checked, canonical(expanded), abbreviations, tuple(dict.fromkeys(concept for _, concept in found)), own
    )


def parsed(question: str | Query, parse: Callable[[str], Query]) -> Query:
    """Return a question as a query; one that is parsed already comes back as it is."""
    return question if isinstance(question, Query) else parse(question)


def check_text(text: str) -> str:
    """Return the text of a query, trimmed. Raises InputError when it is empty or beyond MAX_QUERY_CHARACTERS."""
    checked = text.encode("utf-8", "replace").decode().strip()  # half a surrogate pair cannot be stored or encoded
    if not any(char.isalnum() for char in checked):
        raise InputError("there is nothing to search for: write a question or some words")
    if len(checked) > MAX_QUERY_CHARACTERS:
        raise InputError(
            f"the question has {len(checked):,} characters, the most is {MAX_QUERY_CHARACTERS:,}: "
            "ask in a sentence or two"
        )
    return checked


def check_bounds(top: int, mode: str) -> None:
    """Raise InputError for a number of hits out of bounds, or an unknown mode."""
    if not 1 <= top <= MAX_TOP:
        raise InputError(f"top is {top}; give a number from 1 to {MAX_TOP:,}")
    if mode not in get_args(Mode):
        raise InputError(f"no search mode {mode!r}; give one of {', '.join(get_args(Mode))}")


def _expand_abbreviations(
    text: str, definitions: Definitions, synonyms: Synonyms
) -> tuple[str, tuple[Abbreviation, ...]]:
    """Return a text with both forms of the abbreviations in it, "TP53 (p53)", and the abbreviations.

    Two names of one thing are always both written; words and their first letters only in a text of a few words. In a
    whole question, searching for both "rheumatoid arthritis" and "RA" lost more than it gained: they weigh twice what
    the rest of it does. The longest forms are looked for first; a form that stands for several things is left as it is.
    """
    words, written = normalize(text).split(), []
    used: dict[Abbreviation, None] = {}
    is_few = is_short(text)
    place = 0
    while place < len(words):
        width, forms = _form_at(words, place, definitions, synonyms) if place < _MOST_WORDS else (1, [])
        if not forms or not (is_few or forms[0].are_names or forms[0].is_given):
            written += words[place : place + width]
        elif forms[0] in used:
            written.append(forms[0].short)
        else:
            end = re.search(r"\W*$", words[place + width - 1])
            written.append(f"{_both_forms(forms)}{end.group() if end else ''}")
        used |= dict.fromkeys(forms)
        place += width
    return " ".join(written), tuple(used)


def _both_forms(forms: Sequence[Abbreviation]) -> str:
    """Return an abbreviation as texts define it, "long (short)"; a library's own synonyms behind the name asked for."""
    first = forms[0]
    if first.is_given:
        return f"{first.short} ({', '.join(form.long for form in forms)})"
    return f"{first.long} ({first.short})"


def _form_at(
    words: Sequence[str], place: int, definitions: Definitions, synonyms: Synonyms
) -> tuple[int, list[Abbreviation]]:
    """Return the number of words from a place on that make a known form, and what it abbreviates; else (1, [])."""
    for width in range(min(LONGEST_FORM, len(words) - place), 0, -1):
        first, last = words[place], words[place + width - 1]
        if width > 1 and not (terms(first) and terms(last)):
            continue  # "what does rheumatoid arthritis" is no form of it
        form = key(" ".join(words[place : place + width]).strip("?.,;:!()\"'"))
        if form and (abbreviations := synonyms.of(form)):
            return width, abbreviations
        if form and (abbreviation := dominant(form, definitions)):
            return width, [abbreviation]
    return 1, []
