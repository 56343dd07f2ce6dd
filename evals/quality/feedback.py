"""What people marked good or bad on the page, as test cases: python -m evals feedback --libraries DIR --out FOLDER

A folder is written for each library, of the kind that `python -m evals understanding --cases` takes. Of a good answer
the same sources and the same verdict are expected, of a refusal marked good a refusal; of a bad one that it is not said
again, of a refusal marked bad an answer. The remark, the answer and the settings stand beside each case.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evals.report import Figures, parser_of, show, table
from index import Filters, Library
from index.errors import InputError
from index.records import to_json
from qa import Answer
from ui.history.records import RatedTurn
from ui.history.store import FILE, ConversationStore

COLUMNS = ("good", "bad", "remarks", "cases")


def case_of(rated: RatedTurn) -> dict[str, Any] | None:
    """Return the row of a test set that a marked answer makes; None for a remark alone, or where there is no answer."""
    exchange, answer = rated.exchange, rated.exchange.answer
    if answer is None or not exchange.mark:
        return None
    return {
        "kind": "marked good" if exchange.mark > 0 else "marked bad",
        "question": exchange.question,
        "turns": [one.question for one in rated.before if one.answer],
        "filters": {name: value for name, value in asdict(_own_filters(answer)).items() if value},
        "expect": _good(answer) if exchange.mark > 0 else _bad(answer),
        "remark": exchange.remark,
        "answer": answer.text,
        "library_digest": answer.library_digest,
        "model": answer.model,
        "settings": dict(answer.settings),
    }


def _own_filters(answer: Answer) -> Filters:
    """Return the filters of an answer where the question itself says none; else they are read of it anew."""
    return answer.filters if answer.said_filters == Filters() and not answer.filters_in_words else Filters()


def _good(answer: Answer) -> dict[str, Any]:
    if answer.abstained:
        return {"abstains": True}
    cited = list(dict.fromkeys(one.pmid for sentence in answer.sentences for one in sentence.citations))
    stance = {"stance": answer.headline.verdict} if answer.headline else {}
    return {"cites_all": cited, **stance} if cited else {"says": [answer.text]}


def _bad(answer: Answer) -> dict[str, Any]:
    return {"abstains": False} if answer.abstained else {"says_none": [answer.text]}


def write_cases(rated: Sequence[RatedTurn], libraries: Path, out: Path) -> dict[str, Figures]:
    """Write a set for each library that is there, and return the counts by library."""
    rows: dict[str, Figures] = {}
    for name in dict.fromkeys(one.library for one in rated):
        turns = [one for one in rated if one.library == name]
        cases = [case for case in map(case_of, turns) if case] if (libraries / name / "library.db").is_file() else []
        rows[name] = {
            "good": sum(one.exchange.mark > 0 for one in turns),
            "bad": sum(one.exchange.mark < 0 for one in turns),
            "remarks": sum(bool(one.exchange.remark) for one in turns),
            "cases": len(cases),
        }
        if cases:
            _write(out / name, libraries / name, cases)
    return rows


def _write(folder: Path, library: Path, cases: Sequence[dict[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(case, ensure_ascii=False) for case in cases]
    (folder / "questions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with Library.open(library) as opened, (folder / "library.jsonl").open("w", encoding="utf-8") as file:
        pmids = opened.pmids()
        for start in range(0, len(pmids), 1000):
            for abstract in opened.get_many(pmids[start : start + 1000]).values():
                file.write(json.dumps(to_json(abstract), ensure_ascii=False) + "\n")


def main(argv: Sequence[str] | None = None) -> None:
    """Write the sets, and print how many marks of each kind there are."""
    parser = parser_of("feedback", __doc__)
    parser.add_argument("--libraries", type=Path, metavar="DIR", default=Path("libraries"), help="the page's folder")
    parser.add_argument("--out", type=Path, metavar="FOLDER", required=True, help="where the sets are written")
    arguments = parser.parse_args(argv)
    file = arguments.libraries / FILE
    if not file.is_file():
        raise InputError(f"{file} does not exist; give the folder of the page's libraries with --libraries DIR")
    store = ConversationStore(file)
    try:
        rows = write_cases(store.rated(), arguments.libraries, arguments.out)
    finally:
        store.close()
    show(table("Answers that people marked on the page", list(COLUMNS), rows))
    for name, row in rows.items():
        if row["cases"]:
            show(f"python -m evals understanding --cases {arguments.out / name}")
