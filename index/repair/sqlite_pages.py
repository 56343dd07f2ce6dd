"""The pages of a SQLite file read without SQLite, for a file that SQLite itself refuses.

The format is that of https://sqlite.org/fileformat2.html. Nothing here trusts what it reads: a number that leads
nowhere costs the row it belongs to, never an exception.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from index.repair.sqlite_wal import Log, read_log

Value = None | int | float | str | bytes
Layout = Literal["table leaf", "index leaf", "index interior"]

_MAGIC = b"SQLite format 3\0"
_KINDS: dict[int, Layout] = {0x0D: "table leaf", 0x0A: "index leaf", 0x02: "index interior"}
_TABLE_INTERIOR, _INTERIOR = 0x05, (0x02, 0x05)
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # by serial type
_USUAL_PAGE = 4096
_MOST_BYTES = 1 << 30  # SQLite's own limit for a row
_MOST_COLUMNS = 64


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a row: the page, the byte of its cell, and the layout of that page."""

    page: int
    at: int
    layout: Layout


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row as it could be read; a text or blob whose pages are broken off is cut there."""

    place: Place
    rowid: int | None
    values: tuple[Value, ...]


class Pages:
    """A database file, with the committed pages of its write-ahead log in their places."""

    def __init__(self, database: Path, log: Path | None = None) -> None:
        self._file = database.open("rb")
        self._log_file = log.open("rb") if log and log.is_file() else None
        self._log = read_log(log) if log and self._log_file else Log()
        head = self._file.read(100)
        self._size = _page_size(head) or self._log.page_size or _USUAL_PAGE
        if self._log.page_size not in (0, self._size):
            self._log = Log()
        self._usable = self._size - (12 if head[20:21] == b"\x0c" else 0)  # Apple's SQLite keeps 12 bytes a page
        in_file = -(-self._file.seek(0, 2) // self._size)
        self.count = max(in_file, *self._log.pages) if self._log.pages else in_file
        # What SQLite no longer reads of a damaged log has numbers of its own, behind those of the file.
        self.beyond = dict(enumerate(self._log.behind, start=self.count + 1))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the files."""
        self._file.close()
        if self._log_file:
            self._log_file.close()

    def page(self, number: int) -> bytes:
        """Return a page, with zeros beyond the file's end."""
        file, at = self._file, (number - 1) * self._size
        in_log = self._log.pages.get(number) or self.beyond.get(number)
        if self._log_file and in_log:
            file, at = self._log_file, in_log
        file.seek(at)
        return file.read(self._size).ljust(self._size, b"\0")

    def free(self) -> set[int] | None:
        """Return the pages that the file has on its list of free ones; None when that list cannot be right."""
        head = self.page(1)
        trunk, expected = struct.unpack_from(">II", head, 32)
        free: set[int] = set()
        while trunk:
            if not 1 < trunk <= self.count or trunk in free:
                return None
            page = self.page(trunk)
            following, leaves = struct.unpack_from(">II", page)
            if leaves > self._size // 4 - 2:
                return None
            free |= {trunk, *struct.unpack_from(f">{leaves}I", page, 8)}
            trunk = following
        return free if len(free) == expected and head.startswith(_MAGIC) else None

    def owners(self) -> dict[int, str]:
        """Return the pages that can be reached from the file's list of tables and indexes, with the name of each."""
        owners = dict.fromkeys(self._tree(1), "sqlite_schema")
        roots = {}
        for page in owners:
            for row in self.rows(page):
                if len(row.values) == 5 and isinstance(row.values[1], str) and isinstance(row.values[3], int):
                    roots[row.values[3]] = row.values[1]
        for root, name in roots.items():
            for page in self._tree(root):
                owners.setdefault(page, name)
        return owners

    def rows(self, number: int) -> Iterator[TableRow]:
        """Yield the rows of a page as its first byte says it is laid out, and in the other ways if that gives none."""
        page = self.page(number)
        start = _start(number)
        own_layout = _KINDS.get(page[start])
        if not page[start] or page[start] == _TABLE_INTERIOR and self._is_interior(page, start):
            return
        layouts = [own_layout] if own_layout else []
        for layout in layouts + [layout for layout in _KINDS.values() if layout != own_layout]:
            has_rows = False
            for at in _cells(page, start, is_interior=layout == "index interior"):
                row = self.row(Place(number, at, layout))
                if row:
                    has_rows = True
                    yield row
            if has_rows:
                return

    def keys(self, number: int) -> list[int]:
        """Return the row numbers by which an interior page of a table parts its leaves; [] for any other page."""
        page, start = self.page(number), _start(number)
        if page[start] != _TABLE_INTERIOR:
            return []
        cells = [at for at in _cells(page, start, is_interior=True) if at + 13 < len(page)]
        return [_varint(page, at + 4)[0] for at in cells]

    def row(self, place: Place) -> TableRow | None:
        """Return the row at a place, or None when none can be made out."""
        page, at, rowid = self.page(place.page), place.at, None
        try:
            if place.layout == "index interior":
                at += 4
            stated_total, at = _varint(page, at)
            if place.layout == "table leaf":
                rowid, at = _varint(page, at)
            header, columns = _varint(page, at)
            sizes = []
            end = at + header
            while columns < end:
                serial, columns = _varint(page, columns)
                sizes.append((serial, _bytes_of(serial)))
            total = header + sum(size for _, size in sizes)
            if columns != end or not sizes or len(sizes) > _MOST_COLUMNS or total > _MOST_BYTES:
                return None
        except (IndexError, ValueError):
            return None
        # What the cell says of its length is only needed to find the rest, for which the columns speak as well.
        payload = self._payload(page, at, total if abs(total - stated_total) else stated_total, place.layout)
        values, at = [], header
        for serial, size in sizes:
            values.append(_value(serial, payload[at : at + size]))
            at += size
        return TableRow(place, rowid, tuple(values))

    def _payload(self, page: bytes, at: int, total: int, layout: Layout) -> bytes:
        """Return a row's bytes: those in its page, then those on its chain of overflow pages as far as that goes."""
        usable = self._usable
        most = usable - 35 if layout == "table leaf" else (usable - 12) * 64 // 255 - 23
        if total <= most:
            return page[at : at + total]
        least = (usable - 12) * 32 // 255 - 23
        here = least + (total - least) % (usable - 4)
        here = here if here <= most else least
        parts, left = [page[at : at + here]], total - here
        following = int.from_bytes(page[at + here : at + here + 4], "big")
        while left > 0 and 1 < following <= self.count:
            page = self.page(following)
            parts.append(page[4 : 4 + min(left, usable - 4)])
            left -= usable - 4
            following = int.from_bytes(page[:4], "big")
        return b"".join(parts)

    def _tree(self, root: int) -> list[int]:
        """Return the pages of the tree below a root, as far as they can be reached."""
        reached: dict[int, None] = {}
        waiting = [root]
        while waiting:
            number = waiting.pop()
            if number in reached or not 1 <= number <= self.count:
                continue
            page, start = self.page(number), _start(number)
            if page[start] not in _KINDS and page[start] != _TABLE_INTERIOR:
                continue
            reached[number] = None
            if page[start] in _INTERIOR:
                waiting += _children(page, start)
        return list(reached)

    def _is_interior(self, page: bytes, start: int) -> bool:
        """Return True if a page that says so points to pages of this file: one flipped bit makes it of a leaf."""
        children = _children(page, start)
        return bool(children) and all(1 < child <= self.count for child in children)


def _page_size(head: bytes) -> int:
    size = int.from_bytes(head[16:18], "big")
    size = 65536 if size == 1 else size
    return size if 512 <= size <= 65536 and not size & (size - 1) else 0


def _start(number: int) -> int:
    return 100 if number == 1 else 0  # the file's own header is in the first page


def _cells(page: bytes, start: int, *, is_interior: bool) -> Iterator[int]:
    """Yield the offsets of a page's cells, without impossible ones."""
    first = start + (12 if is_interior else 8)
    count = min(int.from_bytes(page[start + 3 : start + 5], "big"), (len(page) - first) // 2)
    for (at,) in struct.iter_unpack(">H", page[first : first + 2 * count]):
        if first < at < len(page) - 3:
            yield at


def _children(page: bytes, start: int) -> list[int]:
    cells = [int.from_bytes(page[at : at + 4], "big") for at in _cells(page, start, is_interior=True)]
    return [*cells, int.from_bytes(page[start + 8 : start + 12], "big")]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at a place and the place behind it. Raises IndexError at the end of the data."""
    number = 0
    for byte in range(at, at + 8):
        number = number << 7 | data[byte] & 0x7F
        if data[byte] < 0x80:
            return number, byte + 1
    number = number << 8 | data[at + 8]
    return number - (1 << 64) if number >> 63 else number, at + 9


def _bytes_of(serial: int) -> int:
    """Return the bytes that a value of a serial type takes. Raises ValueError for a type that there is not."""
    if serial in (10, 11) or serial < 0:
        raise ValueError(f"no serial type {serial}")
    if serial >= 12:
        return (serial - 12) // 2
    return 8 if serial == 7 else _INTEGER_BYTES.get(serial, 0)


def _value(serial: int, data: bytes) -> Value:
    if serial >= 12:
        return data.decode("utf-8", "replace") if serial % 2 else data
    if serial in (0, 8, 9):
        return None if serial == 0 else serial - 8
    if serial == 7:
        return float(struct.unpack(">d", data)[0]) if len(data) == 8 else None
    return int.from_bytes(data, "big", signed=True)
