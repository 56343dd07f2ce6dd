"""A kept conversation as one file: Markdown, JSON, or HTML that stands alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from ui.conversation import Exchange, exchange_values, sources_values
from ui.history.records import SavedConversation
from ui.rendering import render


def to_markdown(saved: SavedConversation) -> str:
    """Return the exchanges one after the other, each answer as it is saved by itself."""
    head = f"# {_on_the_line(saved.line.name)}\n\n{_origin(saved)}\n"
    return "\n".join([head, *(_markdown(exchange) for exchange in saved.exchanges)])


def to_json(saved: SavedConversation) -> str:
    """Return the conversation as JSON; its answers are those of `qa ask --json`."""
    line = saved.line
    turns = [
        {
            "number": exchange.number,
            "question": exchange.question,
            "problem": exchange.problem,
            "answer": exchange.answer.to_dict() if exchange.answer else None,
            **_said_of(exchange),
        }
        for exchange in saved.exchanges
    ]
    whole = {"name": line.name, "library": line.library, "changed": _day(saved), "turns": turns}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def to_html(saved: SavedConversation) -> str:
    """Return a page that needs no server and no network: the exchanges with their source cards."""
    turns = [
        {**exchange_values(exchange, saved.exchanges, is_live=False), "cards": sources_values(exchange)}
        for exchange in saved.exchanges
    ]
    return render("saved.html", name=saved.line.name, origin=_origin(saved), turns=turns)


def _said_of(exchange: Exchange) -> dict[str, Any]:
    """Return what is not so of every exchange: which it asks again, and what a person thinks of it."""
    particulars = {"again_of": exchange.again_of, "mark": exchange.mark, "remark": exchange.remark}
    return {name: value for name, value in particulars.items() if value}


def _origin(saved: SavedConversation) -> str:
    return f"AskAbstracts, library {_on_the_line(saved.line.library)}, {_day(saved)}"


def _day(saved: SavedConversation) -> str:
    return datetime.fromtimestamp(saved.line.changed, UTC).date().isoformat()


def _markdown(exchange: Exchange) -> str:
    if exchange.answer is not None:
        return exchange.answer.to_markdown()
    return f"## {_on_the_line(exchange.question)}\n\n{_on_the_line(exchange.problem)}\n"


def _on_the_line(text: str) -> str:
    """Return a text that no Markdown reader takes for more than words."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#~$" else sign for sign in " ".join(text.split()))
