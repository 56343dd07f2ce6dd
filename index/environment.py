"""The environment: every ASKABSTRACTS_* variable, the folders of caches and uploads, and other libraries' variables.

No other module reads such a variable, and importing this one reads none.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any


class Variable(StrEnum):
    """The variables that AskAbstracts reads. A blank one counts as not set."""

    LIBRARY = "ASKABSTRACTS_LIBRARY"
    ENCODER = "ASKABSTRACTS_ENCODER"
    RERANKER = "ASKABSTRACTS_RERANKER"
    LLM = "ASKABSTRACTS_LLM"
    LLM_URL = "ASKABSTRACTS_LLM_URL"
    LLM_TIMEOUT = "ASKABSTRACTS_LLM_TIMEOUT"
    EMAIL = "ASKABSTRACTS_EMAIL"
    NCBI_API_KEY = "ASKABSTRACTS_NCBI_API_KEY"
    EUTILS_URL = "ASKABSTRACTS_EUTILS_URL"
    MILVUS_TOKEN = "ASKABSTRACTS_MILVUS_TOKEN"
    CACHE = "ASKABSTRACTS_CACHE"


_FORMER_NAMES = {"ASKABSTRACTS_" + "READER": Variable.RERANKER}

_UPLOADS = "GRADIO_TEMP_DIR"

_QUIET = {
    "DO_NOT_TRACK": "1",  # huggingface_hub and others read it: https://consoledonottrack.com
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
}


def read_variable(variable: Variable) -> str:
    """Return a variable's value without white space around it; "" if it is not set."""
    return os.environ.get(variable, "").strip()


def former_names_set() -> dict[str, Variable]:
    """Return the variables set under a former name, each with its name today."""
    return {name: variable for name, variable in _FORMER_NAMES.items() if os.environ.get(name, "").strip()}


def cache_folder() -> Path:
    """Return the folder of this program under ASKABSTRACTS_CACHE, XDG_CACHE_HOME or ~/.cache; it may not exist yet."""
    root = read_variable(Variable.CACHE) or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "askabstracts"


def upload_folder() -> Path:
    """Return the folder of the page's uploads. Raises KeyError before `prepare_gradio`."""
    return Path(os.environ[_UPLOADS]).resolve()


def prepare_gradio(uploads: str) -> None:
    """Set the variables that Gradio reads, before it is imported: no reports, uploads in a folder of our own."""
    refuse_telemetry()
    os.environ[_UPLOADS] = uploads
    # Gradio calls its own server once at the start; through a proxy it would not find it.
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "localhost", "127.0.0.1", "::1")))


def refuse_telemetry() -> None:
    """Keep every library of this process from reporting, whatever the person's home or environment says.

    Call it before such a library is imported. OpenVINO asks neither: `openvino_telemetry` reports unless a file in
    the home says no, and writes an id there. Without that package OpenVINO takes a stand-in of its own that does
    nothing; None in `sys.modules` is how Python says that a module cannot be imported. LangSmith is not among them: our
    own calls are not traced (`qa.generation.llm.generative`), but a program that we are a part of may want its own
    traced.
    """
    os.environ.update(_QUIET)
    modules: dict[str, Any] = sys.modules
    modules.setdefault("openvino_telemetry", None)
