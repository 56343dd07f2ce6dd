"""The reranker's training on lists of our own: what is drawn, that it learns, goes on after a stop, and is written."""

import io
import json
import random
import shutil
from contextlib import redirect_stdout

import numpy as np
import pytest
from tiny_lists import WRONG, lists
from tiny_models import save_bert

from evals.corpora import part_of
from index.embedding.checkpoint import read_about, read_state
from index.errors import FileError
from qa.reranking.inputs import RERANKER
from training.__main__ import main
from training.batches import LIST, Batches, bare_tokenizer
from training.changes import contradicting, with_other_name, with_sides_swapped
from training.lists import TRAIN, Text, TextList, read_lists, write_lists
from training.sources import make_list, usable


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Return a folder with a BERT of one layer and 32 dimensions, with the default encoder's vocabulary."""
    return save_bert(tmp_path_factory.mktemp("start"), layers=1, pooler=False)


@pytest.fixture(scope="module")
def batches(start):
    return Batches(bare_tokenizer(start / "tokenizer.json"), 8)


def test_lists_are_read_as_they_were_written(tmp_path):
    write_lists(tmp_path / "a.gz", lists())
    write_lists(tmp_path / "b.gz", lists())
    assert read_lists(tmp_path / "a.gz") == lists()
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_a_damaged_file_of_lists_is_named(tmp_path):
    write_lists(tmp_path / "a.gz", lists())
    (tmp_path / "a.gz").write_bytes((tmp_path / "a.gz").read_bytes()[:200])
    with pytest.raises(FileError, match="a.gz holds no lists"):
        read_lists(tmp_path / "a.gz")


def test_a_drawn_list_has_one_right_text_first(batches):
    drawn = list(batches.of_epoch(lists(), seed=1))
    assert len(drawn) == batches.count(lists())
    for batch in drawn:
        ranked = batch.lists[batch.lists[:, 0] >= 0]
        assert ranked.shape[1] == LIST
        assert (batch.right[ranked[:, 0]] == 1).all()
        assert (batch.right[ranked[:, 1:]] == 0).all()
        assert batch.input_ids.shape == batch.attention_mask.shape == batch.token_type_ids.shape
        assert (batch.attention_mask.sum(axis=1) >= batch.token_type_ids.sum(axis=1)).all()
    assert sum((batch.heads[batch.lists[:, 0]] == 1).sum() for batch in drawn) > 0
    again = list(batches.of_epoch(lists(), seed=1))
    assert all(np.array_equal(one.input_ids, other.input_ids) for one, other in zip(drawn, again, strict=True))


def test_a_sentence_is_turned_round():
    dice = random.Random(3)
    assert contradicting("VEGF was raised and TNF increased.", dice) != "VEGF was raised and TNF increased."
    assert contradicting("Moss.", dice) == ""
    assert with_other_name("Does IL-6 fall?", "IL-6 fell.", dice) not in ("", "IL-6 fell.")
    assert with_other_name("Does IL-32β rise?", "More β was seen.", dice) in (
        "More α was seen.", "More γ was seen.", "More δ was seen.",
    )  # fmt: skip
    assert with_other_name("Does moss grow?", "Moss grew.", dice) == ""


def test_sides_of_a_comparison_are_swapped_where_both_are_named():
    assert with_sides_swapped("Did moss keep more water than peat after rain?") == (
        "Did peat keep more water than moss after rain?"
    )
    assert with_sides_swapped("Was growth faster in moss than in fern?") == "Was growth faster in fern than in moss?"
    for question in (
        "Is moss no wetter than peat?",  # as wet also: swapped, the answer may be yes again
        "Is moss wetter than those?",
        "Does more than one moss grow here?",
        "Is moss wetter than expected?",
        "Is moss wet rather than dry?",
    ):
        assert with_sides_swapped(question) == "", question


def test_what_is_right_is_never_among_the_wrong():
    one = make_list("scifact", TRAIN, "Q?", [Text("same", "a")], [Text("same", "b"), Text("other")])
    assert [text.text for text in one.texts] == ["same", "other"]


def test_what_is_held_aside_is_not_used():
    ids = [str(number) for number in range(400)]
    parts = {id_: part_of(id_) for id_ in ids}
    assert 0.6 < sum(part == "train" for part in parts.values()) / 400 < 0.77
    assert {row["id"] for row, _ in usable([{"id": id_} for id_ in ids])} == {
        id_ for id_, part in parts.items() if part != "held aside"
    }


def trained(folder, start, tmp_path, *more):
    write_lists(tmp_path / "lists.gz", lists())
    arguments = ["--lists", str(tmp_path / "lists.gz"), "--start", str(start), "--out", str(folder)]
    flags = ["--epochs", "6", "--layers", "1", "--lists-per-batch", "8", "--learning-rate", "0.01"]
    return main(["reranker", *arguments, *flags, *more])


@pytest.fixture(scope="module")
def made(start, tmp_path_factory):
    """Return the folder of a reranker trained on our lists, beside `lists.gz`, and what its training printed."""
    folder, printed = tmp_path_factory.mktemp("trained"), io.StringIO()
    with redirect_stdout(printed):
        assert trained(folder / "made", start, folder, "--seed", "1") == 0
    return folder / "made", printed.getvalue()


def test_it_learns_and_is_written_with_its_recipe(made):
    folder, said = made
    losses = [float(line.split("loss ")[1].split(",")[0]) for line in said.splitlines() if "loss" in line]
    assert losses[-1] < 0.5 * losses[0]
    assert "scifact: lists" in said
    assert "first 1" in said.split("as they are stored")[1]
    about = read_about(folder, RERANKER)
    assert about.recipe["epochs"] == 6
    assert about.config["num_hidden_layers"] == 1
    assert not (folder / "run").exists()


def test_a_run_that_was_stopped_goes_on_to_the_same_weights(start, made, tmp_path, monkeypatch):
    from training import fit

    keep = fit.Run._keep

    def stop(run):
        keep(run)
        if run._epoch == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(fit.Run, "_keep", stop)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "stopped", start, tmp_path, "--seed", "1")
    monkeypatch.setattr(fit.Run, "_keep", keep)
    assert trained(tmp_path / "stopped", start, tmp_path, "--seed", "1") == 0
    whole, stopped = read_state(made[0]), read_state(tmp_path / "stopped")
    assert all(np.allclose(whole[name], stopped[name], atol=1e-4) for name in whole)


def test_rerankers_of_one_network_are_averaged(start, made, tmp_path, capsys):
    shutil.copytree(made[0], tmp_path / "1")
    assert trained(tmp_path / "2", start, tmp_path, "--seed", "2") == 0
    folders = [str(tmp_path / seed) for seed in ("1", "2")]
    assert main(["average", *folders, "--out", str(tmp_path / "mean")]) == 0
    first, second, mean = (read_state(tmp_path / name) for name in ("1", "2", "mean"))
    assert all(np.allclose(mean[name], (first[name] + second[name]) / 2, atol=0.02) for name in mean)
    recipes = read_about(tmp_path / "mean", RERANKER).recipe["average_of"]
    assert [one["seed"] for one in recipes] == [1, 2]
    about = json.loads((tmp_path / "2" / "reranker.json").read_text(encoding="utf-8"))
    other = about | {"config": about["config"] | {"num_hidden_layers": 2}}
    (tmp_path / "2" / "reranker.json").write_text(json.dumps(other), encoding="utf-8")
    assert main(["average", *folders, "--out", str(tmp_path / "mean")]) == 2
    assert "these rerankers are of different networks" in capsys.readouterr().err


def test_a_reranker_is_gone_on_with_and_its_lowest_layers_can_stay(made, tmp_path):
    more = ["--epochs", "1", "--frozen", "1", "--drawn", "0.5"]
    assert trained(tmp_path / "more", made[0], tmp_path, *more) == 0
    first, gone_on = read_state(made[0]), read_state(tmp_path / "more")
    assert not np.allclose(first["head.weight"], gone_on["head.weight"], atol=1e-4)
    below = [name for name in first if not name.startswith("head.")]
    assert below
    assert all(np.allclose(first[name], gone_on[name], atol=1e-3) for name in below)
    recipe = read_about(tmp_path / "more", RERANKER).recipe
    assert (recipe["frozen"], recipe["drawn"]) == (1, 0.5)
    assert recipe["went_on_from"]["epochs"] == 6


def test_what_cannot_be_gone_on_with_gets_a_sentence(made, tmp_path, capsys):
    shutil.copytree(made[0], tmp_path / "first")
    assert trained(tmp_path / "more", tmp_path / "first", tmp_path, "--layers", "3") == 2
    assert "has 1 layers, not 3; go on from it with --layers 1" in capsys.readouterr().err
    weights = tmp_path / "first" / "weights.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:200])
    assert trained(tmp_path / "more", tmp_path / "first", tmp_path) == 2
    assert "is not one that this version can read" in capsys.readouterr().err
    weights.write_bytes(whole)
    (tmp_path / "first" / "tokenizer.json").unlink()
    assert trained(tmp_path / "more", tmp_path / "first", tmp_path) == 2
    assert "tokenizer.json is missing" in capsys.readouterr().err


def test_lists_of_like_length_come_together_and_all_of_them(batches):
    many = [TextList("scifact", TRAIN, f"Is it {number}?", (Text("Yes " * (number % 9 * 9 + 1)), *WRONG), 1)
            for number in range(60)]  # fmt: skip
    drawn = list(batches.of_epoch(many, seed=1))
    assert sum(len(batch.lists) for batch in drawn) == 8 * 60
    filled = sum(batch.attention_mask.sum() for batch in drawn) / sum(batch.attention_mask.size for batch in drawn)
    longest = max(batch.input_ids.shape[1] for batch in drawn)
    assert {batch.input_ids.shape[1] for batch in drawn} != {longest}
    assert filled > sum(batch.attention_mask.sum() for batch in drawn) / (8 * 60 * LIST * longest)


def test_rerankers_are_told_apart_by_the_lists_to_tune_by(made, tmp_path, capsys):
    folder, printed = made
    told = printed.split("as they are stored:\n")[1]
    lists_file = str(folder.with_name("lists.gz"))
    given = ["tuned", str(folder), "--lists", lists_file]
    assert main(given) == 0
    assert capsys.readouterr().out == f"{folder}:\n{told}"
    assert main([*given, "--most", "1"]) == 0
    assert "lists 1," in capsys.readouterr().out
    assert main(["tuned", str(tmp_path / "nowhere"), "--lists", lists_file]) == 2


def test_bad_input_gets_a_sentence(start, tmp_path, capsys):
    write_lists(tmp_path / "lists.gz", lists())
    given = ["reranker", "--lists", str(tmp_path / "lists.gz"), "--out", str(tmp_path / "made")]
    assert main([*given, "--start", str(tmp_path)]) == 2
    assert "holds no BERT to start from" in capsys.readouterr().err
    assert main([*given, "--start", str(start), "--layers", "3"]) == 2
    assert "lacks weights of the network" in capsys.readouterr().err
    nowhere = ["--data", str(tmp_path / "none"), "--lists", str(tmp_path / "no.gz")]
    assert main(["reranker", *nowhere, "--out", str(tmp_path / "made")]) == 2
    assert "name the folder that holds it by --data" in capsys.readouterr().err
    for flags in (["--without", "novels"], ["--drawn", "0"], ["--taught-share", "2"]):
        with pytest.raises(SystemExit):
            main([*given, *flags])
    assert "2 is no share" in capsys.readouterr().err
    assert not (tmp_path / "made").exists()
