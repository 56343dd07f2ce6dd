"""Bytes in any encoding of text to UTF-8, as a stream."""

from __future__ import annotations

import codecs
import io
import re
from typing import Any, BinaryIO

from index.errors import InputError

_BLOCK = 1 << 16

# Codecs that hold plain text; others that Python knows (zlib, hex, rot13 …) must not be had by naming them in a file.
_TEXT_CODEC = re.compile(
    r"utf-?(8|16|32)\S*|ascii|iso8859-\d+|cp\d+|mac-\S+|koi8-\S|big5\S*|gb\S+|euc_\S+|shift_\S+|hz"
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']\s*([\w.:-]+)")


def as_utf8(stream: BinaryIO) -> io.BufferedReader:
    """Return the stream as UTF-8 bytes without a byte order mark; bytes that are already UTF-8 pass through untouched.

    Knows byte order marks, UTF-16 without one, and the encoding that an XML declaration names. Raises InputError when
    that encoding is unknown.
    """
    head = stream.read(1024)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return io.BufferedReader(_Utf8(stream, head[len(mark) :], encoding), _BLOCK)
    if head[:1] == b"\0" or head[1:2] == b"\0":
        encoding = "utf-16-be" if head[:1] == b"\0" else "utf-16-le"
    else:
        encoding = _declared_encoding(head)
    return io.BufferedReader(_Utf8(stream, head, encoding), _BLOCK)


def _declared_encoding(head: bytes) -> str:
    match = _DECLARED.match(head)
    if not match:
        return "utf-8"
    declared = match[1].decode("ascii")
    try:
        encoding = codecs.lookup(declared).name
    except LookupError:
        encoding = ""
    if not _TEXT_CODEC.fullmatch(encoding):
        raise InputError(f'its XML declaration names the encoding "{declared}", which is unknown; save it as UTF-8')
    # A declaration that can be read as ASCII is not UTF-16 or UTF-32, whatever it says: some programs write this.
    return "utf-8" if encoding.startswith(("utf", "ascii")) else encoding


class _Utf8(io.RawIOBase):
    """A stream read as UTF-8; closing it leaves the stream below open."""

    def __init__(self, stream: BinaryIO, head: bytes, encoding: str) -> None:
        self._stream = stream
        self._pending = head
        self._is_ended = False
        self._decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("replace")
        if self._decoder:
            self._pending = self._decoder.decode(head).encode()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        while not self._pending and not self._is_ended:
            piece = self._stream.read(_BLOCK)
            self._is_ended = not piece
            self._pending = self._decoder.decode(piece, self._is_ended).encode() if self._decoder else piece
        count = min(len(buffer), len(self._pending))
        buffer[:count] = self._pending[:count]
        self._pending = self._pending[count:]
        return count
