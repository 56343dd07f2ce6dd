"""What is kept of a conversation: its line in the list, and the whole of it."""

from __future__ import annotations

from dataclasses import dataclass

from ui.conversation import Exchange

MOST_LETTERS_OF_NAME = 120
MOST_LETTERS_OF_REMARK = 2000


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """A conversation in the list: `changed` is when its last turn was saved, in seconds since 1970."""

    id: str
    name: str
    library: str
    changed: float
    turns: int


@dataclass(frozen=True, slots=True)
class SavedConversation:
    """A conversation with its exchanges as they were shown."""

    line: ConversationLine
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class RatedTurn:
    """An exchange that a person marked, in its library, with the exchanges before it."""

    library: str
    exchange: Exchange
    before: tuple[Exchange, ...]


def shortened(name: str) -> str:
    """Return a name on one line, with an ellipsis where it is too long for a list; "Untitled" for an empty one."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if len(plain) > MOST_LETTERS_OF_NAME:
        plain = plain[: MOST_LETTERS_OF_NAME - 1].rstrip() + "…"
    return plain or "Untitled"
