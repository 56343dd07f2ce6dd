"""A teacher of the reranker: what it says is kept beside the lists, and learnt where there are no labels."""

import numpy as np
import pytest
from tiny_lists import WRONG, lists
from tiny_models import save_bert

from index.embedding.checkpoint import read_about
from index.errors import FileError
from qa.reranking.inputs import RERANKER
from training.__main__ import main
from training.batches import LIST, Batches, bare_tokenizer
from training.lists import SUPPORTS, TRAIN, UNLABELLED, Text, TextList, read_lists, write_lists
from training.taught import with_taught, write_taught

UNSAID = TextList(UNLABELLED, TRAIN, "Plants are green", (Text("Yes indeed, plant 3 is green."), *WRONG), 0)


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Return a folder with a BERT of one layer: the reranker's start and, larger in nothing, its teacher."""
    return save_bert(tmp_path_factory.mktemp("start"), layers=1, pooler=False)


@pytest.fixture(scope="module")
def taught(start, tmp_path_factory):
    """Return the lists' file, and what a teacher that learnt them says of them."""
    folder = tmp_path_factory.mktemp("taught")
    write_lists(folder / "lists.gz", [*lists(), UNSAID])
    given = ["--lists", str(folder / "lists.gz"), "--start", str(start), "--out", str(folder / "taught.npz")]
    assert main(["teacher", *given, "--epochs", "6", "--lists-per-batch", "8", "--learning-rate", "0.01"]) == 0
    assert not (folder / "taught.run").exists()
    return folder / "lists.gz", folder / "taught.npz"


def test_a_teacher_says_something_of_every_text_also_where_nobody_labelled_one(taught):
    path, said = taught
    known = with_taught(read_lists(path), said, path)
    assert [one.question for one in known] == [one.question for one in read_lists(path)]
    for one in known:
        numbers = np.array([text.taught for text in one.texts])
        assert numbers.shape == (len(one.texts), 5)
        if one.right != len(one.texts):
            assert numbers[:, int(one.kind.endswith(", about"))].argmax() == 0
    assert known[-1].kind == UNLABELLED
    assert np.argmax(known[-1].texts[0].taught[2:]) == SUPPORTS


def test_the_reranker_learns_from_what_was_said_alone(start, taught, tmp_path, capsys):
    path, said = taught
    flags = ["--epochs", "6", "--layers", "1", "--lists-per-batch", "8", "--learning-rate", "0.01"]
    given = ["reranker", "--lists", str(path), "--start", str(start), "--out", str(tmp_path / "made"), *flags]
    assert main([*given, "--taught", str(said), "--taught-share", "1"]) == 0
    printed = capsys.readouterr().out
    assert "first 1" in printed.split("as they are stored")[1]
    recipe = read_about(tmp_path / "made", RERANKER).recipe
    assert recipe["taught"] == 1
    assert len(recipe["taught_sha256"]) == 64
    assert main(given) == 0
    recipe = read_about(tmp_path / "made", RERANKER).recipe
    assert recipe["taught"] == 0
    assert "taught_sha256" not in recipe


def test_a_text_that_was_changed_has_nothing_said_of_it(start, taught):
    path, said = taught
    known = [one for one in with_taught(read_lists(path), said, path) if one.part == TRAIN]
    few = TextList("scifact", TRAIN, "Is plant IL-6 green?", (Text("IL-6 is green."), Text("It is not.")), 1)
    for batch in Batches(bare_tokenizer(start / "tokenizer.json"), 4).of_epoch([*known, few], seed=2):
        unsaid = np.isnan(batch.taught[:, 0])
        assert (batch.stances[unsaid & (batch.right == 0)] != SUPPORTS).all()
        of_lists = batch.lists[batch.lists[:, 0] >= 0]
        assert of_lists.shape[1] == LIST
        assert not unsaid[
            of_lists[batch.right[of_lists[:, 0]] == -1]
        ].any()  # what nobody labelled is all the teacher's


def test_what_cannot_be_learnt_from_gets_a_sentence(taught, tmp_path):
    path, said = taught
    known = read_lists(path)
    with pytest.raises(FileError, match="make it with the step teacher"):
        with_taught(known, tmp_path / "none.npz", path)
    (tmp_path / "cut.npz").write_bytes(said.read_bytes()[:100])
    with pytest.raises(FileError, match="holds nothing that a teacher said"):
        with_taught(known, tmp_path / "cut.npz", path)
    write_lists(tmp_path / "others.gz", known[:3])
    with pytest.raises(FileError, match="was made of other lists"):
        with_taught(known[:3], said, tmp_path / "others.gz")
    write_taught(tmp_path / "few.npz", np.zeros((2, 5)), path)
    with pytest.raises(FileError, match="was made of other lists"):
        with_taught(known, tmp_path / "few.npz", path)


def test_a_teacher_of_other_word_pieces_is_refused(start, tmp_path, capsys):
    from tokenizers import Tokenizer, models
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    config = BertConfig(vocab_size=8, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    BertModel(config).save_pretrained(tmp_path / "other")
    pieces = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "moss": 4}
    plain = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
    marks = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=plain, **marks).save_pretrained(tmp_path / "other")
    write_lists(tmp_path / "lists.gz", lists())
    given = ["teacher", "--lists", str(tmp_path / "lists.gz"), "--out", str(tmp_path / "taught.npz")]
    assert main([*given, "--start", str(tmp_path / "other")]) == 2
    assert "does not know BERT's word pieces" in capsys.readouterr().err
    assert main([*given, "--start", str(tmp_path / "nowhere")]) == 2
    assert "holds no model to teach with" in capsys.readouterr().err
    assert not (tmp_path / "taught.npz").exists()
