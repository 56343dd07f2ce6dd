"""Reranking by any cross-encoder of sentence-transformers, by name or folder."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.embedding.pretrained import weights_sha256
from index.environment import prepare_models
from index.errors import EncoderError
from qa.reranking.protocol import Candidate, PairScore

_BATCH = 16


class CrossEncoderReranker:
    """Reranker over a sentence-transformers CrossEncoder. Safe from many threads."""

    def __init__(self, name: str, folder: Path) -> None:
        """Load a cross-encoder from a folder. Raises EncoderError when the folder holds none."""
        if not _is_cross_encoder(folder):
            raise EncoderError(f"{name} is no cross-encoder: it gives no score for a pair; give a re-ranking model")
        self.name = name
        self.sha256 = weights_sha256(folder)
        prepare_models()
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

    def score(self, question: str, candidates: Sequence[Candidate]) -> list[PairScore]:
        """Return the model's one score of each candidate, context first, as both log-odds; stances are None."""
        pairs = [(question, f"{candidate.context} {candidate.text}".strip()) for candidate in candidates]
        if not pairs:
            return []
        with self._lock:
            scores = self._model.predict(
                pairs, batch_size=_BATCH, show_progress_bar=False, activation_fn=_as_it_is, convert_to_numpy=True
            )
        return [PairScore(float(score), float(score)) for score in scores]


def _as_it_is(score: Any) -> Any:  # noqa: ANN401 - a tensor, which passes through
    return score


def _is_cross_encoder(folder: Path) -> bool:
    """Return True if a folder says that it holds one: sentence-transformers puts a random head on any other model."""
    saved, config = (_read(folder / name) for name in ("config_sentence_transformers.json", "config.json"))
    architectures = config.get("architectures") or []
    return saved.get("model_type") == "CrossEncoder" or any(
        "ForSequenceClassification" in name for name in architectures
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return fields if isinstance(fields, dict) else {}
