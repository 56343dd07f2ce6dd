"""Networks compiled by OpenVINO for this CPU, kept in a cache folder, and run in batches of like length.

Our own networks are laid out by `index.embedding.bert_graph`, any other is traced by torch, once; the cached form is
loaded with OpenVINO and `tokenizers` alone.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.environment import Variable, cache_folder, instruction_set, prepare_models, processor, thread_limit

if TYPE_CHECKING:
    import torch

_BATCH_TOKENS, _PADDED_TO = 2048, 16
"""Tokens in a batch, and the multiple that lengths are rounded up to: few shapes, none large, as OpenVINO keeps memory
for each. 2,000 texts of all lengths took 416 MB instead of 738, in the same time."""
by_torch = threading.Lock()
"""Held while torch loads or converts a network: torch, and Python's warnings, keep state for the whole process."""
SETTINGS = "settings.json"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
"""Names of a network's inputs; the mask is made of the length."""

_LAYOUT = 2
"""Raised when `index.embedding.bert_graph` lays networks out otherwise: what was compiled before is not taken then."""
Model = Any
"""An openvino.Model; the package has no type hints."""
TokenRow = tuple[Sequence[int], ...]
"""The tokens of a text, and for a network with segments the segment of each token."""
_Compiled = TypeVar("_Compiled")
_Plain = TypeVar("_Plain")
_log = logging.getLogger(__name__)


def load_compiled_or_plain(
    name: str,
    sha256: str,
    *,
    compiled: Callable[[Path], _Compiled],
    fill: Callable[[Path], None],
    plain: Callable[[], _Plain],
    deviation: Callable[[_Compiled], float] = lambda _: 0.0,
    tolerance: float = 0.0,
) -> _Compiled | _Plain:
    """Return a model compiled for this CPU, or run by torch where OpenVINO is missing, fails, or is off.

    `compiled` opens the cache folder of the weights; where that is missing, damaged or of another version, `fill`
    writes it, and `deviation` says how far the outputs are from those of the plain model: at most `tolerance`.
    """
    try:
        load_openvino()
    except ImportError:
        with by_torch:
            return plain()
    cache = compiled_folder(sha256)
    try:
        return compiled(cache)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        _log.info("compiling %s for this CPU (%s)", name, error)
    with by_torch:
        try:
            with _filled(cache, fill, name) as folder:
                faster = compiled(folder)
        except (OSError, ValueError, KeyError, RuntimeError, AttributeError, TypeError) as error:
            _log.warning("OpenVINO cannot run %s, torch does: %s", name, error)
            return plain()
        if (apart := deviation(faster)) > tolerance:
            _log.warning("OpenVINO's numbers of %s are off by %.3f; torch runs it", name, apart)
            return plain()
        return faster


@contextmanager
def _filled(cache: Path, fill: Callable[[Path], None], name: str) -> Iterator[Path]:
    """Yield the cache folder, filled; where that cannot be written, a folder that is there for the moment."""
    try:
        fill(cache)
    except OSError as error:
        why = f"{cache.parent} cannot be written ({error.strerror})"
        _log.warning("%s is compiled anew at each start: %s; name another folder by %s", name, why, Variable.CACHE)
        with tempfile.TemporaryDirectory(prefix="askabstracts-", ignore_cleanup_errors=True) as aside:
            fill(Path(aside) / "model")
            yield Path(aside) / "model"
    else:
        yield cache


class CompiledNetwork:
    """A compiled network. Safe from many threads."""

    def __init__(self, cache: Path, width: int) -> None:
        """Load a network of `width` outputs a row from its cache folder. Raises OpenVINO's own errors."""
        self._width = width
        settings = read_settings(cache)
        self._pad = int(settings["pad_id"])
        hints = settings.get("hints") or {"INFERENCE_PRECISION_HINT": precisions()[0]}
        network = compiled(str(cache / "model.xml"), hints, cache / "compiled")
        self._queue = load_openvino().AsyncInferQueue(network)
        self._lock = threading.Lock()

    def run(self, groups: Sequence[Sequence[TokenRow]], *, of_rows: int | None = None) -> NDArray[np.float32]:
        """Return the outputs of all rows in their order, shape (rows, width), all groups queued at once.

        No batch holds rows of two groups: the last bits of an output depend on its batch. With `of_rows` every batch
        has that many rows, padded with empty ones: a handful of shapes, so that few questions bring OpenVINO a new one.
        """
        outputs = np.zeros((sum(map(len, groups)), self._width), dtype=np.float32)
        begin = 0
        with self._lock:
            self._queue.set_callback(
                lambda request, rows: outputs.__setitem__(rows, request.get_output_tensor().data[: len(rows)])
            )
            for group in groups:
                lengths = [len(row[0]) for row in group]
                for rows, width in _batches(lengths) if of_rows is None else _even_batches(lengths, of_rows):
                    batch = self._batch([group[row] for row in rows], width, max(len(rows), of_rows or 0))
                    self._queue.start_async(batch, [begin + row for row in rows])
                begin += len(group)
            self._queue.wait_all()
        return outputs

    def _batch(self, rows: Sequence[TokenRow], width: int, count: int) -> dict[str, NDArray[np.int64]]:
        input_ids = np.full((count, width), self._pad, dtype=np.int64)
        mask, segments = (np.zeros((count, width), dtype=np.int64) for _ in range(2))
        mask[len(rows) :, 0] = 1
        for place, (ids, *more) in enumerate(rows):
            input_ids[place, : len(ids)] = ids
            mask[place, : len(ids)] = 1
            if more:
                segments[place, : len(ids)] = more[0]
        inputs = dict(zip(INPUTS, (input_ids, mask, segments), strict=True))
        return inputs if rows and len(rows[0]) > 1 else dict(list(inputs.items())[:2])


def _batches(lengths: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """Yield the rows of each batch with their padded width, the longest texts first."""
    by_width: dict[int, list[int]] = {}
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row], reverse=True):
        by_width.setdefault(max(1, -(-lengths[row] // _PADDED_TO)) * _PADDED_TO, []).append(row)
    for width, rows in by_width.items():
        per_batch = max(1, _BATCH_TOKENS // width)
        yield from ((rows[first : first + per_batch], width) for first in range(0, len(rows), per_batch))


def _even_batches(lengths: Sequence[int], of_rows: int) -> Iterator[tuple[list[int], int]]:
    """Yield batches of `of_rows` rows, like lengths together, with their padded width."""
    by_length = sorted(range(len(lengths)), key=lambda row: lengths[row], reverse=True)
    for first in range(0, len(by_length), of_rows):
        rows = by_length[first : first + of_rows]
        yield rows, max(1, -(-lengths[rows[0]] // _PADDED_TO)) * _PADDED_TO


def load_openvino() -> Any:  # noqa: ANN401 - the module; the package has no type hints
    """Import OpenVINO without its telemetry. Raises ImportError where it is not installed."""
    prepare_models()
    import openvino

    return openvino


def compiled(model: Model, hints: Mapping[str, str], cache: Path | None = None) -> Any:  # noqa: ANN401 - an openvino.CompiledModel
    """Compile a model, or the file of one, for this CPU and within `thread_limit`; OpenVINO caches it in a folder."""
    core = load_openvino().Core()
    if cache:
        core.set_property({"CACHE_DIR": str(cache)})
    bounds = {"INFERENCE_NUM_THREADS": thread_limit(), "ENABLE_CPU_PINNING": False}
    # pinned, every process would take the same first core for its first stream
    return core.compile_model(model, "CPU", {"PERFORMANCE_HINT": "THROUGHPUT", **bounds, **hints})


def precisions() -> list[str]:
    """Return the precisions that the CPU may multiply in, the fastest first."""
    has_bfloat16 = "BF16" in load_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    allowed = instruction_set()
    is_allowed = allowed == "ALL" or "BF16" in allowed or "AMX" in allowed
    return ["bf16", "f32"] if has_bfloat16 and is_allowed else ["f32"]


def traced(network: torch.nn.Module, inputs: Sequence[str]) -> Any:  # noqa: ANN401 - an openvino.Model
    """Return a torch network, traced over inputs of these names."""
    import warnings

    import torch

    example = torch.ones((2, 8), dtype=torch.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of branches on shapes; what comes out is checked
        return load_openvino().convert_model(network.eval(), example_input=dict.fromkeys(inputs, example))


def save(
    model: Any,  # noqa: ANN401 - an openvino.Model
    cache: Path,
    *,
    tokenizer: str,
    settings: Mapping[str, Any],
) -> None:
    """Write a model, its tokenizer (JSON) and settings to a cache folder, whole or not at all.

    `settings` must name its "pad_id", and may give OpenVINO "hints".
    """
    cache.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=cache.parent, prefix="converting-"))
    try:
        load_openvino().save_model(model, str(aside / "model.xml"), compress_to_fp16=False)
        (aside / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
        (aside / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
        shutil.rmtree(cache, ignore_errors=True)
        aside.rename(cache)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def read_settings(cache: Path) -> dict[str, Any]:
    """Return the settings of a converted network. Raises OSError or ValueError when there are none."""
    settings: dict[str, Any] = json.loads((cache / SETTINGS).read_text(encoding="utf-8"))
    return settings


def compiled_folder(sha256: str) -> Path:
    """Return the cache folder of weights in compiled form; each processor and version of OpenVINO has its own."""
    from importlib.metadata import version

    kind = hashlib.sha256(f"{_LAYOUT} {processor()}".encode()).hexdigest()[:8]
    return cache_folder() / f"{sha256[:16]}-openvino-{version('openvino')}-{kind}"


def is_compiled(sha256: str) -> bool:
    """Return True if weights have a cached compiled form, whole or damaged."""
    return (compiled_folder(sha256) / SETTINGS).is_file()
