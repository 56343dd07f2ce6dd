"""The entailment network, from pairs to a folder of weights: first general pairs, then biomedical ones."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from index.analysis.inflection import american_text
from index.analysis.normalization import on_the_line
from index.embedding.checkpoint import About, Stored, checked_sha256, is_stored, read_about, read_state, save_weights
from qa.reranking.inputs import ENTAILMENT, ENTAILMENT_LAYOUT, OUTPUTS, RERANKER, STANCES, TOKENIZER
from qa.reranking.network import RerankerNetwork, load_network
from training.batches import Ids, Pair, bare_tokenizer, padded
from training.fit import Recipe, Run, Say, device_name, process
from training.pairs import Labelled

_CLASS_WEIGHTS = (1.0, 1.25, 0.85)
_SMOOTHED = 0.05
_POOL = 24
_SCORED = 64


@dataclass(frozen=True, slots=True)
class EntailmentRecipe(Recipe):
    """The recipe of the entailment network.

    `epochs` are those over the biomedical pairs, among which `replayed` general ones are mixed an epoch; the general
    ones are gone through once before, `general` of them. Embeddings and the `frozen` lowest layers stay as they are.
    """

    epochs: int = 3
    lists_per_batch: int = 24
    learning_rate: float = 7e-5
    general_learning_rate: float = 8e-5
    general: int = 16_000
    replayed: int = 500
    frozen: int = 2


@dataclass(frozen=True, slots=True)
class PairBatch:
    """Pairs as token rows, shape (pairs, tokens), with their labels."""

    input_ids: Ids
    attention_mask: Ids
    token_type_ids: Ids
    labels: Ids


class PairBatches:
    """Batches of pairs of like length by a tokenizer, which is asked once for each text."""

    def __init__(self, tokenizer_file: Path, per_batch: int) -> None:
        """Make batches of so many pairs."""
        self._tokenizer = bare_tokenizer(tokenizer_file)
        self._per_batch = per_batch
        self._known: dict[str, list[int]] = {}

    def tokens(self, text: str) -> list[int]:
        """Return a text's tokens, as the network is asked with it."""
        if text not in self._known:
            self._known[text] = self._tokenizer.encode(american_text(on_the_line(text)), add_special_tokens=False).ids
        return self._known[text]

    def pair(self, one: Labelled) -> Pair:
        """Return the tokens of a pair, and the segment of each."""
        return ENTAILMENT_LAYOUT.laid_out(self.tokens(one.text), self.tokens(one.premise), self.tokens(one.title))

    def of_epoch(self, pairs: Sequence[Labelled], seed: int) -> Iterator[PairBatch]:
        """Yield an epoch's batches in an order of the seed; pairs of like length come together."""
        dice = random.Random(seed)
        drawn = list(pairs)
        dice.shuffle(drawn)
        for first in range(0, len(drawn), self._per_batch * _POOL):
            pool = [(self.pair(one), one.label) for one in drawn[first : first + self._per_batch * _POOL]]
            pool.sort(key=lambda one: len(one[0][0]))
            batches = [pool[start : start + self._per_batch] for start in range(0, len(pool), self._per_batch)]
            dice.shuffle(batches)
            for batch in batches:
                yield PairBatch(*padded([pair for pair, _ in batch]), np.array([label for _, label in batch]))

    def count(self, pairs: int) -> int:
        """Return how many batches so many pairs make."""
        return -(-pairs // self._per_batch)


def make_entailment(
    general: Sequence[Labelled],
    biomedical: Sequence[Labelled],
    tuning: Sequence[Labelled],
    start: Path,
    out: Path,
    recipe: EntailmentRecipe,
    *,
    say: Say,
) -> None:
    """Train the network from a reranker's weights or an entailment network's, and write it; a stopped run goes on."""
    kind = ENTAILMENT if is_stored(start, ENTAILMENT) else RERANKER
    about = read_about(start, kind)
    network = _started(start, kind, about.config, recipe.frozen)
    batches = PairBatches(start / TOKENIZER, recipe.lists_per_batch)
    drawn = random.Random(recipe.seed).sample(list(general), min(recipe.general, len(general)))
    if drawn:
        first = replace(recipe, epochs=1, learning_rate=recipe.general_learning_rate)
        _train(network, batches, drawn, (), first, out / "general", say)
    _train(network, batches, biomedical, general, recipe, out / "run", say)
    if process()[0]:
        return  # the first process of torchrun writes
    state = {name: tensor.detach().float().cpu().numpy() for name, tensor in network.state_dict().items()}
    told = asdict(recipe) | {"start_sha256": checked_sha256(start, kind), "trained_on": device_name()}
    told |= {"general": len(drawn), "biomedical": len(biomedical)}
    if kind is ENTAILMENT:
        told["went_on_from"] = about.recipe
    known = save_weights(out, ENTAILMENT, state, About(about.config, told, ""))
    shutil.copy(start / TOKENIZER, out / TOKENIZER)
    network.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in read_state(out).items()})
    say(f"written to {out}, weights {known.weights_sha256[:12]}; as they are stored:")
    tell(network, batches, tuning, say)
    for name in ("general", "run"):
        shutil.rmtree(out / name, ignore_errors=True)


def _started(start: Path, kind: Stored, config: object, frozen: int) -> RerankerNetwork:
    """Return the network with the weights in a folder; of a reranker's head those of the stances."""
    network = RerankerNetwork(config, outputs=len(STANCES))  # type: ignore[arg-type]
    state = load_network(start, kind, len(STANCES if kind is ENTAILMENT else OUTPUTS)).state_dict()
    for name in ("head.weight", "head.bias"):
        state[name] = state[name][-len(STANCES) :]
    network.load_state_dict(state)
    network.bert.embeddings.requires_grad_(False)
    network.bert.encoder.layer[:frozen].requires_grad_(False)
    return network


def _train(
    network: RerankerNetwork,
    batches: PairBatches,
    pairs: Sequence[Labelled],
    replayed: Sequence[Labelled],
    recipe: EntailmentRecipe,
    folder: Path,
    say: Say,
) -> None:
    def of_epoch(seed: int) -> Iterator[PairBatch]:
        again = random.Random(seed).sample(list(replayed), min(recipe.replayed, len(replayed)))
        mine = islice(batches.of_epoch([*pairs, *again], seed), process()[0], None, process()[1])
        return islice(mine, steps)

    steps = batches.count(len(pairs) + min(recipe.replayed, len(replayed))) // process()[1]
    run = Run(network, of_epoch, lambda batch: loss(network, batch), recipe, folder, steps=steps)
    for line in run.train():
        if not process()[0]:
            say(line)


def loss(network: torch.nn.Module, batch: PairBatch) -> torch.Tensor:
    """Return the cross-entropy of a batch, labels smoothed and weighted."""
    device = next(network.parameters()).device
    rows = [torch.from_numpy(one).to(device) for one in (batch.input_ids, batch.attention_mask, batch.token_type_ids)]
    with torch.autocast(device.type, dtype=torch.bfloat16):
        outputs = network(*rows)
    labels, weights = torch.from_numpy(batch.labels).to(device), torch.tensor(_CLASS_WEIGHTS, device=device)
    return functional.cross_entropy(outputs.float(), labels, weights, label_smoothing=_SMOOTHED)


def score(network: torch.nn.Module, batches: PairBatches, pairs: Sequence[Labelled]) -> NDArray[np.float32]:
    """Return the chances of the three labels for each pair, shape (pairs, 3)."""
    network.eval()
    rows = [batches.pair(one) for one in pairs]
    order = sorted(range(len(rows)), key=lambda at: len(rows[at][0]))
    chances = np.empty((len(rows), len(STANCES)), dtype=np.float32)
    with torch.inference_mode():
        for first in range(0, len(order), _SCORED):
            these = order[first : first + _SCORED]
            inputs = [torch.from_numpy(one) for one in padded([rows[at] for at in these])]
            device = next(network.parameters()).device
            outputs = network(*(one.to(device) for one in inputs)).float()
            chances[these] = torch.softmax(outputs, dim=1).cpu().numpy()
    return chances


def tell(network: torch.nn.Module, batches: PairBatches, pairs: Sequence[Labelled], say: Say) -> None:
    """Say for each kind of pair how many are told rightly, and how well each label is told from the rest."""
    chances = score(network, batches, pairs)
    for kind in dict.fromkeys(one.kind for one in pairs):
        at = [place for place, one in enumerate(pairs) if one.kind == kind]
        labels, given = np.array([pairs[place].label for place in at]), chances[at]
        areas = ", ".join(f"{name} {_auroc(given[:, n], labels == n):.3f}" for n, name in enumerate(STANCES))
        right = float((given.argmax(axis=1) == labels).mean())
        say(f"  {kind} ({len(at)}): right {right:.3f}; AUROC {areas}")


def _auroc(values: NDArray[np.float32], is_one: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve, NaN where there is but one kind.

    >>> _auroc(np.array([0.1, 0.9], dtype=np.float32), np.array([False, True]))
    1.0
    """
    order = values.argsort(kind="stable").argsort(kind="stable") + 1
    ones, others = int(is_one.sum()), int((~is_one).sum())
    if not ones or not others:
        return float("nan")
    return float((order[is_one].sum() - ones * (ones + 1) / 2) / (ones * others))
