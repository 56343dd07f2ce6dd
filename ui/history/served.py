"""Kept conversations by address: files to save, and what of a request names a conversation of another account."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote

from ui.history.export import to_html, to_json, to_markdown
from ui.history.records import SavedConversation
from ui.history.store import ConversationStore

ADDRESS = re.compile(r"/conversations/([\w-]{1,64})\.(md|html|json)")
"""The addresses of files of conversations."""
_FORMATS: dict[str, tuple[str, Callable[[SavedConversation], str]]] = {
    "md": ("text/markdown", to_markdown),
    "html": ("text/html", to_html),
    "json": ("application/json", to_json),
}


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A conversation as a file to save."""

    content: bytes
    headers: tuple[tuple[bytes, bytes], ...]


def conversation_file(store: ConversationStore, account: str, path: str) -> ServedFile:
    """Return the file at an address. Raises InputError when the account has no such conversation."""
    matched = ADDRESS.fullmatch(path)
    assert matched is not None
    id_, ending = matched.groups()
    media_type, write = _FORMATS[ending]
    saved = store.read(account, id_)
    name = re.sub(r"[^\w-]+", "-", saved.line.name).strip("-")[:60] or "conversation"
    where = f"attachment; filename=\"conversation.{ending}\"; filename*=UTF-8''{quote(name)}.{ending}"
    headers = {
        "content-type": f"{media_type}; charset=utf-8",
        "content-disposition": where,
        "cache-control": "no-store",
    }
    return ServedFile(write(saved).encode(), tuple((key.encode(), text.encode()) for key, text in headers.items()))


def asked_for(query: bytes) -> str:
    """Return the id of the conversation that the page is asked to open, or ""."""
    return parse_qs(query.decode("latin-1")).get("conversation", [""])[0]


def named_in(event: Any) -> str:  # noqa: ANN401 (whatever JSON holds)
    """Return the id of the conversation that an event of the page names, or ""."""
    data = event.get("event_data") if isinstance(event, dict) else None
    named = data.get("conversation") if isinstance(data, dict) else None
    return named if isinstance(named, str) else ""
