"""Abstracts on a plane: those on like things lie together, in groups that are named by what sets them apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import Library
from index.analysis.normalization import normalize
from index.analysis.terms import units
from index.records import Abstract, Filters
from ui.pictures.topics import headings_of, topics_of

MOST = 3_000
"""Abstracts that are drawn, the newest: more would be a cloud, and a burden for the browser."""
MOST_GROUPS = 8
"""As many as there are colours."""
_A_GROUP = 15
"""Abstracts of the smallest library for each group."""
_ROUNDS = 30
_LEAST_LEAD = 1.3
"""How many times as often as all abstracts a group's have a term that names it."""
_NAMED_BY = 2
_LEAST_SHARE = 0.03
"""The share of the abstracts that a group has at least: a smaller one is taken up by the others."""
_SEED = 7

Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class MappedAbstract:
    """An abstract on the map, at 0 to 1 of its width and height."""

    pmid: str
    title: str
    year: int | None
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class MapGroup:
    """Abstracts that lie together, with the terms that name them."""

    name: str
    abstracts: tuple[MappedAbstract, ...]

    @property
    def pmids(self) -> tuple[str, ...]:
        """Their PMIDs, in the order of the library."""
        return tuple(abstract.pmid for abstract in self.abstracts)


@dataclass(frozen=True, slots=True)
class LibraryMap:
    """The groups, the largest first, of `drawn` abstracts of all."""

    groups: tuple[MapGroup, ...]
    total: int

    @property
    def drawn(self) -> int:
        """How many abstracts are on the map."""
        return sum(len(group.abstracts) for group in self.groups)


def map_of(library: Library) -> LibraryMap:
    """Return the map of a library's newest abstracts; the same library has the same map."""
    pmids = library.pmids(Filters(include_retracted=True))
    vectors = library.abstract_vectors(pmids[:MOST])
    abstracts = [abstract for pmid, abstract in library.get_many(pmids[:MOST]).items() if pmid in vectors]
    abstracts.sort(key=lambda abstract: abstract.pmid)
    if not abstracts:
        return LibraryMap((), len(pmids))
    points = np.stack([vectors[abstract.pmid] for abstract in abstracts])
    groups = grouped(points, min(MOST_GROUPS, max(1, len(points) // _A_GROUP)))
    places = placed(points, groups)
    named = _names([terms_of(abstract) for abstract in abstracts], groups)
    made = [
        MapGroup(name, tuple(_mapped(abstracts[at], places[at]) for at in _members(groups, group)))
        for group, name in named.items()
    ]
    return LibraryMap(tuple(sorted(made, key=lambda group: -len(group.abstracts))), len(pmids))


def grouped(points: Points, count: int) -> NDArray[np.int64]:
    """Return the number of each point's group, by spherical k-means from starts that lie far apart."""
    random = np.random.default_rng(_SEED)
    centres = points[[int(random.integers(len(points)))]]
    while len(centres) < count:
        apart = np.clip(1 - (points @ centres.T).max(axis=1), 0, None) ** 2
        if not apart.sum():
            break
        centres = np.vstack([centres, points[int(random.choice(len(points), p=apart / apart.sum()))]])
    for _ in range(_ROUNDS):
        nearest = (points @ centres.T).argmax(axis=1)
        sums = np.stack([points[nearest == group].sum(axis=0) for group in range(len(centres))])
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres)
    numbers: NDArray[np.int64] = (points @ centres.T).argmax(axis=1)
    sizes = np.bincount(numbers, minlength=len(centres))
    kept = centres[sizes >= min(sizes.max(), max(3, _LEAST_SHARE * len(points)))]
    numbers = (points @ kept.T).argmax(axis=1)
    return numbers


def placed(points: Points, groups: NDArray[np.int64]) -> Points:
    """Return places from 0 to 1: the two principal components of the groups' centres, on which groups lie apart.

    With fewer than three groups they are those of the points.
    """
    centred = points - points.mean(axis=0)
    centres = np.stack([centred[groups == group].mean(axis=0) for group in np.unique(groups)])
    basis = np.linalg.svd(centres if len(centres) > 2 else centred, full_matrices=False)[2][:2]
    flat = centred @ basis.T
    if flat.shape[1] < 2:
        flat = np.hstack([flat, np.zeros((len(flat), 2 - flat.shape[1]), dtype=flat.dtype)])
    low, high = np.percentile(flat, 0.5, axis=0), np.percentile(flat, 99.5, axis=0)
    places: Points = np.clip((flat - low) / np.maximum(high - low, 1e-6), 0, 1).astype(np.float32)
    return places


def terms_of(abstract: Abstract) -> set[str]:
    """Return what an abstract is on: its MeSH descriptors, else the content words of its title."""
    if headings := {heading for heading in headings_of(abstract) if topics_of(heading)}:
        return headings
    title = normalize(abstract.title or abstract.text[:200])
    return {title[unit.start : unit.end].casefold() for unit in units(title) if unit.end - unit.start > 2}


def _names(terms: Sequence[set[str]], groups: NDArray[np.int64]) -> dict[int, str]:
    """Return the name of each group: the terms that its abstracts have more often than all have."""
    everywhere = Counter(term for each in terms for term in each)
    names: dict[int, str] = {}
    for group in map(int, np.unique(groups)):
        inside = [terms[at] for at in _members(groups, group)]
        names[group] = _name(inside, everywhere, len(terms)) or f"Group {group + 1}"
    return names


def _members(groups: NDArray[np.int64], group: int) -> list[int]:
    return [int(at) for at in np.flatnonzero(groups == group)]


def _name(inside: Sequence[set[str]], everywhere: Counter[str], total: int) -> str:
    counts = Counter(term for each in inside for term in each)
    lead = {
        term: count * math.log(count * total / (len(inside) * everywhere[term]))
        for term, count in counts.items()
        if count > 1 and count * total > _LEAST_LEAD * len(inside) * everywhere[term]
    }
    best = sorted(lead, key=lambda term: (-lead[term], term))
    name = " · ".join(_without_parts(best)[:_NAMED_BY])
    return name[:1].upper() + name[1:]


def _without_parts(terms: Iterable[str]) -> list[str]:
    """Return the terms without those that are part of one before them, or have one as a part."""
    kept: list[str] = []
    for term in terms:
        if not any(term.casefold() in earlier.casefold() or earlier.casefold() in term.casefold() for earlier in kept):
            kept.append(term)
    return kept


def _mapped(abstract: Abstract, place: NDArray[np.float32]) -> MappedAbstract:
    return MappedAbstract(abstract.pmid, abstract.title, abstract.year, float(place[0]), float(place[1]))
