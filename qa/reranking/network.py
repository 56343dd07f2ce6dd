"""The cross-encoder's network in torch: BERT, the mean of its last layer, and five outputs a pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from transformers import BertConfig, BertModel
from transformers.utils import logging

from index.embedding.checkpoint import read_about, read_state
from index.embedding.openvino_runtime import TokenRow
from index.errors import EncoderError
from qa.reranking.inputs import OUTPUTS, RERANKER


class RerankerNetwork(torch.nn.Module):
    """A cross-encoder (Nogueira and Cho 2019, arXiv:1901.04085) over mean-pooled tokens."""

    def __init__(self, config: Mapping[str, Any], *, dropout: float = 0.0) -> None:
        """Build the network of a BERT configuration, with random weights."""
        super().__init__()
        bert_config = BertConfig(**config)
        bert_config.hidden_dropout_prob = bert_config.attention_probs_dropout_prob = dropout
        self.bert = BertModel(bert_config, add_pooling_layer=False)
        self.dropout = torch.nn.Dropout(dropout)
        self.head = torch.nn.Linear(bert_config.hidden_size, len(OUTPUTS))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Return the five outputs of each pair, shape (pairs, 5); all inputs have shape (pairs, tokens)."""
        tokens = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        kept = attention_mask.unsqueeze(-1).to(tokens.dtype)
        pooled = (tokens * kept).sum(dim=1) / kept.sum(dim=1)
        outputs: torch.Tensor = self.head(self.dropout(pooled))
        return outputs


def load_network(folder: Path) -> RerankerNetwork:
    """Return the network in a reranker's folder. Raises EncoderError when its weights are not of its configuration."""
    about = read_about(folder, RERANKER)
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # it warns of a loss that nobody asked for
    try:
        network = RerankerNetwork(about.config)
        network.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in read_state(folder).items()})
    except (OSError, RuntimeError, ValueError, TypeError, KeyError, SafetensorError) as error:
        reason = str(error).splitlines()[0]
        raise EncoderError(f"the reranker in {folder} is not one that this version can read: {reason}") from error
    return network.eval()


def run_network(network: RerankerNetwork, rows: Sequence[TokenRow]) -> NDArray[np.float32]:
    """Return the five outputs of each row (tokens and segments), shape (rows, 5); rows are run one by one."""
    outputs = []
    with torch.inference_mode():
        for ids, segments in rows:
            tokens, types = (torch.tensor([list(row)]) for row in (ids, segments))
            outputs.append(network(tokens, torch.ones_like(tokens), types)[0].numpy())
    return np.array(outputs, dtype=np.float32)
