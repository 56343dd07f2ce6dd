"""A cross-encoder orders what was found: a tiny one with random weights, as none of real size can be had offline."""

import json
import shutil
from types import SimpleNamespace

import pytest

from index import encoder as encoding
from index.errors import EncoderError
from qa import Assistant
from qa.reranking import Reranker
from qa.retrieval import retrieve

QUESTION = "What does metformin do to mice?"


def saved(folder, *, scores=1):
    """Save a cross-encoder of 2 layers and 32 dimensions that gives so many scores a pair."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification

    source = encoding._model_folder(encoding.DEFAULT_ENCODER)
    torch.manual_seed(1)
    config = BertConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, num_labels=scores
    )
    BertForSequenceClassification(config).save_pretrained(folder / "bert")
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(source / name, folder / "bert" / name)
    CrossEncoder(str(folder / "bert"), device="cpu").save(str(folder / "model"))
    return str(folder / "model")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("tiny"))


def scoring(best):
    """Stand in for a cross-encoder that wants a word: more of it is better."""
    return SimpleNamespace(scores=lambda question, texts: [float(text.lower().count(best)) for text in texts])


def test_the_abstract_whose_best_passage_scores_best_comes_first(library):
    without = [source.abstract.pmid for source in retrieve(library, QUESTION)]
    assert without[0] == "90000003"
    sources = retrieve(library, QUESTION, reranker=scoring("stat3"))
    assert [source.abstract.pmid for source in sources] == ["90000001", *(one for one in without if one != "90000001")]
    assert [source.number for source in sources] == list(range(1, len(sources) + 1))


def test_one_beyond_the_first_is_brought_up(library):
    assert [source.abstract.pmid for source in retrieve(library, QUESTION, top=1)] == ["90000003"]
    sources = retrieve(library, QUESTION, top=1, reranker=scoring("synovial"))
    assert [source.abstract.pmid for source in sources] == ["90000002"]


def test_a_passage_is_read_under_its_title(library):
    read = []

    def scores(question, texts):
        read.extend(texts)
        return [0.0] * len(texts)

    retrieve(library, QUESTION, reranker=SimpleNamespace(scores=scores))
    assert "Metformin and the life span of mice" in read
    assert any(text.startswith("Metformin and the life span of mice Metformin at 0.1%") for text in read)


def test_a_cross_encoder_is_loaded_from_a_folder_and_kept_with_the_answer(library, tiny):
    answer = Assistant(library, reranker=tiny).ask(QUESTION)
    assert answer.sentences and all(sentence.supported for sentence in answer.sentences)
    assert answer.settings["reranker"] == tiny
    assert len(answer.settings["reranker_sha256"]) == 64
    assert "reranker" not in Assistant(library).ask(QUESTION).settings


def test_its_scores_go_with_question_and_text_alone(tiny):
    reranker, texts = Reranker(tiny), ["Moss is green.", "Peat is old moss. " * 40, "Ferns unroll."]
    scores = reranker.scores(QUESTION, texts)
    assert len(set(scores)) == 3
    assert reranker.scores(QUESTION, texts[::-1]) == pytest.approx(scores[::-1], abs=1e-6)
    assert reranker.scores(QUESTION, []) == []


def test_what_is_no_cross_encoder_is_refused_in_a_sentence(library, tmp_path):
    with pytest.raises(EncoderError, match="no re-ranker no-such-model: .*leave the flag out"):
        Assistant(library, reranker="no-such-model")
    with pytest.raises(EncoderError, match="is no cross-encoder"):  # an embedding model would get a random head
        Reranker(str(encoding._model_folder(encoding.DEFAULT_ENCODER)))
    with pytest.raises(EncoderError, match="gives 3 scores a pair"):  # one that tells entailment from contradiction
        Reranker(saved(tmp_path, scores=3))


def test_a_damaged_one_is_refused_in_a_sentence(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "damaged")
    (tmp_path / "damaged" / "model.safetensors").write_bytes(b"none")
    with pytest.raises(EncoderError, match="sentence-transformers can load"):
        Reranker(str(tmp_path / "damaged"))
    (tmp_path / "damaged" / "model.safetensors").unlink()
    with pytest.raises(EncoderError, match="holds no weights"):
        Reranker(str(tmp_path / "damaged"))
    (tmp_path / "damaged" / "config.json").write_text("[", encoding="utf-8")
    (tmp_path / "damaged" / "config_sentence_transformers.json").write_text(json.dumps([]), encoding="utf-8")
    with pytest.raises(EncoderError, match="is no cross-encoder"):
        Reranker(str(tmp_path / "damaged"))
