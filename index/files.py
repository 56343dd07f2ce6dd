"""Files that are there whole or not at all, and their checksums."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_BLOCK = 1 << 20


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside `path` that takes its place once the block has ended, synced to the disk before that.

    An error leaves `path` as it was and nothing beside it, a kill at most the file beside it, which the next call
    begins anew.
    """
    aside = path.with_suffix(".new")
    try:
        with aside.open("wb+") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def crc32(file: IO[bytes], size: int) -> int:
    """Return the CRC-32 of the next `size` bytes."""
    crc = 0
    while size > 0 and (block := file.read(min(size, _BLOCK))):
        crc = zlib.crc32(block, crc)
        size -= len(block)
    return crc
