"""Checkpoints of our own models: eight-bit weights in a folder, with their configuration, recipe and digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderError

FORMAT = 1
_WEIGHTS = "weights.safetensors"
SCALE = ".scale"
"""What the name of a tensor of scales adds to that of its matrix in eight bits."""

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Stored:
    """A kind of model, "reranker" or "encoder", with the cure for an unreadable one and its former name."""

    name: str
    cure: str
    former_name: str = ""

    def path(self, folder: Path) -> Path:
        """Return the file in which a model describes itself, also one that an earlier version wrote."""
        former = folder / f"{self.former_name}.json"
        return former if self.former_name and former.is_file() else folder / f"{self.name}.json"


@dataclass(frozen=True, slots=True)
class About:
    """A checkpoint's description: the network's configuration, how it was trained, and on which lists."""

    config: Mapping[str, Any]
    recipe: Mapping[str, Any]
    lists_sha256: str
    weights_sha256: str = ""
    format: int = FORMAT


def is_stored(folder: Path, kind: Stored) -> bool:
    """Return True if a folder holds a checkpoint of this kind."""
    return kind.path(folder).is_file()


def save_weights(folder: Path, kind: Stored, state: Mapping[str, NDArray[np.float32]], about: About) -> About:
    """Write a checkpoint to a folder, and return its description with the digest of its weights.

    Matrices are rounded to eight bits, each row by its own scale (its largest number becomes 127); other tensors, a
    thousandth of all numbers, stay as they are.
    """
    from safetensors.numpy import save

    folder.mkdir(parents=True, exist_ok=True)
    rounded: dict[str, NDArray[Any]] = {}
    for name, tensor in sorted(state.items()):
        if tensor.ndim == 2:
            scale = np.maximum(np.abs(tensor).max(axis=1, keepdims=True), 1e-12) / 127
            rounded[name] = np.rint(tensor / scale).astype(np.int8)
            rounded[name + SCALE] = scale.astype(np.float32)
        else:
            rounded[name] = tensor.astype(np.float32)
    data = save(rounded)
    described = About(about.config, about.recipe, about.lists_sha256, hashlib.sha256(data).hexdigest())
    (folder / _WEIGHTS).write_bytes(data)
    kind.path(folder).write_text(json.dumps(asdict(described), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return described


def read_about(folder: Path, kind: Stored) -> About:
    """Return a checkpoint's description. Raises EncoderError when it is missing or of another version."""
    path = kind.path(folder)
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        about = About(**fields)
    except (OSError, ValueError, TypeError) as error:
        raise EncoderError(
            f"the {kind.name} in {folder} is damaged: {path.name} cannot be read; {kind.cure}"
        ) from error
    if about.format != FORMAT:
        raise EncoderError(
            f"the {kind.name} in {folder} is of format {about.format}, this version reads {FORMAT}; {kind.cure}"
        )
    return about


def checked_sha256(folder: Path, kind: Stored) -> str:
    """Return the SHA-256 of a checkpoint's weights. Raises EncoderError when its description has another."""
    about = read_about(folder, kind)
    try:
        with (folder / _WEIGHTS).open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError(f"the {kind.name} in {folder} has no weights that can be read; {kind.cure}") from error
    if sha256 != about.weights_sha256:
        raise EncoderError(
            f"the {kind.name}'s weights in {folder} are damaged "
            f"(SHA-256 {sha256[:12]}…, not {about.weights_sha256[:12]}…); {kind.cure}"
        )
    return sha256


def read_tensors(folder: Path) -> dict[str, NDArray[Any]]:
    """Return the tensors by name as they are stored: matrices in eight bits, with their scales beside them."""
    from safetensors.numpy import load_file

    return load_file(folder / _WEIGHTS)


def read_state(folder: Path) -> Weights:
    """Return the weights by name, in float32."""
    stored = read_tensors(folder)
    return {
        name: (tensor.astype(np.float32) * stored[name + SCALE] if name + SCALE in stored else tensor)
        for name, tensor in stored.items()
        if not name.endswith(SCALE)
    }
