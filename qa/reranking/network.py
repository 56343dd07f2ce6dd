"""The cross-encoder's network in torch: BERT, the mean of its last layer, and the outputs of a pair."""

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

from index.embedding.checkpoint import Stored, read_about, read_state
from index.embedding.openvino_runtime import TokenRow
from index.errors import EncoderError
from qa.reranking.inputs import OUTPUTS, RERANKER


class RerankerNetwork(torch.nn.Module):
    """A cross-encoder (Nogueira and Cho 2019, arXiv:1901.04085) over mean-pooled tokens."""

    def __init__(self, config: Mapping[str, Any], *, dropout: float = 0.0, outputs: int = len(OUTPUTS)) -> None:
        """Build the network of a BERT configuration with so many outputs, with random weights."""
        super().__init__()
        bert_config = BertConfig(**config)
        bert_config.hidden_dropout_prob = bert_config.attention_probs_dropout_prob = dropout
        self.bert = BertModel(bert_config, add_pooling_layer=False)
        self.dropout = torch.nn.Dropout(dropout)
        self.head = torch.nn.Linear(bert_config.hidden_size, outputs)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Return the outputs of each pair, shape (pairs, outputs); all inputs have shape (pairs, tokens)."""
        tokens = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        kept = attention_mask.unsqueeze(-1).to(tokens.dtype)
        pooled = (tokens * kept).sum(dim=1) / kept.sum(dim=1)
        outputs: torch.Tensor = self.head(self.dropout(pooled))
        return outputs


def load_network(folder: Path, kind: Stored = RERANKER, outputs: int = len(OUTPUTS)) -> RerankerNetwork:
    """Return the network in a folder. Raises EncoderError when its weights are not of its configuration."""
    about = read_about(folder, kind)
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # it warns of a loss that nobody asked for
    try:
        network = RerankerNetwork(about.config, outputs=outputs)
        network.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in read_state(folder).items()})
    except (OSError, RuntimeError, ValueError, TypeError, KeyError, SafetensorError) as error:
        reason = str(error).splitlines()[0]
        raise EncoderError(f"the {kind.name} in {folder} is not one that this version can read: {reason}") from error
    return network.eval()


def run_network(network: RerankerNetwork, rows: Sequence[TokenRow]) -> NDArray[np.float32]:
    """Return the outputs of each row (tokens and segments), shape (rows, outputs); rows are run one by one."""
    outputs = []
    with torch.inference_mode():
        for ids, segments in rows:
            tokens, types = (torch.tensor([list(row)]) for row in (ids, segments))
            outputs.append(network(tokens, torch.ones_like(tokens), types)[0].numpy())
    return np.array(outputs, dtype=np.float32)
