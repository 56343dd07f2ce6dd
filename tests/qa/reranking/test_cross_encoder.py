"""Another cross-encoder in the reranker's place: a tiny one with random weights, as none of real size can be had."""

import json
import shutil
from types import SimpleNamespace

import pytest

from index.embedding.pretrained import MINILM, encoder_folder
from index.errors import EncoderError
from qa import Assistant
from qa.reranking.cross_encoder import CrossEncoderReranker
from qa.reranking.protocol import Candidate, PairScore
from qa.reranking.reranker import load_reranker
from qa.retrieval import Ranking, retrieve, softmax

QUESTION = "What does metformin do to mice?"


def saved(folder, *, scores=1):
    """Save a cross-encoder of 2 layers and 32 dimensions that gives so many scores a pair."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification

    source = encoder_folder(MINILM)
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
    """Stand in for a reranker that wants a word, and is sure where it stands."""
    return scored(lambda one: 9.0 if best in one.text.lower() else -9.0)


def scored(odds):
    def score(question, texts):
        return [PairScore(odd, odd) for odd in map(odds, texts)]

    return SimpleNamespace(score=score)


HEARD = Ranking(reranker_weight=5.0)
"""With so much weight the reranker has the last word."""


def test_the_abstract_whose_best_passage_is_read_for_an_answer_comes_first(library):
    without = [source.abstract.pmid for source in retrieve(library, QUESTION)]
    assert without[0] == "90000003"
    sources = retrieve(library, QUESTION, reranker=scoring("mda-mb-231"), ranking=HEARD)
    assert [source.abstract.pmid for source in sources] == ["90000001", *(one for one in without if one != "90000001")]
    assert [source.number for source in sources] == list(range(1, len(sources) + 1))


def test_one_beyond_the_first_is_brought_up(library):
    assert [source.abstract.pmid for source in retrieve(library, QUESTION, top=1)] == ["90000003"]
    sources = retrieve(library, QUESTION, top=1, reranker=scoring("synovial"), ranking=HEARD)
    assert [source.abstract.pmid for source in sources] == ["90000002"]


@pytest.mark.parametrize("odds", [6.0, 0.0, -6.0])
def test_where_all_are_as_good_they_stay_as_search_has_them(library, odds):
    without = [source.abstract.pmid for source in retrieve(library, QUESTION)]
    sources = retrieve(library, QUESTION, reranker=scored(lambda one: odds), ranking=HEARD)
    assert [source.abstract.pmid for source in sources] == without


def test_a_reranker_shares_what_it_has_to_give_among_those_that_stand_out():
    assert softmax([4.0, -4.0, -4.0])[0] > 0.99
    assert softmax([4.0] * 10) == pytest.approx([0.1] * 10)
    assert sum(softmax([1.0, 2.0, 3.0])) == pytest.approx(1)
    assert softmax([1e9, -1e9]) == pytest.approx([1, 0])
    assert softmax([]) == []


def test_the_best_passage_of_each_abstract_is_read_under_its_title(library):
    read = []
    found = retrieve(library, "IL-32β STAT3 metformin mice lived", reranker=scored(lambda one: read.append(one) or 0.0))
    assert len(read) == len(found)
    by_title = {source.abstract.title: source.hits[0].passage for source in found}
    for one in read:
        passage = by_title[one.context or one.text]
        assert (one.text, one.context == "") == (passage.text, passage.section == "TITLE")


def test_a_cross_encoder_is_loaded_from_a_folder_and_kept_with_the_answer(library, tiny):
    answer = Assistant(library, reranker=tiny).ask(QUESTION)
    assert answer.sentences and all(sentence.supported for sentence in answer.sentences)
    assert answer.settings["reranker"] == tiny
    assert len(answer.settings["reranker_sha256"]) == 64


def test_its_scores_go_with_question_and_text_alone(tiny):
    reranker = load_reranker(tiny)
    assert isinstance(reranker, CrossEncoderReranker)
    texts = [Candidate("Moss is green."), Candidate("Peat is old moss. " * 40), Candidate("Ferns unroll.")]
    scores = reranker.score(QUESTION, texts)
    assert len({one.answers for one in scores}) == 3
    assert all(one.stance is None for one in scores)
    assert [one.answers for one in reranker.score(QUESTION, texts[::-1])] == pytest.approx(
        [one.answers for one in scores[::-1]], abs=1e-5
    )
    assert reranker.score(QUESTION, []) == []


def test_what_is_no_cross_encoder_is_refused_in_a_sentence(library, tmp_path):
    with pytest.raises(EncoderError, match="no reranker no-such-model: .*--reranker none"):
        Assistant(library, reranker="no-such-model")
    with pytest.raises(EncoderError, match="is no cross-encoder"):  # an embedding model would get a random head
        load_reranker(str(encoder_folder(MINILM)))
    with pytest.raises(EncoderError, match="gives 3 scores a pair"):  # one that tells entailment from contradiction
        load_reranker(saved(tmp_path, scores=3))


def test_a_damaged_one_is_refused_in_a_sentence(tiny, tmp_path):
    damaged = tmp_path / "damaged"
    shutil.copytree(tiny, damaged)
    (damaged / "model.safetensors").write_bytes(b"none")
    with pytest.raises(EncoderError, match="sentence-transformers can load"):
        load_reranker(str(damaged))
    (damaged / "model.safetensors").unlink()
    with pytest.raises(EncoderError, match="holds no weights"):
        load_reranker(str(damaged))
    (damaged / "config.json").write_text("[", encoding="utf-8")
    (damaged / "config_sentence_transformers.json").write_text(json.dumps([]), encoding="utf-8")
    with pytest.raises(EncoderError, match="is no cross-encoder"):
        load_reranker(str(damaged))
