"""Starts the web chat: python app.py [--library DIR] [--host 127.0.0.1] [--port 7860] [--auth USER:PASSWORD]."""

from __future__ import annotations

import argparse
import hashlib
import ipaddress
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.cli import Parser
from index.environment import refuse_telemetry
from index.errors import AskAbstractsError, InputError

if TYPE_CHECKING:
    from index import Library
    from qa import Assistant
    from ui.libraries import Libraries

HERE = Path(__file__).resolve().parent
SAMPLES = HERE / "samples" / "abstracts.jsonl"
DEFAULT_PORT = 7860


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the web chat and stay until it is told to end. Returns the exit code: 0, or 2 for a user's error."""
    options = parser().parse_args(arguments)
    try:
        return serve(options)
    except AskAbstractsError as error:
        print(f"app.py: {error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """Return the flags; the environment stands in for those not given."""
    environment = os.environ.get
    made = Parser("app.py", description="Ask questions about a library of PubMed abstracts, in a web chat.")
    made.add_argument(
        "--library",
        metavar="DIR",
        default=environment("ASKABSTRACTS_LIBRARY") or None,
        help="the library to ask, a folder or milvus://HOST:PORT/NAME (default: the sample library)",
    )
    made.add_argument(
        "--libraries",
        metavar="DIR",
        type=Path,
        default=HERE / "libraries",
        help="the folder of the libraries to choose from, where new ones are made (default: libraries, beside app.py)",
    )
    made.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1, this machine only)"
    )
    made.add_argument("--port", type=int, default=DEFAULT_PORT, help="the port; 0 takes a free one (default: 7860)")
    made.add_argument("--auth", metavar="USER:PASSWORD", help="ask for this name and password")
    made.add_argument(
        "--llm",
        metavar="PROVIDER:MODEL",
        default=environment("ASKABSTRACTS_LLM") or None,
        help="a language model to write the answers, such as ollama:llama3.1 (default: none)",
    )
    made.add_argument(
        "--llm-url",
        metavar="URL",
        default=environment("ASKABSTRACTS_LLM_URL") or None,
        help="an OpenAI-compatible server that has the model",
    )
    made.add_argument(
        "--leave-out-unsupported", action="store_true", help="a model's sentences with no quote, not struck but out"
    )
    made.add_argument(
        "--reader",
        metavar="NAME_OR_FOLDER",
        default=environment("ASKABSTRACTS_READER") or "reranker",
        help="another cross-encoder to read what is found, or none (default: the one that comes along)",
    )
    return made


def serve(options: argparse.Namespace) -> int:
    """Open the first library, serve the page and wait for Ctrl-C. Raises AskAbstractsError when it cannot start."""
    auth = credentials(options.auth)
    port = free_port(options.host, options.port)
    if auth is None and not is_loopback(options.host):
        print(
            f"app.py: warning: everybody who reaches {options.host} can ask and build here; set --auth USER:PASSWORD",
            file=sys.stderr,
        )
    libraries = open_libraries(options)
    try:
        with tempfile.TemporaryDirectory(prefix="askabstracts-") as uploads:
            keep_to_itself(uploads)
            _run(libraries, host=options.host, port=port, auth=auth)
    finally:
        libraries.close()
    return 0


def keep_to_itself(uploads: str) -> None:
    """Set what Gradio reads from the environment, before it is imported: no reports, uploads in a folder of our own."""
    refuse_telemetry()
    os.environ["GRADIO_TEMP_DIR"] = uploads
    # Gradio calls its own server once at the start; through a proxy it would not find it.
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "localhost", "127.0.0.1", "::1")))


def open_libraries(options: argparse.Namespace) -> Libraries:
    """Return the libraries to show, the first of them opened and its model loaded; the sample is built if need be."""
    from ui.libraries import SAMPLE, Libraries

    first = options.library or options.libraries / SAMPLE
    if options.library is None:
        build_sample(first)
    libraries = Libraries(options.libraries, first=first, assistant=assistant_maker(options))
    libraries.assistant(libraries.first)
    # The model and the indexes are loaded now, so that the first question does not wait for them.
    libraries.library(libraries.first).search("interleukin", top=1)
    return libraries


def assistant_maker(options: argparse.Namespace) -> Callable[[Library], Assistant]:
    """Return what makes an assistant as the flags say; the reader, if any, is loaded now, once for all libraries."""
    from qa import Assistant
    from qa.reranking.reranker import load_reranker

    return partial(
        Assistant,
        llm=options.llm,
        llm_url=options.llm_url,
        leave_out_unsupported=options.leave_out_unsupported,
        reranker=load_reranker(options.reader),
    )


def build_sample(folder: Path, samples: Path = SAMPLES) -> None:
    """Build the sample library where there is none yet, or the one there was built from other samples.

    Raises InputError rather than touch a library of the same name that somebody else made.
    """
    from index import Library

    if not samples.is_file():
        raise InputError(f"the sample abstracts {samples} are missing; give a library with --library DIR")
    # Beside the library, so that one that was broken off half-way is known as ours.
    stamp = folder.with_name(folder.name + ".sha256")
    digest = hashlib.sha256(samples.read_bytes()).hexdigest()
    is_there = (folder / "library.db").is_file()
    if is_there and not stamp.is_file():
        raise InputError(
            f"{folder} is a library of your own in the sample's place; move it, or start with --library {folder}"
        )
    if is_there and stamp.read_text(encoding="utf-8").strip() == digest:
        return
    print("Building the sample library, once …", file=sys.stderr)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text("unfinished\n", encoding="utf-8")
        Library.build(folder, files=[samples])
        stamp.write_text(digest + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{stamp} cannot be written: {error.strerror}; give another folder with --libraries DIR"
        ) from error


def credentials(text: str | None) -> tuple[str, str] | None:
    """Return the name and password of USER:PASSWORD. Raises InputError when one of them is lacking."""
    if text is None:
        return None
    user, _, password = text.partition(":")
    if not user.strip() or not password:
        raise InputError("--auth takes a name and a password with a colon between them: --auth USER:PASSWORD")
    return user.strip(), password


def free_port(host: str, port: int) -> int:
    """Return the port if it is free, for 0 one that is. Raises InputError when it is taken or cannot be had."""
    if not 0 <= port <= 65535:
        raise InputError(f"{port} is not a port; give a number from 0 to 65535")
    try:
        family = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As the server does it: a port that a server before this one has just given up is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host.strip("[]"), port))
            return int(probe.getsockname()[1])
    except socket.gaierror as error:
        raise InputError(f"{host} is not an address of this machine; try --host 127.0.0.1") from error
    except OSError as error:
        raise InputError(
            f"port {port} of {host} cannot be had: {error.strerror}; try --port {port + 1} or --port 0"
        ) from error


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _run(libraries: Libraries, *, host: str, port: int, auth: tuple[str, str] | None) -> None:
    from starlette.middleware import Middleware

    from ui.gate import Gate
    from ui.page import build_page, launch_options

    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    page = build_page(libraries)
    try:
        _, url, _ = page.launch(
            server_name=f"[{host}]" if ":" in host and not host.startswith("[") else host,
            server_port=port,
            auth=auth,
            prevent_thread_lock=True,
            app_kwargs={"middleware": [Middleware(Gate)]},
            **launch_options(),
        )
    except OSError as error:
        raise InputError(f"port {port} of {host} cannot be had; try --port {port + 1} or --port 0") from error
    print(f"AskAbstracts is ready at {url}", flush=True)
    done.wait()
    page.close(verbose=False)


if __name__ == "__main__":
    sys.exit(main())
