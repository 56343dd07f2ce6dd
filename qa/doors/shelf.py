"""Libraries of an MCP server; imports no SDK, which takes as long to load as they do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from index import Library
from index.errors import InputError
from qa.assistant import Assistant


class LibraryShelf(Protocol):
    """Protocol of the libraries that a server has, by name."""

    @property
    def first(self) -> str:
        """The name of the library that is meant where none is named."""

    def names(self) -> list[str]:
        """Return the names of the libraries."""

    def library(self, name: str) -> Library:
        """Return a library. Raises InputError when there is none of this name."""

    def assistant(self, name: str) -> Assistant:
        """Return the assistant of a library."""


class OneLibrary:
    """A shelf of one library, its models and indexes loaded in a thread while the client is greeted."""

    def __init__(self, library: Library, make_assistant: Callable[[Library], Assistant] = Assistant) -> None:
        self.first = library.info().name
        self._library, self._make_assistant = library, make_assistant
        self._assistant: Assistant | None = None
        self._making = threading.Lock()

    def warm_up(self) -> None:
        """Load what the first question needs, in a thread; a question that comes before its end waits for it."""
        threading.Thread(target=self._load, name="loading", daemon=True).start()

    def _load(self) -> None:
        if self._library.info().abstracts:
            self._library.search("interleukin", top=1)
            self.assistant(self.first)

    def names(self) -> list[str]:
        """Return the library's name."""
        return [self.first]

    def library(self, name: str) -> Library:
        """Return the library. Raises InputError for another name."""
        if name != self.first:
            raise InputError(f"there is no library {name!r} here; the one there is called {self.first!r}")
        return self._library

    def assistant(self, name: str) -> Assistant:
        """Return the library's assistant."""
        library = self.library(name)
        with self._making:
            if self._assistant is None:
                self._assistant = self._make_assistant(library)
            return self._assistant
