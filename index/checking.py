"""A library's files compared with one another: check -> finding -> remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.caches import LEXICAL, VECTORS
from index.lexical import LexicalIndex
from index.store import Store
from index.vectors import VectorIndex

_ROWS = 5_000
"""Vectors compared at a time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found: the file, what is wrong with it, its remedy, and whether it was mended."""

    file: str
    what: str
    remedy: str
    repaired: bool = False


def check_truth(store: Store) -> Iterator[Finding]:
    """Yield what is wrong with library.db itself, as far as SQLite can tell."""
    if not store.is_sound():
        yield Finding(store.path.name, "is damaged", "build the library again: python -m index build")
        return
    for pmid in store.damaged_pmids():
        remedy = f"take it out and in again: python -m index remove {pmid}, then add --pmids {pmid}"
        yield Finding(store.path.name, f"holds PMID {pmid} damaged", remedy)
    if not store.is_all_there():
        yield Finding(store.path.name, "holds other abstracts than were added", "build it again: python -m index build")


def check_caches(folder: Path, store: Store) -> Iterator[Finding]:
    """Yield what is wrong with the two caches; none of it loses anything."""
    for file, what in ((VECTORS, _vectors_state(folder, store)), (LEXICAL, _lexical_state(folder, store))):
        if what:
            yield Finding(
                file, what, "made again from library.db, with nothing embedded, by --repair or the next search"
            )


def _vectors_state(folder: Path, store: Store) -> str:
    try:
        vectors, mark = VectorIndex.read(folder / VECTORS)
    except FileNotFoundError:
        return "is missing"
    except (OSError, ValueError):
        return "is damaged"
    return _behind(mark, len(vectors), store) or _other_vectors(vectors, store)


def _other_vectors(vectors: VectorIndex, store: Store) -> str:
    """Say how many vectors are not the truth's, byte for byte."""
    ids, held = vectors.vectors()
    different = 0
    for first in range(0, len(ids), _ROWS):
        stored = store.vectors(ids[first : first + _ROWS].tolist())
        different += sum(
            id_ not in stored or stored[id_].tobytes() != vector.tobytes()
            for id_, vector in zip(ids[first : first + _ROWS].tolist(), held[first : first + _ROWS], strict=True)
        )
    return f"and library.db differ in {different} vectors" if different else ""


def _lexical_state(folder: Path, store: Store) -> str:
    if not (folder / LEXICAL).is_dir():
        return "is missing"
    try:
        lexical = LexicalIndex(folder / LEXICAL)
    except ValueError:
        return "is damaged"
    return _behind(lexical.generation, len(lexical), store)


def _behind(mark: int, passages: int, store: Store) -> str:
    generation = store.generation_of(mark)
    if generation is None:
        return "is another library's"
    if mark != store.mark:
        return f"holds generation {generation}, not {store.generation}"
    if passages != store.counts().passages:
        return f"holds {passages} passages, not {store.counts().passages}"
    return ""
