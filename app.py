"""Start the web chat: python app.py [--library DIR] [--host 127.0.0.1] [--port 7860] [--auth USER:PASSWORD]."""
# PYTHON_ARGCOMPLETE_OK: argcomplete may run this for completions

from __future__ import annotations

import argparse
import getpass
import hashlib
import ipaddress
import re
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from index.cli import (
    AnswerOptions,
    Parser,
    add_answer_flags,
    add_library_flag,
    answer_options,
    named_library,
    parsed,
    run,
)
from index.environment import prepare_gradio
from index.errors import InputError

if TYPE_CHECKING:
    from index import Library
    from index.ingest.batches import OnProgress
    from qa import Assistant
    from ui.accounts import Accounts
    from ui.api.service import Service
    from ui.libraries import Libraries
    from ui.preparation import Preparation

HERE = Path(__file__).resolve().parent
SAMPLES = HERE / "samples" / "abstracts.jsonl"
DEFAULT_PORT = 7860


def main(argv: Sequence[str] | None = None) -> int:
    """Run the web chat until it is told to end, and return its exit code: 0, or 2 for a user's error."""
    arguments = parsed(parser(), argv)
    return run(lambda: serve(arguments), prefix="app.py: ")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the flags."""
    flags = Parser("app.py", description="Ask questions about a library of PubMed abstracts, in a web chat.")
    add_library_flag(flags, otherwise="default: the sample library")
    flags.add_argument(
        "--libraries",
        metavar="DIR",
        type=Path,
        default=HERE / "libraries",
        help="the folder of the libraries to choose from, where new ones are made (default: libraries, beside app.py)",
    )
    flags.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1, this machine only)"
    )
    flags.add_argument("--port", type=int, default=DEFAULT_PORT, help="the port; 0 takes a free one (default: 7860)")
    who = flags.add_mutually_exclusive_group()
    who.add_argument("--auth", metavar="USER:PASSWORD", help="ask for this name and password")
    who.add_argument(
        "--auth-file", metavar="FILE", type=Path, help="ask for one of its accounts; each sees its own conversations"
    )
    flags.add_argument(
        "--add-account",
        metavar="NAME",
        help="add an account to --auth-file with a password from the terminal, and end; the first runs the server",
    )
    flags.add_argument("--no-api", action="store_true", help="serve the page alone, without REST and MCP")
    flags.add_argument("--root-path", metavar="PATH", default="", help="the path under which a proxy shows the server")
    flags.add_argument("--access-log", action="store_true", help="a line of JSON a request on stderr, no questions")
    flags.add_argument(
        "--api-rate", type=int, metavar="N", default=120, help="the most requests a minute with each key (default: 120)"
    )
    add_answer_flags(flags)
    return flags


def serve(arguments: argparse.Namespace) -> int:
    """Serve the page, make the first library ready beside it, and wait for Ctrl-C.

    Raises AskAbstractsError when it cannot start.
    """
    if arguments.add_account is not None:
        return add_account(arguments)
    accounts = accounts_of(arguments)
    if arguments.api_rate < 1:
        raise InputError(f"{arguments.api_rate} requests a minute are none; give --api-rate a number from 1")
    port = free_port(arguments.host, arguments.port)
    if accounts is None and not is_loopback(arguments.host):
        print(
            f"app.py: warning: everybody who reaches {arguments.host} can ask and build here; set --auth USER:PASSWORD",
            file=sys.stderr,
        )
    libraries, preparation = first_library(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="askabstracts-") as uploads:
            prepare_gradio(uploads)
            service = api_service(libraries, preparation, arguments)
            _run(libraries, preparation, service, arguments, accounts, port=port)
    finally:
        preparation.stop()
        libraries.close()
    return 0


def first_library(arguments: argparse.Namespace) -> tuple[Libraries, Preparation]:
    """Return the libraries of the page, and the preparation of the first, which goes on beside the page.

    A library that is there is opened now, so that why it cannot be is said at once; a sample to be made is not.
    """
    from ui.libraries import NO_MODEL, SAMPLE, Libraries
    from ui.preparation import Preparation

    options = answer_options(arguments)
    sample, named = arguments.libraries / SAMPLE, named_library(arguments)
    is_to_build = named is None and not is_sample_built(sample)

    def prepare(on_progress: OnProgress) -> None:
        if is_to_build:
            build_sample(sample, on_progress=on_progress)
        # The models and the indexes are loaded now, so that the first question does not wait for them.
        libraries.open_first().search("interleukin", top=1)

    preparation = Preparation(prepare)
    libraries = Libraries(
        arguments.libraries,
        first=sample if named is None else named,
        assistant=assistant_maker(options),
        model_name=options.llm or NO_MODEL,
        wait_for_first=preparation.wait,
    )
    if not is_to_build:
        libraries.open_first()
    return libraries, preparation


def assistant_maker(options: AnswerOptions) -> Callable[[Library], Assistant]:
    """Return a constructor of assistants with these options; all share one reranker."""

    def make(library: Library) -> Assistant:
        from qa.reranking.reranker import DEFAULT_RERANKER, load_reranker
        from ui.api.metrics import CountedAssistant

        return CountedAssistant(
            library,
            llm=options.llm,
            llm_url=options.llm_url,
            llm_format=options.llm_format,
            leave_out_unsupported=options.leave_out_unsupported,
            check_with_llm=options.check_with_llm,
            reranker=load_reranker(options.reranker or DEFAULT_RERANKER),
            judge=options.judge,
        )

    return make


def is_sample_built(folder: Path, samples: Path = SAMPLES) -> bool:
    """Return True if the sample library is there, built of these samples.

    Raises InputError when there are no samples, or somebody else made a library of the same name.
    """
    if not samples.is_file():
        raise InputError(f"the sample abstracts {samples} are missing; give a library with --library DIR")
    marker = _marker(folder)
    is_built = (folder / "library.db").is_file()
    if is_built and not marker.is_file():
        raise InputError(
            f"{folder} is a library of your own in the sample's place; move it, or start with --library {folder}"
        )
    return is_built and marker.read_text(encoding="utf-8").strip() == _digest(samples)


def build_sample(folder: Path, samples: Path = SAMPLES, *, on_progress: OnProgress | None = None) -> None:
    """Build the sample library if it is missing or was built from other samples.

    Raises InputError rather than touch a library of the same name that somebody else made.
    """
    from index import Library

    if is_sample_built(folder, samples):
        return
    print("Building the sample library, once …", file=sys.stderr)
    marker = _marker(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        marker.write_text("unfinished\n", encoding="utf-8")
        Library.build(folder, files=[samples], on_progress=on_progress)
        marker.write_text(_digest(samples) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{marker} cannot be written: {error.strerror}; give another folder with --libraries DIR"
        ) from error


def _marker(folder: Path) -> Path:
    """Return the file beside the sample library by which a half-built one is known as ours."""
    return folder.with_name(folder.name + ".sha256")


def _digest(samples: Path) -> str:
    return hashlib.sha256(samples.read_bytes()).hexdigest()


def credentials(text: str | None) -> tuple[str, str] | None:
    """Return the name and password of USER:PASSWORD. Raises InputError when either is missing."""
    if text is None:
        return None
    user, _, password = text.partition(":")
    if not user.strip() or not password:
        raise InputError("--auth takes a name and a password with a colon between them: --auth USER:PASSWORD")
    return user.strip(), password


def accounts_of(arguments: argparse.Namespace) -> Accounts | None:
    """Return the accounts of the flags; None where no password is asked for. Raises AskAbstractsError for none."""
    from ui.accounts import AccountFile, OneAccount

    if arguments.auth_file is not None:
        accounts = AccountFile(arguments.auth_file)
        if not accounts.all():
            raise InputError(f"{arguments.auth_file} has no account; add one with --add-account NAME")
        return accounts
    login = credentials(arguments.auth)
    return OneAccount(*login) if login else None


def add_account(arguments: argparse.Namespace) -> int:
    """Add an account to the file of accounts, or give it another password, and return the exit code."""
    from ui.accounts import AccountFile

    if arguments.auth_file is None:
        raise InputError("--add-account needs the file to add to: --auth-file FILE")
    is_asked = sys.stdin.isatty()
    password = getpass.getpass(f"Password of {arguments.add_account}: ") if is_asked else sys.stdin.readline()
    AccountFile(arguments.auth_file).add(arguments.add_account, password.rstrip("\n"))
    print(f"{arguments.add_account} can log in.")
    return 0


def free_port(host: str, port: int) -> int:
    """Return the port, or a free one for 0. Raises InputError when it is taken or cannot be bound."""
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
    """Return True if only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def root_path(text: str) -> str:
    """Return a path with a slash before it and none behind it; "" for none. Raises InputError for what is no path."""
    path = text.strip().strip("/")
    if not re.fullmatch(r"(?:[\w.~-]+(?:/[\w.~-]+)*)?", path, re.ASCII):
        raise InputError(f"{text!r} is no path; give --root-path one such as /abstracts")
    return f"/{path}" if path else ""


def api_service(libraries: Libraries, preparation: Preparation, arguments: argparse.Namespace) -> Service:
    """Return what the REST interface, MCP and monitoring work with."""
    from ui.api.access import Access, RateLimit
    from ui.api.jobs import FOLDER, Jobs
    from ui.api.metrics import CountedAssistant
    from ui.api.service import Service

    service = Service(
        libraries,
        jobs=Jobs(libraries.folder / FOLDER),
        is_ready=lambda: preparation.is_over,
        access=Access(has_password=bool(arguments.auth or arguments.auth_file), limit=RateLimit(arguments.api_rate)),
        root_path=root_path(arguments.root_path),
    )
    CountedAssistant.metrics = service.metrics
    return service


def _run(
    libraries: Libraries,
    preparation: Preparation,
    service: Service,
    arguments: argparse.Namespace,
    accounts: Accounts | None,
    *,
    port: int,
) -> None:
    """Serve until told to end."""
    from starlette.middleware import Middleware

    from ui.accounts import LOGIN_NOTE, login
    from ui.api.access_log import AccessLog
    from ui.api.doors import Doors
    from ui.api.service import build_api
    from ui.gate import Gate
    from ui.library.downloads import Downloads
    from ui.page import build_page, launch_options

    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    downloads = Downloads(service.root_path)
    page = build_page(libraries, preparation, accounts, downloads=downloads, jobs=service.jobs)
    doors = None if arguments.no_api else Doors(build_api(service), service)
    gate = Middleware(
        Gate,
        api=doors,
        lifespan=doors.lifespan if doors else nullcontext,
        accounts=accounts,
        conversations=lambda: libraries.conversations,
        downloads=downloads,
    )
    host = arguments.host
    try:
        _, url, _ = page.launch(
            server_name=f"[{host}]" if ":" in host and not host.startswith("[") else host,
            server_port=port,
            auth=login(accounts) if accounts else None,  # type: ignore[arg-type]  # Gradio awaits it
            auth_message=LOGIN_NOTE if accounts else None,
            prevent_thread_lock=True,
            root_path=service.root_path,
            app_kwargs={"middleware": [*([Middleware(AccessLog)] if arguments.access_log else []), gate]},
            **launch_options(),
        )
    except OSError as error:
        raise InputError(f"port {port} of {host} cannot be had; try --port {port + 1} or --port 0") from error
    print(f"AskAbstracts is ready at {url}", flush=True)
    preparation.start(on_failure=done.set)
    done.wait()
    service.is_stopping.set()
    service.jobs.close()
    page.close(verbose=False)
    preparation.raise_problem()


if __name__ == "__main__":
    sys.exit(main())
