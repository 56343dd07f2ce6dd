"""Cross-encoders of ours as they run: pairs of texts in, the network's outputs out.

Compiled by OpenVINO for this CPU, or run by torch where that cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.analysis.inflection import american_text
from index.analysis.normalization import on_the_line
from index.embedding.checkpoint import Stored, read_about, read_tensors
from index.embedding.openvino_runtime import CompiledNetwork, TokenRow, load_compiled_or_plain, save
from index.errors import EncoderError
from qa.reranking.inputs import TOKENIZER, PairLayout
from qa.reranking.protocol import Candidate

_PAIRS = 2
"""Pairs in every batch: two cores then wait for one another less, and fewer tokens are padding (12 % instead of 20)."""
Run = Callable[[Sequence[TokenRow]], NDArray[np.float32]]


class PairNetwork:
    """One of our cross-encoders. Safe from many threads."""

    def __init__(self, tokenizer: Path, kind: Stored, layout: PairLayout, run: Run) -> None:
        """Read the tokenizer of a model's folder or cache. Raises ValueError when it is missing or damaged."""
        from tokenizers import Tokenizer

        self._layout, self._run = layout, run
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # tokenizers raises nothing narrower
            raise ValueError(f"the {kind.name}'s {tokenizer} is missing or damaged: {error}; {kind.cure}") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def outputs(self, pairs: Sequence[tuple[str, Candidate]]) -> NDArray[np.float32]:
        """Return the network's outputs of each pair, shape (pairs, outputs); every text is tokenized once."""
        texts = list(
            dict.fromkeys(
                text for question, candidate in pairs for text in (question, candidate.text, candidate.context)
            )
        )
        encoded = self._tokenizer.encode_batch(
            [american_text(on_the_line(text)) for text in texts], add_special_tokens=False
        )
        ids = {text: encoding.ids for text, encoding in zip(texts, encoded, strict=True)}
        return self._run(
            [
                self._layout.laid_out(ids[question], ids[candidate.text], ids[candidate.context])
                for question, candidate in pairs
            ]
        )


def load_pair_network(folder: Path, kind: Stored, sha256: str, layout: PairLayout, outputs: int) -> PairNetwork:
    """Load a cross-encoder of ours from its folder. Raises EncoderError when a file is missing or damaged."""
    return load_compiled_or_plain(
        f"the {kind.name}",
        sha256,
        compiled=partial(_compiled, kind, layout, outputs),
        fill=partial(_write_graph, folder, kind),
        plain=partial(plain_pair_network, folder, kind, layout, outputs),
    )


def _compiled(kind: Stored, layout: PairLayout, outputs: int, cache: Path) -> PairNetwork:
    network = CompiledNetwork(cache, outputs)
    return PairNetwork(cache / TOKENIZER, kind, layout, lambda rows: network.run([rows], of_rows=_PAIRS))


def _write_graph(folder: Path, kind: Stored, cache: Path) -> None:
    from index.embedding.arithmetic import fastest
    from index.embedding.bert_graph import mean_pooled, one_layer

    tokenizer = (folder / TOKENIZER).read_text(encoding="utf-8")
    tensors, config, prefix = read_tensors(folder), read_about(folder, kind).config, "bert."
    hints = fastest(one_layer(tensors, config, prefix), config["hidden_size"])
    model = mean_pooled(tensors, config, prefix, "head")
    save(model, cache, tokenizer=tokenizer, settings={"pad_id": 0, "hints": hints})


def plain_pair_network(folder: Path, kind: Stored, layout: PairLayout, outputs: int) -> PairNetwork:
    """Load a cross-encoder of ours to be run by torch. Raises EncoderError when a file is missing or damaged."""
    from qa.reranking.network import load_network, run_network

    try:
        return PairNetwork(folder / TOKENIZER, kind, layout, partial(run_network, load_network(folder, kind, outputs)))
    except ValueError as error:
        raise EncoderError(str(error)) from error
