"""python -m qa as a person or a script uses it."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from qa.__main__ import main

ROOT = Path(__file__).parents[2]
QUESTION = "What does IL-32β induce in breast cancer cells?"


@pytest.fixture
def run(capsys):
    """Run a command and return its exit code, what it printed and what it said on stderr."""

    def run_one(*arguments):
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run_one


def test_ask_prints_the_answer_its_sources_and_no_more(library, run):
    code, out, said = run("ask", QUESTION, "--library", library.path)
    assert (code, said) == (0, "")
    assert "IL-32β induced VEGF in breast cancer cells. [1]" in out
    assert "[1] Interleukin-32β and the migration of breast cancer cells J Test 2013 PMID 90000001" in out


def test_where_narrows_an_answer_and_is_translated(library, run):
    question = "What does metformin do to the life span of mice?"
    code, out, said = run("ask", question, "--where", "metformin[ti]", "--library", library.path, "--json")
    answer = json.loads(out)
    assert (code, [one["pmid"] for one in answer["sources"]]) == (0, ["90000003"])
    assert answer["settings"]["filters"]["where"] == "metformin[ti]"
    assert said == '1 abstract; search details: "metformin"[Title]\n'
    code, out, _ = run("ask", question, "--where", "IL-32[ti]", "--library", library.path, "--json")
    assert (code, json.loads(out)["abstained"]) == (0, True)


def test_ask_with_json_prints_one_object_as_the_python_api_gives_it(library, run):
    from qa import Assistant

    code, out, said = run("ask", QUESTION, "--library", library.path, "--json")
    assert (code, said) == (0, "")
    expected = Assistant(library).ask(QUESTION).to_dict()
    assert json.loads(out) | {"seconds": 0} == expected | {"seconds": 0}
    assert set(json.loads(out)["seconds"]) == {"retrieval", "answer"}


def test_a_refusal_is_an_answer_and_exits_with_0(library, run):
    code, out, _ = run("ask", "What does IL-32θ induce?", "--library", library.path)
    assert code == 0
    assert out.startswith("Not in these abstracts: no abstract mentions IL-32θ.\n\nNearest, not used:\n[1] ")


def test_a_question_of_yes_or_no_begins_with_the_headline(library, run):
    _, out, _ = run("ask", "Did IL-32β induce VEGF in breast cancer cells?", "--library", library.path)
    assert out.startswith("Yes. 1 abstract for: [1] (2013, in vitro); none against.\n\n")


def test_filters_reach_the_search(library, run):
    _, out, _ = run("ask", "What did metformin do to mice?", "--library", library.path, "--include-retracted", "--json")
    assert "90000004" in [source["pmid"] for source in json.loads(out)["sources"]]


def test_studies_are_printed_a_line_each_or_as_json(library, run):
    code, out, said = run("studies", "--library", library.path, "--pmids", "90000003")
    assert (code, said, out.count("\n")) == (0, "", 1)
    assert out.startswith("PMID 90000003: ")
    code, out, _ = run("studies", "--library", library.path, "--pmids", "90000003", "--json")
    (study,) = json.loads(out)["studies"]
    assert study["pmid"] == "90000003"
    code, out, said = run("studies", "--library", library.path, "--pmids", "99999999", "--json")
    assert (code, json.loads(out)) == (0, {"studies": []})
    assert "the filters leave none" in said


def test_chat_understands_a_follow_up(library, run, monkeypatch):
    lines = "Does metformin lengthen the life of mice?\n\x20And what did a dose of 1% do?\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    code, out, _ = run("chat", "--library", library.path)
    assert code == 0
    assert "(asked: Does metformin lengthen the life of mice? And what did a dose of 1% do?)" in out
    assert "Metformin at 1% of the diet was toxic." in out


def test_chat_goes_on_after_a_question_it_cannot_use(library, run, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"???\n{QUESTION}\n"))
    code, out, said = run("chat", "--library", library.path)
    assert (code, "nothing to search for" in said, "VEGF" in out) == (0, True, True)


@pytest.mark.parametrize("end", ["exit", "quit", "/quit", "EXIT "])
def test_chat_ends_at_exit_and_quit(library, run, monkeypatch, end):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{QUESTION}\n{end}\n{QUESTION}\n"))
    code, out, said = run("chat", "--library", library.path, "--json")
    assert (code, said, json.loads(out)["question"]) == (0, "", QUESTION)  # one object


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ask", "x" * 10_000), "the question has 10,000 characters, the most is 2,000"),
        (("ask", " "), "there is nothing to search for"),
        (("ask", QUESTION, "--llm", "nosuch:model"), "nosuch"),
        (("ask", QUESTION, "--pmids", "IL-32"), "'IL-32' is not a PMID"),
    ],
)
def test_what_a_person_can_mend_is_said_in_one_sentence(library, run, arguments, says):
    code, out, said = run(*arguments, "--library", library.path)
    assert (code, out) == (2, "")
    assert says in said


def test_a_model_server_that_is_down_costs_the_prose_not_the_answer(library, run, monkeypatch):
    monkeypatch.setenv("ASKABSTRACTS_LLM", "openai:any")
    monkeypatch.setenv("ASKABSTRACTS_LLM_URL", "http://127.0.0.1:9/v1")
    code, out, said = run("ask", QUESTION, "--library", library.path)
    assert code == 3
    assert "127.0.0.1:9" in said
    assert "IL-32β induced VEGF" in out


def test_two_processes_export_the_same_answer_byte_for_byte(library, tmp_path):
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file in files:
        command = [sys.executable, "-m", "qa", "ask", QUESTION, "--library", str(library.path)]
        subprocess.run([*command, "--export", str(file)], cwd=ROOT, check=True, capture_output=True)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert json.loads(files[0].read_text(encoding="utf-8"))["sentences"]


@pytest.mark.parametrize("flags", [("--reader", "none"), ("--reader=none",), ("--reader",)])
def test_the_former_name_of_a_flag_is_a_sentence_with_the_new_one(flags, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["ask", QUESTION, *flags])
    assert capsys.readouterr().err == "--reader is now called --reranker; see: python -m qa ask --help\n"


def test_the_former_name_of_a_variable_is_a_sentence_with_the_new_one(library, run, monkeypatch):
    monkeypatch.setenv("ASKABSTRACTS_READER", "none")
    code, out, said = run("ask", QUESTION, "--library", library.path)
    assert (code, out) == (2, "")
    assert said == "ASKABSTRACTS_READER is now called ASKABSTRACTS_RERANKER; set that one and unset the other\n"


def test_a_table_is_printed_and_saved(library, run, tmp_path):
    question = "Does metformin lengthen the life of mice?"
    columns = ("--columns", "design,n", "--columns", "answer")
    code, out, said = run(
        "table", question, "--library", library.path, "--top", 2, *columns, "--export", tmp_path / "t.csv"
    )
    assert (code, said) == (0, "")
    assert out.startswith(
        "[1] Metformin and the life span of mice 2013 PMID 90000003\n    Design: animal\n"
        "    Sentence that answers: Metformin at 0.1% of the diet lengthened the life of male mice by 5.83%.\n[2] "
    )
    saved = (tmp_path / "t.csv").read_text("utf-8-sig").splitlines()
    assert (saved[0], len(saved)) == ("Design,n,Sentence that answers", 3)
    code, out, _ = run("table", question, "--library", library.path, "--json", "--pmids", "90000003")
    assert (code, [row["pmid"] for row in json.loads(out)["rows"]]) == (0, ["90000003"])


def test_a_table_that_is_stopped_keeps_what_it_has(library, run, tmp_path, monkeypatch):
    from qa import Assistant

    def stopped(self, *arguments, **options):
        yield next(tables(self, *arguments, **options))
        raise KeyboardInterrupt

    tables = Assistant.stream_table
    monkeypatch.setattr(Assistant, "stream_table", stopped)
    monkeypatch.setattr("qa.generation.evidence_table._AT_ONCE", 1)
    code, out, said = run("table", QUESTION, "--library", library.path, "--export", tmp_path / "t.md")
    assert (code, out.count("PMID"), said) == (130, 1, "stopped: 1 of 4 abstracts were read\n")
    assert len((tmp_path / "t.md").read_text().splitlines()) == 5
