"""A network compiled by OpenVINO for the CPU at hand, kept in a cache folder, and fed in batches of like length.

Converting it once needs torch; what is kept is loaded with OpenVINO and `tokenizers` alone.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.environment import cache_folder, refuse_telemetry

if TYPE_CHECKING:
    import torch

_BATCH_TOKENS, _PADDED_TO = 2048, 16
"""Tokens to a batch, and what lengths are rounded up to: few shapes, and none large, as OpenVINO keeps memory for
each. 2,000 texts of all lengths took 416 MB instead of 738, in the same time."""
by_torch = threading.Lock()
"""Held while torch loads or converts a network: torch, and Python's warnings, keep state for the whole process."""
SETTINGS = "settings.json"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
"""What a network may ask for; the mask is made of the length."""

Row = tuple[Sequence[int], ...]
"""The tokens of a text, and for a network that asks for them the segment of each."""


class CompiledNetwork:
    """A compiled network. It may be used from many threads."""

    def __init__(self, cache: Path, width: int) -> None:
        """Load it from its cache folder; it gives `width` numbers a row. Raises what OpenVINO raises when it cannot."""
        self._width = width
        settings = read_settings(cache)
        self._pad = int(settings["pad_id"])
        self._queue = _compile(cache, settings.get("hints", {}))
        self._lock = threading.Lock()

    def run(self, groups: Sequence[Sequence[Row]], *, of_rows: int | None = None) -> NDArray[np.float32]:
        """Return the numbers of all rows in their order, shape (rows, width), all groups queued at once.

        No batch holds rows of two groups: a number's last bits go with its batch. With `of_rows` every batch has so
        many, filled up where need be: a handful of shapes, so that few questions meet with one that is new to OpenVINO.
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

    def _batch(self, rows: Sequence[Row], width: int, count: int) -> dict[str, NDArray[np.int64]]:
        input_ids = np.full((count, width), self._pad, dtype=np.int64)
        mask, segments = (np.zeros((count, width), dtype=np.int64) for _ in range(2))
        mask[len(rows) :, 0] = 1
        for place, (ids, *more) in enumerate(rows):
            input_ids[place, : len(ids)] = ids
            mask[place, : len(ids)] = 1
            if more:
                segments[place, : len(ids)] = more[0]
        given = dict(zip(INPUTS, (input_ids, mask, segments), strict=True))
        return given if rows and len(rows[0]) > 1 else dict(list(given.items())[:2])


def _batches(lengths: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """Yield the rows of each batch with the width that they are padded to, the longest texts first."""
    by_width: dict[int, list[int]] = {}
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row], reverse=True):
        by_width.setdefault(max(1, -(-lengths[row] // _PADDED_TO)) * _PADDED_TO, []).append(row)
    for width, rows in by_width.items():
        most = max(1, _BATCH_TOKENS // width)
        yield from ((rows[first : first + most], width) for first in range(0, len(rows), most))


def _even_batches(lengths: Sequence[int], of_rows: int) -> Iterator[tuple[list[int], int]]:
    """Yield the rows of batches of so many, like lengths together, with the width that they are padded to."""
    by_length = sorted(range(len(lengths)), key=lambda row: lengths[row], reverse=True)
    for first in range(0, len(by_length), of_rows):
        rows = by_length[first : first + of_rows]
        yield rows, max(1, -(-lengths[rows[0]] // _PADDED_TO)) * _PADDED_TO


def load_openvino() -> Any:  # noqa: ANN401 - the module; the package has no type hints
    """Import OpenVINO without its telemetry. Raises ImportError where it is not installed."""
    refuse_telemetry()
    import openvino

    return openvino


def _compile(cache: Path, more_hints: Mapping[str, str]) -> Any:  # noqa: ANN401 - an openvino.AsyncInferQueue
    """Compile the network for this CPU, in bfloat16 where the processor has it; OpenVINO caches the result."""
    openvino = load_openvino()
    core = openvino.Core()
    core.set_property({"CACHE_DIR": str(cache / "compiled")})
    hints = {"PERFORMANCE_HINT": "THROUGHPUT", **more_hints}
    if _multiplies_bfloat16(core):
        hints["INFERENCE_PRECISION_HINT"] = "bf16"
    return openvino.AsyncInferQueue(core.compile_model(str(cache / "model.xml"), "CPU", hints))


def _multiplies_bfloat16(core: Any) -> bool:  # noqa: ANN401 - an openvino.Core
    """Return True if the CPU has bfloat16 and oneDNN, which multiplies for OpenVINO, may use it.

    OpenVINO does not look at ONEDNN_MAX_CPU_ISA, by which a person holds oneDNN to an older instruction set: with the
    hint given all the same it compiles nothing ("Supported primitive descriptors list is empty").
    """
    held_to = os.environ.get("ONEDNN_MAX_CPU_ISA", "ALL").upper()
    is_allowed = held_to in ("ALL", "DEFAULT") or "BF16" in held_to or "AMX" in held_to
    return is_allowed and "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def convert(
    network: torch.nn.Module, cache: Path, *, inputs: Sequence[str], tokenizer: str, settings: Mapping[str, Any]
) -> None:
    """Write a network as OpenVINO has it, its tokenizer (JSON) and settings to a cache folder, whole or not at all.

    `settings` must name its "pad_id", and may give OpenVINO "hints".
    """
    import warnings

    import torch

    openvino = load_openvino()
    example = torch.ones((2, 8), dtype=torch.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of branches on shapes; what comes out is checked
        converted = openvino.convert_model(network.eval(), example_input=dict.fromkeys(inputs, example))
    cache.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=cache.parent, prefix="converting-"))
    try:
        openvino.save_model(converted, str(aside / "model.xml"), compress_to_fp16=False)
        (aside / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
        (aside / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
        shutil.rmtree(cache, ignore_errors=True)
        aside.rename(cache)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def read_settings(cache: Path) -> dict[str, Any]:
    """Return the settings that a network was converted with. Raises OSError or ValueError when there are none."""
    settings: dict[str, Any] = json.loads((cache / SETTINGS).read_text(encoding="utf-8"))
    return settings


def compiled_folder(sha256: str) -> Path:
    """Return where the compiled form of weights is kept; a new version of OpenVINO starts anew."""
    from importlib.metadata import version

    return cache_folder() / f"{sha256[:16]}-openvino-{version('openvino')}"


def is_compiled(sha256: str) -> bool:
    """Tell whether a compiled form of weights is kept, which says nothing of whether it is whole."""
    return (compiled_folder(sha256) / SETTINGS).is_file()
