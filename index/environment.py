"""The environment: every ASKABSTRACTS_* variable, the CPUs at hand, folders of caches, other libraries' variables.

No other module reads such a variable, and importing this one reads none.
"""

from __future__ import annotations

import logging
import os
import platform
import sys
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any, Literal

from index.errors import InputError


class Variable(StrEnum):
    """The variables that AskAbstracts reads. A blank one counts as not set."""

    LIBRARY = "ASKABSTRACTS_LIBRARY"
    ENCODER = "ASKABSTRACTS_ENCODER"
    RERANKER = "ASKABSTRACTS_RERANKER"
    LLM = "ASKABSTRACTS_LLM"
    LLM_URL = "ASKABSTRACTS_LLM_URL"
    LLM_FORMAT = "ASKABSTRACTS_LLM_FORMAT"
    LLM_TIMEOUT = "ASKABSTRACTS_LLM_TIMEOUT"
    EMAIL = "ASKABSTRACTS_EMAIL"
    NCBI_API_KEY = "ASKABSTRACTS_NCBI_API_KEY"
    EUTILS_URL = "ASKABSTRACTS_EUTILS_URL"
    MILVUS_TOKEN = "ASKABSTRACTS_MILVUS_TOKEN"
    CACHE = "ASKABSTRACTS_CACHE"
    KEYS = "ASKABSTRACTS_KEYS"
    THREADS = "ASKABSTRACTS_THREADS"


ReplyForm = Literal["text", "json"]
"""How a language model is asked to write: sentences with brackets, or JSON by a schema (structured output)."""

_FORMER_NAMES = {"ASKABSTRACTS_" + "READER": Variable.RERANKER}

_UPLOADS = "GRADIO_TEMP_DIR"

_QUIET = {
    "DO_NOT_TRACK": "1",  # huggingface_hub and others read it: https://consoledonottrack.com
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
}

_THREAD_COUNTS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
"""Variables by which FAISS and torch, NumPy's two kinds of BLAS, and `tokenizers` learn how many threads to start."""
_CPUINFO = Path("/proc/cpuinfo")
_ARITHMETIC = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx_vnni": "VNNI",
    "avx512_vnni": "VNNI",
    "avx512_bf16": "bfloat16",
}
"""Flags of a processor by which one multiplies small numbers faster than another, with their names."""
_log = logging.getLogger(__name__)


def read_variable(variable: Variable) -> str:
    """Return a variable's value without white space around it; "" if it is not set."""
    return os.environ.get(variable, "").strip()


def former_names_set() -> dict[str, Variable]:
    """Return the variables set under a former name, each with its name today."""
    return {name: variable for name, variable in _FORMER_NAMES.items() if os.environ.get(name, "").strip()}


def is_completing() -> bool:
    """Return True if a shell asks for completions, by the variable of argcomplete."""
    return "_ARGCOMPLETE" in os.environ


def cache_folder() -> Path:
    """Return the folder of this program under ASKABSTRACTS_CACHE, XDG_CACHE_HOME or ~/.cache; it may not exist yet."""
    root = read_variable(Variable.CACHE) or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "askabstracts"


def thread_limit() -> int:
    """Return how many threads a computation may use: the CPUs at hand, or ASKABSTRACTS_THREADS if that is fewer.

    The CPUs at hand are those that this process may run on, within its container's quota. Raises InputError when the
    variable is no number of threads.
    """
    here, text = _cpus_at_hand(), read_variable(Variable.THREADS)
    if not text:
        return here
    if not (text.isdecimal() and int(text)):
        raise InputError(f'{Variable.THREADS} is "{text}"; give a number of threads, such as 2, or unset it')
    return _at_most(int(text), here)


@cache
def _at_most(asked: int, here: int) -> int:
    """Return the smaller one; say once that more was asked for than there is."""
    if asked > here:
        _log.warning("%s asks for %d threads, but %d CPUs are at hand", Variable.THREADS, asked, here)
    return min(asked, here)


def _cpus_at_hand() -> int:
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quotas = filter(None, map(cpu_quota, control_groups()))
    return min([allowed, *(max(1, ceil(quota)) for quota in quotas)])


def control_groups(listing: Path = Path("/proc/self/cgroup"), mounted: Path = Path("/sys/fs/cgroup")) -> Iterator[Path]:
    """Yield the folders of the control groups that bound this process's CPU time, the innermost first.

    Inside a container the path listed may be the host's; the container's own group is then the root of what is mounted.
    """
    for line in _text(listing).splitlines():
        controllers, _, path = line.partition(":")[2].partition(":")
        if not controllers or "cpu" in controllers.split(","):  # version 2 lists none
            root = mounted / controllers
            innermost = root / path.lstrip("/")
            yield from (folder for folder in (innermost, *innermost.parents) if folder.is_relative_to(root))


def cpu_quota(group: Path) -> float | None:
    """Return the CPUs that a control group of version 2 or 1 grants; None where it sets no quota."""
    of_1 = f"{_text(group / 'cpu.cfs_quota_us')} {_text(group / 'cpu.cfs_period_us')}"
    numbers = (_text(group / "cpu.max") or of_1).split()
    if len(numbers) != 2 or not all(number.isdecimal() and int(number) for number in numbers):
        return None
    return int(numbers[0]) / int(numbers[1])


def processor() -> str:
    """Return the processor's name and what it multiplies with: "AMD EPYC with AVX2, AVX-512, VNNI, bfloat16"."""
    first, _, _ = _text(_CPUINFO).partition("\n\n")
    fields = dict(line.partition(":")[::2] for line in first.replace("\t", "").splitlines())
    name = fields.get("model name", "").strip() or platform.processor() or platform.machine()
    flags = fields.get("flags", "").split()
    arithmetic = dict.fromkeys(shown for flag, shown in _ARITHMETIC.items() if flag in flags)
    held = [f"held to {instruction_set()}"] if instruction_set() != "ALL" else []
    return f"{name} with {', '.join([*arithmetic, *held])}" if arithmetic or held else name


def instruction_set() -> str:
    """Return the newest instruction set that a person lets oneDNN use, which multiplies for OpenVINO; ALL by default.

    OpenVINO itself does not know this variable, and asks oneDNN for what it may not do.
    """
    allowed = os.environ.get("ONEDNN_MAX_CPU_ISA", "").strip().upper()
    return "ALL" if allowed in ("", "DEFAULT") else allowed


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def prepare_models() -> None:
    """Prepare this process for the libraries that run models, before they are imported: no reports, bounded threads."""
    refuse_telemetry()
    bound_threads()


def bound_threads() -> None:
    """Bound the threads of every library of this process; a variable that is set already is left as it is.

    Call it before such a library is imported. Threads that wait do so asleep: others may need the CPU. Raises
    InputError as `thread_limit` does.
    """
    limit = str(thread_limit())
    for name in _THREAD_COUNTS:
        os.environ.setdefault(name, limit)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def keys_file() -> Path:
    """Return the file of ASKABSTRACTS_KEYS, or keys.json among the person's configuration; it may not exist yet."""
    if named := read_variable(Variable.KEYS):
        return Path(named)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "askabstracts" / "keys.json"


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
