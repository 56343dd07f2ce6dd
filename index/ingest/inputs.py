"""Inputs of a library, checked: files, PMIDs, a PubMed search, or a share of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from index.errors import InputError
from index.records import LINK_KINDS, LinkKind, parse_pmids
from index.search.filters import as_list


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several shares of the same inputs, `number` of `count` from 1, for a process that asks no other.

    A file falls to a share by its name, so that machines with other mounts agree, a PMID by itself.
    """

    number: int
    count: int

    def has(self, name: str) -> bool:
        """Return True if a file's name or a PMID falls to this share."""
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


def parse_shard(text: str) -> Shard:
    """Return the share that is written "3/64". Raises InputError when there is no such share.

    >>> parse_shard("3/64")
    Shard(number=3, count=64)
    """
    match = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*", text, re.A)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise InputError(f"{text!r} is no share of the inputs: write it as 3/64, the numbers from 1/64 to 64/64")
    return Shard(int(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class Inputs:
    """Inputs of a library, any mix: files, PMIDs as written or in files, a PubMed search, papers to start from.

    `limit` is the most to take of the search and of each kind of link. With a `shard` only what falls to that share.
    """

    files: Sequence[Path | str] = ()
    pmids: Sequence[str] = ()
    pmids_from: Sequence[Path | str] = ()
    search: str | None = None
    limit: int | None = None
    shard: Shard | None = None
    similar_to: Sequence[str] = ()
    cited_by: Sequence[str] = ()
    references_of: Sequence[str] = ()

    @property
    def links(self) -> dict[LinkKind, list[str]]:
        """The PMIDs of the papers whose links are followed, by the kind of link."""
        return {kind: pmids for kind in LINK_KINDS if (pmids := parse_pmids("\n".join(getattr(self, kind)))[0])}

    @property
    def needs_pubmed(self) -> bool:
        """True if anything has to be asked of PubMed."""
        return bool(self.pmids or self.pmids_from or self.search or self.links)

    def key(self, *command: object) -> str:
        """Return a SHA-256 of a command on these inputs; a file that was written since makes another one."""
        parts: list[object] = [
            command,
            _states(self.files),
            parse_pmids("\n".join(self.pmids)),
            self.search,
            self.limit,
        ]
        parts += [str(self.shard)] if self.shard else []
        parts += _states(self.pmids_from)
        parts += [self.links] if self.links else []
        return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def _states(files: Sequence[Path | str]) -> list[tuple[str, int, int]]:
    return [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in map(Path, files)]


def checked_inputs(
    *,
    files: Sequence[Path | str] = (),
    pmids: Sequence[str] = (),
    pmids_from: Sequence[Path | str] = (),
    search: str | None = None,
    limit: int | None = None,
    shard: str | None = None,
    similar_to: Sequence[str] = (),
    cited_by: Sequence[str] = (),
    references_of: Sequence[str] = (),
) -> Inputs:
    """Return the checked inputs; of a shard, the files that fall to it: `make_plan` shares out PMIDs.

    Raises InputError when there is no input, a file is missing, the limit is no number of hits, there is no such
    share, or links are to be followed from what is no PMID.
    """
    share = None if shard is None else parse_shard(shard)
    typed, *linked = (list(map(str, as_list(some))) for some in (pmids, similar_to, cited_by, references_of))
    inputs = Inputs(as_list(files), typed, as_list(pmids_from), search, limit, share, *linked)
    for word, why in parse_pmids("\n".join(chain.from_iterable(linked)))[1].items():
        raise InputError(f"links are followed from PMIDs, and {word!r} {why}")
    if not (inputs.files or inputs.needs_pubmed):
        raise InputError("nothing to read: give PMIDs, a PubMed search or files")
    if inputs.limit is not None and inputs.limit < 1:
        raise InputError(f"the limit is {inputs.limit}; give a number from 1")
    for file in (*inputs.files, *inputs.pmids_from):
        if not Path(file).exists():
            raise InputError(f"there is no file {file}; check the path")
    return replace(inputs, files=[file for file in inputs.files if not share or share.has(Path(file).name)])
