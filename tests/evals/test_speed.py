"""The table of speeds: ours is really built and asked; peers are there, missing or broken."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals import speed
from evals.speed import OF_OURS, OURS, SEARCHING, SYSTEMS, Failed, Run, System, measured, python_of, rows_of, started
from index.encoder_models import DEFAULT_ENCODER


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
    built = started(ours, "build", str(abstracts))
    assert built.seconds > 0 and built.peak_mb > 10
    searching = system(SEARCHING, tmp_path / "library")
    assert "24114327" not in started(searching, "cold", "What does IL-32β induce?").told["found"]  # numbered anew
    assert started(ours, "cold", "What does IL-32β induce?").told["found"] == ["1"]
    assert len(started(ours, "warm", str(questions)).told["seconds"]) == 1


def test_a_row_has_every_column(files, tmp_path, monkeypatch):
    abstracts, questions = files
    told = {"build": {}, "cold": {"found": []}, "warm": {"seconds": [0.001, 0.003, 0.002]}}
    monkeypatch.setattr(speed, "started", lambda one, verb, given: Run(told[verb], 2.0, 300.0))
    folder = tmp_path / "index"
    rows = measured([system("LangChain", folder)], abstracts, 100, questions)
    assert list(rows["LangChain"]) == list(speed.COLUMNS)
    assert rows["LangChain"]["abstracts/s"] == 50.0
    assert rows["LangChain"]["median ms"] == pytest.approx(2.0)


@pytest.mark.parametrize("verb", ["build", "cold", "warm"])
def test_a_peer_that_breaks_costs_only_its_own_row(verb, files, tmp_path, monkeypatch):
    def run(one, now, given):
        if one.name == "Chroma" and now == verb:
            raise Failed("KeyError: 'x'")
        return Run({"seconds": [0.1, 0.1]}, 1.0, 1.0)

    monkeypatch.setattr(speed, "started", run)
    rows = measured([system("Chroma", tmp_path / "a"), system("txtai", tmp_path / "b")], *files[:1], 3, files[1])
    assert rows["Chroma"] == "failed: KeyError: 'x'"
    assert rows["txtai"]["cold s"] == 1.0


def test_what_a_process_said_last_is_told(files, tmp_path):
    with pytest.raises(Failed, match="No module named 'with_nobody'"):
        started(system("Chroma", tmp_path / "none", "with_nobody"), "cold", "What?")


def test_a_peer_without_an_environment_says_how_to_make_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(speed, "write_results", lambda name, content: None)
    speed.main(["--systems", "Chroma", "--sizes", "2", "--work", str(tmp_path), "--data", str(tmp_path)])
    assert "not installed: add --install" in capsys.readouterr().out


def test_an_environment_is_made_of_the_peers_own_requirements(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(speed.venv, "create", lambda folder, with_pip: ran.append(folder))
    monkeypatch.setattr(subprocess, "run", lambda command, check: ran.append(Path(command[-1]).read_text()))
    speed.install(tmp_path, ["Chroma"])
    assert ran[0] == tmp_path / "chroma"
    assert "chromadb==" in ran[1]


@pytest.mark.parametrize("name", [name for name in SYSTEMS if name not in OF_OURS])
def test_every_peer_has_its_module_and_pinned_requirements(name, tmp_path):
    assert (speed.PEERS / f"{SYSTEMS[name]}.py").is_file()
    pins = (speed.PEERS / f"requirements-{name.lower()}.txt").read_text(encoding="utf-8").split()
    assert pins and all("==" in pin for pin in pins)
    assert python_of(name, tmp_path) == tmp_path / name.lower() / "bin" / "python"


def test_abstracts_are_taken_in_turn_until_there_are_enough(tmp_path):
    rows = rows_of(tmp_path, 100)
    assert len({row["pmid"] for row in rows}) == 100 > len({row["title"] for row in rows})
    assert all(row["abstract"] for row in rows)
