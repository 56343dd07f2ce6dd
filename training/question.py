"""The classifier of questions: what it learns from, and how its weights are made.

It learns from templates over real names (question_templates.txt, whose blocks begin with "kind | relation", with names
in {slots} and choices in brackets; question_names.txt), and kinds from BioASQ's questions too: those
to train on, of which yes/no and list are kinds as they stand, a factoid is a short answer or a number, and a summary
is taken only where its kind is plain.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evals.corpora import part_of, read_rows
from index.embedding.encoder import Encoder, load_encoder
from qa.question.classifier import BUCKETS, VECTOR_SCALE, WORDS_SCALE, word_buckets

if TYPE_CHECKING:
    import torch

Array = NDArray[np.float32]

_TEMPLATES, _NAMES = (Path(__file__).with_name(f"question_{name}.txt") for name in ("templates", "names"))
_TOPICS = ("drug", "disease", "gene", "food")
"""The slots whose names may stand in {topic}."""
_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_ENTREATIES = (
    "Please tell me: {}", "According to the literature, {}", "Based on these abstracts, {}",
    "{} Please cite your sources.", "I would like to know: {}", "In the abstracts, {}", "Can you tell me {}",
)  # fmt: skip
_BATCH = 512
_NUMBER = re.compile(r"how (?:many|much|often|long|common)\b|what (?:is the )?(?:prevalence|incidence|percentage|dose)")
_SUMMARY_KINDS = (
    ("overview", re.compile(r"describe|summari|explain|what (?:is|are) (?:the )?(?:role|function)\b", re.I)),
    ("overview", re.compile(r"what (?:is|are) (?!.* of )\S+(?: \S+){0,3}\Z", re.I)),
    ("short answer", re.compile(r"how|why|what is the mechanism", re.I)),
)


@dataclass(frozen=True, slots=True)
class QuestionRecipe:
    """How the classifier is trained: fillings of each template, penalty on the weights' squares, steps of L-BFGS."""

    fillings: int = 12
    penalty: float = 1e-4
    steps: int = 80
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question with its kind and relation; None where the relation is unknown."""

    question: str
    kind: str
    relation: str | None


def make_question(data: Path, out: Path, recipe: QuestionRecipe, *, say: Callable[[str], None]) -> None:
    """Train the classifier and write its weights to `out`."""
    encoder = load_encoder()
    rows = [*from_templates(recipe), *from_bioasq(data)]
    say(f"{len(rows):,} questions, {sum(row.relation is not None for row in rows):,} of them with a relation")
    names = [sorted({row.kind for row in rows}), sorted({row.relation for row in rows if row.relation is not None})]
    vectors, buckets = _vectors(encoder, rows), [word_buckets(row.question) for row in rows]
    both: list[list[Array]] = []
    alone: list[list[Array]] = []
    for of, labels in zip(("kind", "relation"), names, strict=True):
        chosen = [number for number, row in enumerate(rows) if getattr(row, of) is not None]
        wanted = [labels.index(getattr(rows[number], of)) for number in chosen]
        words = [buckets[number] for number in chosen]
        both.append(fit(vectors[chosen], words, wanted, recipe))
        alone.append(fit(np.zeros((len(chosen), 0), np.float32), words, wanted, recipe))
    vector, words_, bias = (np.concatenate([head[part] for head in both], axis=-1) for part in range(3))
    _, only, only_bias = (np.concatenate([head[part] for head in alone], axis=-1) for part in range(3))
    out.mkdir(parents=True, exist_ok=True)
    halves = {"vector": vector, "words": words_, "bias": bias, "alone": only, "alone_bias": only_bias}
    np.savez_compressed(
        out / "weights.npz",
        allow_pickle=False,
        kinds=np.array(names[0]),
        relations=np.array(names[1]),
        encoder_sha256=np.array(encoder.sha256),
        **{name: weights.astype(np.float16) for name, weights in halves.items()},
    )
    say(f"written to {out}")


def from_templates(recipe: QuestionRecipe) -> list[Labelled]:
    """Return the questions that templates make, each once, some within the words of a request."""
    draw, names = random.Random(recipe.seed), slot_names()
    rows: dict[str, Labelled] = {}
    for kind, relation, template in templates():
        for _ in range(recipe.fillings):
            question = _filled(template, names, draw)
            if kind != "talk" and draw.random() < 0.12:
                question = draw.choice(_ENTREATIES).format(question[:1].lower() + question[1:])
            if draw.random() < 0.15:
                question = question.rstrip("?.!")
            rows.setdefault(question, Labelled(question, kind, relation))
    return list(rows.values())


def templates() -> Iterator[tuple[str, str, str]]:
    """Yield each template with its kind and relation."""
    for block in re.split(r"\n\s*\n", _TEMPLATES.read_text(encoding="utf-8").strip()):
        head, *lines = block.splitlines()
        kind, _, relation = head.partition("|")
        yield from ((kind.strip(), relation.strip(), line.strip()) for line in lines)


def slot_names() -> dict[str, list[str]]:
    """Return the names that may stand in each slot of a template."""
    lines = _NAMES.read_text(encoding="utf-8").splitlines()
    names = {slot: listed.split(", ") for slot, _, listed in (line.partition(": ") for line in lines)}
    return names | {"topic": [name for slot in _TOPICS for name in names[slot]]}


def from_bioasq(data: Path) -> Iterator[Labelled]:
    """Yield BioASQ's questions to train on, with the kinds that their types tell."""
    for row in read_rows(data / "bioasq" / "questions.jsonl"):
        question = row["question"].strip()
        kind = _kind(row["type"], question) if part_of(row["id"]) == "train" else None
        if kind:
            yield Labelled(question, kind, None)


def fit(vectors: Array, words: Sequence[Sequence[int]], labels: Sequence[int], recipe: QuestionRecipe) -> list[Array]:
    """Return the weights of the vectors and the words, and the biases, of a logistic regression by L-BFGS.

    A label that is rarer weighs more, by the root of how much rarer it is.
    """
    import torch

    x, y, many = torch.from_numpy(VECTOR_SCALE * vectors), torch.tensor(labels), max(labels) + 1
    flat = torch.tensor([bucket for row in words for bucket in row])
    starts = torch.tensor(np.cumsum([0, *map(len, words)])[:-1])
    weights = torch.tensor([WORDS_SCALE / len(row) ** 0.5 for row in words for _ in row], dtype=torch.float32)
    counts = torch.bincount(y, minlength=many).float()
    rarity = (counts.mean() / counts).sqrt()[y]
    learnt = [torch.zeros(size, requires_grad=True) for size in ((x.shape[1], many), (BUCKETS, many), (many,))]
    optimizer = torch.optim.LBFGS(learnt, max_iter=recipe.steps, history_size=10, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        bag = torch.nn.functional.embedding_bag(flat, learnt[1], starts, mode="sum", per_sample_weights=weights)
        entropy = torch.nn.functional.cross_entropy(x @ learnt[0] + bag + learnt[2], y, reduction="none")
        total = (entropy * rarity).mean() + recipe.penalty * sum((part**2).sum() for part in learnt[:2])
        total.backward()
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return [part.detach().numpy() for part in learnt]


def _kind(type_: str, question: str) -> str | None:
    """Return the kind of a question of BioASQ, None where its type does not tell."""
    if type_ == "factoid":
        return "number" if _NUMBER.match(question.lower()) else "short answer"
    if type_ == "summary":
        return next((kind for kind, pattern in _SUMMARY_KINDS if pattern.match(question.rstrip("?"))), None)
    return {"yesno": "yes/no", "list": "list"}[type_]


def _filled(template: str, names: Mapping[str, Sequence[str]], draw: random.Random) -> str:
    """Return a template with a choice in each bracket and a name in each slot, one time in three in small letters."""
    text = template
    while _CHOICE.search(text):
        text = _CHOICE.sub(lambda match: draw.choice(match[1].split("|")), text)
    text = re.sub(r"\{(\w+)\}", lambda match: draw.choice(names[match[1]]), text)
    text = re.sub(r"\s+(?=[?:,!])", "", " ".join(text.split()))
    return (text[:1].upper() if draw.random() < 0.7 else text[:1].lower()) + text[1:]


def _vectors(encoder: Encoder, rows: Sequence[Labelled]) -> Array:
    return np.concatenate(
        [
            encoder.encode([row.question for row in rows[start : start + 512]], kind="query")
            for start in range(0, len(rows), 512)
        ]
    )
