import json
import math
import sys

import pytest

from evals.__main__ import TABLES, main
from evals.corpora import Corpus, Question
from evals.peers import retrieval as peers
from evals.quality import retrieval
from evals.quality.retrieval import compare, measure, our_ranker
from evals.report import library_settings, table, write_results

QUESTIONS = (Question("q1", "VEGF in breast cancer", {"90000001": 1}), Question("q2", "mice", {"90000003": 2}))


def test_measures_on_rankings_worked_out_by_hand():
    pytest.importorskip("ir_measures")
    questions = [Question("one", "", {"1": 2, "2": 1}), Question("two", "", {"5": 1})]
    means = measure(questions, {"one": ["2", "9", "1"]})  # the second found nothing, and counts
    ideal = 2 + 1 / math.log2(3)
    assert means == {
        "nDCG@10": pytest.approx((1 + 2 / math.log2(4)) / ideal / 2),
        "recall@10": pytest.approx(0.5),
        "recall@100": pytest.approx(0.5),
        "MRR": pytest.approx(0.5),
    }


def test_recall_stops_at_its_depth():
    pytest.importorskip("ir_measures")
    ranking = [str(number) for number in range(100, 110)] + ["1"]  # the relevant one is the eleventh
    means = measure([Question("one", "", {"1": 1})], {"one": ranking})
    assert means == {"nDCG@10": 0, "recall@10": 0, "recall@100": 1, "MRR": pytest.approx(1 / 11)}


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_our_ranker_ranks_each_abstract_once(library, mode):
    ranking = our_ranker(library, mode)("VEGF in breast cancer cells")
    assert ranking[0] == "90000001"
    assert len(ranking) == len(set(ranking))


def test_plain_bm25_ranks_whole_abstracts(tmp_path):
    pytest.importorskip("bm25s")
    from conftest import ABSTRACTS

    rank = peers.plain_bm25(Corpus("own", ABSTRACTS, QUESTIONS, ""), tmp_path)
    assert rank("migration of breast cancer cells")[0] == "90000001"
    assert rank("headache") == ["90000005"]  # what shares no word is not ranked


def test_a_peer_that_is_not_installed_says_so(library, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "bm25s", None)
    monkeypatch.setattr(retrieval, "evaluate", lambda corpus, rank: {"nDCG@10": 0.5})
    rows = compare(Corpus("own", (), QUESTIONS, ""), library, tmp_path, wanted=retrieval.Rows([retrieval.LANGCHAIN]))
    assert rows[retrieval.BM25] == "not installed: pip install bm25s"
    assert rows[retrieval.LANGCHAIN] == "left out"
    assert rows["ours, dense"] == {"nDCG@10": 0.5}


def test_variants_are_rows_of_their_own(library, tmp_path):
    pytest.importorskip("ir_measures")
    from conftest import ABSTRACTS

    wanted = retrieval.Rows(list(retrieval._PEERS), with_variants=True)
    rows = compare(Corpus("own", ABSTRACTS, QUESTIONS, ""), library, tmp_path, wanted=wanted)
    assert rows["dense weight .5"]["nDCG@10"] > 0
    assert list(rows)[0] == "ours, hybrid"


def test_vectors_are_embedded_once(tmp_path):
    texts = ["one", "two"]
    assert peers._kept_vectors(texts, tmp_path, lambda given: [[1.0, 0.0]] * len(given)) == [[1.0, 0.0], [1.0, 0.0]]
    assert peers._kept_vectors(texts, tmp_path, lambda given: []) == [[1.0, 0.0], [1.0, 0.0]]


def test_a_table():
    assert table("Two rows", ["F1", "answered"], {"ours": {"F1": 0.51239, "answered": 7}, "a peer": "left out"}) == (
        "Two rows\n           F1  answered\nours    0.512         7\na peer  left out"
    )


def test_results_hold_no_path(tmp_path, library):
    write_results("own", {"settings": library_settings(library)}, folder=tmp_path)
    written = (tmp_path / "own.json").read_text(encoding="utf-8")
    assert json.loads(written)["settings"]["abstracts"] == 5
    assert str(library.path) not in written
    assert [file.name for file in tmp_path.glob("own*")] == ["own.json"]


@pytest.mark.parametrize("argv", [[], ["sped"]])
def test_an_unknown_table_is_the_persons_error(argv, capsys):
    assert main(argv) == 2
    assert capsys.readouterr().err == (
        "say which table: retrieval, abstention, answers, names, grounding, statements, sentences, rules, speed, "
        "growth, listing, neighbours, encoding, load, beside, doors, contract, followups, understanding, feedback, "
        "headlines, studies; as in: python -m evals retrieval\n"
    )


def test_missing_measures_say_the_cure(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(retrieval, "find_spec", lambda name: None)
    assert main(["retrieval", "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err == ("the measures are not installed; run: pip install -r evals/requirements.txt\n")


def test_a_missing_folder_is_the_persons_error(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(retrieval, "find_spec", lambda name: name)
    assert main(["retrieval", "--sets", "scifact", "--data", str(tmp_path / "none"), "--work", str(tmp_path)]) == 2
    assert "name the folder that holds it by --data" in capsys.readouterr().err


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_help(name, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([name, "--help"])
    assert f"python -m evals {name}" in capsys.readouterr().out
