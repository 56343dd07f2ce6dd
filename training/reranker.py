"""The reranker, from the data to a folder of weights."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from index.embedding.checkpoint import About, is_stored, read_about, read_state, save_weights
from index.embedding.pretrained import weights_sha256
from index.errors import InputError
from qa.reranking.inputs import ENTAILMENT, RERANKER, TOKENIZER
from qa.reranking.network import RerankerNetwork, load_network
from training.batches import Batches, bare_tokenizer
from training.fit import Run, Say, device_name
from training.lists import TRAIN, UNLABELLED, TextList, digest, read_lists
from training.reranker_loss import RerankerLoss, RerankerRecipe
from training.taught import with_taught
from training.tuned import tell

_HEAD_SEED = 20261127
"""Of the head's first weights: all runs begin at one place, so that their ends can be averaged."""
_CONFIG = (
    "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act",
    "max_position_embeddings", "type_vocab_size", "layer_norm_eps",
)  # fmt: skip


def make_reranker(
    lists_path: Path, start: Path, out: Path, recipe: RerankerRecipe, *, taught: Path | None = None, say: Say
) -> None:
    """Train a reranker on the lists from the weights in `start`, a bi-encoder's or a reranker's, and write it to `out`.

    `taught` is a file of what a teacher says of the lists; lists that nobody labelled are left out without one. A run
    that was stopped goes on from its last whole epoch; what it keeps for that is taken away at the end.
    """
    config = _config(start, recipe.layers)
    lists = read_lists(lists_path)
    if taught:
        lists = with_taught(lists, taught, lists_path)
    lists = _wanted([one for one in lists if taught or one.kind != UNLABELLED], recipe)
    batches = Batches(bare_tokenizer(start / TOKENIZER), recipe.lists_per_batch, recipe.drawn)
    network = _started(config, start)
    if recipe.frozen:
        network.bert.embeddings.requires_grad_(False)
        network.bert.encoder.layer[: recipe.frozen].requires_grad_(False)
    to_train = [one for one in lists if one.part == TRAIN]
    run = Run(
        network,
        lambda seed: batches.of_epoch(to_train, seed),
        RerankerLoss(network, recipe),
        recipe,
        out / "run",
        steps=batches.count(to_train),
    )
    for line in run.train():
        say(line)
        tell(network, batches, lists, say)
    state = {name: tensor.detach().float().cpu().numpy() for name, tensor in network.state_dict().items()}
    about = About(config, _recipe(recipe, start, taught), digest(lists_path))
    known = save_weights(out, RERANKER, state, about)
    shutil.copy(start / TOKENIZER, out / TOKENIZER)
    network.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in read_state(out).items()})
    say(f"written to {out}, weights {known.weights_sha256[:12]}; as they are stored:")
    tell(network, batches, lists, say)
    shutil.rmtree(out / "run")


def average_rerankers(folders: Sequence[Path], out: Path) -> None:
    """Write the average of rerankers, or of entailment networks, of one network to a folder, with all their recipes.

    Raises InputError when they differ in their networks.
    """
    kind = ENTAILMENT if is_stored(folders[0], ENTAILMENT) else RERANKER
    abouts = [read_about(folder, kind) for folder in folders]
    first = abouts[0]
    if any(one.config != first.config for one in abouts):
        raise InputError("these rerankers are of different networks: only what they were trained by may differ")
    states = [read_state(folder) for folder in folders]
    mean = {name: np.mean([state[name] for state in states], axis=0) for name in states[0]}
    recipes = [dict(one.recipe) | {"lists_sha256": one.lists_sha256} for one in abouts]
    save_weights(out, kind, mean, About(first.config, {"average_of": recipes}, first.lists_sha256))
    shutil.copy(folders[0] / TOKENIZER, out / TOKENIZER)


def _wanted(lists: Sequence[TextList], recipe: RerankerRecipe) -> list[TextList]:
    """Return the lists of the kinds that a recipe takes, with or without contexts; those to tune by are all kept."""
    kept = [one for one in lists if one.part != TRAIN or one.kind not in recipe.without]
    if recipe.with_context:
        return kept
    return [replace(one, texts=tuple(replace(text, context="") for text in one.texts)) for one in kept]


def _config(start: Path, layers: int) -> dict[str, object]:
    if is_stored(start, RERANKER):
        known = dict(read_about(start, RERANKER).config)
        if known["num_hidden_layers"] != layers:
            has = known["num_hidden_layers"]
            raise InputError(
                f"the reranker in {start} has {has} layers, not {layers}; go on from it with --layers {has}"
            )
        return known
    try:
        read = json.loads((start / "config.json").read_text(encoding="utf-8"))
        return {name: read[name] for name in _CONFIG} | {"num_hidden_layers": layers}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{start} holds no BERT to start from (config.json: {error}); give a folder that transformers saved one to"
        ) from error


def _started(config: dict[str, object], start: Path) -> RerankerNetwork:
    """Return the network with a reranker's weights, or with a bi-encoder's below and a head of the seed's above."""
    torch.manual_seed(_HEAD_SEED)
    network = RerankerNetwork(config, dropout=0.1)
    if is_stored(start, RERANKER):
        network.load_state_dict(load_network(start).state_dict())
        return network
    weights = load_file(start / "model.safetensors")
    missing, _ = network.bert.load_state_dict({name: one.float() for name, one in weights.items()}, strict=False)
    if any("position_ids" not in name for name in missing):
        raise InputError(f"{start} lacks weights of the network ({', '.join(missing[:3])}); give another with --start")
    return network


def _recipe(recipe: RerankerRecipe, start: Path, taught: Path | None) -> dict[str, object]:
    """Return a recipe as the weights record it: without a teacher its share is 0; a reranker's own goes before."""
    known: dict[str, object] = asdict(recipe)
    known["taught"] = recipe.taught if taught else 0.0
    if taught:
        known["taught_sha256"] = hashlib.sha256(taught.read_bytes()).hexdigest()
    if is_stored(start, RERANKER):
        known["went_on_from"] = read_about(start, RERANKER).recipe
    return known | {"start_sha256": weights_sha256(start), "trained_on": device_name()}
