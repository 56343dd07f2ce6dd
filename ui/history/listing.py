"""The list of kept conversations as HTML."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from index.errors import AskAbstractsError
from ui.chat import Session, as_sentence
from ui.conversation import data_file
from ui.history.export import to_html, to_json, to_markdown
from ui.history.records import ConversationLine
from ui.libraries import Libraries
from ui.rendering import render


def lines_html(
    libraries: Libraries, account: str, words: str, session: Session, *,
    note: str = "", problem: str = "", deleted: str = "", saved: str = "",
) -> str:  # fmt: skip
    """Return the list, with what there is to say of the last thing done: a note, a problem, an undo, files to save."""
    lines: list[ConversationLine] = []
    files: dict[str, Any] = {}
    try:
        lines = libraries.conversations.lines(account, words or "")
        if saved:
            whole = libraries.conversations.read(account, saved)
            files = {"name": whole.line.name, "files": [
                data_file("conversation.md", "Markdown", "text/markdown", to_markdown(whole)),
                data_file("conversation.html", "HTML", "text/html", to_html(whole)),
                data_file("conversation.json", "JSON", "application/json", to_json(whole)),
            ]}  # fmt: skip
    except AskAbstractsError as error:
        problem = as_sentence(error)
    return render(
        "conversations.html", lines=lines, present=session.conversation, searched=(words or "").strip(), note=note,
        problem=problem, deleted=deleted, saved=files, day=_day,
    )  # fmt: skip


def _day(changed: float) -> str:
    day = datetime.fromtimestamp(changed, UTC)
    return f"{day.day} {day:%b %Y}"
