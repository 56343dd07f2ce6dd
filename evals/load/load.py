"""Many people at once: how long each waits for an answer, whether the queue is fair, and what the server's memory does.

A real app.py is started on a free port of loopback, over the sample library. Each person opens a session as the page
does, asks, waits for the whole answer, and asks the next question at once, until the time is over.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import astuple, dataclass, field
from functools import lru_cache
from itertools import count
from pathlib import Path
from statistics import median, quantiles

import httpx

from evals.report import parser_of, say, show, table, versions, write_results
from ui.chat import FilterFields

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "abstracts.jsonl"
PEOPLE, SECONDS = 50, 120
PATIENCE_S = 60.0
"""How long a person waits for an answer before it counts as an error."""

MARKS = {"start": 0.0, "25 %": 0.25, "50 %": 0.5, "end": 1.0}
"""When the server's memory is looked at, as shares of the time; the start is when everybody has come in."""

_PACKAGES = ("gradio", "gradio_client", "fastapi", "uvicorn", "httpx")


@dataclass(slots=True)
class Tally:
    """What the people met with: the seconds that each waited for each of their answers, and errors by kind."""

    waited: list[list[float]] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    memory_mb: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Served:
    """The application under load: where it is, and its process."""

    url: str
    pid: int

    @property
    def asking(self) -> int:
        """The number by which the page calls asking; a page with a password tells it nobody."""
        return _asking(self.url)


@contextmanager
def serving(*flags: str) -> Iterator[Served]:
    """Start app.py with these flags on a free port of loopback, and stop it."""
    command = [sys.executable, str(ROOT / "app.py"), "--port", "0", *flags]
    # The environment may name a library or a model; what is measured is the application as it comes.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ASKABSTRACTS_L")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            ready = re.search(r"http\S+[^/\s]", process.stdout.readline() if process.stdout else "")
            if ready is None:
                raise SystemExit("app.py did not start; what it said stands above")
            yield Served(ready[0], process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


@lru_cache(maxsize=8)
def _asking(url: str) -> int:
    """Return the number of the event by which a press on Ask sends the question."""
    config = httpx.get(f"{url}/config", timeout=PATIENCE_S).json()
    button = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == "aa-send")
    return next(each["id"] for each in config["dependencies"] if [button, "click"] in each["targets"])


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


async def attend(served: Served, questions: Sequence[str], *, people: int, seconds: float) -> Tally:
    """Let so many people ask for so many seconds, and return what they met with."""
    tally = Tally([[] for _ in range(people)])
    limits = httpx.Limits(max_connections=3 * people, max_keepalive_connections=3 * people)
    async with httpx.AsyncClient(base_url=served.url, timeout=PATIENCE_S, limits=limits) as client:
        ends = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            for person in range(people):
                group.create_task(_ask_on(client, served, person, questions, tally=tally, ends=ends))
            for mark, share in MARKS.items():
                await asyncio.sleep(max(0.0, ends - seconds * (1 - share) - time.monotonic()))
                tally.memory_mb[mark] = memory_mb(served.pid)
                answers = sum(map(len, tally.waited))
                say(f"{mark}: {answers} answers, {tally.memory_mb[mark]:.0f} MB")
    return tally


async def _ask_on(
    client: httpx.AsyncClient, served: Served, person: int, questions: Sequence[str], *, tally: Tally, ends: float
) -> None:
    """Ask one question after the other until the time is over; everybody begins elsewhere in the list."""
    session = secrets.token_hex(6)
    async with _open_page(client, session):
        for number in count(person):
            if time.monotonic() >= ends:
                return
            began = time.monotonic()
            try:
                async with asyncio.timeout(PATIENCE_S):
                    problem = await ask(client, served.asking, session, questions[number % len(questions)])
            except (httpx.HTTPError, TimeoutError) as error:
                problem = type(error).__name__
            if problem:
                tally.errors[problem] += 1
                await asyncio.sleep(1)  # an error at once is no reason to ask in a tight loop
            else:
                tally.waited[person].append(time.monotonic() - began)


@asynccontextmanager
async def _open_page(client: httpx.AsyncClient, session: str) -> AsyncIterator[None]:
    """Hold the connection open by which the page tells the server that it is still there."""

    async def beat() -> None:
        async with client.stream("GET", f"/gradio_api/heartbeat/{session}", timeout=None) as heartbeat:
            async for _ in heartbeat.aiter_bytes():
                pass

    await client.get("/")
    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError, httpx.HTTPError):  # a server under load may have cut it already
            await beating


async def ask(client: httpx.AsyncClient, asking: int, session: str, question: str) -> str:
    """Ask as the page does and wait for the whole answer; return what went wrong, or ""."""
    return (await shown_for(client, asking, session, question))[0]


async def shown_for(client: httpx.AsyncClient, asking: int, session: str, question: str) -> tuple[str, str]:
    """Ask as the page does; return what went wrong, or "", and all that the page was sent to show."""
    fields = [list(field) if isinstance(field, tuple) else field for field in astuple(FilterFields())]
    event = {"data": [question, None, None, *fields], "fn_index": asking, "session_hash": session}  # two states
    joined = await client.post("/gradio_api/queue/join", json=event)
    if joined.status_code != httpx.codes.OK:
        return f"HTTP {joined.status_code}", ""
    shown = ""
    async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as told:
        async for line in told.aiter_lines():
            message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            shown += line if message.get("msg") == "process_generating" else ""
            if message.get("msg") == "process_completed":
                return _problem(message, shown), shown
    return "the stream ended without an answer", shown


def _problem(completed: dict[str, object], shown: str) -> str:
    if not completed.get("success"):
        return "the event failed"
    return "" if "aa-how" in shown and "aa-notice" not in shown else "no answer was shown"


def figures(tally: Tally) -> dict[str, float | int]:
    """Return the table's row."""
    waited = sorted(seconds for person in tally.waited for seconds in person)
    errors = sum(tally.errors.values())
    answers = [len(person) for person in tally.waited]
    return {
        "requests": len(waited) + errors,
        "errors": errors,
        "median s": median(waited) if waited else 0.0,
        "p95 s": quantiles(waited, n=20, method="inclusive")[-1] if len(waited) > 1 else 0.0,
        "max s": waited[-1] if waited else 0.0,
        "fewest": min(answers),
        "most": max(answers),
    }


def run(served: Served, questions: Sequence[str], *, people: int, seconds: float) -> tuple[dict[str, object], str]:
    """Let the people ask; return the JSON and the tables."""
    tally = asyncio.run(attend(served, questions, people=people, seconds=seconds))
    row, memory = figures(tally), {mark: round(mb, 1) for mark, mb in tally.memory_mb.items()}
    result = {
        "table": "load",
        "people": people,
        "seconds": seconds,
        "figures": row,
        "errors by kind": dict(tally.errors),
        "server memory, MB": memory,
        "cores": os.cpu_count(),
        "versions": versions(_PACKAGES),
    }
    title = f"{people} people asking for {seconds:g} s; seconds that they waited, answers a person"
    rows = table(title, list(row), {"ours": row})
    return result, f"{rows}\n\n{table('Memory of the server, MB', list(memory), {'ours': memory})}"


def sample_questions() -> list[str]:
    """Return the questions that come with the sample library."""
    lines = (ROOT / "samples" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = parser_of("load", __doc__, "--work")
    parser.add_argument("--people", type=int, default=PEOPLE, help=f"how many ask at once ({PEOPLE})")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"for how long ({SECONDS})")
    arguments = parser.parse_args(argv)
    if arguments.people < 1 or arguments.seconds <= 0:
        parser.error("at least one person asks, for some seconds")
    with serving("--libraries", str(arguments.work / "load")) as served:
        result, tables = run(served, sample_questions(), people=arguments.people, seconds=arguments.seconds)
    write_results("load", result)
    show(tables)
