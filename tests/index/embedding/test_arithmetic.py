"""The arithmetic of a network in eight bits: products of eight bits where they are a fifth faster, else none lost."""

import os
import subprocess
import sys

import numpy as np
import pytest

from index.embedding import arithmetic, openvino_runtime
from index.embedding.arithmetic import fastest
from index.embedding.openvino_runtime import compiled_folder

VNNI = {("384", "bf16"): 1.0, ("0", "bf16"): 1.5}
CASES = [
    (VNNI, ("384", "bf16")),
    ({("384", "bf16"): 1.0, ("0", "bf16"): 1.1}, ("0", "bf16")),  # not worth its error
    ({("384", "f32"): 1.0, ("0", "f32"): 1.0}, ("0", "f32")),  # AVX2: OpenVINO has no such products there
    ({("0", "f32"): 1.0}, ("0", "f32")),
    ({("384", "f32"): 1.0, ("0", "bf16"): 1.5}, ("384", "f32")),
]


def timed_by(monkeypatch, seconds):
    def timed(layer, size, hints):
        key = tuple(hints.values())
        if key not in seconds:
            raise RuntimeError("could not create a primitive descriptor")
        return seconds[key]

    monkeypatch.setattr(arithmetic, "_seconds", timed)
    monkeypatch.setattr(arithmetic, "precisions", lambda: ["bf16", "f32"])


@pytest.mark.parametrize(("seconds", "chosen"), CASES)
def test_the_fastest_that_is_worth_its_error(monkeypatch, seconds, chosen):
    timed_by(monkeypatch, seconds)
    assert tuple(fastest(None, 8).values()) == chosen


def test_a_network_that_runs_in_no_arithmetic(monkeypatch):
    timed_by(monkeypatch, {})
    with pytest.raises(RuntimeError, match="in no arithmetic"):
        fastest(None, 8)


@pytest.mark.parametrize(
    ("allowed", "has", "precisions"),
    [
        ("ALL", ["FP32", "BF16"], ["bf16", "f32"]),
        ("ALL", ["FP32"], ["f32"]),
        ("AVX2", ["FP32", "BF16"], ["f32"]),
        ("AVX512_CORE_BF16", ["FP32", "BF16"], ["bf16", "f32"]),
    ],
)
def test_precisions_that_a_processor_has_and_may_use(monkeypatch, allowed, has, precisions):
    class Core:
        def get_property(self, *_):
            return has

    openvino = type("openvino", (), {"Core": Core})
    monkeypatch.setattr(openvino_runtime, "load_openvino", lambda: openvino)
    monkeypatch.setattr(openvino_runtime, "instruction_set", lambda: allowed)
    assert openvino_runtime.precisions() == precisions


def test_each_processor_has_its_own_compiled_form(monkeypatch):
    here = compiled_folder("a" * 64)
    monkeypatch.setattr(openvino_runtime, "processor", lambda: "another with AVX2")
    assert compiled_folder("a" * 64) != here


def test_a_processor_with_avx2_alone_gets_vectors_of_full_precision(tmp_path, encoder):
    """In a process of its own, which compiles anew, held to AVX2 as oneDNN can be."""
    code = (
        "import sys, numpy as np\n"
        "from index.embedding.encoder import load_encoder\n"
        "encoder = load_encoder()\n"
        "hints = encoder._network._queue[0].get_compiled_model().get_property('DYNAMIC_QUANTIZATION_GROUP_SIZE')\n"
        "np.save(sys.argv[1], encoder.encode(['IL-32β induced VEGF.'], kind='passage'))\n"
        "print(hints, 'torch' in sys.modules)\n"
    )
    own = os.environ | {"ASKABSTRACTS_CACHE": str(tmp_path), "ONEDNN_MAX_CPU_ISA": "AVX2"}
    command = [sys.executable, "-c", code, str(tmp_path / "vectors.npy")]
    done = subprocess.run(command, env=own, capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.split() == ["0", "False"]
    vectors = np.load(tmp_path / "vectors.npy")
    assert (vectors * encoder.encode(["IL-32β induced VEGF."], kind="passage")).sum() > 0.98
