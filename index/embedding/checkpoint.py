"""The weights of a model of our own in its folder: rounded to eight bits, with how they were made and their digest."""

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
_WEIGHTS, _SCALE = "weights.safetensors", ".scale"

State = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Stored:
    """A kind of model, "reranker" or "encoder": what to do when one cannot be read, its name in earlier versions."""

    name: str
    cure: str
    former_name: str = ""

    def path(self, folder: Path) -> Path:
        """Return the file in which a model describes itself, also one that an earlier version wrote."""
        former = folder / f"{self.former_name}.json"
        return former if self.former_name and former.is_file() else folder / f"{self.name}.json"


@dataclass(frozen=True, slots=True)
class About:
    """What a model says of itself: the network's configuration, how it was trained, and on which lists."""

    config: Mapping[str, Any]
    recipe: Mapping[str, Any]
    lists_sha256: str
    weights_sha256: str = ""
    format: int = FORMAT


def is_stored(folder: Path, kind: Stored) -> bool:
    """Tell whether a folder holds a model of this kind and making."""
    return kind.path(folder).is_file()


def save_weights(folder: Path, kind: Stored, state: Mapping[str, NDArray[np.float32]], about: About) -> About:
    """Write a model to a folder, and return what it says of itself, the digest of its weights included.

    Matrices are rounded to eight bits, each row by its own scale (its largest number becomes 127); the rest, a
    thousandth of all, stays as it is.
    """
    from safetensors.numpy import save

    folder.mkdir(parents=True, exist_ok=True)
    rounded: dict[str, NDArray[Any]] = {}
    for name, tensor in sorted(state.items()):
        if tensor.ndim == 2:
            scale = np.maximum(np.abs(tensor).max(axis=1, keepdims=True), 1e-12) / 127
            rounded[name] = np.rint(tensor / scale).astype(np.int8)
            rounded[name + _SCALE] = scale.astype(np.float32)
        else:
            rounded[name] = tensor.astype(np.float32)
    data = save(rounded)
    known = About(about.config, about.recipe, about.lists_sha256, hashlib.sha256(data).hexdigest())
    (folder / _WEIGHTS).write_bytes(data)
    kind.path(folder).write_text(json.dumps(asdict(known), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return known


def read_about(folder: Path, kind: Stored) -> About:
    """Return what a model says of itself. Raises EncoderError when that is missing or of another version."""
    path = kind.path(folder)
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        about = About(**read)
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
    """Return the SHA-256 of a model's weights. Raises EncoderError when they are not those that it was saved with."""
    about = read_about(folder, kind)
    try:
        with (folder / _WEIGHTS).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError(f"the {kind.name} in {folder} has no weights that can be read; {kind.cure}") from error
    if found != about.weights_sha256:
        raise EncoderError(
            f"the {kind.name}'s weights in {folder} are damaged "
            f"(SHA-256 {found[:12]}…, not {about.weights_sha256[:12]}…); {kind.cure}"
        )
    return found


def read_state(folder: Path) -> State:
    """Return the weights as they are computed with, by name."""
    from safetensors.numpy import load_file

    stored = load_file(folder / _WEIGHTS)
    return {
        name: (tensor.astype(np.float32) * stored[name + _SCALE] if name + _SCALE in stored else tensor)
        for name, tensor in stored.items()
        if not name.endswith(_SCALE)
    }
