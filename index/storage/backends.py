"""A library's name to its backend: a folder's path, or the address of a Milvus."""

from __future__ import annotations

from pathlib import Path

from index.storage.folder.backend import FolderBackend
from index.storage.protocol import Backend


def is_address(path: Path | str) -> bool:
    """Return True if a library is named by the address of a server, and not by its folder."""
    return str(path).startswith("milvus:")


def backend_at(path: Path | str) -> Backend:
    """Return the backend of the library at a path or an address, be it there or not; a server is connected to."""
    if not is_address(path):
        return FolderBackend(Path(path))
    from index.storage.milvus.backend import MilvusBackend  # whose client takes long to import, and folders never need

    return MilvusBackend(str(path))
