"""Errors over HTTP as RFC 9457 says: one JSON object with a type that programs can tell apart, and one sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from index import errors

MEDIA_TYPE = "application/problem+json"
_PREFIX = "urn:askabstracts:problem:"
ProblemName = Literal[
    "bad-json", "invalid", "unauthorized", "forbidden", "not-found", "method", "too-large", "length-required",
    "busy", "exists", "not-ready", "stopping", "too-many-requests", "pubmed", "model", "library", "revoked", "internal",
]  # fmt: skip


class FaultJson(BaseModel):
    """What is wrong with one field of a body: its place as a JSON pointer (RFC 6901), and why."""

    pointer: str
    detail: str


class ProblemJson(BaseModel):
    """An error: `type` is a URN that ends in the problem's name, `detail` one sentence with the cure."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FaultJson] | None = None


class ProblemKind(NamedTuple):
    """The status and the title of a problem."""

    status: int
    title: str


KINDS: dict[ProblemName, ProblemKind] = {
    "bad-json": ProblemKind(400, "The body is no JSON"),
    "unauthorized": ProblemKind(401, "A key is needed"),
    "forbidden": ProblemKind(403, "This is not allowed"),
    "not-found": ProblemKind(404, "There is nothing of this name"),
    "method": ProblemKind(405, "Another method is needed"),
    "busy": ProblemKind(409, "The library is being written to"),
    "exists": ProblemKind(409, "There is one of this name"),
    "length-required": ProblemKind(411, "The body's length is needed"),
    "too-large": ProblemKind(413, "The body is too large"),
    "invalid": ProblemKind(422, "The request cannot be used"),
    "too-many-requests": ProblemKind(429, "Too many requests"),
    "internal": ProblemKind(500, "Something broke here"),
    "pubmed": ProblemKind(502, "PubMed cannot be reached"),
    "model": ProblemKind(502, "A model cannot be used"),
    "library": ProblemKind(503, "The library cannot be used"),
    "not-ready": ProblemKind(503, "The server is starting"),
    "stopping": ProblemKind(503, "The server is stopping"),
    "revoked": ProblemKind(401, "The key was revoked"),
}
_OF_ERRORS: tuple[tuple[type[errors.AskAbstractsError], ProblemName], ...] = (
    (errors.InputError, "invalid"),
    (errors.FileError, "invalid"),
    (errors.LibraryBusyError, "busy"),
    (errors.LibraryError, "library"),
    (errors.EutilsError, "pubmed"),
    (errors.ModelError, "model"),
    (errors.EncoderError, "model"),
)


class Problem(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        name: ProblemName,
        detail: str,
        *,
        faults: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.name, self.detail = name, detail
        self.faults, self.headers = list(faults), dict(headers or {})

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.name].status

    def to_dict(self) -> dict[str, Any]:
        """Return the problem's JSON."""
        kind = KINDS[self.name]
        problem = {"type": _PREFIX + self.name, "title": kind.title, "status": kind.status, "detail": self.detail}
        return problem | ({"errors": self.faults} if self.faults else {})

    def body(self) -> bytes:
        """Return the problem as the bytes of a reply."""
        return json.dumps(self.to_dict(), ensure_ascii=False).encode()


def problem_of(error: errors.AskAbstractsError) -> Problem:
    """Return the problem that an error of ours is over HTTP."""
    name: ProblemName = next((name for kind, name in _OF_ERRORS if isinstance(error, kind)), "internal")
    return Problem(name, str(error))


def problem_with(status: int, detail: str) -> Problem:
    """Return a problem with this status."""
    return Problem(next(name for name, kind in KINDS.items() if kind.status == status), detail)


def responses(*names: ProblemName) -> dict[int | str, dict[str, Any]]:
    """Return these problems as OpenAPI's responses, those of one status together."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for name in names:
        kind = KINDS[name]
        described = by_status.setdefault(
            kind.status, {"description": kind.title, "content": {MEDIA_TYPE: {"schema": _SCHEMA}}}
        )
        examples = described["content"][MEDIA_TYPE].setdefault("examples", {})
        examples[name] = {"value": Problem(name, f"{kind.title}.").to_dict()}
    return by_status


_SCHEMA = {"$ref": "#/components/schemas/ProblemJson"}
