"""Holds a library on Milvus Lite against a folder: python tests/scripts/beside_milvus.py FILE [--limit 2000].

The same abstracts, chunked and embedded once, are written to both in batches of 64, and every tenth one's title is
searched for in both. Prints a JSON object of seconds, rates and waits, of how often both find the same abstract first,
and of the bytes on disk.
"""

import argparse
import json
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from statistics import mean, median

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from milvus_lite_server import milvus_server

from index import Abstract, Library
from index.analysis.chunking import passage_text, split_abstract
from index.ingest.formats.detect import parse_file
from index.search.lexical_documents import lexical_rows
from index.storage.milvus.schema import abstract_row, passage_rows
from index.storage.schema import Entry

BATCH = 64
EVERY = 10


def entries_of(abstracts, encoder, passage_tokens):
    """Return what is written of abstracts."""
    made = []
    for abstract in abstracts:
        passages = split_abstract(abstract, max_tokens=passage_tokens, count_tokens=encoder.count_tokens)
        vectors = encoder.encode([passage_text(abstract, one) for one in passages], kind="passage").astype("float16")
        made.append(Entry(abstract, passages, vectors))
    return made


def written(put, finish, entries):
    """Write entries batch by batch and return the seconds until all can be searched."""
    began = time.perf_counter()
    for first in range(0, len(entries), BATCH):
        put(entries[first : first + BATCH])
    finish()
    return time.perf_counter() - began


def waits(library, questions):
    """Return each search's milliseconds, and the PMID that it found first."""
    library.search(questions[0])
    times, firsts = [], []
    for question in questions:
        library.query_vector(question)  # embedding is the same for both
        began = time.perf_counter()
        hits = library.search(question)
        times.append((time.perf_counter() - began) * 1000)
        firsts.append(hits[0].passage.pmid if hits else None)
    return times, firsts


def account(seconds, times, firsts, asked, *, passages, size):
    """Return what is printed of one of both."""
    ordered = sorted(times)
    return {
        "seconds_to_write": round(seconds, 2),
        "passages_a_second": round(passages / seconds),
        "search_ms_median": round(median(times), 1),
        "search_ms_p95": round(ordered[int(0.95 * len(ordered))], 1),
        "title_finds_its_abstract_first": f"{sum(a == b for a, b in zip(firsts, asked, strict=True))} of {len(asked)}",
        "megabytes": round(size / 1e6, 1),
    }


def rows_of(entries):
    """Return how large rows are, on average: what Milvus keeps of a passage and of an abstract beside its vectors."""
    passages, abstracts = [], []
    for entry in entries:
        indexed = list(lexical_rows(entry.abstract, dict(enumerate(entry.passages))))
        passages += passage_rows(entry, indexed)
        row, more = abstract_row(entry.abstract, entry.passages, indexed)
        abstracts.append((row, sum(len(one["value"]) for one in more)))
    return {
        "passage_bytes_without_vector": round(mean(bytes_of(row) for row in passages)),
        "passage_distinct_terms": round(mean(len(set(row["terms"].split())) for row in passages), 1),
        "abstract_bytes": round(mean(bytes_of(row) + more for row, more in abstracts)),
        "abstract_distinct_terms": round(mean(len(set(row["whole"].split())) for row, _ in abstracts), 1),
    }


def bytes_of(row):
    """Return the bytes of a row's texts, and eight for each number."""
    texts = [text for value in row.values() for text in (value if isinstance(value, list) else [value])]
    return sum(len(one.encode()) if isinstance(one, str) else 8 for one in texts if not isinstance(one, float))


def size_of(folder):
    """Return the bytes of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def main():
    """Write and search both, and print what that took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int, default=2_000)
    parser.add_argument("--index", default="HNSW", help="of the vectors on Milvus")
    options = parser.parse_args()
    reads = (read for read in parse_file(options.file, name=options.file.name) if isinstance(read, Abstract))
    abstracts = list(islice(reads, options.limit))
    asked = abstracts[::EVERY]
    with tempfile.TemporaryDirectory() as aside, milvus_server(Path(aside)) as server:
        folder = Library.open(Path(aside) / "folder", create=True)
        there = Library.open(f"{server}/beside?index={options.index}", create=True)
        entries = entries_of(abstracts, folder.encoder, folder.settings.passage_tokens)
        passages = sum(len(one.passages) for one in entries)
        found = {}
        for name, library, put, finish, kept in (
            ("folder", folder, folder.backend.store.put, folder.backend.caches.write, Path(aside) / "folder"),
            ("milvus_lite", there, there.backend.store.put, there.backend.store.settle, Path(aside) / "data"),
        ):
            seconds = written(put, finish, entries)
            times, firsts = waits(library, [one.title for one in asked])
            pmids = [one.pmid for one in asked]
            found[name] = (account(seconds, times, firsts, pmids, passages=passages, size=size_of(kept)), firsts)
        same = sum(a == b for a, b in zip(found["folder"][1], found["milvus_lite"][1], strict=True))
        accounts = {name: of_it for name, (of_it, _) in found.items()}
        both = {"abstracts": len(abstracts), "passages": passages, "same_first": f"{same} of {len(asked)}"}
        both["rows"] = rows_of(entries)
        sys.stdout.write(json.dumps({**both, **accounts, "digests_equal": folder.digest == there.digest}, indent=2))
        folder.close()
        there.close()


if __name__ == "__main__":
    main()
