"""The reranker: a small cross-encoder that scores a question and a text together.

Retrieve, then re-rank (Nogueira and Cho 2019, arXiv:1901.04085): search finds candidates fast, the reranker judges each
pair anew, at far more cost. Ours lies in models/reranker, made by `python -m training reranker`, and is compiled for
the CPU as the encoder is. Another cross-encoder can take its place, or none.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from index.embedding.checkpoint import checked_sha256, is_stored
from index.embedding.openvino_runtime import is_compiled
from index.embedding.pretrained import model_folder
from qa.reranking.inputs import OUTPUTS, RERANKER, RERANKER_LAYOUT
from qa.reranking.pairs import PairNetwork, load_pair_network
from qa.reranking.protocol import Candidate, PairScore, Reranker, score_pairs

DEFAULT_RERANKER = "reranker"
NO_RERANKER = "none"
_FOLDER = Path(__file__).parents[2] / "models" / "reranker"
_loading = threading.Lock()
_loaded: dict[str, Reranker] = {}
"""The rerankers in use, by the SHA-256 of their weights: all assistants share them."""


def load_reranker(name: str = DEFAULT_RERANKER) -> Reranker | None:
    """Load a reranker: the one in models/, any cross-encoder by folder or hub name, or None for "none".

    Raises EncoderError when it is missing, damaged, or no cross-encoder.
    """
    if name == NO_RERANKER:
        return None
    is_ours = name == DEFAULT_RERANKER
    folder = _FOLDER if is_ours else model_folder(name, "reranker", "do without one by --reranker none")
    if not is_ours and not is_stored(folder, RERANKER):
        from qa.reranking.cross_encoder import CrossEncoderReranker

        return CrossEncoderReranker(name, folder)
    sha256 = checked_sha256(folder, RERANKER)
    with _loading:
        if sha256 not in _loaded:
            load = _LoadedBehind if is_compiled(sha256) else _load
            _loaded[sha256] = load(name, sha256, folder)
        return _loaded[sha256]


class _LoadedBehind:
    """A reranker that loads in a thread of its own while search goes on; the first score waits for it."""

    def __init__(self, name: str, sha256: str, folder: Path) -> None:
        self.name = name
        self.sha256 = sha256
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="loading-reranker")
        self._reranker = pool.submit(_load, name, sha256, folder)
        pool.shutdown(wait=False)

    def score(self, question: str, candidates: Sequence[Candidate]) -> list[PairScore]:
        return self._reranker.result().score(question, candidates)

    def score_pairs(self, pairs: Sequence[tuple[str, Candidate]]) -> list[PairScore]:
        return score_pairs(self._reranker.result(), pairs)


def _load(name: str, sha256: str, folder: Path) -> Reranker:
    return OwnReranker(name, sha256, load_pair_network(folder, RERANKER, sha256, RERANKER_LAYOUT, len(OUTPUTS)))


class OwnReranker:
    """Our reranker: the meaning of the network's outputs."""

    def __init__(self, name: str, sha256: str, network: PairNetwork) -> None:
        """Score by a network of five outputs."""
        self.name = name
        self.sha256 = sha256
        self._network = network

    def score(self, question: str, candidates: Sequence[Candidate]) -> list[PairScore]:
        """Return the score of each candidate, in their order; texts that are too long are cut."""
        return self.score_pairs([(question, candidate) for candidate in candidates])

    def score_pairs(self, pairs: Sequence[tuple[str, Candidate]]) -> list[PairScore]:
        """Return the score of each pair of a question and a candidate, in their order."""
        if not pairs:
            return []
        outputs = self._network.outputs(pairs)
        stances = np.exp(outputs[:, 2:] - outputs[:, 2:].max(axis=1, keepdims=True))
        stances /= stances.sum(axis=1, keepdims=True)
        return [
            PairScore(float(odds[0]), float(odds[1]), (float(stance[0]), float(stance[1]), float(stance[2])))
            for odds, stance in zip(outputs[:, :2], stances, strict=True)
        ]
