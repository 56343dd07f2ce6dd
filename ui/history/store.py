"""The file of conversations: one SQLite database, in which each turn is saved in a transaction of its own.

A turn that `save` returned from is on the disk: a kill or a power cut loses none. Every conversation belongs to an
account ("" where no password is asked for), and no method tells one account whether another's conversation exists.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from index.errors import FileError, InputError
from ui.conversation import Exchange
from ui.history.records import ConversationLine, RatedTurn, SavedConversation, shortened

FILE = "conversations.db"
"""Its name in the folder of the libraries."""
_FORMAT = 1
_APPLICATION = 0x41416368
_SCHEMA = (
    "CREATE TABLE conversation (id TEXT PRIMARY KEY, account TEXT NOT NULL, library TEXT NOT NULL, name TEXT NOT NULL,"
    " changed REAL NOT NULL, deleted REAL) WITHOUT ROWID",
    "CREATE INDEX conversation_of_account ON conversation (account, changed)",
    # `said` is the exchange in words: searched, and shown where a later version cannot read `exchange`.
    "CREATE TABLE turn (conversation TEXT NOT NULL REFERENCES conversation ON DELETE CASCADE, number INTEGER NOT NULL,"
    " exchange TEXT NOT NULL, said TEXT NOT NULL, PRIMARY KEY (conversation, number)) WITHOUT ROWID",
)
_UNDO_S = 30 * 86_400
"""How long a deleted conversation can be brought back."""
_MOST_LISTED = 200
_EXCHANGE = TypeAdapter(Exchange)
_LINE = (
    "SELECT id, name, library, changed, (SELECT count(*) FROM turn WHERE conversation = id) FROM conversation"
    " WHERE account = ? AND deleted IS NULL"
)
_RATED = (
    "SELECT conversation, library, number, exchange, said FROM turn JOIN conversation ON id = conversation"
    " WHERE json_extract(exchange, '$.mark') <> 0 OR json_extract(exchange, '$.remark') <> ''"
    " ORDER BY conversation, number"
)
_UNKNOWN = "there is no such conversation here; choose one from the list"


class ConversationStore:
    """The conversations of one server. Thread-safe; several processes may share the file."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it. Raises FileError or InputError when it is no such file, or of a newer version."""
        self.path = path
        self._lock = threading.RLock()
        with self._plain_errors("opened"):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def start(self, account: str, library: str, question: str) -> str:
        """Begin a conversation, named by its first question, and return its id."""
        new = secrets.token_urlsafe(12)
        with self._transaction("saved"):
            self._db.execute(
                "INSERT INTO conversation VALUES (?, ?, ?, ?, ?, NULL)",
                (new, account, library, shortened(question), time.time()),
            )
            self._forget_deleted()
        return new

    def save(self, account: str, id_: str, exchange: Exchange) -> None:
        """Save an exchange, in place of one with its number. Raises InputError for an unknown conversation.

        Raises FileError when it cannot be written; nothing that was saved before is lost then.
        """
        reply = exchange.answer.text if exchange.answer else exchange.problem
        whole = _EXCHANGE.dump_json(exchange).decode()
        with self._transaction("saved"):
            self._known(account, id_)
            self._db.execute("UPDATE conversation SET changed = ? WHERE id = ?", (time.time(), id_))
            self._db.execute(
                "INSERT OR REPLACE INTO turn VALUES (?, ?, ?, ?)",
                (id_, exchange.number, whole, f"{exchange.question}\n{reply}"),
            )

    def has_turn(self, account: str, id_: str, number: int) -> bool:
        """Return True if an account's conversation has an exchange of this number already."""
        with self._lock, self._plain_errors("read"):
            self._known(account, id_)
            query = "SELECT 1 FROM turn WHERE conversation = ? AND number = ?"
            return self._db.execute(query, (id_, number)).fetchone() is not None

    def lines(self, account: str, searched: str = "") -> list[ConversationLine]:
        """Return an account's conversations, newest first: those with all the words searched for, in name or turns."""
        query, values = _LINE, [account]
        for word in searched.split()[:10]:
            query += (
                " AND (name LIKE ? ESCAPE '!' OR EXISTS (SELECT 1 FROM turn WHERE conversation = id AND said LIKE ?"
                " ESCAPE '!'))"
            )
            values += [_like(word)] * 2
        with self._lock, self._plain_errors("read"):
            rows = self._db.execute(f"{query} ORDER BY changed DESC, id LIMIT {_MOST_LISTED}", values).fetchall()
        return [ConversationLine(*row) for row in rows]

    def rate(self, account: str, id_: str, exchange: Exchange) -> None:
        """Save the mark and the remark of an exchange; the conversation keeps its place in the list."""
        with self._transaction("saved"):
            self._known(account, id_)
            self._db.execute(
                "UPDATE turn SET exchange = json_set(exchange, '$.mark', ?, '$.remark', ?)"
                " WHERE conversation = ? AND number = ?",
                (exchange.mark, exchange.remark, id_, exchange.number),
            )

    def rated(self) -> list[RatedTurn]:
        """Return the turns of all accounts that somebody marked, or remarked on, with what was asked before each."""
        with self._lock, self._plain_errors("read"):
            rows = self._db.execute(_RATED).fetchall()
            before = "SELECT number, exchange, said FROM turn WHERE conversation = ? AND number < ? ORDER BY number"
            return [
                RatedTurn(
                    library,
                    _exchange(number, whole, text),
                    tuple(_exchange(*row) for row in self._db.execute(before, (id_, number))),
                )
                for id_, library, number, whole, text in rows
            ]

    def read(self, account: str, id_: str, *, last: int | None = None, turn: int | None = None) -> SavedConversation:
        """Return a conversation whole, or its `last` turns with the one that is named, which they may not hold.

        Raises InputError when the account has none of this id.
        """
        query = (
            "SELECT number, exchange, said FROM turn WHERE conversation = ?1 AND (number = ?3 OR number >= ("
            "SELECT min(number) FROM (SELECT number FROM turn WHERE conversation = ?1 ORDER BY number DESC LIMIT ?2)))"
            " ORDER BY number"
        )
        with self._lock, self._plain_errors("read"):
            line = self._known(account, id_)
            rows = self._db.execute(query, (id_, -1 if last is None else last, turn)).fetchall()
        return SavedConversation(line, tuple(_exchange(*row) for row in rows))

    def is_of(self, account: str, id_: str) -> bool:
        """Return True if an account has, or had until it deleted it, a conversation of this id."""
        with self._lock, self._plain_errors("read"):
            query = "SELECT 1 FROM conversation WHERE account = ? AND id = ?"
            return self._db.execute(query, (account, id_)).fetchone() is not None

    def citing(self, account: str, library: str, pmid: str) -> list[ConversationLine]:
        """Return an account's conversations with a library in which an answer cites an abstract, newest first."""
        holds = "EXISTS (SELECT 1 FROM turn WHERE conversation = id AND exchange LIKE ?)"
        query = f"{_LINE} AND library = ? AND {holds} ORDER BY changed DESC, id LIMIT {_MOST_LISTED}"
        with self._lock, self._plain_errors("read"):
            rows = self._db.execute(query, (account, library, f'%"pmid":"{pmid}"%')).fetchall()
        lines = [ConversationLine(*row) for row in rows]
        return [
            line for line in lines if any(_cites(exchange, pmid) for exchange in self.read(account, line.id).exchanges)
        ]

    def follow(self, library: str, new: str) -> None:
        """Note that a library has another name now."""
        with self._transaction("saved"):
            self._db.execute("UPDATE conversation SET library = ? WHERE library = ?", (new, library))

    def rename(self, account: str, id_: str, name: str) -> None:
        """Give a conversation another name. Raises InputError when the account has none of this id."""
        with self._transaction("saved"):
            self._known(account, id_)
            self._db.execute("UPDATE conversation SET name = ? WHERE id = ?", (shortened(name), id_))

    def delete(self, account: str, id_: str) -> None:
        """Delete a conversation; `restore` brings it back within a month."""
        with self._transaction("deleted"):
            self._known(account, id_)
            self._db.execute("UPDATE conversation SET deleted = ? WHERE id = ?", (time.time(), id_))

    def restore(self, account: str, id_: str) -> None:
        """Bring a deleted conversation back. Raises InputError when the account has deleted none of this id."""
        with self._transaction("saved"):
            found = self._db.execute(
                "UPDATE conversation SET deleted = NULL WHERE account = ? AND id = ? AND deleted IS NOT NULL",
                (account, id_),
            )
            if not found.rowcount:
                raise InputError(_UNKNOWN)

    def _known(self, account: str, id_: str) -> ConversationLine:
        row = self._db.execute(f"{_LINE} AND id = ?", (account, id_)).fetchone()
        if row is None:
            raise InputError(_UNKNOWN)
        return ConversationLine(*row)

    def _forget_deleted(self) -> None:
        self._db.execute("DELETE FROM conversation WHERE deleted < ?", (time.time() - _UNDO_S,))

    def _prepare(self) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._db.execute(f"PRAGMA {pragma}")
        with self._transaction("opened"):
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            (application,) = self._db.execute("PRAGMA application_id").fetchone()
            is_empty = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
            if is_empty:
                for statement in (
                    *_SCHEMA,
                    f"PRAGMA user_version = {_FORMAT}",
                    f"PRAGMA application_id = {_APPLICATION}",
                ):
                    self._db.execute(statement)
            elif application != _APPLICATION:
                raise InputError(f"{self.path} is no file of conversations; move it away, and a new one is made")
            elif version > _FORMAT:
                raise InputError(
                    f"{self.path} has format {version}, made by a newer AskAbstracts; this one reads up to {_FORMAT}"
                )

    @contextmanager
    def _transaction(self, done: str) -> Iterator[None]:
        with self._lock, self._plain_errors(done):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _plain_errors(self, done: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise FileError(
                f"the conversations in {self.path} cannot be {done}: {error}; make room on the disk, allow writing"
                " there, or move the file away"
            ) from error


def _exchange(number: int, whole: str, text: str) -> Exchange:
    """Return a saved exchange; one that this version cannot read is told in its words."""
    try:
        return replace(_EXCHANGE.validate_json(whole), is_whole=True)
    except ValidationError:
        question, _, words = text.partition("\n")
        return Exchange(number, question, problem=f"Saved by another version of AskAbstracts, in its words: {words}")


def _cites(exchange: Exchange, pmid: str) -> bool:
    answer = exchange.answer
    if answer is None:
        return False
    citations = [sentence.citations for sentence in answer.sentences] + [span.citations for span in answer.short]
    return any(citation.pmid == pmid for each in citations for citation in each)


def _like(word: str) -> str:
    escaped = "".join(f"!{letter}" if letter in "!%_" else letter for letter in word)
    return f"%{escaped}%"
