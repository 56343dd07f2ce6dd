"""Thesaurus of a library and the lexicon: MeSH headings, their narrower terms, and synonyms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from index.analysis.lexicon import Concept, default_lexicon
from index.search.pubmed.matching import roots

_LEAST_LETTERS = 4
"""Letters of a name without digits that is searched for because another name was asked for: shorter ones mean much."""


@lru_cache(maxsize=2_000)
def heading_of(name: str) -> str:
    """Return the MeSH descriptor that a name stands for, in small letters.

    "" for none, as without a lexicon, and for a symbol that stands for several.

    >>> heading_of("heart attack")
    'myocardial infarction'
    """
    concepts = [concept for concept in _concepts(name) if concept.descriptor]
    exact = [concept for concept in concepts if roots(concept.descriptor) == roots(name)]
    headings = list(dict.fromkeys(concept.descriptor.casefold() for concept in exact or concepts))
    return "" if not headings or len(headings) > 1 and _is_symbol(name) else headings[0]


@lru_cache(maxsize=200)
def narrower_than(heading: str) -> frozenset[str]:
    """Return the MeSH descriptors below one in the tree, in small letters."""
    concepts = (
        concept
        for concept in default_lexicon().concepts(heading)
        if concept.descriptor.casefold() == heading.casefold()
    )
    below = (each for concept in concepts for each in default_lexicon().narrower(concept))
    return frozenset(each.descriptor.casefold() for each in below if each.descriptor)


@lru_cache(maxsize=20_000)
def branches_of(heading: str) -> frozenset[str]:
    """Return the branches of the MeSH tree that a descriptor, in small letters, stands in, as C04 or C23."""
    concepts = default_lexicon().concepts(heading)
    return frozenset(
        tree[:3] for concept in concepts if concept.descriptor.casefold() == heading for tree in concept.trees
    )


@lru_cache(maxsize=200)
def branch_name(branch: str) -> str:
    """Return the descriptor at the top of a branch of the MeSH tree; the branch itself where there is none."""
    concept = default_lexicon().at_tree(branch)
    return concept.descriptor or concept.name if concept else branch


@lru_cache(maxsize=2_000)
def other_names(name: str) -> tuple[str, ...]:
    """Return the other names of the one thing that a name stands for; none where it may stand for several."""
    concepts = _concepts(name)
    if len(concepts) > 1 and _is_symbol(name):
        return ()
    names = dict.fromkeys(other for concept in concepts for other in (concept.name, *concept.names))
    return tuple(other for other in names if other.casefold() != name.casefold() and _says_enough(other))


def _concepts(name: str) -> list[Concept]:
    """Return the concepts of a name, those only that have it in this number and spelling if there are such.

    MICE, a gene, is not mice; aged is not ageing, though both have one index term.
    """
    known = [(concept, _spellings(name, concept)) for concept in default_lexicon().concepts(name)]
    spelt = [
        concept for concept, spellings in known if any(name.isupper() or not _is_symbol(other) for other in spellings)
    ]
    return spelt or [concept for concept, spellings in known if not spellings]


def _spellings(name: str, concept: Concept) -> list[str]:
    return [spelling for spelling in (concept.name, *concept.names) if roots(spelling) == roots(name)]


def _is_symbol(name: str) -> bool:
    return name.isupper() and " " not in name


def _says_enough(name: Sequence[str]) -> bool:
    return len(name) >= _LEAST_LETTERS or any(map(str.isdigit, name))
