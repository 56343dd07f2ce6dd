"""SQLite's write-ahead log read without SQLite: which pages it has committed, and whether it is as it was written.

SQLite itself passes over a damaged log without a word, from the damage on, and deletes it when it is closed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path

_HEADER, _FRAME = 32, 24
_PAGE_SIZES, _USUAL_PAGE = {1 << bits for bits in range(9, 17)}, 4096
_MAGICS = {0x377F0682: "<", 0x377F0683: ">"}  # each with the byte order of its checksums


@dataclass(frozen=True, slots=True)
class Log:
    """The newest committed version of each page: where it stands in the file.

    `damage` says what is wrong, "" for nothing. `behind` is where the frames stand that SQLite no longer reads.
    """

    page_size: int = 0
    pages: dict[int, int] = field(default_factory=dict)
    damage: str = ""
    behind: tuple[int, ...] = ()


def read_log(path: Path) -> Log:
    """Return the contents of a log; a missing or an empty one has none."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Log()
    except IsADirectoryError:
        return Log(damage="is a folder")
    if not data:
        return Log()
    head = data[:_HEADER].ljust(_HEADER, b"\0")
    magic, _, page_size, _, *salts, first, second = struct.unpack(">8I", head)
    order = _MAGICS.get(magic, "")
    if not order or _sum(head[:24], order, (0, 0)) != (first, second) or page_size not in _PAGE_SIZES:
        page_size = page_size if page_size in _PAGE_SIZES else _USUAL_PAGE
        salts = list(struct.unpack_from(">2I", data.ljust(_HEADER + _FRAME, b"\0"), _HEADER + 8))
        behind = _behind(data, _HEADER, page_size, tuple(salts))
        return Log(page_size, damage="is no write-ahead log, or its head is damaged", behind=behind)
    return _frames(data, page_size, order, tuple(salts), (first, second))


def _frames(data: bytes, page_size: int, order: str, salts: tuple[int, ...], sums: tuple[int, int]) -> Log:
    """Follow the frames as SQLite does: the first one with another salt or checksum ends the log."""
    pages: dict[int, int] = {}
    batch: dict[int, int] = {}
    at = _HEADER
    while at + _FRAME + page_size <= len(data):
        number, commit, *rest = struct.unpack_from(">6I", data, at)
        sums = _sum(data[at : at + 8] + data[at + _FRAME : at + _FRAME + page_size], order, sums)
        if tuple(rest) != (*salts, *sums):
            break
        batch[number] = at + _FRAME
        at += _FRAME + page_size
        if commit:
            pages |= batch
            batch = {}
    behind = _behind(data, at, page_size, salts)
    return Log(page_size, pages, "is damaged: batches committed later can no longer be read" if behind else "", behind)


def _behind(data: bytes, at: int, page_size: int, salts: tuple[int, ...]) -> tuple[int, ...]:
    """Return the pages behind the log's end, if a commit is among them: then it ended sooner than it was written to.

    Those of the log that this one was written over have other salts, both of them; those of a batch that was never
    committed have no commit.
    """
    frames = []
    is_committed = False
    while at + _FRAME <= len(data):
        _, commit, *theirs = struct.unpack_from(">4I", data, at)
        if theirs[0] == salts[0] or theirs[1] == salts[1]:
            frames.append(at + _FRAME)
            is_committed = is_committed or bool(commit)
        at += _FRAME + page_size
    return tuple(frames) if is_committed else ()


def _sum(data: bytes, order: str, start: tuple[int, int]) -> tuple[int, int]:
    """Return the log's running checksum over some more bytes."""
    first, second = start
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for first_word, second_word in zip(words[::2], words[1::2], strict=True):
        first = (first + first_word + second) & 0xFFFFFFFF
        second = (second + second_word + first) & 0xFFFFFFFF
    return first, second
