"""Re-ranking what was found by a cross-encoder, which reads the question and a passage together.

Retrieve, then re-rank (Nogueira and Cho 2019, arXiv:1901.04085): a bi-encoder finds candidates fast, a cross-encoder
judges each pair anew, at far more cost. None comes with AskAbstracts: it is named by whoever has one.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.errors import EncoderError
from index.model_files import model_folder, weights_sha256

_BATCH = 16


class Reranker:
    """A sentence-transformers CrossEncoder. It may be used from many threads."""

    def __init__(self, name: str) -> None:
        """Load a cross-encoder from a folder, or by its name on the model hub. Raises EncoderError without one."""
        folder = model_folder(name, "re-ranker", "leave the flag out to search without one")
        if not _is_cross_encoder(folder):
            raise EncoderError(f"{name} is no cross-encoder: it gives no score for a pair; give a re-ranking model")
        self.name = name
        self.sha256 = weights_sha256(folder)
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._model = CrossEncoder(str(folder), device="cpu")
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            reason = str(error).splitlines()[0]
            raise EncoderError(f"{name} is no cross-encoder that sentence-transformers can load: {reason}") from error
        if self._model.num_labels != 1:
            raise EncoderError(f"{name} gives {self._model.num_labels} scores a pair; give a re-ranker that gives one")
        self._lock = threading.Lock()

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return how well each text answers the question, higher is better; only their order means anything."""
        pairs = [(question, text) for text in texts]
        if not pairs:
            return []
        with self._lock:
            return [float(one) for one in self._model.predict(pairs, batch_size=_BATCH, show_progress_bar=False)]


def _is_cross_encoder(folder: Path) -> bool:
    """Tell whether a folder says that it holds one: else a head of random weights would be put upon any model."""
    saved, made = (_read(folder / name) for name in ("config_sentence_transformers.json", "config.json"))
    architectures = made.get("architectures") or []
    return saved.get("model_type") == "CrossEncoder" or any("ForSequenceClassification" in one for one in architectures)


def _read(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
