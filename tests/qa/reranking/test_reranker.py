"""The reranker that comes along: what it is, what it says of sentences, and what becomes of a damaged one."""

import json
import shutil
from types import SimpleNamespace

import pytest

from index import Abstract, Library, Section
from index.embedding.checkpoint import checked_sha256, read_about
from index.embedding.openvino_runtime import compiled_folder
from index.errors import EncoderError
from qa import Assistant
from qa.evidence.reranked import rerank_evidence
from qa.grounding import ANSWERS
from qa.reranking import reranker as reranking
from qa.reranking.inputs import OUTPUTS, RERANKER, RERANKER_LAYOUT
from qa.reranking.pairs import plain_pair_network
from qa.reranking.protocol import Candidate, PairScore, chance
from qa.reranking.reranker import OwnReranker, load_reranker
from qa.retrieval import retrieve

FOLDER = reranking._FOLDER
QUESTION = "What does IL-32β induce in breast cancer cells?"
ANSWER = "IL-32β induced VEGF in MDA-MB-231 breast cancer cells."
OTHERS = (
    "Breast cancer is the most common cancer of women.",
    "We studied the effect of IL-32β on breast cancer cells.",
    "Cells were grown in medium with 10% serum for two days.",
    "Metformin lengthened the life of mice.",
)


@pytest.fixture(scope="module")
def reranker():
    return load_reranker()


def test_a_folder_of_an_earlier_version_is_opened(copied, reranker):
    (copied / "reranker.json").rename(copied / "reader.json")
    assert load_reranker(str(copied)) is reranker


@pytest.fixture
def copied(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "reranker")
    return tmp_path / "reranker"


def test_it_fits_in_the_box_and_says_how_it_was_made():
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= 25_000_000
    about = read_about(FOLDER, RERANKER)
    assert checked_sha256(FOLDER, RERANKER) == about.weights_sha256
    assert len(about.lists_sha256) == 64
    assert {"epochs", "learning_rate", "start_sha256", "seeds"} <= set(about.recipe)


def test_the_sentence_that_answers_is_told_from_those_beside_it(reranker):
    answer, *others = reranker.score(QUESTION, [Candidate(one) for one in (ANSWER, *OTHERS)])
    assert answer.answers > max(one.answers for one in others) + 1
    assert chance(others[-1].answers) < 0.1


def test_stances_are_chances(reranker):
    for one in reranker.score(
        "IL-32β induces VEGF in breast cancer cells.", [Candidate(ANSWER), Candidate(OTHERS[-1])]
    ):
        assert sum(one.stance) == pytest.approx(1.0, abs=1e-5)
    supports, _ = reranker.score(
        "IL-32β induces VEGF in breast cancer cells.", [Candidate(ANSWER), Candidate(OTHERS[-1])]
    )
    assert supports.stance[0] == max(supports.stance)


def test_nothing_to_read_is_no_error(reranker):
    assert reranker.score(QUESTION, []) == []
    assert rerank_evidence(QUESTION, [], library=None, reranker=reranker) == []


def test_texts_of_any_length_and_language_are_read(reranker):
    texts = [
        Candidate(ANSWER * 200, "A long title. " * 50),
        Candidate(""),
        Candidate("IL-32β はVEGFを誘導する。"),
        Candidate("🧬" * 300),
    ]
    scores = reranker.score("Was bewirkt IL-32β? " * 60, texts)
    assert len(scores) == 4
    assert all(-50 < one.answers < 50 for one in scores)


def test_scripts_are_read_as_what_is_on_the_line(reranker):
    written, plain = (Candidate(f"{gas} and {ion} rose.") for gas, ion in (("CO₂", "Ca²⁺"), ("CO2", "Ca2+")))
    assert reranker.score("Did CO2 rise?", [written]) == reranker.score("Did CO2 rise?", [plain])


def test_british_spelling_is_read_as_american(reranker):
    british, plain = Candidate("Anaemia was caused by it."), Candidate("Anemia was caused by it.")
    assert reranker.score("What causes anemia?", [british]) == reranker.score("What causes anaemia?", [plain])


def test_a_pair_is_cut_to_the_window():
    ids, segments = RERANKER_LAYOUT.laid_out(range(1000, 1100), range(2000, 2300), range(3000, 3100))
    assert len(ids) == len(segments) == RERANKER_LAYOUT.most
    assert segments.count(1) == 128 - (40 + 2) - (24 + 1)


def test_compiled_and_plain_say_the_same(reranker):
    plain = OwnReranker("plain", "", plain_pair_network(FOLDER, RERANKER, RERANKER_LAYOUT, len(OUTPUTS)))
    texts = [Candidate(one, "Interleukin-32β in breast cancer") for one in (ANSWER, *OTHERS)]
    for ours, theirs in zip(reranker.score(QUESTION, texts), plain.score(QUESTION, texts), strict=True):
        assert ours.answers == pytest.approx(theirs.answers, abs=0.5)
        assert ours.is_about == pytest.approx(theirs.is_about, abs=0.5)


def test_without_openvino_torch_runs_it(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "openvino", None)
    monkeypatch.setattr(reranking, "_loaded", {})
    assert "torch" in type(load_reranker()._reranker.result()._network._run.args[0]).__mro__[1].__module__


def test_a_damaged_compiled_form_is_made_anew(reranker, monkeypatch, tmp_path):
    texts = [Candidate(ANSWER), Candidate(OTHERS[0])]
    before = reranker.score(QUESTION, texts)
    kept = compiled_folder(reranker.sha256)
    monkeypatch.setenv("ASKABSTRACTS_CACHE", str(tmp_path))
    here = compiled_folder(reranker.sha256)
    shutil.copytree(kept, here)
    shutil.rmtree(here / "compiled", ignore_errors=True)
    (here / "model.xml").write_text("<net", encoding="utf-8")
    monkeypatch.setattr(reranking, "_loaded", {})
    after = load_reranker().score(QUESTION, texts)
    assert (here / "model.xml").stat().st_size > 1_000
    assert [one.answers for one in after] == pytest.approx([one.answers for one in before], abs=0.1)


def test_damaged_weights_are_named(copied):
    weights = copied / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(EncoderError, match="weights in .* are damaged .*--reranker none"):
        load_reranker(str(copied))
    weights.unlink()
    with pytest.raises(EncoderError, match="has no weights that can be read"):
        load_reranker(str(copied))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda about: about | {"format": 99}, "is of format 99"),
        (lambda about: {"config": {}}, "reranker.json cannot be read"),
        (lambda about: about | {"config": about["config"] | {"num_hidden_layers": 2}}, "not one that this version"),
    ],
)
def test_one_of_another_making_is_named(copied, monkeypatch, tmp_path, change, said):
    monkeypatch.setenv("ASKABSTRACTS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(reranking, "_loaded", {})
    about = json.loads((copied / "reranker.json").read_text(encoding="utf-8"))
    (copied / "reranker.json").write_text(json.dumps(change(about)), encoding="utf-8")
    with pytest.raises(EncoderError, match=said):
        load_reranker(str(copied))


def test_a_damaged_tokenizer_is_named_and_a_compiled_one_made_anew(reranker, copied, monkeypatch, tmp_path):
    monkeypatch.setattr(reranking, "_loaded", {})
    kept = compiled_folder(reranker.sha256)
    monkeypatch.setenv("ASKABSTRACTS_CACHE", str(tmp_path / "cache"))
    shutil.copytree(kept, compiled_folder(reranker.sha256))
    (compiled_folder(reranker.sha256) / "tokenizer.json").write_text("{", encoding="utf-8")
    assert load_reranker().score(QUESTION, [Candidate(ANSWER)])
    shutil.rmtree(tmp_path / "cache")
    monkeypatch.setattr(reranking, "_loaded", {})
    (copied / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(EncoderError, match="tokenizer.json is missing or damaged: .*--reranker none"):
        load_reranker(str(copied))


def test_none_is_none_and_both_are_kept_with_the_answer(library):
    assert load_reranker("none") is None
    with_it, without = (Assistant(library, reranker=one).ask(QUESTION) for one in ("reranker", "none"))
    assert (with_it.settings["reranker"], without.settings["reranker"]) == ("reranker", "none")
    assert with_it.settings["reranker_sha256"] == checked_sha256(FOLDER, RERANKER)
    assert without.settings["reranker_sha256"] == ""


def test_a_library_of_one_abstract_is_read(tmp_path):
    abstract = Abstract("1", "IL-32β and VEGF", (Section("", "", f"{OTHERS[0]} {ANSWER}"),))
    row = {"pmid": "1", "title": abstract.title, "abstract": abstract.sections[0].text}
    (tmp_path / "one.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    Library.build(tmp_path / "library", files=[tmp_path / "one.jsonl"])
    with Library.open(tmp_path / "library") as library:
        answer = Assistant(library).ask(QUESTION)
        assert answer.sentences[0].text == ANSWER
        assert Assistant(library).ask("Quel est l'effet du fer sur le sommeil ?").abstained


def test_what_promises_most_is_read_and_the_rest_keeps_its_place(library, reranker):
    sources = retrieve(library, QUESTION)
    evidence = rerank_evidence(QUESTION, sources, library=library, reranker=reranker)
    plain = {(one.source.number, one.start): one for one in rerank_evidence(QUESTION, sources, library=library)}
    assert [one.score for one in evidence] == sorted((one.score for one in evidence), reverse=True)
    for one in evidence:
        before = plain[one.source.number, one.start]
        assert one.score >= before.score
        assert (one.pair_score is None) <= (one.score == before.score)


def test_what_its_abstract_never_speaks_of_is_not_made_up_for_by_the_reranker(library):
    """Asked for tamoxifen, an abstract without it stays unconvincing, however sure a reranker is."""
    question = "Does IL-32β make breast cancer cells resistant to tamoxifen?"
    sure = SimpleNamespace(score=lambda question, texts: [PairScore(9.0, 9.0, (1.0, 0.0, 0.0)) for _ in texts])
    evidence = rerank_evidence(question, retrieve(library, question), library=library, reranker=sure)
    lacking = [one for one in evidence if one.missing_words]
    assert lacking
    assert max(one.confidence for one in lacking) < ANSWERS
    evidence = rerank_evidence(QUESTION, retrieve(library, QUESTION), library=library, reranker=sure)
    assert max(one.confidence for one in evidence if not one.missing_words) > 0.9
