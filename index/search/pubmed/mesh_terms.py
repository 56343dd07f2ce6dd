"""The MeSH terms that a library's abstracts have, with their counts: looked up by a part of their names."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from index.records import Tally
from index.search.pubmed.thesaurus import heading_of


class MeshTerms:
    """MeSH descriptors by falling counts, remembered until the library changes. It may be used from many threads."""

    def __init__(self, digest: Callable[[], str], tally: Callable[[], Sequence[Tally]]) -> None:
        """`tally` counts the MeSH terms of a library, with their qualifiers and without, as of a digest."""
        self._digest, self._tally = digest, tally
        self._known: tuple[str, tuple[Tally, ...]] = ("", ())
        self._knowing = threading.Lock()

    def containing(self, text: str, *, most: int) -> list[Tally]:
        """Return up to `most` terms that have all words of a text or go by it, those first that do or begin with it."""
        words, heading = text.casefold().split(), heading_of(text.strip())
        found = [tally for tally in self._all() if tally.value == heading or all(word in tally.value for word in words)]
        begin = (heading, " ".join(words)) if heading else (" ".join(words),)
        return sorted(found, key=lambda tally: not tally.value.startswith(begin))[:most]

    def _all(self) -> tuple[Tally, ...]:
        digest = self._digest()
        with self._knowing:
            if self._known[0] != digest:
                self._known = digest, tuple(tally for tally in self._tally() if "/" not in tally.value)
            return self._known[1]
