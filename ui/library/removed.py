"""Abstracts that were removed on the page, kept for a while so that they can be brought back."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence

from index import Abstract, Library, Report
from index.errors import InputError

_KEPT = 20
"""Removals that can be undone, the last ones of the server."""
MOST = 20_000
"""Abstracts that are removed at once: they are held in memory until the removal can no longer be undone."""


class Removals:
    """What was removed last. Thread-safe."""

    def __init__(self) -> None:
        self._removed: OrderedDict[str, tuple[str, list[Abstract]]] = OrderedDict()
        self._lock = threading.Lock()

    def remove(self, library: Library, pmids: Sequence[str]) -> tuple[str, int]:
        """Remove abstracts, and return the key that brings them back, and their number. Raises InputError for none."""
        if len(pmids) > MOST:
            raise InputError(f"{len(pmids):,} abstracts are too many to remove at once; choose up to {MOST:,}")
        abstracts = library.records(pmids)
        if not abstracts:
            raise InputError("none of the chosen abstracts is in this library any more; choose others")
        library.remove([abstract.pmid for abstract in abstracts])
        key = secrets.token_hex(8)
        with self._lock:
            self._removed[key] = (library.address, abstracts)
            while len(self._removed) > _KEPT:
                self._removed.popitem(last=False)
        return key, len(abstracts)

    def undo(self, library: Library, key: str) -> Report:
        """Bring removed abstracts back. Raises InputError when it is too late for that."""
        with self._lock:
            address, abstracts = self._removed.get(key, ("", []))
        if not abstracts or address != library.address:
            raise InputError("this can no longer be undone; fetch the abstracts again by their PMIDs")
        report = library.put(abstracts)
        with self._lock:
            self._removed.pop(key, None)
        return report
