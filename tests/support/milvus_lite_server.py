"""A real Milvus Lite server in a process of its own, on a free port of this machine."""

import importlib.util
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

PATIENCE_S = 60


@contextmanager
def milvus_server(folder, port=None):
    """Start a server that keeps its data and its process's number in a folder; give its address, milvus://HOST:PORT."""
    if any(importlib.util.find_spec(name) is None for name in ("pymilvus", "milvus_lite")):
        pytest.skip("pymilvus and milvus-lite are not installed: see tests/requirements.txt")
    port = port or free_port()
    # One worker, as Lite does not bear two writers to a collection: what comes at once is done one after the other.
    command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", folder / "data"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--max-workers", "1"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    (folder / "pid").write_text(str(process.pid))
    try:
        _await(port, process, folder / "log")
        yield f"milvus://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def drop_library(address):
    """Drop all that a library has on a server."""
    from index.storage.milvus.server import Server, parse_address

    parsed = parse_address(address)
    server = Server(parsed)
    for name in server.collections():
        if name == parsed.name or name.startswith(f"{parsed.name}_"):
            server.drop(name)
    server.close()


def _await(port, process, log):
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"milvus-lite did not start: {log.read_text()}")
