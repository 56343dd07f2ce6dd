"""Texts to vectors: a sentence-transformers model, compiled by OpenVINO for the CPU at hand.

The first use of a model converts it, weights and pooling together, and keeps the result in a cache folder under the
weights' SHA-256; later processes load that with OpenVINO and `tokenizers` alone. Ours is converted without torch;
another that cannot be converted, or whose compiled vectors are not those of sentence-transformers, is run by that. So
is every model where there is an NVIDIA GPU, on that and in half precision.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from functools import cache, partial
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from index.embedding.checkpoint import is_stored, read_tensors
from index.embedding.openvino_runtime import (
    INPUTS,
    CompiledNetwork,
    by_torch,
    load_compiled_or_plain,
    read_settings,
    save,
    traced,
)
from index.embedding.pretrained import (
    DEFAULT_ENCODER,
    ENCODER,
    MINILM,
    encoder_folder,
    encoder_sha256,
    sentence_transformer,
)

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
TextKind = Literal["query", "passage"]

_BATCH, _GPU_BATCH = 32, 512
"""Texts in a batch of sentence-transformers, on a CPU and on a GPU."""
_DRIVER = Path("/proc/driver/nvidia/version")
"""A file that is there while NVIDIA's driver is loaded."""
_FURTHEST = 0.005
"""The largest distance from 1 of the cosine of a compiled vector with sentence-transformers' own."""
_PROBES = ("Interleukin-32 raised VEGF.", "No difference was seen between the two groups of patients (P = 0.41).")
_loading = threading.Lock()
_loaded: WeakValueDictionary[tuple[str, str], _PlainEncoder | _CompiledEncoder] = WeakValueDictionary()
"""The encoders in use, by name and SHA-256 of their weights."""


class Encoder(Protocol):
    """Protocol of an embedding model: texts to vectors of length 1, so that an inner product is a cosine."""

    name: str
    sha256: str
    dimension: int
    max_tokens: int

    def encode(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        """Return one vector a text, shape (len(texts), dimension); a text beyond `max_tokens` is cut there."""

    def encode_each(self, groups: Sequence[Sequence[str]], *, kind: TextKind) -> list[Vectors]:
        """Return the vectors of each group, the same to the last bit as by `encode`, in less time."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without the special tokens at both ends."""


def load_encoder(name: str = DEFAULT_ENCODER) -> Encoder:
    """Load an embedding model: the default one, all-MiniLM-L6-v2 from its wheel, any other by folder or hub name.

    Libraries that are open at the same time share one. Raises EncoderError when the model is missing, damaged, or no
    embedding model.
    """
    folder = encoder_folder(name)
    sha256 = encoder_sha256(name, folder)
    with _loading:
        encoder = _loaded.get((name, sha256)) or _load(name, sha256, folder)
        _loaded[name, sha256] = encoder
    return encoder


def _load(name: str, sha256: str, folder: Path) -> _PlainEncoder | _CompiledEncoder:
    if _is_gpu_here():
        with by_torch:
            return _PlainEncoder(name, sha256, sentence_transformer(name, folder, device="cuda").half())
    plain = cache(lambda: _PlainEncoder(name, sha256, sentence_transformer(name, folder)))
    if is_stored(folder, ENCODER):
        return load_compiled_or_plain(
            name,
            sha256,
            compiled=partial(_CompiledEncoder, name, sha256),
            fill=partial(_write_graph, folder),
            plain=plain,
        )
    return load_compiled_or_plain(
        name,
        sha256,
        compiled=partial(_CompiledEncoder, name, sha256),
        fill=lambda folder: _convert(plain(), folder),
        plain=plain,
        deviation=lambda compiled: _deviation(compiled, plain()),
        tolerance=_FURTHEST,
    )


def _deviation(compiled: _CompiledEncoder, plain: _PlainEncoder) -> float:
    cosines = (compiled.encode(_PROBES, kind="passage") * plain.encode(_PROBES, kind="passage")).sum(axis=1)
    return 1 - float(cosines.min())


class _PlainEncoder:
    """A model run by sentence-transformers, in half precision on a GPU."""

    def __init__(self, name: str, sha256: str, model: SentenceTransformer) -> None:
        self.name = name
        self.sha256 = sha256
        self.dimension = int(model.get_embedding_dimension() or 0)
        self.max_tokens = int(model.max_seq_length or 512)
        self.model = model
        self._batch = _BATCH if model.device.type == "cpu" else _GPU_BATCH
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        encode = self.model.encode_query if kind == "query" else self.model.encode_document
        with self._lock:
            vectors = encode(list(texts), batch_size=self._batch, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def encode_each(self, groups: Sequence[Sequence[str]], *, kind: TextKind) -> list[Vectors]:
        return [self.encode(texts, kind=kind) for texts in groups]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        encoded = self.model.tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]


class _CompiledEncoder:
    """A model compiled by OpenVINO."""

    def __init__(self, name: str, sha256: str, cache: Path) -> None:
        from tokenizers import Tokenizer

        settings = read_settings(cache)
        self.name = name
        self.sha256 = sha256
        self.dimension = int(settings["dimension"])
        self.max_tokens = int(settings["max_tokens"])
        self._prompts: dict[str, str] = settings["prompts"]
        self._counting = Tokenizer.from_file(str(cache / "tokenizer.json"))
        self._counting.no_padding()
        self._counting.no_truncation()
        self._tokenizer = Tokenizer.from_file(str(cache / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.max_tokens)
        self._network = CompiledNetwork(cache, self.dimension)

    def encode(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        return self.encode_each([texts], kind=kind)[0]

    def encode_each(self, groups: Sequence[Sequence[str]], *, kind: TextKind) -> list[Vectors]:
        prompt = self._prompts.get(kind, "")
        ends = list(accumulate(map(len, groups), initial=0))
        texts = [prompt + text for group in groups for text in group]
        rows = [(encoding.ids,) for encoding in self._tokenizer.encode_batch(texts)]
        vectors = self._network.run([rows[begin:end] for begin, end in pairwise(ends)])
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.maximum(lengths, 1e-12)
        return [vectors[begin:end] for begin, end in pairwise(ends)]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encodings = self._counting.encode_batch(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in encodings]


def _write_graph(folder: Path, to: Path) -> None:
    """Write our encoder in OpenVINO's format to a cache folder: MiniLM's tokenizer and layout over our weights."""
    from index.embedding.arithmetic import fastest
    from index.embedding.bert_graph import mean_pooled, one_layer

    base = encoder_folder(MINILM)
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    tensors, prefix = read_tensors(folder), "0.model."
    settings = {
        "dimension": config["hidden_size"],
        "max_tokens": json.loads((base / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"],
        "pad_id": config["pad_token_id"],
        "prompts": {},
        "hints": fastest(one_layer(tensors, config, prefix), config["hidden_size"]),
    }
    tokenizer = (base / "tokenizer.json").read_text(encoding="utf-8")
    save(mean_pooled(tensors, config, prefix), to, tokenizer=tokenizer, settings=settings)


def _convert(plain: _PlainEncoder, to: Path) -> None:
    """Write a model of sentence-transformers in OpenVINO's format, its tokenizer and settings to a cache folder."""
    import torch

    model = plain.model

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            embedding: torch.Tensor = self.model(features)["sentence_embedding"]
            return embedding

    settings = {
        "dimension": plain.dimension,
        "max_tokens": plain.max_tokens,
        "pad_id": model.tokenizer.pad_token_id or 0,
        "prompts": {"query": model.prompts.get("query", ""), "passage": model.prompts.get("document", "")},
    }
    tokenizer = model.tokenizer.backend_tokenizer.to_str()
    save(traced(Whole(), INPUTS[:2]), to, tokenizer=tokenizer, settings=settings)


def _is_gpu_here() -> bool:
    """Return True if torch sees an NVIDIA GPU; it is imported only where the driver is loaded."""
    if not _DRIVER.exists():
        return False
    import torch

    return bool(torch.cuda.is_available())
