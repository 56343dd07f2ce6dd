"""A session and the file of conversations: each exchange saved when it is shown, a conversation opened again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from index.errors import AskAbstractsError, InputError
from qa.answer import Answer
from ui.chat import SHOWN_EXCHANGES, Session, as_sentence
from ui.history.records import SavedConversation
from ui.libraries import Libraries


def keep(session: Session, libraries: Libraries, account: str) -> tuple[Session, str]:
    """Save the last exchange of a session, and return the session with its conversation, and what went wrong or ""."""
    try:
        return _kept(session, libraries, account), ""
    except AskAbstractsError as error:
        return session, as_sentence(error)


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
    """Return the session of a kept conversation with its last exchanges, to go on with in its library."""
    return Session(saved.line.library, saved.exchanges[-SHOWN_EXCHANGES:], conversation=saved.line.id)


def note_on(saved: SavedConversation, libraries: Libraries) -> str:
    """Return what has changed since a conversation was kept: its library is gone or another, or turns are not shown."""
    notes = []
    if saved.line.library not in libraries.names():
        notes.append(f"Its library “{saved.line.library}” is no longer here: it is shown as it was saved.")
    elif _has_changed(saved, libraries):
        notes.append("Its library has changed since: what you ask now is answered from the library as it is today.")
    if (more := len(saved.exchanges) - SHOWN_EXCHANGES) > 0:
        notes.append(f"Its last {SHOWN_EXCHANGES} turns are shown; {more} before them are in what you save of it.")
    return " ".join(notes)


def _has_changed(saved: SavedConversation, libraries: Libraries) -> bool:
    answers = [exchange.answer for exchange in saved.exchanges if exchange.answer]
    return bool(answers) and answers[-1].library_digest != libraries.library(saved.line.library).digest


def filters_of(saved: SavedConversation) -> list[Any]:
    """Return the filter fields, in FilterFields' order, as they were at a conversation's last answer."""
    answer = next((one.answer for one in reversed(saved.exchanges) if one.answer), Answer(""))
    own, said = answer.filters, answer.said_filters
    first, last = own.years if own.years and own.years != said.years else (None, None)
    types = list(own.types) if own.types != said.types else []
    mesh = list(own.mesh) if own.mesh != said.mesh else []
    designs = list(own.designs) if own.designs != said.designs else []
    subjects = list(own.subjects) if own.subjects != said.subjects else []
    min_n = own.min_n if own.min_n != said.min_n else None
    years = [str(first or ""), str(last or "")]
    return [*years, types, own.include_retracted, False, designs, subjects, str(min_n or ""), False, mesh, own.where]
