"""The doors for programs: what HTTP adds to a search, whether streams are lost, and how soon an agent is answered.

A real app.py serves the sample abstracts on a free port of loopback. Searches are timed in the library itself and over
REST in turn, so that whatever else keeps the machine busy slows both. Many answers are then streamed at once; each must
end whole. Last, a client of the Model Context Protocol starts `python -m qa mcp` cold and asks.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

import httpx
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from evals.load.load import PATIENCE_S, ROOT, SAMPLES, Served, sample_questions, serving
from evals.report import parser_of, say, show, table, versions, write_results
from index import Library

SEARCHES, STREAMS = 500, 50


def search_times(served: Served, library: Library, queries: Sequence[str], *, count: int) -> dict[str, float]:
    """Return the 95th percentiles in ms of searching in this process and over HTTP, one after the other in turn."""
    here, there = [], []
    with httpx.Client(base_url=f"{served.url}/api/v1", timeout=PATIENCE_S) as client:
        for number in range(count + len(queries)):
            query = queries[number % len(queries)]
            began = time.perf_counter()
            library.search(query, top=10)
            between = time.perf_counter()
            client.post(f"/libraries/{library.info().name}/search", json={"query": query}).raise_for_status()
            if number >= len(queries):  # each query was asked once, and its vector is remembered on both sides
                here.append((between - began) * 1000)
                there.append((time.perf_counter() - between) * 1000)
    row = {name: quantiles(times, n=20)[-1] for name, times in (("library p95 ms", here), ("HTTP p95 ms", there))}
    return row | {"added ms": row["HTTP p95 ms"] - row["library p95 ms"]}


async def streamed(served: Served, name: str, questions: Sequence[str], *, count: int) -> Counter[str]:
    """Stream so many answers at once; return how they ended: "answer" for a whole one, or what went wrong."""
    limits = httpx.Limits(max_connections=count)
    async with httpx.AsyncClient(base_url=f"{served.url}/api/v1", timeout=None, limits=limits) as client:
        asked = [_last_event(client, name, questions[number % len(questions)]) for number in range(count)]
        return Counter(await asyncio.gather(*asked))


async def _last_event(client: httpx.AsyncClient, name: str, question: str) -> str:
    last = ""
    headers = {"Accept": "text/event-stream"}
    try:
        async with client.stream(
            "POST", f"/libraries/{name}/ask", json={"question": question}, headers=headers
        ) as told:
            async for line in told.aiter_lines():
                last = line.removeprefix("event: ") if line.startswith("event: ") else last
                if last == "answer" and line.startswith("data: "):
                    return last if json.loads(line.removeprefix("data: "))["question"] == question else "another's"
    except httpx.HTTPError as error:
        return type(error).__name__
    return last or "no event"


async def first_answer(library: Path, question: str) -> dict[str, float]:
    """Start the server for agents cold and ask; return the seconds to the answer, and of processor time."""
    command = ["-m", "qa", "mcp", "--library", str(library)]
    server = StdioServerParameters(command=sys.executable, args=command, cwd=str(ROOT))
    before, began = _children_s(), time.perf_counter()
    async with Client(stdio_client(server)) as client:
        greeted = time.perf_counter() - began
        answer = await client.call_tool("ask", {"question": question})
        took = time.perf_counter() - began
    if answer.is_error:
        raise SystemExit("the server for agents gave no answer")
    return {"greeted s": greeted, "first answer s": took, "processor s": _children_s() - before}


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = parser_of("doors", __doc__, "--work")
    parser.add_argument("--searches", type=int, default=SEARCHES, help=f"how many are timed ({SEARCHES})")
    parser.add_argument("--streams", type=int, default=STREAMS, help=f"how many answers at once ({STREAMS})")
    arguments = parser.parse_args(argv)
    result, tables = run(arguments.work / "doors", searches=arguments.searches, streams=arguments.streams)
    write_results("doors", result)
    show(tables)


def run(folder: Path, *, searches: int, streams: int) -> tuple[dict[str, object], str]:
    """Build the library in a folder where it is missing, measure, and return the JSON and the tables."""
    path, questions = folder / "samples", sample_questions()
    if not (path / "library.db").is_file():
        Library.build(path, files=[SAMPLES])
    with Library.open(path) as library, serving("--library", str(path), "--libraries", str(folder)) as served:
        say("searching …")
        searched = search_times(served, library, questions, count=searches)
        say("streaming …")
        ends = asyncio.run(streamed(served, path.name, questions, count=streams))
    agent = asyncio.run(first_answer(path, questions[0]))
    row = {"whole": ends["answer"], "lost": streams - ends["answer"]}
    busy = {"load": os.getloadavg()[0], "cores": os.cpu_count()}
    result = {
        "table": "doors",
        "search": searched,
        "streams": {"at once": streams, **row, "ends": dict(ends)},
        "agent": agent,
        "machine": busy,
        "versions": versions(("fastapi", "uvicorn", "httpx", "mcp")),
    }
    tables = (
        table(f"{searches} searches, in turn", list(searched), {"ours": searched}),
        table(f"{streams} answers streamed at once", list(row), {"ours": row}),
        table(f"An agent's first answer, cold, at a load of {busy['load']:.1f}", list(agent), {"ours": agent}),
    )
    return result, "\n\n".join(tables)
