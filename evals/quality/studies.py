"""How well studies are read out of abstracts: python -m evals studies --data DIR

The annotated abstracts of the test sets' folder evidence-table. Labels are held against the annotated one (strict) and
also against others that are right (lenient); population and intervention by the F1 of their words; of the annotated
effects those count as found whose words or value are there, the value being that of any arm.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.corpora import read_rows
from evals.report import show, table, write_results
from index import Abstract, Section
from qa.studies.reading import read_study
from qa.studies.records import Cell, Effect, Study

_Scores = Iterator[tuple[str, float]]


def main(argv: Sequence[str]) -> None:
    """Print the table for the abstracts of patients, those of laboratories, and all."""
    parser = argparse.ArgumentParser(prog="python -m evals studies", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder with the test sets")
    folder: Path = parser.parse_args(argv).data
    rows = measured(folder)
    columns = list(rows["all"])
    by_measure = {column: {name: row.get(column) for name, row in rows.items()} for column in columns}
    show(table("Studies read out of abstracts", list(rows), by_measure))
    write_results("studies", by_measure)


def measured(folder: Path) -> dict[str, dict[str, float]]:
    """Return the mean of each measure, by source of the abstracts and over all."""
    scores: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    rows, abstracts = read_rows(folder / "evidence-table" / "studies.jsonl"), _abstracts(folder)
    also_right = json.loads((folder / "evidence-table" / "also-right.json").read_text("utf-8"))
    for row in rows:
        study = read_study(abstracts[row["pmid"]])
        for measure, score in _scores(study, row, also_right.get(row["pmid"], {})):
            scores[row["source"]][measure].append(score)
            scores["all"][measure].append(score)
    return {
        name: {key: sum(of) / len(of) for key, of in row.items()} for name, row in sorted(scores.items(), reverse=True)
    }


def _abstracts(folder: Path) -> dict[str, Abstract]:
    clinical = read_rows(folder / "pubmedqa" / "corpus.jsonl.gz")
    plain = read_rows(folder / "abstracts" / "abstracts.jsonl.gz")
    abstracts = {
        row["pmid"]: Abstract(row["pmid"], row["title"], (Section("", "", row["abstract"]),) if row["abstract"] else ())
        for row in plain
    }
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
            yield f"{field}, F1 of words", _f1(getattr(study, field), row[field])
    yield "comparator present or absent", float((study.comparator is None) == (row["comparator"] is None))
    for effect in row["effects"]:
        found = next((one for one in study.effects if _is_found(one, effect)), None)
        yield "effects, recall", float(found is not None)
        if found:
            interval = list(found.ci) if found.ci else None
            yield "interval and P", float((interval, found.p or None) == (effect["ci"], effect["p"]))


def _f1(cell: Cell | None, wanted: str | None) -> float:
    words, right = (Counter(re.findall(r"\w+", text.lower())) for text in (cell.text if cell else "", wanted or ""))
    return 2 * (words & right).total() / max(1, words.total() + right.total())


def _is_found(effect: Effect, wanted: Mapping[str, Any]) -> bool:
    """Return True if an effect has the value wanted, or that of another arm within the words wanted."""
    if effect.value == wanted["value"]:
        return True
    words = " ".join(wanted["span"].split())
    return " ".join(effect.span.text.split())[:12] in words and f"{effect.value:g}" in words
