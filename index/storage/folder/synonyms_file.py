"""A library's own synonyms in its folder: a file beside library.db, read again when it has changed."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from index.analysis.synonyms import Synonyms
from index.errors import LibraryDamagedError
from index.files import atomic_write

SYNONYMS = "synonyms.json"


class SynonymsFile:
    """The synonyms of the library in a folder, none where the file is missing. It may be used from many threads."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / SYNONYMS
        self._read: tuple[tuple[int, int, int], Synonyms] = ((0, 0, 0), Synonyms())
        self._reading = threading.Lock()

    def read(self) -> Synonyms:
        """Return the synonyms as they are now. Raises LibraryDamagedError when they cannot be read."""
        try:
            stat = os.stat(self._file)
        except FileNotFoundError:
            return Synonyms()
        version = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        with self._reading:
            if self._read[0] != version:
                self._read = version, self._parsed()
            return self._read[1]

    def write(self, synonyms: Synonyms) -> None:
        """Write other synonyms, at once for all who ask; without any the file goes."""
        if not synonyms.rows:
            self._file.unlink(missing_ok=True)
            return
        with atomic_write(self._file) as opened:
            opened.write(synonyms.to_json().encode())

    def _parsed(self) -> Synonyms:
        try:
            return Synonyms.from_json(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError) as error:
            cure = f"python -m index add --synonyms FILE --library {self._file.parent}"
            raise LibraryDamagedError(
                f"{self._file} is damaged; give the library its synonyms again: {cure}"
            ) from error
