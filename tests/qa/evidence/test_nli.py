"""An NLI cross-encoder in the judge's place: a tiny one with random weights, whose bias decides."""

import shutil

import pytest

from index.embedding.pretrained import MINILM, encoder_folder
from index.errors import EncoderError
from qa.evidence.judge import ClaimReading
from qa.evidence.nli import load_nli_judge

LABELS = ("contradiction", "entailment", "neutral")


def saved(folder, *, says, labels=LABELS):
    """Save a cross-encoder of NLI's labels that says one of them of whatever it reads."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification

    source = encoder_folder(MINILM)
    config = BertConfig(
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        id2label=dict(enumerate(labels)),
        label2id={label: at for at, label in enumerate(labels)},
    )
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias[:] = torch.tensor([4.0 if label == says else 0.0 for label in labels])
    model.save_pretrained(folder / "bert")
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(source / name, folder / "bert" / name)
    CrossEncoder(str(folder / "bert"), device="cpu").save(str(folder / "model"))
    return str(folder / "model")


@pytest.mark.parametrize(
    ("says", "denied", "verdict"),
    [
        ("entailment", (), "backed"),
        ("entailment", ("certainty",), "not matched"),  # a rule that is seldom wrong vetoes
        ("contradiction", (), "contradicted"),
        ("neutral", (), "not matched"),
    ],
)
def test_the_likeliest_label_is_the_verdict(tmp_path, says, denied, verdict):
    judge = load_nli_judge(saved(tmp_path, says=says))
    reading = ClaimReading({"words": 2.0}, (0,), (), frozenset(denied), True, "Zinc rose.", "Zinc was raised.")
    assert judge.verdict(reading) == verdict


def test_what_is_no_nli_model_is_refused_with_its_labels(tmp_path):
    name = saved(tmp_path, says="good", labels=("bad", "good"))
    with pytest.raises(EncoderError, match="its labels are bad, good; give one with entailment"):
        load_nli_judge(name)


def test_a_name_that_is_nowhere_is_an_error_with_a_cure():
    with pytest.raises(EncoderError, match="no judge nowhere/at-all: .*leave --judge out"):
        load_nli_judge("nowhere/at-all")
