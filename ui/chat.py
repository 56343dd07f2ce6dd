"""The Ask tab without Gradio: sessions, and the screens of a question while its answer grows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from index import Filters, Library, LibraryInfo
from index.errors import AskAbstractsError, InputError
from qa import Turn
from ui.conversation import Exchange, exchange_html, notice_html, sources_html, welcome_html
from ui.libraries import NO_MODEL, Libraries
from ui.rendering import render

SHOWN_EXCHANGES = 10
"""Exchanges that stay on the page: follow-ups refer to recent ones, and old cards burden the browser."""

EXAMPLES = (
    "What does IL-32β induce in MDA-MB-231 breast cancer cells?",
    "Does IL-32γ induce HIV-1 production in latently infected CD4+ T cells?",
    "Does IL-32β help or hinder tumours?",
    "Does metformin make animals live longer?",
)
"""Questions that the sample library answers."""


@dataclass(slots=True)
class Latest:
    """What was done last on an open page, changed in place: an event that comes late does not cover it.

    `choices` counts the libraries that were chosen, and `is_asked` is True once the last of them was asked.
    """

    choices: int = 0
    is_asked: bool = False

    def choose(self) -> None:
        """Note that a library was chosen."""
        self.choices += 1
        self.is_asked = False


@dataclass(frozen=True, slots=True)
class Session:
    """State of one browser tab: its library, its exchanges so far, and the PMIDs that alone are asked, if any.

    `conversation` is the id that its exchanges are kept under, once there is one. `model` is the language model that
    answers, "" for the one that the server was started with.
    """

    library: str
    exchanges: tuple[Exchange, ...] = ()
    chosen: tuple[str, ...] = ()
    conversation: str = ""
    model: str = ""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The answered questions with their answers, to which a follow-up can refer."""
        return tuple(Turn(exchange.question, exchange.answer) for exchange in self.exchanges if exchange.answer)

    def turns_before(self, number: int) -> tuple[Turn, ...]:
        """Return the turns that an exchange could refer to when it was asked."""
        return replace(self, exchanges=tuple(exchange for exchange in self.exchanges if exchange.number < number)).turns

    @property
    def next_number(self) -> int:
        """The number of the next exchange."""
        return self.exchanges[-1].number + 1 if self.exchanges else 1

    def exchange(self, number: int) -> Exchange:
        """Return one of the exchanges by its number. Raises InputError when it is no longer kept."""
        for exchange in self.exchanges:
            if exchange.number == number:
                return exchange
        raise InputError("this answer is no longer on the page; open the conversation again, or ask the question anew")

    def with_changed(self, exchange: Exchange) -> Session:
        """Return the session with an exchange in place of that of its number."""
        exchanges = tuple(exchange if other.number == exchange.number else other for other in self.exchanges)
        return replace(self, exchanges=exchanges)

    def with_exchange(self, exchange: Exchange) -> Session:
        """Return the session after one more exchange."""
        return replace(self, exchanges=(*self.exchanges, exchange)[-SHOWN_EXCHANGES:])


@dataclass(frozen=True, slots=True)
class Screen:
    """The HTML of the Ask tab: earlier exchanges and the present one, with the sources of each."""

    earlier: str
    present: str
    earlier_sources: str
    present_sources: str

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """The four in their order."""
        return self.earlier, self.present, self.earlier_sources, self.present_sources


@dataclass(frozen=True, slots=True)
class FilterFields:
    """The filter fields as a person filled them in; a field never opened may be None.

    With `is_literal` names are searched for as they are written only.
    """

    first_year: str | None = ""
    last_year: str | None = ""
    types: Sequence[str] | None = ()
    include_retracted: bool | None = False
    only_new: bool | None = False
    designs: Sequence[str] | None = ()
    subjects: Sequence[str] | None = ()
    min_n: str | None = ""
    is_literal: bool | None = False
    mesh: Sequence[str] | None = ()
    where: str | None = ""

    def filters(self) -> Filters:
        """Return the filters but for `only_new`, which a library knows. Raises InputError for no year and no number."""
        years = (_year(self.first_year), _year(self.last_year))
        return Filters(
            years=None if years == (None, None) else years,
            types=tuple(self.types or ()),
            include_retracted=bool(self.include_retracted),
            mesh=tuple(self.mesh or ()),
            where=self.where or "",
            designs=tuple(self.designs or ()),
            subjects=tuple(self.subjects or ()),
            min_n=_size(self.min_n),
        )


def ask(
    question: str, session: Session, fields: FilterFields, *, libraries: Libraries, again_of: int = 0
) -> Iterator[tuple[Session, Screen]]:
    """Yield the session and the screen as the answer grows; an error is shown in the answer's place.

    With the number of an exchange its question is asked again, as a follow-up of what came before that exchange.
    """
    exchange = Exchange(session.next_number, question, is_whole=False, again_of=again_of)
    earlier = _earlier(session)
    turns = session.turns_before(again_of) if again_of else session.turns
    yield session, _screen(earlier, exchange, session.exchanges)
    try:
        assistant = libraries.assistant(session.library, model=session.model)
        assistant = assistant.literal() if fields.is_literal else assistant
        filters = fields.filters()
        pmids = _new_pmids(libraries.library(session.library)) if fields.only_new else session.chosen
        if pmids is not session.chosen and session.chosen:
            pmids = tuple(pmid for pmid in pmids if pmid in session.chosen) or _nothing_new_chosen()
        filters = replace(filters, pmids=pmids)
        for answer in assistant.stream(question, turns=turns, filters=filters):
            shown = [source.abstract.pmid for source in (*answer.sources, *answer.nearest)]
            exchange = replace(exchange, answer=answer, studies=assistant.studies(shown))
            yield session, _screen(earlier, exchange, session.exchanges)
    except AskAbstractsError as error:
        exchange = replace(exchange, answer=None, problem=as_sentence(error))
    exchange = replace(exchange, is_whole=True)
    yield session.with_exchange(exchange), _screen(earlier, exchange, session.exchanges)


def empty_screen(session: Session, libraries: Libraries) -> Screen:
    """Return the screen of a conversation not yet begun."""
    try:
        info = libraries.info(session.library)
    except AskAbstractsError as error:
        return Screen("", notice_html(as_sentence(error)), "", "")
    examples = EXAMPLES if libraries.is_sample(session.library) else ()
    return Screen("", welcome_html(session.library, info.abstracts, examples), "", "")


def reopened_screen(session: Session, *, library_digest: str = "") -> Screen:
    """Return the screen of a conversation that is opened again: its last exchange with its sources, others above it.

    With the digest of its library as it is today, answers from the library as it was say so.
    """
    *before, last = session.exchanges
    earlier = _earlier(replace(session, exchanges=tuple(before)), library_digest)
    return _screen(earlier, last, session.exchanges, library_digest)


def beginning_screen(progress: str) -> Screen:
    """Return the screen while the first library is made ready, with the HTML of its progress."""
    return Screen("", render("beginning.html") + progress, "", "")


def about_library(session: Session, libraries: Libraries) -> str:
    """Return the header's line on the session's library, or why the library cannot be read."""
    try:
        info = libraries.info(session.library)
        return library_line(info) + (f" · {updated_line(info)}" if info.updated else "")
    except AskAbstractsError as error:
        return as_sentence(error)


def library_line(info: LibraryInfo) -> str:
    """Return a library's number of abstracts, its years, and how many abstracts are retracted."""
    words = [f"{info.abstracts:,} abstract{'' if info.abstracts == 1 else 's'}"]
    if info.years is not None:
        first, last = info.years
        words.append(f"{first}" if first == last else f"{first}\N{EN DASH}{last}")
    if info.retracted:
        words.append(f"{info.retracted:,} retracted")
    return " · ".join(words)


def updated_line(info: LibraryInfo) -> str:
    """Return when a library was last updated and what that brought: "last updated 3 May 2026; 12 new"."""
    day = datetime.fromisoformat(info.updated)
    return f"last updated {day.day} {day:%B %Y}; {info.new:,} new"


def about_search(fields: FilterFields, session: Session, libraries: Libraries) -> str:
    """Return what a search in PubMed's syntax comes to in the session's library, or why it cannot be carried out."""
    if not (fields.where or "").strip():
        return ""
    try:
        filters = fields.filters()
        translation = libraries.library(session.library).translated(filters.where, filters)
    except AskAbstractsError as error:
        return notice_html(as_sentence(error))
    return render("search_details.html", translation=translation)


def type_choices(libraries: Libraries, name: str) -> list[tuple[str, str]]:
    """Return the publication types in a library; none when it cannot be read, of which the header tells."""
    try:
        return [(value[:1].upper() + value[1:], value) for value in libraries.library(name).label_values("type")]
    except AskAbstractsError:
        return []


def model_choices(libraries: Libraries) -> list[tuple[str, str]]:
    """Return the language models that can answer, the one that the server was started with first."""
    try:
        names = [libraries.model_name, NO_MODEL, *(model.name for model in libraries.models.all())]
    except AskAbstractsError:  # of which the Models tab tells
        return []
    return [("No language model" if name == NO_MODEL else name, name) for name in dict.fromkeys(names)]


def mesh_choices(libraries: Libraries, name: str, typed: str = "", chosen: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return MeSH terms of a library that hold what was typed or go by it, with their counts, and those chosen already.

    The list shows only what has the typed letters in it: before a term that goes by another name that name stands.
    """
    try:
        found = {term.value: term.count for term in libraries.library(name).mesh_terms(typed)}
    except AskAbstractsError:  # of which the header tells
        return []
    names = {value: value[:1].upper() + value[1:] for value in (*chosen, *found)}
    other = {value: "" if typed.casefold() in value else f"{typed}: " for value in found}
    listed = [(f"{other[value]}{names[value]} ({count:,})", value) for value, count in found.items()]
    return [*((names[value], value) for value in chosen if value not in found), *listed]


def chosen_html(pmids: Sequence[str]) -> str:
    """Return how many abstracts alone are asked, with a button to ask all again."""
    return render("chosen.html", count=len(pmids))


def as_sentence(error: AskAbstractsError | str) -> str:
    """Return an error's message, or a note, with a capital letter and a full stop."""
    text = str(error).strip() or "something went wrong"
    # A path or a quoted name at the beginning stays as it is.
    beginning = text[0].upper() if text.split()[0].isalpha() else text[0]
    return beginning + text[1:] + ("" if text[-1] in ".!?" else ".")


def _new_pmids(library: Library) -> tuple[str, ...]:
    pmids = tuple(library.new_pmids())
    if not pmids:
        raise InputError("nothing is new since the last update; ask the whole library, or update it in the Library tab")
    return pmids


def _nothing_new_chosen() -> tuple[str, ...]:
    raise InputError("none of the abstracts that you chose is new; ask all again, or not only what is new")


def _year(text: str | None) -> int | None:
    text = (text or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise InputError(f"“{text[:20]}” is not a year; give one such as 2015, or leave the field empty")
    return int(text)


def _size(text: str | None) -> int | None:
    text = (text or "").strip().replace(",", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InputError(
            f"“{text[:20]}” is not a number of participants; give one such as 100, or leave the field empty"
        )
    return int(text)


def _earlier(session: Session, library_digest: str = "") -> tuple[str, str]:
    among = session.exchanges
    conversation = "".join(exchange_html(exchange, among, library_digest=library_digest) for exchange in among)
    return conversation, "".join(sources_html(exchange, is_shown=False) for exchange in session.exchanges)


def _screen(
    earlier: tuple[str, str], exchange: Exchange, among: Sequence[Exchange] = (), library_digest: str = ""
) -> Screen:
    shown = exchange_html(exchange, among, library_digest=library_digest)
    return Screen(earlier[0], shown, earlier[1], sources_html(exchange, is_shown=True))
