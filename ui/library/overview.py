"""The first screen of a library: what it holds, what is new, questions that it answers, and recent conversations.

What takes a while is worked out once for each state of a library, beside the page, and kept with it by its digest.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from index import Library, LibraryInfo
from index.errors import AskAbstractsError
from index.search.pubmed.thesaurus import branch_name
from ui.chat import as_sentence, library_line, updated_line
from ui.conversation import notice_html
from ui.libraries import Libraries
from ui.library.questions import answered_questions
from ui.pictures.survey import surveys
from ui.rendering import render

_NOTE = "overview 2"
_SHOWN = 5
_NEW_SHOWN = 3
_RECENT = 3
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Overview:
    """What was worked out of a library: the most frequent designs, journals and topics, and questions it answers."""

    designs: Mapping[str, int]
    journals: Mapping[str, int]
    topics: Mapping[str, int]
    questions: tuple[str, ...] = ()
    is_whole: bool = False


class Overviews:
    """Works overviews out, each library's in one thread at a time, and remembers them. Thread-safe."""

    def __init__(self, libraries: Libraries) -> None:
        self._libraries = libraries
        self._lock = threading.Lock()
        self._growing: dict[str, Overview | None] = {}

    def of(self, name: str) -> Overview | None:
        """Return the overview of a library as far as it is worked out, None before any; begin it if nobody has."""
        library = self._libraries.library(name)
        digest = library.digest
        with self._lock:
            if digest in self._growing:
                return self._growing[digest]
            if kept := _kept(library, digest):
                return kept
            self._growing[digest] = None
        threading.Thread(target=self._work_out, args=(name, library, digest), daemon=True, name="overview").start()
        return None

    def html(self, name: str, account: str) -> tuple[str, str, bool]:
        """Return the first screen of a library, its two columns, and True if nothing more will come to it."""
        try:
            library = self._libraries.library(name)
            info = library.info()
            overview = self.of(name) if info.abstracts else Overview({}, {}, {}, is_whole=True)
            asks, holds = self._rendered(library, info, overview, name, account)
            return asks, holds, overview is not None and overview.is_whole
        except AskAbstractsError as error:
            return notice_html(as_sentence(error)), "", True

    def _rendered(
        self, library: Library, info: LibraryInfo, overview: Overview | None, name: str, account: str
    ) -> tuple[str, str]:
        new = library.get_many(library.new_pmids()[:_NEW_SHOWN]) if info.new else {}
        recent = [line for line in self._libraries.conversations.lines(account) if line.library == name][:_RECENT]
        asks = render("library/overview.html", info=info, overview=overview)
        holds = render(
            "library/holdings.html",
            info=info,
            holds=library_line(info),
            updated=as_sentence(updated_line(info)) if info.updated else "",
            new=list(new.values()),
            overview=overview,
            recent=recent,
        )
        return asks, holds

    def _work_out(self, name: str, library: Library, digest: str) -> None:
        try:
            overview = _counted(library)
            self._growing[digest] = overview
            if not self._libraries.is_sample(name):  # which has questions of its own
                for question in answered_questions(library, self._libraries.assistant(name)):
                    overview = replace(overview, questions=(*overview.questions, question))
                    self._growing[digest] = overview
            overview = replace(overview, is_whole=True)
            library.backend.studies_file.note(_NOTE, digest, json.dumps(asdict(overview), ensure_ascii=False))
        except AskAbstractsError as error:  # the library went, or another process holds it: the next visit tries again
            _log.info("the overview of %s broke off: %s", name, error)
        finally:
            with self._lock:
                self._growing.pop(digest, None)


def _kept(library: Library, digest: str) -> Overview | None:
    text = library.backend.studies_file.noted(_NOTE, digest)
    if text is None:
        return None
    record = json.loads(text)
    return Overview(**record | {"questions": tuple(record["questions"])})


def _counted(library: Library) -> Overview:
    *_, survey = surveys(library)
    designs: Counter[str] = Counter()
    for (_, family), count in survey.years.items():
        designs[family] += count
    topics = {branch_name(branch): count for branch, count in survey.branches.items()}
    return Overview(_most(designs), _most(survey.journals), _most(topics))


def _most(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_SHOWN])
