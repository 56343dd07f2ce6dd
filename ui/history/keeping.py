"""A session and the file of conversations: each exchange saved when it is shown, a conversation opened again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from index.errors import AskAbstractsError, InputError
from qa.answer import Answer
from ui.chat import SHOWN_EXCHANGES, Session, as_sentence, mesh_choices, model_choices, type_choices
from ui.history.records import MOST_LETTERS_OF_REMARK, SavedConversation
from ui.libraries import Libraries

_TYPES, _MESH = 2, 9
"""The places of these among the filter fields."""


def keep(session: Session, libraries: Libraries, account: str) -> tuple[Session, str]:
    """Save the last exchange of a session, and return the session with its conversation, and what went wrong or ""."""
    try:
        return _kept(session, libraries, account), ""
    except AskAbstractsError as error:
        return session, as_sentence(error)


def keep_mark(
    session: Session, libraries: Libraries, account: str, *, number: int, mark: int, remark: str
) -> tuple[Session, str]:
    """Save what a person thinks of an answer, and return the session with it, and what went wrong or ""."""
    try:
        exchange = replace(session.exchange(number), mark=max(-1, min(mark, 1)), remark=remark[:MOST_LETTERS_OF_REMARK])
        libraries.conversations.rate(account, session.conversation, exchange)
    except AskAbstractsError as error:
        return session, as_sentence(error)
    return session.with_changed(exchange), ""


def _kept(session: Session, libraries: Libraries, account: str) -> Session:
    store, last = libraries.conversations, session.exchanges[-1]
    try:
        if session.conversation and not store.has_turn(account, session.conversation, last.number):
            store.save(account, session.conversation, last)
            return session
    except InputError:  # deleted meanwhile: what goes on is a conversation of its own
        pass
    # Of two tabs with one conversation the second to ask goes on in a copy: neither overwrites the other's turns.
    new = store.start(account, session.library, session.exchanges[0].question)
    for exchange in session.exchanges:
        store.save(account, new, exchange)
    return replace(session, conversation=new)


def reopened(saved: SavedConversation, libraries: Libraries) -> Session:
    """Return the session of a kept conversation with its last exchanges, to go on with in its library.

    It goes on with the language model of its last answer, as long as that is offered.
    """
    last = next((exchange.answer.model for exchange in reversed(saved.exchanges) if exchange.answer), "")
    model = last if any(last == name for _, name in model_choices(libraries)) else ""
    return Session(saved.line.library, saved.exchanges, conversation=saved.line.id, model=model)


def note_on(saved: SavedConversation, libraries: Libraries) -> str:
    """Return what has changed since a conversation was kept: its library is gone or another, or turns are not shown."""
    notes = []
    if saved.line.library not in libraries.names():
        notes.append(f"Its library “{saved.line.library}” is no longer here: it is shown as it was saved.")
    elif _has_changed(saved, libraries):
        notes.append("Its library has changed since: “Ask again” under an answer shows today's beside it.")
    if (more := saved.line.turns - len(saved.exchanges)) > 0:
        notes.append(f"Its last {SHOWN_EXCHANGES} turns are shown; {more:,} before them are in what you save of it.")
    return " ".join(notes)


def _has_changed(saved: SavedConversation, libraries: Libraries) -> bool:
    answers = [exchange.answer for exchange in saved.exchanges if exchange.answer]
    return bool(answers) and answers[-1].library_digest != digest_today(saved, libraries)


def digest_today(saved: SavedConversation, libraries: Libraries) -> str:
    """Return the digest of a conversation's library as it is now; "" where it is no longer here."""
    if saved.line.library not in libraries.names():
        return ""
    return libraries.library(saved.line.library).digest


def filter_updates(saved: SavedConversation, libraries: Libraries) -> list[Any]:
    """Return the filter fields as `filters_of` does, with the choices of the conversation's own library."""
    fields: list[Any] = filters_of(saved)
    name = saved.line.library
    fields[_TYPES] = {"value": fields[_TYPES], "choices": type_choices(libraries, name)}
    fields[_MESH] = {"value": fields[_MESH], "choices": mesh_choices(libraries, name, chosen=fields[_MESH])}
    return [{**field, "__type__": "update"} if isinstance(field, dict) else field for field in fields]


def filters_of(saved: SavedConversation) -> list[Any]:
    """Return the filter fields, in FilterFields' order, as they were at a conversation's last answer."""
    answer = next((exchange.answer for exchange in reversed(saved.exchanges) if exchange.answer), Answer(""))
    own, said_filters = answer.filters, answer.said_filters
    first, last = own.years if own.years and own.years != said_filters.years else (None, None)
    types = list(own.types) if own.types != said_filters.types else []
    mesh = list(own.mesh) if own.mesh != said_filters.mesh else []
    designs = list(own.designs) if own.designs != said_filters.designs else []
    subjects = list(own.subjects) if own.subjects != said_filters.subjects else []
    min_n = own.min_n if own.min_n != said_filters.min_n else None
    years = [str(first or ""), str(last or "")]
    return [*years, types, own.include_retracted, False, designs, subjects, str(min_n or ""), False, mesh, own.where]
