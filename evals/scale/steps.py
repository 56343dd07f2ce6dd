"""One step of python -m evals growth in a process of its own, so that its memory is its own.

    python -m evals.scale.steps build FOLDER PASSAGES REAL    make a library, of the abstracts of the library REAL
    python -m evals.scale.steps ask FOLDER QUESTIONS          open it, and ask each question of a file, one a line
    python -m evals.scale.steps add FOLDER ABSTRACTS          add abstracts by the real encoder
    python -m evals.scale.steps remove FOLDER COUNT           remove so many abstracts, spread over all, at most half

Prints a JSON object with figures, in seconds, milliseconds and bytes, as its last line.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np

from evals.scale.grown import Unit, entries, parted, real_abstracts
from index import Filters, Library
from index.embedding.encoder import load_encoder
from index.ingest.batches import BATCH_SIZE
from index.search.lexical import LexicalIndex
from index.storage.folder import index_caches
from index.storage.folder.store import Store
from qa import Assistant

TOP = 10
"""Of recall: how many of so many nearest passages, found by reading every vector, the index finds."""
_ROWS = 5_000
_ROUNDS = 2
_ANSWERED = 20
"""Questions that whole answers are given to: sentences are embedded for each, which takes its time."""
_RECENT = Filters(years=(2020, 2024))
"""A filter that lets one abstract in seven through."""


class Clock:
    """Seconds by what they were spent on; what is within another thing counts for the inner one only."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._within: list[str] = []

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """Count the time within for `what`."""
        began = time.perf_counter()
        self._within.append(what)
        try:
            yield
        finally:
            took = time.perf_counter() - began
            self._within.pop()
            self.seconds[what] += took
            if self._within:
                self.seconds[self._within[-1]] -= took

    def timed(self, what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function whose calls are counted."""

        @wraps(function)
        def counted(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the function takes
            with self.on(what):
                return function(*given, **named)

        return counted

    def steps(self, what: str, function: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        """Return a generator function of which each step is counted."""

        @wraps(function)
        def counted(*given: Any, **named: Any) -> Iterator[Any]:  # noqa: ANN401 - whatever the function takes
            made, end = function(*given, **named), object()
            while True:
                with self.on(what):
                    one = next(made, end)
                if one is end:
                    return
                yield one

        return counted


def watched() -> Clock:
    """Return a clock that counts what writing a library takes, part by part, from now on in this process."""
    clock = Clock()
    encoder = type(load_encoder())
    parts: dict[str, list[tuple[Any, str]]] = {
        "SQLite": [(Store, "put"), (Store, "vectors"), (Store, "passages"), (Store, "get")],
        "FAISS": [(index_caches, "train"), (index_caches, "write_rows")],
        "tantivy": [(LexicalIndex, "add"), (LexicalIndex, "replace_all")],
        "encoder": [(encoder, "encode")],
    }
    for what, functions in parts.items():
        for owner, name in functions:
            setattr(owner, name, clock.timed(what, getattr(owner, name)))
    index_caches.lexical_rows = clock.steps("terms", index_caches.lexical_rows)
    return clock


def build(folder: Path, passages: int, real: Path) -> dict[str, float]:
    """Make a library without the encoder, with the batches and the caches of a real build."""
    told, _ = parted(real_abstracts(real))
    clock = watched()
    abstracts = 0
    with Library.open(folder, create=True) as library:
        store = library.backend.store
        for batch in _in_parts(entries(told, passages), BATCH_SIZE):
            store.put(batch)
            abstracts += len(batch)
        with clock.on("rest"):
            library.backend.settle(store)
    on_disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return {"abstracts": abstracts, "disk bytes": on_disk, **clock.seconds}


def add(folder: Path, abstracts: Path) -> dict[str, float]:
    """Add the abstracts of a file, and tell what that took, with the encoder's part."""
    clock = watched()
    with Library.open(folder, create=True) as library:
        before = library.info().passages
        began, worked = time.perf_counter(), time.process_time()
        report = library.add(files=[abstracts])
        took, worked = time.perf_counter() - began, time.process_time() - worked
        passages = library.info().passages - before
    return {"added": report.added, "passages": passages, "seconds": took, "cpu s": worked, **clock.seconds}


def remove(folder: Path, count: int) -> dict[str, float]:
    """Remove abstracts, and tell what that took."""
    clock = watched()
    with Library.open(folder) as library:
        pmids = library.backend.store.pmids()
        chosen = pmids[:: max(2, len(pmids) // count)][:count]
        began, worked = time.perf_counter(), time.process_time()
        report = library.remove(chosen)
        took, worked = time.perf_counter() - began, time.process_time() - worked
    return {"removed": report.removed, "seconds": took, "cpu s": worked, **clock.seconds}


def ask(folder: Path, questions: Path) -> dict[str, float]:
    """Open a library, ask it, and hold the nearest passages that it finds against those found by reading all."""
    asked = questions.read_text(encoding="utf-8").splitlines()
    encoder = load_encoder()
    units = encoder.encode(asked, kind="query")
    memory = _memory()
    began = time.perf_counter()
    with Library.open(folder) as library:
        library.search(asked[0])
        opened = time.perf_counter() - began
        searching = _milliseconds(library.search, asked[1:], before=library.forget_queries)
        search_recent = partial(library.search, filters=_RECENT)
        first_filtered = _timed(search_recent, asked[0])
        filtered = _milliseconds(search_recent, asked[-50:], before=library.forget_queries)
        after = _memory()  # before the words of answers are remembered
        answer = Assistant(library, reranker=None).ask
        answering = _milliseconds(answer, asked[1:_ANSWERED], before=library.forget_queries)
        found = [[hit.cosine for hit in library.search(one, top=TOP, mode="dense")] for one in asked]
        queries = np.stack([library.query_vector(library.parse(one).normalized) for one in asked])
        exact = _exact(library.backend.store, queries)
    return {
        "open s": opened,
        **_waited("search", searching),
        "first filtered ms": first_filtered[0],
        **_waited("filtered", filtered),
        **_waited("answer", answering),
        f"recall@{TOP}": _recall(found, exact),
        **{name: after[name] - memory[name] for name in memory},
        "questions": len(units),
    }


def _exact(store: Store, queries: Unit) -> Unit:
    """Return the cosines of the nearest passages that are not retracted, by reading every vector."""
    best = np.full((len(queries), TOP), -1, dtype=np.float32)
    chosen = store.select(Filters())
    left_out = set(chosen.ids.tolist()) if chosen else set()
    ids = [id_ for id_ in store.passage_ids().tolist() if id_ not in left_out]
    for some in _in_parts(ids, _ROWS):
        vectors = np.stack(list(store.vectors(some).values())).astype(np.float32)
        best = np.sort(np.hstack([best, queries @ vectors.T]), axis=1)[:, -TOP:]
    return best[:, ::-1]


def _recall(found: list[list[float | None]], exact: Unit) -> float:
    """Return the mean share of the nearest passages that were found; one as near as the last of them counts."""
    least = exact[:, -1:] - 1e-5  # the sums of 384 products differ in their last bits
    near = [sum(cosine is not None and cosine >= low for cosine in one) for one, low in zip(found, least, strict=True)]
    return float(np.mean(near)) / TOP


def _in_parts(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    values = iter(values)
    while part := list(islice(values, size)):
        yield part


def _milliseconds(
    call: Callable[[str], object], questions: Sequence[str], *, before: Callable[[], None]
) -> list[tuple[float, float]]:
    """Return how long each question took, by the clock and of the processor, in the best of some rounds.

    `before` is called before each round. Others may be at work on the machine, which the processor's time hardly knows
    of.
    """
    rounds = []
    for _ in range(_ROUNDS):
        before()
        rounds.append([_timed(call, question) for question in questions])
    return min(rounds, key=lambda took: median(by_clock for by_clock, _ in took))


def _timed(call: Callable[[str], object], question: str) -> tuple[float, float]:
    began, worked = time.perf_counter(), time.process_time()
    call(question)
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked)


def _waited(what: str, took: list[tuple[float, float]]) -> dict[str, float]:
    by_clock, worked = [one for one, _ in took], [one for _, one in took]
    return {
        f"{what} median ms": median(by_clock),
        f"{what} p95 ms": quantiles(by_clock, n=20, method="inclusive")[-1],
        f"{what} cpu ms": median(worked),
    }


def _memory() -> dict[str, int]:
    """Return the resident memory of this process in bytes: what is its own, and with the files that are mapped."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines())
    return {name: 1024 * int(status[key].split()[0]) for name, key in (("own bytes", "RssAnon"), ("bytes", "VmRSS"))}


STEPS: Mapping[str, Callable[..., dict[str, float]]] = {"build": build, "add": add, "remove": remove, "ask": ask}

if __name__ == "__main__":
    step, *given = sys.argv[1:]
    values = [int(one) if one.isdecimal() else Path(one) for one in given]
    sys.stdout.write(json.dumps(STEPS[step](*values)) + "\n")
