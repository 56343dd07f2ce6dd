"""The list of kept conversations as HTML."""

from __future__ import annotations

from datetime import UTC, datetime

from index.errors import AskAbstractsError
from ui.chat import Session, as_sentence
from ui.history.records import ConversationLine
from ui.libraries import Libraries
from ui.rendering import render


def lines_html(
    libraries: Libraries, account: str, words: str, session: Session, *,
    note: str = "", problem: str = "", deleted: str = "",
) -> str:  # fmt: skip
    """Return the list, with what there is to say of the last thing done: a note, a problem, an undo."""
    lines: list[ConversationLine] = []
    try:
        lines = libraries.conversations.lines(account, words or "")
    except AskAbstractsError as error:
        problem = as_sentence(error)
    return render(
        "conversations.html", lines=lines, present=session.conversation, searched=(words or "").strip(), note=note,
        problem=problem, deleted=deleted, day=_day,
    )  # fmt: skip


def _day(changed: float) -> str:
    day = datetime.fromtimestamp(changed, UTC)
    return f"{day.day} {day:%b %Y}"
