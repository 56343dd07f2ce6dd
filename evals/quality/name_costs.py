"""What the lexicon and the headings cost, side by side with both left out: python -m evals names --costs.

Processor time, as other work on the machine does not count in it; memory is that of a process of its own (Linux).
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import index.search.lexical_documents as documents
from evals.corpora import own
from evals.report import Figures
from index import Abstract, Library, Section
from index.analysis.lexicon import Lexicon
from index.records import to_json

_TIMES = 5
_BUILT = 200
"""Invented abstracts that are built, each with headings as many as PubMed's mean of a dozen."""
_HEADINGS = (
    "Humans", "Female", "Interleukins/genetics", "Neoplasms/drug therapy", "Arthritis, Rheumatoid/immunology",
    "Signal Transduction", "Vascular Endothelial Growth Factor A/metabolism", "Cell Line, Tumor", "Prognosis",
    "Anti-Inflammatory Agents, Non-Steroidal/adverse effects", "Cytokines/blood", "Case-Control Studies",
)  # fmt: skip
_MEMORY = """
import os, sys
from pathlib import Path
import marisa_trie
from index.analysis.lexicon import Lexicon
held = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
before = held()
lexicon = Lexicon.open()
for text in sys.argv[1:]:
    lexicon.mentions(text)
print((held() - before) / 1e6)
"""


def measure_costs() -> dict[str, Figures]:
    """Return the costs with the lexicon and the headings, and without: milliseconds, MB, and seconds to build."""
    questions = [question.text for question in own().questions]
    Lexicon.open()  # the modules that it needs are loaded
    opening = min(_seconds(Lexicon.open) for _ in range(_TIMES))
    with tempfile.TemporaryDirectory() as folder, _library(Path(folder)) as library:
        for text in questions:  # blocks are unpacked, terms remembered
            _search_ms(library, text, is_literal=False)
        rounds = ([_search_ms(library, text, is_literal) for text in questions] for is_literal in (False, True))
        searching, literal = (statistics.median(each) for each in rounds)
    building, bare = _building()
    return {
        "opening, ms": {"with": 1000 * opening, "without": 0.0, "more": 1000 * opening},
        "a search, ms": {"with": searching, "without": literal, "more": searching - literal},
        "memory, MB": {"with": (used := _memory(questions)), "without": 0.0, "more": used},
        "building, s": {"with": building, "without": bare, "more": building - bare},
    }


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _search_ms(library: Library, text: str, is_literal: bool) -> float:
    """Return the time to parse a question and to search for it by its words."""
    return 1000 * _seconds(lambda: library.search(library.parse(text, is_literal=is_literal), mode="lexical"))


def _library(folder: Path) -> Library:
    library = Library.open(folder / "library", create=True)
    _fill(library, folder)
    return library


def _fill(library: Library, folder: Path) -> None:
    library.add(files=[_lines(folder)])


def _lines(folder: Path) -> Path:
    texts = own().abstracts
    abstracts = [
        Abstract(str(number), f"{of.title} {number}", (Section("", "", of.text),), mesh=_HEADINGS)
        for number, of in ((at, texts[at % len(texts)]) for at in range(1, _BUILT + 1))
    ]
    lines = folder / "abstracts.jsonl"
    lines.write_text("".join(json.dumps(to_json(one)) + "\n" for one in abstracts), encoding="utf-8")
    return lines


def _building() -> tuple[float, float]:
    """Return the best of the times to build with the headings and without, in turns."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(3):
        for has_headings in times:
            with tempfile.TemporaryDirectory() as folder, _headings(has_headings):
                library = Library.open(Path(folder) / "library", create=True)
                times[has_headings].append(_seconds(lambda: _fill(library, Path(folder))))  # noqa: B023 - called at once
                library.close()
    return min(times[True]), min(times[False])


@contextmanager
def _headings(are_indexed: bool) -> Iterator[None]:
    known = documents.heading_terms
    documents.heading_terms = known if are_indexed else lambda abstract: []
    try:
        yield
    finally:
        documents.heading_terms = known


def _memory(texts: Sequence[str]) -> float:
    """Return the MB that a process holds more once it has opened the lexicon and looked some texts up."""
    ran = subprocess.run([sys.executable, "-c", _MEMORY, *texts], capture_output=True, text=True, check=True)
    return float(ran.stdout)
