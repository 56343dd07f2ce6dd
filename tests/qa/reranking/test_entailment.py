"""The entailment network that comes along: what it says of statements and questions, and that it is loaded late."""

import shutil

import numpy as np
import pytest

from index.embedding.checkpoint import checked_sha256, read_about
from index.errors import EncoderError
from qa.reranking import entailment as entailing
from qa.reranking.entailment import Entailed, EntailmentNetwork, ReadOnce, entailment_beside
from qa.reranking.inputs import ENTAILMENT, ENTAILMENT_LAYOUT, STANCES
from qa.reranking.pairs import plain_pair_network
from qa.reranking.protocol import Candidate

FOLDER = entailing._FOLDER
FOUND = Candidate("Zinc lowered serum urate in men with gout compared with placebo (P < 0.01).", "Zinc in gout")
STATEMENTS = (
    "Zinc lowered serum urate in men with gout.",
    "Zinc increased serum urate in men with gout compared with placebo.",
    "Zinc lowered serum urate in children.",
)
QUESTIONS = (
    "Does zinc lower serum urate in men with gout?",
    "Is zinc useless in gout?",
    "Does zinc cure warts?",
)
SCORES = "supports", "contradicts", "neither"


@pytest.fixture(scope="module")
def network():
    return EntailmentNetwork(FOLDER)


def test_it_fits_in_the_box_and_says_how_it_was_made():
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= 25_000_000
    about = read_about(FOLDER, ENTAILMENT)
    assert checked_sha256(FOLDER, ENTAILMENT) == about.weights_sha256
    assert {"general", "biomedical", "start_sha256", "seed"} <= set(about.recipe)


@pytest.mark.parametrize("texts", [STATEMENTS, QUESTIONS])
def test_support_contradiction_and_neither_are_told_apart(network, texts):
    told = network.tell([(text, FOUND) for text in texts])
    assert [max(SCORES, key=lambda name, one=one: getattr(one, name)) for one in told] == list(SCORES)
    assert [sum(one) for one in told] == pytest.approx([1, 1, 1], abs=1e-5)


def test_each_pair_is_read_once(network, monkeypatch):
    read = []
    loaded = network._loaded()
    monkeypatch.setattr(loaded, "_run", lambda rows: read.extend(rows) or np.zeros((len(rows), 3), dtype=np.float32))
    told = network.tell([(STATEMENTS[0], FOUND)] * 3)
    assert (len(told), len(read)) == (3, 1)
    assert network.tell([]) == []


def test_what_was_told_for_an_answer_is_not_read_again():
    class Counting:
        read = 0

        def tell(self, pairs):
            self.read += len(pairs)
            return [Entailed(len(statement), 0.0, 0.0) for statement, _ in pairs]

    counting = Counting()
    once = ReadOnce(counting)
    assert [one.supports for one in once.tell([("a", FOUND), ("bb", FOUND), ("a", FOUND)])] == [1, 2, 1]
    assert [one.supports for one in once.tell([("bb", FOUND), ("ccc", FOUND)])] == [2, 3]
    assert counting.read == 3


def test_nothing_is_loaded_before_it_is_asked(monkeypatch):
    monkeypatch.setattr(entailing, "load_pair_network", lambda *_: pytest.fail("it was loaded"))
    assert entailment_beside(object()) is not None
    assert EntailmentNetwork(FOLDER).tell([]) == []


def test_there_is_none_without_its_folder_or_without_a_reranker(monkeypatch, tmp_path):
    assert entailment_beside(None) is None
    monkeypatch.setattr(entailing, "_FOLDER", tmp_path)
    assert entailment_beside(object()) is None


def test_compiled_and_plain_say_the_same(network):
    plain = plain_pair_network(FOLDER, ENTAILMENT, ENTAILMENT_LAYOUT, len(STANCES))
    pairs = [(text, FOUND) for text in (*STATEMENTS, *QUESTIONS)]
    outputs = plain.outputs(pairs)
    chances = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    assert np.abs(np.array(network.tell(pairs)) - chances).max() < 0.1


def test_damaged_weights_are_named(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "entailment")
    weights = tmp_path / "entailment" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(EncoderError, match="entailment's weights in .* are damaged"):
        EntailmentNetwork(tmp_path / "entailment").tell([(STATEMENTS[0], FOUND)])
