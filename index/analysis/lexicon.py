"""The lexicon: one thing with all its names, from MeSH, HGNC, MONDO and others, in one file that comes along.

    lexicon = default_lexicon()
    lexicon.concepts("HER2")                    every concept of a name, in any of its spellings, the likeliest first
    lexicon.concept("MESH:D018719")             one concept by its id (MESH:…, HGNC:…, MONDO:…, FPLX:…, UNII:…)
    lexicon.descendants("C04")                  the concepts at a MeSH tree number and below it
    lexicon.mentions("HER2 in breast cancer")   the longest names in a text, with their places

A file is made by `python -m training lexicon`. Nothing of it is read at start but its index: the names as a trie, and
numbers; concepts lie in compressed blocks, each unpacked when it is asked for.
"""

from __future__ import annotations

import json
import logging
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.analysis.normalization import normalize
from index.analysis.terms import Unit, units

if TYPE_CHECKING:
    import marisa_trie

FILE = Path(__file__).parents[2] / "models" / "lexicon" / "lexicon.npz"
VERSION = 2
"""Version of the file's form, and of the index terms that its names are kept by."""
BLOCK = 128
"""Concepts that are compressed together."""
ID, TREE, CLASS = "\x01", "\x02", "\x03"
"""What the keys of ids, of tree numbers and of classes of drugs begin with, beside the names."""
MOST_OF_A_NAME = 16
"""Concepts that one name may stand for."""
SPARE = frozenset({"protein", "gene", "diseas", "disord"})
"""Last words that a name may have or lack, as index terms: it is kept without."""
_MOST_WORDS = 12
"""Words of the longest name that is looked for in a text."""
_WITHIN = re.compile(r"(?:[^\w.;?!]|\.(?=\s*[a-z])|\b(?:of|the|and|in|on|to|for|with|a|an|by|from|or|not|s)\b)*")
"""What may stand between the words of a name: cancer of the lung, E. coli, but not "drinking has on water"."""
_TIES = frozenset({"with", "in", "on", "to", "for", "by", "from", "or", "not"})
"""Of these what a name has itself: "families with melanoma" is no familial melanoma, though in index terms."""
_REMEMBERED_BLOCKS, _REMEMBERED_CONCEPTS = 256, 2_048
"""Blocks and concepts that stay unpacked, some 5 MB."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing: `name` is its preferred name as its source has it, `names` are all as people write them.

    `kind` is one of gene, chemical, disease, organism, anatomy, procedure, phenomenon, person, other. `trees` are MeSH
    tree numbers; `descriptor` is the MeSH heading, "" for what is none.
    """

    id: str
    name: str
    kind: str
    names: tuple[str, ...]
    trees: tuple[str, ...] = ()
    descriptor: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a normalised text, at `start:end` of it, with the concepts that it may stand for."""

    text: str
    start: int
    end: int
    concepts: tuple[Concept, ...]


@lru_cache(maxsize=4_096)
def name_key(name: str) -> str:
    """Return the key that all spellings of a name share; "" for a name without words.

    >>> name_key("Horton's syndromes") == name_key("Horton's Syndrome")
    True
    """
    return " ".join(unit.term for unit in units(normalize(name)))


class Lexicon:
    """Concepts by their names, ids and tree numbers; safe to use from many threads.

    `problem` is "" or, for an empty lexicon in place of a file that cannot be used, why: one sentence.
    """

    def __init__(
        self,
        trie: marisa_trie.Trie | None = None,
        *,
        starts: NDArray[np.int64] | None = None,
        members: NDArray[np.uint32] | None = None,
        blocks: Sequence[bytes] = (),
        sources: Mapping[str, str] | None = None,
        problem: str = "",
    ) -> None:
        """`members[starts[n]:starts[n + 1]]` are the numbers of the concepts of the trie's key n."""
        self._trie, self._starts, self._members, self._blocks = trie, starts, members, blocks
        self.sources = dict(sources or {})
        self.problem = problem
        self._lines = lru_cache(maxsize=_REMEMBERED_BLOCKS)(self._unpack)

    @classmethod
    def open(cls, file: Path = FILE) -> Lexicon:
        """Open a lexicon file; one that is missing, damaged or of another version gives an empty one that says so."""
        import marisa_trie

        cure = "names are searched for as they are written; restore the file, or make it: python -m training lexicon"
        try:
            with np.load(file, allow_pickle=False) as stored:
                about = json.loads(stored["about"].tobytes())
                if about["version"] != VERSION:
                    return cls(problem=f"{file} is of version {about['version']}, not {VERSION}: {cure}")
                data, ends = stored["blocks"].tobytes(), stored["block_ends"].tolist()
                trie = marisa_trie.Trie().frombytes(stored["trie"].tobytes())
                blocks = [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]
                members = stored["members"].astype(np.uint32)
                members |= np.unpackbits(stored["members_above"], count=len(members)).astype(np.uint32) << 16
                starts = np.flatnonzero(np.append(np.unpackbits(stored["begins"], count=len(members)), 1))
        except FileNotFoundError:
            return cls(problem=f"{file} is missing: {cure}")
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, EOFError, zipfile.BadZipFile) as error:
            return cls(problem=f"{file} is damaged ({error}): {cure}")
        return cls(trie, starts=starts, members=members, blocks=blocks, sources=about["sources"])

    def __bool__(self) -> bool:
        return self._trie is not None

    def concepts(self, name: str) -> tuple[Concept, ...]:
        """Return every concept of a name, in whatever spelling, the likeliest first; () for an unknown one."""
        return self.concepts_of_key(name_key(name))

    def concepts_of_key(self, key: str) -> tuple[Concept, ...]:
        """Return every concept of a name that is given as index terms, as `name_key` joins them."""
        shorter, _, last = key.rpartition(" ")
        return self._of_key(key) or (self._of_key(shorter) if last in SPARE else ())

    def concept(self, id_: str) -> Concept | None:
        """Return the concept with an id, such as MESH:D018719; a concept of several sources has an id of each."""
        return next(iter(self._of_key(ID + id_)), None)

    def at_tree(self, tree: str) -> Concept | None:
        """Return the concept at a MeSH tree number, such as C04."""
        return next(iter(self._of_key(TREE + tree)), None) if tree else None

    def descendants(self, tree: str) -> Iterator[Concept]:
        """Yield the concepts at a MeSH tree number, such as C04.588, and below it; one of two places twice."""
        if self._trie is None or not tree:
            return
        for key in self._trie.iterkeys(TREE + tree):
            if key == TREE + tree or key.startswith(f"{TREE}{tree}."):
                yield from self._of_key(key)

    def has_narrower(self, concept: Concept) -> bool:
        """Return True if there are concepts below one in the MeSH tree, or if it is a class of drugs."""
        if self._trie is None:
            return False
        return CLASS + concept.id in self._trie or any(self._trie.keys(f"{TREE}{tree}.") for tree in concept.trees)

    def narrower(self, concept: Concept) -> Iterator[Concept]:
        """Yield each of the concepts below one in the MeSH tree, without itself."""
        seen = {concept.id}
        for each in (below for tree in concept.trees for below in self.descendants(tree)):
            if each.id not in seen:
                seen.add(each.id)
                yield each

    def members(self, concept: Concept) -> list[Concept]:
        """Return the drugs of a class, which the MeSH tree does not have: ibuprofen of NSAIDs; [] for no class."""
        return list(self._of_key(CLASS + concept.id))

    def mentions(self, text: str) -> list[Mention]:
        """Return the names in a text, the longest at each place, none within another; the text is normalised first."""
        if self._trie is None:
            return []
        normalized = normalize(text)
        found, mentioned, place = units(normalized), [], 0
        while place < len(found):
            width, concepts = self._longest(normalized, found[place : place + _MOST_WORDS])
            if concepts:
                start, end = found[place].start, found[place + width - 1].end
                mentioned.append(Mention(normalized[start:end], start, end, concepts))
            place += width
        return mentioned

    def names_over(self, words: Sequence[str], start: int, end: int) -> Iterator[tuple[str, tuple[Concept, ...]]]:
        """Yield each longer name that the words from `start` to `end` are a part of, with its concepts.

        Words are index terms, as `name_key` joins them.
        """
        if self._trie is None:
            return
        for first in range(max(0, end - _MOST_WORDS), start + 1):
            text = " ".join(words[first : first + _MOST_WORDS])
            for key in self._trie.prefixes(text):
                is_whole = len(key) == len(text) or text[len(key)] == " "
                count = key.count(" ") + 1
                if is_whole and count > end - start and first + count >= end:
                    yield key, self._of_key(key)

    def _longest(self, text: str, some: Sequence[Unit]) -> tuple[int, tuple[Concept, ...]]:
        """Return how many of some words of a text make the longest name, and its concepts; (1, ()) for none."""
        assert self._trie is not None
        words = " ".join(_in_a_row(text, some))
        for key in reversed(self._trie.prefixes(words)):
            if len(key) == len(words) or words[len(key)] == " ":
                width = key.count(" ") + 1
                concepts = _tied(self._of_key(key), key, text[some[0].start : some[width - 1].end])
                if concepts:
                    return width, concepts
        return 1, ()

    def _of_key(self, key: str) -> tuple[Concept, ...]:
        if self._trie is None or not key or key not in self._trie:
            return ()
        assert self._starts is not None and self._members is not None
        number = self._trie.key_id(key)
        members = self._members[self._starts[number] : self._starts[number + 1]]
        places = (divmod(int(member), BLOCK) for member in members)
        return tuple(unpacked(self._lines(block)[place]) for block, place in places)

    def _unpack(self, block: int) -> list[str]:
        return zlib.decompress(self._blocks[block]).decode().split("\n")


def _in_a_row(text: str, some: Sequence[Unit]) -> list[str]:
    """Return the first of some words of a text between which nothing stands that no name has."""
    words = [unit.term for unit in some[:1]]
    for before, unit in zip(some, some[1:], strict=False):
        if not _WITHIN.fullmatch(text, before.end, unit.start):
            break
        words.append(unit.term)
    return words


def _tied(concepts: tuple[Concept, ...], key: str, written: str) -> tuple[Concept, ...]:
    """Return the concepts whose names with a key have the words that tie those of what is written."""
    ties = _TIES.intersection(written.lower().split())
    if not ties:
        return concepts
    return tuple(
        concept
        for concept in concepts
        if any(ties <= {*name.split()} and name_key(name) == key for name in concept.names)
    )


def packed(concept: Concept) -> str:
    """Return a concept as a line of a block."""
    parts = (concept.id, concept.kind, concept.descriptor, "|".join(concept.trees), concept.name, *concept.names)
    return "\t".join(parts)


@lru_cache(maxsize=_REMEMBERED_CONCEPTS)
def unpacked(line: str) -> Concept:
    """Return the concept of a line of a block."""
    id_, kind, descriptor, trees, name, *names = line.split("\t")
    return Concept(id_, name, kind, tuple(names), tuple(trees.split("|")) if trees else (), descriptor)


@lru_cache(maxsize=1)
def default_lexicon() -> Lexicon:
    """Return the lexicon that comes along, opened once; one that cannot be used is warned of."""
    lexicon = Lexicon.open(FILE)
    if lexicon.problem:
        logging.getLogger(__name__).warning(lexicon.problem)
    return lexicon
