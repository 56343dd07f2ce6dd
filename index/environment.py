"""The environment of the process: where caches lie, and what other libraries are told: to keep to themselves."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

_QUIET = {
    "DO_NOT_TRACK": "1",  # huggingface_hub and others read it: https://consoledonottrack.com
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
}


def refuse_telemetry() -> None:
    """Keep every library of this process from reporting, whatever the person's home or environment says.

    Call it before such a library is imported. OpenVINO asks neither: `openvino_telemetry` reports unless a file in
    the home says no, and writes an id there. Without that package OpenVINO takes a stand-in of its own that does
    nothing; None in `sys.modules` is how Python says that a module cannot be imported. LangSmith is not among them: our
    own calls are not traced (`qa.generation.generative`), but a program that we are a part of may want its own traced.
    """
    os.environ.update(_QUIET)
    modules: dict[str, Any] = sys.modules
    modules.setdefault("openvino_telemetry", None)


def cache_folder() -> Path:
    """Return the folder of this program under ASKABSTRACTS_CACHE, XDG_CACHE_HOME or ~/.cache; it may not exist yet."""
    root = os.environ.get("ASKABSTRACTS_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "askabstracts"
