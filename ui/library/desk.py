"""What the events of the Abstracts tab do: one browser tab's visit to a library, without Gradio."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from index import Library
from index.errors import AskAbstractsError, InputError
from index.storage.listing import ListColumn
from qa.export import exported, in_batches
from qa.studies.reading import kept_with
from ui.api.jobs import LibraryJob
from ui.chat import as_sentence
from ui.conversation import notice_html
from ui.libraries import Libraries
from ui.library.downloads import FORMATS, Downloads
from ui.library.keeping import Keeper
from ui.library.look import CountedKind, Finder, Look
from ui.library.removed import Removals
from ui.library.shown import chosen_bar_html, list_html, opened_html, reading_html, rows_of

_LOOKS_S = 0.5
"""Seconds between two looks at a job that was begun here."""
VisitEvent = Mapping[str, Any]
"""What an event was sent with: what is to be done under `do`, and what that needs."""


@dataclass(slots=True)
class Visit:
    """What one browser tab looks at, and the PMIDs of the abstracts chosen so far, on whatever page, in their order.

    It is changed in place: events in quick succession are worked on at the same time, and none may lose what another
    did. `turn` counts the lists that were asked for, so that a later one is not written over by an earlier one.
    """

    look: Look = Look()
    chosen: dict[str, None] = field(default_factory=dict)
    turn: int = 0

    def go_to(self, library: str) -> None:
        """Look at a library: anew, with nothing chosen, if it is another one than before."""
        if self.look.library != library:
            self.look, self.chosen = Look(library), {}


@dataclass(slots=True)
class TabUpdate:
    """What an event changes of the tab: None for what stays as it is.

    `asked` are the PMIDs that alone are to be asked; `has_written` says that the library is another one now, and
    `has_new` that there is one more.
    """

    list_: str | None = None
    bar: str | None = None
    opened: str | None = None
    asked: tuple[str, ...] = ()
    has_written: bool = False
    has_new: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """Does what the visits of all tabs ask for. Thread-safe."""

    keeper: Keeper
    downloads: Downloads
    finder: Finder = field(default_factory=Finder)
    removals: Removals = field(default_factory=Removals)

    @property
    def libraries(self) -> Libraries:
        """The libraries of the page."""
        return self.keeper.libraries

    def library(self, name: str) -> Library:
        """Return a library. Raises AskAbstractsError when it is gone meanwhile."""
        if not self.libraries.is_there(name):
            raise InputError(f"the library “{name}” is no longer here; choose another one above")
        return self.libraries.library(name)

    def listed(self, visit: Visit) -> Iterator[TabUpdate]:
        """Yield the list as it is made, then with what was still to be read of the studies on its page."""
        visit.turn += 1
        turn = visit.turn
        for list_ in self._lists(visit):
            if visit.turn != turn:
                return
            yield TabUpdate(list_=list_)

    def bar(self, visit: Visit, **values: Any) -> str:  # noqa: ANN401 (what the template is told)
        """Return the bar of what can be done with the abstracts chosen."""
        own = [name for name in self.libraries.names() if not self.libraries.is_sample(name)]
        others = [name for name in own if name != visit.look.library]
        return chosen_bar_html(len(visit.chosen), others, **values)

    def does(self, visit: Visit, account: str, asked: VisitEvent) -> Iterator[TabUpdate]:
        """Yield what comes of an event; nothing for one that is unknown."""
        try:
            self.library(visit.look.library)
            if look := _other_look(visit.look, asked):
                visit.look = look
                yield from self.listed(visit)
            else:
                yield from self._done(visit, account, asked)
        except AskAbstractsError as error:
            yield TabUpdate(bar=self.bar(visit, problem=as_sentence(error)))

    def _lists(self, visit: Visit) -> Iterator[str]:
        try:
            library = self.library(visit.look.library)
            for progress in library.listing.bring_up():
                if progress.done < (progress.total or 0):
                    yield reading_html(progress)
            yield self._list(library, visit)
            if self._read_studies(library, visit.look):
                yield self._list(library, visit)
        except AskAbstractsError as error:
            yield notice_html(as_sentence(error))

    def _list(self, library: Library, visit: Visit) -> str:
        try:
            return list_html(library, visit.look, self.finder, chosen=visit.chosen)
        except InputError as error:  # a search that cannot be understood stays in its field
            look = replace(visit.look, shows_counts=False)
            return list_html(library, look, self.finder, problem=as_sentence(error))

    def _read_studies(self, library: Library, look: Look) -> bool:
        """Read the studies of the abstracts on a look's page that are unread; return True if there were any."""
        try:
            rows, _ = rows_of(library, look, self.finder)
        except InputError:
            return False
        unread = set(kept_with(library).studies.unread())
        wanted = [row.pmid for row in rows if row.pmid in unread]
        return bool(library.studies.of(wanted)) if wanted else False

    def _done(self, visit: Visit, account: str, asked: VisitEvent) -> Iterator[TabUpdate]:
        match asked["do"]:
            case "pick":
                self._pick(visit, asked)
                yield TabUpdate(bar=self.bar(visit))
            case "pick-found":
                library = self.library(visit.look.library)
                visit.chosen.update(dict.fromkeys(self.finder.pmids(library, visit.look)))
                yield TabUpdate(list_=self._list(library, visit), bar=self.bar(visit))
            case "pick-none":
                visit.chosen.clear()
                yield TabUpdate(bar=self.bar(visit))
            case "open":
                yield TabUpdate(opened=self._opened(visit, account, _pmid(asked["pmid"])), bar="")
            case "close":
                yield TabUpdate(opened="", bar=self.bar(visit))
            case "ask":
                yield TabUpdate(asked=_chosen(visit))
            case "ask-one":
                yield TabUpdate(asked=(_pmid(asked["pmid"]),))
            case "save":
                yield TabUpdate(bar=self._saved(visit, str(asked["ending"])))
            case "add":
                yield from self._added(visit, str(asked["name"]), is_new=bool(asked["new"]))
            case "remove":
                yield from self._removed(visit)
            case "undo":
                report = self.removals.undo(self.library(visit.look.library), str(asked["removed"]))
                yield from self._changed(visit, note=f"{report.added:,} brought back.")

    def _pick(self, visit: Visit, asked: VisitEvent) -> None:
        for pmid in map(_pmid, list(asked["pmids"])[:1000]):
            if asked["on"]:
                visit.chosen[pmid] = None
            else:
                visit.chosen.pop(pmid, None)

    def _opened(self, visit: Visit, account: str, pmid: str) -> str:
        library = self.library(visit.look.library)
        abstract = library.get(pmid)
        if abstract is None:
            raise InputError(f"PMID {pmid} is no longer in this library; turn to the list again")
        citing = self.libraries.conversations.citing(account, visit.look.library, pmid)
        return opened_html(library, abstract, citing)

    def _saved(self, visit: Visit, ending: str) -> str:
        if ending not in FORMATS:
            raise InputError(f"abstracts cannot be saved as “{ending[:20]}”; choose one of the formats")
        library, pmids, (name, media_type) = self.library(visit.look.library), _chosen(visit), FORMATS[ending]

        def pieces() -> Iterator[bytes]:
            return (piece.encode("utf-8", "replace") for piece in exported(in_batches(library, pmids), ending))

        saved = self.downloads.offer(f"{visit.look.library}{ending}", media_type, pieces)
        return self.bar(visit, saved=saved, note=f"{_counted(len(pmids))} as {name}:")

    def _added(self, visit: Visit, name: str, *, is_new: bool) -> Iterator[TabUpdate]:
        """Add the abstracts chosen to another library, which is made if it is to be a new one."""
        pmids = _chosen(visit)
        source = self.library(visit.look.library)
        name = self.libraries.new(name) if is_new else name
        self._check_own(name)
        job = self.keeper.put(name, source, pmids)
        while job.state == "running":
            note = (
                f"Adding {_counted(len(pmids))} to “{name}” … It goes on if you leave; the Library tab tells how far."
            )
            yield TabUpdate(bar=self.bar(visit, note=note))
            time.sleep(_LOOKS_S)
        yield TabUpdate(bar=self.bar(visit, **_told(job)), has_new=is_new)

    def _removed(self, visit: Visit) -> Iterator[TabUpdate]:
        self._check_own(visit.look.library)
        key, count = self.removals.remove(self.library(visit.look.library), _chosen(visit))
        visit.chosen.clear()
        note = f"{_counted(count)} {'was' if count == 1 else 'were'} removed."
        yield from self._changed(visit, removed=key, note=note)

    def _changed(self, visit: Visit, **values: Any) -> Iterator[TabUpdate]:  # noqa: ANN401
        """Yield the list of a library that was just written to, and what to say of that."""
        for outcome in self.listed(visit):
            yield replace(outcome, bar=self.bar(visit, **values), has_written=True)

    def _check_own(self, name: str) -> None:
        """Raise InputError for the sample, which the page does not change."""
        if self.libraries.is_sample(name):
            raise InputError("the sample library stays as it is; copy it in the Library tab, and change the copy")


def _other_look(look: Look, asked: VisitEvent) -> Look | None:
    """Return the look that an event asks for; None for an event that asks for none."""
    match asked["do"]:
        case "search":
            by_meaning = asked["by"] == "meaning"
            return replace(look, words=str(asked["words"]).strip(), by_meaning=by_meaning, column="", page=1)
        case "sort" if asked["column"] in get_args(ListColumn):
            return look.by(asked["column"])
        case "page":
            return replace(look, page=int(page)) if (page := str(asked["page"]).strip()).isdecimal() else look
        case "narrow" if asked["kind"] in get_args(CountedKind):
            return look.toggled(asked["kind"], str(asked["value"]))
        case "years":
            return replace(look, years=_years(str(asked["first"]), str(asked["last"])), page=1)
        case "retracted":
            return replace(look, only_retracted=not look.only_retracted, page=1)
        case "counts":
            return replace(look, shows_counts=not look.shows_counts)
        case "all":
            return look.without_conditions()
    return None


def _chosen(visit: Visit) -> tuple[str, ...]:
    if not visit.chosen:
        raise InputError("no abstract is chosen; tick some in the list")
    return tuple(visit.chosen)


def _told(job: LibraryJob) -> dict[str, str]:
    """Return what is told of a job that added abstracts."""
    if job.account is None:
        return {"problem": as_sentence(job.problem or f"adding to “{job.library}” was stopped; what was done is kept")}
    there = job.account["updated"] + job.account["unchanged"]
    return {"note": f"“{job.library}”: {job.account['added']:,} added, {there:,} were there already."}


def _pmid(value: object) -> str:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise InputError(f"“{text[:20]}” is not a PMID; choose an abstract of the list")
    return text


def _years(first: str, last: str) -> tuple[int | None, int | None] | None:
    years = (_year(first), _year(last))
    return None if years == (None, None) else years


def _year(text: str) -> int | None:
    text = text.strip()
    if text and not (text.isascii() and text.isdigit() and len(text) == 4):
        raise InputError(f"“{text[:20]}” is not a year; give one such as 2015, or leave the field empty")
    return int(text) if text else None


def _counted(count: int) -> str:
    return f"{count:,} abstract{'' if count == 1 else 's'}"
