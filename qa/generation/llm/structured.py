"""Structured output: a reply as JSON by a schema, read sentence by sentence while it is still being written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from json import JSONDecodeError, JSONDecoder
from typing import Any, TypeVar

from qa.generation.llm.citations import Cited
from qa.generation.llm.drafts import CutOff
from qa.generation.llm.prompts import REFUSAL
from qa.generation.llm.visible import Retracted, printable

S = TypeVar("S")

_SENTENCES, _MISSING = "sentences", "not_in_these_abstracts"


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    # Providers that enforce a schema want all its properties required and no others allowed.
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


_SOURCE = _object({"number": {"type": "integer"}, "quote": {"type": "string"}})
_SENTENCE = _object({"text": {"type": "string"}, "sources": {"type": "array", "items": _SOURCE}})
SCHEMA = _object({_SENTENCES: {"type": "array", "items": _SENTENCE}, _MISSING: {"type": "string"}})
"""The JSON schema of an answer, as the prompt "answer" describes it; sentences come first, so that they stream."""

# The object, or its list alone from a server that holds no model to the schema
_BEGIN = re.compile(rf'(?:`{{3}}\w*\s*)?(?:\{{\s*"(?={_SENTENCES}"|{_MISSING}")|\[\s*(?=\{{\s*"text"))')
_MAY_BEGIN = re.compile(
    r'(?:`{1,3}\w{0,10}\s*|(?:`{3}\w{0,10}\s*)?(?:\{\s*(?:"\w{0,24})?|\[\s*(?:\{\s*(?:"\w{0,5})?)?))$'
)
_LIST = re.compile(rf'"{_SENTENCES}"\s*:\s*\[|\A(?:`{{3}}\w*\s*)?\[')
_PART = re.compile(rf'"{_MISSING}"\s*:\s*(?=")')
_NEXT = re.compile(r'\{\s*"text"\s*:')
_AFTER_LIST = re.compile(rf'[\]}}]|"{_MISSING}"')
# A sentence whose JSON is malformed, for the most part by quotation marks that are not escaped
_MALFORMED = re.compile(
    r'\{\s*"text"\s*:\s*"(?P<text>.*?)"\s*,?\s*"sources"\s*:\s*\[(?P<sources>.*?)(?:\]|$)', re.DOTALL
)
_MALFORMED_SOURCE = re.compile(
    r'"number"\s*:\s*"?(?P<number>\d+)"?(?:\s*,?\s*"quote"\s*:\s*"(?P<quote>.*?)"\s*\})?', re.DOTALL
)
_UNFINISHED = re.compile(r"(?:n(?:u(?:ll?)?)?|t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|-|\\(?:u\w{0,3})?)?")
"""What may be the beginning of a value or of an escape at the end of what came by now."""
_ENDS_LIST = re.compile(r"\]\s*\}?\s*\]")
_NO_PART = re.compile(r"\W*(?:none|nothing|n/?a|null|no part)?\W*", re.IGNORECASE)
_BROKEN = CutOff("its JSON could not be read to the end")


def read_structured(pieces: Iterable[str | S]) -> Iterator[str | Cited | S | CutOff | Retracted]:
    """Yield a reply's JSON as text, a line for each sentence as soon as it is whole, and a `Cited` behind its words.

    Text before the JSON, and a reply without any, is yielded as it is, and so is whatever is no text. A sentence whose
    JSON is malformed is read as far as can be, and reading goes on at the next. JSON that breaks off ends in a
    `CutOff`.
    """
    reader = _JsonReader()
    for piece in pieces:
        if isinstance(piece, str):
            yield from reader.take(piece)
            continue
        if isinstance(piece, Retracted):
            reader = _JsonReader()
        elif isinstance(piece, CutOff):
            yield from reader.rest(is_cut=True)
            reader = _JsonReader()
        yield piece
    yield from reader.rest()


class _JsonReader:
    """The state of reading JSON: what is not read yet, and where in it we are."""

    def __init__(self) -> None:
        self._held = self._head = ""
        self._is_json = self._is_in_list = self._is_after_list = self._has_lost = False
        self._count = 0

    def take(self, piece: str) -> Iterator[str | Cited]:
        """Yield the sentences that one more piece completes."""
        self._held += piece
        if not self._is_json:
            yield from self._before()
        if self._is_json and not self._is_in_list and (begin := _LIST.search(self._held)):
            self._head, self._held = self._held[: begin.start()], self._held[begin.end() :]
            self._is_in_list = True
        if self._is_in_list and not self._is_after_list:
            yield from self._items()

    def rest(self, *, is_cut: bool = False) -> Iterator[str | Cited | CutOff]:
        """Yield what is left at the end: text that never became JSON, or the part that the abstracts do not answer."""
        if self._is_in_list and not self._is_after_list and not is_cut:
            yield from self._malformed(self._held)
            self._is_after_list = _ENDS_LIST.search(self._held) is not None
        if not self._is_json:
            yield self._held
        elif self._is_after_list and not self._count:
            yield f"{REFUSAL}\n"
        elif part := self._part():
            yield f"Not in these abstracts: {part}\n"
        if self._is_json and not is_cut and (self._has_lost or not self._is_after_list):
            yield _BROKEN

    def _before(self) -> Iterator[str]:
        if begin := _BEGIN.search(self._held):
            before, self._held = self._held[: begin.start()], self._held[begin.start() :]
            self._is_json = True
            if before.strip():
                yield f"{before}\n"
        else:
            may_begin = _MAY_BEGIN.search(self._held)
            cut = may_begin.start() if may_begin else len(self._held)
            ready, self._held = self._held[:cut], self._held[cut:]
            yield ready

    def _items(self) -> Iterator[str | Cited]:
        while True:
            self._held = self._held.lstrip(" \t\r\n,")
            if _AFTER_LIST.match(self._held):
                self._is_after_list = True
                return
            try:
                item, end = JSONDecoder(strict=False).raw_decode(self._held)
            except JSONDecodeError as error:
                following = _NEXT.search(self._held, 1) if _is_malformed(error) else None
                if not following:  # not whole yet
                    return
                malformed, self._held = self._held[: following.start()], self._held[following.start() :]
                yield from self._malformed(malformed)
                continue
            self._held = self._held[end:]
            yield from self._sentence(item)

    def _malformed(self, written: str) -> Iterator[str | Cited]:
        """Yield the sentence of an object that is no JSON, if its text ends and its sources begin."""
        found = _MALFORMED.match(written)
        self._has_lost = self._has_lost or not found
        if found:
            sources = [source.groupdict(default="") for source in _MALFORMED_SOURCE.finditer(found["sources"])]
            yield from self._sentence({"text": found["text"], "sources": sources})

    def _sentence(self, item: object) -> Iterator[str | Cited]:
        """Yield one sentence; a server that does not hold its model to the schema may send a text alone."""
        fields = item if isinstance(item, dict) else {"text": item, "sources": None}
        text, sources = _line(fields.get("text")), fields.get("sources")
        if not text:
            return
        self._count += 1
        yield text
        if fields is item and not sources and "[" not in text:
            yield Cited(())
        elif isinstance(sources, list):
            yield Cited(tuple(source for entry in sources for source in _source(entry)))
        yield "\n"

    def _part(self) -> str:
        """Return the part of the question that the model says to be missing, on one line, or ""."""
        text = self._head + self._held
        if not (begin := _PART.search(text)):
            return ""
        try:
            part, _ = JSONDecoder(strict=False).raw_decode(text, begin.end())
        except JSONDecodeError:
            return ""
        part = re.sub(rf"^\W*{REFUSAL}\W*", "", _line(part), flags=re.IGNORECASE)
        return "" if _NO_PART.fullmatch(part) else re.sub(r"[.!?]\s+(?=\w)", "; ", part)


def _is_malformed(error: JSONDecodeError) -> bool:
    """Return False for JSON that may only not be whole yet."""
    return not (error.msg.startswith("Unterminated") or _UNFINISHED.fullmatch(error.doc[error.pos :]))


def _source(entry: object) -> Iterator[tuple[str, str]]:
    """Yield the number and the quote of a source in the JSON, if it has a number."""
    fields = entry if isinstance(entry, dict) else {"number": entry}
    number = str(fields.get("number", "")).strip()
    if number.isdecimal():
        yield number, _line(fields.get("quote"))


def _line(text: object) -> str:
    return " ".join(printable(text).split()) if isinstance(text, str) else ""
