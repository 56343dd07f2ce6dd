"""BERT as an OpenVINO graph, straight from a checkpoint's matrices in eight bits: compiling it needs no torch.

The network is that of Devlin et al. 2019 (arXiv:1810.04805) without its pooler, under the mean of its last layer and,
for a cross-encoder, one linear layer; a test compares its outputs with those of torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.checkpoint import SCALE
from index.embedding.openvino_runtime import INPUTS, load_openvino

_PARTS = ("query", "key", "value")
Node = Any
"""A node of an OpenVINO graph; the package has no type hints."""


def mean_pooled(tensors: Mapping[str, NDArray[Any]], config: Mapping[str, Any], prefix: str, head: str = "") -> Node:
    """Return the model (an openvino.Model) of a checkpoint: token ids in, shape (rows, tokens), outputs a row out.

    `tensors` are a checkpoint's as stored, names of the network's begin with `prefix`. Without `head` it has two inputs
    and gives the mean of the tokens; with one, that linear layer of the mean, and a third input, the segments. Raises
    KeyError or ValueError when the tensors are not those of such a network.
    """
    if config.get("hidden_act", "gelu") != "gelu":
        raise ValueError(f"the activation {config['hidden_act']} is not gelu")
    if any(name.startswith(f"{prefix}encoder.layer.{config['num_hidden_layers']}.") for name in tensors):
        raise ValueError(f"the network has more than {config['num_hidden_layers']} layers")
    return _Bert(tensors, config, prefix).model(head)


def one_layer(tensors: Mapping[str, NDArray[Any]], config: Mapping[str, Any], prefix: str) -> Node:
    """Return the first layer of such a model by itself, to be timed: inputs are token vectors and their mask."""
    return _Bert(tensors, config, prefix).layer()


class _Bert:
    """Builder of one graph."""

    def __init__(self, tensors: Mapping[str, NDArray[Any]], config: Mapping[str, Any], prefix: str) -> None:
        self._openvino = load_openvino()
        from openvino import opset13

        self._op = opset13
        self._tensors, self._prefix = tensors, prefix
        self._eps = float(config["layer_norm_eps"])
        self._layers, self._heads = int(config["num_hidden_layers"]), int(config["num_attention_heads"])
        self._size = int(config["hidden_size"])

    def model(self, head: str) -> Node:
        """Return the whole model."""
        op = self._op
        names = INPUTS if head else INPUTS[:2]
        inputs = [op.parameter([-1, -1], np.int64, name=name) for name in names]
        for node, name in zip(inputs, names, strict=True):
            node.output(0).tensor.set_names({name})
        ids, mask = inputs[:2]
        kept = op.unsqueeze(op.convert(mask, "f32"), op.constant(2, np.int64))
        attended = op.unsqueeze(op.convert(mask, "boolean"), op.constant([1, 2], np.int64))
        tokens = self._embedded(ids, inputs[2] if head else None)
        for layer in range(self._layers):
            tokens = self._layer(tokens, attended, f"encoder.layer.{layer}.")
        pooled = op.divide(self._sum(op.multiply(tokens, kept)), self._sum(kept))
        if head:
            weight = op.constant(self._dense(head + ".weight"))
            pooled = op.add(op.matmul(pooled, weight, False, True), op.constant(self._tensors[head + ".bias"]))
        return self._openvino.Model([pooled], inputs)

    def layer(self) -> Node:
        """Return the model of the first layer alone."""
        op = self._op
        tokens, mask = op.parameter([-1, -1, self._size], np.float32), op.parameter([-1, -1], np.int64)
        attended = op.unsqueeze(op.convert(mask, "boolean"), op.constant([1, 2], np.int64))
        return self._openvino.Model([self._layer(tokens, attended, "encoder.layer.0.")], [tokens, mask])

    def _sum(self, tokens: Node) -> Node:
        return self._op.reduce_sum(tokens, self._op.constant(1, np.int64), keep_dims=False)

    def _embedded(self, ids: Node, segments: Node | None) -> Node:
        op = self._op
        words = self._rows("word_embeddings", ids)
        zero, one = op.constant(0, np.int64), op.constant(1, np.int64)
        places = op.range(zero, op.gather(op.shape_of(ids), one, zero), one, "i64")
        segment = self._rows("token_type_embeddings", zero if segments is None else segments)
        summed = op.add(op.add(words, segment), self._rows("position_embeddings", places))
        return self._normalized(summed, "embeddings.LayerNorm")

    def _rows(self, table: str, ids: Node) -> Node:
        """Return rows of a table that stays in eight bits: in float32 it would be half of a process's memory."""
        op, zero = self._op, self._op.constant(0, np.int64)
        whole, scale = self._in_eight_bits(f"embeddings.{table}.weight")
        rows, scales = (op.gather(op.constant(numbers), ids, zero) for numbers in (whole, scale))
        return op.multiply(op.convert(rows, "f32"), scales)

    def _layer(self, tokens: Node, attended: Node, name: str) -> Node:
        op = self._op
        query, key, value = (self._by_head(self._linear(tokens, f"{name}attention.self.{part}")) for part in _PARTS)
        seen = op.scaled_dot_product_attention(query, key, value, attended)
        together = op.reshape(self._swapped(seen), op.constant([0, 0, self._size], np.int64), special_zero=True)
        attention = op.add(self._linear(together, f"{name}attention.output.dense"), tokens)
        attention = self._normalized(attention, f"{name}attention.output.LayerNorm")
        inner = op.gelu(self._linear(attention, f"{name}intermediate.dense"), "erf")
        return self._normalized(
            op.add(self._linear(inner, f"{name}output.dense"), attention), f"{name}output.LayerNorm"
        )

    def _by_head(self, tokens: Node) -> Node:
        shape = self._op.constant([0, 0, self._heads, self._size // self._heads], np.int64)
        return self._swapped(self._op.reshape(tokens, shape, special_zero=True))

    def _swapped(self, tokens: Node) -> Node:
        return self._op.transpose(tokens, self._op.constant([0, 2, 1, 3], np.int64))

    def _linear(self, tokens: Node, name: str) -> Node:
        op = self._op
        whole, scale = self._in_eight_bits(name + ".weight")
        weight = op.multiply(op.convert(op.constant(whole), "f32"), op.constant(scale))
        return op.add(op.matmul(tokens, weight, False, True), op.constant(self._vector(name + ".bias")))

    def _normalized(self, tokens: Node, name: str) -> Node:
        op = self._op
        even = op.mvn(tokens, op.constant([-1], np.int64), True, self._eps, "inside_sqrt")
        scaled = op.multiply(even, op.constant(self._vector(name + ".weight")))
        return op.add(scaled, op.constant(self._vector(name + ".bias")))

    def _vector(self, name: str) -> NDArray[np.float32]:
        return self._tensors[self._prefix + name].reshape(1, 1, -1)

    def _in_eight_bits(self, name: str) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
        return self._tensors[self._prefix + name], self._tensors[self._prefix + name + SCALE]

    def _dense(self, name: str) -> NDArray[np.float32]:
        whole, scale = self._tensors[name], self._tensors[name + SCALE]
        dense: NDArray[np.float32] = whole.astype(np.float32) * scale
        return dense
