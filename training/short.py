"""The ranker of short answers: what it learns from, and how its weights are made.

It learns from BioASQ's questions to train on that have an exact answer, each asked of the records that are relevant to
it: a span that names an item of the answer is right, every other one wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.corpora import Part, bioasq, build_library, by_pmid, joined, part_of, read_rows
from index import Library
from index.analysis.terms import terms
from qa.answer import Source
from qa.evidence.reranked import rerank_evidence
from qa.evidence.scoring import Evidence
from qa.generation.asked import AskedFor, asked_for
from qa.generation.short_answer import features_of, mentions_of
from qa.generation.span_ranker import BUCKETS, HASHED_SCALE
from qa.question.analysis import analyse
from qa.reranking.reranker import DEFAULT_RERANKER, load_reranker
from qa.retrieval import MAX_SOURCES

Array = NDArray[np.float32]

_LEAST_LIKE = 0.65
"""The likeness of a span and an accepted name from which the span is partly right."""
_MORE_WORDS = 2
"""Index terms that a span may have beside those of a name."""
_LONGER = 0.9
"""How right a span is that names the answer with further words."""


@dataclass(frozen=True, slots=True)
class ShortRecipe:
    """How the ranker is trained: penalties on the squares of the words' and the other weights, steps of L-BFGS."""

    words_penalty: float = 1e-4
    penalty: float = 1e-4
    steps: int = 60


@dataclass(frozen=True, slots=True)
class Example:
    """A question with an exact answer and the evidence for it; `items` are the answer's, each with its names."""

    question: str
    is_list: bool
    items: tuple[tuple[str, ...], ...]
    asked: AskedFor
    evidence: tuple[Evidence, ...]


def make_short(data: Path, work: Path, out: Path, recipe: ShortRecipe, *, say: Callable[[str], None]) -> None:
    """Train the ranker and write its weights to `out`."""
    rows = []
    for example in examples(data, work, "train"):
        mentions = mentions_of(example.asked, example.evidence)
        if mentions:
            numeric, hashed = features_of(mentions, example.asked, example.evidence)
            right = [rightness(mention.text, example.items) for mention in mentions]
            rows.append((np.array(numeric, np.float32), np.array(hashed), np.array(right, np.float32)))
        if len(rows) % 100 == 0:
            say(f"{len(rows)} questions with evidence")
    numeric_weights, hashed_weights = fit(rows, recipe)
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        out / "weights.npz", allow_pickle=False, numeric=numeric_weights, hashed=hashed_weights.astype(np.float16)
    )
    say(f"{len(rows)} questions; written to {out}")


def examples(data: Path, work: Path, part: Part) -> Iterable[Example]:
    """Yield BioASQ's factoids and lists of a part, each with the sentences of its first relevant records."""
    records = by_pmid(read_rows(data / "bioasq" / "passages.jsonl.gz"))
    reranker = load_reranker(DEFAULT_RERANKER)
    with Library.open(build_library(bioasq(data), work)) as library:
        for row in read_rows(data / "bioasq" / "questions.jsonl"):
            if row["type"] not in ("factoid", "list") or not row["exact_answer"] or part_of(row["id"]) != part:
                continue
            relevant = [pmid for pmid in row["pmids"] if pmid in records][:MAX_SOURCES]
            sources = [Source(number, joined(pmid, records[pmid])) for number, pmid in enumerate(relevant, start=1)]
            query = library.parse(row["question"])
            evidence = rerank_evidence(query, sources, library=library, reranker=reranker)
            asked = asked_for(analyse(row["question"], encoder=library.encoder), query)
            yield Example(row["question"], row["type"] == "list", _items(row), asked, tuple(evidence))


def rightness(text: str, items: Iterable[Sequence[str]]) -> float:
    """Return how right a span is, 0 to 1: what it shares with the accepted name that is likest to it."""
    return max((_likeness(terms(text), terms(name)) for item in items for name in item), default=0.0)


def fit(rows: Sequence[tuple[Array, NDArray[np.int_], Array]], recipe: ShortRecipe) -> tuple[Array, Array]:
    """Return the weights of a logistic regression by L-BFGS; a question weighs by the root of its mentions."""
    import torch

    x, y = (torch.from_numpy(np.concatenate([row[part] for row in rows])) for part in (0, 2))
    buckets = torch.from_numpy(np.concatenate([row[1] for row in rows]))
    weights = torch.cat([torch.full((len(row[0]),), len(row[0]) ** -0.5) for row in rows])
    weights = weights / weights.mean()
    mean, deviation = x.mean(dim=0), x.std(dim=0) + 1e-6
    mean[0], deviation[0] = 0.0, 1.0  # the feature that is always 1
    x = (x - mean) / deviation
    numeric, words = torch.zeros(x.shape[1], requires_grad=True), torch.zeros(BUCKETS, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [numeric, words], max_iter=recipe.steps, history_size=10, line_search_fn="strong_wolfe"
    )

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = x @ numeric + HASHED_SCALE * words[buckets].sum(dim=1)
        entropy = torch.nn.functional.binary_cross_entropy_with_logits(scores, y, reduction="none")
        penalty = recipe.penalty * (numeric**2).sum() + recipe.words_penalty * (words**2).sum()
        total = (entropy * weights).mean() + penalty
        total.backward()
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    plain = (numeric / deviation).detach()
    plain[0] -= float((plain * mean).sum())
    return plain.numpy(), words.detach().numpy()


def _items(row: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    items = [row["exact_answer"]] if row["type"] == "factoid" else row["exact_answer"]
    return tuple(tuple(item) for item in items)


def _likeness(span: Sequence[str], name: Sequence[str]) -> float:
    """Return the F1 of the terms of a span and a name, or what it is at least worth when it holds the whole name."""
    shared = len(set(span) & set(name))
    if not shared:
        return 0.0
    likeness = 2 * shared / (len(set(span)) + len(set(name)))
    if len(span) <= len(name) + _MORE_WORDS and f" {' '.join(name)} " in f" {' '.join(span)} ":
        return max(likeness, _LONGER)
    return likeness if likeness >= _LEAST_LIKE else 0.0
