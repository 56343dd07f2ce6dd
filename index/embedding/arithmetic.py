"""The arithmetic of a network in eight bits, chosen by a short measurement on the processor at hand.

Weights are in eight bits. Where the processor has products of eight bits (VNNI), rounding the tokens' numbers too is
faster; where it has none, weights are made float32 or bfloat16 again, and no digit is lost.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

import numpy as np

from index.embedding.openvino_runtime import Model, compiled, precisions

Hints = dict[str, str]
_GROUP, _PRECISION = "DYNAMIC_QUANTIZATION_GROUP_SIZE", "INFERENCE_PRECISION_HINT"
IN_EIGHT_BITS, AS_THEY_ARE = "384", "0"
"""OpenVINO's hint to round that many numbers of a row to eight bits by one scale (our rows have as many), or none."""
_AT_LEAST = 1.2
"""How much faster eight bits must be to be worth their error."""
_ROWS, _TOKENS, _ROUNDS = 8, 128, 6
_log = logging.getLogger(__name__)


def fastest(layer: Model, size: int) -> Hints:
    """Return the hints to OpenVINO under which this processor runs a layer over token vectors of `size` fastest.

    Products of eight bits are taken only where they are a fifth faster. Raises RuntimeError when nothing runs.
    """
    seconds = dict(filter(None, (_first_that_runs(layer, size, group) for group in (AS_THEY_ARE, IN_EIGHT_BITS))))
    if not seconds:
        raise RuntimeError("OpenVINO runs this network in no arithmetic")
    _log.info("seconds by hints: %s", seconds)
    chosen = min(seconds, key=lambda hints: seconds[hints] * (_AT_LEAST if hints[0] == IN_EIGHT_BITS else 1))
    return dict(zip((_GROUP, _PRECISION), chosen, strict=True))


def _first_that_runs(layer: Model, size: int, group: str) -> tuple[tuple[str, str], float] | None:
    """Return the hints of the first precision that OpenVINO really runs, with the seconds; None if there is none."""
    for precision in precisions():
        try:
            return (group, precision), _seconds(layer, size, {_GROUP: group, _PRECISION: precision})
        except RuntimeError as error:  # oneDNN may be held to less than OpenVINO asks of it
            _log.info("%s in groups of %s does not run: %s", precision, group, error)
    return None


def _seconds(layer: Model, size: int, hints: Mapping[str, str]) -> float:
    """Return the least processor time of a few runs: that of other processes does not count."""
    inputs = [np.ones((_ROWS, _TOKENS, size), np.float32), np.ones((_ROWS, _TOKENS), np.int64)]
    request = compiled(layer, hints).create_infer_request()
    taken = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        request.infer(inputs)
        taken.append(time.process_time() - began)
    return min(taken)
