"""The encoder, from the lists and a reranker as its teacher to a folder of weights."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from index.embedding.checkpoint import About, read_state, save_weights
from index.embedding.pretrained import weights_sha256
from qa.reranking.network import load_network
from training.batches import Batches, bare_tokenizer
from training.encoder_batches import EncoderBatches
from training.encoder_loss import EncoderLoss, EncoderRecipe
from training.fit import Run, Say, device_name
from training.lists import TRAIN, digest, read_lists
from training.searched import Searched, ndcg, searched_sets

from index.embedding.pretrained import ENCODER  # isort: skip

_SHARES = (1.0, 0.75, 0.5, 0.25, 0.0)
"""Of the starting weights, tried one after the other where there is data to try them on."""

Weights = Mapping[str, NDArray[np.float32]]


def make_encoder(
    lists_path: Path, start: Path, teacher: Path, out: Path, recipe: EncoderRecipe, *, data: Path | None, say: Say
) -> None:
    """Fine-tune the bi-encoder in `start` on the lists, average it with what it was, and write it to `out`.

    With `data`, nDCG@10 on the questions to tune by is said for several shares of the starting weights. A run that was
    stopped goes on from its last whole epoch.
    """
    lists = [one for one in read_lists(lists_path) if one.part == TRAIN]
    batches = _batches(start, recipe.lists_per_batch)
    network = SentenceTransformer(str(start)).float()
    before = _state(network)
    reranker = load_network(teacher).to(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    run = Run(
        network,
        lambda seed: batches.of_epoch(lists, seed),
        EncoderLoss(network, reranker, recipe),
        recipe,
        out / "run",
        steps=batches.count(lists),
    )
    for line in run.train():
        say(line)
    tuned = _state(network)
    sets = searched_sets(data, batches) if data else {}
    for share in _SHARES if data else ():
        _tell(network, _mixed(before, tuned, share), sets, f"{share:.2f} of the starting weights", say)
    about = About({}, asdict(recipe) | _made_of(start, teacher), digest(lists_path))
    known = save_weights(out, ENCODER, _mixed(before, tuned, recipe.kept), about)
    _tell(network, read_state(out), sets, f"written to {out}, weights {known.weights_sha256[:12]}; as stored", say)
    shutil.rmtree(out / "run")


def _batches(start: Path, lists_per_batch: int) -> EncoderBatches:
    return EncoderBatches(Batches(bare_tokenizer(start / "tokenizer.json"), lists_per_batch), lists_per_batch)


def _made_of(start: Path, teacher: Path) -> dict[str, str]:
    return {
        "start_sha256": weights_sha256(start),
        "teacher_sha256": weights_sha256(teacher),
        "trained_on": device_name(),
    }


def _state(network: torch.nn.Module) -> dict[str, NDArray[np.float32]]:
    return {name: one.detach().float().cpu().numpy().copy() for name, one in network.state_dict().items()}


def _mixed(before: Weights, tuned: Weights, share: float) -> dict[str, NDArray[np.float32]]:
    return {name: share * before[name] + (1 - share) * one for name, one in tuned.items()}


def _tell(network: torch.nn.Module, state: Weights, sets: Mapping[str, Searched], what: str, say: Say) -> None:
    network.load_state_dict({name: torch.from_numpy(one) for name, one in state.items()})
    figures: Sequence[str] = [f"{name} {ndcg(network, one):.4f}" for name, one in sets.items()]  # type: ignore
    say(": ".join([what, ", ".join(figures)]) if figures else what)
