"""Any cross-encoder of sentence-transformers in the reranker's place, by name or folder."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.embedding.pretrained import weights_sha256
from index.environment import refuse_telemetry
from index.errors import EncoderError
from qa.reranking.protocol import Candidate, PairScore

_BATCH = 16


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder. It may be used from many threads."""

    def __init__(self, name: str, folder: Path) -> None:
        """Load a cross-encoder from a folder. Raises EncoderError when it is none."""
        if not _is_cross_encoder(folder):
            raise EncoderError(f"{name} is no cross-encoder: it gives no score for a pair; give a re-ranking model")
        self.name = name
        self.sha256 = weights_sha256(folder)
        refuse_telemetry()
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
        """Return the score of each text, read under its title, for both log-odds; of stances it knows nothing."""
        pairs = [(question, f"{one.context} {one.text}".strip()) for one in candidates]
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
