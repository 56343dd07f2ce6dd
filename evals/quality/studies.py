"""How well studies are read out of abstracts: python -m evals studies --data DIR

The annotated abstracts of the test sets' folder evidence-table, and those of studies.jsonl beside this module: labels
and places in the abstracts of the test sets, annotated by the same guidelines, of which half A served to mend the rules
by and half B was left for the end. Labels are held against the annotated one (strict) and also against others that are
right (lenient); population and intervention by the F1 of their words; of the annotated effects those count as found
whose words or value are there, the value being that of any arm. With --speed N so many abstracts are read instead, and
the seconds and the memory that it took are printed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.corpora import each_row, read_rows
from evals.report import parser_of, show, table, write_results
from index import Abstract, Section
from qa.studies.reading import read_study
from qa.studies.records import Cell, Effect, Study

_Scores = Iterator[tuple[str, float]]
_OWN = Path(__file__).with_name("studies.jsonl")
_SETS = ("pubmedqa", "abstracts", "both", "A", "B", "C", "D")
"""Sets of annotated studies: the two parts of the test sets, these together, and the halves of our own."""


def main(argv: Sequence[str]) -> None:
    """Print the table for the abstracts of patients, those of laboratories, and all."""
    parser = parser_of("studies", __doc__, "--data")
    parser.add_argument("--sets", nargs="+", choices=_SETS, default=_SETS, help="only these sets (default: all)")
    parser.add_argument("--speed", type=int, metavar="N", help="read N abstracts and print the time and the memory")
    arguments = parser.parse_args(argv)
    if arguments.speed:
        call = f"from evals.quality.studies import timed; print(timed({str(arguments.data)!r}, {arguments.speed}))"
        subprocess.run([sys.executable, "-c", call], check=True)  # whose memory is that of reading alone
        return
    rows = measured(arguments.data, arguments.sets)
    columns = list(dict.fromkeys(measure for row in rows.values() for measure in row))
    by_measure = {column: {name: row.get(column) for name, row in rows.items()} for column in columns}
    show(table("Studies read out of abstracts", list(rows), by_measure))
    write_results("studies", by_measure)


def timed(folder: str, count: int) -> str:
    """Return how long it takes to read the studies of so many abstracts, one after another, and the peak of memory."""
    abstracts = [abstract for abstract, _ in zip(_plain(Path(folder)), range(count), strict=False)]
    began, cpu = time.perf_counter(), time.process_time()
    with_n = sum(read_study(abstract).n is not None for abstract in abstracts)
    took_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    # ru_maxrss would be that of the process that started this one, where it was more.
    peak_mb = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return (
        f"{len(abstracts):,} abstracts ({with_n:,} with a number of participants) in {took_s:.1f} s,"
        f" {cpu_s:.1f} s of them on a processor; peak of memory {peak_mb:.0f} MB"
    )


def measured(folder: Path, sets: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return the mean of each measure, by set."""
    scores: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    abstracts = abstracts_of(folder)
    for name, row, also in (*annotated(folder), *own(abstracts)):
        for measure, score in _scores(read_study(abstracts[row["pmid"]]), row, also):
            scores[name][measure].append(score)
            if name in _SETS[:2]:
                scores["both"][measure].append(score)
    return {name: {key: sum(of) / len(of) for key, of in scores[name].items()} for name in _SETS if name in sets}


_Annotated = Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]


def annotated(folder: Path) -> _Annotated:
    """Yield the annotated studies of the test sets: the name of the set, the labels, and others that are right too."""
    also_right = json.loads((folder / "evidence-table" / "also-right.json").read_text("utf-8"))
    for row in read_rows(folder / "evidence-table" / "studies.jsonl"):
        yield row["source"], row, also_right.get(row["pmid"], {})


def own(abstracts: Mapping[str, Abstract]) -> _Annotated:
    """Yield the same of our own annotations, whose words are cut out of the abstracts by their places."""
    for row in read_rows(_OWN):
        text = abstracts[row["pmid"]].text
        words = {
            name: text[slice(*row[name])] if row[name] else None
            for name in ("population", "intervention", "comparator")
        }
        effects = [effect | {"span": text[slice(*effect["span"])]} for effect in row["effects"]]
        labels = {name: row[name][0] for name in ("design", "subjects", "finding", "n")}
        right_too = {"effects_also": row["effects_also"]} if "effects_also" in row else {}
        also = {f"{name}_alt": row[name][1:] for name in labels}
        yield row["half"], {"pmid": row["pmid"], **labels, **words, "effects": effects, **right_too}, also


def _plain(folder: Path) -> Iterator[Abstract]:
    for row in each_row(folder / "abstracts" / "abstracts.jsonl.gz"):
        yield Abstract(row["pmid"], row["title"], (Section("", "", row["abstract"]),) if row["abstract"] else ())


def abstracts_of(folder: Path) -> dict[str, Abstract]:
    """Return the abstracts that were annotated from, by PMID."""
    clinical = read_rows(folder / "pubmedqa" / "corpus.jsonl.gz")
    abstracts = {abstract.pmid: abstract for abstract in _plain(folder)}
    for row in clinical:
        sections = tuple(Section(part["label"], "", part["text"]) for part in row["sections"])
        abstracts[row["pmid"]] = Abstract(row["pmid"], "", sections)
    return abstracts


def _scores(study: Study, row: Mapping[str, Any], also: Mapping[str, Any]) -> _Scores:
    for field in ("design", "subjects", "finding"):
        yield f"{field}, strict", float(getattr(study, field) == row[field])
        yield f"{field}, lenient", float(getattr(study, field) in (row[field], *also.get(f"{field}_alt", ())))
    told = study.n.value if study.n else None
    if row["n"] is None:
        yield "n invented", float(told is not None and told not in also.get("n_alt", ()))
    else:
        yield "n right where told", float(told in (row["n"], *also.get("n_alt", ())))
    for field in ("population", "intervention"):
        if row[field] or getattr(study, field):
            yield f"{field}, F1 of words", f1(getattr(study, field), row[field])
    yield "comparator present or absent", float((study.comparator is None) == (row["comparator"] is None))
    for read in study.effects if "effects_also" in row else ():
        is_right = any(_is_found(read, effect) for effect in row["effects"])
        yield (
            "effects, precision",
            float(is_right or any(start <= read.span.start < end for start, end in row["effects_also"])),
        )
    for effect in row["effects"]:
        found = max(
            (one for one in study.effects if _is_found(one, effect)), key=lambda one: _alike(one, effect), default=None
        )
        yield "effects, recall", float(found is not None)
        if found:
            interval = list(found.ci) if found.ci else None
            yield "interval and P", float((interval, found.p or None) == (effect["ci"], effect["p"]))


def f1(cell: Cell | None, wanted: str | None) -> float:
    """Return how much the words of a cell overlap with those wanted."""
    words, right = (Counter(re.findall(r"\w+", text.lower())) for text in (cell.text if cell else "", wanted or ""))
    return 2 * (words & right).total() / max(1, words.total() + right.total())


def _alike(effect: Effect, wanted: Mapping[str, Any]) -> tuple[bool, int]:
    """Return how alike the words of an effect are to those wanted, where several have the value."""
    words, found = (set(re.findall(r"[\w.%]+", text)) for text in (wanted["span"], effect.span.text))
    return effect.value == wanted["value"], len(words & found)


def _is_found(effect: Effect, wanted: Mapping[str, Any]) -> bool:
    """Return True if an effect has the value wanted, or that of another arm within the words wanted."""
    if effect.value == wanted["value"]:
        return True
    words, found = " ".join(wanted["span"].split()), " ".join(effect.span.text.split())
    is_same = found[:12] in words or f"{wanted['value']:g}" in found
    return is_same and f"{effect.value:g}" in words
