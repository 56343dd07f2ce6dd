"""A stream of JSON values, in an array or one behind the other, cut so that a broken one costs only itself."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_BLOCK = 1 << 16
_TRIMMED = 1 << 18
_MARGIN = 16  # characters from the end of what was read: an error so near may be of what is still to come
_BETWEEN = re.compile(r"[\s,\[\]]*")
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)|[{}\[\]]', re.DOTALL)
_SEPARATOR = re.compile(r"[\s,{\[\]]")
_MAX_INDENT = 500
_NEVER = 1 << 60  # a depth that no brace closes
_PMID_FIRST = r'\{\s*+"(?:pmid|PMID)"\s*+:'
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Cut:
    """One value and the bytes that say it, or in `fault` why there is none.

    `is_rest_lost`: what stands behind it could not be made out.
    """

    value: object
    source: bytes = b""
    fault: str = ""
    is_rest_lost: bool = False


class JsonCutter:
    """Cuts UTF-8 JSON into the values that are no arrays, and finds the next one behind any damage.

    No more than one value of up to `max_characters` is held in memory.
    """

    def __init__(self, stream: BinaryIO, *, start: bytes, max_characters: int) -> None:
        """Cut what `start`, already read, and the stream behind it hold."""
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._text = self._decode(start)
        self._at = 0
        self._max = max_characters
        self._is_ended = False
        self._indent = ""
        self._none_before = 0
        self._open_arrays = 0

    @property
    def is_cut_off(self) -> bool:
        """Whether the stream ended before its arrays did."""
        return self._open_arrays > 0

    def values(self) -> Iterator[Cut]:
        """Yield the values in their order."""
        while self._go_to_value():
            yield self._next_value()

    def _go_to_value(self) -> bool:
        """Move to where the next value starts; return False when there is none."""
        while True:
            match = _BETWEEN.match(self._text, self._at)
            between = match[0] if match else ""
            if len(between) == len(self._text) - self._at and not self._is_ended and len(between) < _MAX_INDENT:
                self._fill()
                continue
            self._open_arrays += between.count("[") - between.count("]")
            _before, newline, indent = between.rpartition("\n")
            self._indent = indent if newline and not indent.strip() else ""
            self._at += len(between)
            if self._at < len(self._text) or self._is_ended:
                return self._at < len(self._text)

    def _next_value(self) -> Cut:
        """Return the value at hand and move behind it; behind a broken one to where the next seems to start."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                is_near_end = error.pos >= len(self._text) - _MARGIN or error.msg.startswith("Unterminated string")
                fault = f"not JSON ({error.msg})"
            except (ValueError, RecursionError):
                return self._broken("JSON with a number too long or lists too deep")
            else:
                is_near_end = end == len(self._text)  # a number may go on
                fault = ""
            if is_near_end and not self._is_ended and len(self._text) - self._at <= self._max:
                self._fill()
            elif fault and is_near_end and not self._is_ended:
                return self._broken(f"longer than {self._max:,} characters")
            elif fault:
                return self._broken(fault)
            else:
                return self._whole(value, end)

    def _whole(self, value: object, end: int) -> Cut:
        source, self._at = self._text[self._at : end], end
        if self._at > _TRIMMED:
            self._trim()
        try:
            return Cut(value, source.encode("utf-8"))
        except UnicodeEncodeError:
            return Cut(None, fault="not UTF-8 (save the file as UTF-8)")

    def _broken(self, fault: str) -> Cut:
        """Move behind a broken value, to where the next one seems to start."""
        if self._text[self._at] != "{":
            match = _SEPARATOR.search(self._text, self._at + 1)
            self._at = match.start() if match else len(self._text)
            return Cut(None, fault=fault)
        is_left = self._leave_object()
        if self._at > _TRIMMED:
            self._trim()
        return Cut(None, fault=fault, is_rest_lost=not is_left)

    def _leave_object(self) -> bool:
        """Move behind a broken object: to its closing brace where braces pair up, else to what looks like the next one.

        That is an object that starts with its PMID, or one that starts a line with the same indent. Each search goes
        on where the one before it ended, so that time grows with the length of the text only. Returns False at the end
        of the text.
        """
        next_object = re.compile(rf"\n{self._indent}\{{|{_PMID_FIRST}")
        scanned, depth = self._at, 0
        searched = max(self._none_before, self._at + 1)
        while True:
            found = next_object.search(self._text, searched)
            limit = found.start() if found else len(self._text)
            scanned, depth = self._scan(scanned, depth, limit)
            if depth == 0:
                self._at = scanned
                self._none_before = 0 if found else max(0, len(self._text) - _MAX_INDENT)
                return True
            if found or self._is_ended:
                self._at, self._none_before = limit, 0
                return found is not None
            self._at = min(scanned, max(searched, len(self._text) - _MAX_INDENT))
            scanned, searched = scanned - self._at, max(0, len(self._text) - _MAX_INDENT - self._at)
            self._fill()

    def _scan(self, at: int, depth: int, limit: int) -> tuple[int, int]:
        """Return up to where tokens were counted and the depth there, 0 at the brace that closes the object."""
        for token in _TOKEN.finditer(self._text, at, limit):
            text = token[0]
            if text[0] == '"' and token.end() == limit:  # goes on behind it, if it is not a stray quote
                return (token.start(), depth) if len(text) <= self._max else (limit, _NEVER)
            depth += (text in "{[") - (text in "}]")
            if depth == 0:
                return token.end(), 0
        return limit, depth

    def _fill(self) -> None:
        """Read on: as much again as is at hand, so that a long value which is tried again costs no more than twice."""
        self._trim()
        block = self._stream.read(max(_BLOCK, len(self._text)))
        self._is_ended = not block
        self._text += self._decode(block, final=self._is_ended)

    def _trim(self) -> None:
        """Forget what is done with."""
        self._text = self._text[self._at :]
        self._none_before = max(0, self._none_before - self._at)
        self._at = 0
