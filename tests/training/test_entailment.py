"""The entailment network's training: our own lines, pairs made of them and of general sets, and that it learns."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from tiny_models import save_bert

from evals.corpora import read_rows
from index import Abstract, Section
from index.embedding.checkpoint import About, read_about, read_state, save_weights
from index.errors import FileError
from qa.reranking.entailment import Entailed
from qa.reranking.inputs import ENTAILMENT, ENTAILMENT_LAYOUT, RERANKER
from training.lists import CONTRADICTS, NOTHING, SUPPORTS, digest_part
from training.pairs import LABELS, OWN, Labelled, general_pairs, pairs_of, undoubted

ABSTRACT = Abstract("1", "Zinc and warts.", (Section("", "", "We gave zinc. Warts fell by half. Nobody was harmed."),))
GAVE, FELL, UNHARMED = ((16, 29), (30, 49), (50, 68))


def line(label, *needed, form="statement", text="Zinc halved warts."):
    return {"form": form, "label": label, "needed": [list(map(list, group)) for group in needed], "text": text}


def test_our_own_lines_are_split_by_abstract_and_name_spans():
    rows = read_rows(OWN)
    parts = defaultdict(set)
    for row in rows:
        parts[row["id"]].add(row["part"])
        assert row["label"] in LABELS
        assert (row["form"] == "question") == row["text"].endswith("?")
        assert all(start < end for group in row["needed"] for start, end in group)
        is_wrong = row["label"] == "contradicts" and row["form"] == "statement"
        assert bool(row["kind"]) == (row["label"] == "neither" or is_wrong)
    assert {len(one) for one in parts.values()} == {1}
    assert all(next(iter(one)) in (digest_part(id_), "held aside") for id_, one in parts.items())
    assert len({row["text"] for row in rows}) == len(rows)


def test_spans_are_of_the_abstracts_text():
    assert [ABSTRACT.text[slice(*span)] for span in (GAVE, FELL, UNHARMED)] == [
        "We gave zinc.",
        "Warts fell by half.",
        "Nobody was harmed.",
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (line("supports", (FELL,)), {("Warts fell by half.", SUPPORTS), ("We gave zinc.", NOTHING)}),
        (line("neither", (GAVE,), (FELL,)), {("We gave zinc.", NOTHING), ("Warts fell by half.", NOTHING)}),
        (
            line("supports", (GAVE, FELL)),
            {
                ("We gave zinc. Warts fell by half.", SUPPORTS),
                ("We gave zinc.", NOTHING),
                ("Warts fell by half.", NOTHING),
                ("Nobody was harmed.", NOTHING),
            },
        ),
        (line("contradicts", ((0, 15),)), {("Zinc and warts.", CONTRADICTS), ("We gave zinc.", NOTHING)}),
    ],
)
def test_a_line_gives_pairs_with_what_is_named_and_what_is_not(row, expected):
    made = [one for seed in range(40) for one in pairs_of(row, ABSTRACT, random.Random(seed))]
    told = {(one.premise, one.label) for one in made}
    wider = {one for one in told - expected if one[0].count(".") == 2}
    assert told - wider == expected
    assert {label for _, label in wider} <= {LABELS[row["label"]]} - {NOTHING}
    assert {one.title for one in made} <= {"Zinc and warts.", ""}
    assert all(one.title == "" for one in made if one.premise == "Zinc and warts.")


class Reader:
    """A network that takes every text for a no."""

    def tell(self, pairs):
        return [Entailed(0.1, 0.8, 0.1) for _ in pairs]


def test_an_unnamed_sentence_that_says_the_same_is_no_pair_that_says_nothing():
    named = Labelled("own", "Warts fell by half.", "Did warts stay?", CONTRADICTS)
    unnamed = replace(named, premise="Zinc ends warts.", label=NOTHING, else_label=CONTRADICTS)
    by_yes = replace(unnamed, text="Did warts fall?", else_label=SUPPORTS)
    assert undoubted([named, unnamed, by_yes], Reader()) == [named, by_yes]


def test_a_general_set_that_is_missing_is_named(tmp_path):
    with pytest.raises(FileError, match="dev.csv cannot be read .*--general-sets takes the checkouts"):
        general_pairs(tmp_path)


def tiny_reranker(folder):
    """Write a reranker of one layer and 32 dimensions with random weights."""
    import torch

    from qa.reranking.network import RerankerNetwork
    from training.reranker import _config

    start = save_bert(folder / "bert", layers=1, pooler=False)
    torch.manual_seed(1)
    network = RerankerNetwork(_config(start, 1))
    state = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    save_weights(folder / "reranker", RERANKER, state, About(_config(start, 1), {}, ""))
    (folder / "reranker" / "tokenizer.json").write_bytes((start / "tokenizer.json").read_bytes())
    return folder / "reranker"


def toy_pairs():
    words = {SUPPORTS: "rose", CONTRADICTS: "fell", NOTHING: "was measured"}
    return [
        Labelled("toy", f"{name} {words[label]}.", f"{name} rose.", label, "Zinc")
        for name in ("Zinc", "Iron", "Copper", "Insulin", "Urate", "Renin")
        for label in words
    ]


def test_it_learns_from_a_rerankers_weights_and_is_written(tmp_path):
    from qa.reranking.network import load_network
    from training.entailment import EntailmentRecipe, PairBatches, make_entailment, score

    start, said = tiny_reranker(tmp_path), []
    pairs = toy_pairs()
    recipe = EntailmentRecipe(
        epochs=30, lists_per_batch=6, learning_rate=0.01, general_learning_rate=0.01, general=12, replayed=6, frozen=0
    )
    make_entailment(pairs, pairs, pairs, start, tmp_path / "made", recipe, say=said.append)
    about = read_about(tmp_path / "made", ENTAILMENT)
    assert (about.recipe["general"], about.recipe["biomedical"], about.recipe["frozen"]) == (12, 18, 0)
    assert not (tmp_path / "made" / "run").exists()
    network = load_network(tmp_path / "made", ENTAILMENT, 3)
    chances = score(network, PairBatches(tmp_path / "made" / "tokenizer.json", 6), pairs)
    assert (chances.argmax(axis=1) == [one.label for one in pairs]).all()
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)
    first, made = read_state(start), read_state(tmp_path / "made")
    kept = "bert.embeddings.word_embeddings.weight"
    assert np.allclose(first[kept], made[kept], atol=1e-3)
    assert "toy (18): right 1.000; AUROC supports 1.000" in said[-1]


def test_a_long_statement_and_its_premise_both_have_room():
    ids, segments = ENTAILMENT_LAYOUT.laid_out(range(300, 380), range(1000, 1400), range(2000, 2100))
    assert len(ids) == len(segments) == ENTAILMENT_LAYOUT.most
    assert segments.count(1) == ENTAILMENT_LAYOUT.most - (72 + 2) - (32 + 1)
