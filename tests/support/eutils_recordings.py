"""Exchanges with the real E-utilities as they were recorded, and its known refusals, read from JSON Lines files.

A line of exchanges: {"id", "method", "uri", "request_body", "status", "headers", "body"}; of refusals: {"name",
"endpoint", "status", "headers", "body"}, where a body may point to a file: "(see ../pubmed-xml/name)".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_OF_THE_HOP = ("connection", "content-encoding", "content-length", "transfer-encoding")
"""Headers that say how a body travelled: the stand-in packs and frames anew."""
_ABOUT_THE_ANSWER = ("db", "id", "term", "cmd", "dbfrom", "reldate")
"""The parameters that decide what an answer holds; those of who asks, and of how many a page, do not."""


@dataclass(frozen=True)
class Recording:
    """A recorded request (the endpoint and its parameters) and its response."""

    id: str
    method: str
    path: str
    form: str
    endpoint: str
    params: Mapping[str, str]
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def type(self) -> str:
        """The content type."""
        return {name.lower(): value for name, value in self.headers.items()}["content-type"]

    def answers(self, endpoint: str, params: Mapping[str, str]) -> bool:
        """Return True if a request asks for what was recorded."""
        return endpoint == self.endpoint and all(
            params.get(name, "") == self.params.get(name, "") for name in _ABOUT_THE_ANSWER
        )


def read_recordings(path: Path) -> list[Recording]:
    """Return the recorded exchanges of a file; none where there is no file."""
    return [_recording(row) for row in _rows(path)]


def read_refusals(path: Path) -> dict[str, dict[str, Any]]:
    """Return the refusals of a file by name, bodies that lie in other files put in; none where there is no file."""
    rows = {row["name"]: row for row in _rows(path)}
    for row in rows.values():
        if pointer := re.fullmatch(r"\(see (\.\./\S+)\)", row["body"]):
            row["body"] = (path.parent / pointer[1]).read_text("utf-8")
    return rows


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def _recording(row: dict[str, Any]) -> Recording:
    parts = urlsplit(row["uri"])
    form = row["request_body"] or ""
    pairs = [*parse_qsl(parts.query), *parse_qsl(form)]
    ids = ",".join(value for name, value in pairs if name == "id")
    return Recording(
        row["id"],
        row["method"],
        f"{parts.path}?{parts.query}",
        form,
        parts.path.rsplit("/", 1)[-1].removesuffix(".fcgi"),
        {**dict(pairs), "id": ids},
        row["status"],
        {name: value for name, value in row["headers"].items() if name.lower() not in _OF_THE_HOP},
        row["body"].encode(),
    )
