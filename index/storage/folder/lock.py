"""One writer to a library at a time: a lock that dies with its process, and a file that says who holds it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from index.errors import LibraryBusyError, LibraryError

LOCK = "writer.lock"
WRITER = "writer.json"
PATIENCE_S = 3.0
"""Time that a writer waits for another: a search that brings the indexes up to date holds the lock for a moment."""


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Be the library's one writer. Raises LibraryBusyError, naming the other, when there is one for PATIENCE_S.

    The operating system frees the lock of a process that was killed, so no lock is ever left behind.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK, timeout=PATIENCE_S, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise LibraryBusyError(
            f"{folder} is being written by {_holder(folder)}; try again when that is done"
        ) from error
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        writer = {"host": socket.gethostname(), "process": os.getpid(), "since": since}
        (folder / WRITER).write_text(json.dumps(writer), encoding="utf-8")
        yield
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        (folder / WRITER).unlink(missing_ok=True)
        lock.release()


def _holder(folder: Path) -> str:
    try:
        writer = json.loads((folder / WRITER).read_text(encoding="utf-8"))
        if writer["host"] != socket.gethostname() or _is_alive(writer["process"]):
            return f"process {writer['process']} on {writer['host']} since {writer['since']}"
    except (OSError, ValueError, KeyError, TypeError):  # the other has just begun or just ended
        pass
    return "another process"  # the name found, if any, is of one that was killed earlier


def _is_alive(process: int) -> bool:
    if os.name == "nt":  # where signal 0 would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


def _unwritable(folder: Path, error: OSError) -> LibraryError:
    reason = error.strerror or str(error)
    return LibraryError(
        f"{folder} cannot be written ({reason}); what was committed before is kept: mend that and try again"
    )
