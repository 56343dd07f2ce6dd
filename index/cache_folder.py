"""Where this machine keeps what can be made again."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder of this program under ASKABSTRACTS_CACHE, XDG_CACHE_HOME or ~/.cache; it may not exist yet."""
    root = os.environ.get("ASKABSTRACTS_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "askabstracts"
