"""The table of speeds: ours is really built and asked; peers are there, missing or broken."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from evals.speed import speed
from evals.speed import systems as speed_systems
from evals.speed.speed import grown, python_of, rows_of
from evals.speed.systems import (
    ASKING,
    COLUMNS,
    OF_OURS,
    OURS,
    PEERS,
    SEARCHING,
    SYSTEMS,
    Failed,
    Run,
    System,
    asked,
    built,
    filled,
    started,
)
from index import Library
from index.embedding.pretrained import DEFAULT_ENCODER


@pytest.fixture
def files(tmp_path):
    abstracts, questions = tmp_path / "abstracts.jsonl", tmp_path / "questions.jsonl"
    abstracts.write_text("".join(json.dumps(row) + "\n" for row in rows_of(tmp_path, 3)), encoding="utf-8")
    questions.write_text(json.dumps({"question": "What does IL-32β induce?"}) + "\n", encoding="utf-8")
    return abstracts, questions


def system(name, folder, module=None):
    return System(name, module or SYSTEMS[name], Path(sys.executable), folder)


def test_our_own_rows_are_built_opened_and_asked(files, tmp_path, encoder):
    assert encoder.name == DEFAULT_ENCODER  # compiled and cached before the clock starts
    abstracts, questions = files
    ours = system(OURS, tmp_path / "library")
    whole = started(ours, "build", str(abstracts))
    assert whole.seconds > whole.printed > 0 and whole.peak_mb > 10
    searching = system(SEARCHING, tmp_path / "library")
    assert "24114327" not in started(searching, "cold", "What does IL-32β induce?").told["found"]  # numbered anew
    assert started(ours, "cold", "What does IL-32β induce?").told["found"] == ["1"]
    assert len(started(ours, "warm", str(questions)).told["seconds"]) == 1


def measured(systems, abstracts, questions, *, count=3):
    rows = built(systems, abstracts, count)
    asked(rows, systems, questions)
    return rows


def test_a_row_has_every_column(files, tmp_path, monkeypatch):
    abstracts, questions = files
    told = {"build": {}, "cold": {"found": []}, "warm": {"seconds": [0.001, 0.003, 0.002]}}
    monkeypatch.setattr(speed_systems, "started", lambda one, verb, given: Run(told[verb], 1.5, 2.0, 300.0))
    rows = measured([system("LangChain", tmp_path / "index")], abstracts, questions, count=100)
    assert set(rows["LangChain"]) == set(COLUMNS)
    assert rows["LangChain"]["abstracts/s"] == 50.0
    assert rows["LangChain"]["cold s"] == 1.5
    assert rows["LangChain"]["median ms"] == pytest.approx(2.0)


@pytest.mark.parametrize("verb", ["build", "cold", "warm"])
def test_a_peer_that_breaks_costs_only_its_own_row(verb, files, tmp_path, monkeypatch):
    def run(one, now, given):
        if one.name == "Chroma" and now == verb:
            raise Failed("KeyError: 'x'")
        return Run({"seconds": [0.1, 0.1]}, 1.0, 1.0, 1.0)

    monkeypatch.setattr(speed_systems, "started", run)
    rows = measured([system("Chroma", tmp_path / "a"), system("txtai", tmp_path / "b")], *files)
    assert rows["Chroma"] == "failed: KeyError: 'x'"
    assert rows["txtai"]["cold s"] == 1.0


def test_peers_are_filled_with_the_passages_of_a_library_of_ours(files, tmp_path, monkeypatch, encoder):
    data = tmp_path / "data"
    (data / "abstracts").mkdir(parents=True)
    with gzip.open(data / "abstracts" / "abstracts.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows_of(tmp_path, 20))
    library, passages = grown(150, data=data, work=tmp_path / "speed")
    told = [json.loads(line) for line in passages.read_text(encoding="utf-8").splitlines()]
    vectors = np.load(f"{passages}.npy")
    with Library.open(library) as ours:
        assert len(told) == len({one["id"] for one in told}) == len(vectors) == ours.info().passages >= 150
        assert any(hit.passage.text == told[0]["text"] for hit in ours.search(told[0]["text"]))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(vectors)), abs=1e-3)


def test_what_is_filled_is_opened_and_asked(files, tmp_path, monkeypatch):
    done = []

    def run(one, verb, given):
        done.append((one.name, verb, given))
        return Run({"seconds": [0.001, 0.002]}, 1.5, 2.0, 300.0)

    monkeypatch.setattr(speed_systems, "started", run)
    (tmp_path / "ours").mkdir()
    systems = [system(SEARCHING, tmp_path / "ours"), system("Chroma", tmp_path / "chroma")]
    rows = filled(systems, tmp_path / "passages.jsonl")
    assert done == [("Chroma", "fill", str(tmp_path / "passages.jsonl"))]
    assert (tmp_path / "ours").is_dir()
    asked(rows, systems, files[1])
    assert all(set(rows[one.name]) == set(ASKING) for one in systems)


def test_cold_starts_take_turns_and_each_round_begins_with_another(files, tmp_path, monkeypatch):
    order = []

    def run(one, verb, given):
        order.append(one.name) if verb == "cold" else None
        return Run({"seconds": [0.1, 0.1]}, 1.0, 1.0, 1.0)

    monkeypatch.setattr(speed_systems, "started", run)
    measured([system(name, tmp_path / name) for name in ("Chroma", "txtai", "Haystack")], *files)
    rounds = [order[first : first + 3] for first in range(0, len(order), 3)]
    assert [one[0] for one in rounds] == ["Chroma", "txtai", "Haystack"] * 2
    assert all(len(set(one)) == 3 for one in rounds)


def test_what_a_process_said_last_is_told(files, tmp_path):
    with pytest.raises(Failed, match="No module named 'with_nobody'"):
        started(system("Chroma", tmp_path / "none", "with_nobody"), "cold", "What?")


def test_a_peer_without_an_environment_says_how_to_make_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(speed, "write_results", lambda name, content: None)
    speed.main(["--systems", "Chroma", "--sizes", "2", "--passages", "--work", str(tmp_path), "--data", str(tmp_path)])
    assert "not installed: add --install" in capsys.readouterr().out


def test_without_the_test_sets_nothing_is_filled_and_that_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(speed, "write_results", lambda name, content: None)
    speed.main(["--systems", "Chroma", "--sizes", "--work", str(tmp_path), "--data", str(tmp_path)])
    assert "filling with passages is left out; give the test sets with --data" in capsys.readouterr().err


def test_an_environment_is_made_of_the_peers_own_requirements(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(speed.venv, "create", lambda folder, with_pip: ran.append(folder))
    monkeypatch.setattr(subprocess, "run", lambda command, check: ran.append(Path(command[-1]).read_text()))
    speed.install(tmp_path, ["Chroma"])
    assert ran[0] == tmp_path / "chroma"
    assert "chromadb==" in ran[1]


@pytest.mark.parametrize("name", [name for name in SYSTEMS if name not in OF_OURS])
def test_every_peer_has_its_module_and_pinned_requirements(name, tmp_path):
    assert (PEERS / f"{SYSTEMS[name]}.py").is_file()
    pins = (PEERS / f"requirements-{name.lower()}.txt").read_text(encoding="utf-8").split()
    assert pins and all("==" in pin for pin in pins)
    assert python_of(name, tmp_path) == tmp_path / name.lower() / "bin" / "python"


def test_abstracts_are_taken_in_turn_until_there_are_enough(tmp_path):
    rows = rows_of(tmp_path, 100)
    assert len({row["pmid"] for row in rows}) == 100 > len({row["title"] for row in rows})
    assert all(row["abstract"] for row in rows)
