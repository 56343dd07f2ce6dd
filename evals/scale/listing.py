"""What a page of the list of a library costs, of 100,000 synthetic abstracts: python -m evals listing

Each page is made whole, HTML and all, as the server shows it; nothing is embedded or downloaded. The library is made
once and kept in the work folder. The list itself is made once after a library has changed, and is timed apart.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from evals.report import parser_of, say, show, table, versions, write_results
from index import Abstract, Library, Passage, Section
from index.embedding.encoder import load_encoder
from index.embedding.pretrained import DEFAULT_ENCODER
from index.records import KeptStudy
from index.storage.folder.store import DATABASE, Store
from index.storage.schema import Entry, Settings
from ui.library.look import Finder, Look
from ui.library.shown import list_html

RECORDS = 100_000
_TIMES = 5
_BATCH = 2_000
_THINGS = "cohort trial mice tumour growth insulin lung heart kidney bone sleep pain dose sugar salt iron gene".split()
_TYPES = ("Review", "Meta-Analysis", "Case Reports", "Clinical Trial")
_DESIGNS = ("cohort", "randomised controlled trial", "review", "animal")


def main(argv: Sequence[str]) -> None:
    """Make the library if it is not there, time its pages, print the table and write it beside the others."""
    flags = parser_of("listing", __doc__, "--work")
    flags.add_argument("--records", type=int, default=RECORDS, help="how many abstracts (default: 100,000)")
    arguments = flags.parse_args(argv)
    folder = arguments.work / f"listing-{arguments.records}"
    if not (folder / DATABASE).is_file():
        say(f"{arguments.records:,} abstracts are made")
        _make(folder, arguments.records)
    with Library.open(folder) as library:
        rows = {name: {"ms": ms} for name, ms in measured(library)}
    show(table(f"A page of the list of {arguments.records:,} abstracts, whole", ["ms"], rows))
    if arguments.records == RECORDS:
        write_results("listing", {"records": RECORDS, "pages": rows, "versions": versions(("numpy", "jinja2"))})


def measured(library: Library) -> Iterator[tuple[str, float]]:
    """Yield what each page takes, in milliseconds; the list is made anew before."""
    library.backend.studies_file.write("DELETE FROM notes WHERE name = ?", [("listing",)])
    library.backend.studies_file.write("DELETE FROM listing WHERE pmid > ?", [(0,)])
    yield "the list made, once", _ms(lambda: list(library.listing.bring_up()))
    library.backend.studies_file.write("UPDATE notes SET digest = ? WHERE name = 'listing'", [("",)])
    library.backend.studies_file.write("DELETE FROM listing WHERE pmid = ?", [(10_000_001,)])
    yield "the list brought up to date after one was added", _ms(lambda: list(library.listing.bring_up()))
    library.search("insulin", mode="lexical")  # opens the index, or makes it
    first = Look(library.info().name)
    list_html(library, first, Finder(), problem="-")  # reads the templates, as a server has at its second page
    last = replace(first, page=10**6)
    words = replace(first, words="insulin[ti] AND mice[ti]")
    looks = {
        "first page": first,
        "last page": last,
        "last page, by title": replace(last, column="title"),
        "last page, by size": replace(last, column="n"),
        "last page, one MeSH term": replace(last, narrowed=(("mesh", "insulin"),)),
        "last page, a PubMed search": replace(words, page=10**6),
        "first page with counts": replace(first, shows_counts=True),
    }
    for name, look in looks.items():
        yield f"{name}, first time", _ms(lambda look=look: list_html(library, look, Finder()))  # type: ignore[misc]
        yield name, statistics.median(_ms(lambda look=look: list_html(library, look, Finder())) for _ in range(_TIMES))  # type: ignore[misc]


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _make(folder: Path, records: int) -> None:
    """Make a library of short synthetic abstracts, each of two passages with random vectors, and studies of them."""
    encoder = load_encoder(DEFAULT_ENCODER)
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(1)
    store = Store.create(folder / DATABASE, Settings(encoder.name, encoder.sha256, encoder.dimension, 128))
    try:
        for first in range(0, records, _BATCH):
            numbers = range(first, min(first + _BATCH, records))
            vectors = random.standard_normal((len(numbers), 2, encoder.dimension), dtype=np.float32)
            vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
            store.put([_entry(n, of.astype(np.float16)) for n, of in zip(numbers, vectors, strict=True)])
    finally:
        store.close()
    with Library.open(folder) as library:
        digests = library.backend.store_of_a_run().digests(library.backend.store_of_a_run().pmids())
        studies = [KeptStudy(pmid, _DESIGNS[int(pmid) % 4], "humans", int(pmid) % 5000) for pmid in digests]
        library.backend.studies_file.put(studies, digests, "synthetic")


def _entry(number: int, vectors: np.ndarray) -> Entry:  # type: ignore[type-arg]
    one, other = _THINGS[number % 17], _THINGS[number // 17 % 17]
    abstract = Abstract(
        str(10_000_000 + number),
        f"{other.capitalize()} and {one} in study {number}",
        (Section("", "", f"We looked at {one} and {other} {number} times. " * 6),),
        journal=f"J Made {number % 997}",
        year=1950 + number % 75,
        types=("Journal Article", _TYPES[number % 4]),
        mesh=("Humans", one.capitalize(), other.capitalize(), f"Made Term {number % 5000}"),
        is_retracted=number % 1000 == 999,
    )
    title = Passage(abstract.pmid, "TITLE", 0, len(abstract.title), abstract.title)
    start, text = len(abstract.title) + 1, abstract.sections[0].text.rstrip()
    return Entry(abstract, (title, Passage(abstract.pmid, "", start, start + len(text), text)), vectors)
