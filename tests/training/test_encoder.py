"""The encoder's training on lists of our own: what is drawn, that it learns, what is kept, and how it is measured."""

import shutil

import numpy as np
import pytest
from tiny_models import save_encoder

from index.embedding.checkpoint import checked_sha256, read_about, read_state
from index.embedding.pretrained import ENCODER, MINILM, encoder_folder
from qa.reranking.inputs import RERANKER
from training.__main__ import main
from training.batches import LIST, Batches, bare_tokenizer
from training.encoder_batches import EncoderBatches
from training.lists import CONTRADICTS, TRAIN, Text, TextList, write_lists

PLANTS = ("moss", "fern", "oak", "birch", "rose", "lily", "wheat", "rice")


def lists():
    """Return questions on plants, each answered by the one text on its plant."""
    made = []
    for kind in ("bioasq", "scifact, about"):
        for plant in PLANTS:
            wrong = [Text(f"Of {other} little is known.", "Plants") for other in PLANTS if other != plant]
            right = Text(f"The colour of {plant} is a shade of green.", "Plants")
            made.append(TextList(kind, TRAIN, f"What colour is {plant}?", (right, *wrong), 1))
    made.append(TextList("changed", TRAIN, "It is red.", (Text("It is not red.", "", CONTRADICTS),), 1))
    return made


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Return a sentence-transformers model of one layer and 32 dimensions, with MiniLM's vocabulary."""
    return save_encoder(tmp_path_factory.mktemp("start"), layers=1)


@pytest.fixture(scope="module")
def teacher(start, tmp_path_factory):
    """Return a reranker that was trained on the same lists."""
    folder = tmp_path_factory.mktemp("teacher")
    write_lists(folder / "lists.gz", lists())
    bert = folder / "bert"
    shutil.copytree(start, bert)
    flags = ["--layers", "1", "--epochs", "2", "--lists-per-batch", "8"]
    arguments = ["--lists", str(folder / "lists.gz"), "--start", str(bert), "--out", str(folder / "reranker")]
    assert main(["reranker", *arguments, *flags]) == 0
    return folder / "reranker"


@pytest.fixture
def batches(start):
    return EncoderBatches(Batches(bare_tokenizer(start / "tokenizer.json"), 4), 4)


def trained(out, start, teacher, tmp_path, *more):
    write_lists(tmp_path / "lists.gz", lists())
    arguments = ["--lists", str(tmp_path / "lists.gz"), "--start", str(start), "--teacher", str(teacher)]
    flags = ["--epochs", "3", "--lists-per-batch", "16", "--learning-rate", "0.01", "--distilled", "0.2"]
    return main(["encoder", *arguments, "--out", str(out), *flags, *more])


def test_a_batch_has_each_question_once_and_its_texts_under_their_titles(batches):
    drawn = list(batches.of_epoch(lists(), seed=1))
    assert len(drawn) == batches.count(lists()) == (3 + 3) * len(PLANTS) // 4
    for batch in drawn:
        assert len(batch.questions[0]) == len(batch.asked) == 4
        assert len(batch.texts[0]) == len(batch.pairs[0]) == 4 * LIST
    both = [batch for batch in drawn if len(set(batch.asked)) < 4]
    assert both, "a question that is drawn twice in a batch has one number"
    again = list(batches.of_epoch(lists(), seed=1))
    assert all(np.array_equal(one.texts[0], other.texts[0]) for one, other in zip(drawn, again, strict=True))
    assert batches.row(Text("green.", "Plants")) == batches.row(Text("Plants\ngreen."))


def test_it_learns_and_is_written_with_its_recipe(start, teacher, tmp_path, capsys):
    assert trained(tmp_path / "made", start, teacher, tmp_path) == 0
    said = capsys.readouterr().out
    losses = [float(line.split("loss ")[1].split(",")[0]) for line in said.splitlines() if "loss" in line]
    assert losses[-1] < 0.7 * losses[0]
    about = read_about(tmp_path / "made", ENCODER)
    assert (about.recipe["kept"], about.recipe["epochs"]) == (0.6, 3)
    assert about.recipe["teacher_sha256"] == checked_sha256(teacher, RERANKER)
    assert not (tmp_path / "made" / "run").exists()


def test_what_is_kept_of_the_starting_weights_is_mixed_in(start, teacher, tmp_path):
    from sentence_transformers import SentenceTransformer

    for kept in ("0", "0.5", "1"):
        assert trained(tmp_path / kept, start, teacher, tmp_path, "--epochs", "1", "--kept", kept) == 0
    before = {name: one.numpy() for name, one in SentenceTransformer(str(start)).state_dict().items()}
    tuned, half, same = (read_state(tmp_path / kept) for kept in ("0", "0.5", "1"))
    for name, one in before.items():
        step = np.abs(one).max() / 100  # of eight bits
        assert np.abs(same[name] - one).max() <= step
        assert np.abs(half[name] - (one + tuned[name]) / 2).max() <= 2 * max(step, np.abs(tuned[name]).max() / 100)
    assert any(np.abs(tuned[name] - one).max() > 0.01 for name, one in before.items())


def test_a_run_that_was_stopped_goes_on_to_the_same_weights(start, teacher, tmp_path, monkeypatch):
    from training import fit

    assert trained(tmp_path / "whole", start, teacher, tmp_path) == 0
    keep = fit.Run._keep

    def stop(run):
        keep(run)
        if run._epoch == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(fit.Run, "_keep", stop)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "stopped", start, teacher, tmp_path)
    monkeypatch.setattr(fit.Run, "_keep", keep)
    assert trained(tmp_path / "stopped", start, teacher, tmp_path) == 0
    whole, stopped = read_state(tmp_path / "whole"), read_state(tmp_path / "stopped")
    assert all(np.abs(whole[name] - stopped[name]).max() < 1e-4 for name in whole)


def test_ndcg_is_one_where_the_relevant_come_first_and_less_where_they_do_not(batches):
    from sentence_transformers import SentenceTransformer

    from training.searched import Searched, ndcg

    model = SentenceTransformer(str(encoder_folder(MINILM)))
    texts = ["IL-32β raised VEGF in breast cancer.", "Rice is grown in water.", "Aspirin eased the headache."]
    passages = [batches.row(Text(one)) for one in texts]
    asked = [batches.row(Text("What does IL-32β do in breast cancer?"))]
    assert ndcg(model, Searched(passages, np.array([0, 1, 2]), asked, [{0: 1}])) == pytest.approx(1)
    assert ndcg(model, Searched(passages, np.array([0, 1, 2]), asked, [{0: 2, 1: 0}])) == pytest.approx(1)
    assert ndcg(model, Searched(passages, np.array([0, 1, 2]), asked, [{1: 1}])) < 0.7
    joined = Searched(passages, np.array([0, 1, 1]), asked, [{0: 1}])
    assert ndcg(model, joined) == pytest.approx(1)
