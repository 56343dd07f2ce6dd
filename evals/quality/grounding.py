"""How well it is told what a quote bears out: python -m evals grounding

Our own statements on sentences of samples/, each with one thing changed or honestly reworded; and SciFact's claims
against the sentences that support or contradict them, or say nothing of them. Beside it the cosine alone.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from evals.corpora import SEED, Corpus, build_library, part_of, read_rows, sample_abstracts, scifact_from
from evals.report import (
    OURS,
    WITH_RERANKER,
    Figures,
    library_settings,
    parser_of,
    say,
    show,
    table,
    versions,
    write_results,
)
from index import Abstract, Library
from qa.evidence.judge import Claim, Quote, read
from qa.evidence.judge import judge as the_judge
from qa.language.discourse import gives_orders
from qa.reranking.entailment import entailment_beside
from qa.reranking.protocol import Reranker
from qa.reranking.reranker import load_reranker

STATEMENTS = Path(__file__).parent / "statements.jsonl"
PARAPHRASE = "paraphrase"
HALVES = ("tuned on", "held aside")
_PACKAGES = ("sentence-transformers", "openvino", "numpy", "scikit-learn")


@dataclass(frozen=True, slots=True)
class Pair:
    """A statement and a quote of an abstract; `kind` says how they stand to one another."""

    kind: str
    statement: str
    quote: str
    context: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a pair: whether the quote was taken to bear the statement out, and their cosine.

    `chance` is the judge's chance that it does, by which pairs are ranked.
    """

    kind: str
    is_accepted: bool
    cosine: float
    chance: float


def own_pairs(abstracts: Sequence[Abstract]) -> list[Pair]:
    """Return our own statements with their quotes."""
    texts = {abstract.pmid: abstract.text for abstract in abstracts}
    return [Pair(row["kind"], row["statement"], row["quote"], texts[row["pmid"]]) for row in read_rows(STATEMENTS)]


def halves(pairs: Sequence[Pair]) -> dict[str, list[Pair]]:
    """Return the pairs in two halves by the seed, in the order of the file."""
    numbers = list(range(len(pairs)))
    random.Random(SEED).shuffle(numbers)
    first = set(numbers[: len(numbers) // 2])
    return {
        HALVES[0]: [pair for number, pair in enumerate(pairs) if number in first],
        HALVES[1]: [pair for number, pair in enumerate(pairs) if number not in first],
    }


def scifact_pairs(rows: Sequence[Mapping[str, Any]], claims: Sequence[Mapping[str, Any]]) -> list[Pair]:
    """Return SciFact's claims with each rationale joined; without evidence, with a sentence of the cited abstract.

    Nothing of a cited abstract was marked where it says nothing decisive: the sentence is drawn by the seed then.
    """
    dice = random.Random(SEED)
    by_id = {row["id"]: row for row in rows}
    pairs = []
    for claim in claims:
        for id_, evidence in claim["evidence"].items():
            row = by_id[id_]
            context = f"{row['title']}\n{' '.join(row['sentences'])}"
            for one in evidence:
                quote = " ".join(row["sentences"][number] for number in one["sentences"])
                pairs.append(Pair(one["label"], claim["claim"], quote, context))
        if not claim["evidence"]:
            row = by_id[claim["cited_doc_ids"][0]]
            context = f"{row['title']}\n{' '.join(row['sentences'])}"
            pairs.append(Pair("not enough", claim["claim"], dice.choice(row["sentences"]), context))
    return pairs


def judge(pairs: Sequence[Pair], library: Library, reranker: Reranker | None = None) -> list[Judged]:
    """Hold every statement against its quote as `qa.grounding.ground` does a language model's sentence."""
    vectors = library.encoder.encode([pair.quote for pair in pairs], kind="passage")
    judged = []
    for text, group in groupby(zip(pairs, vectors, strict=True), key=lambda one: one[0].statement):
        claim = Claim.of(text, library, entailment_beside(reranker))
        for pair, vector in group:
            title = pair.context.partition("\n")[0]
            reading = read(claim, [Quote(pair.quote, title, pair.context, vector)])
            is_accepted = the_judge().verdict(reading) == "backed" and not gives_orders(pair.quote)
            cosine = float(np.dot(vector, claim.vector))
            judged.append(Judged(pair.kind, is_accepted, cosine, the_judge().chance(reading)))
    return judged


def figures(judged: Sequence[Judged], accepted: str) -> dict[str, float | int]:
    """Return the share of what should be accepted that is, of the rest that is rejected, and the cosine's AUROC."""
    from sklearn.metrics import roc_auc_score

    right = [one for one in judged if one.kind == accepted]
    wrong = [one for one in judged if one.kind != accepted]
    by_cosine = sorted((one.cosine for one in right), reverse=True)
    kept = sum(one.is_accepted for one in right)
    threshold = by_cosine[kept - 1] if kept else 1.0  # where the cosine alone accepts as many
    return {
        "right": len(right),
        "accepted": kept / len(right),
        "wrong": len(wrong),
        "rejected": sum(not one.is_accepted for one in wrong) / len(wrong),
        "cosine rejects": sum(one.cosine < threshold for one in wrong) / len(wrong),
        "cosine AUROC": float(roc_auc_score([one.kind == accepted for one in judged], [one.cosine for one in judged])),
        "AUROC": float(roc_auc_score([one.kind == accepted for one in judged], [one.chance for one in judged])),
    }


SUMMARY = ("right", "accepted", "wrong", "rejected", "cosine rejects", "AUROC", "cosine AUROC")


def by_kind(judged: Sequence[Judged], accepted: str) -> dict[str, Figures]:
    """Return for each kind how many there are and what share was decided rightly."""
    return {
        kind: {"pairs": len(these), "right": sum(one.is_accepted == (kind == accepted) for one in these) / len(these)}
        for kind in sorted({one.kind for one in judged})
        if (these := [one for one in judged if one.kind == kind])
    }


def run(data: Path, work: Path, reranker: Reranker | None) -> str:
    """Judge everything without the reranker and with it, write the JSON and return the tables."""
    started = time.perf_counter()
    abstracts = tuple(sample_abstracts())
    rerankers = {OURS: None} | ({WITH_RERANKER: reranker} if reranker else {})
    ours: dict[str, Figures] = {}
    kinds: dict[str, dict[str, Figures]] = {}
    with Library.open(build_library(Corpus("samples", abstracts, (), ""), work)) as library:
        for half, pairs in halves(own_pairs(abstracts)).items():
            for name, one in rerankers.items():
                judged = judge(pairs, library, one)
                ours[f"{half}, {name}"] = figures(judged, PARAPHRASE)
                kinds[f"{half}, {name}"] = by_kind(judged, PARAPHRASE)
        settings = library_settings(library)
    say("our own statements done")
    theirs = _scifact(data, work, rerankers)
    result = {
        "table": "grounding",
        "own statements": ours,
        "own statements by kind": kinds,
        "SciFact": theirs,
        "settings": settings | {"seed": SEED, "reranker_sha256": reranker.sha256 if reranker else ""},
        "seconds": round(time.perf_counter() - started, 1),
        "versions": versions(_PACKAGES),
    }
    write_results("grounding", result)
    parts = [table("Our own statements: paraphrases accepted, changed statements rejected", SUMMARY, ours)]
    parts += [table(f"By kind of change, {half}", ("pairs", "right"), rows) for half, rows in kinds.items()]
    parts.append(table("SciFact, claims held aside: SUPPORT accepted, the others rejected", SUMMARY, theirs))
    return "\n\n".join(parts)


def _scifact(data: Path, work: Path, rerankers: Mapping[str, Reranker | None]) -> dict[str, Figures]:
    rows, claims = read_rows(data / "scifact" / "corpus.jsonl.gz"), read_rows(data / "scifact" / "claims.jsonl")
    pairs = scifact_pairs(rows, [claim for claim in claims if part_of(claim["id"]) == "held aside"])
    told: dict[str, Figures] = {}
    with Library.open(build_library(scifact_from(rows, claims), work)) as library:
        for name, reranker in rerankers.items():
            judged = judge(pairs, library, reranker)
            told[f"against all, {name}"] = figures(judged, "SUPPORT")
            for left_out, kind in (("not enough", "CONTRADICT"), ("CONTRADICT", "not enough")):
                those = [one for one in judged if one.kind != left_out]
                told[f"against {kind}, {name}"] = figures(those, "SUPPORT")
    return told


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = parser_of("grounding", __doc__, "--data", "--work", "--reranker")
    arguments = parser.parse_args(argv)
    show(run(arguments.data, arguments.work, load_reranker(arguments.reranker)))
