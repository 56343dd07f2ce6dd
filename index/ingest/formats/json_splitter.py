"""JSON in an array, or in objects one behind the other, split into its values with one of them in memory at a time."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator

from index.errors import InputError

_MARGIN = 16  # characters before the end of what was read: an error so near may be mended by what is still to come
_BETWEEN = re.compile(r"[\s,\[\]]*")
_DECODER = json.JSONDecoder()


def split_values(blocks: Iterator[bytes], *, max_characters: int) -> Iterator[tuple[object, bytes]]:
    """Yield each value that is no array, with its bytes. InputError says where the JSON is damaged, and how.

    `blocks` are UTF-8, none of them empty; a value longer than `max_characters` counts as damage.
    """
    return _Splitter(blocks, max_characters).values()


class _Splitter:
    def __init__(self, blocks: Iterator[bytes], max_characters: int) -> None:
        self._blocks = blocks
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._max = max_characters
        self._text, self._at = "", 0
        self._line, self._column = 1, 1  # of the first character of _text
        self._is_ended = False

    def values(self) -> Iterator[tuple[object, bytes]]:
        open_arrays = 0
        while True:
            between = _BETWEEN.match(self._text, self._at)
            assert between  # also where nothing stands between
            open_arrays += between[0].count("[") - between[0].count("]")
            self._at = between.end()
            if self._at < len(self._text):
                yield self._next_value()
            elif not self._is_ended:
                self._fill()
            elif open_arrays > 0:
                raise InputError("ends before its closing bracket")
            else:
                return

    def _next_value(self) -> tuple[object, bytes]:
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                damage, place = error.msg, error.pos
                may_go_on = place >= len(self._text) - _MARGIN or error.msg.startswith("Unterminated string")
            except (ValueError, RecursionError):
                raise self._damage("a number too long or lists too deep", self._at) from None
            else:
                damage, place = "", self._at
                may_go_on = end == len(self._text)  # a number may have more digits
            if may_go_on and not self._is_ended:
                if len(self._text) - self._at > self._max:
                    raise self._damage(f"a value of more than {self._max:,} characters", self._at)
                self._fill()
            elif damage:
                raise self._damage(damage, place)
            else:
                source, self._at = self._text[self._at : end], end
                return value, source.encode("utf-8")

    def _fill(self) -> None:
        """Drop the text that is parsed and read as much again, so that retries of a long value only double its cost."""
        self._line, self._column = self._place(self._at)
        pieces, self._at = [self._text[self._at :]], 0
        wanted = 2 * len(pieces[0])
        while not self._is_ended and sum(map(len, pieces)) <= wanted:
            block = next(self._blocks, b"")
            self._is_ended = not block
            try:
                pieces.append(self._decode(block, final=self._is_ended))
            except UnicodeDecodeError as error:
                self._text = "".join(pieces) + error.object[: error.start].decode("utf-8")
                raise self._damage("not UTF-8", len(self._text)) from None
        self._text = "".join(pieces)

    def _place(self, at: int) -> tuple[int, int]:
        """Return line and column of a character of the text."""
        newlines = self._text.count("\n", 0, at)
        column = at - self._text.rfind("\n", 0, at) if newlines else self._column + at
        return self._line + newlines, column

    def _damage(self, damage: str, at: int) -> InputError:
        line, column = self._place(at)
        return InputError(f"is damaged at line {line:,}, column {column:,} ({damage})")
