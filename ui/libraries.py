"""The libraries of the page: those in one folder, and the one named at the start."""

from __future__ import annotations

import re
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index import Library, LibraryInfo
from index.errors import InputError
from index.storage.backends import is_address
from index.storage.folder.lock import writing
from qa import Assistant
from ui.chat_models import FILE as MODELS
from ui.chat_models import OfferedModel, OfferedModels
from ui.history.store import FILE, ConversationStore

SAMPLE = "sample"
"""The library that comes with AskAbstracts; the page does not extend it, so that its questions keep their answers."""

NO_MODEL = "extractive"
"""The name of answering without a language model, as answers have it."""
NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?"
"""A name that every file system takes, as a regular expression."""


_DELETED = ".deleted"
_WITHHELD = "the library “{}” is being worked on; try again in a moment"


class Libraries:
    """Libraries by name, each opened once for all sessions. Thread-safe."""

    def __init__(
        self,
        folder: Path,
        *,
        first: Path | str,
        assistant: Callable[[Library], Assistant] = Assistant,
        model_name: str = NO_MODEL,
        wait_for_first: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the libraries in a folder and a first one, which may lie elsewhere; nothing is opened yet.

        `first` is a folder, or the address of a library on a server. `assistant` makes the assistant of each library,
        which answers by the language model `model_name`.
        `wait_for_first` returns once the first library is there, or raises the AskAbstractsError that says why not.
        """
        self.folder = folder
        self._first = first if is_address(first) else Path(first)
        self._assistant = assistant
        self.model_name = model_name
        self._wait_for_first = wait_for_first
        self._opened: dict[str, tuple[Library, Assistant]] = {}
        self._withheld: set[str] = set()
        self._lock = threading.Lock()
        self._conversations: ConversationStore | None = None
        self.models = OfferedModels(folder / MODELS)
        self._written: dict[tuple[str, str], Assistant] = {}

    @property
    def first(self) -> str:
        """The name of the library of a new session."""
        if isinstance(self._first, Path):
            return self._first.resolve().name
        return self._first.rpartition("/")[2].partition("?")[0]

    def names(self) -> list[str]:
        """Return the names of the present libraries, the first library first."""
        here = sorted(path.parent.name for path in self.folder.glob("*/library.db"))
        return [self.first, *(name for name in here if name != self.first)]

    def choices(self, shown: str) -> list[str]:
        """Return what a page that shows a library can choose: that one too if it is gone, or Gradio refuses all events.

        The event then says that it is gone.
        """
        names = self.names()
        return names if shown in names else [*names, shown]

    def is_there(self, name: str) -> bool:
        """Return True if a library of this name can be read now; one that vanished is closed and forgotten."""
        if name not in self.names():
            is_there = False
        else:
            path = self.path(name)
            is_there = not isinstance(path, Path) or (path / "library.db").is_file()
        if not is_there:
            with self._lock:
                library, _ = self._opened.pop(name, (None, None))
            if library is not None:
                library.close()
        return is_there

    def path(self, name: str) -> Path | str:
        """Return a library's folder, or its address on a server. Raises InputError when there is none of this name."""
        if name == self.first:
            return self._first
        if name in self.names():
            return self.folder / name
        raise InputError(f"there is no library called “{name}” here; choose one from the list")

    def library(self, name: str) -> Library:
        """Return an opened library. Raises AskAbstractsError when it cannot be opened."""
        return self._open(name)[0]

    def assistant(self, name: str, *, model: str = "") -> Assistant:
        """Return the assistant that answers from a library, in the words of the model that the server was started with.

        `model` is another one by its name, NO_MODEL for none. Raises InputError for one that is not offered.
        """
        own = self._open(name)[1]
        if model in ("", self.model_name):
            return own
        offered = OfferedModel(model) if model == NO_MODEL else self.models.find(model)
        if (name, model) not in self._written or self._written[name, model].library is not own.library:
            llm = None if model == NO_MODEL else model
            self._written[name, model] = own.written_by(llm, llm_url=offered.url or None)
        return self._written[name, model]

    def offer(self, model: OfferedModel) -> None:
        """Offer a language model on the page."""
        self.models.add(model)
        self._written.clear()

    def withdraw(self, name: str) -> None:
        """Offer a language model no more."""
        self.models.remove(name)
        self._written.clear()

    def info(self, name: str) -> LibraryInfo:
        """Return the figures of a library as it is now."""
        return self.library(name).info()

    def new(self, name: str) -> str:
        """Make an empty library and return its name. Raises InputError when the name is not allowed or taken."""
        name = self.free_name(name)
        Library.open(self.folder / name, create=True).close()
        return name

    def free_name(self, name: str) -> str:
        """Return a name for a new library. Raises InputError when it is not allowed or taken."""
        name = name.strip()
        if not re.fullmatch(NAME, name):
            raise InputError(
                "a library's name is made of up to 64 letters, digits, hyphens and underscores; give another"
            )
        # Some file systems do not tell Il32 from il32.
        if name.lower() in (taken.lower() for taken in (*self.names(), SAMPLE)) or (self.folder / name).exists():
            raise InputError(f"there is already a library called “{name}”; give another name, or add to that one")
        return name

    def is_sample(self, name: str) -> bool:
        """Return True if a library is the sample that comes with AskAbstracts."""
        path = self.path(name) if name == SAMPLE else ""
        return isinstance(path, Path) and path.resolve() == (self.folder / SAMPLE).resolve()

    def discard_empty(self, name: str) -> None:
        """Delete a library without abstracts, so that its name is free again; another is left alone."""
        library = self.library(name)
        if library.info().abstracts or self.path(name) != self.folder / name:
            return
        with self._lock:
            self._opened.pop(name, None)
        library.close()
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def is_own(self, name: str) -> bool:
        """Return True if a library lies in the page's folder and is not the sample: it may be renamed and deleted."""
        return self.path(name) == self.folder / name and not self.is_sample(name)

    @contextmanager
    def closed(self, name: str) -> Iterator[Path]:
        """Give the folder of a library of the page's own that nobody has open or can open meanwhile.

        Raises InputError for another library, and LibraryBusyError while somebody writes to it.
        """
        if not self.is_own(name):
            raise InputError(f"“{name}” is not a library of this page's own; it stays as it is")
        with writing(self.folder / name):
            pass
        with self._lock:
            if name in self._withheld:
                raise InputError(_WITHHELD.format(name))
            self._withheld.add(name)
            library, _ = self._opened.pop(name, (None, None))
        try:
            if library is not None:
                library.close()
            yield self.folder / name
        finally:
            with self._lock:
                self._withheld.discard(name)

    def rename(self, name: str, new: str) -> str:
        """Give a library another name, which its conversations follow, and return it."""
        new = self.free_name(new)
        with self.closed(name) as folder:
            folder.rename(self.folder / new)
        self.conversations.follow(name, new)
        return new

    def delete(self, name: str) -> None:
        """Delete a library; its conversations stay."""
        with self.closed(name) as folder:
            gone = self.folder / _DELETED / secrets.token_hex(8)
            gone.parent.mkdir(exist_ok=True)
            folder.rename(gone)
        shutil.rmtree(gone.parent, ignore_errors=True)

    @property
    def conversations(self) -> ConversationStore:
        """The conversations that are kept beside the libraries, opened at first use."""
        with self._lock:
            if self._conversations is None:
                self._conversations = ConversationStore(self.folder / FILE)
            return self._conversations

    def close(self) -> None:
        """Close every opened library, and the conversations."""
        with self._lock:
            if self._conversations is not None:
                self._conversations.close()
                self._conversations = None
            for library, _ in self._opened.values():
                library.close()
            self._opened.clear()

    def open_first(self) -> Library:
        """Return the first library, opened without waiting for it."""
        return self._opened_once(self.first, self._first)[0]

    def _open(self, name: str) -> tuple[Library, Assistant]:
        path = self.path(name)
        if name == self.first:
            self._wait_for_first()
        return self._opened_once(name, path)

    def _opened_once(self, name: str, path: Path | str) -> tuple[Library, Assistant]:
        with self._lock:
            if name in self._withheld:
                raise InputError(_WITHHELD.format(name))
            if name not in self._opened:
                library = Library.open(path)
                self._opened[name] = (library, self._assistant(library))
            return self._opened[name]
