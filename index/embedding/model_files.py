"""Where the files of a model are, and the digest that its weights are known by."""

from __future__ import annotations

import hashlib
from pathlib import Path

from index.environment import refuse_telemetry
from index.errors import EncoderError


def model_folder(name: str, kind: str, otherwise: str) -> Path:
    """Return the folder of a model: the one named, or the model hub's local copy, fetched if need be.

    `kind` is what the message calls it, `otherwise` what can be done without it. Raises EncoderError.
    """
    if Path(name).is_dir():
        return Path(name)
    refuse_telemetry()
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
