"""BERT as an OpenVINO graph: torch's numbers, without torch."""

import os
import subprocess
import sys

import numpy as np
import pytest

from index.embedding.bert_graph import mean_pooled
from index.embedding.checkpoint import About, Stored, read_state, read_tensors, save_weights
from index.embedding.openvino_runtime import INPUTS, load_openvino

CONFIG = {
    "hidden_act": "gelu",
    "hidden_size": 32,
    "intermediate_size": 48,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 40,
    "num_attention_heads": 4,
    "num_hidden_layers": 3,
    "type_vocab_size": 2,
    "vocab_size": 90,
}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A folder with a random network of CONFIG and a head of five, in eight bits."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(3)
    bert = BertModel(BertConfig(**CONFIG), add_pooling_layer=False)
    state = {f"bert.{name}": tensor.numpy() * 3 for name, tensor in bert.state_dict().items()}
    state |= {"head.weight": torch.randn(5, 32).numpy(), "head.bias": torch.randn(5).numpy()}
    folder = tmp_path_factory.mktemp("checkpoint")
    save_weights(folder, Stored("tried", ""), state, About(CONFIG, {}, ""))
    return folder


def of_torch(folder, inputs):
    """Return the last layer's mean over the tokens of each row."""
    import torch
    from transformers import BertConfig, BertModel

    state = {
        name.removeprefix("bert."): torch.from_numpy(tensor)
        for name, tensor in read_state(folder).items()
        if name.startswith("bert.")
    }
    bert = BertModel(BertConfig(**CONFIG), add_pooling_layer=False).eval()
    bert.load_state_dict(state)
    with torch.inference_mode():
        tokens = bert(**{name: torch.from_numpy(rows) for name, rows in inputs.items()}).last_hidden_state.numpy()
    kept = inputs["attention_mask"][:, :, None]
    return (tokens * kept).sum(axis=1) / kept.sum(axis=1)


def run_exactly(model, inputs):
    """Return the outputs of a graph in float32 throughout."""
    hints = {"INFERENCE_PRECISION_HINT": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}
    return load_openvino().Core().compile_model(model, "CPU", hints)(inputs)[0]


@pytest.mark.parametrize("shape", [(1, 1), (3, 17), (2, 40)])
def test_the_graph_gives_the_numbers_of_torch(checkpoint, shape):
    random = np.random.default_rng(1)
    ids, segments = random.integers(0, 90, shape), random.integers(0, 2, shape)
    mask = np.ones(shape, dtype=np.int64)
    mask[0, shape[1] // 2 + 1 :] = 0
    inputs = dict(zip(INPUTS, (ids, mask, segments), strict=True))
    tensors, state = read_tensors(checkpoint), read_state(checkpoint)
    headed = run_exactly(mean_pooled(tensors, CONFIG, "bert.", "head"), inputs)
    assert headed == pytest.approx(of_torch(checkpoint, inputs) @ state["head.weight"].T + state["head.bias"], abs=1e-4)
    without = {**inputs, "token_type_ids": np.zeros(shape, dtype=np.int64)}
    pooled = run_exactly(mean_pooled(tensors, CONFIG, "bert."), dict(list(inputs.items())[:2]))
    assert pooled == pytest.approx(of_torch(checkpoint, without), abs=1e-4)


def test_another_activation_or_another_network_is_refused(checkpoint):
    tensors = read_tensors(checkpoint)
    with pytest.raises(ValueError, match="relu is not gelu"):
        mean_pooled(tensors, CONFIG | {"hidden_act": "relu"}, "bert.")
    with pytest.raises(ValueError, match="more than 2 layers"):
        mean_pooled(tensors, CONFIG | {"num_hidden_layers": 2}, "bert.")
    with pytest.raises(KeyError, match=r"encoder\.layer\.3\."):
        mean_pooled(tensors, CONFIG | {"num_hidden_layers": 4}, "bert.")


def test_the_first_start_of_all_imports_no_torch(tmp_path):
    """Compile both networks anew, embed and rerank, in a process of its own with an empty cache."""
    code = (
        "import sys\n"
        "from index.embedding.encoder import load_encoder\n"
        "from qa.reranking.protocol import Candidate\n"
        "from qa.reranking.reranker import load_reranker\n"
        "load_encoder().encode(['IL-32β induced VEGF.'], kind='passage')\n"
        "load_reranker().score('What does IL-32β induce?', [Candidate('IL-32β induced VEGF.')])\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))\n"
    )
    environment = os.environ | {"ASKABSTRACTS_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stdout.strip() == "[]"
    assert len(list(tmp_path.rglob("*.blob"))) == 2
