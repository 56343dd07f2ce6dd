"""Lines of text with their numbers, whatever ends them, and however many blank lines a program put between."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import BinaryIO

_BLOCK = 1 << 16
_LOOKED_AT = 60
_FEWEST = 4


def numbered_lines(stream: BinaryIO, *, max_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Yield the lines with their numbers, without their ends, whether LF, CR LF, CR or CR CR LF.

    Of a line beyond `max_bytes` only the beginning comes. Where every other line is blank, as editors and mails make
    it, one blank line behind each line is left out.
    """
    lines = _lines(stream, max_bytes)
    head = list(islice(lines, _LOOKED_AT))
    all_lines = chain(head, lines)
    return _single_spaced(all_lines) if _is_double_spaced(head) else all_lines


def _lines(stream: BinaryIO, max_bytes: int) -> Iterator[tuple[int, bytes]]:
    number = 0
    left: list[bytes] = []  # of a line that goes on in the next piece; of one that is too long, the beginning
    size, ends_in_cr = 0, False
    while piece := stream.readline(_BLOCK):
        for part in [] if piece == b"\n" and ends_in_cr else piece.splitlines(keepends=True):
            left += [part] if size <= max_bytes else []
            size += len(part)
            if part.endswith((b"\n", b"\r")):
                number += 1
                yield number, b"".join(left).rstrip(b"\r\n")
                left, size = [], 0
        ends_in_cr = piece.endswith(b"\r")
    if left:
        yield number + 1, b"".join(left)


def _is_double_spaced(head: list[tuple[int, bytes]]) -> bool:
    filled = [number for number, line in head if line.strip()]
    return len(filled) >= _FEWEST and all(after - before > 1 for before, after in zip(filled, filled[1:], strict=False))


def _single_spaced(lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    was_filled = False
    for number, line in lines:
        is_filled = bool(line.strip())
        if is_filled or not was_filled:
            yield number, line
        was_filled = is_filled
