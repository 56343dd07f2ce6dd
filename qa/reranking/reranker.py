"""The reranker: a small cross-encoder that scores a question and a text together.

Retrieve, then re-rank (Nogueira and Cho 2019, arXiv:1901.04085): search finds candidates fast, the reranker judges each
pair anew, at far more cost. Ours lies in models/reranker, made by `python -m training reranker`, and is compiled for
the CPU as the encoder is. Another cross-encoder can take its place, or none.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.analysis.inflection import american_text
from index.analysis.normalization import on_the_line
from index.embedding.checkpoint import checked_sha256, is_stored, read_about, read_tensors
from index.embedding.openvino_runtime import CompiledNetwork, TokenRow, is_compiled, load_compiled_or_plain, save
from index.embedding.pretrained import model_folder
from index.errors import EncoderError
from qa.reranking.inputs import OUTPUTS, RERANKER, TOKENIZER, laid_out
from qa.reranking.protocol import Candidate, PairScore, Reranker, score_pairs

DEFAULT_RERANKER = "reranker"
NO_RERANKER = "none"
_FOLDER = Path(__file__).parents[2] / "models" / "reranker"
_PAIRS = 2
"""Pairs in every batch: two cores then wait for one another less, and fewer tokens are padding (12 % instead of 20)."""
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
    return load_compiled_or_plain(
        "the reranker",
        sha256,
        compiled=partial(CompiledReranker, name, sha256),
        fill=partial(_write_graph, folder),
        plain=partial(PlainReranker, name, sha256, folder),
    )


def _write_graph(folder: Path, cache: Path) -> None:
    from index.embedding.arithmetic import fastest
    from index.embedding.bert_graph import mean_pooled, one_layer

    tokenizer = (folder / TOKENIZER).read_text(encoding="utf-8")
    tensors, config, prefix = read_tensors(folder), read_about(folder, RERANKER).config, "bert."
    hints = fastest(one_layer(tensors, config, prefix), config["hidden_size"])
    model = mean_pooled(tensors, config, prefix, "head")
    save(model, cache, tokenizer=tokenizer, settings={"pad_id": 0, "hints": hints})


class _OwnReranker:
    """Base of both ways of running our reranker: the layout of pairs, and the meaning of the outputs."""

    def __init__(self, name: str, sha256: str, tokenizer: Path) -> None:
        from tokenizers import Tokenizer

        self.name = name
        self.sha256 = sha256
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # tokenizers raises nothing narrower
            raise ValueError(f"the reranker's {tokenizer} is missing or damaged: {error}; {RERANKER.cure}") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def score(self, question: str, candidates: Sequence[Candidate]) -> list[PairScore]:
        return self.score_pairs([(question, candidate) for candidate in candidates])

    def score_pairs(self, pairs: Sequence[tuple[str, Candidate]]) -> list[PairScore]:
        if not pairs:
            return []
        texts = list(dict.fromkeys(text for question, one in pairs for text in (question, one.text, one.context)))
        encoded = self._tokenizer.encode_batch(
            [american_text(on_the_line(text)) for text in texts], add_special_tokens=False
        )
        ids = {text: encoding.ids for text, encoding in zip(texts, encoded, strict=True)}
        outputs = self._run([laid_out(ids[question], ids[one.text], ids[one.context]) for question, one in pairs])
        stances = np.exp(outputs[:, 2:] - outputs[:, 2:].max(axis=1, keepdims=True))
        stances /= stances.sum(axis=1, keepdims=True)
        return [
            PairScore(float(odds[0]), float(odds[1]), (float(stance[0]), float(stance[1]), float(stance[2])))
            for odds, stance in zip(outputs[:, :2], stances, strict=True)
        ]

    def _run(self, rows: Sequence[TokenRow]) -> NDArray[np.float32]:
        raise NotImplementedError


class CompiledReranker(_OwnReranker):
    """Our reranker compiled by OpenVINO."""

    def __init__(self, name: str, sha256: str, cache: Path) -> None:
        """Load it from its cache folder. Raises OpenVINO's own errors."""
        self._network = CompiledNetwork(cache, len(OUTPUTS))
        super().__init__(name, sha256, cache / TOKENIZER)

    def _run(self, rows: Sequence[TokenRow]) -> NDArray[np.float32]:
        return self._network.run([rows], of_rows=_PAIRS)


class PlainReranker(_OwnReranker):
    """Our reranker run by torch itself."""

    def __init__(self, name: str, sha256: str, folder: Path) -> None:
        """Load it from its folder. Raises EncoderError when a file is missing or damaged."""
        try:
            super().__init__(name, sha256, folder / TOKENIZER)
        except ValueError as error:
            raise EncoderError(str(error)) from error
        from qa.reranking.network import load_network

        self.network = load_network(folder)

    def _run(self, rows: Sequence[TokenRow]) -> NDArray[np.float32]:
        from qa.reranking.network import run_network

        return run_network(self.network, rows)
