"""The reader, from the data to a folder of weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from index.errors import InputError
from index.model_files import weights_sha256
from index.stored_weights import About, read_about, read_state, save_weights
from qa.reader_network import ReaderNetwork
from qa.reader_weights import READER, TOKENIZER
from training.batches import Batches
from training.fit import Run, Say, device_name
from training.lists import TRAIN, TextList, digest, read_lists
from training.reader_loss import ReaderLoss, ReaderRecipe
from training.tuned import tuned

_HEAD_SEED = 20261127
"""Of the head's first weights: all runs begin at one place, so that their ends can be averaged."""
_CONFIG = (
    "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act",
    "max_position_embeddings", "type_vocab_size", "layer_norm_eps",
)  # fmt: skip


def make_reader(lists_path: Path, start: Path, out: Path, recipe: ReaderRecipe, *, say: Say) -> None:
    """Train a reader on the lists from the weights in `start`, and write it to `out`.

    A run that was stopped goes on from its last whole epoch; what it keeps for that is taken away at the end.
    """
    config = _config(start) | {"num_hidden_layers": recipe.layers}
    lists = _wanted(read_lists(lists_path), recipe)
    tokenizer = Tokenizer.from_file(str(start / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    batches = Batches(tokenizer, recipe.lists_per_batch)
    network = _started(config, start)
    to_train = [one for one in lists if one.part == TRAIN]
    run = Run(
        network,
        lambda seed: batches.of_epoch(to_train, seed),
        ReaderLoss(network, recipe),
        recipe,
        out / "run",
        steps=batches.count(to_train),
    )
    for line in run.train():
        say(line)
        _tell(network, batches, lists, say)
    say("averaged over the last steps:")
    _tell(network, batches, lists, say)
    state = {name: tensor.detach().float().cpu().numpy() for name, tensor in network.state_dict().items()}
    about = About(config, _recipe(recipe, start), digest(lists_path))
    known = save_weights(out, READER, state, about)
    shutil.copy(start / TOKENIZER, out / TOKENIZER)
    network.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in read_state(out).items()})
    say(f"written to {out}, weights {known.weights_sha256[:12]}; as they are stored:")
    _tell(network, batches, lists, say)
    shutil.rmtree(out / "run")


def average_readers(folders: Sequence[Path], out: Path) -> None:
    """Write the average of readers of one recipe to a folder. Raises InputError when they differ in more than seeds."""
    abouts = [read_about(folder, READER) for folder in folders]
    first = abouts[0]
    if any((one.config, one.lists_sha256) != (first.config, first.lists_sha256) for one in abouts):
        raise InputError("these readers are of different networks or lists: only seeds may differ")
    states = [read_state(folder) for folder in folders]
    mean = {name: np.mean([state[name] for state in states], axis=0) for name in states[0]}
    recipe = dict(first.recipe) | {"seeds": [one.recipe["seed"] for one in abouts]}
    recipe.pop("seed")
    save_weights(out, READER, mean, About(first.config, recipe, first.lists_sha256))
    shutil.copy(folders[0] / TOKENIZER, out / TOKENIZER)


def _wanted(lists: Sequence[TextList], recipe: ReaderRecipe) -> list[TextList]:
    """Return the lists of the kinds that a recipe takes, with or without contexts; those to tune by are all kept."""
    kept = [one for one in lists if one.part != TRAIN or one.kind not in recipe.without]
    if recipe.with_context:
        return kept
    return [replace(one, texts=tuple(replace(text, context="") for text in one.texts)) for one in kept]


def _config(start: Path) -> dict[str, object]:
    try:
        read = json.loads((start / "config.json").read_text(encoding="utf-8"))
        return {name: read[name] for name in _CONFIG}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{start} holds no BERT to start from (config.json: {error}); give a folder that transformers saved one to"
        ) from error


def _started(config: dict[str, object], start: Path) -> ReaderNetwork:
    """Return the network with the bi-encoder's weights below, and a head of the seed's above."""
    torch.manual_seed(_HEAD_SEED)
    network = ReaderNetwork(config, dropout=0.1)
    weights = load_file(start / "model.safetensors")
    missing, _ = network.bert.load_state_dict({name: one.float() for name, one in weights.items()}, strict=False)
    if any("position_ids" not in name for name in missing):
        raise InputError(f"{start} lacks weights of the network ({', '.join(missing[:3])}); give another with --start")
    return network


def _recipe(recipe: ReaderRecipe, start: Path) -> dict[str, object]:
    return asdict(recipe) | {"start_sha256": weights_sha256(start), "trained_on": device_name()}


def _tell(network: ReaderNetwork, batches: Batches, lists: Sequence[TextList], say: Say) -> None:
    for kind, row in tuned(network, batches, lists).items():
        say(f"  {kind}: " + ", ".join(f"{name} {value:.3f}".removesuffix(".000") for name, value in row.items()))
